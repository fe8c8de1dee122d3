"""The price levels of every book, followed from outside.

In: what each order was entered with, and the events that came of it. Out: levels, best first; trades with a side.
Never knows: the exchange, its books, accounts, who asks. Built from events alone, so it can be
kept in another process, and checks the book by being made another way.

A plain order rests where it was entered, with what its trades leave. Of all others nothing is
known but what OrderMoved tells: hidden orders and what a slice holds back are not seen here.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import islice
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
    TradeBroken,
)
from base.vocabulary.orders import Side, is_plain
from base.vocabulary.rejects import Reject


class Level(NamedTuple):
    """One price: its ticks, the lots open at it and how many orders they belong to."""

    price_ticks: int
    lots: int
    orders: int


class Print(NamedTuple):
    """A trade as the public hears of it; ``side`` is that of the order that came in, BUY or SELL."""

    exec_id: int
    instrument: int
    price_ticks: int
    lots: int
    side: int


class _Side:
    """One side of one book: its levels by price, and the prices in order, the lowest first."""

    __slots__ = ("instrument", "is_bids", "levels", "prices")

    def __init__(self, instrument: int, is_bids: bool) -> None:
        self.instrument = instrument
        self.is_bids = is_bids
        self.levels: dict[int, _Level] = {}
        self.prices: list[int] = []

    def level(self, price_ticks: int) -> "_Level":
        """The level of a price, made when there is none."""
        found = self.levels.get(price_ticks)
        if found is None:
            found = self.levels[price_ticks] = _Level(price_ticks, self)
            insort(self.prices, price_ticks)
        return found

    def drop(self, price_ticks: int) -> None:
        """Forget a level without orders."""
        del self.levels[price_ticks]
        del self.prices[bisect_left(self.prices, price_ticks)]

    def best(self, count: int, skip: int) -> list[Level]:
        """So many levels, best first, without so many of the very best."""
        prices = reversed(self.prices) if self.is_bids else iter(self.prices)
        return [
            Level(price, self.levels[price].lots, self.levels[price].orders)
            for price in islice(prices, skip, skip + count)
        ]


class _Shown:
    """An order, or a layer of one, as far as the public book shows it: where, and for how much."""

    __slots__ = ("level", "lots")

    def __init__(self, level: "_Level", lots: int) -> None:
        self.level = level
        self.lots = lots


class _Level:
    """The sum of the orders at one price of one side, and the side it vanishes from when empty."""

    __slots__ = ("lots", "orders", "price_ticks", "side")

    def __init__(self, price_ticks: int, side: _Side) -> None:
        self.price_ticks = price_ticks
        self.side = side
        self.lots = 0
        self.orders = 0


class Depth:
    """The books of the given instruments, by price level. Layers of one order count as orders of their own."""

    def __init__(self, instruments: Iterable[int]) -> None:
        self._sides = {(number, is_bids): _Side(number, is_bids) for number in instruments for is_bids in (True, False)}
        self._shown: dict[tuple[int, int], _Shown] = {}
        self._special: dict[int, int] = {}
        self._prints: list[Print] = []
        self.changed: set[int] = set()
        """Instruments whose levels changed; whoever reads it clears it."""

    def apply(self, command: Command, events: Iterable[Event]) -> list[Print]:
        """Follow any command by the events that it had; gives its trades in their order."""
        if isinstance(command, NewOrder | ReplaceOrder):
            plain = is_plain(command.order_type, command.time_in_force, command.terms)
            return self.entered(
                command.instrument, command.side, command.price_ticks, command.quantity_lots, events, plain=plain
            )
        return self.left(events)

    def entered(
        self, instrument: int, side: int, price_ticks: int, quantity_lots: int, events: Iterable[Event],
        *, plain: bool = True,
    ) -> list[Print]:  # fmt: skip
        """Follow a new order, or a replace, that was entered with this price and quantity; gives the trades."""
        number = rests_lots = 0
        for event in events:
            if not number:
                number = self._entering_number(event)
                if number and not plain:
                    self._special.setdefault(number, side)
            entering = number if number not in self._special else 0
            if isinstance(event, Trade):
                comes_in = event.incoming_number == entering
                self._print(event, side if comes_in else self._side_of(event.incoming_number))
                if entering and (comes_in or event.resting_number == entering):
                    rests_lots = event.incoming_leaves_lots if comes_in else event.resting_leaves_lots
            elif entering:
                if isinstance(event, OrderAccepted):
                    rests_lots = quantity_lots
                elif isinstance(event, OrderReplaced):
                    self._show(number, 0, None, 0, 0)
                    rests_lots = event.leaves_lots
                elif isinstance(event, OrderCancelled) and event.number == number:
                    rests_lots = 0
                    continue
            self._follow(event, entering)
        if rests_lots:
            self._show(number, 0, self._sides[instrument, side == Side.BUY], price_ticks, rests_lots)
        return self._take_prints()

    def left(self, events: Iterable[Event]) -> list[Print]:
        """Follow what no order entered: a cancel, a withdrawal, a reference price, an opening; gives the trades."""
        for event in events:
            if isinstance(event, Trade):
                self._print(event, self._side_of(event.incoming_number))
            self._follow(event, 0)
        return self._take_prints()

    def levels(self, instrument: int, count: int, skip: int = 0) -> tuple[list[Level], list[Level]]:
        """So many levels of the buyers and of the sellers, best first, behind the ``skip`` best of each."""
        bids, asks = self._sides[instrument, True], self._sides[instrument, False]
        return bids.best(count, skip), asks.best(count, skip)

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
                        del self._special[number]
                elif number != entering:
                    self._reduce(number, leaves_lots)
        elif isinstance(event, OrderCancelled):
            if event.number in self._special:
                del self._special[event.number]
            elif event.leaves_lots and event.reason != Reject.NOT_ENOUGH_EQUITY:
                # Else it is a second leg's, due or not covered, whose first leg was forgotten when it was done.
                self._reduce(event.number, 0)
        elif isinstance(event, LegEntered):
            self._special[event.number] = event.side

    def _entering_number(self, event: Event) -> int:
        """The number of the order that is entered, by its first event; 0: this one says nothing of it.

        Before that an account's own orders may leave which it must not meet.
        """
        if isinstance(event, Trade):
            return event.incoming_number
        if isinstance(event, OrderRejected | OrderMoved | TradeBroken):
            return 0
        leaves_for_it = event.number in self._special or (event.number, 0) in self._shown
        return 0 if isinstance(event, OrderCancelled) and leaves_for_it else event.number

    def _side_of(self, number: int) -> int:
        """The side of an order that is followed and not just entering."""
        special_side = self._special.get(number)
        if special_side is not None:
            return special_side
        return Side.BUY if self._shown[number, 0].level.side.is_bids else Side.SELL

    def _print(self, trade: Trade, side: int) -> None:
        side = int(Side.BUY) if side == Side.BUY else int(Side.SELL)
        self._prints.append(Print(trade.exec_id, trade.instrument, trade.price_ticks, trade.quantity_lots, side))

    def _take_prints(self) -> list[Print]:
        prints, self._prints = self._prints, []
        return prints

    def _reduce(self, number: int, lots: int) -> None:
        """Less is left of a plain order where it rests."""
        level = self._shown[number, 0].level
        self._show(number, 0, level.side, level.price_ticks, lots)

    def _show(self, number: int, place: int, side: _Side | None, price_ticks: int, lots: int) -> None:
        """An order is at this price of this side with so many lots from now on, and nowhere else."""
        shown = self._shown.pop((number, place), None)
        if shown is not None:
            level = shown.level
            self.changed.add(level.side.instrument)
            if side is level.side and lots and price_ticks == level.price_ticks:
                level.lots += lots - shown.lots
                shown.lots = lots
                self._shown[number, place] = shown
                return
            level.lots -= shown.lots
            level.orders -= 1
            if not level.orders:
                assert not level.lots, "a level without orders still has lots"
                level.side.drop(level.price_ticks)
        if lots and side is not None:
            level = side.level(price_ticks)
            level.lots += lots
            level.orders += 1
            self._shown[number, place] = _Shown(level, lots)
            self.changed.add(side.instrument)
