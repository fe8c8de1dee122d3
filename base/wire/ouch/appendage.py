"""The tagged appendage behind the messages of OUCH 5.0.

In: values by tag name, or bytes. Out: the other one, and messages that carry an appendage.
Never knows: what a tag does to an order.
Follows: Nasdaq OUCH facts, "Optional appendage (5.0)": a tag that is unknown, repeated, wrong-sized or not allowed
in this message makes the message invalid.
"""

import struct
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

from construct import Int8ub, Int16ub, Int32sb, Int32ub, Int64ub, Struct

from base.errors import FieldError, ParseError
from base.wire.alpha import Alpha, Char
from base.wire.dialect import DialectMessage, Direction, Price
from base.wire.fields import Field, Values, fields_of

LENGTH_FIELD = "appendageLength"

TAGS: dict[int, Any] = {
    1: "SecondaryOrdRefNum" / Int64ub * "number of the displayed part",
    2: "Firm" / Alpha(4) * "firm, when it is not the default of the account",
    3: "MinQty" / Int32ub * "least quantity of a match",
    4: "CustomerType" / Char() * "R retail, N not",
    5: "MaxFloor" / Int32ub * "quantity shown at a time",
    6: "PriceType" / Char() * "L limit, P market peg, M midpoint peg, R primary peg",
    7: "PegOffset" / Int32sb * "distance of a peg, x 10,000",
    9: "DiscretionPrice" / Price(8, 10_000) * "price x 10,000 up to which it may trade",
    10: "DiscretionPriceType" / Char() * "as PriceType",
    11: "DiscretionPegOffset" / Int32sb * "distance of the discretion's peg, x 10,000",
    12: "PostOnly" / Char() * "P post only, N not",
    13: "RandomReserves" / Int32ub * "spread of the shown quantity",
    14: "Route" / Alpha(4) * "no longer used, in answers only",
    15: "ExpireTime" / Int32ub * "seconds, below 86,400",
    16: "TradeNow" / Char() * "Y, N or blank",
    17: "HandleInst" / Char() * "I imbalance only",
    18: "BBOWeightIndicator" / Char() * "weight at the best price",
    19: "ReferencePrice" / Price(8, 10_000) * "price x 10,000 that was taken",
    20: "ReferencePriceType" / Char() * "where from",
    22: "DisplayQuantity" / Int32ub * "quantity shown",
    23: "DisplayPrice" / Price(8, 10_000) * "price x 10,000 shown",
    24: "GroupID" / Int16ub * "group of orders",
    25: "SharesLocated" / Char() * "Y or N",
    26: "LocateBroker" / Alpha(4) * "who located them",
    27: "Side" / Char() * "side",
    28: "UserRefIdx" / Int8ub * "channel of the number",
    29: "AIQStrategy" / Char() * "which orders give way in a self-match",
    30: "AIQGroupID" / Int16ub * "group within which self-matches are prevented",
}
"""Each tag, declared once."""


class Tag(NamedTuple):
    """A tag with the codec that derives from its declaration."""

    number: int
    field: Field
    code: struct.Struct
    head: bytes


def _tag(number: int, declared: Any) -> Tag:
    (field,) = fields_of(Struct(declared), ">")
    return Tag(number, field, struct.Struct(">" + field.spec.code), bytes([1 + field.spec.size, number]))


_BY_NUMBER = {number: _tag(number, declared) for number, declared in TAGS.items()}
_BY_NAME = {tag.field.spec.name: tag for tag in _BY_NUMBER.values()}


class AppendageError(ParseError):
    """The fixed part of a message is right and its appendage is not; ``head`` is the message without it."""

    def __init__(self, text: str, head: "AppendableMessage") -> None:
        super().__init__(text)
        self.head = head


def write_tags(values: Mapping[str, Any], allowed: frozenset[int], owner: str) -> bytes:
    """The elements for ``values``, in their order."""
    elements = []
    for name, value in values.items():
        tag = _BY_NAME.get(name)
        if tag is None or tag.number not in allowed:
            names = ", ".join(_BY_NUMBER[number].field.spec.name for number in sorted(allowed))
            raise FieldError(f"appendage: {owner} carries no tag {name}; it carries {names or 'none'}")
        elements.append(tag.head + tag.code.pack(*tag.field.store(value)))
    return b"".join(elements)


