"""Trailing stops in groups stand where each would stand if it were followed alone.

In: orders with stop and distance, prices. Out: verdicts on who is set free and where stops stand.
Never knows: the book. The other way to do it is section 4.14 of docs/order-types.md word by word.
"""

from random import Random

import pytest

from base.matching.price_level import Order, Special
from base.matching.trails import Trails
from base.vocabulary.orders import OrderTerms, OrderType, Side
from tests.matching.orders import order


def trailing(number: int, side: int, stop: int, distance: int) -> Order:
    made = order(number, 1, side=side)
    made.order_type = OrderType.TRAILING_STOP_MARKET
    made.special = Special(OrderTerms(stop_ticks=stop, distance_ticks=distance), side, hidden=False, follows=False)
    made.special.stop_ticks = stop
    return made


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_groups_do_what_each_stop_does_alone(seed: int, side: int) -> None:
    random = Random(seed)
    sells = side == Side.SELL
    trails = Trails(1 if sells else -1)
    alone: dict[int, tuple[Order, int]] = {}
    price = 1_000
    for number in range(1, 1_500):
        made = trailing(number, side, price + (-1 if sells else 1) * random.randint(1, 30), random.randint(1, 25))
        trails.put(made)
        alone[number] = made, made.special.stop_ticks  # type: ignore[union-attr]
        if random.random() < 0.3:
            taken, stop = alone.pop(random.choice(list(alone)))
            assert trails.stop_of(taken) == stop
            trails.take(taken)
        price += random.randint(-6, 6)
        free = set()
        for n, (one, stop) in alone.items():
            distance = one.special.terms.distance_ticks  # type: ignore[union-attr]
            if price <= stop if sells else price >= stop:
                free.add(n)
            else:
                alone[n] = one, max(stop, price - distance) if sells else min(stop, price + distance)
        told = trails.show(price)
        assert {one.number for one in told} == free
        stood = {one.number: one.special.stop_ticks for one in told if one.special}
        assert stood == {n: alone[n][1] for n in free}, "a limit is where the stop stood"
        alone = {n: pair for n, pair in alone.items() if n not in free}
        assert len(trails) == len(alone)
    assert list(trails.describe()) == [f"trail {n} {stop}" for n, (_, stop) in sorted(alone.items())]


def test_a_rising_price_moves_groups_not_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    trails = Trails(1)
    for number in range(1, 2_001):
        trails.put(trailing(number, Side.SELL, 900, number % 50 + 60))
    moved = []
    join = Trails._join
    monkeypatch.setattr(Trails, "_join", lambda self, one, *rest: (moved.append(one), join(self, one, *rest))[1])
    for price in range(1_000, 1_500):
        assert trails.show(price) == []
    assert len(moved) == 2_000, "each joined its group once"
