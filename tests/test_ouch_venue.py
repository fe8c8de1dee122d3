"""Connections of OUCH: logins, replay, and everything that a client may get wrong."""

from typing import Any

import pytest

from base.access.accounts import Accounts
from base.gateway.operator_requests import OperatorRequest
from base.gateway.ouch_front import OuchFront
from base.ouch_venue import OuchVenue
from base.session.soup_events import LoginAnswered, LoginRefused, MessagesReceived, SessionEnded
from base.session.soupbintcp import SoupClientSession
from base.vocabulary.logons import CONSTANT, Credential, OuchLogin
from base.vocabulary.participants import AccountTerms
from base.wire.dialect import Direction
from base.wire.ouch.bare import BareFramer
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import LoginRequest
from tests.kit.counts import count
from tests.kit.floor import ACCOUNTS, user_of
from tests.kit.ouch_floor import BARE, JP, N42, OuchFloor, jp, jp_cancel, jp_replace, n42, repeated, told
from tests.kit.traffic import SECOND_NS

LOGINS = [OuchLogin(f"OU{one}", f"pass{one}", one, user_of(one), place) for place, one in enumerate(ACCOUNTS)]
SESSION = "DAY0000001"


class Line:
    """A client's end of one connection."""

    def __init__(self) -> None:
        self.session: SoupClientSession | None = None
        self.events: list[Any] = []
        self.framer = BareFramer(JAPANNEXT, Direction.TO_CLIENT)
        self.bare: list[bytes] = []
        self.closed = ""


class Hall:
    """A floor with a venue of OUCH, and clients of it."""

    def __init__(self, floor: OuchFloor | None = None, *, takeover: bool = False, disabled: int = 0) -> None:
        self.floor = floor or OuchFloor()
        credentials = [
            Credential(one.account, one.user, f"key{one.account}", CONSTANT, one.participant, one.account != disabled)
            for one in LOGINS
        ]
        terms = [AccountTerms(one) for one in ACCOUNTS]
        front = OuchFront(
            self.floor.desk, self.floor.desk.reports, LOGINS, Accounts(credentials), terms,
            bare_logins=["OU2", "OU3"], takeover=takeover,
        )  # fmt: skip
        self.venue = OuchVenue(front)
        self.lines: dict[int, Line] = {}
        self.log: list[str] = []

    def connect(self, number: int, port: int = JP) -> Line:
        line = self.lines[number] = Line()
        self.venue.connected(number, ("127.0.0.1", 50_000 + number), port, self.floor.now_ns)
        self.deliver()
        return line

    def log_in(self, number: int, account: int = 1, port: int = JP, *, first: int = 1, **fields: Any) -> Line:
        line = self.connect(number, port)
        login = {"username": f"OU{account}", "password": f"pass{account}", "requestedSession": ""}
        line.session = SoupClientSession(
            LoginRequest(**(login | {"requestedSequenceNumber": first} | fields)), self.floor.now_ns
        )
        self.flush(number)
        return line

    def flush(self, number: int) -> None:
        session = self.lines[number].session
        assert session is not None
        self.feed(number, b"".join(session.bytes_to_send(self.floor.now_ns)))

    def feed(self, number: int, data: bytes) -> None:
        self.venue.receive(number, data, self.floor.now_ns)
        self.deliver()

    def ask(self, number: int, *messages: Any) -> None:
        self.feed(number, b"".join(packets.unsequenced(message.encode()) for message in messages))

    def deliver(self) -> None:
        self.floor.collect()
        for number, frames, reason in self.venue.outbound():
            line, data = self.lines[number], b"".join(frames)
            if line.session is None:
                line.bare += line.framer.receive(data)
            else:
                line.session.receive(data, self.floor.now_ns)
                line.events += line.session.events()
            line.closed = reason or line.closed
        self.log += self.venue.log_lines()

    def words(self, number: int, port: int = JP) -> list[bytes]:
        """The numbered messages that a client has."""
        return [one for event in self.lines[number].events if isinstance(event, MessagesReceived)
                for one in event.messages]  # fmt: skip


