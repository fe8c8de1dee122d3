"""Both sides of one SoupBinTCP connection.

In: bytes as they arrive, decisions of the room above, the time as an argument. Out: events and packets to send.
Never knows: sockets, clocks, who may come in, what a message means.
Follows: SoupBinTCP facts, "Flow", "Timing", "Session and sequence recovery" and the list of what servers get wrong.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from itertools import takewhile
from typing import Generic, TypeVar

from base import limits
from base.errors import LocalProtocolError, ParseError
from base.session.keep_alive import KeepAlive
from base.session.sequence import Reader, Stream, first_number
from base.session.soup_events import (
    ClientEvent,
    DebugReceived,
    LinkLost,
    LoginAnswered,
    LoginReceived,
    LoginRefused,
    LogoutReceived,
    MessagesReceived,
    ProtocolBroken,
    ServerEvent,
    SessionEnded,
    UnsequencedReceived,
)
from base.session.transitions import Conversation
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import LoginRejectReason, LoginRequest, LoginRequest410, PacketFramer

NS_PER_MS = 1_000_000


class State(Enum):
    """Where a conversation stands, on either side."""

    AWAITING_LOGIN = auto()
    DECIDING = auto()
    LOGGING_IN = auto()
    LOGGED_IN = auto()
    ENDING = auto()
    """The session has ended, its last messages are still to be sent."""
    OVER = auto()


class Trigger(Enum):
    """What moves it."""

    LOGIN = auto()
    ACCEPTED = auto()
    REJECTED = auto()
    LOGOUT = auto()
    SESSION_ENDED = auto()
    DRAINED = auto()
    SILENT = auto()
    BROKEN = auto()
    ENDED = auto()


_OVER = {Trigger.SILENT: State.OVER, Trigger.BROKEN: State.OVER, Trigger.ENDED: State.OVER}
_END = {State.OVER: {Trigger.ENDED: State.OVER}}

SERVER_TRANSITIONS = {
    State.AWAITING_LOGIN: {Trigger.LOGIN: State.DECIDING, Trigger.LOGOUT: State.OVER, **_OVER},
    State.DECIDING: {Trigger.ACCEPTED: State.LOGGED_IN, Trigger.REJECTED: State.OVER, **_OVER},
    State.LOGGED_IN: {Trigger.LOGOUT: State.OVER, Trigger.SESSION_ENDED: State.ENDING, **_OVER},
    State.ENDING: {Trigger.LOGOUT: State.OVER, Trigger.DRAINED: State.OVER, **_OVER},
    **_END,
}
CLIENT_TRANSITIONS = {
    State.LOGGING_IN: {
        Trigger.ACCEPTED: State.LOGGED_IN,
        Trigger.REJECTED: State.OVER,
        Trigger.LOGOUT: State.OVER,
        **_OVER,
    },
    State.LOGGED_IN: {Trigger.LOGOUT: State.OVER, Trigger.SESSION_ENDED: State.OVER, **_OVER},
    **_END,
}

E = TypeVar("E")


class _SoupSession(ABC, Generic[E]):
    """What both sides have in common."""

    HEARTBEAT: bytes

    def __init__(self, table: Mapping[State, Mapping[Trigger, State]], state: State, now_ns: int) -> None:
        self._conversation = Conversation(table, state)
        self._login_deadline_ns = now_ns + limits.SOUP_LOGIN_NS
        self._link = KeepAlive(now_ns)
        self._framer = PacketFramer()
        self._inbox: deque[bytes] = deque()
        self._outgoing: list[bytes] = []

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._conversation.state

    @property
    def is_over(self) -> bool:
        """Whether nothing the peer sends matters any more."""
        return self._conversation.state is State.OVER

    # -- the five verbs

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take bytes as they arrived; ``events`` says what they mean."""
        self._link.heard(now_ns)
        self._inbox.extend(self._framer.receive(data))

    def events(self) -> Iterator[E | DebugReceived | ProtocolBroken]:
        """Give the events of what was received, one at a time; act on each before asking for the next one."""
        while self._inbox and self.state not in (State.OVER, State.DECIDING):
            body = self._inbox.popleft()
            if body[0] == ord("+"):
                yield DebugReceived(body[1:].decode("ascii", "replace"))
            else:
                yield from self._on_packet(body)
        if self._framer.error is not None and self.state not in (State.OVER, State.DECIDING):
            yield self._broken(str(self._framer.error))

    def bytes_to_send(self, now_ns: int) -> list[bytes]:
        """Take the packets to send now, oldest first; ``now_ns`` is when that happens."""
        taken, self._outgoing = self._outgoing, []
        if taken:
            self._link.sent(now_ns)
        return taken

    def next_deadline_ns(self) -> int | None:
        """Give the time at which ``deadline_passed`` has something to do; None when all is over."""
        if self.is_over:
            return None
        return self._link.next_deadline_ns() if self._is_logged_in else self._login_deadline_ns

    def deadline_passed(self, now_ns: int) -> LinkLost | ProtocolBroken | None:
        """Send a heartbeat that is due, or end a session that waited too long; None when it goes on."""
        if self.is_over:
            return None
        if not self._is_logged_in:
            if now_ns < self._login_deadline_ns:
                return None
            return self._broken(f"the login was not complete within {limits.SOUP_LOGIN_NS // 10**9} s")
        if self._link.peer_is_silent(now_ns):
            self._conversation.handle(Trigger.SILENT)
            return LinkLost(f"nothing heard for {self._link.silence_ns // NS_PER_MS} ms")
        if self._link.heartbeat_is_due(now_ns):
            self._outgoing.append(self.HEARTBEAT)
            self._link.sent(now_ns)
        return None

    # -- what the room above calls

    def send_unsequenced(self, message: bytes) -> None:
        """Send a message without a number; only when logged in."""
        if self.state is not State.LOGGED_IN:
            raise LocalProtocolError(f"a message cannot be sent in state {self.state.name}")
        self._outgoing.append(packets.unsequenced(message))

    def send_debug(self, text: str) -> None:
        """Send a remark for people, as long as the session is not over."""
        if not self.is_over:
            self._outgoing.append(packets.debug(text))

    def end(self) -> None:
        """End the session without a word: the connection is lost, or is to be closed."""
        self._conversation.handle(Trigger.ENDED)

    # -- inside

    @property
    def _is_logged_in(self) -> bool:
        return self.state in (State.LOGGED_IN, State.ENDING)

    @abstractmethod
    def _on_packet(self, body: bytes) -> Iterator[E | ProtocolBroken]: ...

    def _run_of(self, letter: bytes, first: bytes) -> list[bytes]:
        """The payloads of ``first`` and of all packets of the same type right behind it."""
        more = list(takewhile(lambda body: body.startswith(letter), self._inbox))
        for _ in more:
            self._inbox.popleft()
        return [body[1:] for body in (first, *more)]

    def _broken(self, why: str) -> ProtocolBroken:
        self._conversation.handle(Trigger.BROKEN)
        return ProtocolBroken(why)

    def _unexpected(self, body: bytes) -> ProtocolBroken:
        return self._broken(f"packet {chr(body[0])!a} in state {self.state.name}")


