"""A book side finds its best price and forgets prices that nobody uses.

In: orders at prices. Out: verdicts on levels and on what is kept. Never knows: matching, money.
"""

from random import Random

import pytest

from base.limits import EMPTY_LEVELS_KEPT
from base.matching.book import BookSide
from base.vocabulary.orders import Side
from tests.matching.orders import book_of, order


def prices(side: BookSide) -> list[int]:
    return [level.price_ticks for level in side.levels_from_best()]


@pytest.mark.parametrize("side, best_first", [(Side.BUY, [103, 101, 99]), (Side.SELL, [99, 101, 103])])
def test_levels_come_best_first(side: int, best_first: list[int]) -> None:
    own = book_of(*(order(n, 1, price, side) for n, price in enumerate([101, 103, 99, 101]))).own[side]
    assert prices(own) == best_first
    best = own.best()
    assert best is not None and best.price_ticks == best_first[0]


def test_sides_stand_opposite() -> None:
    book = book_of()
    assert book.own[Side.BUY] is book.opposite[Side.SELL] is book.opposite[Side.SELL_SHORT] is book.bids
    assert book.own[Side.SELL] is book.own[Side.SELL_SHORT] is book.opposite[Side.BUY] is book.asks


@pytest.mark.parametrize(
    "side, price, crosses",
    [(Side.BUY, 102, False), (Side.BUY, 103, True), (Side.BUY, 104, True),
     (Side.SELL, 99, False), (Side.SELL, 98, True), (Side.SELL_SHORT, 97, True)],
)  # fmt: skip
def test_crossing(side: int, price: int, crosses: bool) -> None:
    book = book_of(order(1, 1, 98, Side.BUY), order(2, 1, 103))
    assert book.crosses(side, price) is crosses


def test_an_empty_book_has_no_best_and_is_never_crossed() -> None:
    book = book_of()
    assert book.bids.best() is None and prices(book.bids) == []
    assert not book.crosses(Side.SELL, 1)


def test_a_level_that_ran_empty_does_not_count() -> None:
    low, high = order(1, 1, 99), order(2, 1, 103)
    book = book_of(low, high)
    low.level.remove(low)
    assert prices(book.asks) == [103] and not book.crosses(Side.BUY, 102)
    best = book.asks.best()
    assert best is high.level
    book.asks.rest(low)
    assert prices(book.asks) == [99, 103] and book.crosses(Side.BUY, 99)


def test_a_level_that_ran_empty_is_used_again() -> None:
    one = order(1, 1)
    side = book_of(one).asks
    level = one.level
    level.remove(one)
    side.rest(one)
    assert one.level is level and side.keys == [100]


def test_levels_from_best_are_sorted_whatever_the_heap_looks_like() -> None:
    random = Random(5)
    some = random.sample(range(1, 10_000), 500)
    assert prices(book_of(*(order(n, 1, price) for n, price in enumerate(some))).asks) == sorted(some)


def test_prices_that_nobody_uses_are_forgotten() -> None:
    side = book_of().asks
    staying = [order(n, 1, 10**6 + n) for n in range(100)]
    for one in staying:
        side.rest(one)
    for price in range(1, 20_000):
        passing = order(1000, 1, price)
        side.rest(passing)
        passing.level.remove(passing)
        assert len(side.levels) == len(side.keys) <= 2 * len(staying) + EMPTY_LEVELS_KEPT
    assert prices(side) == [one.price_ticks for one in staying]


def test_the_picture_is_by_price_then_age() -> None:
    book = book_of(order(1, 5, 101), order(2, 4), order(3, 3), order(4, 2, 98, Side.BUY), order(5, 1, 99, Side.BUY))
    assert [line for line in book.describe() if line.startswith(("bid", "ask"))] == [
        "bid 1 99 5 1", "bid 1 98 4 2", "ask 1 100 2 4", "ask 1 100 3 3", "ask 1 101 1 5",
    ]  # fmt: skip
