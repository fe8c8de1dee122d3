"""A session that asks for much gets its share of a pass; the rest waits for the next one and nothing is lost."""

import pytest

from base import limits
from base.gateway.clients import Client
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import MarketDataSubscribe
from base.wire.bo.requests import RiskUpdateRequest
from base.wire.layout import Message
from tests.kit.floor import KEY, SESSION, Floor
from tests.kit.gallery import Gallery

SHARE = limits.ANSWERS_PER_PASS
RISK = RiskUpdateRequest(Account=1, TradingSessionID=SESSION, Key=KEY + 1, SymbolEnum=1)


class Hall:
    """A floor that notes whom the network is to read nothing from, and passes when it is due."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.floor.log_on(1, 2)
        self.held: list[tuple[int, bool]] = []
        self.floor.venue.hold_back = lambda connection, held: self.held.append((connection, held))

    @property
    def is_due(self) -> bool:
        deadline_ns = self.floor.venue.next_deadline_ns()
        return deadline_ns is not None and deadline_ns <= self.floor.now_ns

    def next_pass(self, connection: int) -> list[Message]:
        self.floor.venue.deadline_passed(self.floor.now_ns)
        self.floor.collect()
        return self.floor.read(connection)


def numbered(count: int) -> list[RiskUpdateRequest]:
    return [RISK.replace(MsgSeqNum=number) for number in range(count)]


def numbers(replies: list[Message]) -> list[int]:
    return [reply.MsgSeqNum for reply in replies]


def test_a_share_of_inquiries_is_answered_at_once() -> None:
    hall = Hall()
    assert numbers(hall.floor.send(1, *numbered(SHARE))) == list(range(SHARE))
    assert (hall.is_due, hall.held) == (False, [])


def test_one_beyond_the_share_is_answered_in_the_next_pass_and_nothing_is_read_meanwhile() -> None:
    hall = Hall()
    assert numbers(hall.floor.send(1, *numbered(SHARE + 1))) == list(range(SHARE))
    assert (hall.is_due, hall.held) == (True, [(1, True)])
    assert numbers(hall.next_pass(1)) == [SHARE]
    assert (hall.is_due, hall.held) == (False, [(1, True), (1, False)])


def test_what_comes_behind_waits_its_turn_in_order() -> None:
    hall = Hall()
    order = hall.floor.order(1, MsgSeqNum=10_000)
    replies = hall.floor.send(1, *numbered(2 * SHARE), order)
    hall.floor.feed(1, RISK.replace(MsgSeqNum=20_000).encode())
    while hall.is_due:
        replies += hall.next_pass(1)
    assert numbers(replies) == [*range(2 * SHARE), 10_000, 20_000]


def test_a_logon_behind_inquiries_waits_for_them() -> None:
    hall = Hall()
    hall.floor.send(1, *numbered(SHARE + 1), hall.floor.logon(1, "u1"), *numbered(2))
    assert [reply.LETTER for reply in hall.next_pass(1)] == ["N", "H", "N", "N"]
    assert not hall.is_due


def test_orders_take_no_share_of_inquiries() -> None:
    hall = Hall()
    orders = [hall.floor.order(1) for _ in range(SHARE + 1)]
    assert len(hall.floor.send(1, *orders, *numbered(SHARE))) == 2 * SHARE + 1
    assert not hall.is_due


def test_each_of_several_gets_its_share_in_every_pass() -> None:
    hall = Hall()
    theirs = RISK.replace(Account=2, Key=KEY + 2)
    hall.floor.send(1, *numbered(3 * SHARE))
    hall.floor.send(2, *[theirs] * (3 * SHARE))
    for _ in range(2):
        assert len(hall.next_pass(1)) == len(hall.floor.read(2)) == SHARE
    assert not hall.is_due


def test_whoever_goes_takes_what_was_left_along() -> None:
    hall = Hall()
    hall.floor.send(1, *numbered(2 * SHARE))
    hall.floor.venue.disconnected(1, hall.floor.now_ns)
    assert hall.next_pass(2) == []
    assert not hall.is_due


def test_a_session_that_breaks_the_protocol_behind_inquiries_is_closed_after_them() -> None:
    hall = Hall()
    hall.floor.feed(1, b"".join(one.encode() for one in numbered(SHARE + 1)) + b"\xff\xff\xff\xff")
    assert hall.floor.closed == {}
    hall.next_pass(1)
    assert "no message type" in hall.floor.closed[1]


def test_a_fault_costs_the_session_that_it_hits_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall()
    theirs = RISK.replace(Account=2, Key=KEY + 2)
    hall.floor.send(1, *numbered(SHARE + 1))
    hall.floor.send(2, *[theirs] * (SHARE + 1))
    desk, taken = hall.floor.venue._front._inquiries, []  # type: ignore[attr-defined]

    def fail_once(client: Client, frame: bytes, now_ns: int) -> None:
        taken.append(client.account)
        monkeypatch.undo()
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(desk, "take", fail_once)
    with pytest.raises(ZeroDivisionError):
        hall.next_pass(1)
    assert taken == [1] and hall.is_due
    assert len(hall.next_pass(2)) == 1
    assert hall.floor.closed == {1: "internal error"}
    assert not hall.is_due


def test_subscriptions_have_a_share_too() -> None:
    gallery = Gallery(Floor(overheard=True).feed_of_events)
    gallery.log_on(1)
    wish = MarketDataSubscribe(
        MessageType=7, Account=1, Key=KEY + 1, TradingSessionID=SESSION, Subscribes=[{"SymbolEnum": 99}]
    )
    gallery.feed(1, wish.encode() * (SHARE + 1))
    assert len(gallery.read(1)) == SHARE
    gallery.venue.deadline_passed(gallery.now_ns)
    gallery.collect()
    assert len(gallery.read(1)) == 1


def test_a_logon_of_its_own_is_never_postponed() -> None:
    hall = Hall()
    hall.floor.connect(7)
    hall.floor.send(1, *numbered(SHARE + 1))
    (reply,) = hall.floor.send(7, ClientLogon(LogonType=1, Account=3, UserName="u3"))
    assert reply.LoginStatus == 1
