"""The library call: what leaves for each method, and the three ways in which replies come back."""

import pytest

from base import limits
from base.client import Trader
from base.clock import Clock
from base.errors import ConnectionLost, FieldError, LocalProtocolError, LogonRefused, NoReply
from base.messages import (
    TIF,
    InstrumentResponse,
    Message,
    MessageType,
    OpenOrderRequest,
    OrderType,
    RiskUserSymbol,
    Side,
    Transaction,
)
from tests.client.conftest import House
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import ScriptedServer, accepting_aes, accepting_oes, refusing


def kinds(messages: list[Message]) -> list[str]:
    return [
        MessageType(message.MessageType).name if isinstance(message, Transaction) else message.NAME
        for message in messages
    ]


def test_an_order_lives_through_replace_and_cancel(house: House) -> None:
    trader = house.trader()
    order = trader.new_order("BTCUSD", Side.BUY, quantity=0.5, price=100.0)
    assert kinds(trader.replies(order)) == ["ORDER_ACK"]
    replacement = trader.replace(order.OrderID, quantity=1.0, price=101.0)
    assert kinds(trader.replies(replacement)) == ["REPLACED"]
    assert kinds(trader.replies(trader.status(replacement.OrderID))) == ["ORDER_ACK"]
    cancel = trader.cancel(replacement.OrderID)
    assert kinds(trader.replies(cancel)) == ["CANCELLED"]
    (refused,) = trader.replies(trader.status(replacement.OrderID))
    assert (refused.MessageType, refused.RejectReason) == (12, 1)
    assert [order.OrderID, replacement.OrderID, cancel.OrderID] == [1, 2, 3]
    assert (replacement.OrigOrderID, cancel.OrigOrderID) == (1, 2)
    assert (cancel.BOPrice, cancel.BOOrderQty, cancel.BOOrigPrice) == (101.0, 1.0, 101.0)


def test_the_returned_message_is_the_one_that_left(house: House) -> None:
    trader = house.trader()
    sent: list[Message] = [
        trader.new_order(1, Side.SELL, 0.5, 100.0, OrderType.STOP_LMT, TIF.DAY, order_id=77, StopLimitPrice=99.0),
        trader.cancel(77, cancel_id=78),
        trader.replace(77, price=101.0, new_order_id=79),
        trader.status(77),
        trader.instruments(),
        trader.instruments("BTCUSDT"),
        trader.risk(1),
        trader.collateral(),
        trader.open_orders("FLYUSDT"),
    ]
    trader.replies(trader.collateral())
    assert house.requests()[:-1] == sent
    assert [message.MsgSeqNum for message in sent] == list(range(1, 10))


def test_the_answers_to_questions(house: House) -> None:
    trader = house.trader()
    assert len(trader.replies(trader.instruments())) == 3
    assert kinds(trader.replies(trader.risk(2))) == ["risk_user_symbol"]
    assert kinds(trader.replies(trader.risk(0))) == ["risk_user_symbol"] * 2
    (balances,) = trader.replies(trader.collateral())
    assert balances.USDEquity == 1000.0
    assert trader.replies(trader.open_orders(1)) == []
    for quantity in (1.0, 2.0):
        trader.replies(trader.new_order(1, Side.BUY, quantity, 100.0))
    assert [order.BOOrderQty for order in trader.replies(trader.open_orders(1))] == [1.0, 2.0]
    assert list(trader.messages(0)) == []


def test_the_fence_leaves_the_answer_to_a_collateral_request_of_ones_own(house: House) -> None:
    trader = house.trader()
    trader.replies(trader.new_order(1, Side.BUY, 1.0, 100.0))
    mine = trader.collateral()
    assert kinds(trader.replies(trader.open_orders(1))) == ["ORDER_NEW"]
    assert [message.MsgSeqNum for message in trader.messages(0)] == [mine.MsgSeqNum]


def test_a_refused_question_is_answered_at_once(house: House) -> None:
    trader = house.trader()
    for ask in (trader.risk, trader.collateral, trader.open_orders):
        request = ask(9)
        (refusal,) = trader.replies(request)
        assert (refusal.MessageType, refusal.OrderID, refusal.MsgSeqNum) == (12, 0, request.MsgSeqNum)
    assert list(trader.messages(0)) == []


def test_the_status_of_an_order_by_its_former_id(house: House) -> None:
    trader = house.trader()
    order = trader.new_order(1, Side.BUY, 1.0, 100.0)
    replacement = trader.replace(order.OrderID, price=101.0)
    status = trader.status(order.OrderID)  # the two reports before it are not read yet
    (report,) = trader.replies(status)
    assert (report.OrderID, report.OrigOrderID, report.MsgSeqNum) == (
        replacement.OrderID, order.OrderID, status.MsgSeqNum,
    )  # fmt: skip


def test_instrument_names_are_learnt(house: House) -> None:
    trader = house.trader()
    with pytest.raises(FieldError, match="'COIN3' is not known"):
        trader.new_order("COIN3", Side.BUY, 1.0, 1.0)
    trader.replies(trader.instruments())
    assert trader.new_order("COIN3", Side.BUY, 1.0, 1.0).SymbolEnum == 3


def test_orders_of_another_session_can_be_cancelled_once_listed(house: House) -> None:
    house.book.orders[500] = Transaction(
        MessageType=1, OrderID=500, SymbolEnum=1, BOSide=2, OrderType=1, BOPrice=9.0, BOOrderQty=3.0, ExecShares=1.0
    )
    trader = house.trader()
    with pytest.raises(LocalProtocolError, match="order 500 was neither sent in this session nor listed"):
        trader.cancel(500)
    trader.replies(trader.open_orders(1))
    cancel = trader.cancel(500)
    assert (cancel.BOSide, cancel.BOPrice, cancel.ExecShares) == (2, 9.0, 0.0)
    assert kinds(trader.replies(cancel)) == ["CANCELLED"]


