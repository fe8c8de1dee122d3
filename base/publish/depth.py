"""The price levels of every book, followed from outside.

In: what each order was entered with, and the events that came of it. Out: levels, best first.
Never knows: the exchange, its books, accounts, who asks. Built from events alone, so it can be
kept in another process, and checks the book by being made another way.
"""

from collections.abc import Iterable
from heapq import nsmallest
from typing import NamedTuple

from base.vocabulary.commands import Command, NewOrder, ReplaceOrder
from base.vocabulary.events import Event, OrderAccepted, OrderCancelled, OrderReplaced, Trade
from base.vocabulary.orders import Side


class Level(NamedTuple):
    """One price: its ticks, the lots open at it and how many orders they belong to."""

    price_ticks: int
    lots: int
    orders: int


class _Resting:
    """A resting order as far as events tell: where it is and how much of it is left."""

    __slots__ = ("leaves_lots", "level")

    def __init__(self, level: "_Level", leaves_lots: int) -> None:
        self.level = level
        self.leaves_lots = leaves_lots


class _Level:
    """The sum of the orders at one price of one side, and the side it vanishes from when empty."""

    __slots__ = ("lots", "orders", "price_ticks", "side")

    def __init__(self, price_ticks: int, side: dict[int, "_Level"]) -> None:
        self.price_ticks = price_ticks
        self.side = side
        self.lots = 0
        self.orders = 0


class Depth:
    """The books of the given instruments, by price level."""

    def __init__(self, instruments: Iterable[int]) -> None:
        self._sides: dict[tuple[int, bool], dict[int, _Level]] = {
            (instrument, buys): {} for instrument in instruments for buys in (True, False)
        }
        self._orders: dict[int, _Resting] = {}

    def apply(self, command: Command, events: Iterable[Event]) -> None:
        """Follow any command by the events that it had."""
        if isinstance(command, NewOrder | ReplaceOrder):
            self.entered(command.instrument, command.side, command.price_ticks, command.quantity_lots, events)
        else:
            self.left(events)

    def entered(
        self, instrument: int, side: int, price_ticks: int, quantity_lots: int, events: Iterable[Event]
    ) -> None:
        """Follow a new order, or a replace, that was entered with this price and quantity."""
        number = rests_lots = 0
        for event in events:
            if isinstance(event, OrderAccepted):
                number, rests_lots = event.number, quantity_lots
            elif isinstance(event, OrderReplaced):
                self._reduce(event.number, 0)
                number, rests_lots = event.number, event.leaves_lots
            elif isinstance(event, Trade):
                self._reduce(event.resting_number, event.resting_leaves_lots)
                number, rests_lots = event.incoming_number, event.incoming_leaves_lots
            elif isinstance(event, OrderCancelled):
                rests_lots = 0
        if rests_lots:
            self._rest(number, self._sides[instrument, side == Side.BUY], price_ticks, rests_lots)

    def left(self, events: Iterable[Event]) -> None:
        """Follow a cancel or a withdrawal, which takes resting orders out and lets none in."""
        for event in events:
            if isinstance(event, OrderCancelled):
                self._reduce(event.number, 0)

    def levels(self, instrument: int, count: int) -> tuple[list[Level], list[Level]]:
        """The best ``count`` levels of the buyers and of the sellers, best first."""
        bids = self._sides[instrument, True]
        asks = self._sides[instrument, False]
        best_bids = nsmallest(count, bids, key=int.__neg__)
        best_asks = nsmallest(count, asks)
        return (
            [Level(price, bids[price].lots, bids[price].orders) for price in best_bids],
            [Level(price, asks[price].lots, asks[price].orders) for price in best_asks],
        )

    def _rest(self, number: int, side: dict[int, _Level], price_ticks: int, lots: int) -> None:
        level = side.get(price_ticks)
        if level is None:
            level = side[price_ticks] = _Level(price_ticks, side)
        level.lots += lots
        level.orders += 1
        self._orders[number] = _Resting(level, lots)

    def _reduce(self, number: int, leaves_lots: int) -> None:
        resting = self._orders[number]
        level = resting.level
        level.lots -= resting.leaves_lots - leaves_lots
        resting.leaves_lots = leaves_lots
        if not leaves_lots:
            del self._orders[number]
            level.orders -= 1
            if not level.orders:
                assert not level.lots, "a level without orders still has lots"
                del level.side[level.price_ticks]
