"""Fields as people write them: any spelling of a name, prices as decimals, integers that wrap, and clear refusals."""

import json

import pytest

from base.client.ouch.plain import build, choices, message_class, read_words, same, shown, understood, wire_value
from base.errors import FieldError
from base.wire.dialect import Direction
from base.wire.ouch.japannext import JAPANNEXT, CancelOrder, EnterOrder, OrderAccepted
from base.wire.ouch.nasdaq50 import EnterOrder as EnterOrder50


def test_spelling_does_not_count() -> None:
    given = {"order_token": 1, "Quantity": 2}
    assert build(CancelOrder, given) == CancelOrder(orderToken=1, quantity=2)
    assert same("orderbook-id") == same("orderbookId")


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("price", 2300.5, 23005), ("price", 2300, 23000), ("price", "0.1", 1),
        ("quantity", -10, 4294967286), ("quantity", 7, 7),
        ("group", "DAY", "DAY"), ("display", "", " "), ("orderClassification", 1, "1"),
    ],
)  # fmt: skip
def test_values_become_what_the_wire_has(name: str, value: object, expected: object) -> None:
    assert wire_value(EnterOrder, name, value) == expected


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("price", 1203.55, "decimals"), ("price", -1, "price"), ("price", True, "no price"), ("price", 5e8, "price"),
        ("quantity", 1.5, "whole number"), ("quantity", 2**32, "quantity"), ("quantity", "7", "whole number"),
        ("group", "TOOLONG", "group"), ("display", "PP", "display"), ("group", 3, "group"),
    ],
)  # fmt: skip
def test_what_the_wire_cannot_have_is_refused_by_name(name: str, value: object, words: str) -> None:
    with pytest.raises(FieldError, match=words) as refused:
        wire_value(EnterOrder, name, value)
    assert name in str(refused.value)


def test_missing_unknown_and_double_fields_are_named() -> None:
    with pytest.raises(FieldError, match="CancelOrder lacks quantity"):
        build(CancelOrder, {"orderToken": 1})
    with pytest.raises(FieldError, match="did you mean quantity"):
        build(CancelOrder, {"orderToken": 1, "quantitty": 1})
    with pytest.raises(FieldError, match="colour: CancelOrder has no such field; it has orderToken, quantity"):
        build(CancelOrder, {"colour": 1})
    with pytest.raises(FieldError, match="twice"):
        build(CancelOrder, {"orderToken": 1, "order_token": 1, "quantity": 1})


def test_a_type_is_its_letter_or_its_name() -> None:
    assert message_class(JAPANNEXT, "U", Direction.TO_CLIENT).__name__ == "OrderReplaced"
    assert message_class(JAPANNEXT, "ReplaceOrder", Direction.TO_HOST).__name__ == "ReplaceOrder"
    with pytest.raises(FieldError, match="O EnterOrder"):
        message_class(JAPANNEXT, "A", Direction.TO_HOST)


def test_an_appendage_is_given_as_it_is() -> None:
    assert understood(EnterOrder50, {"appendage": {"MinQty": 5}, "price": 1.5}) == {
        "appendage": {"MinQty": 5}, "price": 15000,
    }  # fmt: skip


@pytest.mark.parametrize("name, words, value", [("display", "-", " "), ("price", "23.5", 235), ("quantity", "5", 5)])
def test_typed_words_are_read(name: str, words: str, value: object) -> None:
    assert read_words(EnterOrder, name, words) == value


@pytest.mark.parametrize(
    "name, words", [("buySellIndicator", "Q"), ("quantity", "-1"), ("quantity", "x"), ("price", "x")]
)
def test_typed_words_that_make_no_sense_are_refused(name: str, words: str) -> None:
    with pytest.raises(FieldError, match=name):
        read_words(EnterOrder, name, words)
    assert choices(EnterOrder, "buySellIndicator") == ["B", "S", "T", "E"]
    assert choices(EnterOrder, "quantity") == choices(EnterOrder, "group") == []


def test_a_message_is_shown_in_the_format_of_scripts() -> None:
    told = json.loads(shown(OrderAccepted(price=23005, group="DAY")))
    assert (told["message_type"], told["price"], told["group"]) == ("A", 2300.5, "DAY")
    given = json.loads(shown(CancelOrder(orderToken=1, quantity=2)))
    given.pop("message_type")
    assert build(CancelOrder, given) == CancelOrder(orderToken=1, quantity=2)