def read_tags(raw: bytes, allowed: frozenset[int]) -> dict[str, Any]:
    """The values by name; :class:`ParseError` says which element breaks which rule."""
    values: dict[str, Any] = {}
    at = 0
    while at < len(raw):
        stop = at + 1 + raw[at]
        if raw[at] == 0 or stop > len(raw):
            raise ParseError(f"appendage: the element at byte {at} claims {raw[at]} of {len(raw) - at - 1} bytes")
        number = raw[at + 1]
        tag = _BY_NUMBER.get(number)
        if tag is None or number not in allowed:
            raise ParseError(f"appendage: tag {number} is {'unknown' if tag is None else 'not allowed here'}")
        name, value = tag.field.spec.name, raw[at + 2 : stop]
        if len(value) != tag.code.size:
            raise ParseError(f"appendage: {name} takes {tag.code.size} bytes, got {len(value)}")
        if name in values:
            raise ParseError(f"appendage: {name} stands there twice")
        values[name] = tag.field.reader()(tag.code.unpack(value))
        at = stop
    return values


class AppendableMessage(DialectMessage):
    """A message with an appendage behind its fixed part; ``tags`` are the numbers allowed in it.

    Where the layout ends with ``appendageLength`` the length is always sent, elsewhere only before tags.
    """

    __slots__ = ("_appendage", "_tail")
    ALLOWED: ClassVar[frozenset[int]]
    ALWAYS: ClassVar[bool]
    _appendage: dict[str, Any]
    _tail: bytes

    def __init_subclass__(cls, *, letter: str, direction: Direction, size: int, tags: frozenset[int]) -> None:
        cls.ALLOWED = tags
        super().__init_subclass__(letter=letter, direction=direction, size=size)

    @classmethod
    def _define_parse(cls, letters: Any = ()) -> None:
        super()._define_parse(letters)
        parse_head, size, allowed = cls.parse, cls.SIZE, cls.ALLOWED
        cls.ALWAYS = cls.FIELDS[-1].name == LENGTH_FIELD
        in_head = 0 if cls.ALWAYS else 2

        def parse(data: bytes | bytearray | memoryview) -> AppendableMessage:
            message = parse_head(data[:size])
            tail = bytes(data[size:])
            message._tail, message._appendage = b"", {}
            if not (tail or cls.ALWAYS):
                return message
            said = message.appendageLength if cls.ALWAYS else int.from_bytes(tail[:2], "big")
            try:
                if len(tail) < in_head or said != len(tail) - in_head:
                    raise ParseError(f"{LENGTH_FIELD}: says {said}, behind it are {max(0, len(tail) - in_head)} bytes")
                message._appendage = read_tags(tail[in_head:], allowed)
            except ParseError as error:
                raise AppendageError(str(error), message) from None
            message._tail = tail
            return message

        parse.__doc__ = f"The {cls.__name__} in {cls.SIZE} bytes and what is appended; ParseError when they are none."
        cls.parse = staticmethod(parse)  # type: ignore[method-assign]  # per class, on purpose

    def __init__(self, *, appendage: Mapping[str, Any] | None = None, **fields: Any) -> None:
        super().__init__(**{name: value for name, value in fields.items() if name != LENGTH_FIELD})
        self._append(write_tags(appendage or {}, self.ALLOWED, type(self).__name__))
        if LENGTH_FIELD in fields and fields[LENGTH_FIELD] != len(self._tail) - (0 if self.ALWAYS else 2):
            raise FieldError(f"{LENGTH_FIELD}: {fields[LENGTH_FIELD]}, the appendage says it itself; leave it out")

    def _append(self, elements: bytes) -> None:
        self._appendage = read_tags(elements, self.ALLOWED)
        if self.ALWAYS:
            self._tail = elements
            self._values = (*self._values[:-1], len(elements))
        else:
            self._tail = len(elements).to_bytes(2, "big") + elements if elements else b""

    @property
    def appendage(self) -> dict[str, Any]:
        """The values of the tags by name."""
        return dict(self._appendage)

    @classmethod
    def from_flat(cls, values: Values) -> Self:
        """The message over flat values that were checked before, with nothing appended."""
        message = super().from_flat(values)
        message._append(b"")
        return message

    def encode(self) -> bytes:
        """The fixed part and what is appended."""
        return super().encode() + self._tail

    def fields(self) -> dict[str, Any]:
        """All fields in order of the layout, and ``appendage`` when there are tags."""
        plain = super().fields()
        return {**plain, "appendage": self.appendage} if self._appendage else plain

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; ``appendage`` replaces all tags."""
        appendage = changes.pop("appendage", None)
        copy = super().replace(**changes)
        elements = self._tail[0 if self.ALWAYS else 2 :]
        copy._append(elements if appendage is None else write_tags(appendage, self.ALLOWED, type(self).__name__))
        return copy

    def __repr__(self) -> str:
        shown = super().__repr__()
        if not self._appendage:
            return shown
        head = shown[:-1] if shown.endswith("()") else shown[:-1] + ", "
        return f"{head}appendage={self._appendage!r})"
