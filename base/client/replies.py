"""Which messages answer which request, and when the answer is complete.

In: a request that was sent, messages as they come. Out: whether a message belongs to the answer and
whether it is the last one. Never knows: sockets, time.
Follows sections 6 and 6.1 (requests and responses) of the protocol.
"""

from base.wire.bo.codes import MessageType, ResponseType
from base.wire.bo.logon import ClientLogon
from base.wire.bo.requests import (
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    InstrumentResponse,
    InstrumentResponse74,
    OpenOrderRequest,
    RiskUpdateRequest,
    RiskUserSymbol,
)
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

LISTED_ORDERS = frozenset({MessageType.ORDER_NEW, MessageType.REPLACED})
LAST_RESPONSES = frozenset({ResponseType.SNAPSHOT, ResponseType.SNAPSHOT_FINISH})


def has_no_end(request: Message) -> bool:
    """Say whether nothing marks the end of the answer, so that a further request must fence it.

    Nothing at all comes back when no order is open, and one message per instrument when the risk of
    all of them is asked for.
    """
    return isinstance(request, OpenOrderRequest) or (
        isinstance(request, RiskUpdateRequest) and request.SymbolEnum == 0
    )


class Answer:
    """The answer to one request as it comes in.

    >>> answer = Answer(CollateralRequest())
    >>> answer.take(CollateralResponse())
    True
    >>> answer.is_complete
    True
    """

    def __init__(self, request: Message) -> None:
        self.messages: list[Message] = []
        self.is_complete = False
        self._request = request
        self._fenced = has_no_end(request)

    def take(self, message: Message) -> bool:
        """Keep a message if it belongs to the answer; say whether it did."""
        if self._fenced and isinstance(message, CollateralResponse):
            self.is_complete = True  # the fence's own answer is nobody's business
            return True
        if not self._belongs(message):
            return False
        self.messages.append(message)
        self.is_complete = not self._fenced and self._is_last(message)
        return True

    def _belongs(self, message: Message) -> bool:
        request = self._request
        if isinstance(request, Transaction):
            return isinstance(message, Transaction) and message.OrderID == request.OrderID
        if isinstance(request, OpenOrderRequest):
            return (
                isinstance(message, Transaction)
                and message.SymbolEnum == request.SymbolEnum
                and message.MessageType in LISTED_ORDERS
            )
        if isinstance(request, InstrumentRequest):
            return isinstance(message, (InstrumentResponse, InstrumentResponse74, InstrumentRequest))
        if isinstance(request, RiskUpdateRequest):
            return isinstance(message, RiskUserSymbol) and request.SymbolEnum in (0, message.SymbolEnum)
        if isinstance(request, CollateralRequest):
            return isinstance(message, CollateralResponse)
        return isinstance(request, ClientLogon) and isinstance(message, ClientLogon)

    def _is_last(self, message: Message) -> bool:
        if isinstance(message, (InstrumentResponse, InstrumentResponse74)):
            return message.ResponseType in LAST_RESPONSES
        return True
