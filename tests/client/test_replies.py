"""Which messages answer which request, and when an answer is complete."""

import pytest

from base.client.replies import Answer, has_no_end
from base.messages import (
    ClientLogon,
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    InstrumentResponse,
    InstrumentResponse74,
    Message,
    MessageType,
    OpenOrderRequest,
    RiskUpdateRequest,
    RiskUserSymbol,
    Transaction,
)

ORDER = Transaction(MessageType=MessageType.ORDER_NEW, OrderID=7, SymbolEnum=1, MsgSeqNum=40)
ACK = ORDER.replace(MessageType=MessageType.ORDER_ACK)
FILL = ORDER.replace(MessageType=MessageType.EXECUTION)
OTHERS_FILL = Transaction(MessageType=MessageType.EXECUTION, OrderID=6, SymbolEnum=1)
REPLACED = Transaction(MessageType=MessageType.REPLACED, OrderID=8, SymbolEnum=1)
ELSEWHERE = Transaction(MessageType=MessageType.ORDER_NEW, OrderID=9, SymbolEnum=2)
FIRST, MIDDLE, LAST = (InstrumentResponse(ResponseType=number, MsgSeqNum=50) for number in (2, 3, 4))
SINGLE = InstrumentResponse74(ResponseType=1, MsgSeqNum=50)
REFUSED_INSTRUMENTS = InstrumentRequest(RejectReason=2, MsgSeqNum=50)
RISK_1, RISK_2 = (RiskUserSymbol(SymbolEnum=number, MsgSeqNum=50) for number in (1, 2))
EARLIER_RISK = RiskUserSymbol(SymbolEnum=2, MsgSeqNum=49)
BALANCES, EARLIER_BALANCES = CollateralResponse(MsgSeqNum=50), CollateralResponse(MsgSeqNum=49)
LOGON = ClientLogon(LoginStatus=1)

INSTRUMENTS, ONE_INSTRUMENT = (InstrumentRequest(RequestType=number, MsgSeqNum=50) for number in (1, 2))
RISK, ALL_RISKS = RiskUpdateRequest(SymbolEnum=2, MsgSeqNum=50), RiskUpdateRequest(MsgSeqNum=50)
COLLATERAL, OPEN_ORDERS = CollateralRequest(MsgSeqNum=50), OpenOrderRequest(SymbolEnum=1, MsgSeqNum=50)
STATUS = Transaction(MessageType=MessageType.ORDER_STATUS, OrderID=7, OrigOrderID=7, MsgSeqNum=50)
STATE = REPLACED.replace(OrigOrderID=7, MsgSeqNum=50)
NO_SUCH_ORDER = STATUS.replace(MessageType=MessageType.REJECT, RejectReason=1)

FENCE, FENCED = CollateralRequest(MsgSeqNum=51), CollateralResponse(MsgSeqNum=51)
REFUSAL, EARLIER_REFUSAL, FENCE_REFUSED = (
    Transaction(MessageType=MessageType.REJECT, RejectReason=26, MsgSeqNum=number) for number in (50, 49, 51)
)

ANSWERS: list[tuple[str, Message, list[Message], list[Message]]] = [
    ("order", ORDER, [OTHERS_FILL, BALANCES, ACK], [ACK]),
    ("status", STATUS, [ACK, FILL, BALANCES, STATE], [STATE]),
    ("status refused", STATUS, [ACK, NO_SUCH_ORDER], [NO_SUCH_ORDER]),
    ("status without a number", STATUS, [OTHERS_FILL, STATE.replace(MsgSeqNum=0)], [STATE.replace(MsgSeqNum=0)]),
    ("instruments", INSTRUMENTS, [ACK, FIRST, MIDDLE, LAST], [FIRST, MIDDLE, LAST]),
    ("one instrument", ONE_INSTRUMENT, [SINGLE], [SINGLE]),
    ("instruments refused", INSTRUMENTS, [REFUSED_INSTRUMENTS], [REFUSED_INSTRUMENTS]),
    ("risk", RISK, [EARLIER_RISK, RISK_2], [RISK_2]),
    ("risk refused", RISK, [EARLIER_REFUSAL, REFUSAL], [REFUSAL]),
    ("all risks", ALL_RISKS, [RISK_1, ACK, RISK_2, FENCED], [RISK_1, RISK_2]),
    ("collateral", COLLATERAL, [ACK, EARLIER_BALANCES, BALANCES], [BALANCES]),
    ("collateral refused", COLLATERAL, [EARLIER_REFUSAL, REFUSAL], [REFUSAL]),
    ("open orders", OPEN_ORDERS, [ORDER, ACK, REPLACED, ELSEWHERE, EARLIER_BALANCES, FENCED], [ORDER, REPLACED]),
    ("no open orders", OPEN_ORDERS, [OTHERS_FILL, FENCED], []),
    ("open orders refused", OPEN_ORDERS, [EARLIER_REFUSAL, REFUSAL, FENCED], [REFUSAL]),
    ("fence refused", OPEN_ORDERS, [ORDER, FENCE_REFUSED], [ORDER]),
    ("logon", ClientLogon(), [ACK, LOGON], [LOGON]),
]


@pytest.mark.parametrize(
    "request_sent, arriving, expected", [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
def test_an_answer_takes_what_belongs_to_it(
    request_sent: Message, arriving: list[Message], expected: list[Message]
) -> None:
    answer = Answer(request_sent, FENCE if has_no_end(request_sent) else None)
    for message in arriving:
        assert not answer.is_complete, "complete before its last message"
        answer.take(message)
    assert answer.is_complete
    assert answer.messages == expected


def test_only_answers_without_an_end_need_a_fence() -> None:
    fenced = [row[0] for row in ANSWERS if has_no_end(row[1])]
    assert fenced == ["all risks", "open orders", "no open orders", "open orders refused", "fence refused"]


def test_what_is_answered_again_counts_once() -> None:
    answer = Answer(INSTRUMENTS)
    first, middle, last = (
        InstrumentResponse(ResponseType=part, SymbolEnum=part, MsgSeqNum=50) for part in (2, 3, 4)
    )  # fmt: skip
    for message in (first, middle, first, middle, last):
        answer.take(message)
    assert answer.messages == [first, middle, last]
    assert answer.is_complete
