"""What orders carry beyond price and quantity: each field's rule and code, in the order of section 7.5."""

import math

import pytest

from base.gateway.order_terms import read_terms
from base.gateway.translate_bo import InstrumentScales
from base.vocabulary.orders import TIMES_IN_FORCE, OrderTerms, OrderType
from base.vocabulary.rejects import Reject
from base.wire.bo.transaction import Transaction
from tests.kit.floor import INSTRUMENTS

SCALES = InstrumentScales(INSTRUMENTS[0])
LOT = 100_000
"""Lots of 1.0 BTC."""


def terms_of(**fields: object) -> OrderTerms | Reject:
    """The terms of an order for 1.0 at 100.0 (200 ticks) with these fields."""
    order = Transaction(**({"MessageType": 1, "BOPrice": 100.0, "BOSide": 1, "BOOrderQty": 1.0} | fields))
    return read_terms(order, SCALES.ticks[order.BOPrice], SCALES.lots[order.BOOrderQty], SCALES)


ICE = {"OrderType": 9, "Layers": 4, "SizeIncrement": 0.25, "PriceIncrement": 2.0, "PriceOffset": 1.0}
TAKEN = {
    "limit, hidden": ({"OrderType": 1, "Attributes": "NY"}, OrderTerms(hidden=True)),
    "limit, displayed in slices": (
        {"OrderType": 1, "Attributes": "NNY", "DisplaySize": 0.25, "RefreshSize": 0.5},
        OrderTerms(display_lots=LOT // 4, refresh_lots=LOT // 2),
    ),
    "sizes that are not asked for": ({"OrderType": 1, "DisplaySize": 0.1}, OrderTerms()),
    "stop, no price": ({"OrderType": 3, "BOPrice": 0.0, "StopLimitPrice": 101.0}, OrderTerms(stop_ticks=202)),
    "stop limit by the mark": (
        {"OrderType": 4, "StopLimitPrice": 101.0, "TriggerType": 3},
        OrderTerms(stop_ticks=202, trigger=3),
    ),
    "peg": ({"OrderType": 5}, OrderTerms()),
    "hidden by its type": ({"OrderType": 6}, OrderTerms(hidden=True)),
    "hidden peg": ({"OrderType": 7, "Attributes": "NYN"}, OrderTerms(hidden=True)),
    "one cancels the other": ({"OrderType": 8, "StopLimitPrice": 90.0}, OrderTerms(stop_ticks=180)),
    "ice": (
        ICE,
        OrderTerms(layers=4, size_increment_lots=LOT // 4, price_increment_ticks=2, price_offset_ticks=1),
    ),
    "ice of one layer": (
        ICE | {"Layers": 1, "SizeIncrement": 1.0, "PriceIncrement": 0.0, "PriceOffset": 0.0},
        OrderTerms(layers=1, size_increment_lots=LOT),
    ),
    "ice with a stop": (
        ICE | {"OrderType": 10, "StopLimitPrice": 120.0},
        OrderTerms(
            stop_ticks=240, layers=4, size_increment_lots=LOT // 4, price_increment_ticks=2, price_offset_ticks=1
        ),
    ),
    "bracket": ({"OrderType": 11, "SecondLegPrice": 110.0}, OrderTerms(second_leg_ticks=220)),
    "snipers": ({"OrderType": 12}, OrderTerms()),
    "trailing by an offset": (
        {"OrderType": 14, "BOPrice": 0.0, "StopLimitPrice": 95.0, "PriceOffset": 2.5},
        OrderTerms(stop_ticks=190, distance_ticks=5),
    ),
    "trailing by its prices": (
        {"OrderType": 15, "StopLimitPrice": 95.0},
        OrderTerms(stop_ticks=190, distance_ticks=10),
    ),
    "take profit": (
        {"OrderType": 16, "StopLimitPrice": 95.0, "TakeProfitPrice": 105.0},
        OrderTerms(stop_ticks=190, take_profit_ticks=210),
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_terms(name: str) -> None:
    fields, terms = TAKEN[name]
    assert terms_of(**fields) == terms


REFUSED: list[tuple[dict[str, object], Reject]] = [
    ({"OrderType": 11, "SecondLegPrice": 110.0, "BOSide": 2}, Reject.SIDE_INVALID),
    ({"OrderType": 4, "BOPrice": 0.0}, Reject.PRICE_INVALID),
    ({"OrderType": 12, "BOPrice": 0.0}, Reject.PRICE_INVALID),
    ({"OrderType": 3, "BOPrice": math.nan, "StopLimitPrice": 1.0}, Reject.PRICE_INVALID),
    ({"OrderType": 11}, Reject.PRICE_INVALID),
    ({"OrderType": 16, "StopLimitPrice": 95.0, "TakeProfitPrice": 0.3}, Reject.PRICE_INVALID),
    *(({"OrderType": t, "TakeProfitPrice": 1.0}, Reject.STOP_PRICE_INVALID) for t in (3, 4, 8, 10, 14, 15, 16, 17)),
    ({"OrderType": 3, "StopLimitPrice": 100.3}, Reject.STOP_PRICE_INVALID),
    ({"OrderType": 1, "Attributes": "NNY"}, Reject.DISPLAY_SIZE_INVALID),
    ({"OrderType": 1, "Attributes": "NNY", "DisplaySize": math.inf}, Reject.DISPLAY_SIZE_INVALID),
    ({"OrderType": 1, "Attributes": "NNY", "DisplaySize": 0.1}, Reject.REFRESH_SIZE_INVALID),
    (ICE | {"Layers": 0}, Reject.LAYERS_INVALID),
    (ICE | {"Layers": 11}, Reject.LAYERS_INVALID),
    (ICE | {"Layers": -1}, Reject.LAYERS_INVALID),
    (ICE | {"SizeIncrement": 0.0}, Reject.SIZE_INCREMENT_INVALID),
    (ICE | {"PriceOffset": 0.5}, Reject.PRICE_OFFSET_INVALID),
    (ICE | {"PriceIncrement": math.nan}, Reject.PRICE_INCREMENT_INVALID),
    (ICE | {"PriceIncrement": 0.0}, Reject.PRICE_INCREMENT_INVALID),
    (ICE | {"Layers": 3}, Reject.LAYERS_DO_NOT_ADD_UP),
    ({"OrderType": 14, "BOPrice": 0.0, "StopLimitPrice": 95.0}, Reject.PRICE_OFFSET_INVALID),
    ({"OrderType": 14, "StopLimitPrice": 95.0, "PriceOffset": 0.3}, Reject.PRICE_OFFSET_INVALID),
    ({"OrderType": 15, "StopLimitPrice": 100.0}, Reject.PRICE_OFFSET_INVALID),
    ({"OrderType": 1, "Attributes": "Y"}, Reject.FIELD_INVALID),
    ({"OrderType": 1, "Attributes": "NYNNNNNNNNNY"}, Reject.FIELD_INVALID),
    ({"OrderType": 1, "Attributes": "NYY", "DisplaySize": 0.1, "RefreshSize": 0.1}, Reject.FIELD_INVALID),
    ({"OrderType": 2, "Attributes": "NY"}, Reject.FIELD_INVALID),
    ({"OrderType": 12, "Attributes": "NNY", "DisplaySize": 0.1, "RefreshSize": 0.1}, Reject.FIELD_INVALID),
    ({"OrderType": 5, "TriggerType": 4}, Reject.FIELD_INVALID),
    ({"OrderType": 5, "RejectReason": 3}, Reject.FIELD_INVALID),
    ({"OrderType": 5, "ExecPrice": -1.0}, Reject.FIELD_INVALID),
    ({"OrderType": 5, "BOOrigPrice": math.nan}, Reject.FIELD_INVALID),
]


@pytest.mark.parametrize(("fields", "reject"), REFUSED)
def test_refusals(fields: dict[str, object], reject: Reject) -> None:
    assert terms_of(**fields) is reject


def test_the_original_price_of_a_replace_is_left_to_the_market() -> None:
    assert terms_of(OrderType=5, MessageType=2, BOOrigPrice=math.nan) == OrderTerms()


def test_ten_layers_are_the_most() -> None:
    terms = terms_of(**(ICE | {"Layers": 10, "SizeIncrement": 0.1}))
    assert isinstance(terms, OrderTerms) and terms.layers == 10


def test_every_order_type_has_its_times_in_force() -> None:
    assert set(TIMES_IN_FORCE) == set(map(int, OrderType))
