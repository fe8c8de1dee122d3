"""SoupBinTCP sessions: the scripted cases whole and byte by byte, both sides together, and every pair of the tables."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import limits
from base.errors import LocalProtocolError
from base.session import soup_events
from base.session.sequence import MemoryStream
from base.session.soup_events import LoginAnswered, LoginReceived, MessagesReceived, ProtocolBroken, UnsequencedReceived
from base.session.soupbintcp import (
    CLIENT_TRANSITIONS,
    SERVER_TRANSITIONS,
    SoupClientSession,
    SoupServerSession,
    State,
    Trigger,
)
from base.session.transitions import Conversation
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import LoginRejectReason, LoginRequest
from tests.kit.counts import count
from tests.session.soup_scripts import Player, cases

SCRIPTS = [(side, title, lines) for side in ("server", "client") for title, lines in cases(side)]
EVERY_CASE = pytest.mark.parametrize(
    "side, lines", [pytest.param(side, lines, id=f"{side}: {title}") for side, title, lines in SCRIPTS]
)
STEPS = pytest.mark.parametrize("step", [None, 1, 7], ids=["whole", "byte by byte", "seven bytes at a time"])
LOGIN = LoginRequest(username="ALICE", requestedSequenceNumber=1)


@STEPS
@EVERY_CASE
def test_a_scripted_case(side: str, lines: list[str], step: int | None) -> None:
    Player(side, step).play(lines)


def test_there_are_scripts_for_both_sides() -> None:
    titles = [(side, title) for side, title, _ in SCRIPTS]
    assert len(titles) == len(set(titles)) >= 50


@pytest.mark.parametrize(
    "line, words",
    [("< A S1 2", "sent"), ("! LOGIN BOB", "told"), ("state OVER", "LOGGED_IN"), ("< H", "nothing was sent")],
)
def test_a_script_that_does_not_come_true_fails(line: str, words: str) -> None:
    steps = ["> L ALICE secret - 1", "! LOGIN ALICE", "< A S1 1"]
    place = {"<": 2, "!": 1}.get(line[0], 3) if words != "nothing was sent" else 3
    with pytest.raises(AssertionError, match=words):
        Player("server", None).play([*steps[:place], line])
    with pytest.raises(AssertionError, match="unexpected"):
        Player("server", None).play(steps[:2])


class HeldStream(MemoryStream):
    """A stream whose messages are not safely kept yet."""

    held = True

    def read(self, first: int) -> Iterator[bytes]:
        return iter(()) if self.held else super().read(first)


def logged_in(stream: MemoryStream, first: int = 1) -> tuple[SoupServerSession, SoupClientSession]:
    """Two sides that have let each other in at time 0."""
    server, client = SoupServerSession(0), SoupClientSession(LOGIN.replace(requestedSequenceNumber=first), 0)
    server.receive(b"".join(client.bytes_to_send(0)), 0)
    for event in server.events():
        assert isinstance(event, LoginReceived)
        assert server.accept_login("S1", stream) == first
    client.receive(b"".join(server.bytes_to_send(0)), 0)
    assert isinstance(next(client.events()), LoginAnswered)
    return server, client


def received(client: SoupClientSession) -> list[tuple[int, bytes]]:
    found = []
    for event in client.events():
        assert isinstance(event, MessagesReceived)
        found += list(enumerate(event.messages, event.first_number))
    return found


def test_resuming_behind_every_message_loses_none_and_repeats_none() -> None:
    stream = MemoryStream()
    messages = [f"message {number}".encode() for number in range(1, count(ordinary=60, long=301))]
    for message in messages:
        stream.append(message)
    for first in range(1, len(messages) + 2):
        server, client = logged_in(stream, first)
        assert server.bytes_to_send(0) == []
        assert received(client) == list(enumerate(messages, 1))[first - 1 :]
        assert client.next_number == len(messages) + 1


def test_a_replay_goes_out_in_bounded_pieces() -> None:
    stream = MemoryStream()
    message = bytes(60_000)
    for _ in range(20):
        stream.append(message)
    server, client = SoupServerSession(0), SoupClientSession(LOGIN, 0)
    server.receive(b"".join(client.bytes_to_send(0)), 0)
    for _ in server.events():
        server.accept_login("S1", stream)
    pieces = []
    while server.has_more:
        pieces.append(server.bytes_to_send(0))
        assert sum(map(len, pieces[-1])) <= limits.SOUP_PIECE_BYTES + 33
    assert len(pieces) == 5
    client.receive(b"".join(packet for piece in pieces for packet in piece), 0)
    next(client.events())
    assert [number for number, _ in received(client)] == list(range(1, 21))


def test_the_end_of_the_session_waits_for_what_is_still_to_be_sent_and_kept() -> None:
    stream = HeldStream()
    server, client = logged_in(stream)
    stream.append(b"last")
    server.end_session()
    assert (server.bytes_to_send(1), server.state, server.has_more) == ([], State.ENDING, True)
    server.receive(packets.unsequenced(b"too late"), 1)
    assert list(server.events()) == []
    stream.held = False
    assert server.bytes_to_send(2) == [packets.sequenced(b"last"), packets.END_OF_SESSION]
    assert (server.state, server.has_more) == (State.OVER, False)
    assert client.state is State.LOGGED_IN


def test_requests_come_in_one_batch_per_read() -> None:
    server, client = logged_in(MemoryStream())
    for text in (b"a", b"", b"c"):
        client.send_unsequenced(text)
    server.receive(b"".join(client.bytes_to_send(1)), 1)
    assert list(server.events()) == [UnsequencedReceived([b"a", b"", b"c"])]


def test_the_case_of_a_session_name_matters_on_neither_side() -> None:
    for asked, name in (("day1", "DAY1"), ("DAY1", "day1")):
        server = SoupServerSession(0)
        server.receive(LOGIN.replace(requestedSession=asked).packet(), 0)
        assert [server.accept_login(name, MemoryStream()) for _ in server.events()] == [1]


def test_a_login_that_is_decided_later_holds_back_what_follows() -> None:
    server = SoupServerSession(0)
    server.receive(LOGIN.packet() + packets.unsequenced(b"buy"), 0)
    assert [type(event) for event in server.events()] == [LoginReceived]
    assert list(server.events()) == []
    server.accept_login("S1", MemoryStream())
    assert list(server.events()) == [UnsequencedReceived([b"buy"])]


def test_what_is_not_possible_now_is_refused_and_changes_nothing() -> None:
    server, client = SoupServerSession(0), SoupClientSession(LOGIN, 0)
    assert [len(packet) for packet in client.bytes_to_send(0)] == [49]
    for session in (server, client):
        with pytest.raises(LocalProtocolError, match="a message cannot be sent in state"):
            session.send_unsequenced(b"x")
    with pytest.raises(LocalProtocolError):
        server.reject_login(LoginRejectReason.NOT_AUTHORISED)
    with pytest.raises(LocalProtocolError):
        server.end_session()
    assert (server.bytes_to_send(0), client.bytes_to_send(0)) == ([], [])
    assert server.state is State.AWAITING_LOGIN


def test_a_session_that_is_over_stays_silent() -> None:
    server, client = logged_in(MemoryStream())
    for session in (server, client):
        session.end()
        session.send_debug("too late")
        session.receive(packets.debug("too late"), 1)
        assert list(session.events()) == []
        assert session.bytes_to_send(1) == []
        assert session.next_deadline_ns() is None
        assert session.deadline_passed(10**12) is None
        session.end()
    assert not server.has_more


@given(st.lists(st.sampled_from([b"\0\1R", b"\0\1O", b"\0\2Ux", b"\0\1S", b"\0\1Z", b"\0\0", b"\0\2+y", b"\0\3L12"])))
@settings(max_examples=count(ordinary=200, long=20_000))
def test_any_packets_in_any_state_end_in_an_event_or_in_nothing(frames: list[bytes]) -> None:
    ready = logged_in(MemoryStream())
    for session in (SoupServerSession(0), SoupClientSession(LOGIN, 0), *ready):
        told: list[Any] = []
        for frame in frames:
            session.receive(frame, 0)
            told += session.events()
            if session.is_over:
                break
        ends = [event for event in told if isinstance(event, ProtocolBroken)]
        assert len(ends) <= 1
        assert all(event.why for event in ends)
        assert not ends or told[-1] is ends[0]


@pytest.mark.parametrize("table", [SERVER_TRANSITIONS, CLIENT_TRANSITIONS], ids=["server", "client"])
@pytest.mark.parametrize(("state", "trigger"), list(product(State, Trigger)))
def test_every_pair_of_the_tables_moves_as_listed_or_changes_nothing(
    table: dict[State, dict[Trigger, State]], state: State, trigger: Trigger
) -> None:
    conversation = Conversation(table, state)
    if trigger in table.get(state, {}):
        assert conversation.handle(trigger) is table[state][trigger]
    else:
        with pytest.raises(LocalProtocolError):
            conversation.handle(trigger)
        assert conversation.state is state


def test_every_event_has_its_words() -> None:
    told = {line.split()[1] for _, _, lines in SCRIPTS for line in lines if line.startswith("! ")}
    kinds = [name for name in soup_events.__all__ if not name.endswith("Event")]
    assert len(told) == len(kinds), "each kind of event occurs in a script"
