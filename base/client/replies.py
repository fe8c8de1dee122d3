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
REPLIES: dict[type[Message], tuple[type[Message], ...]] = {
    InstrumentRequest: (InstrumentResponse, InstrumentResponse74, InstrumentRequest),
    RiskUpdateRequest: (RiskUserSymbol,),
    CollateralRequest: (CollateralResponse,),
}
"""What answers a question; a refused InstrumentRequest comes back itself."""


def has_no_end(request: Message) -> bool:
    """Say whether nothing marks the end of the answer, so that a further request must fence it.

    Nothing at all comes back when no order is open, and one message per instrument when the risk of
    all of them is asked for.
    """
    return isinstance(request, OpenOrderRequest) or (
        isinstance(request, RiskUpdateRequest) and request.SymbolEnum == 0
    )


class Answer:
    """The answer to one request as it comes in; ``fence`` is the request that was sent behind one without an end.

    Answers carry the MsgSeqNum of their request, so those of two requests of a kind are told apart.

    >>> answer = Answer(CollateralRequest(MsgSeqNum=5))
    >>> answer.take(CollateralResponse(MsgSeqNum=4)), answer.take(CollateralResponse(MsgSeqNum=5))
    (False, True)
    >>> answer.is_complete
    True
    """

    def __init__(self, request: Message, fence: CollateralRequest | None = None) -> None:
        self._kept: dict[object, Message] = {}
        self.is_complete = False
        self._request = request
        self._fence = fence

    def take(self, message: Message) -> bool:
        """Keep a message if it belongs to the answer; say whether it did."""
        if self._fence is not None and _is_reply(message, self._fence, CollateralResponse):
            self.is_complete = True  # the fence's own answer is nobody's business
            return True
        if not self._belongs(message):
            return False
        self._keep(message)
        self.is_complete = self._fence is None and _is_last(message)
        return True

    @property
    def messages(self) -> list[Message]:
        """The messages of the answer so far, oldest first."""
        return list(self._kept.values())

    def _keep(self, message: Message) -> None:
        """Add a message; a question that was asked again is answered again, and the later answer counts."""
        about = _subject(message) or len(self._kept)
        self._kept.pop(about, None)
        self._kept[about] = message

    def _belongs(self, message: Message) -> bool:
        request = self._request
        if isinstance(request, Transaction):
            if request.MessageType == MessageType.ORDER_STATUS:
                return isinstance(message, Transaction) and is_status(message, request)
            return isinstance(message, Transaction) and message.OrderID == request.OrderID
        if isinstance(request, OpenOrderRequest):
            return _is_refusal(message, request) or (
                isinstance(message, Transaction)
                and request.SymbolEnum in (0, message.SymbolEnum)
                and message.MessageType in LISTED_ORDERS
            )
        if isinstance(request, ClientLogon):
            return isinstance(message, ClientLogon)
        return _is_reply(message, request, *REPLIES.get(type(request), ()))


def _is_reply(message: Message, request: Message, *replies: type[Message]) -> bool:
    return (isinstance(message, replies) and message.MsgSeqNum == request.MsgSeqNum) or _is_refusal(message, request)


def _is_refusal(message: Message, request: Message) -> bool:
    """Say whether a message refuses a request that is no order: a REJECT that names no order."""
    return (
        isinstance(message, Transaction)
        and message.MessageType == MessageType.REJECT
        and message.OrderID == 0
        and message.MsgSeqNum == request.MsgSeqNum
    )


def is_status(message: Transaction, request: Transaction) -> bool:
    """Say whether a report tells what became of an order, which may go by a later id than the one asked about.

    A venue that does not number its reply is known by the id; with a number it would be another report.
    """
    if message.MsgSeqNum:
        return bool(message.MsgSeqNum == request.MsgSeqNum)
    return request.OrderID in (message.OrderID, message.OrigOrderID)


def _is_last(message: Message) -> bool:
    if isinstance(message, (InstrumentResponse, InstrumentResponse74)):
        return message.ResponseType in LAST_RESPONSES
    return True


def _subject(message: Message) -> tuple[int, int] | None:
    """Name what a message is about: an instrument, or an order in it; None for anything else."""
    instrument = getattr(message, "SymbolEnum", None)
    return (instrument, getattr(message, "OrderID", 0)) if instrument else None
