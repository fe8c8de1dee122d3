"""Messages as tables for people: every field with its place, value and meaning.

In: bytes, several messages in a row too. Out: lines of text. Never knows: where the bytes come from.
Follows the declarations of the messages; nothing about a layout is written here. Bytes that are no
message are answered in words, never by an exception.
"""

from collections.abc import Iterator
from typing import Any

from base.errors import ParseError
from base.limits import HEADER_BYTES
from base.wire.framing import header_fault
from base.wire.layout import Message
from base.wire.registry import header_class

HEADINGS = ("offset", "size", "field", "value", "meaning")


def dissect(data: bytes) -> tuple[list[str], str]:
    """Give the lines for all messages in ``data``, and what is wrong behind them; "" when nothing is.

    >>> lines, fault = dissect(bytes([ord("w"), 0, 34, 0]) + bytes(30) + b"H")
    >>> lines[0], fault
    ('risk_update_request w, 34 bytes', 'byte 34: 1 of the 4 bytes of a header')
    """
    lines: list[str] = []
    start = 0
    while start < len(data):
        try:
            message = _first_message(data[start:])
        except ParseError as error:
            return lines, f"byte {start}: {error}"
        lines += ["", *table(message)] if lines else table(message)
        start += message.SIZE
    return lines, "" if lines else "there are no bytes"


def table(message: Message) -> list[str]:
    """Give one message as a heading and a line per field."""
    rows = [HEADINGS, *_rows(message)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return [f"{message.NAME} {message.Data1}, {message.SIZE} bytes"] + [
        f"  {offset:>{widths[0]}}  {size:>{widths[1]}}  {name:<{widths[2]}}  {value:<{widths[3]}}  {meaning}".rstrip()
        for offset, size, name, value, meaning in rows
    ]


def _first_message(data: bytes) -> Message:
    header = data[:HEADER_BYTES]
    if len(header) < HEADER_BYTES:
        raise ParseError(f"{len(header)} of the {HEADER_BYTES} bytes of a header")
    cls = header_class(header)
    if cls is None:
        raise ParseError(header_fault(header))
    if len(data) < cls.SIZE:
        raise ParseError(f"{len(data)} of the {cls.SIZE} bytes of {cls.NAME}")
    return cls.parse(data[: cls.SIZE])


def _rows(message: Message) -> Iterator[tuple[str, str, str, str, str]]:
    values = message.fields()
    for spec in message.FIELDS:
        value = values[spec.name]
        if isinstance(value, list):
            yield str(spec.offset), str(spec.size), spec.name, "", spec.doc
            for position, entry in enumerate(value):
                for name, inner in entry.items():
                    yield "", "", f"  [{position}].{name}", _shown(inner), ""
        else:
            yield str(spec.offset), str(spec.size), spec.name, _shown(value), spec.doc


def _shown(value: Any) -> str:
    return ascii(value) if isinstance(value, str) else str(value)
