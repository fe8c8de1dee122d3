"""The server's side of one binary order-entry connection.

In: bytes as they arrive, decisions of the room above, the time as an argument. Out: events and
frames to send. Never knows: sockets, clocks, who may come in, what an order is.
Follows section 5 (session flow) of the protocol; the same table serves AES, OES and MDS.
"""

from collections.abc import Iterator
from enum import Enum, auto
from operator import itemgetter

from base import limits
from base.errors import ParseError
from base.session.events import (
    Event,
    LogonReceived,
    LogonRepeated,
    LogoutReceived,
    ProtocolBroken,
    RequestsReceived,
)
from base.session.transitions import Conversation
from base.wire.bo.codes import LoginStatus, LogonType, RejectReason
from base.wire.bo.logon import ClientLogon
from base.wire.framing import Framer

LOGON_LETTER = ord("H")
_LETTER = itemgetter(0)


class State(Enum):
    """Where the conversation stands."""

    AWAITING_LOGON = auto()
    DECIDING = auto()
    LOGGED_ON = auto()
    OVER = auto()


class Trigger(Enum):
    """What moves it."""

    LOGON = auto()
    ACCEPTED = auto()
    REFUSED = auto()
    LOGOUT = auto()
    BROKEN = auto()
    ENDED = auto()


TRANSITIONS = {
    State.AWAITING_LOGON: {
        Trigger.LOGON: State.DECIDING,
        Trigger.LOGOUT: State.OVER,
        Trigger.BROKEN: State.OVER,
        Trigger.ENDED: State.OVER,
    },
    State.DECIDING: {Trigger.ACCEPTED: State.LOGGED_ON, Trigger.REFUSED: State.OVER, Trigger.ENDED: State.OVER},
    State.LOGGED_ON: {
        Trigger.LOGON: State.DECIDING,
        Trigger.LOGOUT: State.OVER,
        Trigger.BROKEN: State.OVER,
        Trigger.ENDED: State.OVER,
    },
    State.OVER: {Trigger.ENDED: State.OVER},
}


class BoSession:
    """One connection's conversation: frames in, events out, frames to send.

    ``letters`` are the message letters, besides the logon, that a logged-on client may send here.
    """

    def __init__(self, letters: str, now_ns: int) -> None:
        self._letters = frozenset(letters.encode())
        self._deadline_ns: int | None = now_ns + limits.LOGON_DEADLINE_NS
        self._conversation = Conversation(TRANSITIONS, State.AWAITING_LOGON)
        self._framer = Framer()
        self._inbox: list[bytes] = []
        self.outgoing: list[bytes | bytearray] = []
        """Frames to send, oldest first; whoever writes to the socket takes them away."""

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._conversation.state

    @property
    def is_over(self) -> bool:
        """Whether nothing the peer sends matters any more."""
        return self._conversation.state is State.OVER

    # -- what the network calls

    def receive(self, data: bytes) -> None:
        """Take bytes as they arrived; ``events`` says what they mean."""
        self._inbox.extend(self._framer.receive(data))

    def events(self) -> Iterator[Event]:
        """Give the events of what was received, one at a time.

        Frames behind a logon wait until the logon is decided, because what they mean depends on
        it; so act on each event before asking for the next one.
        """
        while self._inbox and not self.is_over:
            inbox, self._inbox = self._inbox, []
            if self.state is State.LOGGED_ON and self._letters.issuperset(map(_LETTER, inbox)):
                yield RequestsReceived(inbox)
                continue
            at = 0
            while at < len(inbox) and not self.is_over:
                if inbox[at][0] == LOGON_LETTER:
                    yield self._on_logon_frame(inbox[at])
                    at += 1
                else:
                    end = at
                    while end < len(inbox) and inbox[end][0] != LOGON_LETTER:
                        end += 1
                    yield from self._on_requests(inbox[at:end])
                    at = end
        if self._framer.error is not None and not self.is_over:
            yield self._broken(str(self._framer.error))

    def next_deadline_ns(self) -> int | None:
        """Give the time by which the logon must be complete; None once it is, or when all is over."""
        return None if self.state in (State.LOGGED_ON, State.OVER) else self._deadline_ns

    def deadline_passed(self, now_ns: int) -> ProtocolBroken | None:
        """End a session whose logon did not come in time; None when the time is not up."""
        deadline_ns = self.next_deadline_ns()
        if deadline_ns is None or now_ns < deadline_ns:
            return None
        self._conversation.handle(Trigger.ENDED)
        return ProtocolBroken(f"no complete logon within {limits.LOGON_DEADLINE_NS // 10**9} s")

    # -- what the room above calls

    def accept_logon(self, reply: ClientLogon) -> None:
        """Let the client in with this reply."""
        self._conversation.handle(Trigger.ACCEPTED)
        self.outgoing.append(reply.encode())

    def refuse_logon(self, reply: ClientLogon) -> None:
        """Turn the client away with this reply; the caller closes the connection."""
        self._conversation.handle(Trigger.REFUSED)
        self.outgoing.append(reply.encode())

    def end(self, *, say_logout: bool, reason: int = 0) -> None:
        """End the session; a client that is logged on is told by a logout message when asked for.

        ``reason`` is the RejectReason of that logout, 0 for none.
        """
        if say_logout and self.state is State.LOGGED_ON:
            self.outgoing.append(_logout(reason))
        self._conversation.handle(Trigger.ENDED)

    # -- inside

    def _on_logon_frame(self, frame: bytes) -> Event:
        try:
            message = ClientLogon.parse(frame)
        except ParseError as error:
            return self._broken(str(error))
        if message.LogonType == LogonType.LOGOUT:
            self._conversation.handle(Trigger.LOGOUT)
            return LogoutReceived()
        if message.LogonType != LogonType.LOGIN:
            self.outgoing.append(_logout(RejectReason.INVALID_LOGON_TYPE))
            self._conversation.handle(Trigger.BROKEN)
            return ProtocolBroken(f"LogonType {message.LogonType} is neither 1 (login) nor 2 (logout)")
        repeated = self.state is State.LOGGED_ON
        self._conversation.handle(Trigger.LOGON)
        return LogonRepeated(message) if repeated else LogonReceived(message)

    def _on_requests(self, frames: list[bytes]) -> Iterator[Event]:
        if self.state is not State.LOGGED_ON:
            yield self._broken(f"message {frames[0][:1].decode()!r} before the logon")
            return
        good = next((index for index, frame in enumerate(frames) if frame[0] not in self._letters), len(frames))
        if good:
            yield RequestsReceived(frames[:good])
        if good < len(frames) and self.state is State.LOGGED_ON:
            yield self._broken(f"message {frames[good][:1].decode()!r} is not for a client to send here")

    def _broken(self, why: str) -> ProtocolBroken:
        if self.state is State.LOGGED_ON:
            self.outgoing.append(_logout(0))
        self._conversation.handle(Trigger.BROKEN)
        return ProtocolBroken(why)


def _logout(reason: int) -> bytes:
    status = LoginStatus.FAILURE if reason else 0
    return ClientLogon(LogonType=LogonType.LOGOUT, LoginStatus=status, RejectReason=reason).encode()
