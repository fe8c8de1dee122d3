"""An order-entry script that answers like a venue with nobody else in it.

In: requests. Out: the reply that section 6 of the protocol has for each when nothing crosses. Never
knows: prices, accounts; an order id is all it remembers.
"""

from collections.abc import Callable, Iterable

from base.messages import (
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    InstrumentResponse,
    Message,
    MessageType,
    OpenOrderRequest,
    OrderType,
    RejectReason,
    RiskUpdateRequest,
    RiskUserSymbol,
    Transaction,
)
from tests.kit.scripted_servers import Reply

UNKNOWN_INSTRUMENT = 9


class OneBook:
    """Rests limit orders and refuses the other types; a fresh one has no orders."""

    def __init__(self) -> None:
        self.orders: dict[int, Transaction] = {}
        self.finished: dict[int, Transaction] | None = None
        """What became of the orders that are not open any more, where a test gave a place for it."""
        self.on_request: Callable[[], object] = lambda: None
        """What else happens when a request comes."""

    def __call__(self, message: Message) -> Iterable[Reply]:
        """Answer one request."""
        self.on_request()
        if message.fields().get("SymbolEnum") == UNKNOWN_INSTRUMENT:
            yield reject(Transaction(MsgSeqNum=message.MsgSeqNum), RejectReason.SYMBOL_ENUM_INVALID)
        elif isinstance(message, Transaction):
            yield self._transact(message)
        elif isinstance(message, InstrumentRequest):
            for number, place in ((1, 2), (2, 3), (3, 4)):
                yield InstrumentResponse(
                    SymbolEnum=number, SymbolName=f"COIN{number}", ResponseType=place, MsgSeqNum=message.MsgSeqNum
                )
        elif isinstance(message, RiskUpdateRequest):
            for number in (1, 2) if message.SymbolEnum == 0 else (message.SymbolEnum,):
                yield RiskUserSymbol(SymbolEnum=number, MsgSeqNum=message.MsgSeqNum)
        elif isinstance(message, CollateralRequest):
            yield CollateralResponse(USDEquity=1000.0, MsgSeqNum=message.MsgSeqNum)
        elif isinstance(message, OpenOrderRequest):
            for order in self.orders.values():
                if message.SymbolEnum in (0, order.SymbolEnum):
                    yield order.replace(RemainingQuantity=order.BOOrderQty - order.ExecShares)

    def fill(self, order_id: int, shares: float) -> None:
        """Match an order with somebody whom nobody sees."""
        order = self.orders[order_id].replace(ExecShares=shares)
        remaining = order.BOOrderQty - shares
        self.orders[order_id] = order
        if not remaining:
            self._finish(order_id, MessageType.EXECUTION)

    def _finish(self, order_id: int, message_type: MessageType) -> Transaction | None:
        order = self.orders.pop(order_id, None)
        if order is not None and self.finished is not None:
            self.finished[order_id] = order.replace(MessageType=message_type)
        return order

    def _transact(self, message: Transaction) -> Transaction:
        if message.MessageType == MessageType.ORDER_STATUS:
            known = next((o for o in self.orders.values() if message.OrderID in (o.OrderID, o.OrigOrderID)), None)
            if known is not None:
                kind = MessageType.EXECUTION_PARTIAL if known.ExecShares else MessageType.ORDER_ACK
                remaining = known.BOOrderQty - known.ExecShares
                return known.replace(MessageType=kind, RemainingQuantity=remaining, MsgSeqNum=message.MsgSeqNum)
            if self.finished and message.OrderID in self.finished:
                return self.finished[message.OrderID].replace(MsgSeqNum=message.MsgSeqNum)
            return reject(message, RejectReason.ORDER_NOT_FOUND)
        if message.OrderType != OrderType.LMT:
            return reject(message, RejectReason.ORD_TYPE_INVALID)
        if message.MessageType == MessageType.ORDER_NEW:
            self.orders[message.OrderID] = message
            return message.replace(MessageType=MessageType.ORDER_ACK)
        if self._finish(message.OrigOrderID, MessageType.CANCELLED) is None:
            return reject(message, RejectReason.ORIG_ORDER_NOT_FOUND)
        if message.MessageType == MessageType.ORDER_CANCEL:
            return message.replace(MessageType=MessageType.CANCELLED)
        self.orders[message.OrderID] = message.replace(MessageType=MessageType.REPLACED)
        return self.orders[message.OrderID]


def reject(message: Transaction, reason: RejectReason) -> Transaction:
    """Refuse a transaction."""
    return message.replace(MessageType=MessageType.REJECT, RejectReason=reason)