class SoupServerSession(_SoupSession[ServerEvent]):
    """The server's side: decides nothing about who may come in, and sends a stream that somebody else writes."""

    HEARTBEAT = packets.SERVER_HEARTBEAT

    def __init__(self, now_ns: int) -> None:
        super().__init__(SERVER_TRANSITIONS, State.AWAITING_LOGIN, now_ns)
        self._login: LoginRequest | LoginRequest410 | None = None
        self._reader: Reader | None = None

    @property
    def has_more(self) -> bool:
        """Whether ``bytes_to_send`` has something to give, as far as the stream gives it out."""
        behind = self._is_logged_in and self._reader is not None and self._reader.is_behind
        return bool(self._outgoing) or behind or self.state is State.ENDING

    def accept_login(self, session: str, stream: Stream) -> int | None:
        """Let the client into ``session`` if it asked for that one and for a number that ``stream`` has reached.

        Gives the number of its first message; None when it was turned away with reason S.
        """
        assert self._login is not None, "a login is decided after it came"
        first = first_number(self._login.requestedSequenceNumber, stream.next_number)
        if first is None or self._login.requestedSession.upper() not in ("", session.upper()):
            self.reject_login(LoginRejectReason.SESSION_NOT_AVAILABLE)
            return None
        self._conversation.handle(Trigger.ACCEPTED)
        self._reader = Reader(stream, first)
        if isinstance(self._login, LoginRequest410) and self._login.heartbeatTimeout:
            stated_ns = self._login.heartbeatTimeout * NS_PER_MS
            self._link.silence_ns = max(stated_ns, limits.SOUP_SHORTEST_SILENCE_NS)
        self._outgoing.append(packets.LoginAccepted(session=session, sequenceNumber=first).packet())
        return first

    def reject_login(self, reason: LoginRejectReason) -> None:
        """Turn the client away; the caller closes the connection."""
        self._conversation.handle(Trigger.REJECTED)
        self._outgoing.append(packets.LoginRejected(rejectReasonCode=reason).packet())

    def end_session(self) -> None:
        """Send what is left of the stream, then the end of the session; the caller closes when all is over."""
        self._conversation.handle(Trigger.SESSION_ENDED)

    def bytes_to_send(self, now_ns: int) -> list[bytes]:
        """Take the packets to send now: answers, then the stream, a bounded piece of it at a time."""
        if self._reader is not None and self._is_logged_in:
            self._outgoing += self._reader.take(limits.SOUP_PIECE_BYTES)
            if self.state is State.ENDING and not self._reader.is_behind:
                self._outgoing.append(packets.END_OF_SESSION)
                self._conversation.handle(Trigger.DRAINED)
        return super().bytes_to_send(now_ns)

    def _on_packet(self, body: bytes) -> Iterator[ServerEvent]:
        letter, state = body[:1], self.state
        if letter == b"L" and state is State.AWAITING_LOGIN:
            yield self._on_login(body)
        elif letter == b"O":
            self._conversation.handle(Trigger.LOGOUT)
            yield LogoutReceived()
        elif letter == b"U" and self._is_logged_in:
            messages = self._run_of(letter, body)
            if state is State.LOGGED_IN:  # in an ended session nothing is asked for any more
                yield UnsequencedReceived(messages)
        elif not (letter == b"R" and len(body) == 1 and self._is_logged_in):
            yield self._unexpected(body)

    def _on_login(self, body: bytes) -> ServerEvent:
        try:
            self._login = packets.login_request(body)
        except ParseError as error:
            return self._broken(str(error))
        self._conversation.handle(Trigger.LOGIN)
        return LoginReceived(self._login)


