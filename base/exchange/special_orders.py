"""The moves that special orders are made of: accept, hold equity, match, rest, show, finish, cancel.

In: orders that are not plain, with the book of their instrument. Out: events.
Never knows: requests, and when an order of which type makes which move.
Follows sections 2 to 4 of docs/order-types.md. An order that only rests is never looked at here
before somebody matches or cancels it.
"""

from base.exchange.desk import (
    FILL_OR_KILL,
    IMMEDIATE_OR_CANCEL,
    REDUCE_ONLY,
    Desk,
)
from base.matching.book import ANY_PRICE_KEY, Book
from base.matching.engine import match
from base.matching.price_level import Order, Special
from base.vocabulary.events import Event, OrderAccepted, OrderCancelled, OrderMoved
from base.vocabulary.orders import OrderType, Side

BRACKET = int(OrderType.BRACKET)
TPSL_MARKET, TPSL_LIMIT = int(OrderType.TAKE_PROFIT_STOP_MARKET), int(OrderType.TAKE_PROFIT_STOP_LIMIT)
TWO_LEGGED = frozenset({BRACKET, TPSL_MARKET, TPSL_LIMIT})
SIMPLE = frozenset(map(int, (OrderType.LIMIT, OrderType.MARKET, OrderType.HIDDEN)))
"""The types after which a book need not be settled on their account."""


def special_of(order: Order) -> Special:
    """What is special of an order that is."""
    assert order.special is not None, "a plain order came the way of the special ones"
    return order.special


