"""What happened in the exchange, as values.

In: nothing. Out: one slotted class per event. Never knows: who reads it.
Events name an order by its ``number``, which the exchange counts up and never uses twice
(client ids may repeat); the reader keeps what it needs beside that number.
Not frozen, because a frozen object costs six times as much to make on the order path;
nobody changes one after it was returned.
"""

from dataclasses import dataclass
from typing import TypeAlias, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform()
def event(cls: type[T]) -> type[T]:
    """The one decorator of all events."""
    return dataclass(slots=True)(cls)


@event
class OrderAccepted:
    """A new order rests or waits. Sent only when nothing of it was matched on arrival."""

    number: int


@event
class OrderRejected:
    """A request changed nothing. ``reason`` is a ``vocabulary.rejects.Reject``."""

    order_id: int
    reason: int


@event
class Trade:
    """One match. ``exec_id`` grows by one per match over all instruments.

    The price is that of the resting order; ``*_leaves_lots`` is what is left of each order
    after this match. The resting order's side decides who bought. Fees are atoms of the quote currency.
    """

    exec_id: int
    instrument: int
    price_ticks: int
    quantity_lots: int
    resting_number: int
    resting_leaves_lots: int
    incoming_number: int
    incoming_leaves_lots: int
    resting_fee_atoms: int = 0
    incoming_fee_atoms: int = 0


@event
class OrderReplaced:
    """An open order continues under the client id of the replace request.

    Its ``number`` stays; ``old_price_ticks`` is the price before, ``leaves_lots`` what is open now.
    """

    number: int
    old_price_ticks: int
    leaves_lots: int


@event
class OrderCancelled:
    """``leaves_lots`` of an order left the market.

    ``request_id`` is the client id of the cancel request, or 0 when nobody asked: the rest of
    an immediate order, a DAY order at logout, an order set free that is not covered then, an order
    that was about to be matched with one of its own account.
    ``reason`` is 0 or, in the last two cases, a ``Reject``.
    """

    number: int
    request_id: int
    leaves_lots: int
    reason: int = 0


@event
class LegEntered:
    """The second leg of an order was entered: from now on it is on this side, at this price."""

    number: int
    side: int
    price_ticks: int


@event
class OrderReported:
    """The answer to a query: the state of an order, live or finished.

    ``status`` is an ``OrderStatus``; ``executed_lots`` counts over the whole chain of replaces.
    """

    number: int
    status: int
    executed_lots: int
    leaves_lots: int


@event
class OrderMoved:
    """What the public book shows of an order that is not plain: so many lots at this price now, and nowhere else.

    ``place`` is the layer of an ICE set, otherwise 0. No lots: nothing is shown any more. Told whenever it
    changes, after the trade that changed it; plain orders have none of these.
    """

    instrument: int
    number: int
    place: int
    side: int
    price_ticks: int
    lots: int


@event
class TradeBroken:
    """A trade does not count any more: what it moved was moved back. ``reason`` is a ``BreakReason``."""

    exec_id: int
    instrument: int
    price_ticks: int
    quantity_lots: int
    resting_number: int
    incoming_number: int
    reason: int


Event: TypeAlias = (
    OrderAccepted | OrderRejected | Trade | OrderReplaced | OrderCancelled | OrderReported | LegEntered | OrderMoved
    | TradeBroken
)
