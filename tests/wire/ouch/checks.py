"""What must hold for every dialect: golden vectors, and a codec equal to construct in both directions.

In: a dialect's vectors and classes. Out: failed assertions.
Never knows: which dialect it is.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.wire.dialect import Dialect, DialectMessage, Direction
from base.wire.ouch.appendage import LENGTH_FIELD, AppendableMessage
from tests.kit.counts import count
from tests.wire.samples import exactly

GOLDEN = Path(__file__).parents[2] / "golden" / "ouch.json"
VECTORS: list[dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))


def vectors(dialect: Dialect) -> list[Any]:
    """The golden vectors of a dialect as parameters of a test."""
    mine = [vector for vector in VECTORS if vector["protocol"] == dialect.name]
    return [pytest.param(vector, id=f"{vector['message']}-{number}") for number, vector in enumerate(mine)]


def every_class(dialect: Dialect) -> Any:
    """A decorator: the test runs with each class that is sent or read."""
    return pytest.mark.parametrize("cls", (*dialect.messages, *dialect.also_read), ids=lambda cls: cls.__name__)


def check_vector(dialect: Dialect, vector: dict[str, Any]) -> None:
    """Golden bytes become fields, and the fields become the bytes."""
    data, direction = bytes.fromhex(vector["hex"]), Direction(vector["direction"])
    message = dialect.decode(data, direction)
    assert (type(message).__name__, message.messageType) == (vector["message"], vector["type"])
    assert (message.encode(), len(data)) == (data, vector["length"])
    fields = dict(vector["fields"])
    assert type(message)(**fields).encode() == data
    assert type(message)(**fields) == message
    if LENGTH_FIELD not in [spec.name for spec in message.FIELDS]:
        fields.pop(LENGTH_FIELD, None)
    assert message.fields() == {"messageType": vector["type"], **fields}
    for name, value in fields.items():
        assert getattr(message, name) == value
    assert eval(repr(message), {type(message).__name__: type(message)}) == message


def check_every_message_has_vectors(dialect: Dialect) -> None:
    mine = [vector for vector in VECTORS if vector["protocol"] == dialect.name]
    seen = {(vector["message"], vector["direction"]) for vector in mine}
    assert seen == {(cls.__name__, cls.DIRECTION.value) for cls in dialect.messages}


@st.composite
def encoded(draw: st.DrawFn, cls: type[DialectMessage]) -> bytes:
    """Any fixed part of a message, its texts printable and therefore filled up with spaces."""
    data = bytearray(draw(st.binary(min_size=cls.SIZE, max_size=cls.SIZE)))
    for spec in cls.FIELDS:
        if spec.code.endswith("s"):
            for place in range(spec.offset, spec.offset + spec.size):
                data[place] = 32 + data[place] % 95
    data[:1] = cls.LETTER.encode()
    if cls.FIELDS[-1].name == LENGTH_FIELD:
        data[-2:] = b"\0\0"
    return bytes(data)


def check_codec(cls: type[DialectMessage]) -> None:
    """The derived codec and construct agree on every message, both ways."""

    @settings(max_examples=count(ordinary=15, long=1000))
    @given(encoded(cls))
    def check(data: bytes) -> None:
        message, container = cls.parse(data), cls.LAYOUT.parse(data)
        fields = message.fields()
        assert fields == exactly(container)
        assert message.encode() == data == cls.LAYOUT.build(container) == cls.LAYOUT.build(fields)
        assert cls(**fields).encode() == data
        assert message.replace(**fields) == message

    check()


def check_declaration(cls: type[DialectMessage]) -> None:
    """Every field has its doc, a new message its letter and blank texts, a wrong length or letter is refused."""
    assert all(spec.doc for spec in cls.FIELDS)
    assert sum(spec.size for spec in cls.FIELDS) == cls.SIZE == cls.LAYOUT.sizeof()
    assert cls.__doc__ is not None
    assert cls.__doc__.startswith(f"`{cls.LETTER}`")
    empty = cls().encode()
    for spec in cls.FIELDS[1:]:
        blank = b" " if spec.code.endswith("s") else b"\0"
        assert empty[spec.offset : spec.offset + spec.size] == blank * spec.size, spec.name
    assert not hasattr(cls(), "__dict__")
    for wrong in (empty[:-1], b""):
        with pytest.raises(ParseError, match=f"takes {cls.SIZE} bytes, got {len(wrong)}"):
            cls.parse(wrong)
    with pytest.raises(ParseError):
        cls.parse(empty + b"\0")
    if not issubclass(cls, AppendableMessage):
        with pytest.raises(ParseError, match=f"takes {cls.SIZE} bytes, got {cls.SIZE + 1}"):
            cls.parse(empty + b"\0")
    with pytest.raises(ParseError, match="messageType"):
        cls.parse(b"?" + empty[1:])
    with pytest.raises(FieldError, match="no such field"):
        cls(price_=1)


def check_noise(dialect: Dialect) -> None:
    """Nothing but a ParseError comes out of any bytes."""
    letters = "".join({cls.LETTER for cls in dialect.messages}).encode()

    @settings(max_examples=count(ordinary=300, long=20_000))
    @given(st.binary(max_size=100), st.sampled_from(letters), st.booleans(), st.sampled_from(Direction))
    def check(data: bytes, letter: int, known: bool, direction: Direction) -> None:
        data = bytes([letter]) + data if known else data
        try:
            assert dialect.decode(data, direction).encode() == data
        except ParseError as error:
            assert str(error)

    check()
