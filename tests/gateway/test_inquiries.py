"""The inquiry desk: Y, w, f and E are answered from the real state, refusals say why."""

import pytest

from base import limits
from base.wire.bo.requests import (
    CollateralRequest,
    InstrumentRequest,
    InstrumentRequest62,
    InstrumentResponse,
    InstrumentResponse74,
    OpenOrderRequest,
    OpenOrderRequest44,
    RiskUpdateRequest,
)
from base.wire.layout import Message
from tests.kit.floor import KEY, SESSION, Floor

WHO = {"Account": 1, "TradingSessionID": SESSION, "MsgSeqNum": 77}
WHO_AND_KEY = WHO | {"Key": KEY + 1}


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.log_on(1, 2)
    return floor


@pytest.mark.parametrize("request_class", [InstrumentRequest, InstrumentRequest62])
@pytest.mark.parametrize("request_type", [0, 1])
def test_all_instruments_come_as_a_snapshot(floor: Floor, request_class: type[Message], request_type: int) -> None:
    replies = floor.send(1, request_class(RequestType=request_type, **WHO_AND_KEY))
    assert [(r.ResponseType, r.SymbolEnum, r.SymbolName, r.MsgSeqNum) for r in replies] == [
        (2, 1, "BTCUSD", 77),
        (4, 4, "BTCUSDT", 77),
    ]
    assert all(type(reply) is InstrumentResponse for reply in replies)


def test_one_instrument_comes_alone(floor: Floor) -> None:
    (reply,) = floor.send(1, InstrumentRequest(RequestType=2, SymbolEnum=1, **WHO_AND_KEY))
    assert (reply.ResponseType, reply.SymbolName, reply.PriceIncrement, reply.SymbolType) == (1, "BTCUSD", 0.5, 1)


def test_the_long_layout_carries_the_steps_exactly() -> None:
    floor = Floor(instrument_layout=74)
    floor.log_on(1)
    (reply,) = floor.send(1, InstrumentRequest(RequestType=2, SymbolEnum=4, **WHO_AND_KEY))
    assert type(reply) is InstrumentResponse74
    assert (reply.PriceIncrement, reply.MinSize, reply.MaxSize) == (0.01, 0.00001, 10_000.0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Account": 2}, 19),
        ({"Key": 1}, 51),
        ({"TradingSessionID": 1}, 6),
        ({"RequestType": 3}, 35),
        ({"RequestType": 2, "SymbolEnum": 9}, 26),
        ({"RequestType": 2, "SymbolEnum": 0}, 26),
    ],
)
def test_a_refused_instrument_request_comes_back_with_its_code(floor: Floor, fields: dict[str, int], code: int) -> None:
    request = InstrumentRequest(**({"RequestType": 1} | WHO_AND_KEY | fields))
    assert floor.send(1, request) == [request.replace(RejectReason=code)]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (RiskUpdateRequest(**(WHO_AND_KEY | {"Account": 2})), 19),
        (RiskUpdateRequest(**(WHO_AND_KEY | {"Key": 0})), 51),
        (RiskUpdateRequest(**WHO_AND_KEY, SymbolEnum=9), 26),
        (CollateralRequest(**WHO_AND_KEY, SymbolEnum=9), 26),
        (CollateralRequest(**(WHO_AND_KEY | {"TradingSessionID": 0})), 6),
        (OpenOrderRequest(**WHO, SymbolEnum=9), 26),
        (OpenOrderRequest(**WHO, SymbolName="ETHUSD"), 26),
        (OpenOrderRequest44(**(WHO_AND_KEY | {"Key": 5}), SymbolEnum=1), 51),
    ],
)
def test_other_refused_requests_are_answered_by_a_reject(floor: Floor, request_: Message, code: int) -> None:
    (reply,) = floor.send(1, request_)
    assert (reply.LETTER, reply.MessageType, reply.RejectReason, reply.OrderID, reply.MsgSeqNum) == (
        "T",
        12,
        code,
        0,
        77,
    )


def test_text_that_is_no_text_is_refused(floor: Floor) -> None:
    frame = bytearray(OpenOrderRequest(**WHO, SymbolEnum=1).encode())
    frame[12] = 0xFF
    floor.feed(1, bytes(frame))
    (reply,) = floor.read(1)
    assert (reply.MessageType, reply.RejectReason) == (12, 35)


