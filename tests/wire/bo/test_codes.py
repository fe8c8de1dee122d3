"""The enumerations: complete, and in step with the market's own words.

In: the enumerations of wire and of vocabulary. Out: equal numbers.
Never knows: what the numbers do.
"""

from enum import IntEnum

import pytest

from base.vocabulary import orders
from base.wire.bo import codes

FIRST_AND_LAST = {
    codes.LogonType: (1, 2), codes.LoginStatus: (0, 2), codes.MessageType: (1, 23), codes.OrderType: (1, 17),
    codes.TIF: (1, 6), codes.Side: (1, 3), codes.SymbolType: (1, 3), codes.RequestType: (1, 2),
    codes.ResponseType: (1, 7), codes.UpdateType: (1, 10), codes.SubscribeType: (1, 8), codes.TriggerType: (0, 3),
    codes.RejectReason: (1, 57),
}  # fmt: skip


@pytest.mark.parametrize("enumeration", FIRST_AND_LAST, ids=lambda enumeration: enumeration.__name__)
def test_no_number_is_missing(enumeration: type[IntEnum]) -> None:
    first, last = FIRST_AND_LAST[enumeration]
    assert [member.value for member in enumeration] == list(range(first, last + 1))


@pytest.mark.parametrize(
    "wire, market",
    [(codes.Side, orders.Side), (codes.OrderType, orders.OrderType), (codes.TIF, orders.TimeInForce)],
    ids=lambda enumeration: enumeration.__name__,
)
def test_the_market_counts_as_the_wire_does(wire: type[IntEnum], market: type[IntEnum]) -> None:
    assert [member.value for member in wire] == [member.value for member in market]


@pytest.mark.parametrize(
    "reason, code",
    [
        ("ORDER_NOT_FOUND", 1),
        ("PRICE_INVALID", 14),
        ("INSTRUMET_WOULD_CAUSE_MARGIN_TO_BE_EXCEEDED", 37),
        ("DUPLICATE_ORDER_ID", 45),
        ("NOT_ENOUGH_EQUITY_TO_COMPLETE", 47),
        ("KEY_INVALID", 51),
        ("USER_ALREADY_LGGGED_IN", 53),
        ("ORIG_ORDER_NOT_FOUND", 54),
        ("NO_MARKET_MAKER_VOLUME", 57),
    ],
)
def test_reject_codes_by_name(reason: str, code: int) -> None:
    assert codes.RejectReason[reason] == code


def test_some_codes_are_no_refusal() -> None:
    assert {0, 49, 50} == codes.NO_REJECT


def test_attribute_positions_are_distinct_and_within_the_field() -> None:
    positions = [value for name, value in vars(codes).items() if name.startswith("ATTRIBUTE_")]
    assert sorted(positions) == list(range(1, 12))
