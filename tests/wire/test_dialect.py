"""Dialects: a message is found by direction, letter and length; prices are read and written as people do.

In: small dialects made here. Out: messages, classes, prices, or errors that name what is wrong.
Never knows: the dialects that are spoken.
"""

from decimal import Decimal
from typing import Any

import pytest
from construct import Int16ub, Struct
from hypothesis import given
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.wire.dialect import Dialect, DialectMessage, Direction, Price, layout

IN, OUT = Direction.TO_HOST, Direction.TO_CLIENT


class Ask(DialectMessage, letter="U", direction=IN, size=7):
    """`U`, one way."""

    __slots__ = ()
    LAYOUT = layout("size" / Int16ub * "size", "price" / Price(4, 100) * "price")


class Answer(DialectMessage, letter="U", direction=OUT, size=3):
    """`U`, the other way."""

    __slots__ = ()
    LAYOUT = layout("size" / Int16ub * "size")


class LongAnswer(DialectMessage, letter="U", direction=OUT, size=5):
    """`U` as an older text has it."""

    __slots__ = ()
    LAYOUT = layout("size" / Int16ub * "size", "more" / Int16ub * "more")


SMALL = Dialect("small", (Ask, Answer), also_read=(LongAnswer,))


def test_a_message_is_found_by_direction_letter_and_length() -> None:
    for message, direction in ((Ask(size=1), IN), (Answer(size=2), OUT), (LongAnswer(more=3), OUT)):
        assert SMALL.decode(message.encode(), direction) == message
    assert SMALL.of(OUT) == {"U": Answer}
    assert SMALL.named("Ask") is Ask
    assert repr(SMALL) == "<small: 2 messages>"


@pytest.mark.parametrize(
    "data, direction, words",
    [
        (b"", IN, r"messageType: b'' is none of small client_to_host: U"),
        (b"X12", OUT, r"messageType: b'X' is none of small host_to_client: U"),
        (b"U1", OUT, "Answer: takes 3 bytes, got 2"),
        (b"U123", OUT, "Answer: takes 3 bytes, got 4"),
        (b"U12", IN, "Ask: takes 7 bytes, got 3"),
    ],
)
def test_what_is_no_message_is_refused_by_name(data: bytes, direction: Direction, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        SMALL.decode(data, direction)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(FieldError, match="LongAnswer: no message of small; it has Ask, Answer"):
        SMALL.named("LongAnswer")


def test_a_message_carries_its_letter_and_knows_its_prices() -> None:
    assert (Ask().messageType, Ask().encode(), Ask.LETTER, Ask.DIRECTION) == ("U", b"U" + bytes(6), "U", IN)
    assert list(Ask.PRICES) == ["price"]
    assert Answer.PRICES == {}


def test_a_wrong_declaration_is_found_at_once() -> None:
    with pytest.raises(AssertionError, match="declared 4 bytes, the layout has 3"):

        class Long(DialectMessage, letter="L", direction=IN, size=4):
            LAYOUT = layout("size" / Int16ub * "size")

    with pytest.raises(AssertionError, match="in which direction"):

        class Lost(DialectMessage, letter="L"):
            LAYOUT = layout("size" / Int16ub * "size")

    with pytest.raises(AssertionError, match="Headless"):

        class Headless(DialectMessage, letter="L", direction=IN):
            LAYOUT = Struct("size" / Int16ub * "size")

    with pytest.raises(AssertionError, match="two messages have one name"):
        Dialect("twice", (Ask, Ask))


@pytest.mark.parametrize(
    "value, wire", [("23.5", 2350), (23, 2300), (23.5, 2350), (Decimal("0.01"), 1), ("1e2", 10_000), ("-0.5", -50)]
)
def test_a_price_as_people_write_it(value: Any, wire: int) -> None:
    price = Price(4, 100)
    assert price.to_wire(value) == wire
    assert price.to_decimal(wire) == Decimal(str(value))


@pytest.mark.parametrize(
    "value, words",
    [("23.555", "more than 2 decimals"), (0.1 + 0.2, "more than 2 decimals"), (f"0.3{'0' * 30}1", "more than 2")]
    + [
        (value, "is no number")
        for value in ("", "abc", "1e999999999", "1e-99", "nan", "inf", "-inf", None, float("nan"), [])
    ],
)
def test_a_price_that_the_wire_cannot_carry_is_refused(value: Any, words: str) -> None:
    with pytest.raises(FieldError, match=words):
        Price(4, 100).to_wire(value)


def test_the_range_of_a_price_is_that_of_its_bytes() -> None:
    assert Ask(price=0xFFFFFFFF).price == 0xFFFFFFFF
    for wrong in (-1, 1 << 32):
        with pytest.raises(FieldError, match=r"price: .* is outside 0 to 4294967295"):
            Ask(price=wrong)


@given(st.integers(0, 2**64 - 1), st.sampled_from([1, 10, 10_000]))
def test_every_price_comes_back(wire: int, scale: int) -> None:
    price = Price(8, scale)
    assert price.to_wire(str(price.to_decimal(wire))) == wire
