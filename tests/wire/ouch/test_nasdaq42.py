"""Nasdaq OUCH 4.2: golden vectors, the codec against construct, and what is special about this dialect.

In: tests/golden/ouch.json and drawn messages. Out: every byte and every field as expected.
Never knows: how the codec works.
"""

from typing import Any

import pytest

from base.wire.dialect import DialectMessage, Direction
from base.wire.ouch.nasdaq42 import NASDAQ42, PRICE, AIQCanceled, AIQCanceled38, CancelOrder
from base.wire.ouch.nasdaq_codes import MARKET_PRICE, MARKET_PRICE_ROUND, PRICE_MAX
from tests.wire.ouch.checks import (
    check_codec,
    check_declaration,
    check_every_message_has_vectors,
    check_noise,
    check_vector,
    every_class,
    vectors,
)


@pytest.mark.parametrize("vector", vectors(NASDAQ42))
def test_golden_bytes_become_fields_and_fields_become_bytes(vector: dict[str, Any]) -> None:
    check_vector(NASDAQ42, vector)


def test_every_message_has_golden_vectors() -> None:
    check_every_message_has_vectors(NASDAQ42)


@every_class(NASDAQ42)
def test_the_codec_equals_construct_in_both_directions(cls: type[DialectMessage]) -> None:
    check_codec(cls)


@every_class(NASDAQ42)
def test_the_declaration(cls: type[DialectMessage]) -> None:
    check_declaration(cls)


def test_noise_raises_nothing_but_a_parse_error() -> None:
    check_noise(NASDAQ42)


def test_the_number_of_messages_and_the_price() -> None:
    assert (len(NASDAQ42.of(Direction.TO_HOST)), len(NASDAQ42.of(Direction.TO_CLIENT))) == (5, 15)
    assert PRICE.to_wire("150.34") == 1503400
    assert str(PRICE.to_decimal(PRICE_MAX)) == "199999.9900"
    assert PRICE.to_wire(200_000) == MARKET_PRICE_ROUND
    assert PRICE.to_wire("214748.3647") == MARKET_PRICE


def test_both_lengths_of_aiq_canceled_are_read_and_the_old_one_is_sent() -> None:
    old, new = AIQCanceled(orderToken="A"), AIQCanceled38(orderToken="A", aiqStrategy="O")
    assert NASDAQ42.decode(old.encode(), Direction.TO_CLIENT) == old
    assert NASDAQ42.decode(new.encode(), Direction.TO_CLIENT) == new
    assert NASDAQ42.of(Direction.TO_CLIENT)["D"] is AIQCanceled is NASDAQ42.named("AIQCanceled")


def test_spaces_in_front_of_a_token_are_part_of_it() -> None:
    assert CancelOrder.parse(CancelOrder(orderToken="  a B ").encode()).orderToken == "  a B"