def decoded(words: list[bytes]) -> list[Any]:
    return [JAPANNEXT.decode(word, Direction.TO_CLIENT) for word in words]


def test_a_login_and_an_order() -> None:
    hall = Hall()
    line = hall.log_in(1)
    assert line.events[0] == LoginAnswered(SESSION, 1, 1)
    hall.ask(1, jp(1), jp_cancel(1))
    assert told(decoded(hall.words(1))) == "SS AL CU"
    assert hall.log[0].startswith("logged on: account 1 user 'u1'")


@pytest.mark.parametrize(
    "fields",
    [{"password": "wrong"}, {"username": "NOBODY"}, {"password": ""}, {"username": "OU3", "password": "pass3"}],
)
def test_whoever_proves_nothing_is_told_the_same(fields: dict[str, str]) -> None:
    hall = Hall(disabled=3)
    line = hall.log_in(1, **fields)
    assert line.events == [LoginRefused("A")] and line.closed.startswith("logon refused")
    assert len(hall.log) == 1 and not any("pass" in one and "password" not in one for one in hall.log)


def test_the_case_of_a_login_does_not_matter_and_wrong_sessions_and_numbers_are_named() -> None:
    hall = Hall()
    assert isinstance(hall.log_in(1, username="ou1", password="PASS1").events[0], LoginAnswered)
    for number, fields in enumerate(({"requestedSession": "OTHER"}, {"first": 3}), 2):
        line = hall.log_in(number, 2, **fields)
        assert line.events == [LoginRefused("S")] and line.closed
    assert hall.floor.desk.members.keys() == {1}, "who was turned away left nothing behind"
    assert isinstance(hall.log_in(9, 2, first=2, requestedSession=SESSION).events[0], LoginAnswered)


def test_guessing_stops() -> None:
    hall = Hall()
    for number in range(1, 40):
        hall.log_in(number, password=f"guess{number}")
    assert hall.log_in(50).events == [LoginRefused("A")]
    assert any("too many wrong passwords" in line for line in hall.log)


@pytest.mark.parametrize("takeover", [False, True])
def test_one_session_per_user(takeover: bool) -> None:
    hall = Hall(takeover=takeover)
    hall.log_in(1)
    hall.ask(1, jp(1))
    second = hall.log_in(2)
    if takeover:
        assert hall.lines[1].closed == "the user logged on elsewhere" and not second.closed
        assert told(decoded(hall.words(2))) == "SS AL", "its orders stay"
        assert hall.floor.desk.members[1].live
    else:
        assert second.events == [LoginRefused("S")] and not hall.lines[1].closed
    assert hall.log_in(3, port=N42).events == [LoginRefused("S")], "nor at another port"
    hall.floor.connect(4)
    (reply,) = hall.floor.send(4, hall.floor.logon(1, "u1"))
    assert (reply.LoginStatus, reply.RejectReason) == (2, 53), "nor by BO"
    hall.floor.log_on(2)
    assert hall.log_in(5, 2).events == [LoginRefused("S")], "and who is here by BO not by OUCH"


def test_resuming_after_every_message_gives_the_rest_exactly() -> None:
    hall = Hall()
    hall.log_in(1)
    for token in range(1, count(ordinary=100, long=300)):
        hall.ask(1, jp(3 * token), jp_replace(3 * token, 3 * token + 1), jp_cancel(3 * token + 1))
    words = hall.words(1)
    hall.venue.disconnected(1, hall.floor.now_ns)
    hall.deliver()
    again = Hall(repeated(hall.floor))
    again.floor.records.begin(b"", again.floor.now_ns)
    assert len(words) >= 298
    for place, one in ((place, one) for place in range(len(words) + 1) for one in (hall, again)):
        number = 100 + place
        one.log_in(number, first=place + 1)
        assert one.words(number) == words[place:]
        one.venue.disconnected(number, one.floor.now_ns)
        one.deliver()


