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
CLOSES = frozenset(
    {
        MessageType.ORDER_ACK,
        MessageType.CANCELLED,
        MessageType.REPLACED,
        MessageType.QUOTE_FILL,
        MessageType.REJECT,
        MessageType.ORDER_REJECT,
        MessageType.CANCEL_REPLACE_REJECT,
        MessageType.RISK_REJECT,
    }
)


class OpenRequests:
    """Counts up with each new order or replace sent and down with each answer received."""

    def __init__(self) -> None:
        self.count = 0

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

    def received(self, message: Transaction) -> None:
        """Count an answer; a cancel's answer was never counted up, so the count stops at zero."""
        if message.MessageType in CLOSES and self.count:
            self.count -= 1
