"""The day of an instrument is right as time passes, and takes no more memory the more is traded.

In: trades and times. Out: verdicts on figures. Never knows: where trades come from.
"""

from random import Random

import pytest

from base import limits
from base.publish.depth import Print
from base.publish.trades import DAY_BUCKETS, Day, Trades

MINUTE = limits.DAY_BUCKET_NS


def printed(price: int, lots: int, exec_id: int = 1, instrument: int = 1) -> Print:
    return Print(exec_id, instrument, price, lots, 1)


def test_nothing_was_traded() -> None:
    trades = Trades([1])
    assert trades.day(1) == Day(0, 0, 0, 0, 0)
    assert trades.next_deadline_ns() is None
    trades.pass_time(limits.DAY_NS * 3)
    assert not trades.changed


def test_a_trade_counts_for_a_day_and_its_price_stays_the_last_one() -> None:
    trades = Trades([1, 4])
    trades.follow([printed(100, 5), printed(90, 1), printed(95, 2)], 7 * MINUTE + 1)
    assert trades.day(1) == Day(95, 2, 8, 100, 90)
    assert trades.changed == {1}
    trades.changed.clear()
    deadline_ns = trades.next_deadline_ns()
    assert deadline_ns == (7 + DAY_BUCKETS + 1) * MINUTE
    trades.pass_time(deadline_ns - 1)
    assert trades.day(1) == Day(95, 2, 8, 100, 90) and not trades.changed
    trades.pass_time(deadline_ns)
    assert trades.day(1) == Day(95, 2, 0, 0, 0) and trades.changed == {1}
    assert trades.next_deadline_ns() is None
    assert trades.day(4) == Day()


def test_high_and_low_leave_with_their_trades() -> None:
    trades = Trades([1])
    for minute, price in enumerate((100, 300, 50, 120)):
        trades.follow([printed(price, 1)], minute * MINUTE)
    seen = []
    for minute in range(5):
        trades.pass_time((DAY_BUCKETS + minute) * MINUTE)
        seen.append(trades.day(1)[2:])
    assert seen == [(4, 300, 50), (3, 300, 50), (2, 120, 50), (1, 120, 120), (0, 0, 0)]


@pytest.mark.parametrize("seed", range(3))
def test_the_day_equals_a_plain_sum_over_all_trades(seed: int) -> None:
    chance, trades, history, now_ns = Random(seed), Trades([1]), list[tuple[int, int, int]](), 0
    for _ in range(2_000):
        now_ns += chance.choice((0, 1, MINUTE // 3, MINUTE, 90 * MINUTE))
        price, lots = chance.randint(1, 50), chance.randint(1, 9)
        trades.follow([printed(price, lots)], now_ns)
        history.append((now_ns // MINUTE, price, lots))
        young = [one for one in history if one[0] >= now_ns // MINUTE - DAY_BUCKETS]
        prices = [one[1] for one in young]
        assert trades.day(1) == Day(price, lots, sum(one[2] for one in young), max(prices), min(prices)), seed


def test_memory_is_bounded() -> None:
    trades = Trades([1])
    for minute in range(2 * DAY_BUCKETS):
        for _ in range(3):
            trades.follow([printed(1 + minute % 7, 1)], minute * MINUTE)
    assert len(trades._counted[1].buckets) == DAY_BUCKETS + 1


def test_a_last_price_from_before() -> None:
    trades = Trades([1])
    trades.begin(1, 77)
    assert trades.day(1) == Day(last_ticks=77)