def test_a_slow_reader_is_given_a_piece_at_a_time() -> None:
    hall = Hall()
    hall.log_in(1)
    for token in range(1, 9_000):
        hall.floor.desk.take(hall.floor.desk.members[1], jp(token, side="?").encode(), hall.floor.now_ns)
    waiting = [1]
    hall.venue.unsent_bytes = lambda connection: waiting[0]
    hall.deliver()
    assert len(hall.words(1)) == 1
    assert hall.venue.next_deadline_ns() == hall.floor.now_ns + 5_000_000
    waiting[0] = 0
    while len(hall.words(1)) < 9_000:
        deadline_ns = hall.venue.next_deadline_ns()
        assert deadline_ns is not None and deadline_ns <= hall.floor.now_ns + 5_000_000
        hall.floor.now_ns = deadline_ns
        hall.venue.deadline_passed(deadline_ns)
        hall.deliver()
    assert hall.venue.next_deadline_ns() == hall.floor.now_ns + SECOND_NS


def test_a_pass_looks_only_at_lines_to_which_something_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    hall, looked, give = Hall(), [], OuchVenue._give
    monkeypatch.setattr(OuchVenue, "_give", lambda venue, line: (looked.append(line.number), give(venue, line)))
    for number in range(10, 210):
        hall.connect(number)
    hall.log_in(1)
    hall.log_in(2, 2)
    looked.clear()
    hall.ask(1, jp(1, "S"))
    assert looked == [1]
    hall.ask(2, jp(1))
    assert sorted(looked) == [1, 1, 2] and told(decoded(hall.words(1))) == "SS AL EA"
    looked.clear()
    hall.deliver()
    hall.floor.now_ns += SECOND_NS
    hall.venue.deadline_passed(hall.floor.now_ns)
    hall.deliver()
    assert sorted(looked) == [1, 2], "heartbeats are due for those who are logged in"
    assert len(hall.venue._due) <= 2 * len(hall.venue.lines)


GARBAGE = [
    b"\0\0", b"\0\1L", packets.unsequenced(jp(1).encode()), b"\0\1O", b"\0\2Sx",
    packets.packet(b"L" + b"x" * 46), packets.packet(b"L" + b" " * 26 + b"abc".rjust(20)),
]  # fmt: skip


@pytest.mark.parametrize("data", GARBAGE)
def test_what_comes_before_a_login_ends_only_its_own_connection(data: bytes) -> None:
    hall = Hall()
    hall.log_in(1)
    before = len(hall.log)
    hall.connect(2).session = None
    hall.feed(2, data)
    assert hall.lines[2].closed and len(hall.log) == before + 1
    hall.ask(1, jp(1))
    assert told(decoded(hall.words(1))) == "SS AL"


@pytest.mark.parametrize(
    "payload",
    [b"", b"?", b"A" * 65, b"S" * 10, jp(5).encode() + b"\0", jp(5).encode()[:-1], jp(5).encode()[:-2], bytes(60_000)],
)
def test_a_message_that_is_none_ends_only_its_own_session(payload: bytes) -> None:
    hall = Hall()
    hall.log_in(1)
    hall.log_in(2, 2)
    hall.ask(2, jp(1))
    before = len(hall.log)
    hall.feed(2, packets.unsequenced(payload) + packets.unsequenced(jp(9).encode()))
    assert hall.lines[2].closed and len(hall.log) == before + 1
    assert not hall.floor.desk.members[9].live, "its orders left with it"
    hall.ask(1, jp(1))
    assert told(decoded(hall.words(1))) == "SS AL"


def test_packets_may_be_cut_anywhere() -> None:
    data = packets.unsequenced(jp(1).encode()) + packets.unsequenced(jp_cancel(1).encode())
    for cut in range(1, len(data)):
        hall = Hall()
        hall.log_in(1)
        hall.feed(1, data[:cut])
        hall.feed(1, data[cut:])
        assert told(decoded(hall.words(1))) == "SS AL CU"


