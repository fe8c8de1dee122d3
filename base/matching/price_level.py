"""An order as the market keeps it, and the queue of orders that rest at one price.

In: orders, in the order of their arrival. Out: the same orders, first come first.
Never knows: whose money stands behind an order, which side of the book this is, events.
Follows price-time priority: within a price the older order is served first.

The queue is threaded through the orders themselves, so that appending, and taking any order
out of the middle, cost the same however many are waiting.
"""

from __future__ import annotations

from base.vocabulary.orders import OrderStatus

NEVER_REPLACED = -1


class Order:
    """One order from its acceptance to the end of the trading session.

    ``number`` is the exchange's, ``order_id`` the client's present one. ``holding`` says whose
    money stands behind the order; this room carries the number and never looks at it.
    ``quantity_lots`` is the total, ``leaves_lots`` what is still open (0: the order is finished),
    ``cancelled_lots`` what left unexecuted, ``replaced_at_lots`` how much was executed when it
    was last replaced. ``level``, ``previous`` and ``next`` have a meaning only while it rests.

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
    level: PriceLevel
    previous: Order | None
    next: Order | None

    def executed_lots(self) -> int:
        """Lots matched so far, over the whole chain of replaces."""
        return self.quantity_lots - self.leaves_lots - self.cancelled_lots

    def status(self) -> int:
        """What the last event of this order made of it, an ``OrderStatus``."""
        if self.cancelled_lots:
            return OrderStatus.CANCELLED
        if not self.leaves_lots:
            return OrderStatus.FILLED
        if self.executed_lots() > max(self.replaced_at_lots, 0):
            return OrderStatus.PARTLY_FILLED
        return OrderStatus.RESTING if self.replaced_at_lots == NEVER_REPLACED else OrderStatus.REPLACED


class PriceLevel:
    """The orders that rest at one price, oldest first, and how many lots they leave together.

    ``key`` sorts the levels of a side, the best price lowest.
    """

    __slots__ = ("first", "key", "last", "lots", "price_ticks")

    def __init__(self, key: int, price_ticks: int) -> None:
        self.key = key
        self.price_ticks = price_ticks
        self.lots = 0
        self.first: Order | None = None
        self.last: Order | None = None

    def append(self, order: Order) -> None:
        """Put an order at the end of the queue."""
        last = self.last
        if last is None:
            self.first = order
        else:
            last.next = order
        order.previous = last
        order.next = None
        order.level = self
        self.last = order
        self.lots += order.leaves_lots

    def remove(self, order: Order) -> None:
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
        self.lots -= order.leaves_lots

    def shrink(self, order: Order, leaves_lots: int) -> None:
        """Let an order leave fewer lots without losing its place."""
        self.lots -= order.leaves_lots - leaves_lots
        order.leaves_lots = leaves_lots
