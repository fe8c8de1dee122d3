"""An order as the market keeps it, and the queues of orders that rest at one price.

In: orders, in the order of their arrival. Out: the same orders, first come first.
Never knows: whose money stands behind an order, which side of the book this is, events.
Follows price-time priority and section 3 of docs/order-types.md: within a price visible orders
come before hidden ones, and of each kind the older first.

A queue is threaded through the orders themselves, so that appending, and taking any order
out of the middle, cost the same however many are waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from base.vocabulary.orders import OrderStatus, OrderTerms

NEVER_REPLACED = -1


class Special:
    """What an order has that is more than a visible, undivided limit or market order.

    ``held_ticks`` is the price at which it holds equity back, 0 when it holds none. ``slice_lots``
    is the part in the queue of an order that shows only slices, 0 for the others. ``follows`` says
    that the order follows the best price (pegs and layers), ``rests`` that it is in the book,
    ``waits`` that it can be set free, ``is_free`` that it was. ``stop_ticks`` is its present stop.
    ``leg`` counts from 1. A layer of an ICE set is an order of its own with the set as its
    ``parent``; the set has them as ``layers``, the first one wished for at ``first_ticks``.
    ``was_replaced`` says that an earlier leg was. ``shown`` is what the public book was last told:
    price in ticks and lots.
    """

    __slots__ = (
        "entered_side",
        "first_ticks",
        "follows",
        "held_ticks",
        "hidden",
        "is_free",
        "is_new",
        "layers",
        "leg",
        "parent",
        "place",
        "rests",
        "shown",
        "slice_lots",
        "stop_ticks",
        "terms",
        "waits",
        "was_replaced",
    )

    def __init__(self, terms: OrderTerms, side: int, *, hidden: bool, follows: bool) -> None:
        self.terms = terms
        self.entered_side = side
        self.hidden = hidden
        self.follows = follows
        self.held_ticks = self.slice_lots = self.stop_ticks = self.first_ticks = self.place = 0
        self.rests = self.waits = self.is_free = self.was_replaced = False
        self.is_new = True
        self.leg = 1
        self.parent: Order | None = None
        self.layers: list[Order] = []
        self.shown: tuple[int, int] = (0, 0)

    def describe(self) -> str:
        """Everything that later answers depend on, as canonical text."""
        terms = self.terms
        layers = " ".join(f"{one.price_ticks}/{one.leaves_lots}" for one in self.layers)
        return (
            f"{terms.stop_ticks} {terms.take_profit_ticks} {terms.second_leg_ticks} {terms.display_lots}"
            f" {terms.refresh_lots} {terms.trigger} {terms.layers} {terms.size_increment_lots}"
            f" {terms.price_increment_ticks} {terms.price_offset_ticks} {terms.distance_ticks} {self.hidden:d}"
            f" {self.held_ticks} {self.slice_lots} {self.stop_ticks} {self.first_ticks} {self.rests:d} {self.waits:d}"
            f" {self.leg} {self.entered_side} {self.was_replaced:d} [{layers}]"
            + (" free" if self.is_free else "")
        )


class Order:
    """One order from its acceptance to the end of the trading session.

    ``number`` is the exchange's, ``order_id`` the client's present one. ``holding`` says whose
    money stands behind the order; this room carries the number and never looks at it.
    ``quantity_lots`` is the total, ``leaves_lots`` what is still open (0: the order is finished),
    ``cancelled_lots`` what left unexecuted, ``replaced_at_lots`` how much was executed when it
    was last replaced. ``special`` is None for plain orders. ``level``, ``previous`` and ``next``
    have a meaning only while it rests.

    It has no ``__init__``: the exchange fills in a bare one, at less than half the cost.
    """

    __slots__ = (
        "cancelled_lots",
        "holding",
        "instrument",
        "leaves_lots",
        "level",
        "next",
        "number",
        "order_id",
        "order_type",
        "participant",
        "previous",
        "price_ticks",
        "quantity_lots",
        "replaced_at_lots",
        "side",
        "special",
        "time_in_force",
    )

    number: int
    order_id: int
    participant: int
    holding: int
    instrument: int
    side: int
    order_type: int
    time_in_force: int
    price_ticks: int
    quantity_lots: int
    leaves_lots: int
    cancelled_lots: int
    replaced_at_lots: int
    special: Special | None
    level: PriceLevel
    previous: Order | None
    next: Order | None

    def __getstate__(self) -> tuple[object, ...]:
        """All but its place in a queue, which the level knows: a picture of a long queue is no deep one."""
        kept: tuple[object, ...] = _kept_of(self)
        return kept

    def __setstate__(self, kept: tuple[object, ...]) -> None:
        (  # one by one, because there are half a million of them in a picture
            self.cancelled_lots, self.holding, self.instrument, self.leaves_lots, self.number, self.order_id,
            self.order_type, self.participant, self.price_ticks, self.quantity_lots, self.replaced_at_lots, self.side,
            self.special, self.time_in_force,
        ) = kept  # type: ignore[assignment]  # __getstate__() gave them in this order  # fmt: skip

    def executed_lots(self) -> int:
        """Lots matched so far, over the whole chain of replaces."""
        return self.quantity_lots - self.leaves_lots - self.cancelled_lots

    def slice_or_all(self) -> int:
        """Lots that can be matched in one turn."""
        special = self.special
        return special.slice_lots if special is not None and special.slice_lots else self.leaves_lots

    def status(self) -> int:
        """What the last event of this order made of it, an ``OrderStatus``."""
        if self.cancelled_lots:
            return OrderStatus.CANCELLED
        if not self.leaves_lots:
            return OrderStatus.FILLED
        if self.executed_lots() > max(self.replaced_at_lots, 0):
            return OrderStatus.PARTLY_FILLED
        return OrderStatus.RESTING if self.replaced_at_lots == NEVER_REPLACED else OrderStatus.REPLACED


_KEPT = tuple(name for name in Order.__slots__ if name not in ("level", "previous", "next"))
_kept_of = attrgetter(*_KEPT)


class Queue:
    """Orders in a row, threaded through themselves."""

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first: Order | None = None
        self.last: Order | None = None

    def __getstate__(self) -> list[Order]:
        return list(self.orders())

    def __setstate__(self, orders: list[Order]) -> None:
        self.first = self.last = None
        for order in orders:
            self.link(order)

    def orders(self) -> Iterator[Order]:
        """All of them in their order."""
        order = self.first
        while order is not None:
            yield order
            order = order.next

    def link(self, order: Order) -> None:
        """Put an order at the end."""
        last = self.last
        if last is None:
            self.first = order
        else:
            last.next = order
        order.previous = last
        order.next = None
        self.last = order

    def unlink(self, order: Order) -> None:
        """Take an order out, wherever it stands."""
        previous, following = order.previous, order.next
        if previous is None:
            self.first = following
        else:
            previous.next = following
            order.previous = None
        if following is None:
            self.last = previous
        else:
            following.previous = previous
            order.next = None


class PriceLevel(Queue):
    """The orders that rest at one price: the visible ones, oldest first, in this queue, then the ``hidden`` ones.

    ``key`` sorts the levels of a side, the best price lowest. ``lots`` is what all its orders leave
    together, ``apart_lots`` the part of it that makes no price others follow: hidden orders, pegs
    and layers. ``specials`` counts the orders that are not plain; a level without any is matched
    in the short way. For plain orders ``append`` and ``remove`` spell out ``link`` and ``unlink``,
    because a call costs as much as the rest of them.
    """

    __slots__ = ("apart_lots", "hidden", "key", "lots", "price_ticks", "specials")

    def __init__(self, key: int, price_ticks: int) -> None:
        self.key = key
        self.price_ticks = price_ticks
        self.lots = self.apart_lots = self.specials = 0
        self.first = None
        self.last = None
        self.hidden: Queue | None = None

    def __getstate__(self) -> tuple[object, ...]:  # type: ignore[override]
        figures = (self.key, self.price_ticks, self.lots, self.apart_lots, self.specials)
        return (*figures, super().__getstate__(), self.hidden)

    def __setstate__(  # type: ignore[override]
        self, kept: tuple[int, int, int, int, int, list[Order], Queue | None]
    ) -> None:
        self.key, self.price_ticks, self.lots, self.apart_lots, self.specials, visible, self.hidden = kept
        super().__setstate__(visible)
        for queue in (self, self.hidden):
            for order in queue.orders() if queue is not None else ():
                order.level = self

    def append(self, order: Order) -> None:
        """Put an order at the end of the queue."""
        order.level = self
        self.lots += order.leaves_lots
        if order.special is not None:
            self._queue_of_special(order, 1).link(order)
            return
        last = self.last
        if last is None:
            self.first = order
        else:
            last.next = order
        order.previous = last
        order.next = None
        self.last = order

    def remove(self, order: Order) -> None:
        """Take an order out, wherever it stands."""
        self.lots -= order.leaves_lots
        if order.special is not None:
            self._queue_of_special(order, -1).unlink(order)
            return
        previous, following = order.previous, order.next
        if previous is None:
            self.first = following
        else:
            previous.next = following
            order.previous = None
        if following is None:
            self.last = previous
        else:
            following.previous = previous
            order.next = None

    def shrink(self, order: Order, leaves_lots: int) -> None:
        """Let an order leave fewer lots without losing its place."""
        less = order.leaves_lots - leaves_lots
        self.lots -= less
        order.leaves_lots = leaves_lots
        special = order.special
        if special is not None:
            special.slice_lots = min(special.slice_lots, leaves_lots)
            if special.hidden or special.follows:
                self.apart_lots -= less

    def next_in_turn(self) -> Order | None:
        """The order that is matched first at this price."""
        if self.first is None and self.hidden is not None:
            return self.hidden.first
        return self.first

    def take(self, order: Order, lots: int) -> None:
        """Match lots of an order. It leaves when it is used up; a used-up slice is followed by the next at the end."""
        special = order.special
        order.leaves_lots -= lots
        self.lots -= lots
        if special is None:
            if not order.leaves_lots:
                self.unlink(order)
            return
        if special.hidden or special.follows:
            self.apart_lots -= lots
        if not order.leaves_lots:
            special.slice_lots = 0
            self._queue_of_special(order, -1).unlink(order)
        elif special.slice_lots:
            special.slice_lots -= lots
            if not special.slice_lots:
                special.slice_lots = min(special.terms.refresh_lots, order.leaves_lots)
                self.unlink(order)
                self.link(order)

    def lots_apart(self, holding: int, *, passes: bool) -> tuple[int, bool]:
        """Lots here with other money behind them, in turn, and whether the next price would be looked at.

        Whoever does not pass an order with this money is stopped by it. Only one slice of each order that
        stands before it has had its turn by then.
        """
        met_lots = 0
        for queue in (self, self.hidden):
            turn_lots = all_lots = 0
            order = queue.first if queue is not None else None
            while order is not None:
                if order.holding != holding:
                    turn_lots += order.slice_or_all()
                    all_lots += order.leaves_lots
                elif not passes:
                    return met_lots + turn_lots, False
                order = order.next
            met_lots += all_lots
        return met_lots, True

    def is_empty(self) -> bool:
        """Whether nothing rests here, hidden or not."""
        return self.first is None and not self.specials

    def _queue_of_special(self, order: Order, sign: int) -> Queue:
        """The queue of an order that is not plain, which comes (1) or goes (-1)."""
        special = order.special
        assert special is not None
        self.specials += sign
        if special.hidden or special.follows:
            self.apart_lots += sign * order.leaves_lots
        if not special.hidden:
            return self
        if self.hidden is None:
            self.hidden = Queue()
        return self.hidden