def test_who_never_logs_in_or_falls_silent_is_closed() -> None:
    hall = Hall()
    hall.connect(1).session = None
    hall.log_in(2)
    hall.ask(2, jp(1))
    start = hall.floor.now_ns
    while (deadline_ns := hall.venue.next_deadline_ns()) is not None:
        hall.floor.now_ns = deadline_ns
        hall.venue.deadline_passed(deadline_ns)
        hall.deliver()
    assert "the login was not complete" in hall.lines[1].closed
    assert "nothing heard for 15000 ms" in hall.lines[2].closed
    assert hall.floor.now_ns == start + 30 * SECOND_NS
    assert told(hall.floor.hear(hall.floor.desk.members[1])).endswith("CL")


def test_the_end_of_the_day_ends_sessions_behind_their_last_message() -> None:
    hall = Hall()
    hall.log_in(1)
    bare = hall.connect(2, BARE)
    hall.ask(1, jp(1))
    hall.floor.venue.operate(OperatorRequest("end-session"), hall.floor.now_ns)
    hall.deliver()
    hall.deliver()
    assert told(decoded(hall.words(1))) == "SS AL CS SE"
    assert isinstance(hall.lines[1].events[-1], SessionEnded) and hall.lines[1].closed
    assert told(decoded(bare.bare)) == "SS SE" and bare.closed
    assert hall.log_in(3, requestedSession=SESSION).events == [LoginRefused("S")]
    assert hall.log_in(4).events[0] == LoginAnswered("DAY0000002", 1, 1)


def test_a_shutdown_keeps_orders_for_who_comes_back() -> None:
    hall = Hall()
    hall.log_in(1)
    hall.ask(1, jp(1))
    hall.venue.shut_down(hall.floor.now_ns)
    hall.deliver()
    assert hall.lines[1].closed == "the server shuts down" and hall.floor.desk.members[1].live
    again = Hall(repeated(hall.floor))
    again.floor.records.begin(b"", again.floor.now_ns)
    again.log_in(1, first=2)
    again.ask(1, jp(1), jp_cancel(1))
    assert told(decoded(again.words(1))) == "AL CU"


# -- bare


def test_bare_connections_get_accounts_of_their_own() -> None:
    hall = Hall()
    one, other = hall.connect(1, BARE), hall.connect(2, BARE)
    assert told(decoded(one.bare)) == "SS"
    hall.feed(1, jp(1, "S").encode())
    hall.feed(2, jp(1, "B").encode() + jp_replace(1, 2).encode())
    assert told(decoded(one.bare)) == "SS AL EA" and told(decoded(other.bare)) == "SS AL ER"
    third = hall.connect(3, BARE)
    assert third.bare == [] and third.closed == "every account for bare connections is in use"
    hall.venue.disconnected(1, hall.floor.now_ns)
    hall.deliver()
    assert told(decoded(hall.connect(4, BARE).bare)) == "SS"


@pytest.mark.parametrize("data", [b"?", b"A" * 65, b"S", b"C" + bytes(17), b"J"])
def test_what_no_client_sends_ends_a_bare_connection(data: bytes) -> None:
    hall = Hall()
    one = hall.connect(1, BARE)
    hall.connect(2, BARE)
    hall.feed(1, jp(1).encode() + data)
    assert one.closed and told(decoded(one.bare)) == "SS AL CL"
    hall.feed(2, jp(1).encode())
    assert told(decoded(hall.lines[2].bare)) == "SS AL"


def test_bare_messages_may_be_cut_anywhere_and_glued() -> None:
    data = jp(1).encode() + jp_replace(1, 2, price=1_100).encode() + jp_cancel(2).encode()
    for cut in range(1, len(data)):
        hall = Hall()
        line = hall.connect(1, BARE)
        hall.feed(1, data[:cut])
        hall.feed(1, data[cut:])
        assert told(decoded(line.bare)) == "SS AL UL CU"


def test_another_dialect_at_another_port() -> None:
    hall = Hall()
    hall.log_in(1, port=N42)
    hall.ask(1, n42("a"))
    assert [chr(word[0]) for word in hall.words(1)] == ["S", "A"]
