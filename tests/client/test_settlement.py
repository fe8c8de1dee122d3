"""What is asked after a loss, in which order, and whose answer it is; without any socket."""

import pytest

from base import limits
from base.client.own_orders import OwnOrders
from base.client.requests import Requests
from base.client.settlement import Settlement
from base.messages import (
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    Message,
    MessageType,
    OpenOrderRequest,
    RiskUpdateRequest,
    RiskUserSymbol,
    Transaction,
)

NEW, REPLACE, STATUS, CANCEL = 1, 2, 5, 6
ACK, REJECT, PARTIAL, REPLACED = 14, 12, 9, 16
TOO_MANY, PATIENCE_NS = 43, 1_000


class Desk:
    """A settlement whose questions are kept; time stands still unless a test says otherwise."""

    def __init__(self) -> None:
        self.asked: list[Message] = []
        self.ends = 0
        self.orders = OwnOrders()
        self.requests = Requests(1, "1", 1)
        self.settlement = Settlement(self.requests, self.orders, self, PATIENCE_NS)

    def ask(self, question: Message) -> None:
        self.asked.append(question)

    def settled(self) -> None:
        self.ends += 1

    def send(self, kind: int, order_id: int, original_id: int = 0) -> Transaction:
        message = Transaction(MessageType=kind, OrderID=order_id, OrigOrderID=original_id, BOOrderQty=4.0, SymbolEnum=1)
        self.orders.sent(message)
        self.settlement.sent(message)
        return message

    def question(self, message: Message) -> Message:
        self.settlement.sent(message)
        return message

    def hear(self, message: Message, now_ns: int = 0) -> Message | None:
        return self.settlement.received(message, now_ns)

    def rest(self, order_id: int) -> None:
        self.hear(self.send(NEW, order_id).replace(MessageType=ACK))

    def resume(self) -> None:
        self.settlement.lost()
        self.asked.clear()
        self.settlement.resumed(0)

    def answer(self, kind: int, order_id: int, **fields: object) -> Message | None:
        """Answer the status question that was asked last."""
        status = self.asked[-1]
        return self.hear(Transaction(MessageType=kind, OrderID=order_id, MsgSeqNum=status.MsgSeqNum, **fields))

    def list(self, *orders: Transaction) -> None:
        """Answer the E that was asked last, and the fence behind it."""
        question, fence = self.asked[-2:]
        assert isinstance(question, OpenOrderRequest)
        assert isinstance(fence, CollateralRequest)
        for order in orders:
            assert self.hear(order) is None
        assert self.hear(CollateralResponse(MsgSeqNum=fence.MsgSeqNum)) is None


@pytest.fixture
def desk() -> Desk:
    return Desk()


def listed(order_id: int, remaining: float = 4.0) -> Transaction:
    return Transaction(
        MessageType=NEW, OrderID=order_id, SymbolEnum=1, BOOrderQty=4.0, RemainingQuantity=remaining, MsgSeqNum=1
    )


def test_without_anything_open_nothing_is_asked(desk: Desk) -> None:
    desk.resume()
    assert (desk.asked, desk.ends, desk.settlement.is_running) == ([], 1, False)


def test_one_order_after_the_other(desk: Desk) -> None:
    desk.send(NEW, 1)
    desk.send(NEW, 2)
    desk.send(CANCEL, 3, 1)
    desk.resume()
    assert len(desk.asked) == 1
    assert desk.answer(ACK, 1).OrderID == 1
    assert desk.answer(REJECT, 2, RejectReason=1).RejectReason == 1
    told = desk.answer(15, 1)
    assert (told.OrderID, told.OrigOrderID, told.MessageType) == (3, 1, 15)
    assert [(asked.MessageType, asked.OrigOrderID) for asked in desk.asked] == [(STATUS, 1), (STATUS, 2), (STATUS, 1)]
    assert desk.ends == 1


def test_a_question_that_is_one_too_many_is_asked_again_later(desk: Desk) -> None:
    desk.send(NEW, 1)
    desk.resume()
    assert desk.answer(REJECT, 1, RejectReason=TOO_MANY) is None
    assert desk.settlement.deadline_ns == limits.CLIENT_ASK_AGAIN_NS
    assert desk.settlement.wake(limits.CLIENT_ASK_AGAIN_NS)
    assert [asked.OrderID for asked in desk.asked] == [1, 1]
    desk.answer(ACK, 1, BOOrderQty=4.0)
    desk.list(listed(1))
    assert desk.ends == 1