class SoupClientSession(_SoupSession[ClientEvent]):
    """The client's side; the login goes out with the first ``bytes_to_send``."""

    HEARTBEAT = packets.CLIENT_HEARTBEAT

    def __init__(self, login: LoginRequest | LoginRequest410, now_ns: int) -> None:
        super().__init__(CLIENT_TRANSITIONS, State.LOGGING_IN, now_ns)
        self._requested: int = login.requestedSequenceNumber
        self._outgoing.append(login.packet())
        self.session = ""
        """The name of the session joined, blank before that."""
        self.next_number = self._requested
        """The number of the next message; to be asked for after a lost connection."""

    def logout(self) -> None:
        """Say goodbye; the server closes."""
        self._conversation.handle(Trigger.LOGOUT)
        self._outgoing.append(packets.LOGOUT_REQUEST)

    def _on_packet(self, body: bytes) -> Iterator[ClientEvent]:
        letter, logged_in = body[:1], self.state is State.LOGGED_IN
        if letter == b"S" and logged_in:
            messages = self._run_of(letter, body)
            first, self.next_number = self.next_number, self.next_number + len(messages)
            yield MessagesReceived(first, messages)
        elif letter == b"U" and logged_in:
            yield UnsequencedReceived(self._run_of(letter, body))
        elif letter in b"AJ" and not logged_in:
            yield self._on_answer(body)
        elif letter == b"Z" and logged_in:
            self._conversation.handle(Trigger.SESSION_ENDED)
            yield SessionEnded()
        elif letter != b"H":
            yield self._unexpected(body)

    def _on_answer(self, body: bytes) -> ClientEvent:
        try:
            if body[:1] == b"J":
                reason = packets.LoginRejected.parse(body).rejectReasonCode
                self._conversation.handle(Trigger.REJECTED)
                return LoginRefused(reason)
            answer = packets.LoginAccepted.parse(body)
        except ParseError as error:
            return self._broken(str(error))
        self._conversation.handle(Trigger.ACCEPTED)
        self.session, self.next_number = answer.session, answer.sequenceNumber
        return LoginAnswered(answer.session, answer.sequenceNumber, self._requested)
