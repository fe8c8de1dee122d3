"""Who waits for which price, and in which order those set free act.

In: waiting orders, reference prices. Out: the numbers of those that act. Never knows: what they do then.
"""

import pytest

from base.matching.price_level import Order, Special
from base.matching.triggers import Waiting
from base.vocabulary.orders import OrderTerms, OrderType, Side, Trigger
from tests.matching.orders import order

LAST, INDEX, MARK = Trigger.LAST, Trigger.INDEX, Trigger.MARK
STOP, TRAIL, SNIPER = OrderType.STOP_MARKET, OrderType.TRAILING_STOP_MARKET, OrderType.SNIPER_LIMIT


def made(number: int, kind: int, side: int, stop: int, trigger: int = LAST, distance: int = 5) -> Order:
    """A stop, or a sniper that strikes at the price given as its stop."""
    one = order(number, 1, stop, side)
    one.order_type = kind
    terms = OrderTerms(stop_ticks=stop, trigger=trigger, distance_ticks=distance)
    one.special = Special(terms, side, hidden=False, follows=False)
    return one


def acting(waiting: Waiting, best_bid: int = 0, best_ask: int = 0) -> list[int]:
    numbers = []
    while (one := waiting.next_free(best_bid, best_ask)) is not None:
        numbers.append(one.number)
        waiting.take(one)
    return numbers


@pytest.mark.parametrize(
    "side, stop, price, free",
    [
        (Side.BUY, 100, 99, False), (Side.BUY, 100, 100, True), (Side.BUY, 100, 101, True),
        (Side.SELL, 100, 101, False), (Side.SELL, 100, 100, True), (Side.SELL_SHORT, 100, 99, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [STOP, TRAIL])
def test_a_buy_goes_at_or_above_its_stop_and_a_sell_at_or_below(
    kind: int, side: int, stop: int, price: int, free: bool
) -> None:
    shown, present = Waiting(), Waiting()
    shown.put(made(1, kind, side, stop), 0)
    shown.show_last(price)
    present.put(made(1, kind, side, stop), price)
    assert acting(shown) == acting(present) == [1] * free


@pytest.mark.parametrize("trigger", [INDEX, MARK])
def test_a_price_of_the_operator_counts_from_when_it_is_set(trigger: int) -> None:
    waiting = Waiting()
    waiting.put(made(1, STOP, Side.BUY, 100, trigger), 0)
    waiting.put(made(2, STOP, Side.BUY, 105, trigger), 0)
    waiting.show_last(100)
    assert acting(waiting) == [1], "until it is set it follows the last price"
    waiting.set_price(trigger, 90)
    waiting.show_last(200)
    assert acting(waiting) == []
    waiting.put(made(3, STOP, Side.BUY, 150), 200)
    assert acting(waiting) == [3], "the others look at the last price"
    waiting.set_price(trigger, 105)
    assert acting(waiting) == [2]
    with pytest.raises(AssertionError):
        waiting.set_price(LAST, 100)


def test_the_lowest_number_acts_first_snipers_included() -> None:
    waiting = Waiting()
    for number, kind, side, stop in (
        (7, STOP, Side.BUY, 99), (3, TRAIL, Side.SELL, 101), (5, SNIPER, Side.BUY, 102),
        (4, SNIPER, Side.BUY, 100), (6, SNIPER, Side.BUY, 101), (9, STOP, Side.BUY, 101),
    ):  # fmt: skip
        waiting.put(made(number, kind, side, stop), 0)
    waiting.show_last(100)
    assert acting(waiting, 98, 101) == [3, 5, 6, 7], "4 wants an ask of 100, 9 a last price of 101"


def test_what_was_set_free_and_taken_away_does_not_act() -> None:
    waiting = Waiting()
    one = made(1, STOP, Side.BUY, 100)
    waiting.put(one, 0)
    waiting.show_last(100)
    waiting.take(one)
    assert acting(waiting) == []
    waiting.set_free(one)
    assert acting(waiting) == [1], "a second leg may follow in the same command"


def test_a_trailing_stop_sees_the_price_of_its_entry() -> None:
    waiting = Waiting()
    waiting.put(made(1, TRAIL, Side.SELL, 90, distance=5), 100)
    assert "trail 1 95" in list(waiting.describe())
    waiting.show_last(103)
    assert "trail 1 98" in list(waiting.describe())
    waiting.show_last(98)
    assert acting(waiting) == [1]
