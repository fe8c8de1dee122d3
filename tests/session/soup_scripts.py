"""Plays the text scripts of tests/session/soup_cases against a session, step by step.

In: a case: its title and lines. Out: an AssertionError that names the line which did not come true.
Never knows: which side a case is about, beyond how a session is made and what a packet looks like.
"""

from collections import deque
from pathlib import Path
from typing import Any

from base.session.sequence import MemoryStream
from base.session.soup_events import (
    DebugReceived,
    LinkLost,
    LoginAnswered,
    LoginReceived,
    LoginRefused,
    LogoutReceived,
    MessagesReceived,
    ProtocolBroken,
    SessionEnded,
    UnsequencedReceived,
)
from base.session.soupbintcp import SoupClientSession, SoupServerSession, State
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import LoginAccepted, LoginRejected, LoginRejectReason, LoginRequest, LoginRequest410

DIRECTORY = Path(__file__).parent / "soup_cases"
NS = 10**9


def cases(side: str) -> list[tuple[str, list[str]]]:
    """The cases of a file: title and lines."""
    _, *found = (DIRECTORY / f"{side}.txt").read_text("utf-8").split("\ncase: ")
    return [(lines[0], [line for line in lines[1:] if line]) for lines in (text.splitlines() for text in found)]


def word(data: bytes) -> str:
    """A payload as it stands in a script."""
    return data.decode() or "-"


def from_word(text: str) -> bytes:
    return b"" if text == "-" else text.encode()


def packet(text: str) -> bytes:
    """The packet that a script's words describe."""
    letter, _, rest = text.strip().partition(" ")
    words = [from_word(part).decode() for part in rest.split()]
    if letter in ("L", "L410"):
        names = ("username", "password", "requestedSession", "requestedSequenceNumber", "heartbeatTimeout")
        values = [int(value) if at > 2 else value for at, value in enumerate(words)]
        return (LoginRequest410 if letter == "L410" else LoginRequest)(
            **dict(zip(names, values, strict=False))
        ).packet()
    if letter == "A":
        return LoginAccepted(session=words[0], sequenceNumber=int(words[1])).packet()
    if letter == "J":
        return LoginRejected(rejectReasonCode=words[0]).packet()
    return packets.packet(letter.encode() + from_word(rest))


def described(event: Any) -> str:
    """An event as it stands in a script."""
    match event:
        case LoginReceived(message):
            return f"LOGIN {message.username}"
        case UnsequencedReceived(messages):
            return " ".join(["U", *map(word, messages)])
        case DebugReceived(text):
            return f"+ {text}"
        case LogoutReceived():
            return "LOGOUT"
        case ProtocolBroken(why):
            return f"BROKEN {why}"
        case LinkLost(why):
            return f"LOST {why}"
        case LoginAnswered(session, number, asked):
            return f"IN {session} {number} asked {asked}"
        case LoginRefused(reason):
            return f"REFUSED {reason}"
        case MessagesReceived(first, messages):
            return " ".join(["S", str(first), *map(word, messages)])
        case SessionEnded():
            return "END"
    raise AssertionError(f"no words for {event!r}")


class Player:
    """One session and what came out of it and was not yet expected; ``step`` cuts the peer's bytes into pieces."""

    def __init__(self, side: str, step: int | None) -> None:
        self.now_ns = 0
        self.step = step
        self.stream = MemoryStream()
        self.session: Any = SoupServerSession(0) if side == "server" else None
        self.events: deque[str] = deque()
        self.sent: deque[bytes] = deque()

    def play(self, lines: list[str]) -> None:
        for number, line in enumerate(lines, 1):
            verb, _, rest = line.partition(" ")
            expects = verb in ("<", "!")
            if not (expects or verb in ("state", "next")):
                self.nothing_left(f"before line {number}: {line}")
            try:
                getattr(self, "on_" + {">": "peer", "<": "sends", "!": "tells", "@": "time"}.get(verb, verb))(rest)
            except AssertionError as error:
                raise AssertionError(f"line {number}: {line}: {error}") from None
        self.nothing_left("at the end")

    def nothing_left(self, where: str) -> None:
        assert not self.events, f"{where}: unexpected {list(self.events)}"
        assert not self.sent, f"{where}: unexpected {list(self.sent)}"

    def collect(self) -> None:
        for event in self.session.events():
            self.note(event)
        self.take()

    def take(self) -> None:
        while taken := self.session.bytes_to_send(self.now_ns):
            self.sent.extend(taken)

    def note(self, event: Any) -> None:
        self.events.append(described(event))
        if isinstance(event, LoginReceived):
            name, password = event.message.username.upper(), event.message.password.upper()
            if (name, password) == ("ALICE", "SECRET"):
                self.session.accept_login("S1", self.stream)
            else:
                self.session.reject_login(LoginRejectReason.NOT_AUTHORISED)

    def feed(self, data: bytes) -> None:
        step = self.step or max(1, len(data))
        for start in range(0, len(data), step):
            self.session.receive(data[start : start + step], self.now_ns)
        self.collect()

    def on_login(self, rest: str) -> None:
        frame = packet(f"{'L410' if len(rest.split()) == 5 else 'L'} {rest}")
        self.session = SoupClientSession(packets.login_request(frame[2:]), self.now_ns)
        self.take()

    def on_peer(self, rest: str) -> None:
        self.feed(b"".join(map(packet, rest.split(" | "))))

    def on_bytes(self, rest: str) -> None:
        self.feed(bytes.fromhex(rest))

    def on_sends(self, rest: str) -> None:
        assert self.sent, "nothing was sent"
        got = self.sent.popleft()
        assert got == packet(rest), f"sent {got!r}"

    def on_tells(self, rest: str) -> None:
        assert self.events, "nothing was told"
        got = self.events.popleft()
        assert got == rest, f"told {got!r}"

    def on_time(self, rest: str) -> None:
        seconds, _, fraction = rest.partition(".")
        until_ns = int(seconds) * NS + int(fraction.ljust(9, "0") or 0)
        while (deadline_ns := self.session.next_deadline_ns()) is not None and deadline_ns <= until_ns:
            assert self.session.deadline_passed(max(self.now_ns, deadline_ns) - 1) is None, "it came too early"
            self.now_ns = max(self.now_ns, deadline_ns)
            event = self.session.deadline_passed(self.now_ns)
            if event is not None:
                self.note(event)
            assert (self.session.next_deadline_ns() or until_ns + 1) > self.now_ns, "a deadline that never passes"
            self.take()
        self.now_ns = until_ns

    def on_stream(self, rest: str) -> None:
        for text in rest.split():
            self.stream.append(from_word(text))
        self.take()

    def on_end(self, _: str) -> None:
        self.session.end_session()
        self.take()

    def on_logout(self, _: str) -> None:
        self.session.logout()
        self.take()

    def on_say(self, rest: str) -> None:
        self.session.send_debug(rest)
        self.take()

    def on_send(self, rest: str) -> None:
        self.session.send_unsequenced(rest.encode())
        self.take()

    def on_state(self, rest: str) -> None:
        assert self.session.state is State[rest], self.session.state

    def on_next(self, rest: str) -> None:
        assert self.session.next_number == int(rest), self.session.next_number
