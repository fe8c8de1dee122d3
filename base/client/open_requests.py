"""The Tx/Rx counter: how many order requests still wait for their answer.

In: transactions sent and received. Out: the count, and a refusal to send above the cap. Never
knows: sockets, prices, what became of an order.
Follows section 5 ("outstanding-request limit") of the protocol and the owner's library.
"""

from base import limits
from base.errors import LocalProtocolError
from base.wire.bo.codes import MessageType
from base.wire.bo.transaction import Transaction

OPENS = frozenset({MessageType.ORDER_NEW, MessageType.CANCEL_REPLACE})


class OpenRequests:
    """Counts up with each new order or replace sent and down with the first answer to it.

    The answer is known by the OrderID, not by its kind: an order that crosses is answered by a fill, and
    the fills and cancellations that follow, like the answers to cancels, answer nothing that was counted.
    """

    def __init__(self) -> None:
        self.count = 0
        self._waiting: dict[int, int] = {}
        """Requests without an answer by OrderID; more than one where the sender gave an id twice."""

    def sending(self, message: Transaction) -> None:
        """Count a request about to be sent; LocalProtocolError while the cap is exceeded.

        Cancels and status requests open nothing and are never held back: above the cap, taking
        orders out of the market is what a trader needs most.
        """
        if message.MessageType not in OPENS:
            return
        if self.count > limits.CLIENT_OPEN_REQUESTS:
            raise LocalProtocolError(
                f"{self.count} order requests wait for an answer, more than the cap of "
                f"{limits.CLIENT_OPEN_REQUESTS}: receive replies before sending the next one"
            )
        self.count += 1
        self._waiting[message.OrderID] = self._waiting.get(message.OrderID, 0) + 1

    def received(self, message: Transaction) -> None:
        """Count a report if it is the first one for a request that waits."""
        waiting = self._waiting.pop(message.OrderID, 0)
        if waiting:
            self.count -= 1
        if waiting > 1:
            self._waiting[message.OrderID] = waiting - 1
