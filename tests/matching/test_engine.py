"""Matching meets resting orders by price, then age, and no further than the limit.

In: a side of a book and an incoming order. Out: verdicts on fills and on what stays.
Never knows: money, ids.
"""

from typing import Any

import pytest

from base.matching.book import ANY_PRICE_KEY
from base.matching.engine import match, match_apart, reachable, reachable_apart
from base.vocabulary.orders import Side
from tests.matching.orders import book_of, order

ASKS = [(1, 5, 101), (2, 4, 100), (3, 3, 100), (4, 6, 103)]
LEFT = "what is left: number and lots"


@pytest.mark.parametrize(
    "lots, limit, fills, left",
    [
        (1, 99, [], [(2, 4), (3, 3), (1, 5), (4, 6)]),
        (1, 100, [(2, 1)], [(2, 3), (3, 3), (1, 5), (4, 6)]),
        (4, 100, [(2, 4)], [(3, 3), (1, 5), (4, 6)]),
        (5, 100, [(2, 4), (3, 1)], [(3, 2), (1, 5), (4, 6)]),
        (7, 100, [(2, 4), (3, 3)], [(1, 5), (4, 6)]),
        (9, 100, [(2, 4), (3, 3)], [(1, 5), (4, 6)]),
        (9, 102, [(2, 4), (3, 3), (1, 2)], [(1, 3), (4, 6)]),
        (18, 103, [(2, 4), (3, 3), (1, 5), (4, 6)], []),
        (99, ANY_PRICE_KEY, [(2, 4), (3, 3), (1, 5), (4, 6)], []),
    ],
)
def test_a_buy(lots: int, limit: int, fills: list[Any], left: list[Any]) -> None:
    asks = book_of(*(order(*figures) for figures in ASKS)).asks
    incoming = order(9, lots, 100, Side.BUY)
    met = sum(taken for _, taken in fills)
    ticks = {number: price for number, _, price in ASKS}
    cost = sum(taken * ticks[number] for number, taken in fills)
    assert reachable(asks, lots, limit) == (met, cost), "looking ahead tells what then happens"
    assert [(resting.number, taken) for resting, taken, _ in match(asks, incoming, limit)] == fills
    assert incoming.leaves_lots == lots - met
    stays = []
    for level in asks.levels_from_best():
        one, lots_here = level.first, 0
        while one is not None:
            stays.append((one.number, one.leaves_lots))
            lots_here += one.leaves_lots
            one = one.next
        assert level.lots == lots_here
    assert stays == left, LEFT


def test_a_sell_meets_the_highest_buyer_first() -> None:
    bids = book_of(order(1, 5, 99, Side.BUY), order(2, 5, 101, Side.BUY), order(3, 5, 98, Side.BUY)).bids
    fills = match(bids, order(9, 12, 99), -99)
    assert [(resting.number, lots) for resting, lots, _ in fills] == [(2, 5), (1, 5)]


OWN, FOREIGN = 0, 1


@pytest.mark.parametrize(
    "lots, limit, passes, fills",
    [
        (1, 99, True, []),
        (9, 100, False, [(2, 4)]),
        (9, 100, True, [(2, 4)]),
        (9, 102, True, [(2, 4), (1, 5)]),
        (3, 103, False, [(2, 3)]),
        (99, ANY_PRICE_KEY, True, [(2, 4), (1, 5), (4, 6)]),
        (99, ANY_PRICE_KEY, False, [(2, 4)]),
    ],
)
def test_matching_apart_stops_before_own_money(lots: int, limit: int, passes: bool, fills: list[Any]) -> None:
    book = book_of(*(order(*figures) for figures in ASKS))
    for level in book.asks.levels_from_best():
        one = level.first
        while one is not None:
            one.holding = OWN if one.number == 3 else FOREIGN
            one = one.next
    incoming = order(9, lots, 100, Side.BUY)
    ticks = {number: price for number, _, price in ASKS}
    expected = (sum(taken for _, taken in fills), sum(taken * ticks[number] for number, taken in fills))
    assert reachable_apart(book.asks, lots, limit, OWN, passes=passes) == expected
    met, own = match_apart(book.asks, incoming, limit)
    while passes and own is not None:
        own.level.remove(own)
        more, own = match_apart(book.asks, incoming, limit)
        met += more
    assert [(resting.number, taken) for resting, taken, _ in met] == fills
    assert incoming.leaves_lots == lots - expected[0]
    assert own is None or own.number == 3


def test_emptied_levels_are_passed_over() -> None:
    low, high = order(1, 1, 99), order(2, 1, 103)
    asks = book_of(low, high).asks
    low.level.remove(low)
    assert reachable(asks, 1, 103) == (1, 103)
    assert [resting.number for resting, _, _ in match(asks, order(9, 1, 103, Side.BUY), 103)] == [2]
    assert match(asks, order(10, 1, 103, Side.BUY), 103) == []


@pytest.mark.parametrize("lots", [1, 2, 3])
def test_what_was_matched_holds_on_to_no_neighbour(lots: int) -> None:
    orders = [order(number, 1) for number in range(3)]
    match(book_of(*orders).asks, order(9, lots, 100, Side.BUY), 100)
    for gone in orders[:lots]:
        assert gone.next is None and gone.previous is None, "or finished orders would keep each other in memory"
    assert lots == 3 or orders[lots].previous is None


class Counted(list[int]):
    """A heap that counts how often it is looked into."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        self.looks += 1
        return super().__getitem__(place)


def test_looking_ahead_costs_what_is_met_not_what_rests() -> None:
    asks = book_of(*(order(n, 1, 100 + n) for n in range(5_000))).asks
    asks.keys = Counted(asks.keys)
    assert reachable(asks, 3, ANY_PRICE_KEY) == (3, 303)
    assert asks.keys.looks <= 10
