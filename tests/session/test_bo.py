"""The server's side of a connection: every state with every input, whole and byte by byte."""

from itertools import product

import pytest

from base import limits
from base.errors import LocalProtocolError
from base.session.bo import TRANSITIONS, BoSession, State, Trigger
from base.session.events import (
    Event,
    LogonReceived,
    LogonRepeated,
    LogoutReceived,
    ProtocolBroken,
    RequestsReceived,
)
from base.session.transitions import Conversation
from base.wire.bo.logon import ClientLogon
from base.wire.bo.requests import RiskUpdateRequest
from base.wire.bo.transaction import Transaction

LOGIN = ClientLogon(LogonType=1, Account=1, UserName="1").encode()
LOGOUT = ClientLogon(LogonType=2, Account=1, UserName="1").encode()
ORDER = Transaction(MessageType=1, OrderID=7).encode()
RISK = RiskUpdateRequest(Account=1).encode()
ACCEPTED = ClientLogon(LoginStatus=1)
REFUSED = ClientLogon(LoginStatus=2, RejectReason=4)


def drive(session: BoSession, data: bytes, *, accept: bool = True) -> list[Event]:
    """Feed bytes and decide every logon."""
    session.receive(data)
    seen = []
    for event in session.events():
        seen.append(event)
        if isinstance(event, LogonReceived | LogonRepeated):
            session.accept_logon(ACCEPTED) if accept else session.refuse_logon(REFUSED)
    return seen


def logged_on() -> BoSession:
    session = BoSession("Tw", 0)
    drive(session, LOGIN)
    session.outgoing.clear()
    return session


def test_a_logon_is_an_event_and_its_acceptance_opens_the_session() -> None:
    session = BoSession("T", 0)
    (event,) = drive(session, LOGIN)
    assert isinstance(event, LogonReceived)
    assert event.message.Account == 1
    assert session.state is State.LOGGED_ON
    assert session.outgoing == [ACCEPTED.encode()]


def test_a_refused_logon_ends_the_session() -> None:
    session = BoSession("T", 0)
    drive(session, LOGIN, accept=False)
    assert session.state is State.OVER
    assert session.outgoing == [REFUSED.encode()]


def test_frames_behind_a_logon_wait_for_its_decision() -> None:
    session = BoSession("T", 0)
    kinds = [type(event) for event in drive(session, LOGIN + ORDER + ORDER + LOGIN + ORDER)]
    assert kinds == [LogonReceived, RequestsReceived, LogonRepeated, RequestsReceived]


def test_frames_behind_a_refused_logon_are_never_looked_at() -> None:
    session = BoSession("T", 0)
    events = drive(session, LOGIN + ORDER, accept=False)
    assert [type(event) for event in events] == [LogonReceived]


def test_requests_come_in_one_batch_per_read() -> None:
    session = logged_on()
    (event,) = drive(session, ORDER + RISK + ORDER)
    assert event == RequestsReceived([ORDER, RISK, ORDER])


def test_however_the_bytes_are_cut_the_requests_are_the_same() -> None:
    session = logged_on()
    frames: list[bytes] = []
    for byte in ORDER + RISK + ORDER:
        for event in drive(session, bytes([byte])):
            assert isinstance(event, RequestsReceived)
            frames += event.frames
    assert frames == [ORDER, RISK, ORDER]


def test_a_logout_ends_the_session_without_an_answer() -> None:
    session = logged_on()
    assert drive(session, ORDER + LOGOUT + ORDER) == [RequestsReceived([ORDER]), LogoutReceived()]
    assert session.state is State.OVER
    assert session.outgoing == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ORDER, "before the logon"),
        (b"H\x00\x05\x00", "length"),
        (b"Z\x00\xff\x00", "Z"),
        (ClientLogon(LogonType=3).encode(), "LogonType 3"),
        (LOGIN[:10] + b"\xff" * 6 + LOGIN[16:], "TwoFA"),
    ],
    ids=["order first", "illegal length", "unknown letter", "unknown logon type", "bytes that are no text"],
)
def test_what_breaks_the_protocol_before_the_logon_ends_the_session(data: bytes, why: str) -> None:
    session = BoSession("T", 0)
    (event,) = drive(session, data)
    assert isinstance(event, ProtocolBroken)
    assert why in event.why
    assert session.state is State.OVER


def test_good_frames_before_garbage_are_still_taken_and_the_client_is_told() -> None:
    session = logged_on()
    events = drive(session, ORDER + b"\xff\xff\xff\xff" + ORDER)
    assert events[0] == RequestsReceived([ORDER])
    assert isinstance(events[1], ProtocolBroken)
    assert [ClientLogon.parse(bytes(frame)).LogonType for frame in session.outgoing] == [2]


def test_a_message_that_only_servers_send_ends_the_session_behind_the_good_ones() -> None:
    session = BoSession("T", 0)
    events = drive(session, LOGIN + ORDER + RISK)
    assert [type(event) for event in events] == [LogonReceived, RequestsReceived, ProtocolBroken]
    assert "'w' is not for a client to send here" in events[-1].why  # type: ignore[union-attr]


def test_the_logon_deadline_is_exact_and_gone_after_the_logon() -> None:
    session = BoSession("T", 1_000)
    deadline_ns = 1_000 + limits.LOGON_DEADLINE_NS
    assert session.next_deadline_ns() == deadline_ns
    assert session.deadline_passed(deadline_ns - 1) is None
    session.receive(LOGIN[:100])
    assert isinstance(session.deadline_passed(deadline_ns), ProtocolBroken)
    assert session.state is State.OVER
    assert logged_on().next_deadline_ns() is None


def test_an_orderly_end_tells_only_who_is_logged_on() -> None:
    session, stranger = logged_on(), BoSession("T", 0)
    session.end(say_logout=True, reason=34)
    stranger.end(say_logout=True)
    logout = ClientLogon.parse(bytes(session.outgoing[0]))
    assert (logout.LogonType, logout.RejectReason, logout.PrimaryOrderEntryIP) == (2, 34, "")
    assert stranger.outgoing == []


@pytest.mark.parametrize(("state", "trigger"), list(product(State, Trigger)))
def test_every_pair_of_the_table_moves_as_listed_or_changes_nothing(state: State, trigger: Trigger) -> None:
    conversation = Conversation(TRANSITIONS, state)
    if trigger in TRANSITIONS[state]:
        assert conversation.handle(trigger) is TRANSITIONS[state][trigger]
    else:
        with pytest.raises(LocalProtocolError):
            conversation.handle(trigger)
        assert conversation.state is state
