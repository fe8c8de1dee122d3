"""A price level is a queue out of which any order can step.

In: orders. Out: verdicts on order, sums and links. Never knows: books.
"""

from itertools import permutations

import pytest

from base.matching.price_level import Order, PriceLevel, Special
from base.vocabulary.orders import OrderStatus, OrderTerms, Side
from tests.matching.orders import order


def waiting(level: PriceLevel) -> list[int]:
    """The numbers in the queue, read forwards; backwards it must be the same."""
    forwards, backwards = [], []
    one = level.first
    while one is not None:
        forwards.append(one.number)
        one = one.next
    one = level.last
    while one is not None:
        backwards.append(one.number)
        one = one.previous
    assert forwards == backwards[::-1]
    return forwards


@pytest.mark.parametrize("leaving", list(permutations(range(4))))
def test_orders_leave_in_any_order(leaving: tuple[int, ...]) -> None:
    level = PriceLevel(100, 100)
    orders = [order(number, number + 1) for number in range(4)]
    for one in orders:
        level.append(one)
    there = [0, 1, 2, 3]
    assert waiting(level) == there and level.lots == 10
    for number in leaving:
        level.remove(orders[number])
        there.remove(number)
        assert waiting(level) == there
        assert level.lots == sum(number + 1 for number in there)
    level.append(orders[2])
    assert waiting(level) == [2]


def test_shrinking_keeps_the_place() -> None:
    level = PriceLevel(100, 100)
    first, second = order(1, 5), order(2, 5)
    level.append(first)
    level.append(second)
    level.shrink(first, 2)
    assert waiting(level) == [1, 2] and level.lots == 7 and first.leaves_lots == 2


@pytest.mark.parametrize(
    "leaves, cancelled, replaced_at, status, executed",
    [
        (10, 0, -1, OrderStatus.RESTING, 0),
        (7, 0, -1, OrderStatus.PARTLY_FILLED, 3),
        (0, 0, -1, OrderStatus.FILLED, 10),
        (0, 10, -1, OrderStatus.CANCELLED, 0),
        (0, 4, -1, OrderStatus.CANCELLED, 6),
        (10, 0, 0, OrderStatus.REPLACED, 0),
        (7, 0, 3, OrderStatus.REPLACED, 3),
        (6, 0, 3, OrderStatus.PARTLY_FILLED, 4),
        (9, 0, 0, OrderStatus.PARTLY_FILLED, 1),
        (0, 0, 3, OrderStatus.FILLED, 10),
    ],
)
def test_status_is_what_happened_last(
    leaves: int, cancelled: int, replaced_at: int, status: OrderStatus, executed: int
) -> None:
    one: Order = order(1, 10)
    one.leaves_lots, one.cancelled_lots, one.replaced_at_lots = leaves, cancelled, replaced_at
    assert (one.status(), one.executed_lots()) == (status, executed)


def special(number: int, lots: int, *, hidden: bool = False, follows: bool = False, display: int = 0) -> Order:
    made = order(number, lots)
    terms = OrderTerms(display_lots=display, refresh_lots=display)
    made.special = Special(terms, Side.SELL, hidden=hidden, follows=follows)
    made.special.slice_lots = display
    return made


def test_a_level_knows_how_much_of_it_makes_a_price_that_others_follow() -> None:
    level = PriceLevel(100, 100)
    firm, hidden, peg = order(1, 5), special(2, 6, hidden=True), special(3, 7, follows=True)
    for one in (hidden, peg, firm):
        level.append(one)
    assert (level.lots, level.apart_lots, level.specials) == (18, 13, 2)
    level.shrink(hidden, 4)
    level.shrink(peg, 2)
    level.shrink(firm, 1)
    assert (level.lots, level.apart_lots) == (7, 6)
    level.take(peg, 1)
    assert (level.lots, level.apart_lots) == (6, 5)
    level.remove(hidden)
    assert (level.lots, level.apart_lots, level.specials) == (2, 1, 1) and level.next_in_turn() is peg
    level.remove(peg)
    level.take(firm, 1)
    assert level.is_empty() and (level.lots, level.apart_lots) == (0, 0)


def test_a_used_up_slice_goes_behind_and_hidden_orders_come_last() -> None:
    level = PriceLevel(100, 100)
    hidden, sliced, plain = special(1, 1, hidden=True), special(2, 3, display=1), order(3, 1)
    for one in (hidden, sliced, plain):
        level.append(one)
    turns = []
    while (one := level.next_in_turn()) is not None:
        turns.append(one.number)
        level.take(one, 1)
    assert turns == [2, 3, 2, 2, 1]
