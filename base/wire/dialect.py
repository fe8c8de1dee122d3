"""A dialect: the messages of one protocol of the OUCH family, and how a message is found among them.

In: message classes, or bytes and the direction in which they went. Out: typed messages.
Never knows: sockets, sessions, the market.
Follows: OUCH facts; the direction decides which of two messages with one type is meant.
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import Enum
from fractions import Fraction
from typing import ClassVar

from construct import FormatField, Struct

from base.errors import FieldError, ParseError
from base.wire.alpha import Char
from base.wire.fields import bare
from base.wire.record import Record

_DIGITS = 40
"""Digits of a price as people write it: twice what eight bytes can carry, so that none is cut off unseen."""


class Direction(Enum):
    """Which way a message goes."""

    TO_HOST = "client_to_host"
    TO_CLIENT = "host_to_client"


class Price(FormatField):  # type: ignore[misc]  # construct carries no types
    """An unsigned big-endian price that stands for ``value / scale``.

    >>> price = Price(4, 10_000)
    >>> price.to_wire("150.34"), price.to_decimal(1503400), price.build(1503400)
    (1503400, Decimal('150.3400'), b'\\x00\\x16\\xf0\\xa8')
    """

    def __init__(self, size: int, scale: int) -> None:
        super().__init__(">", {4: "L", 8: "Q"}[size])
        self.scale = scale
        self._decimals = len(str(scale)) - 1

    def to_wire(self, value: int | str | float | Decimal) -> int:
        """The scaled integer for a price as people write it; :class:`FieldError` when it has more digits."""
        try:
            exact = Decimal(str(value))
        except InvalidOperation:
            raise FieldError(f"price: {value!r} is no number") from None
        if not exact.is_finite() or abs(exact.adjusted()) > _DIGITS or len(exact.as_tuple().digits) > _DIGITS:
            raise FieldError(f"price: {value!r} is no number of at most {_DIGITS} digits")
        scaled = Fraction(exact) * self.scale
        if scaled.denominator != 1:
            raise FieldError(f"price: {value!r} has more than {self._decimals} decimals")
        return int(scaled)

    def to_decimal(self, wire: int) -> Decimal:
        """The price as people write it."""
        return Decimal(wire).scaleb(-self._decimals)


class DialectMessage(Record):
    """Base of the messages; the first field is ``messageType``, which a subclass names as its ``letter``.

    Big-endian unless a class says otherwise. ``size`` is asserted; ``PRICES`` are the fields that are prices.
    """

    __slots__ = ()
    BYTE_ORDER = ">"
    LETTER: ClassVar[str]
    DIRECTION: ClassVar[Direction]
    PRICES: ClassVar[dict[str, Price]]

    def __init_subclass__(
        cls, *, letter: str = "", direction: Direction | None = None, size: int | None = None
    ) -> None:
        super().__init_subclass__()
        if direction is None:
            assert "LAYOUT" not in cls.__dict__, f"{cls.__name__}: say in which direction it goes"
            return
        assert size in (None, cls.SIZE), f"{cls.__name__}: declared {size} bytes, the layout has {cls.SIZE}"
        assert cls.FIELDS[0].name == "messageType", cls.__name__
        cls.LETTER, cls.DIRECTION = letter, direction
        cls.PRICES = {sub.name: bare(sub) for sub in cls.LAYOUT.subcons if isinstance(bare(sub), Price)}
        code = letter.encode("latin-1")
        cls.DEFAULTS = (code, *cls.DEFAULTS[1:])
        cls._define_parse((code,))


def layout(*fields: object) -> Struct:
    """The Struct of a message: its type, then ``fields``."""
    return Struct("messageType" / Char(encoding="latin-1") * "type of the message", *fields)


class Dialect:
    """All messages of one protocol; of several classes for one letter the first is the one that is sent.

    ``also_read`` are older or newer layouts of messages, told apart by their length.
    """

    def __init__(
        self,
        name: str,
        messages: Iterable[type[DialectMessage]],
        also_read: Iterable[type[DialectMessage]] = (),
    ) -> None:
        self.name = name
        self.messages = tuple(messages)
        self.also_read = tuple(also_read)
        self._by_code: dict[tuple[Direction, bytes], list[type[DialectMessage]]] = {}
        for cls in (*self.messages, *self.also_read):
            self._by_code.setdefault((cls.DIRECTION, cls.LETTER.encode("latin-1")), []).append(cls)
        self._by_name = {cls.__name__: cls for cls in self.messages}
        assert len(self._by_name) == len(self.messages), f"{name}: two messages have one name"

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.messages)} messages>"

    def of(self, direction: Direction) -> dict[str, type[DialectMessage]]:
        """The message that is sent for each letter in one direction."""
        return {code.decode("latin-1"): found[0] for (way, code), found in self._by_code.items() if way is direction}

    def named(self, name: str) -> type[DialectMessage]:
        """The class of this name; :class:`FieldError` lists the names when there is none."""
        try:
            return self._by_name[name]
        except KeyError:
            raise FieldError(f"{name}: no message of {self.name}; it has {', '.join(self._by_name)}") from None

    def decode(self, data: bytes, direction: Direction) -> DialectMessage:
        """The one message that ``data`` is; :class:`ParseError` names type, field or length that is wrong."""
        found = self._by_code.get((direction, data[:1]))
        if found is None:
            known = " ".join(self.of(direction))
            raise ParseError(f"messageType: {data[:1]!r} is none of {self.name} {direction.value}: {known}")
        for cls in found[1:]:
            if cls.SIZE == len(data):
                return cls.parse(data)
        return found[0].parse(data)
