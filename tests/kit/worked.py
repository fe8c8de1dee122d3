"""A message as a page shows it: a line per field with its place, its bytes and its value; what repeats stands once.

In: a message, or such lines. Out: lines, or the bytes that they show. Never knows: which page, who sent the message.
Neighbours that are all zero share a line, and so do equal entries behind each other; ``x 9`` is how often. What an
entry says stands in a line below its bytes.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from base.wire.fields import EntriesField
from base.wire.layout import Message

LINE = re.compile(r" *(\d+)  ((?:[0-9a-f]{2})+(?: [0-9a-f]+)*)(?: x (\d+))?(?:  .*)?")
BELOW = " " * 6


class Part(NamedTuple):
    """A field, or one entry of a group: where it is, its bytes (those of each field apart), and what it says."""

    offset: int
    pieces: tuple[bytes, ...]
    name: str
    said: str


def worked(message: Message) -> list[str]:
    """The lines of a message."""
    lines = []
    for _, group in groupby(_parts(message), key=lambda part: (part.name.partition("[")[0], part.pieces, part.said)):
        parts = list(group)
        first, last = parts[0].name, parts[-1].name
        name = first if first == last else f"{first} to {last}"
        times = f" x {len(parts)}" if len(parts) > 1 else ""
        bytes_shown = " ".join(piece.hex() for piece in parts[0].pieces)
        line = f"{parts[0].offset:>4}  {bytes_shown}{times}"
        if "[" in name:
            lines += [f"{line}  {name}", f"{BELOW}{parts[0].said}"]
        else:
            lines.append(f"{line:<32}{name} {parts[0].said}".rstrip())
    return lines


def shown(lines: list[str]) -> bytes:
    """The bytes that such lines show; AssertionError when an offset is not where the bytes before it end."""
    data = b""
    for line in lines:
        if line.startswith(BELOW):
            continue
        match = LINE.fullmatch(line)
        assert match, f"not a line of a message: {line!r}"
        assert int(match[1]) == len(data), line
        data += bytes.fromhex(match[2]) * int(match[3] or 1)
    return data


def _parts(message: Message) -> Iterator[Part]:
    data, values = message.encode(), message.fields()
    zeros: list[Part] = []
    for part in _all_parts(message, data, values):
        if any(map(any, part.pieces)) or "[" in part.name:
            yield from _folded(zeros)
            zeros = []
            yield part
        else:
            zeros.append(part)
    yield from _folded(zeros)


def _folded(zeros: list[Part]) -> Iterator[Part]:
    """Fields in a row that say nothing, as one."""
    if len(zeros) < 2:
        yield from zeros
        return
    size = sum(len(part.pieces[0]) for part in zeros)
    for _ in range(size):
        yield Part(zeros[0].offset, (b"\0",), f"{zeros[0].name} to {zeros[-1].name}", "say nothing")


def _all_parts(message: Message, data: bytes, values: dict[str, Any]) -> Iterator[Part]:
    for field in message.fields_declared():
        name, offset, size, _, _ = field.spec
        if not isinstance(field, EntriesField):
            yield Part(offset, (data[offset : offset + size],), name, _text(values[name]))
            continue
        for place, entry in enumerate(values[name]):
            start = offset + place * field.record.SIZE
            specs = field.record.FIELDS
            pieces = tuple(data[start + one.offset : start + one.offset + one.size] for one in specs)
            told = ", ".join(f"{key} {_text(value)}" for key, value in entry.items())
            yield Part(start, pieces, f"{name}[{place}]", told)


def _text(value: Any) -> str:
    return ascii(value) if isinstance(value, str) else str(value)
