"""What was open when the order-entry server was lost, settled with the next one by questions.

In: requests that leave, messages that come, the time. Out: questions, and the answers of the requests that were
left without one. Never knows: sockets, which server it is, how long the way there was.
Follows section 6 (order life cycle) of the protocol: ORDER_STATUS tells the fate of an order, E lists the open ones.

In this order, one question about an order at a time: a venue may bound what a session sends in a second.
1. Each order, replace or cancel without an answer: what became of it.
2. The open orders, if any are known: which are not listed or have less open than was reported.
3. What became of those.
4. Other requests without an answer are sent again, once; they change nothing.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from base import limits
from base.client.own_orders import OwnOrders
from base.client.replies import LISTED_ORDERS, Answer, has_no_end, is_status
from base.client.requests import Requests
from base.wire.bo.codes import MessageType, RejectReason
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message


class Asker(Protocol):
    """What a settlement needs of its owner."""

    def ask(self, question: Message) -> None:
        """Send a question now."""

    def settled(self) -> None:
        """Everything that could be settled is."""


class Settlement:
    """Remembers what has no answer, and settles it after each resumption."""

    def __init__(self, requests: Requests, orders: OwnOrders, asker: Asker, patience_ns: int) -> None:
        self.is_running = False
        self.deadline_ns: int | None = None
        """When the answer to the question at hand is late, or when to ask again; None for never."""
        self._requests = requests
        self._orders = orders
        self._asker = asker
        self._patience_ns = patience_ns
        self._unanswered: dict[int, Transaction] = {}
        """Orders, replaces and cancels by OrderID."""
        self._questions: dict[int, Message] = {}
        """Everything else by MsgSeqNum."""
        self._fates: deque[tuple[int, Transaction | None]] = deque()
        """Orders to ask about, each with the request that waits for the answer."""
        self._asked: tuple[int, Transaction | None] | None = None
        self._status: Transaction | None = None
        self._listing: Answer | None = None
        self._repeated: list[int] = []
        self._open_before: list[int] = []
        self._steps: deque[Callable[[int], None]] = deque()

    # -- while trading

    def sent(self, request: Message) -> None:
        """Remember a request about to leave, until its answer comes."""
        if isinstance(request, Transaction) and request.MessageType != MessageType.ORDER_STATUS:
            self._unanswered[request.OrderID] = request
        else:
            self._questions[request.MsgSeqNum] = request
        for waiting in (self._unanswered, self._questions):
            if len(waiting) > limits.CLIENT_REMEMBERED_ORDERS:
                del waiting[next(iter(waiting))]

    def received(self, message: Message, now_ns: int) -> Message | None:
        """Take a message of the server; gives it as its reader wants it, None when it is nobody's but ours."""
        status, listing = self._status, self._listing
        if status is not None and isinstance(message, Transaction) and is_status(message, status):
            return self._take_fate(message, now_ns)
        if listing is not None and not self._is_answer(message) and listing.take(message):
            self._take_listed(listing, message, now_ns)
            return None
        if isinstance(message, Transaction):
            self._orders.received(message)
            self._unanswered.pop(message.OrderID, None)
        self._forget_answered(message)
        return message

    # -- around a resumption

    def lost(self) -> None:
        """The server is gone, with it every question of ours."""
        self.is_running = False
        self.deadline_ns = self._asked = self._status = self._listing = None
        self._fates.clear()
        self._steps.clear()

    def resumed(self, now_ns: int) -> None:
        """Settle what is open with the server that we are logged on to now."""
        self.is_running = True
        for request in self._unanswered.values():
            is_cancel = request.MessageType == MessageType.ORDER_CANCEL
            self._fates.append((request.OrigOrderID if is_cancel else request.OrderID, request))
        self._steps.extend((self._list_open_orders, self._ask_again))
        self._go_on(now_ns)

    def wake(self, now_ns: int) -> bool:
        """Ask again what was one too many; False when the server owes an answer, which ends the settlement."""
        if self._status is None and self._listing is None:
            self._go_on(now_ns)
            return True
        self.lost()
        self._asker.settled()
        return False

    # -- asking

    def _go_on(self, now_ns: int) -> None:
        if self._fates:
            self._asked = self._fates.popleft()
            self._status = self._requests.status(self._asked[0], now_ns)
            self.deadline_ns = now_ns + self._patience_ns
            self._asker.ask(self._status)
        elif self._steps:
            self._steps.popleft()(now_ns)

    def _list_open_orders(self, now_ns: int) -> None:
        self._open_before = self._orders.open_ids
        if not self._open_before:
            self._go_on(now_ns)
            return
        question, fence = self._requests.open_orders(0, now_ns), self._requests.collateral(None, now_ns)
        self._listing = Answer(question, fence)
        self.deadline_ns = now_ns + self._patience_ns
        self._asker.ask(question)
        self._asker.ask(fence)

    def _ask_again(self, now_ns: int) -> None:
        for number in self._repeated:
            self._questions.pop(number, None)  # what a server was lost over twice is not asked a third time
        self._repeated = list(self._questions)
        for question in list(self._questions.values()):
            again = self._requests.renewed(question, now_ns)
            self._questions[question.MsgSeqNum] = again
            self._asker.ask(again)
        if self.is_running:  # a server that is lost meanwhile has settled nothing
            self.lost()
            self._asker.settled()

    # -- answers

    def _take_fate(self, report: Transaction, now_ns: int) -> Transaction | None:
        assert self._asked is not None, "an answer without a question"
        asked, self._asked, self._status = self._asked, None, None
        refused = report.MessageType == MessageType.REJECT
        if refused and report.RejectReason == RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED:
            self._fates.appendleft(asked)
            self.deadline_ns = now_ns + limits.CLIENT_ASK_AGAIN_NS
            return None
        self._orders.received(report)
        order_id, request = asked
        if not refused:
            if report.OrderID != order_id:
                self._orders.goes_by_another_id(order_id)
            if request is not None and request.MessageType == MessageType.CANCEL_REPLACE:
                self._orders.goes_by_another_id(request.OrigOrderID)
        if request is not None:
            self._unanswered.pop(request.OrderID, None)
            report = _as_answer(report, request)
        self._go_on(now_ns)
        return report

    def _take_listed(self, listing: Answer, message: Message, now_ns: int) -> None:
        if not listing.is_complete:
            if isinstance(message, Transaction) and not self._orders.missed_something(message):
                self._orders.received(message)
            return
        self._listing = None
        listed = {
            order.OrderID: order
            for order in listing.messages
            if isinstance(order, Transaction) and order.MessageType in LISTED_ORDERS
        }
        still_open = set(self._orders.open_ids)
        for order_id in self._open_before:
            order = listed.get(order_id)
            if order_id in still_open and (order is None or self._orders.missed_something(order)):
                self._fates.append((order_id, None))
        self._go_on(now_ns)

    def _is_answer(self, message: Message) -> bool:
        return isinstance(message, Transaction) and message.OrderID in self._unanswered

    def _forget_answered(self, message: Message) -> None:
        """Forget a question with its whole answer, and those before it: a server answers in order."""
        number = message.fields().get("MsgSeqNum", 0) if self._questions else 0
        question = self._questions.get(number)
        if question is None or has_no_end(question):
            return
        answer = Answer(question)
        if answer.take(message) and answer.is_complete:
            for earlier in [sequence for sequence in self._questions if sequence <= number]:
                del self._questions[earlier]


def _as_answer(report: Transaction, request: Transaction) -> Transaction:
    """Give what became of an order as the answer to a request: under the request's own id."""
    if report.MessageType == MessageType.REJECT:
        return request.replace(MessageType=MessageType.REJECT, RejectReason=report.RejectReason)
    if request.MessageType == MessageType.ORDER_CANCEL:
        return report.replace(OrderID=request.OrderID, OrigOrderID=request.OrigOrderID)
    return report.replace(OrderID=request.OrderID)
