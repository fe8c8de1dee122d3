"""Records without a fixed size: the same objects as all others, equal to construct, strict about their bytes.

In: record classes and drawn values. Out: their bytes and back, or an error that names the field.
Never knows: definitions in XML.
"""

from typing import Any

import pytest
from construct import GreedyBytes, Int8ub, Int16ub, Int16ul, Int32ub, Prefixed, Struct
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.wire.alpha import Alpha, Char
from base.wire.dialect import Dialect, Direction, layout
from base.wire.free_record import Counted, FreeMessage, FreeRecord, LengthText, Nested, fixed_size
from base.wire.record import Record
from tests.kit.counts import count


class Leg(Record):
    """A record of fixed size."""

    __slots__ = ()
    BYTE_ORDER = ">"
    LAYOUT = Struct("name" / Alpha(2) * "name", "size" / Int16ub * "size")


class Note(FreeRecord):
    """A record without one."""

    __slots__ = ()
    BYTE_ORDER = ">"
    LAYOUT = Struct("text" / LengthText(Prefixed(Int8ub, GreedyBytes), "ascii") * "text", "leg" / Nested(Leg) * "leg")


class Order(FreeMessage, letter="O", direction=Direction.TO_HOST):
    """`O`, with everything that varies."""

    __slots__ = ()
    LAYOUT = layout(
        "token" / Int32ub * "token",
        "side" / Char() * "side",
        "legs" / Counted(Int8ub, Nested(Leg)) * "legs",
        "notes" / Counted(Int16ul, Nested(Note)) * "notes",
        "numbers" / Counted(Int8ub, Int16ub) * "numbers",
        "last" / Int16ul * "of the other byte order",
    )


LEGS = st.fixed_dictionaries({"name": st.text("ABC", max_size=2), "size": st.integers(0, 65535)})
NOTES = st.fixed_dictionaries({"text": st.text("abc ", max_size=9), "leg": LEGS})
ORDERS = st.fixed_dictionaries(
    {
        "messageType": st.just("O"),
        "token": st.integers(0, 2**32 - 1),
        "side": st.sampled_from("BS"),
        "legs": st.lists(LEGS, max_size=3),
        "notes": st.lists(NOTES, max_size=3),
        "numbers": st.lists(st.integers(0, 65535), max_size=3),
        "last": st.integers(0, 65535),
    }
)


@given(ORDERS)
@settings(max_examples=count(ordinary=100, long=10_000))
def test_it_equals_construct_in_both_directions(values: dict[str, Any]) -> None:
    order = Order(**values)
    data = order.encode()
    assert data == Order.LAYOUT.build(values)
    assert Order.parse(data) == order
    assert order.fields() == Order.parse(data).fields() == values
    parsed = Order.LAYOUT.parse(data)
    assert [leg.fields() for leg in parsed.legs] == values["legs"]
    assert order.replace(token=5).fields() == {**values, "token": 5}
    for cut in range(len(data)):
        with pytest.raises(ParseError, match=f"Order is cut short in byte {cut}"):
            Order.parse(data[:cut])
    with pytest.raises(ParseError, match=f"Order: takes {len(data)} bytes, got {len(data) + 1}"):
        Order.parse(data + b"\0")


def test_an_order_that_nobody_filled() -> None:
    assert Order().encode() == b"O" + bytes(4) + b" " + bytes(1 + 2 + 1 + 2)
    assert repr(Order()) == "Order()"
    assert Note().encode() == b"\0" + b"  " + bytes(2)
    assert Order.SIZE == 8, "the least, without what varies"


def test_records_in_it_are_objects_that_may_be_given_back() -> None:
    order = Order(legs=[Leg(name="A", size=1), {"name": "B"}], notes=[Note(text="x", leg={"size": 2})])
    assert order.legs == [Leg(name="A", size=1), Leg(name="B")]
    assert order.notes[0].leg.size == 2
    assert Order(legs=order.legs, notes=order.notes) == order
    assert eval(repr(order)) == order


def test_a_dialect_finds_it() -> None:
    small = Dialect("small", [Order])
    order = Order(numbers=[1, 2, 3])
    assert small.decode(order.encode(), Direction.TO_HOST) == order
    with pytest.raises(ParseError, match="messageType"):
        Order.parse(b"X" + order.encode()[1:])


@pytest.mark.parametrize(
    "values, words",
    [
        ({"token": -1}, "token: -1 is outside 0 to 4294967295"),
        ({"side": "BS"}, "side: 'BS' is not one character"),
        ({"legs": {"name": "A"}}, "is no list"),
        ({"legs": [7]}, "7 is neither Leg nor dict"),
        ({"legs": [{"size": 65536}]}, "size: 65536 is outside"),
        ({"legs": [{"sise": 1}]}, "sise: Leg has no such field"),
        ({"legs": [{}] * 256}, "legs: .* cannot be built"),
        ({"notes": [{"text": "x" * 256}]}, "text: .* cannot be built"),
        ({"notes": [{"text": 7}]}, "7 is no text"),
        ({"numbers": [70_000]}, "numbers: .* cannot be built"),
        ({"lgs": []}, "lgs: Order has no such field"),
    ],
)
def test_what_cannot_be_built_is_refused_by_name(values: dict[str, Any], words: str) -> None:
    with pytest.raises(FieldError, match=words):
        Order(**values)


@given(st.binary(max_size=40))
@settings(max_examples=count(ordinary=300, long=20_000))
def test_noise_raises_nothing_but_a_parse_error(data: bytes) -> None:
    try:
        assert Order.parse(b"O" + data).encode() == b"O" + data
    except ParseError as error:
        assert str(error)


def test_text_of_another_alphabet_is_refused() -> None:
    with pytest.raises(ParseError, match="is not ascii text"):
        Note.parse(b"\x01\xff" + bytes(4))


def test_which_sizes_are_fixed() -> None:
    assert fixed_size(Nested(Leg)) == 4
    assert fixed_size(Nested(Note)) is None
    assert fixed_size(Counted(Int8ub, Int8ub)) is None
