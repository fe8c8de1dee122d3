"""The depth followed from outside equals the book inside.

In: commands and the events that the exchange gave. Out: verdicts on levels.
Never knows: the book's room except to compare with it in one place.
"""

import pytest

from base.exchange import Exchange
from base.publish.depth import Depth, Level
from base.vocabulary.commands import Command
from base.vocabulary.events import OrderAccepted, OrderCancelled
from base.vocabulary.orders import OrderType
from base.vocabulary.participants import AccountTerms
from tests.reference.market import ACCOUNTS, INSTRUMENTS, PARTICIPANTS, random_commands
from tests.reference.phrases import (
    FOK,
    IOC,
    POST,
    buy,
    buy_market,
    cancel,
    log_out,
    order,
    query,
    replace,
    sell,
    sell_market,
)  # fmt: skip

NUMBERS = [instrument.number for instrument in INSTRUMENTS]
RICH = [AccountTerms(terms.account, {"BTC": 10**12, "USD": 10**15}) for terms in ACCOUNTS]
ASK, LOW = sell(1, 5, 101, by=1), buy(8, 7, 90)

Levels = list[tuple[int, int, int]]
CASES: list[tuple[str, list[Command], Levels, Levels]] = [
    ("nothing", [], [], []),
    ("an order", [ASK], [], [(101, 5, 1)]),
    ("two at a price", [ASK, sell(2, 3, 101)], [], [(101, 8, 2)]),
    ("best first", [ASK, sell(2, 3, 102), LOW, buy(9, 1, 91)], [(91, 1, 1), (90, 7, 1)], [(101, 5, 1), (102, 3, 1)]),
    ("hit in part", [ASK, buy(9, 2, 101)], [], [(101, 3, 1)]),
    ("hit, and the rest rests", [ASK, buy(9, 7, 103)], [(103, 2, 1)], []),
    ("hit, and the rest leaves", [ASK, buy(9, 7, 103, IOC)], [], []),
    ("immediate in vain", [ASK, buy(9, 7, 100, IOC)], [], [(101, 5, 1)]),
    ("all or nothing: nothing", [ASK, buy(9, 7, 103, FOK)], [], [(101, 5, 1)]),
    ("a market order", [ASK, buy_market(9, 7)], [], []),
    ("refused", [ASK, buy(9, 7, 103, POST)], [], [(101, 5, 1)]),
    ("cancelled", [ASK, sell(2, 3, 101), cancel(ASK, 9)], [], [(101, 3, 1)]),
    ("cancel refused", [ASK, cancel(ASK, 9, believed=1)], [], [(101, 5, 1)]),
    ("replaced", [ASK, replace(ASK, 9, 6, 102)], [], [(102, 6, 1)]),
    ("made smaller", [ASK, buy(8, 1, 101), replace(ASK, 9, 4, 101)], [], [(101, 3, 1)]),
    ("replaced into a trade", [ASK, LOW, replace(LOW, 9, 7, 101)], [(101, 2, 1)], []),
    ("replaced and used up", [ASK, LOW, replace(LOW, 9, 4, 101)], [], [(101, 1, 1)]),
    ("replace refused", [ASK, replace(ASK, 1, 6, 102)], [], [(101, 5, 1)]),
    ("asked about", [ASK, query(1, by=1)], [], [(101, 5, 1)]),
    ("logged out", [buy(1, 5, tif=6), buy(2, 5), log_out()], [(100, 5, 1)], []),
    ("another instrument", [sell(1, 5, on=4, by=1)], [], []),
]


@pytest.mark.parametrize("what, commands, bids, asks", CASES, ids=lambda value: str(value)[:40])
def test_levels(what: str, commands: list[Command], bids: Levels, asks: Levels) -> None:
    exchange, depth = Exchange(INSTRUMENTS, RICH, PARTICIPANTS), Depth(NUMBERS)
    for command in commands:
        depth.apply(command, exchange.submit(command, 0))
    assert depth.levels(1, 10) == (bids, asks), what


def test_only_as_many_levels_as_asked_for() -> None:
    depth = Depth([1])
    for number, price in enumerate((100, 103, 101, 102), 1):
        depth.entered(1, 1, price, 5, [OrderAccepted(number)])
    assert depth.levels(1, 2) == ([Level(103, 5, 1), Level(102, 5, 1)], [])
    assert depth.levels(1, 0) == ([], [])


def test_events_of_an_order_never_entered_are_a_broken_feed() -> None:
    with pytest.raises(KeyError):
        Depth([1]).left([OrderCancelled(1, 0, 5)])


@pytest.mark.parametrize("seed", range(3))
def test_depth_equals_the_book_after_every_thousand_commands(seed: int) -> None:
    exchange, depth = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS), Depth(NUMBERS)
    for place, command in enumerate(random_commands(seed, 3_000)):
        depth.apply(command, exchange.submit(command, place))
        if place % 1000 == 999:
            for number in NUMBERS:
                book = exchange._books[number]
                inside = [
                    [(level.price_ticks, level.lots) for level in side.levels_from_best()]
                    for side in (book.bids, book.asks)
                ]
                outside = [[(level.price_ticks, level.lots) for level in side] for side in depth.levels(number, 1000)]
                assert outside == inside, f"seed {seed}, command {place}"


def test_levels_behind_the_best() -> None:
    depth = Depth([1])
    for number, price in enumerate((100, 103, 101, 102), 1):
        depth.entered(1, 1, price, 5, [OrderAccepted(number)])
    assert depth.levels(1, 2, 1) == ([Level(102, 5, 1), Level(101, 5, 1)], [])
    assert depth.levels(1, 9, 4) == ([], [])


def test_a_trade_carries_the_side_of_the_order_that_came_in() -> None:
    exchange, depth = Exchange(INSTRUMENTS, RICH, PARTICIPANTS), Depth(NUMBERS)
    told = []
    for command in (
        ASK, buy(9, 2, 101), LOW, sell_market(3, 4, by=1), replace(LOW, 20, 7, 101),
        order(OrderType.HIDDEN, 30, 2, 5, 101, by=1), buy(31, 5, 101), buy(35, 9, 95, by=1),
        order(OrderType.STOP_MARKET, 32, 2, 1, stop=103, by=1), sell(33, 2, 104, by=1), buy(34, 1, 104, by=1),
        order(OrderType.STOP_MARKET, 36, 2, 1, stop=95, by=1), sell(37, 1, 95, by=1),
    ):  # fmt: skip
        told += [(one.price_ticks, one.lots, one.side) for one in depth.apply(command, exchange.submit(command, 0))]
    assert told == [
        (101, 2, 1), (90, 4, 2), (101, 3, 1), (101, 5, 1), (95, 1, 2), (104, 1, 1), (95, 1, 2), (95, 1, 2),
    ]  # fmt: skip


def test_only_instruments_whose_levels_changed_are_named() -> None:
    exchange, depth = Exchange(INSTRUMENTS, RICH, PARTICIPANTS), Depth(NUMBERS)
    for command, changes in ((ASK, {1}), (query(1, by=1), set()), (sell(5, 5, on=4, by=1), {4}), (cancel(ASK, 9), {1})):
        depth.apply(command, exchange.submit(command, 0))
        assert depth.changed == changes, command
        depth.changed.clear()
