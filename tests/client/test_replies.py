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

ORDER = Transaction(MessageType=MessageType.ORDER_NEW, OrderID=7, SymbolEnum=1)
ACK = ORDER.replace(MessageType=MessageType.ORDER_ACK)
OTHERS_FILL = Transaction(MessageType=MessageType.EXECUTION, OrderID=6, SymbolEnum=1)
REPLACED = Transaction(MessageType=MessageType.REPLACED, OrderID=8, SymbolEnum=1)
ELSEWHERE = Transaction(MessageType=MessageType.ORDER_NEW, OrderID=9, SymbolEnum=2)
FIRST, MIDDLE, LAST = (InstrumentResponse(ResponseType=number) for number in (2, 3, 4))
SINGLE = InstrumentResponse74(ResponseType=1)
REFUSED = InstrumentRequest(RejectReason=2)
RISK_1, RISK_2 = RiskUserSymbol(SymbolEnum=1), RiskUserSymbol(SymbolEnum=2)
BALANCES, LOGON = CollateralResponse(), ClientLogon(LoginStatus=1)

ANSWERS: list[tuple[str, Message, list[Message], list[Message]]] = [
    ("order", ORDER, [OTHERS_FILL, BALANCES, ACK], [ACK]),
    ("instruments", InstrumentRequest(RequestType=1), [ACK, FIRST, MIDDLE, LAST], [FIRST, MIDDLE, LAST]),
    ("one instrument", InstrumentRequest(RequestType=2), [SINGLE], [SINGLE]),
    ("instruments refused", InstrumentRequest(RequestType=1), [REFUSED], [REFUSED]),
    ("risk", RiskUpdateRequest(SymbolEnum=2), [RISK_1, RISK_2], [RISK_2]),
    ("all risks", RiskUpdateRequest(), [RISK_1, ACK, RISK_2, BALANCES], [RISK_1, RISK_2]),
    ("collateral", CollateralRequest(), [ACK, BALANCES], [BALANCES]),
    ("open orders", OpenOrderRequest(SymbolEnum=1), [ORDER, ACK, REPLACED, ELSEWHERE, BALANCES], [ORDER, REPLACED]),
    ("no open orders", OpenOrderRequest(SymbolEnum=1), [OTHERS_FILL, BALANCES], []),
    ("logon", ClientLogon(), [ACK, LOGON], [LOGON]),
]


@pytest.mark.parametrize(
    "request_sent, arriving, expected", [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
def test_an_answer_takes_what_belongs_to_it(
    request_sent: Message, arriving: list[Message], expected: list[Message]
) -> None:
    answer = Answer(request_sent)
    for message in arriving:
        assert not answer.is_complete, "complete before its last message"
        answer.take(message)
    assert answer.is_complete
    assert answer.messages == expected


def test_only_answers_without_an_end_need_a_fence() -> None:
    assert [row[0] for row in ANSWERS if has_no_end(row[1])] == ["all risks", "open orders", "no open orders"]