class SpecialOrders(Desk):
    """What special orders do, move by move."""

    def _join(self, book: Book, order: Order) -> None:
        """An order is open from now on."""
        self._seats[order.participant].open[order.number] = order
        if order.order_type not in SIMPLE:
            book.watched += 1
        self._count_reducing(order, order.leaves_lots)

    def _part(self, order: Order) -> None:
        """An order is finished."""
        seat = self._seats[order.participant]
        del seat.open[order.number]
        seat.ids.retired.append(order)
        book = self._books[order.instrument]
        if order.order_type not in SIMPLE:
            book.watched -= 1
        book.followers.drop(order)

    def _accept(self, order: Order, events: list[Event]) -> None:
        special = special_of(order)
        if special.is_new:
            special.is_new = False
            events.append(OrderAccepted(order.number))

    def _count_reducing(self, order: Order, lots: int) -> None:
        if order.time_in_force == REDUCE_ONLY:
            position = self._positions[order.holding]
            if order.side == Side.BUY:
                position.reducing_buy_lots += lots
            else:
                position.reducing_sell_lots += lots

    def _hold(self, order: Order, price_ticks: int, lots: int) -> bool:
        """Hold back what lots of an order need at this price, in place of what it held; False: it stays as it was."""
        special = special_of(order)
        if special.held_ticks:
            covered = self._move_reservation(order, special.held_ticks, lots, price_ticks)
        else:
            covered = self._reserve(order.holding, order.side, lots, price_ticks)
        if covered:
            special.held_ticks = price_ticks
        return covered

    def _let_go(self, order: Order) -> None:
        """Give back what an order holds."""
        special = special_of(order)
        if special.held_ticks:
            self._release(order.holding, order.side, order.leaves_lots, special.held_ticks)
            special.held_ticks = 0

    def _enter_limit(self, book: Book, order: Order, time_in_force: int, events: list[Event]) -> None:
        """Match a covered order up to its price; what is left of it rests or, if it may not, is cancelled."""
        limit_key = order.price_ticks * book.opposite[order.side].sign
        reason = self._take(book, order, limit_key, time_in_force, False, events)
        if not order.leaves_lots:
            self._finish(order)
        elif reason or time_in_force in (FILL_OR_KILL, IMMEDIATE_OR_CANCEL):
            self._cancel_special(order, 0, reason, events)
        else:
            self._accept(order, events)
            self._rest(book, order, order.price_ticks)
            self._show(order, events)

    def _enter_market(self, book: Book, order: Order, time_in_force: int, events: list[Event]) -> None:
        """Match an order, which holds nothing back, at any price if that is covered; its rest is cancelled."""
        if not self._covers_market(
            self._seats[order.participant], book, order.side, time_in_force, order.leaves_lots
        ):
            self._cancel_special(order, 0, self._uncovered(order.holding, order.side), events)
            return
        reason = self._take(book, order, ANY_PRICE_KEY, time_in_force, True, events)
        if order.leaves_lots:
            self._cancel_special(order, 0, reason, events)
        else:
            self._finish(order)

    def _take(
        self, book: Book, order: Order, limit_key: int, time_in_force: int, is_market: bool, events: list[Event]
    ) -> int:
        """Match an order as far as the limit goes; returns why its rest must go even if it might rest, or 0."""
        if not book.is_open:
            return 0
        seat = self._seats[order.participant]
        lots = order.leaves_lots
        if time_in_force == FILL_OR_KILL and self._reachable(seat, book, order.side, lots, limit_key)[0] < lots:
            return 0
        reason = 0
        if seat.self_trade:
            reason = self._match_apart(seat, book, order, limit_key, is_market, events)
        elif fills := match(book.opposite[order.side], order, limit_key):
            self._settle(book, order, lots, fills, is_market, order.price_ticks, events)
        if order.leaves_lots < lots:
            special_of(order).is_new = False
            self._was_matched(order, lots - order.leaves_lots)
        return reason

    def _follow_special(self, resting: Order, lots: int, leaves_lots: int) -> tuple[Order, int]:
        special = special_of(resting)
        if not resting.leaves_lots:
            special.rests = False
        owner = special.parent or resting
        if owner is not resting:
            owner.leaves_lots -= lots
            leaves_lots = owner.leaves_lots
        self._was_matched(owner, lots)
        if not leaves_lots:
            self._finish(owner)
        return owner, leaves_lots

    def _was_matched(self, order: Order, lots: int) -> None:
        """With the first match of its limit leg an order has no stop leg any more."""
        self._count_reducing(order, -lots)
        self._books[order.instrument].waiting.take(order)

    def _finish(self, order: Order) -> None:
        """All of an order was matched: it is done, or goes on with its second leg when its turn comes."""
        special = special_of(order)
        special.held_ticks = 0
        if order.order_type in TWO_LEGGED and special.leg == 1:
            self._books[order.instrument].waiting.set_free(order)
        else:
            self._part(order)

    def _rest(self, book: Book, order: Order, price_ticks: int) -> None:
        """Put an order, or a layer, at the end of the queue at a price."""
        special = special_of(order)
        special.slice_lots = min(special.terms.display_lots, order.leaves_lots)
        special.rests = True
        book.own[order.side].rest_at(order, price_ticks)

    def _lift(self, order: Order) -> None:
        """Take an order and its layers out of the book; what it shows is told later."""
        special = special_of(order)
        for one in (order, *special.layers):
            if special_of(one).rests:
                one.level.remove(one)
                special_of(one).rests = False
                special_of(one).slice_lots = 0

    def _show(self, order: Order, events: list[Event]) -> None:
        special = special_of(order)
        lots = 0 if special.hidden or not special.rests else special.slice_lots or order.leaves_lots
        shown = (order.level.price_ticks, lots) if lots else (0, 0)
        if shown != special.shown:
            price_ticks = shown[0] or special.shown[0]
            events.append(OrderMoved(order.instrument, order.number, special.place, order.side, price_ticks, lots))
            special.shown = shown

    def _show_all(self, order: Order, events: list[Event]) -> None:
        for one in (order, *special_of(order).layers):
            self._show(one, events)

    def _withdraw(self, order: Order, reason: int, events: list[Event]) -> None:
        if order.special is None:
            order.level.remove(order)
            events.append(self._cancel(order, 0, reason))
        else:
            self._cancel_special(order.special.parent or order, 0, reason, events)

    def _cancel_special(self, order: Order, request_id: int, reason: int, events: list[Event]) -> None:
        """Take away everything that is left of an order, and give back what it held."""
        leaves = order.leaves_lots
        self._lift(order)
        self._books[order.instrument].waiting.take(order)
        self._let_go(order)
        self._count_reducing(order, -leaves)
        order.leaves_lots = 0
        order.cancelled_lots = leaves
        self._part(order)
        events.append(OrderCancelled(order.number, request_id, leaves, reason))
        self._show_all(order, events)
