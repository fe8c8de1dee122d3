"""The opening finds the price of the largest quantity, and matches at it in turn.

In: sides of a book that cross. Out: verdicts on price and pairs. Never knows: money, ids.
"""

from random import Random
from typing import Any

import pytest

from base.matching.book import Book
from base.matching.uncross import match_pairs, uncross_price
from base.vocabulary.orders import Side
from tests.matching.orders import book_of, order

Levels = list[tuple[int, int]]


def crossed(buys: Levels, sells: Levels, last_ticks: int = 0) -> Book:
    """Lots and prices of the buys, then of the sells, numbered in that order."""
    entered = [(*one, Side.BUY) for one in buys] + [(*one, Side.SELL) for one in sells]
    book = book_of(*(order(number, *figures) for number, figures in enumerate(entered, 1)))
    book.last_ticks = last_ticks
    return book


@pytest.mark.parametrize(
    "buys, sells, last_ticks, price, pairs",
    [
        ([], [(1, 100)], 0, 0, []),
        ([(1, 100)], [], 0, 0, []),
        ([(1, 100)], [(1, 101)], 0, 0, []),
        ([(1, 100)], [(2, 100)], 0, 100, [(1, 2, 1, 0, 1)]),
        ([(2, 103)], [(2, 99)], 0, 99, [(1, 2, 2, 0, 0)]),
        ([(2, 103)], [(2, 99)], 102, 103, [(1, 2, 2, 0, 0)]),
        ([(2, 103)], [(2, 99)], 101, 99, [(1, 2, 2, 0, 0)]),
        ([(5, 103), (5, 101)], [(4, 99), (4, 102)], 0, 102, [(1, 3, 4, 1, 0), (1, 4, 1, 0, 3)]),
        ([(1, 100), (1, 101)], [(1, 100)], 0, 101, [(2, 3, 1, 0, 0)]),
        ([(3, 102), (9, 100)], [(2, 98), (9, 101)], 0, 101, [(1, 3, 2, 1, 0), (1, 4, 1, 0, 8)]),
    ],
)
def test_an_opening(buys: Levels, sells: Levels, last_ticks: int, price: int, pairs: list[Any]) -> None:
    book = crossed(buys, sells, last_ticks)
    assert uncross_price(book) == price
    if price:
        made = match_pairs(book, price)
        assert [(one.buy.number, one.sell.number, *one[2:]) for one in made] == pairs


@pytest.mark.parametrize("seed", range(200))
def test_no_other_price_matches_more_and_nothing_crosses_after_it(seed: int) -> None:
    random = Random(seed)
    buys, sells = ([(random.randint(1, 9), random.randint(95, 105)) for _ in range(6)] for _ in range(2))
    book = crossed(buys, sells)
    price = uncross_price(book)
    volumes = {
        at: min(sum(lots for lots, bid in buys if bid >= at), sum(lots for lots, ask in sells if ask <= at))
        for at in range(90, 111)
    }
    matched = sum(pair.lots for pair in match_pairs(book, price)) if price else 0
    assert matched == max(volumes.values())
    assert uncross_price(book) == 0
