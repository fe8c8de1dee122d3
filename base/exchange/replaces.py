"""Replacing orders: the new fields are judged, and the order goes on with them or everything stays as it was.

In: a replace request by position, the order it names. Out: events.
Never knows: the clock, wires. Follows section 5 of docs/order-types.md.
"""

from base.exchange.desk import POST_ONLY, REDUCE_ONLY, Seat
from base.exchange.order_types import LAYERED, OCO_ICE, PEGS, SNIPERS, STOPS, OrderTypes
from base.exchange.special_orders import BRACKET, TWO_LEGGED, special_of
from base.matching.price_level import Order
from base.risk.checks import reduces
from base.vocabulary.events import Event, OrderRejected, OrderReplaced
from base.vocabulary.orders import OrderTerms, OrderType, Side, Trigger
from base.vocabulary.rejects import Reject


class Replaces(OrderTypes):
    """What a replace does to an order, plain or special."""

    def _rename(self, seat: Seat, order: Order, order_id: int, quantity_lots: int) -> OrderReplaced:
        executed_lots = order.executed_lots()
        replaced = OrderReplaced(order.number, order.price_ticks, quantity_lots - executed_lots)
        seat.ids.rename(order, order_id)
        order.replaced_at_lots = executed_lots
        return replaced

    def _replace_plain(self, order: Order, order_id: int, price_ticks: int, quantity_lots: int) -> list[Event]:
        """Give an order its new id, price and quantity; its reservation was moved before."""
        seat = self._seats[order.participant]
        events: list[Event] = [self._rename(seat, order, order_id, quantity_lots)]
        leaves = quantity_lots - order.replaced_at_lots
        if price_ticks == order.price_ticks and quantity_lots < order.quantity_lots:
            order.level.shrink(order, leaves)
            order.quantity_lots = quantity_lots
            return events
        order.level.remove(order)
        order.price_ticks = price_ticks
        order.quantity_lots = quantity_lots
        order.leaves_lots = leaves
        self._enter(seat, self._books[order.instrument], order, events)
        if not order.leaves_lots:
            seat.open.pop(order.number, None)
        return events

    def _replace_special(
        self, order: Order, order_id: int, fixed: tuple[int, int, int, int], price_ticks: int, quantity_lots: int,
        original_price_ticks: int, repeat_allowed: bool, terms: OrderTerms,
    ) -> list[Event]:  # fmt: skip
        """Change an order that is not plain, or refuse and leave everything as it was."""
        seat = self._seats[order.participant]
        special = special_of(order)
        new_ticks = self._new_price(order, price_ticks, terms)
        changes = fixed != (order.instrument, special.entered_side, order.order_type, order.time_in_force)
        if changes or self._changes_fixed_terms(order, quantity_lots, terms):
            reason = Reject.REPLACE_CHANGES_FIXED_FIELD
        elif original_price_ticks and original_price_ticks != order.price_ticks:
            reason = Reject.ORIGINAL_PRICE_DIFFERS
        elif order_id in seat.ids.orders and not repeat_allowed:
            reason = Reject.ORDER_ID_REPEATED
        elif quantity_lots <= order.executed_lots():
            reason = Reject.REPLACE_BELOW_EXECUTED
        elif seat.limits and (excess := self._excess_of_special(seat, order, price_ticks, quantity_lots, terms)):
            reason = excess
        elif self._would_take(order, new_ticks):
            reason = Reject.WOULD_TAKE
        elif not self._still_reduces(order, quantity_lots):
            reason = Reject.WOULD_NOT_REDUCE
        elif special.held_ticks and not self._hold(order, new_ticks, quantity_lots - order.executed_lots()):
            reason = self._uncovered(order.holding, order.side)
        else:
            events: list[Event] = [self._rename(seat, order, order_id, quantity_lots)]
            self._go_on(order, new_ticks, quantity_lots, terms, events)
            self._settle_book(self._books[order.instrument], events)
            return events
        return [OrderRejected(order_id, reason)]

    def _excess_of_special(
        self, seat: Seat, order: Order, price_ticks: int, quantity_lots: int, terms: OrderTerms
    ) -> Reject | None:
        """Which limit a replace exceeds; in a later leg its BOPrice says nothing."""
        named_ticks = price_ticks if special_of(order).leg == 1 else 0
        book = self._books[order.instrument]
        return self._excess(seat, book, order.side, order.order_type, named_ticks, quantity_lots, terms)

    def _new_price(self, order: Order, price_ticks: int, terms: OrderTerms) -> int:
        """The price that the present leg of an order has after a replace."""
        leg = special_of(order).leg
        if leg == 1:
            return price_ticks
        if order.order_type == BRACKET:
            return terms.second_leg_ticks
        return terms.take_profit_ticks if leg == 2 else terms.stop_ticks

    def _changes_fixed_terms(self, order: Order, quantity_lots: int, terms: OrderTerms) -> bool:
        special = special_of(order)
        old = special.terms
        return (
            (terms.trigger or Trigger.LAST) != (old.trigger or Trigger.LAST)
            or terms.hidden != old.hidden
            or (terms.display_lots > 0) != (old.display_lots > 0)
            or (special.leg > 1 and quantity_lots != order.quantity_lots)
        )

    def _would_take(self, order: Order, price_ticks: int) -> bool:
        return (
            order.time_in_force == POST_ONLY
            and order.order_type not in PEGS
            and self._books[order.instrument].crosses(order.side, price_ticks)
        )

    def _still_reduces(self, order: Order, quantity_lots: int) -> bool:
        """A reduce-only order that grows is judged again; its own part of what others leave is not counted."""
        if order.time_in_force != REDUCE_ONLY or quantity_lots <= order.quantity_lots:
            return True
        self._count_reducing(order, -order.leaves_lots)
        leaves = quantity_lots - order.executed_lots()
        reducing = reduces(self._positions[order.holding], leaves, buys=order.side == Side.BUY)
        self._count_reducing(order, order.leaves_lots)
        return reducing

    def _go_on(
        self, order: Order, price_ticks: int, quantity_lots: int, terms: OrderTerms, events: list[Event]
    ) -> None:
        """An order takes over its new fields; its equity is held already."""
        special = special_of(order)
        book = self._books[order.instrument]
        leaves = quantity_lots - order.replaced_at_lots
        waited = special.waits
        only_less = price_ticks == order.price_ticks and terms == special.terms and quantity_lots < order.quantity_lots
        self._count_reducing(order, leaves - order.leaves_lots)
        if only_less and special.rests and order.order_type not in PEGS:
            order.level.shrink(order, leaves)
            order.quantity_lots = quantity_lots
            self._show(order, events)
            return
        book.waiting.take(order)
        self._lift(order)
        order.price_ticks, order.quantity_lots, order.leaves_lots = price_ticks, quantity_lots, leaves
        special.terms = terms
        if order.order_type in LAYERED:
            self._forget_layers(order, events)
        self._enter_anew(order, waited, events)
        self._show_all(order, events)

    def _forget_layers(self, order: Order, events: list[Event]) -> None:
        self._show_all(order, events)
        special_of(order).layers = []
        self._books[order.instrument].followers.drop(order)

    def _enter_anew(self, order: Order, waited: bool, events: list[Event]) -> None:
        """Do with the new fields what the order did with the old ones: wait, follow, or come in again."""
        book = self._books[order.instrument]
        order_type = order.order_type
        if order_type in STOPS and not waited:
            self._enter_limit(book, order, order.time_in_force, events)
        elif waited and order_type not in STOPS | SNIPERS:
            self._enter_pair(book, order, events)
        elif order_type == OCO_ICE:
            self._follow_market(book, order, events)
        elif order_type in TWO_LEGGED or order_type == OrderType.ONE_CANCELS_OTHER:
            self._enter_limit(book, order, order.time_in_force, events)
        else:
            self._begin(book, order, events)
