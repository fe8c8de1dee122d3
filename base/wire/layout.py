"""How a message is declared: a type letter, a length, and a layout written once as a construct Struct.

In: class declarations. Out: typed messages with `encode` and `parse`, and the tools to build layouts.
Never knows: sockets, sessions, the market, what a message means.
Follows: binary protocol, sections 1 (framing and primitive types) and 2 (catalogue).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from base.errors import FieldError
from base.wire.fields import Entries, FieldSpec, Text, Values
from base.wire.partial import column_writer, projection, runs, writer
from base.wire.record import Record

__all__ = ["Entries", "FieldSpec", "Message", "Record", "Text", "column_writer", "projection", "runs", "writer"]


class Message(Record):
    """Base of all messages; its first fields are Data1 (type letter), Data2 and MessageLen.

    A subclass names its ``letter``, long ``name`` and exact ``size`` in bytes, which is asserted; ``alias`` is
    a second letter accepted for the same message.
    """

    __slots__ = ()

    LETTER: ClassVar[str]
    LETTERS: ClassVar[str]
    NAME: ClassVar[str]
    _first_bytes: ClassVar[tuple[bytes, ...]]

    def __init_subclass__(cls, *, letter: str, name: str, size: int, alias: str = "") -> None:
        super().__init_subclass__()
        assert size == cls.SIZE, f"{cls.__name__}: declared {size} bytes, the layout has {cls.SIZE}"
        assert [spec.name for spec in cls.FIELDS[:3]] == ["Data1", "Data2", "MessageLen"], cls.__name__
        cls.LETTER, cls.LETTERS, cls.NAME = letter, letter + alias, name
        cls._first_bytes = tuple(accepted.encode() for accepted in cls.LETTERS)
        cls._define_parse(cls._first_bytes)
        cls.DEFAULTS = (letter.encode(), b"", size, *cls.DEFAULTS[3:])

    @classmethod
    def _with(cls, values: Values, changes: Mapping[str, Any]) -> Values:
        flat = super()._with(values, changes)
        if flat[0] not in cls._first_bytes:
            raise FieldError(f"Data1: {changes['Data1']!r} is not the letter of {cls.__name__}, {cls.LETTER!r}")
        return flat
