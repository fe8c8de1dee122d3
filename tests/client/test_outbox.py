"""What leaves for the OES: counted, remembered, and settled once; losses with sockets are in test_going_on.py."""

import pytest

from base import limits
from base.client.logon import Stage
from base.client.outbox import Outbox
from base.client.own_orders import OwnOrders
from base.client.requests import Requests
from base.client.transcript import Transcript
from base.errors import LocalProtocolError
from base.messages import CollateralRequest, Message, Transaction
from tests.kit.clock import ManualClock


class Wire:
    """A handover that trades; what is sent on it is kept."""

    def __init__(self) -> None:
        self.server = self
        self.stage = Stage.TRADING
        self.sent: list[Message] = []
        self.alarm_ns: int | None = None
        self.settlements = 0

    def send_message(self, message: Message) -> None:
        self.sent.append(message)

    def wake_at(self, moment_ns: int | None) -> None:
        self.alarm_ns = moment_ns

    def settled(self) -> None:
        self.settlements += 1


@pytest.fixture
def wire() -> Wire:
    return Wire()


def outbox_on(wire: Wire) -> Outbox:
    clock = ManualClock()
    return Outbox(wire, Requests(1, "1", 1), OwnOrders(), Transcript(), clock, 500)  # type: ignore[arg-type]


def test_what_is_refused_by_the_cap_is_not_remembered(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLIENT_OPEN_REQUESTS", 0)
    outbox = outbox_on(wire)
    outbox.send_order(Transaction(MessageType=1, OrderID=1))
    with pytest.raises(LocalProtocolError, match="wait for an answer"):
        outbox.send_order(Transaction(MessageType=1, OrderID=2))
    outbox.lost()
    outbox.resumed()
    assert [message.OrderID for message in wire.sent] == [1, 1]


def test_the_answer_of_a_settlement_counts_down(wire: Wire) -> None:
    outbox = outbox_on(wire)
    outbox.send_order(Transaction(MessageType=1, OrderID=1))
    outbox.lost()
    outbox.resumed()
    assert (outbox.open_requests.count, outbox.is_settling) == (1, True)
    assert wire.alarm_ns == ManualClock().now_ns() + 500
    status = wire.sent[-1]
    assert outbox.received(status.replace(MessageType=12, RejectReason=1)) is not None
    assert (outbox.open_requests.count, outbox.is_settling, wire.settlements) == (0, False, 1)


def test_a_settlement_without_answers_is_given_up(wire: Wire) -> None:
    outbox = outbox_on(wire)
    outbox.send(CollateralRequest(MsgSeqNum=9))
    outbox.send_order(Transaction(MessageType=1, OrderID=1))
    outbox.lost()
    outbox.resumed()
    outbox.wake(ManualClock().now_ns() + 500)
    assert (outbox.is_settling, wire.settlements) == (False, 1)


def test_nothing_is_asked_of_a_server_that_is_lost_over_a_question(wire: Wire) -> None:
    outbox = outbox_on(wire)
    wire.stage = Stage.PAUSING
    outbox.ask(CollateralRequest())
    assert wire.sent == []
