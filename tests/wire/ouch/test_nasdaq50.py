"""Nasdaq OUCH 5.0: golden vectors, the codec against construct, and what is special about this dialect.

In: tests/golden/ouch.json and drawn messages. Out: every byte and every field as expected.
Never knows: how the codec works.
"""

from typing import Any

import pytest

from base.wire.dialect import DialectMessage, Direction
from base.wire.ouch.appendage import AppendableMessage
from base.wire.ouch.nasdaq50 import NASDAQ50, PRICE, AIQCanceled31, TradeCorrection
from tests.wire.ouch.checks import (
    check_codec,
    check_declaration,
    check_every_message_has_vectors,
    check_noise,
    check_vector,
    every_class,
    vectors,
)


@pytest.mark.parametrize("vector", vectors(NASDAQ50))
def test_golden_bytes_become_fields_and_fields_become_bytes(vector: dict[str, Any]) -> None:
    check_vector(NASDAQ50, vector)


def test_every_message_has_golden_vectors() -> None:
    check_every_message_has_vectors(NASDAQ50)


@every_class(NASDAQ50)
def test_the_codec_equals_construct_in_both_directions(cls: type[DialectMessage]) -> None:
    check_codec(cls)


@every_class(NASDAQ50)
def test_the_declaration(cls: type[DialectMessage]) -> None:
    check_declaration(cls)


def test_noise_raises_nothing_but_a_parse_error() -> None:
    check_noise(NASDAQ50)


def test_the_number_of_messages_and_the_price() -> None:
    assert (len(NASDAQ50.of(Direction.TO_HOST)), len(NASDAQ50.of(Direction.TO_CLIENT))) == (8, 18)
    assert len(NASDAQ50.messages) == 8 + 17, "Trade Correction is read only"
    assert PRICE.to_wire("150.34") == 1503400


def test_layouts_that_are_read_and_not_sent() -> None:
    old, correction = AIQCanceled31(userRefNum=1), TradeCorrection(userRefNum=1, clOrdId="a")
    assert NASDAQ50.decode(old.encode(), Direction.TO_CLIENT) == old
    assert NASDAQ50.decode(correction.encode(), Direction.TO_CLIENT) == correction
    assert NASDAQ50.of(Direction.TO_CLIENT)["D"].__name__ == "AIQCanceled"


def test_what_a_message_may_carry_behind_it() -> None:
    """The table of the facts page, tag by tag."""
    allowed = {
        ("O", Direction.TO_HOST): "2 3 4 5 6 7 9 10 11 12 13 15 16 17 24 25 26 28 29 30",
        ("U", Direction.TO_HOST): "3 5 6 7 9 10 11 12 13 15 16 17 25 26 27 28 29 30",
        ("M", Direction.TO_HOST): "25 26 28",
        ("C", Direction.TO_HOST): "24 27 28",
        ("A", Direction.TO_CLIENT): "2 3 4 5 6 7 9 10 11 12 13 14 15 16 17 18 24 25 28 29 30",
        ("U", Direction.TO_CLIENT): "2 3 5 6 12 15 16 17 18 28 29 30",
        ("E", Direction.TO_CLIENT): "19 20 28",
        ("R", Direction.TO_CLIENT): "1 22 23 28",
        ("M", Direction.TO_CLIENT): "25 26 28",
        ("X", Direction.TO_CLIENT): "24 27 28",
    }
    for cls in NASDAQ50.messages:
        if issubclass(cls, AppendableMessage):
            numbers = allowed.get((cls.LETTER, cls.DIRECTION), "28")
            assert " ".join(map(str, sorted(cls.ALLOWED))) == numbers, cls.__name__
    assert not issubclass(NASDAQ50.named("SystemEvent"), AppendableMessage)
