"""The price levels of every book, followed from outside.

In: what each order was entered with, and the events that came of it. Out: levels, best first.
Never knows: the exchange, its books, accounts, who asks. Built from events alone, so it can be
kept in another process, and checks the book by being made another way.

A plain order rests where it was entered, with what its trades leave. Of all others nothing is
known but what OrderMoved tells: hidden orders and what a slice holds back are not seen here.
"""

from collections.abc import Iterable
from heapq import nsmallest
from typing import NamedTuple

from base.vocabulary.commands import Command, NewOrder, ReplaceOrder
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderMoved,
    OrderRejected,
    OrderReplaced,
    Trade,
)
from base.vocabulary.orders import Side, is_plain
from base.vocabulary.rejects import Reject


class Level(NamedTuple):
    """One price: its ticks, the lots open at it and how many orders they belong to."""

    price_ticks: int
    lots: int
    orders: int


class _Shown:
    """An order, or a layer of one, as far as the public book shows it: where, and for how much."""

    __slots__ = ("level", "lots")

    def __init__(self, level: "_Level", lots: int) -> None:
        self.level = level
        self.lots = lots


class _Level:
    """The sum of the orders at one price of one side, and the side it vanishes from when empty."""

    __slots__ = ("lots", "orders", "price_ticks", "side")

    def __init__(self, price_ticks: int, side: dict[int, "_Level"]) -> None:
        self.price_ticks = price_ticks
        self.side = side
        self.lots = 0
        self.orders = 0


class Depth:
    """The books of the given instruments, by price level. Layers of one order count as orders of their own."""

    def __init__(self, instruments: Iterable[int]) -> None:
        self._sides: dict[tuple[int, bool], dict[int, _Level]] = {
            (instrument, buys): {} for instrument in instruments for buys in (True, False)
        }
        self._shown: dict[tuple[int, int], _Shown] = {}
        self._special: set[int] = set()

    def apply(self, command: Command, events: Iterable[Event]) -> None:
        """Follow any command by the events that it had."""
        if isinstance(command, NewOrder | ReplaceOrder):
            plain = is_plain(command.order_type, command.time_in_force, command.terms)
            self.entered(
                command.instrument, command.side, command.price_ticks, command.quantity_lots, events, plain=plain
            )
        else:
            self.left(events)

    def entered(
        self, instrument: int, side: int, price_ticks: int, quantity_lots: int, events: Iterable[Event],
        *, plain: bool = True,
    ) -> None:  # fmt: skip
        """Follow a new order, or a replace, that was entered with this price and quantity."""
        number = rests_lots = 0
        for event in events:
            if not number:
                number = self._entering_number(event)
                if number and not plain:
                    self._special.add(number)
            if number not in self._special:
                if isinstance(event, OrderAccepted):
                    rests_lots = quantity_lots
                elif isinstance(event, OrderReplaced):
                    self._show(number, 0, None, 0, 0)
                    rests_lots = event.leaves_lots
                elif isinstance(event, Trade) and number in (event.resting_number, event.incoming_number):
                    comes_in = event.incoming_number == number
                    rests_lots = event.incoming_leaves_lots if comes_in else event.resting_leaves_lots
                elif isinstance(event, OrderCancelled) and event.number == number:
                    rests_lots = 0
                    continue
            self._follow(event, number if number not in self._special else 0)
        if rests_lots:
            self._show(number, 0, self._sides[instrument, side == Side.BUY], price_ticks, rests_lots)

    def left(self, events: Iterable[Event]) -> None:
        """Follow what no order entered: a cancel, a withdrawal, a reference price."""
        for event in events:
            self._follow(event, 0)

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

    def _follow(self, event: Event, entering: int) -> None:
        """Follow an event, but for what it says of the plain order that is just entering."""
        if isinstance(event, OrderMoved):
            side = self._sides[event.instrument, event.side == Side.BUY]
            self._show(event.number, event.place, side, event.price_ticks, event.lots)
        elif isinstance(event, Trade):
            sides = (
                (event.resting_number, event.resting_leaves_lots),
                (event.incoming_number, event.incoming_leaves_lots),
            )
            for number, leaves_lots in sides:
                if number in self._special:
                    if not leaves_lots:
                        self._special.remove(number)
                elif number != entering:
                    self._reduce(number, leaves_lots)
        elif isinstance(event, OrderCancelled):
            if event.number in self._special:
                self._special.remove(event.number)
            elif event.leaves_lots and event.reason != Reject.NOT_ENOUGH_EQUITY:
                # Else it is a second leg's, due or not covered, whose first leg was forgotten when it was done.
                self._reduce(event.number, 0)
        elif isinstance(event, LegEntered):
            self._special.add(event.number)

    def _entering_number(self, event: Event) -> int:
        """The number of the order that is entered, by its first event; 0: this one says nothing of it.

        Before that an account's own orders may leave which it must not meet.
        """
        if isinstance(event, Trade):
            return event.incoming_number
        if isinstance(event, OrderRejected | OrderMoved):
            return 0
        leaves_for_it = event.number in self._special or (event.number, 0) in self._shown
        return 0 if isinstance(event, OrderCancelled) and leaves_for_it else event.number

    def _reduce(self, number: int, lots: int) -> None:
        """Less is left of a plain order where it rests."""
        level = self._shown[number, 0].level
        self._show(number, 0, level.side, level.price_ticks, lots)

    def _show(
        self, number: int, place: int, side: dict[int, _Level] | None, price_ticks: int, lots: int
    ) -> None:
        """An order is at this price of this side with so many lots from now on, and nowhere else."""
        shown = self._shown.pop((number, place), None)
        if shown is not None and side is not None and lots and shown.level is side.get(price_ticks):
            shown.level.lots += lots - shown.lots
            shown.lots = lots
            self._shown[number, place] = shown
            return
        if shown is not None:
            level = shown.level
            level.lots -= shown.lots
            level.orders -= 1
            if not level.orders:
                assert not level.lots, "a level without orders still has lots"
                del level.side[level.price_ticks]
        if lots and side is not None:
            found = side.get(price_ticks)
            if found is None:
                found = side[price_ticks] = _Level(price_ticks, side)
            found.lots += lots
            found.orders += 1
            self._shown[number, place] = _Shown(found, lots)
