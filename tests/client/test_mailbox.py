"""Unread messages and the waits for more: in order, in time, and without touching anybody else's sockets."""

import selectors
import socket

import pytest

from base.client.mailbox import Mailbox
from base.clock import Clock
from base.errors import ConnectionLost
from base.messages import Message, Side, Transaction
from tests.client.conftest import House
from tests.kit.patience import PATIENCE_S


class Touchy:
    """Stands for somebody else's socket on a shared selector."""

    def process_events(self, mask: int) -> None:
        raise AssertionError("served by a stranger")


def test_blocking_calls_leave_other_sockets_of_a_shared_selector_alone(house: House) -> None:
    ours, peer = socket.socketpair()
    with ours, peer, selectors.DefaultSelector() as sel:
        sel.register(ours, selectors.EVENT_READ, Touchy())
        peer.send(b"ready all the time")
        trader = house.trader(selector=sel)
        order = trader.new_order(1, Side.BUY, 1.0, 1.0)
        assert trader.replies(order)[0].OrderID == order.OrderID
        trader.logout()
        assert [key.fileobj for key in sel.get_map().values()] == [ours]


def test_messages_stop_when_nobody_asks_any_more(house: House) -> None:
    trader = house.trader()
    for _ in range(3):
        trader.new_order(1, Side.BUY, 1.0, 1.0)
    for message in trader.messages(PATIENCE_S):
        assert message.OrderID == 1
        break
    assert [message.OrderID for message in (trader.wait_for(any_message), trader.wait_for(any_message))] == [2, 3]


def test_what_a_wait_does_not_want_keeps_its_order(house: House) -> None:
    trader = house.trader()
    for _ in range(5):
        trader.new_order(1, Side.BUY, 1.0, 1.0)
    trader.replies(trader.collateral())  # when its answer is there, so are the five before it
    for wanted in (4, 2):
        assert trader.wait_for(lambda message, wanted=wanted: message.OrderID == wanted).OrderID == wanted
    assert [message.OrderID for message in trader.messages(0)] == [1, 3, 5]


def test_after_a_logout_there_is_nothing_to_wait_for(house: House) -> None:
    trader = house.trader()
    trader.logout()
    with pytest.raises(ConnectionLost, match="the session is over"):
        trader.wait_for(any_message, PATIENCE_S)


def any_message(message: Message) -> bool:
    return True


class Session:
    """A handover that goes on and has nothing to say."""

    is_alive = True
    failure = None


def test_a_wait_misses_nothing_while_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.limits.CLIENT_UNREAD_MESSAGES", 2)
    mailbox = Mailbox(Session(), Clock(), None)  # type: ignore[arg-type]
    first, second, third = (Transaction(OrderID=number) for number in (1, 2, 3))
    mailbox.put(first)
    mailbox.put(second)
    monkeypatch.setattr(mailbox, "turn", lambda until_ns: mailbox.put(third))
    assert mailbox.collect(lambda message: message == third, lambda: True, 5.0) == third
    assert mailbox.collect(any_message, lambda: True, 5.0) == second