def test_risk_shows_open_and_executed_and_what_equity_is_left(floor: Floor) -> None:
    floor.send(1, floor.order(1, BOOrderQty=2.0, BOPrice=100.0), floor.order(1, BOSide=2, BOPrice=200.0))
    floor.send(2, floor.order(2, BOSide=2, BOOrderQty=0.5))
    floor.read(1)
    (risk,) = floor.send(1, RiskUpdateRequest(**WHO_AND_KEY, SymbolEnum=1))
    assert risk.MessageType == 33
    assert (risk.UserName, risk.Account, risk.SymbolEnum, risk.OpenOrderRequestLimit) == ("u1", 1, 1, 1_000)
    assert (risk.LongPosition, risk.LongCash, risk.ShortPosition, risk.ShortCash) == (1.5, 150.0, 1.0, 200.0)
    assert (risk.ExecutedLongPosition, risk.ExecutedLongCash) == (0.5, 50.0)
    assert (risk.ExecutedShortPosition, risk.ExecutedShortCash) == (0.0, 0.0)
    assert (risk.USDEquity, risk.BTCEquity, risk.ETHEquity) == (10**9 - 200.0, 10**9 + 0.5 - 1.0, 0.0)


@pytest.mark.parametrize("leverage", [0, 1, 100])
def test_both_answers_show_the_leverage_of_the_account(leverage: int) -> None:
    floor = Floor(terms={1: {"leverage": leverage}, 2: {"leverage": 7}})
    floor.log_on(1)
    for request_ in (RiskUpdateRequest(**WHO_AND_KEY, SymbolEnum=1), CollateralRequest(**WHO_AND_KEY)):
        assert floor.send(1, request_)[0].Leverage == float(leverage)


def test_a_cancel_gives_the_equity_back(floor: Floor) -> None:
    order = floor.order(1, BOOrderQty=2.0)
    floor.send(1, order, floor.order(1, MessageType=6, OrigOrderID=order.OrderID))
    (risk,) = floor.send(1, RiskUpdateRequest(**WHO_AND_KEY, SymbolEnum=1))
    assert (risk.USDEquity, risk.LongPosition) == (10**9, 0.0)


def test_risk_of_no_instrument_is_that_of_all(floor: Floor) -> None:
    assert [r.SymbolEnum for r in floor.send(1, RiskUpdateRequest(**WHO_AND_KEY))] == [1, 4]


@pytest.mark.parametrize("number", [0, 4])
def test_collateral_comes_in_one_message_that_echoes_the_instrument(floor: Floor, number: int) -> None:
    (reply,) = floor.send(1, CollateralRequest(**WHO_AND_KEY, SymbolEnum=number))
    assert (reply.LETTER, reply.MessageType, reply.SymbolEnum, reply.BTCEquity) == ("h", 31, number, 10.0**9)


@pytest.mark.parametrize(
    "request_",
    [
        OpenOrderRequest(**WHO, SymbolEnum=1),
        OpenOrderRequest(**WHO, SymbolEnum=1, Data1="e"),
        OpenOrderRequest(**WHO, SymbolName="BTCUSD      "),
        OpenOrderRequest(**WHO),
        OpenOrderRequest44(**WHO_AND_KEY, SymbolEnum=1),
    ],
)
def test_open_orders_come_oldest_first_with_1_or_16(floor: Floor, request_: Message) -> None:
    first, second = floor.order(1), floor.order(1, BOPrice=90.0)
    replace = floor.order(1, MessageType=2, OrigOrderID=first.OrderID, BOOrderQty=0.75)
    floor.send(1, first, second, replace)
    floor.send(2, floor.order(2, BOSide=2, BOOrderQty=0.25))
    floor.read(1)
    replies = floor.send(1, request_)
    assert [(r.MessageType, r.OrderID, r.ExecShares, r.RemainingQuantity) for r in replies] == [
        (16, replace.OrderID, 0.25, 0.5),
        (1, second.OrderID, 0.0, 1.0),
    ]


def test_no_open_order_is_answered_by_nothing(floor: Floor) -> None:
    floor.send(2, floor.order(2))
    assert floor.send(1, OpenOrderRequest(**WHO, SymbolEnum=1)) == []


def test_whoever_asks_for_more_than_can_be_sent_is_told_so_and_stays(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAITING_FRAMES", 5)
    floor.send(1, *(floor.order(1, BOPrice=float(price)) for price in range(10, 14)))
    floor.read(1)
    replies = floor.send(1, *[OpenOrderRequest(**WHO, SymbolEnum=1)] * 4)
    assert [(r.MessageType, r.RejectReason) for r in replies] == [(1, 0)] * 8 + [(12, 43)] * 2
    assert floor.closed == {}
    assert len(floor.send(1, OpenOrderRequest(**WHO, SymbolEnum=1))) == 4


def test_numbers_above_two_to_the_31_are_the_same_signed_and_unsigned() -> None:
    floor = Floor(accounts=(3_000_000_000,))
    floor.log_on(3_000_000_000)
    floor.send(3_000_000_000, floor.order(3_000_000_000))
    signed = 3_000_000_000 - 2**32
    (reply,) = floor.send(3_000_000_000, OpenOrderRequest(**(WHO | {"Account": signed}), SymbolEnum=1))
    assert (reply.MessageType, reply.Account) == (1, 3_000_000_000)
