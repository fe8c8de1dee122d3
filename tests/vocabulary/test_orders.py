"""The market's numbers for sides, types and times equal those of the binary protocol.

In: both enumerations. Out: verdicts. Never knows: messages.
"""

from enum import IntEnum

import pytest

from base.vocabulary.orders import OpenOrder, OrderType, Side, TimeInForce
from base.wire.bo import codes

SAME_THING = {
    "LIMIT": "LMT", "MARKET": "MKT", "STOP_MARKET": "STOP_MKT", "STOP_LIMIT": "STOP_LMT", "ONE_CANCELS_OTHER": "OCO",
    "ONE_CANCELS_OTHER_ICE": "OCO_ICE", "SNIPER_MARKET": "SNIPER_MKT", "TRAILING_STOP_MARKET": "TSM",
    "TRAILING_STOP_LIMIT": "TSL", "TAKE_PROFIT_STOP_MARKET": "TPSL_MARKET", "TAKE_PROFIT_STOP_LIMIT": "TPSL_LIMIT",
    "FILL_OR_KILL": "FOK", "GOOD_TILL_CANCEL": "GTC", "IMMEDIATE_OR_CANCEL": "IOC", "POST_ONLY": "POO",
    "REDUCE_ONLY": "RED", "SELL_SHORT": "SELLSHORT",
}  # fmt: skip


@pytest.mark.parametrize("ours, theirs", [(Side, codes.Side), (OrderType, codes.OrderType), (TimeInForce, codes.TIF)])
def test_numbers_are_those_of_the_wire(ours: type[IntEnum], theirs: type[IntEnum]) -> None:
    assert {SAME_THING.get(one.name, one.name): int(one) for one in ours} == {one.name: int(one) for one in theirs}


def test_an_open_order_is_a_value() -> None:
    assert OpenOrder(1, 2, False, 100, 5, 0, 1, False) == OpenOrder(1, 2, False, 100, 5, 0, 1, False)
    assert not hasattr(OpenOrder(1, 2, False, 100, 5, 0, 1, False), "__dict__")
