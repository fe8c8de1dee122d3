"""Trading goes on after the loss of an OES: whatever was on its way, in blocking calls and in a selector loop."""

from collections.abc import Callable

import pytest

from base.client import Trader
from base.client.logon import Stage
from base.errors import LocalProtocolError
from base.messages import Message, MessageType, OpenOrderRequest, RejectReason, Side, Transaction
from tests.kit.lost_oes import Loop, Venue
from tests.kit.scripted_servers import (
    OES_KEY,
    SESSION,
)

Requesting = Callable[[Trader], Message]


def is_on_its_way(message: Message) -> bool:
    """The request that a test is about, and nothing before it, has OrderID 2 or is no order."""
    return not isinstance(message, Transaction) or message.OrderID == 2


def new(trader: Trader) -> Message:
    return trader.new_order(1, Side.BUY, 1.0, 100.0)


def replace(trader: Trader) -> Message:
    return trader.replace(1, quantity=3.0)


def cancel(trader: Trader) -> Message:
    return trader.cancel(1)


ACK, REJECT, CANCELLED = MessageType.ORDER_ACK, MessageType.REJECT, MessageType.CANCELLED
# what is sent, whether it arrives before the OES dies, the answer, the orders that are open then
LIVES: list[tuple[str, Requesting, bool, MessageType, list[int]]] = [
    ("new, arrived", new, True, ACK, [1, 2]),
    ("new, not arrived", new, False, REJECT, [1]),
    ("replace, arrived", replace, True, ACK, [2]),
    ("replace, not arrived", replace, False, REJECT, [1]),
    ("cancel, arrived", cancel, True, CANCELLED, []),
    ("cancel, not arrived", cancel, False, ACK, [1]),
]
BY_LIFE = pytest.mark.parametrize("send, arrives, answer, left", [row[1:] for row in LIVES], ids=[r[0] for r in LIVES])


@BY_LIFE
def test_a_blocking_call_gets_its_answer_all_the_same(
    venue: Venue, send: Requesting, arrives: bool, answer: MessageType, left: list[int]
) -> None:
    trader = venue.trader()
    trader.log_on()
    trader.replies(new(trader))
    venue.cut_at, venue.arrives = is_on_its_way, arrives
    request = send(trader)
    (reply,) = trader.replies(request)
    assert (reply.MessageType, reply.OrderID) == (answer, 2)
    assert reply.OrigOrderID == request.OrigOrderID
    assert reply.RejectReason == (RejectReason.ORDER_NOT_FOUND if answer == REJECT else 0)
    check_where_it_stands(venue, trader, left)


@BY_LIFE
def test_a_selector_loop_is_told_all_the_same(
    venue: Venue, send: Requesting, arrives: bool, answer: MessageType, left: list[int]
) -> None:
    loop = Loop(venue)
    new(loop.trader)
    loop.run_until(lambda: loop.trader.open_requests == 0)
    venue.cut_at, venue.arrives = is_on_its_way, arrives
    send(loop.trader)
    loop.run_until(lambda: venue.resumed and not loop.trader.settling)
    reports = [message for message in venue.told if isinstance(message, Transaction)]
    assert [(report.MessageType, report.OrderID) for report in reports] == [(ACK, 1), (answer, 2)]
    check_where_it_stands(venue, loop.trader, left)


def check_where_it_stands(venue: Venue, trader: Trader, left: list[int]) -> None:
    """After the settlement: trading at the spare in a new session, nothing is waited for."""
    list(trader.messages(0))
    trader.replies(trader.collateral()) if trader.settling else None
    assert (trader.stage, trader.address_of("OES")) == (Stage.TRADING, venue.spare.address)
    assert trader.trading_session == SESSION + venue.logons
    assert trader.open_requests == 0
    assert venue.resumed == [Stage.TRADING]
    assert sorted(venue.book.orders) == left
    assert trader.newest_open_order() == (left[-1] if left else None)
    assert all((message.Key, message.TradingSessionID) == (OES_KEY, SESSION + 1) for message in orders_of(venue))


def orders_of(venue: Venue) -> list[Message]:
    return [message for message in venue.asked_of_spare() if isinstance(message, Transaction)]


def test_a_fill_that_never_came_is_reported(venue: Venue) -> None:
    trader = venue.trader()
    trader.log_on()
    for _ in range(4):
        trader.replies(new(trader))
    venue.book.fill(1, 1.0)
    venue.book.fill(2, 0.25)
    venue.book._finish(3, MessageType.CANCELLED)
    venue.kill_primary()
    fates = [trader.wait_for(lambda message: isinstance(message, Transaction)) for _ in range(3)]
    assert [(fate.OrderID, fate.MessageType, fate.ExecShares) for fate in fates] == [
        (1, MessageType.EXECUTION, 1.0), (2, MessageType.EXECUTION_PARTIAL, 0.25), (3, CANCELLED, 0.0),
    ]  # fmt: skip
    trader.replies(trader.collateral())
    listings = [message for message in venue.asked_of_spare() if isinstance(message, OpenOrderRequest)]
    assert len(listings) == 1
    assert [message.OrderID for message in orders_of(venue)] == [1, 2, 3], "order 4 is as it was reported"
    assert list(trader.messages(0)) == []
    assert trader.newest_open_order() == 4


def test_a_selector_loop_hears_of_it_too(venue: Venue) -> None:
    loop = Loop(venue)
    new(loop.trader)
    loop.run_until(lambda: loop.trader.open_requests == 0)
    venue.book.fill(1, 1.0)
    venue.kill_primary()
    loop.run_until(lambda: loop.trader.resuming)
    with pytest.raises(LocalProtocolError, match="resuming: the OES was lost"):
        loop.trader.collateral()
    loop.run_until(lambda: venue.resumed and not loop.trader.settling)
    fate = venue.told[-1]
    assert (fate.OrderID, fate.MessageType, fate.ExecShares) == (1, MessageType.EXECUTION, 1.0)
    assert loop.trader.next_deadline_ns() is None


QUESTIONS: list[tuple[str, Requesting, int]] = [
    ("collateral", lambda trader: trader.collateral(), 1),
    ("status", lambda trader: trader.status(2), 1),
    ("instruments", lambda trader: trader.instruments(), 3),
    ("risk", lambda trader: trader.risk(1), 1),
    ("open orders", lambda trader: trader.open_orders(1), 1),
]


@pytest.mark.parametrize("ask, count", [row[1:] for row in QUESTIONS], ids=[row[0] for row in QUESTIONS])
def test_a_question_is_asked_again(venue: Venue, ask: Requesting, count: int) -> None:
    trader = venue.trader()
    trader.log_on()
    trader.replies(new(trader))
    venue.cut_at = is_on_its_way
    assert len(trader.replies(ask(trader))) == count
    assert not trader.settling


def test_requests_wait_in_a_blocking_call_until_trading_goes_on(venue: Venue) -> None:
    trader = venue.resuming_trader()
    assert trader.replies(trader.collateral())[0].USDEquity == 1000.0
    shown = venue.output.getvalue()
    host, port = venue.primary.address
    assert f"[lib]  The connection to the OES at {host}:{port} was lost: going on elsewhere, within 15 s\n" in shown
    assert f"[lib]  Trading goes on at {venue.spare.text}\n" in shown
