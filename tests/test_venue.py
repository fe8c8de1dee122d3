"""The venue as the network sees it: who gets which bytes, who is closed and why, what is logged."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import limits
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from tests.kit.floor import KEY, SESSION, START_NS, Floor

LOGIN = ClientLogon(LogonType=1, Account=1, UserName="u1", TwoFA="424242", SendingTime=5, LastSeqNum=9)


def test_a_welcome_carries_session_key_and_status() -> None:
    floor = Floor()
    floor.connect(1)
    assert floor.send(1, LOGIN) == [
        ClientLogon(
            LogonType=1,
            Account=1,
            UserName="u1",
            TradingSessionID=SESSION,
            SendingTime=START_NS,
            LastSeqNum=9,
            Key=KEY + 1,
            LoginStatus=1,
        )
    ]
    assert floor.closed == {}


def test_a_refusal_carries_one_code_and_no_address_and_closes() -> None:
    floor = Floor()
    floor.connect(1)
    (reply,) = floor.send(1, LOGIN.replace(Account=99))
    assert reply == ClientLogon(
        LogonType=1, Account=99, UserName="u1", SendingTime=START_NS, LastSeqNum=9, LoginStatus=2, RejectReason=4
    )
    assert floor.closed == {1: "logon refused: unknown account"}


def test_nothing_secret_is_logged_and_every_logon_is() -> None:
    floor = Floor()
    for connection, account in enumerate((1, 99)):
        floor.connect(connection)
        floor.send(connection, LOGIN.replace(Account=account, UserName="a\nb"))
    lines = floor.venue.log_lines()
    assert lines == [
        "logged on: account 1 user 'a\\nb' session 506 from 127.0.0.1:50000",
        "refused: logon refused: unknown account (account 99 user 'a\\nb' from 127.0.0.1:50001)",
    ]
    assert floor.venue.log_lines() == []


def test_a_flood_of_refusals_is_counted_not_logged_line_by_line() -> None:
    floor = Floor()
    attempts = limits.REPEATED_LINES_PER_SECOND + 25
    for connection in range(attempts):
        floor.connect(connection)
        floor.feed(connection, b"\xff\xff\xff\xff")
    assert len(floor.venue.log_lines()) == limits.REPEATED_LINES_PER_SECOND
    floor.now_ns += 10**9
    floor.connect(attempts)
    floor.feed(attempts, b"Z\x00\x04\x00")
    lines = floor.venue.log_lines()
    assert "(25 more times within a second)" in lines[0]
    assert len(lines) == 2


def test_a_second_logon_of_a_user_is_refused_by_default() -> None:
    floor = Floor()
    floor.log_on(1)
    floor.connect(7)
    (reply,) = floor.send(7, LOGIN)
    assert (reply.LoginStatus, reply.RejectReason, reply.Key) == (2, 53, 0)
    assert 7 in floor.closed and 1 not in floor.closed
    assert floor.send(1, floor.order(1))[0].MessageType == 14


def test_a_takeover_tells_and_closes_the_old_session_and_keeps_its_orders() -> None:
    floor = Floor(takeover=True)
    floor.log_on(1, 2)
    order = floor.order(1, TIF=6)
    floor.send(1, order)
    floor.connect(7)
    assert floor.send(7, LOGIN)[0].LoginStatus == 1
    (logout,) = floor.read(1)
    assert (logout.LogonType, logout.RejectReason) == (2, 34)
    assert floor.closed == {1: "the user logged on elsewhere"}
    floor.send(2, floor.order(2, BOSide=2))
    (fill,) = floor.read(7)
    assert (fill.MessageType, fill.OrderID) == (8, order.OrderID)
    assert floor.read(1) == []


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize(
    "end, withdraws",
    [
        (lambda floor: floor.venue.disconnected(1, floor.now_ns), True),
        (lambda floor: floor.feed(1, b"?" * 64), True),
        (lambda floor: floor.send(1, *[floor.order(1, Key=0) for _ in range(3)]), True),
        (lambda floor: floor.send(1, LOGIN.replace(LogonType=2)), False),
        (lambda floor: (floor.connect(7), floor.send(7, LOGIN)), False),
        (lambda floor: floor.venue.shut_down(floor.now_ns), False),
    ],
    ids=["connection lost", "nonsense", "foreign keys", "logout", "takeover", "our shutdown"],
)
def test_orders_leave_with_a_lost_session_if_the_account_wants_that(
    end: Callable[[Floor], object], withdraws: bool, wanted: bool
) -> None:
    floor = Floor(takeover=True, second_user=True, cancel_on_disconnect=wanted)
    floor.log_on(1, 2)
    floor.connect(8)
    floor.send(8, floor.logon(1, "other"))
    floor.send(8, floor.order(1))
    floor.send(1, floor.order(1))
    end(floor)
    floor.collect()
    assert 1 in floor.closed
    assert len(floor.exchange.open_orders(0, 1)) == (0 if withdraws and wanted else 1)
    assert len(floor.exchange.open_orders(3, 1)) == 1, "the other user's orders stay"
    assert floor.read(1)[1:] == [], "nobody is there to be told"


def test_the_network_closing_the_displaced_line_does_not_log_the_new_one_out() -> None:
    floor = Floor(takeover=True)
    floor.log_on(1, 2)
    floor.connect(7)
    floor.send(7, LOGIN)
    floor.venue.disconnected(1, floor.now_ns)
    floor.send(7, floor.order(1))
    floor.send(2, floor.order(2, BOSide=2))
    assert [m.MessageType for m in floor.read(7)] == [8]


def test_a_further_logon_on_the_same_connection_is_answered() -> None:
    floor = Floor()
    floor.log_on(1)
    (reply,) = floor.send(1, LOGIN)
    assert (reply.LoginStatus, reply.Key, reply.TradingSessionID) == (1, KEY + 1, SESSION)
    assert floor.send(1, floor.order(1))[0].MessageType == 14


def test_a_further_logon_of_somebody_else_on_the_same_connection_is_refused() -> None:
    floor = Floor()
    floor.log_on(1)
    (reply,) = floor.send(1, LOGIN.replace(Account=2, UserName="u2"))
    assert (reply.LoginStatus, reply.RejectReason) == (2, 4)
    assert 1 in floor.closed


def test_the_logon_deadline_closes_and_others_stay() -> None:
    floor = Floor()
    floor.log_on(1)
    floor.connect(7)
    floor.feed(7, LOGIN.encode()[:142])
    deadline_ns = floor.venue.next_deadline_ns()
    assert deadline_ns == START_NS + limits.LOGON_DEADLINE_NS
    floor.venue.deadline_passed(deadline_ns - 1)
    floor.collect()
    assert floor.closed == {}
    floor.venue.deadline_passed(deadline_ns)
    floor.collect()
    assert floor.closed == {7: "no complete logon within 5 s"}
    assert floor.venue.next_deadline_ns() is None


def test_bytes_for_a_line_that_is_closed_are_ignored() -> None:
    floor = Floor()
    floor.connect(1)
    floor.feed(1, b"garbage!")
    floor.feed(1, LOGIN.encode())
    floor.venue.disconnected(1, floor.now_ns)
    assert floor.venue.outbound() == []


def test_shutting_down_tells_who_is_logged_on_and_closes_everybody() -> None:
    floor = Floor()
    floor.log_on(1)
    floor.connect(7)
    floor.send(1, floor.order(1, TIF=6))
    floor.venue.shut_down(floor.now_ns)
    floor.collect()
    assert [m.LogonType for m in floor.read(1)] == [2]
    assert floor.read(7) == []
    assert floor.closed == {1: "the server shuts down", 7: "the server shuts down"}
    assert len(floor.exchange.open_orders(0, 1)) == 1


def test_only_a_lenient_venue_sends_frame_by_frame() -> None:
    assert Floor(lenient=True).venue.frame_by_frame
    assert not Floor().venue.frame_by_frame


def test_a_pass_gives_each_connection_its_frames_once() -> None:
    floor = Floor()
    floor.log_on(1, 2)
    orders = [floor.order(1, BOPrice=float(price)) for price in range(50, 60)]
    floor.venue.receive(1, b"".join(order.encode() for order in orders), floor.now_ns)
    floor.venue.receive(2, floor.order(2, BOSide=2, BOPrice=50.0).encode(), floor.now_ns)
    outbound = floor.venue.outbound()
    assert [(o.connection, len(o.frames), o.close_reason) for o in outbound] == [(1, 11, None), (2, 1, None)]
    assert floor.venue.outbound() == []


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_noise_never_raises_and_never_touches_another_session(noise: list[bytes]) -> None:
    floor = Floor()
    floor.log_on(2)
    floor.connect(7)
    for data in noise:
        floor.feed(7, data)
    assert floor.send(2, floor.order(2)) == [floor.order(2, OrderID=1, MsgSeqNum=1, MessageType=14)]


@pytest.mark.parametrize("size", [0, 3, 4, 249])
def test_half_a_frame_then_silence_changes_nothing(size: int) -> None:
    floor = Floor()
    floor.log_on(1)
    order = floor.order(1)
    assert floor.send(1) == []
    floor.feed(1, order.encode()[:size])
    assert floor.read(1) == []
    floor.feed(1, order.encode()[size:])
    assert [type(m) for m in floor.read(1)] == [Transaction]


def test_a_client_that_logs_on_again_and_again_cannot_fill_the_log() -> None:
    floor = Floor()
    floor.log_on(1)
    floor.venue.log_lines()
    for _ in range(limits.REPEATED_LINES_PER_SECOND + 10):
        floor.feed(1, LOGIN.encode())
    assert len(floor.venue.log_lines()) == limits.REPEATED_LINES_PER_SECOND
