"""A user's orders as they were sent or listed last, and which of them are open as far as reports tell.

In: transactions sent and received. Out: the order behind an id, the newest order that is open. Never
knows: sockets, prices, whether a report is still on its way.
Follows section 6 (order life cycle) of the protocol.
"""

from base import limits
from base.client.open_requests import OPENS
from base.client.replies import LISTED_ORDERS
from base.client.requests import as_sent
from base.wire.bo.codes import MessageType, RejectReason
from base.wire.bo.transaction import Transaction

ALIVE = LISTED_ORDERS | {
    MessageType.ORDER_ACK,
    MessageType.REPLACED,
    MessageType.EXECUTION_PARTIAL,
    MessageType.QUOTE_FILL_PARTIAL,
}
OVER = frozenset({MessageType.EXECUTION, MessageType.QUOTE_FILL, MessageType.CANCELLED})
UNKNOWN = frozenset({RejectReason.ORDER_NOT_FOUND, RejectReason.ORIG_ORDER_NOT_FOUND})


class OwnOrders:
    """Remembers orders within a bound, the newest ones."""

    def __init__(self) -> None:
        self._orders: dict[int, Transaction] = {}
        self._open: dict[int, None] = {}
        self._remaining: dict[int, float] = {}
        """What is open of an order by the last report."""

    def get(self, order_id: int) -> Transaction | None:
        """Give an order as it was sent or listed last; None when it is not known."""
        return self._orders.get(order_id)

    @property
    def newest_open(self) -> int | None:
        """The id of the order that was opened or replaced last and is not finished; None when there is none."""
        return next(reversed(self._open), None)

    @property
    def open_ids(self) -> list[int]:
        """The ids of all orders that are not finished, oldest first."""
        return list(self._open)

    def missed_something(self, listed: Transaction) -> bool:
        """Say whether less of a listed order is open than the reports that came account for."""
        known = self._remaining.get(listed.OrderID)
        return known is not None and known != listed.RemainingQuantity

    def sent(self, message: Transaction) -> None:
        """Remember an order or a replace that leaves."""
        if message.MessageType in OPENS:
            self._remember(message)

    def received(self, report: Transaction) -> None:
        """Learn from a report what became of an order; a listed one is remembered as well."""
        if report.MessageType in LISTED_ORDERS and report.OrderID not in self._orders:
            self._remember(as_sent(report))
        if report.MessageType in ALIVE:
            if report.MessageType == MessageType.REPLACED:
                self._close(report.OrigOrderID)
            if report.OrderID in self._orders:
                self._open.setdefault(report.OrderID)
                whole = report.MessageType == MessageType.ORDER_ACK
                self._remaining[report.OrderID] = report.BOOrderQty if whole else report.RemainingQuantity
        elif report.MessageType in OVER or report.RejectReason in UNKNOWN:
            for order_id in (report.OrderID, report.OrigOrderID):
                self._close(order_id)

    def goes_by_another_id(self, order_id: int) -> None:
        """Learn that an order was replaced, whatever was reported of it since."""
        self._close(order_id)

    def _close(self, order_id: int) -> None:
        self._open.pop(order_id, None)
        self._remaining.pop(order_id, None)

    def _remember(self, message: Transaction) -> None:
        if len(self._orders) >= limits.CLIENT_REMEMBERED_ORDERS:
            oldest = next(iter(self._orders))
            del self._orders[oldest]
            self._close(oldest)
        self._orders[message.OrderID] = message