def test_an_unknown_order_can_be_named_in_full(house: House) -> None:
    trader = house.trader()
    cancel = trader.cancel(600, SymbolEnum=1, BOSide=2)
    assert (cancel.OrigOrderID, cancel.SymbolEnum, cancel.BOSide, cancel.Account) == (600, 1, 2, 1)


def test_the_callback_sees_everything_and_reading_takes_away(house: House) -> None:
    trader = house.trader()
    assert kinds(house.told) == ["client_logon", "client_logon"]
    for _ in range(3):
        trader.new_order(1, Side.BUY, 1.0, 1.0)
    third = trader.wait_for(lambda message: isinstance(message, Transaction) and message.OrderID == 3)
    assert third.OrderID == 3
    assert [message.OrderID for message in trader.messages(0)] == [1, 2]
    assert list(trader.messages(0)) == []
    assert kinds(house.told[2:]) == ["ORDER_ACK"] * 3


def test_waiting_ends_in_time(house: House) -> None:
    trader = house.trader()
    with pytest.raises(NoReply, match=r"did not come within 0.05 s"):
        trader.wait_for(lambda message: True, timeout_s=0.05)
    assert list(trader.messages(0.05)) == []


def test_a_lost_connection_ends_every_wait(house: House) -> None:
    trader = house.trader(resume_s=0)
    trader.new_order(1, Side.BUY, 1.0, 1.0)
    house.oes.hang_up()
    seen = []
    with pytest.raises(ConnectionLost, match=r"the connection to the OES at .* is over"):
        seen.extend(trader.messages(PATIENCE_S))
    for call in (trader.collateral, lambda: trader.wait_for(lambda message: True), lambda: trader.status(1)):
        with pytest.raises(ConnectionLost):
            call()
    trader.logout()


def test_requests_before_logon_are_our_mistake() -> None:
    trader = Trader("127.0.0.1", 1, "1", "1", 1)
    with pytest.raises(LocalProtocolError, match=r"not logged on .* call log_on first"):
        trader.new_order(1, Side.BUY, 1.0, 1.0)
    trader.close()
    trader.close()


def test_the_counter_and_its_cap() -> None:
    with (
        ScriptedServer(accepting_oes()) as oes,
        ScriptedServer(accepting_aes(oes.text)) as aes,
        Trader(*aes.address, key="1", user="1", account=1) as trader,
    ):
        for count in range(limits.CLIENT_OPEN_REQUESTS + 1):
            assert trader.open_requests == count
            trader.new_order(1, Side.BUY, 1.0, 1.0, order_id=count + 1)
        with pytest.raises(LocalProtocolError, match="101 order requests wait for an answer"):
            trader.new_order(1, Side.BUY, 1.0, 1.0)
        trader.cancel(1)
        trader.collateral()
        assert trader.open_requests == limits.CLIENT_OPEN_REQUESTS + 1


def test_answers_bring_the_counter_down(house: House) -> None:
    trader = house.trader()
    orders = [trader.new_order(1, Side.BUY, 1.0, 1.0) for _ in range(3)]
    refused = trader.new_order(1, Side.BUY, 1.0, 1.0, OrderType.PEG)
    assert trader.open_requests == 4
    trader.replies(orders[0])
    trader.replies(refused)
    assert trader.open_requests == 0


def test_unread_messages_have_a_bound(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.limits.CLIENT_UNREAD_MESSAGES", 2)
    trader = house.trader()
    for _ in range(4):
        trader.new_order(1, Side.BUY, 1.0, 1.0)
    trader.replies(trader.collateral())  # an answer needs a place as well, so it took that of order 3
    assert [message.OrderID for message in trader.messages(0)] == [4]


def test_remembered_orders_have_a_bound(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.limits.CLIENT_REMEMBERED_ORDERS", 2)
    trader = house.trader()
    for _ in range(3):
        trader.new_order(1, Side.BUY, 1.0, 1.0)
    assert trader.order(2).OrderID == 2
    with pytest.raises(LocalProtocolError, match="order 1 was neither sent"):
        trader.order(1)


def test_totp_codes_follow_the_wall_clock() -> None:
    class SecondFiftyNine(Clock):
        def wall_ns(self) -> int:
            return 59 * 10**9

    with ScriptedServer(refusing(4)) as aes, pytest.raises(LogonRefused):
        Trader(*aes.address, "12345678901234567890", "1", 1, mode="totp", clock=SecondFiftyNine()).log_on()
    assert aes.received.get(timeout=PATIENCE_S).TwoFA == "287082"


def test_the_context_logs_out(house: House) -> None:
    with Trader(*house.aes.address, key="1", user="1", account=1) as trader:
        assert trader.trading_session == 901
    goodbyes = [server.received.queue[-1] for server in (house.aes, house.oes)]
    assert [(message.LogonType, message.TradingSessionID) for message in goodbyes] == [(2, 901), (2, 901)]
    assert list(trader.messages(1)) == []
    assert trader.failure is None


def test_order_ids_of_two_sessions_differ(house: House) -> None:
    first = house.trader(first_order_id=None).new_order(1, Side.BUY, 1.0, 1.0)
    assert first.OrderID > 1_700_000_000_000


def test_types_of_replies(house: House) -> None:
    trader = house.trader()
    assert isinstance(trader.replies(trader.instruments())[0], InstrumentResponse)
    assert isinstance(trader.replies(trader.risk(1))[0], RiskUserSymbol)
    assert isinstance(trader.open_orders(1), OpenOrderRequest)