def test_a_server_without_answers_ends_the_settlement(desk: Desk) -> None:
    desk.send(NEW, 1)
    desk.resume()
    assert desk.settlement.deadline_ns == PATIENCE_NS
    assert desk.settlement.wake(PATIENCE_NS) is False
    assert (desk.ends, desk.settlement.is_running, desk.settlement.deadline_ns) == (1, False, None)


def test_a_loss_in_the_middle_begins_anew(desk: Desk) -> None:
    desk.send(NEW, 1)
    desk.send(NEW, 2)
    desk.resume()
    desk.answer(ACK, 1)
    desk.resume()
    assert [asked.OrderID for asked in desk.asked] == [2]
    assert desk.ends == 0


def test_a_replaced_order_with_fills_is_one_order(desk: Desk) -> None:
    desk.rest(1)
    desk.send(REPLACE, 2, 1)
    desk.resume()
    desk.answer(PARTIAL, 2, OrigOrderID=1, RemainingQuantity=3.0)
    assert desk.orders.open_ids == [2]
    desk.list(listed(2, 3.0))
    assert desk.ends == 1


def test_an_order_that_goes_by_an_unknown_id_is_closed(desk: Desk) -> None:
    desk.rest(1)
    desk.resume()
    desk.list(listed(77))
    assert desk.answer(PARTIAL, 77, OrigOrderID=1, RemainingQuantity=3.0).OrderID == 77
    assert desk.orders.open_ids == [77]


def test_a_missed_fill_is_found_again_after_a_second_loss(desk: Desk) -> None:
    desk.rest(1)
    for _ in range(2):
        desk.resume()
        desk.list(listed(1, 3.0))
        assert desk.asked[-1].OrderID == 1
    assert desk.answer(PARTIAL, 1, RemainingQuantity=3.0).MessageType == PARTIAL
    desk.resume()
    desk.list(listed(1, 3.0))
    assert desk.ends == 2


def test_what_is_sent_meanwhile_is_not_taken_for_listed(desk: Desk) -> None:
    desk.rest(1)
    desk.resume()
    replace = desk.send(REPLACE, 2, 1)
    answer = replace.replace(MessageType=REPLACED, RemainingQuantity=4.0)
    assert desk.hear(answer) == answer
    desk.list(listed(1))
    assert desk.ends == 1, "order 1 is not open any more, so nothing is asked of it"


def test_a_refused_listing_leaves_the_questions(desk: Desk) -> None:
    desk.rest(1)
    desk.resume()
    question, fence = desk.asked
    assert desk.hear(Transaction(MessageType=REJECT, RejectReason=26, MsgSeqNum=question.MsgSeqNum)) is None
    assert desk.hear(CollateralResponse(MsgSeqNum=fence.MsgSeqNum)) is None
    assert desk.asked[-1].OrderID == 1


def test_questions_without_an_answer_are_asked_again_in_the_new_session(desk: Desk) -> None:
    desk.question(InstrumentRequest(MsgSeqNum=101))
    desk.question(RiskUpdateRequest(MsgSeqNum=102, SymbolEnum=1))
    desk.question(OpenOrderRequest(MsgSeqNum=103, SymbolEnum=1))
    desk.requests.trading_session, desk.requests.key = 77, 2**31 + 5
    desk.hear(RiskUserSymbol(MsgSeqNum=102, SymbolEnum=1))
    desk.resume()
    (again,) = desk.asked
    assert (again.NAME, again.MsgSeqNum, again.TradingSessionID) == ("open_order_request", 103, 77)
    assert desk.ends == 1


def test_a_question_over_which_two_servers_were_lost_is_dropped(desk: Desk) -> None:
    desk.question(CollateralRequest(MsgSeqNum=101))
    desk.resume()
    desk.question(CollateralRequest(MsgSeqNum=102))
    desk.resume()
    assert [asked.MsgSeqNum for asked in desk.asked] == [102]


def test_an_answer_in_parts_is_awaited_to_its_end(desk: Desk) -> None:
    whole_risk = desk.question(RiskUpdateRequest(MsgSeqNum=101))
    desk.hear(RiskUserSymbol(MsgSeqNum=101, SymbolEnum=1))
    desk.resume()
    assert [asked.MsgSeqNum for asked in desk.asked] == [whole_risk.MsgSeqNum]


def test_a_silent_server_costs_a_bounded_memory(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLIENT_REMEMBERED_ORDERS", 2)
    for number in (1, 2, 3):
        desk.send(CANCEL, number, number + 10)
        desk.question(CollateralRequest(MsgSeqNum=number + 100))
    desk.resume()
    assert desk.asked[0].OrderID == 12
    assert [message.MessageType for message in desk.asked] == [MessageType.ORDER_STATUS]
