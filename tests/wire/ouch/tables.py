"""The tables of docs/ouch.md, made from the declarations.

In: dialects, enumerations, tags. Out: lines of Markdown.
Never knows: the document around them.
"""

from collections.abc import Iterator
from enum import Enum

from base.wire.dialect import Dialect, Direction
from base.wire.ouch import japannext_codes, nasdaq_codes
from base.wire.ouch.appendage import TAGS
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.japannext64 import JAPANNEXT64
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50
from base.wire.soupbintcp.packets import LoginAccepted, LoginRejected, LoginRequest, LoginRequest410

WAYS = {Direction.TO_HOST: "to host", Direction.TO_CLIENT: "to client"}


def table(headings: str, rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {headings} |", "|" + "---|" * (headings.count("|") + 1)]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])


def messages(dialect: Dialect) -> str:
    """One row per message: its letter, way, length, purpose, and each field with its offset."""
    rows = []
    for cls in (*dialect.messages, *dialect.also_read):
        purpose = (cls.__doc__ or "").split(": ", 1)[-1].splitlines()[0].rstrip(".?")
        if cls in dialect.also_read:
            purpose = f"read only: {cls.__doc__}".replace("`", "").rstrip(".")
        fields = " ".join(f"{spec.name} {spec.offset}" for spec in cls.FIELDS[1:])
        rows.append((f"`{cls.LETTER}`", cls.__name__, WAYS[cls.DIRECTION], str(cls.SIZE), purpose, fields))
    return table("type | message | way | bytes | what it says | fields and their offsets", rows)


def values(enum: type[Enum]) -> str:
    rows = [(f"`{member.value}`", member.name.lower().replace("_", " ")) for member in enum]
    return table("value | meaning", rows)


def tags() -> str:
    """One row per tag: number, name, value bytes, meaning, and the messages that carry it."""
    rows = []
    for number, declared in TAGS.items():
        carriers = [
            f"{cls.LETTER} {'in' if cls.DIRECTION is Direction.TO_HOST else 'out'}"
            for cls in NASDAQ50.messages
            if number in getattr(cls, "ALLOWED", ())
        ]
        shown = "all that carry tags" if number == 28 else ", ".join(carriers)
        rows.append((str(number), declared.name, str(declared.sizeof()), declared.docs, shown))
    return table("tag | name | bytes | meaning | carried by", rows)


def packets() -> str:
    """One row per packet that has fields; offsets count from the length field."""
    rows = []
    for cls in (LoginRequest, LoginRequest410, LoginAccepted, LoginRejected):
        fields = " ".join(f"{spec.name} {spec.offset + 2}" for spec in cls.FIELDS[1:])
        rows.append((f"`{cls.LETTER}`", cls.__name__, str(cls.SIZE + 2), fields))
    return table("type | packet | bytes | fields and their offsets", rows)


def tables() -> Iterator[tuple[str, str]]:
    """Each table under the heading that it stands below."""
    yield "Packets with fields", packets()
    yield "Japannext: messages", messages(JAPANNEXT)
    yield "Japannext: reject reasons", values(japannext_codes.RejectReason)
    yield "Japannext: cancel reasons", values(japannext_codes.CancelReason)
    yield "Japannext with 64-bit quantities: messages", messages(JAPANNEXT64)
    yield "Nasdaq 4.2: messages", messages(NASDAQ42)
    yield "Nasdaq 4.2: reject reasons", values(nasdaq_codes.RejectReason42)
    yield "Nasdaq 5.0: messages", messages(NASDAQ50)
    yield "Nasdaq 5.0: tags", tags()
    yield "Nasdaq 5.0: reject codes", values(nasdaq_codes.RejectCode50)
    yield "Nasdaq 4.2 and 5.0: cancel reasons", values(nasdaq_codes.CancelReason)
