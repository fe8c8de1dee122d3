"""Orders sent to break things: by the thousand, in other people's names, with doubles that are no numbers."""

import math
import random

import pytest

from base import limits
from base.wire.bo.transaction import Transaction
from tests.gateway.test_order_entry import NOT_NUMBERS
from tests.kit.counts import count
from tests.kit.floor import KEY, Floor


def test_of_many_orders_with_foreign_accounts_or_keys_none_is_accepted_and_each_session_is_cut_at_the_third() -> None:
    """C13, seeded: accounts and keys of others, stale ones, and ones nobody has."""
    chance = random.Random(13)
    floor = Floor()
    floor.log_on(2)
    before = floor.exchange.state_hash()
    for _ in range(count(ordinary=100, long=10_000 // limits.FOREIGN_REQUESTS + 1)):
        floor.closed.clear()
        floor.log_on(1)
        for strike in range(1, limits.FOREIGN_REQUESTS + 1):
            fields = chance.choice(
                [
                    {"Account": chance.choice((0, 2, 3, 99, 2**32 - 1))},
                    {"Key": chance.choice((0, 1, -1, KEY, KEY + 2, 2**31 - 1))},
                    {"Account": 2, "Key": KEY + 2},
                ]
            )
            kind = chance.choice((1, 2, 5, 6))
            replies = floor.send(1, floor.order(1, MessageType=kind, OrigOrderID=1, **fields))
            assert replies[0].MessageType == 12 and replies[0].RejectReason in (19, 51)
            assert (1 in floor.closed) == (strike == limits.FOREIGN_REQUESTS)
    assert floor.exchange.state_hash() == before
    assert floor.read(2) == []


SPECIAL_DOUBLES = [
    *NOT_NUMBERS, -0.0, 5e-324, 2.2250738585072014e-308, 1e-9, 0.1 + 0.2, math.nextafter(100.0, 0.0),
    math.nextafter(100.0, 200.0), 100.25, 2.0**53, 2.0**53 + 1, 2.0**63, 1e300, -math.nan, 0.5,
]  # fmt: skip
COMPLETE = {
    "StopLimitPrice": 90.0, "TakeProfitPrice": 120.0, "SecondLegPrice": 110.0, "DisplaySize": 0.25, "RefreshSize": 0.25,
    "Layers": 4, "SizeIncrement": 0.25, "PriceIncrement": 1.0, "PriceOffset": 1.0, "TIF": 2,
}  # fmt: skip


@pytest.mark.parametrize("order_type", range(1, 18))
def test_every_double_is_an_exact_step_or_refused_by_name(order_type: int) -> None:
    """A6: twenty special doubles in every double field of every order type."""
    assert len(SPECIAL_DOUBLES) >= 20
    floor = Floor()
    floor.log_on(1)
    doubles = [spec.name for spec in Transaction.FIELDS if spec.code == "d"]
    for name in doubles:
        for value in SPECIAL_DOUBLES:
            attributes = "NNY" if name in ("DisplaySize", "RefreshSize") and order_type in (1, 5, 8) else ""
            fields = {"OrderType": order_type, "Attributes": attributes} | COMPLETE | {name: value}
            replies = floor.send(1, floor.order(1, **fields))
            if replies[0].MessageType == 12:
                assert replies[0].RejectReason in (14, 15, 16, 24, 27, 28, 29, 31, 32, 35, 47), (name, value)
            else:
                assert 0.0 <= value <= 2.0**53, (name, value)
