"""What each order type does, and how a book is settled after a step.

In: covered orders of every type that is not plain; a book in which something happened. Out: events.
Never knows: requests, client ids, wires.
Follows docs/order-types.md; the methods name its sections. A book is settled without recursion:
the order that was set free and has the lowest number acts, then the next; when nobody is free,
the pegs and ICE sets that must move do so, the lowest number first.
"""

from base.exchange.desk import BUY, GOOD_TILL_CANCEL, LIMIT, MARKET, Seat
from base.exchange.special_orders import BRACKET, TPSL_LIMIT, TPSL_MARKET, TWO_LEGGED, SpecialOrders, special_of
from base.limits import SETTLING_STEPS, SETTLING_STEPS_PER_ORDER
from base.matching.book import ANY_PRICE_KEY, Book
from base.matching.price_level import NEVER_REPLACED, Order, Special
from base.risk.order_limits import highest_price, is_out_of_band, is_too_large, is_worth_too_much
from base.vocabulary.events import Event, LegEntered, Trade
from base.vocabulary.orders import OrderTerms, OrderType, Side, Trigger
from base.vocabulary.rejects import Reject

HIDDEN = int(OrderType.HIDDEN)
STOP_LIMIT = int(OrderType.STOP_LIMIT)
TRAILING_STOP_LIMIT = int(OrderType.TRAILING_STOP_LIMIT)
OCO, OCO_ICE = int(OrderType.ONE_CANCELS_OTHER), int(OrderType.ONE_CANCELS_OTHER_ICE)
SNIPER_MARKET, SNIPER_LIMIT = int(OrderType.SNIPER_MARKET), int(OrderType.SNIPER_LIMIT)
PEGS = frozenset(map(int, (OrderType.PEG, OrderType.PEG_HIDDEN)))
LAYERED = frozenset({int(OrderType.ICE), OCO_ICE})
SNIPERS = frozenset({SNIPER_MARKET, SNIPER_LIMIT})
STOPS = frozenset(
    map(int, (OrderType.STOP_MARKET, STOP_LIMIT, OrderType.TRAILING_STOP_MARKET, TRAILING_STOP_LIMIT))
)
WAITING = STOPS | SNIPERS
MARKET_WHEN_FREE = frozenset(
    {int(OrderType.STOP_MARKET), int(OrderType.TRAILING_STOP_MARKET), OCO, OCO_ICE, SNIPER_MARKET, TPSL_MARKET}
)
_bare = object.__new__


