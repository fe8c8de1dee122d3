"""A Wireshark dissector of the binary protocol as text in Lua, made from the declarations of the messages.

In: the declared message classes. Out: the program. Never knows: captures, ports, whether anybody runs it.
Follows sections 1 to 3 of the protocol: MessageLen cuts the stream, letter and length together say what a message
is. No port is known beforehand, so a stream is recognised by the header that it begins with.
"""

from collections.abc import Iterator

from base.limits import HEADER_BYTES
from base.wire.fields import EntriesField, Field
from base.wire.layout import Message
from base.wire.record import Record
from base.wire.registry import CLASSES

_KINDS = {
    "B": "uint8", "b": "int8", "H": "uint16", "h": "int16", "I": "uint32", "i": "int32", "Q": "uint64", "q": "int64",
    "d": "double", "e": "double",
}  # fmt: skip
"""What Wireshark calls each code of :mod:`struct`; it has no half floats, so the program reads those itself."""

HEAD = """\
-- The binary order-entry and market-data protocol for Wireshark and tshark. Made by a program; do not edit.
-- Use: put it into Wireshark's folder of personal Lua plugins, or  tshark -X lua_script:bo.lua -r FILE
local bo = Proto("bo", "Binary order entry and market data")
local fields, messages = {}, {}

local function field(name, text, kind)
  local made = ProtoField[kind]("bo." .. name, text)
  fields[#fields + 1] = made
  return made
end
"""

TAIL = """\
bo.fields = fields
local malformed = ProtoExpert.new("bo.malformed", "No message of the protocol", expert.group.MALFORMED,
                                  expert.severity.ERROR)
bo.experts = {malformed}

local function message_at(buffer, at)
  local sizes = messages[buffer(at, 1):uint()]
  return sizes and sizes[buffer(at + 2, 2):le_uint()]
end

-- IEEE 754 binary16: a sign, five bits of exponent, ten of fraction
local function half(bits)
  local sign, exponent, fraction = bits < 32768 and 1.0 or -1.0, math.floor(bits / 1024) % 32, bits % 1024
  if exponent == 31 then
    return fraction == 0 and sign / 0 or 0 / 0
  elseif exponent == 0 then
    return sign * (fraction * 2 ^ -24)
  end
  return sign * (1024 + fraction) * 2 ^ (exponent - 25)
end

local function show(tree, buffer, start, described)
  for _, one in ipairs(described) do
    local name, offset, size, count = one[1], one[2], one[3], one[4]
    if type(count) == "number" then
      for place = 0, count - 1 do
        local at = start + offset + place * size
        show(tree:add(bo, buffer(at, size), name .. " " .. place + 1), buffer, at, one[5])
      end
    elseif count == "text" then
      tree:add(one[5], buffer(start + offset, size))
    elseif count == "half" then
      local range = buffer(start + offset, size)
      tree:add(one[5], range, half(range:le_uint()))
    else
      tree:add_le(one[5], buffer(start + offset, size))
    end
  end
end

local function length_of(buffer, packet, at)
  local message = message_at(buffer, at)
  return message and message.size or buffer:len() - at
end

local function dissect(buffer, packet, tree)
  packet.cols.protocol = "BO"
  local message = message_at(buffer, 0)
  if not message or message.size ~= buffer:len() then
    tree:add(bo, buffer(), "No message of the protocol"):add_proto_expert_info(malformed)
    return buffer:len()
  end
  packet.cols.info:append(" " .. message.letter .. " " .. message.name)
  local branch = tree:add(bo, buffer(), message.name .. ", " .. message.size .. " bytes")
  show(branch, buffer, 0, message.fields)
  return buffer:len()
end

local function dissect_stream(buffer, packet, tree)
  packet.cols.info:clear()
  dissect_tcp_pdus(buffer, tree, HEADER_BYTES, length_of, dissect)
  return buffer:len()
end

function bo.dissector(buffer, packet, tree)
  return dissect_stream(buffer, packet, tree)
end

-- Not by way of bo.dissector: one dissector that calls another may not ask for the rest of a message.

bo:register_heuristic("tcp", function(buffer, packet, tree)
  if buffer:len() < HEADER_BYTES or not message_at(buffer, 0) then
    return false
  end
  packet.conversation = bo
  dissect_stream(buffer, packet, tree)
  return true
end)
""".replace("HEADER_BYTES", str(HEADER_BYTES))


def dissector_lua() -> str:
    """Give the whole program."""
    declared = list(dict.fromkeys([*(entry for cls in CLASSES for entry in _entries(cls)), *CLASSES]))
    parts = [HEAD]
    parts += [f"local {record.__name__} = {{\n{_rows(record)}}}\n" for record in declared]
    for cls in CLASSES:
        for letter in cls.LETTERS:
            parts.append(
                f"messages[{ord(letter)}] = messages[{ord(letter)}] or {{}} -- {letter}\n"
                f"messages[{ord(letter)}][{cls.SIZE}] = "
                f'{{letter = "{letter}", name = "{cls.NAME}", size = {cls.SIZE}, fields = {cls.__name__}}}\n'
            )
    return "\n".join([*parts, TAIL])


def _entries(cls: type[Message]) -> Iterator[type[Record]]:
    for field in cls.fields_declared():
        if isinstance(field, EntriesField):
            yield field.record


def _rows(record: type[Record]) -> str:
    """A line per field: name, offset, size, then what it is and its field, or how many entries of what."""
    lines = [_row(record, field) for field in record.fields_declared()]
    return "".join(f"  {{{line}}},\n" for line in lines)


def _row(record: type[Record], field: Field) -> str:
    name, offset, size, code, doc = field.spec
    if isinstance(field, EntriesField):
        return f'"{name}", {offset}, {field.record.SIZE}, {field.count}, {field.record.__name__}'
    place = f'"{name}", {offset}, {size}'
    filter_name = f"{record.__name__.lower()}.{name.lower()}"
    kind = "half" if code == "e" else "number" if code in _KINDS else "text"
    shown_as = _KINDS.get(code, "string")
    return f'{place}, "{kind}", field("{filter_name}", "{name} ({_lua_text(doc)})", "{shown_as}")'


def _lua_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
