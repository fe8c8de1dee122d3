"""Japannext OUCH: golden vectors, the codec against construct, and what is special about this dialect.

In: tests/golden/ouch.json and drawn messages. Out: every byte and every field as expected.
Never knows: how the codec works.
"""

from typing import Any

import pytest

from base.wire.dialect import DialectMessage, Direction
from base.wire.ouch.japannext import JAPANNEXT, PRICE, EnterOrder, quick_code, quick_code_id
from base.wire.ouch.japannext_codes import PRICE_MAX, Group
from tests.wire.ouch.checks import (
    check_codec,
    check_declaration,
    check_every_message_has_vectors,
    check_noise,
    check_vector,
    every_class,
    vectors,
)


@pytest.mark.parametrize("vector", vectors(JAPANNEXT))
def test_golden_bytes_become_fields_and_fields_become_bytes(vector: dict[str, Any]) -> None:
    check_vector(JAPANNEXT, vector)


def test_every_message_has_golden_vectors() -> None:
    check_every_message_has_vectors(JAPANNEXT)


@every_class(JAPANNEXT)
def test_the_codec_equals_construct_in_both_directions(cls: type[DialectMessage]) -> None:
    check_codec(cls)


@every_class(JAPANNEXT)
def test_the_declaration(cls: type[DialectMessage]) -> None:
    check_declaration(cls)


def test_noise_raises_nothing_but_a_parse_error() -> None:
    check_noise(JAPANNEXT)


def test_the_number_of_messages_and_the_price() -> None:
    assert (len(JAPANNEXT.of(Direction.TO_HOST)), len(JAPANNEXT.of(Direction.TO_CLIENT))) == (3, 8)
    assert PRICE.to_wire("2300.5") == 23005
    assert str(PRICE.to_decimal(PRICE_MAX)) == "214748364.6"
    assert {name for cls in JAPANNEXT.messages for name in cls.PRICES} == {"price", "executionPrice"}


@pytest.mark.parametrize("code, number", [("1301", 0x31333031), ("130A", 0x31333041), ("AB", 0x41422020)])
def test_a_quick_code_lies_in_the_bytes_of_the_number(code: str, number: int) -> None:
    assert (quick_code_id(code), quick_code(number)) == (number, code)
    order = EnterOrder(orderbookId=quick_code_id(code))
    assert order.encode()[20:24] == code.ljust(4).encode()


@pytest.mark.parametrize("number", [0, 3, 0x20202020, 0xFFFFFFFF])
def test_a_plain_number_is_no_quick_code(number: int) -> None:
    assert quick_code(number) == ""


def test_words_filled_up_with_nuls_are_read() -> None:
    data = EnterOrder(clientReference="Lenny", group="DAY").encode().replace(b"Lenny     ", b"Lenny\0\0\0\0\0")
    data = data.replace(b"DAY ", b"DAY\0")
    order = EnterOrder.parse(data)
    assert (order.clientReference, order.group) == ("Lenny", Group.DAY)
    assert order.encode() == data
