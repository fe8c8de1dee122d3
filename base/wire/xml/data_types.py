"""The data types of an XML definition, and the construct that each of them is.

In: the name of a type and its attributes. Out: construct subcons; and the way back, for the writer.
Never knows: messages, files.
Follows: the XML definition format, "Data types"; numbers are little-endian unless their name ends in ``_be``.
"""

from enum import Enum, IntEnum, StrEnum
from typing import Any

from construct import (
    Adapter,
    Construct,
    GreedyBytes,
    Int8ub,
    Int16sb,
    Int16sl,
    Int16ub,
    Int16ul,
    Int32sb,
    Int32sl,
    Int32ub,
    Int32ul,
    Int64sb,
    Int64sl,
    Int64ub,
    Int64ul,
    Prefixed,
)

from base.errors import DefinitionError, FieldError
from base.wire.alpha import Alpha, Char
from base.wire.free_record import LengthText

INTEGERS: dict[str, Construct] = {
    "byte": Int8ub,
    "int_2": Int16sl, "uint_2": Int16ul, "int_4": Int32sl, "uint_4": Int32ul, "int_8": Int64sl, "uint_8": Int64ul,
    "int_2_be": Int16sb, "uint_2_be": Int16ub, "int_4_be": Int32sb, "uint_4_be": Int32ub,
    "int_8_be": Int64sb, "uint_8_be": Int64ub,
}  # fmt: skip
ENCODINGS = {"ascii": "ascii", "iso-8859-1": "latin-1"}
TEXTS = {f"{kind}_{name}{end}" for name in ENCODINGS for kind, end in (("char", ""), ("str", ""), ("str", "_n"))}
NAMES = ("boolean", *INTEGERS, *sorted(TEXTS), "enum:Name", "record:Name")
LONGEST_TEXT = 65_000


class Boolean(Adapter):  # type: ignore[misc]  # construct carries no types
    """One byte that is 0 or not."""

    def __init__(self) -> None:
        super().__init__(Int8ub)

    def _decode(self, obj: int, context: Any, path: str) -> bool:
        return obj != 0

    def _encode(self, obj: Any, context: Any, path: str) -> int:
        if not isinstance(obj, bool):
            raise FieldError(f"{path}: {obj!r} is neither True nor False")
        return int(obj)


def subcon_of(kind: str, length: str | None = None, values: type[Enum] | None = None) -> Construct:
    """The construct of a type; :class:`DefinitionError` says which rule is broken."""
    if kind in INTEGERS:
        return INTEGERS[kind]
    if kind == "boolean":
        return Boolean()
    if kind not in TEXTS:
        raise DefinitionError(f"no such type; the types are {', '.join(NAMES)}")
    shape, encoding = kind.removesuffix("_n").split("_", 1)
    if shape == "char":
        return Char(values if values is not None and issubclass(values, StrEnum) else None, ENCODINGS[encoding])
    if not kind.endswith("_n"):
        return LengthText(Prefixed(Int16sl, GreedyBytes), ENCODINGS[encoding])
    if length is None or not (length.isascii() and length.isdigit() and 1 <= int(length) <= LONGEST_TEXT):
        raise DefinitionError(f"needs a length from 1 to {LONGEST_TEXT}")
    return Alpha(int(length), ENCODINGS[encoding])


def type_of(subcon: Construct) -> dict[str, str]:
    """The attributes ``type`` and ``length`` for a subcon."""
    encoding = {spelling: name for name, spelling in ENCODINGS.items()}
    if isinstance(subcon, Char):
        return {"type": f"char_{encoding[subcon.encoding]}"}
    if isinstance(subcon, Alpha):
        return {"type": f"str_{encoding[subcon.encoding]}_n", "length": str(subcon.size)}
    if isinstance(subcon, LengthText):
        return {"type": f"str_{encoding[subcon.encoding]}"}
    if isinstance(subcon, Boolean):
        return {"type": "boolean"}
    if subcon.sizeof() == 1:
        return {"type": "byte"}
    (name,) = [name for name, known in INTEGERS.items() if known.fmtstr == subcon.fmtstr]
    return {"type": name}


def value_of(kind: str, text: str) -> Any:
    """The value that a literal means; :class:`DefinitionError` when it is none of this type."""
    if kind in INTEGERS:
        try:
            return int(text)
        except ValueError:
            raise DefinitionError(f"{text[:60]!r} is no whole number, as {kind} needs it") from None
    if kind == "boolean":
        if text.lower() not in ("true", "false", "1", "0"):
            raise DefinitionError(f"{text[:60]!r} is neither true nor false")
        return text.lower() in ("true", "1")
    return text


def enumeration(name: str, kind: str, members: dict[str, str]) -> type[Enum]:
    """The enumeration of these literals; its members are texts or whole numbers."""
    family: Any = IntEnum if kind in INTEGERS else StrEnum
    if kind not in INTEGERS and kind not in TEXTS:
        raise DefinitionError("an enum is of a whole number, a character or a text")
    made: type[Enum] = family(name, {member: _literal(kind, text) for member, text in members.items()})
    return made


def _literal(kind: str, text: str) -> int | str:
    if kind in INTEGERS:
        return int(value_of(kind, text.strip()))
    return (text.strip() or " ") if kind.startswith("char") else text
