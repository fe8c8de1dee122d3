"""Message classes become message definitions in XML.

In: a dialect. Out: the text of a definition that declares the same messages.
Never knows: files; whether the classes were declared here or read from another definition.
Follows: the XML definition format. It has no word for the appendage of OUCH 5.0, so the fixed parts are written.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from construct import Construct

from base.wire.alpha import Char
from base.wire.dialect import Dialect, Direction
from base.wire.fields import bare
from base.wire.free_record import Counted, Nested
from base.wire.record import Record
from base.wire.xml.data_types import type_of

DIRECTIONS = {Direction.TO_HOST: "incoming", Direction.TO_CLIENT: "outgoing"}


def write_definition(dialect: Dialect) -> str:
    """The definition of all messages that are sent; the same dialect always gives the same text."""
    enums: dict[str, Char] = {}
    records: dict[str, type[Record]] = {}
    for cls in dialect.messages:
        _gather(cls, enums, records)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<root>"]
    lines += _part("enums-root", (line for char in enums.values() for line in _enum(char)))
    lines += _part("records-root", (line for record in records.values() for line in _record(record)))
    lines += _part("messages-root", (line for cls in dialect.messages for line in _message(cls)))
    return "\n".join([*lines, "</root>", ""])


def _gather(cls: type[Record], enums: dict[str, Char], records: dict[str, type[Record]]) -> None:
    """Find the enumerations and records that a class uses, those that others need first."""
    for renamed in cls.LAYOUT.subcons:
        item, _ = _item(bare(renamed))
        if isinstance(item, Char) and item.values is not None:
            name = item.values.__name__
            known = enums.setdefault(name, item)
            assert (known.values, known.encoding) == (item.values, item.encoding), f"two enumerations are named {name}"
        if isinstance(item, Nested):
            _gather(item.record, enums, records)
            records.setdefault(item.record.__name__, item.record)


def _item(subcon: Construct) -> tuple[Construct, Construct | None]:
    """What a subcon holds, and the type of its count when it is a list."""
    return (bare(subcon.item), subcon.count) if isinstance(subcon, Counted) else (subcon, None)


def _part(name: str, inside: Iterable[str]) -> Iterator[str]:
    lines = [f"        {line}" for line in inside]
    if lines:
        yield from (f"    <{name}>", *lines, f"    </{name}>")


def _enum(char: Char) -> Iterator[str]:
    assert char.values is not None, "only characters with an enumeration are gathered"
    yield f"<enum{_attributes(id=char.values.__name__, **type_of(char))}>"
    for member in char.values:
        words = member.name.lower().replace("_", " ")
        yield f"    <value{_attributes(name=member.name, description=words)}>{escape(member.value)}</value>"
    yield "</enum>"


def _record(record: type[Record]) -> Iterator[str]:
    yield f"<record{_attributes(id=record.__name__)}>"
    yield from _fields(record, record.LAYOUT.subcons)
    yield "</record>"


def _message(cls: Any) -> Iterator[str]:
    named = {"id": cls.__name__, "message-id": str(ord(cls.LETTER)), "direction": DIRECTIONS[cls.DIRECTION]}
    yield f"<message{_attributes(**named)}>"
    yield from _fields(cls, cls.LAYOUT.subcons[1:])
    yield "</message>"


def _fields(cls: type[Record], subcons: Iterable[Construct]) -> Iterator[str]:
    defaults = getattr(cls, "STATED_DEFAULTS", {})
    yield "    <fields>"
    for renamed in subcons:
        attributes = {"name": renamed.name, **_type(bare(renamed))}
        if renamed.name in defaults:
            attributes["default"] = str(defaults[renamed.name])
        yield f"        <field{_attributes(**attributes)}/>"
    yield "    </fields>"


def _type(subcon: Construct) -> dict[str, str]:
    item, count = _item(subcon)
    if isinstance(item, Nested):
        attributes = {"type": f"record:{item.record.__name__}"}
    elif isinstance(item, Char) and item.values is not None:
        attributes = {"type": f"enum:{item.values.__name__}"}
    else:
        attributes = type_of(item)
    return attributes if count is None else {**attributes, "array": "true", "length_type": type_of(count)["type"]}


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items())
