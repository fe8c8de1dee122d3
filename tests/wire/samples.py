"""Messages to test with: the golden vectors, and messages whose every byte was drawn.

In: a seed, or the drawing of hypothesis. Out: encoded messages that are legal.
Never knows: what is tested with them.
"""

import json
import random
import struct
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from base.wire.layout import FieldSpec, Message
from base.wire.registry import CLASSES

SEED = 20210726
VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden" / "bo.json").read_text("utf-8"))
BY_NAME = {cls.__name__: cls for cls in CLASSES}


def flat_specs(cls: type[Message]) -> list[FieldSpec]:
    """Every single field of a message, those of repeated groups entry by entry."""
    found = []
    for field in cls.fields_declared():
        record = getattr(field, "record", None)
        if record is None:
            found.append(field.spec)
            continue
        for start in range(field.spec.offset, field.spec.offset + field.spec.size, record.SIZE):
            found += [spec._replace(offset=start + spec.offset) for spec in record.FIELDS]
    return found


def text_specs(cls: type[Message]) -> list[FieldSpec]:
    """The text fields among them."""
    return [spec for spec in flat_specs(cls) if spec.code.endswith("s")]


def legal(cls: type[Message], raw: bytes, letter: str = "") -> bytes:
    """``raw`` with a right header, and ASCII in the text fields."""
    data = bytearray(raw)
    for spec in text_specs(cls):
        for position in range(spec.offset, spec.offset + spec.size):
            data[position] &= 0x7F
    data[:4] = struct.pack("<ccH", (letter or cls.LETTER).encode(), b"\0", cls.SIZE)
    return bytes(data)


def seeded(cls: type[Message], rng: random.Random) -> bytes:
    """A legal message with random content."""
    return legal(cls, rng.randbytes(cls.SIZE), rng.choice(cls.LETTERS))


@st.composite
def encoded(draw: st.DrawFn, cls: type[Message]) -> bytes:
    """A legal message; one of its texts may hold any letters, and its MessageLen may lie."""
    raw = draw(st.binary(min_size=cls.SIZE, max_size=cls.SIZE))
    data = bytearray(legal(cls, raw, draw(st.sampled_from(cls.LETTERS))))
    spec = draw(st.sampled_from(text_specs(cls)[1:]))
    text = draw(st.text(max_size=spec.size)).encode()
    if len(text) <= spec.size:
        data[spec.offset : spec.offset + spec.size] = text.ljust(spec.size, b"\0")
    if draw(st.booleans()):
        data[2:4] = draw(st.binary(min_size=2, max_size=2))
    return bytes(data)


def exactly(value: Any) -> Any:
    """``value`` with every float as its bits, so that NaN equals itself and -0.0 differs from 0.0."""
    if isinstance(value, float):
        return struct.pack("<d", value)
    if isinstance(value, dict):
        return {name: exactly(part) for name, part in value.items() if name != "_io"}
    if isinstance(value, list):
        return [exactly(part) for part in value]
    return value