class OrderTypes(SpecialOrders):
    """The life of every special order."""

    def _excess(
        self, seat: Seat, book: Book, side: int, order_type: int, price_ticks: int, lots: int,
        terms: OrderTerms | None,
    ) -> Reject | None:  # fmt: skip
        """Which of its account's limits a single order exceeds, if it does; a price of 0 is not looked at."""
        limits = seat.limits.get(book.instrument)
        if limits is None:
            return None
        if is_too_large(limits, lots):
            return Reject.ORDER_TOO_LARGE
        if order_type == MARKET:
            worth = self._reachable(seat, book, side, lots, ANY_PRICE_KEY)[1]
        else:
            worth = lots * highest_price(order_type, price_ticks, terms)
        if is_worth_too_much(limits, worth * self._positions[seat.holdings[book.instrument]].tick_lot_atoms):
            return Reject.ORDER_VALUE_TOO_LARGE
        if is_out_of_band(limits, order_type, price_ticks, book.waiting.reference_ticks(Trigger.MARK, book.last_ticks)):
            return Reject.PRICE_OUT_OF_BAND
        return None

    def _begin(self, book: Book, order: Order, events: list[Event]) -> None:
        """An order enters, or enters anew after a replace."""
        order_type = order.order_type
        if order_type in WAITING:
            self._accept(order, events)
            book.waiting.put(order, book.last_ticks)
        elif order_type in PEGS or order_type == OrderType.ICE:
            self._accept(order, events)
            self._follow_market(book, order, events)
        elif order_type in (OCO, OCO_ICE):
            self._enter_pair(book, order, events)
        elif order_type == MARKET:
            self._enter_market(book, order, order.time_in_force, events)
        else:
            self._enter_limit(book, order, order.time_in_force, events)

    def _enter_pair(self, book: Book, order: Order, events: list[Event]) -> None:
        """4.8, 4.10, 4.16: a stop leg waits; unless that is set free at once, the limit leg or the layers enter."""
        book.waiting.put(order, book.last_ticks)
        if special_of(order).is_free:
            self._accept(order, events)
        elif order.order_type == OCO_ICE:
            self._accept(order, events)
            self._follow_market(book, order, events)
        else:
            self._enter_limit(book, order, GOOD_TILL_CANCEL, events)

    def _enter_second_leg(self, book: Book, order: Order, events: list[Event]) -> None:
        """4.11, 4.16: the first leg was matched whole."""
        special = special_of(order)
        terms = special.terms
        special.leg = 2
        order.side = int(Side.SELL if order.side == BUY else Side.BUY)
        order.price_ticks = terms.second_leg_ticks if order.order_type == BRACKET else terms.take_profit_ticks
        order.leaves_lots = order.quantity_lots
        special.was_replaced |= order.replaced_at_lots != NEVER_REPLACED
        order.replaced_at_lots = NEVER_REPLACED
        if not self._hold(order, order.price_ticks, order.leaves_lots):
            self._cancel_special(order, 0, self._uncovered(order.holding, order.side), events)
            return
        events.append(LegEntered(order.number, order.side, order.price_ticks))
        if order.order_type == BRACKET:
            self._enter_limit(book, order, GOOD_TILL_CANCEL, events)
        else:
            self._enter_pair(book, order, events)

    def _act(self, book: Book, order: Order, events: list[Event]) -> None:
        """An order that was set free does its step."""
        special = special_of(order)
        order_type = order.order_type
        if order_type in TWO_LEGGED and special.leg == 1:
            self._enter_second_leg(book, order, events)
            return
        book.waiting.take(order)
        if order_type == SNIPER_LIMIT:
            self._strike(book, order, events)
            return
        self._lift(order)
        self._show_all(order, events)
        special.layers = []
        book.followers.drop(order)
        if order_type in MARKET_WHEN_FREE:
            self._let_go(order)
            self._enter_market(book, order, order.time_in_force, events)
            return
        price_ticks = order.price_ticks if order_type == STOP_LIMIT else special.stop_ticks
        if not self._hold(order, price_ticks, order.leaves_lots):
            self._cancel_special(order, 0, self._uncovered(order.holding, order.side), events)
            return
        if order_type == TPSL_LIMIT:
            special.leg = 3
        order.price_ticks = price_ticks
        self._enter_limit(book, order, order.time_in_force, events)

    def _strike(self, book: Book, order: Order, events: list[Event]) -> None:
        """4.13: match as far as the price goes; the rest waits again."""
        limit_key = order.price_ticks * book.opposite[order.side].sign
        reason = self._take(book, order, limit_key, 0, False, events)
        if reason and order.leaves_lots:
            self._cancel_special(order, 0, reason, events)
        elif order.leaves_lots:
            book.waiting.put(order, book.last_ticks)
        else:
            self._finish(order)

    def _add_layers(self, order: Order) -> None:
        """4.9: what an ICE order leaves, in pieces; the last ones may be smaller or empty."""
        special = special_of(order)
        terms = special.terms
        missing = order.leaves_lots
        special.layers = []
        for place in range(terms.layers):
            layer = _bare(Order)
            layer.number, layer.participant, layer.holding = order.number, order.participant, order.holding
            layer.instrument, layer.side, layer.order_type = order.instrument, order.side, LIMIT
            layer.order_id, layer.time_in_force, layer.replaced_at_lots = order.order_id, order.time_in_force, 0
            layer.price_ticks = layer.cancelled_lots = 0
            layer.quantity_lots = layer.leaves_lots = min(terms.size_increment_lots, missing)
            layer.special = part = Special(terms, order.side, hidden=special.hidden, follows=True)
            part.place, part.parent = place, order
            missing -= layer.leaves_lots
            special.layers.append(layer)
        assert not missing, "the layers of an ICE order do not add up to its quantity"

    def _follow_market(self, book: Book, order: Order, events: list[Event]) -> None:
        """4.5, 4.9: an order comes to rest where it wishes to be, and follows the best price from now on."""
        if order.order_type in LAYERED:
            self._add_layers(order)
        self._move(book, order, book.best_ticks(), events)

    def _move(self, book: Book, order: Order, best_ticks: tuple[int, ...], events: list[Event]) -> None:
        """Take a peg or an ICE set to the price where it wants to be, at the end of the queues."""
        special = special_of(order)
        self._lift(order)
        wish_ticks = book.wish(order, best_ticks)
        if not special.layers:
            if wish_ticks >= 1:
                self._rest(book, order, wish_ticks)
        else:
            special.first_ticks = wish_ticks
            step_ticks = special.terms.price_increment_ticks * book.own[order.side].sign
            for place, layer in enumerate(special.layers):
                layer.price_ticks = wish_ticks + place * step_ticks
                if layer.leaves_lots and layer.price_ticks >= 1:
                    self._rest(book, layer, layer.price_ticks)
        book.followers.put(order, best_ticks)
        self._show_all(order, events)

    def _settle_book(self, book: Book, events: list[Event], told: int = 0) -> None:
        """Section 2: act and move until everybody is where it belongs. ``told`` counts the events already shown."""
        waiting = book.waiting
        steps = 0
        bound = SETTLING_STEPS + SETTLING_STEPS_PER_ORDER * book.watched
        while True:
            for event in events[told:]:
                if isinstance(event, Trade):
                    waiting.show_last(event.price_ticks)
            told = len(events)
            if not book.is_open:  # those set free wait for their turn until it is
                return
            best_ticks = book.best_ticks() if waiting.snipers or book.followers else (0, 0, 0, 0, 0, 0)
            order = waiting.next_free(best_ticks[1], best_ticks[4])
            if order is not None:
                self._act(book, order, events)
                steps += 1
            elif not book.followers or best_ticks == book.settled_at:
                break
            else:
                steps += self._move_followers(book, best_ticks, events)
            assert steps <= bound, "a book does not come to rest"

    def _move_followers(self, book: Book, best_ticks: tuple[int, ...], events: list[Event]) -> int:
        """Move those that must, in the order of their numbers, until a move changes the best prices; count them."""
        moves = 0
        for order in book.followers.movers(best_ticks):
            self._move(book, order, best_ticks, events)
            moves += 1
            if book.best_ticks() != best_ticks:
                return moves
        book.settled_at = best_ticks
        return moves
