"""The book alone, against matching engines that others published: the same operations, the same trades.

In: how many rounds. Out: rows of the table. Never knows: accounts, messages, sockets. The operations are drawn once,
with a seed, so that no cancel names an order that is gone; each engine is driven by the calls that its own page shows.
"""

import gc
import importlib
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from statistics import median
from time import process_time
from typing import NamedTuple

from base.matching.book import Book
from base.matching.engine import match
from base.matching.price_level import Order
from base.vocabulary.orders import Side
from benchmarks.figures import Goal, Plan, Row, ratios

AXIS = "book alone against lightmatchingengine / order-matching from PyPI"
MIDDLE, DEVIATION, LARGEST, CANCELS = 100_000, 10, 9, 0.3
BUY, SELL = int(Side.BUY), int(Side.SELL)


class Operation(NamedTuple):
    """An order to enter, or with ``lots`` 0 one to cancel; its number counts the orders."""

    number: int
    side: int
    ticks: int
    lots: int


Trades = list[tuple[int, int, int]]
"""Of each trade: the number of the resting order, price in ticks, lots."""

Engine = Callable[[list[Operation]], tuple[Trades, float]]
"""Does all operations; gives the trades and the seconds that they took."""


def operations(number: int, seed: int = 1) -> list[Operation]:
    """A market that wanders: orders around its middle, three of ten steps a cancel of an order that may be open."""
    chance = random.Random(seed)
    drawn: list[Operation] = []
    market, middle, orders = Market(), MIDDLE, 0
    entered: list[Operation] = []
    while len(drawn) < number:
        if entered and chance.random() < CANCELS:
            place = chance.randrange(len(entered))
            entered[place], entered[-1] = entered[-1], entered[place]
            wanted = entered.pop()._replace(lots=0)
            if not market.open_orders[wanted.number].leaves_lots:
                continue
        else:
            orders += 1
            middle += chance.randrange(-1, 2)
            ticks, lots = middle + round(chance.gauss(0, DEVIATION)), chance.randint(1, LARGEST)
            wanted = Operation(orders, chance.choice((BUY, SELL)), ticks, lots)
            entered.append(wanted)
        drawn.append(wanted)
        market.play([wanted])
    return drawn


class Market:
    """The book of this project, driven as the exchange drives it: orders by their number, and the trades."""

    def __init__(self) -> None:
        self._book = Book(1)
        self.open_orders: dict[int, Order] = {}
        self.trades = Trades()

    def play(self, wanted: list[Operation]) -> None:
        """Carry out all operations."""
        own, opposite, open_orders, trades = self._book.own, self._book.opposite, self.open_orders, self.trades
        bare = object.__new__
        for number, side, ticks, lots in wanted:
            if not lots:
                order = open_orders.pop(number)
                order.level.remove(order)
                continue
            order = open_orders[number] = bare(Order)
            order.number, order.side, order.price_ticks, order.leaves_lots = number, side, ticks, lots
            order.special = None
            against = opposite[side]
            key = ticks * against.sign
            if against.keys and against.keys[0] <= key:
                for resting, matched, _ in match(against, order, key):
                    trades.append((resting.number, resting.price_ticks, matched))
            if order.leaves_lots:
                own[side].rest(order)


def ours(wanted: list[Operation]) -> tuple[Trades, float]:
    """The book of this project."""
    market = Market()
    start = process_time()
    market.play(wanted)
    return market.trades, process_time() - start


def lightmatchingengine(wanted: list[Operation]) -> tuple[Trades, float]:
    """lightmatchingengine; its own ids are numbers that count the orders, as ours are."""
    engine = importlib.import_module("lightmatchingengine.lightmatchingengine").LightMatchingEngine()
    add, cancel = engine.add_order, engine.cancel_order
    trades = Trades()
    start = process_time()
    for number, side, ticks, lots in wanted:
        if not lots:
            cancel(number, "BTCUSD")
            continue
        for one in add("BTCUSD", ticks, lots, side)[1]:
            if one.order_id != number:  # it tells the incoming order's share as well, per price
                trades.append((one.order_id, one.trade_price, one.trade_qty))
    return trades, process_time() - start


def order_matching(wanted: list[Operation]) -> tuple[Trades, float]:
    """order-matching, without the lines that it would log."""
    importlib.import_module("loguru").logger.disable("order_matching")
    order, orders = importlib.import_module("order_matching.order"), importlib.import_module("order_matching.orders")
    side_of = importlib.import_module("order_matching.enums").Side
    engine = importlib.import_module("order_matching.matching_engine").MatchingEngine(seed=1)
    sides, now, told = {BUY: side_of.BUY, SELL: side_of.SELL}, datetime(2026, 1, 1), []
    start = process_time()
    for number, side, ticks, lots in wanted:
        if not lots:
            engine.cancel_order(str(number))
            continue
        entered = order.LimitOrder(
            side=sides[side], price=ticks, size=lots, timestamp=now, order_id=str(number), trader_id="load"
        )
        engine.place(orders.Orders([entered]))
        told += engine.match(timestamp=now).trades
    seconds = process_time() - start
    return [(int(one.book_order_id), int(one.price), int(one.size)) for one in told], seconds


class Peer(NamedTuple):
    """Another engine: what drives it, its module, its operations in a round, fewer ones to show how it grows, its row.

    The goals were set over a million operations; one that would take hours for them gets what takes a second.
    """

    play: Engine
    module: str
    operations: int
    fewer: int
    row: Row


PEERS = (
    Peer(
        lightmatchingengine, "lightmatchingengine.lightmatchingengine", 1_000_000, 20_000,
        Row("book light", AXIS, "lightmatchingengine", Goal(6, "x")),
    ),
    Peer(
        order_matching, "order_matching.matching_engine", 5_000, 1_000,
        Row("book order-matching", AXIS, "order-matching", Goal(100, "x")),
    ),
)  # fmt: skip
MOST_ROUNDS = 3
"""More are not needed: processor time is measured, and over a second of it."""


def books(plan: Plan) -> Iterator[Row]:
    """Operations per second against each peer; all of them without the garbage collector, as the server is."""
    rounds = min(plan.rounds, MOST_ROUNDS)
    for peer in PEERS:
        try:
            importlib.import_module(peer.module)
        except ImportError as error:
            yield peer.row.not_measured(f"{error}; pip install '.[bench]'")
            continue
        plan.progress(f"{rounds} rounds of {peer.row.part}")
        mine, theirs = _seconds(peer, peer.fewer, rounds)
        fewer = f"after {peer.fewer:,} {median(ratios(theirs, mine)):.1f}x"
        mine, theirs = _seconds(peer, peer.operations, rounds)
        rates = [peer.operations / median(one) / 1e6 for one in (mine, theirs)]
        yield peer.row.measured(
            ratios(theirs, mine),
            f"after {peer.operations:,} operations: {rates[0]:.2f} M and {rates[1]:.4f} M per second; {fewer}",
        )


def _seconds(peer: Peer, number: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds that so many operations take, ours and theirs, round by round; both make the same trades."""
    wanted = operations(number)
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        mine, theirs = (_without_collector(engine, wanted) for engine in (ours, peer.play))
        assert mine[0] == theirs[0], f"{peer.row.part} traded otherwise"
        seconds[0].append(mine[1])
        seconds[1].append(theirs[1])
    return seconds


def _without_collector(engine: Engine, wanted: list[Operation]) -> tuple[Trades, float]:
    gc.collect()
    gc.disable()
    try:
        return engine(wanted)
    finally:
        gc.enable()
