"""Connections of OUCH beside those of BO: sessions, the door and the desk joined.

In: connections and their bytes, the time as an argument. Out: bytes and closes per connection, log lines.
Never knows: sockets, clocks, files. Follows the SoupBinTCP facts and "Bad input" of the protocol pages: whatever a
client sends is answered or ends its own connection with one line in the log.
Whoever records a pass commits it before ``outbound``, so that nothing newer than the last commit leaves.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import NamedTuple

from base import limits
from base.errors import ParseError
from base.gateway.audit import AuditTrail, printable
from base.gateway.ouch_entry import OuchEntry
from base.gateway.ouch_front import Guest, OuchFront
from base.gateway.ouch_orders import OuchPort, key_of
from base.session.events import LogoutReceived, ProtocolBroken
from base.session.sequence import Reader
from base.session.soup_events import LinkLost, LoginReceived, UnsequencedReceived
from base.session.soupbintcp import SoupServerSession
from base.vocabulary.recorded import Departure
from base.wire.dialect import Direction
from base.wire.ouch.bare import BareFramer
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.soupbintcp.packets import LENGTH_BYTES, LoginRejectReason

GREETED = 2
"""The number after that of the first message, with which every stream begins."""

PACKET_HEAD_BYTES = LENGTH_BYTES + 1
NEVER_NS = 2**63


class OuchOutbound(NamedTuple):
    """What one connection gets from a pass."""

    connection: int
    frames: list[bytes | bytearray]
    close_reason: str | None


class OuchLine:
    """One connection. ``session`` is None on bare TCP, where ``framer`` and ``reader`` do its work."""

    def __init__(self, number: int, peer: tuple[str, int], port: int, now_ns: int) -> None:
        self.number = number
        self.peer = peer
        self.port = port
        self.guest: Guest | None = None
        self.session = None if port == OuchPort.JAPANNEXT_BARE else SoupServerSession(now_ns)
        self.framer = BareFramer(JAPANNEXT, Direction.TO_HOST)
        self.reader: Reader | None = None
        self.frames: list[bytes | bytearray] = []
        self.close_reason: str | None = None
        self.closes_when_read = ""
        self.due_ns = NEVER_NS
        """When it is to be looked after, as far as the venue has that noted."""

    @property
    def name(self) -> str:
        """The peer as a log line names it."""
        return f"{self.peer[0]}:{self.peer[1]}"

    def take_frames(self, now_ns: int) -> list[bytes | bytearray]:
        """What is to be sent now."""
        if self.session is not None:
            return list(self.session.bytes_to_send(now_ns))
        packets = self.reader.take(limits.SOUP_PIECE_BYTES) if self.reader is not None else []
        return [packet[PACKET_HEAD_BYTES:] for packet in packets]

    @property
    def has_more(self) -> bool:
        """Whether ``take_frames`` has something."""
        return self.session.has_more if self.session is not None else bool(self.reader and self.reader.is_behind)


class OuchVenue:
    """All connections of OUCH; an application for the loop, but that it is told the port of a connection.

    A pass looks only at lines to which something happened: they are ``_busy``. Those that had not read their last
    piece are ``_behind``. ``_due`` is a heap of deadlines, in which one that moved to later is found when it is near.
    """

    def __init__(self, front: OuchFront) -> None:
        self._front = front
        self._desk: OuchEntry = front.desk
        self._audit = AuditTrail()
        self._lines: dict[int, OuchLine] = {}
        self._of_member: dict[int, OuchLine] = {}
        self._busy: dict[int, OuchLine] = {}
        self._behind: dict[int, OuchLine] = {}
        self._due: list[tuple[int, int]] = []
        self._over: list[OuchLine] = []
        self._now_ns = 0
        self._day = self._desk.day
        self._behind_until_ns: int | None = None
        self.unsent_bytes: Callable[[int], int] = lambda connection: 0
        """Says how many bytes the network could not pass on to a connection yet."""

    @property
    def lines(self) -> list[OuchLine]:
        """The connections."""
        return list(self._lines.values())

    def session_name(self) -> str:
        """The name of today's session, with the number of the day."""
        return f"DAY{self._desk.day:07d}"

    # -- what the network calls

    def connected(self, connection: int, peer: tuple[str, int], port: int, now_ns: int) -> None:
        """A connection was accepted at a port of OUCH."""
        self._now_ns = now_ns
        line = self._lines[connection] = self._busy[connection] = OuchLine(connection, peer, port, now_ns)
        if line.session is None:
            guest, why, _ = self._front.enter_bare(connection, now_ns)
            if guest is None:
                self._close(line, why)
                return
            self._let_in(line, guest)
            line.reader = Reader(guest.member.stream, 1)

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        """Bytes arrived; act on every complete message in them."""
        self._now_ns = now_ns
        line = self._lines.get(connection)
        if line is None:
            return
        self._busy[connection] = line
        if line.session is None:
            self._take(line, line.framer.receive(data))
            if line.framer.error is not None and line.close_reason is None:
                self._close(line, str(line.framer.error))
            return
        line.session.receive(data, now_ns)
        for event in line.session.events():
            if isinstance(event, UnsequencedReceived):
                self._take(line, event.messages)
            elif isinstance(event, LoginReceived):
                self._log_in(line, event)
            elif isinstance(event, LogoutReceived):
                self._close(line, "logged out", Departure.LOGGED_OUT)
            elif isinstance(event, ProtocolBroken | LinkLost):
                self._close(line, event.why)

    def disconnected(self, connection: int, now_ns: int) -> None:
        """The peer is gone."""
        self._now_ns = now_ns
        line = self._lines.get(connection)
        if line is not None:
            self._close(line, "connection lost")

    def outbound(self) -> list[OuchOutbound]:
        """Give what is to be sent and closed now; a peer that is slow to read is given no more until it has read."""
        if self._desk.day != self._day:
            self._end_day()
        busy = self._take_busy()
        for line in busy:
            self._give(line)
        outbound = [
            OuchOutbound(line.number, line.frames + line.take_frames(self._now_ns), line.close_reason)
            for line in self._over
        ]
        self._over.clear()
        for line in busy:
            if line.close_reason is None and line.frames:
                outbound.append(OuchOutbound(line.number, line.frames, None))
                line.frames = []
        return outbound

    def _take_busy(self) -> list[OuchLine]:
        """The lines to look at in this pass: something came, was said to the member, or is to be sent again."""
        for key in self._desk.take_spoken_to():
            if (line := self._of_member.get(key)) is not None:
                self._busy[line.number] = line
        if self._behind_until_ns is not None and self._behind_until_ns <= self._now_ns:
            self._busy |= self._behind
        busy, self._busy = list(self._busy.values()), {}
        return busy

    def _give(self, line: OuchLine) -> None:
        """Have the next piece ready for a line, if it has read the last one."""
        if line.close_reason is not None:
            return
        self._behind.pop(line.number, None)
        if line.has_more:
            if not self.unsent_bytes(line.number):
                line.frames += line.take_frames(self._now_ns)
            if line.session is not None and line.session.is_over:
                self._close(line, line.closes_when_read)
                return
            if line.has_more:
                self._behind[line.number] = line
                self._behind_until_ns = self._now_ns + limits.SOUP_PACE_NS
        self._note_deadline(line)

    def next_deadline_ns(self) -> int | None:
        """When a heartbeat is due, a silence too long, or a slow peer to be looked after again."""
        due_ns = self._next_due_ns()
        if not self._behind:
            self._behind_until_ns = None
            return due_ns
        assert self._behind_until_ns is not None, "a line that is behind has a time to be looked after"
        return self._behind_until_ns if due_ns is None else min(due_ns, self._behind_until_ns)

    def _next_due_ns(self) -> int | None:
        """The nearest deadline of a session; what was noted for another time is put right on the way."""
        while self._due:
            noted_ns, number = self._due[0]
            line = self._lines.get(number)
            is_noted = line is not None and line.due_ns == noted_ns
            if line is not None and is_noted and _deadline_of(line) == noted_ns:
                return noted_ns
            heappop(self._due)
            if line is not None and is_noted:
                line.due_ns = NEVER_NS
                self._note_deadline(line)
        return None

    def _note_deadline(self, line: OuchLine) -> None:
        deadline_ns = _deadline_of(line)
        if deadline_ns < line.due_ns:
            line.due_ns = deadline_ns
            heappush(self._due, (deadline_ns, line.number))

    def deadline_passed(self, now_ns: int) -> None:
        """Send heartbeats, close connections that are silent or never logged in."""
        self._now_ns = now_ns
        while (due_ns := self._next_due_ns()) is not None and due_ns <= now_ns:
            line = self._lines[heappop(self._due)[1]]
            line.due_ns = NEVER_NS
            assert line.session is not None, "a bare connection has no deadlines"
            lost = line.session.deadline_passed(now_ns)
            if lost is None:
                self._busy[line.number] = line
                self._note_deadline(line)
            else:
                self._close(line, lost.why)

    def shut_down(self, now_ns: int) -> None:
        """Close every connection; orders stay, and their owners are awaited after the start."""
        self._now_ns = now_ns
        for line in self.lines:
            if line.session is not None:
                line.session.end()
            self._close(line, "the server shuts down", Departure.HELD)

    def log_lines(self) -> list[str]:
        """Give the lines worth logging since the last call; none holds a secret."""
        return self._audit.take(self._now_ns)

    # -- logins

    def _log_in(self, line: OuchLine, event: LoginReceived) -> None:
        assert line.session is not None
        request, session = event.message, line.session
        login, why = self._front.judge(request.username, request.password, line.peer[0], self._now_ns)
        if login is None:
            session.reject_login(LoginRejectReason.NOT_AUTHORISED)
            self._close(line, f"logon refused: {why}", user=request.username)
            return
        member = self._desk.members.get(key_of(login.participant, line.port))
        wanted = request.requestedSession.upper()
        last = member.stream.next_number if member is not None else GREETED
        if wanted not in ("", self.session_name().upper()) or request.requestedSequenceNumber > last:
            session.reject_login(LoginRejectReason.SESSION_NOT_AVAILABLE)
            what = f"session {printable(request.requestedSession)}, number {request.requestedSequenceNumber}"
            self._close(line, "logon refused: there is no such session or number", user=f"{request.username} {what}")
            return
        guest, why, displaced = self._front.enter(line.number, login, line.port, self._now_ns)
        if guest is None:
            session.reject_login(LoginRejectReason.SESSION_NOT_AVAILABLE)
            self._close(line, f"logon refused: {why}", user=request.username)
            return
        if displaced is not None:
            self._displace(displaced)
        session.accept_login(self.session_name(), guest.member.stream)
        self._let_in(line, guest)

    def _let_in(self, line: OuchLine, guest: Guest) -> None:
        line.guest = guest
        self._of_member[guest.member.key] = line
        self._audit.note(
            f"logged on: account {guest.login.account} user {printable(guest.login.user)}"
            f" by {OuchPort(line.port).name} from {line.name}"
        )

    def _displace(self, guest: Guest) -> None:
        line = self._lines[guest.connection]
        assert line.session is not None, "a bare connection is never displaced"
        line.session.end()
        self._close(line, "the user logged on elsewhere", Departure.HELD)

    # -- messages and ends

    def _take(self, line: OuchLine, messages: list[bytes]) -> None:
        for message in messages:
            guest = line.guest
            if guest is None:
                return
            try:
                remark = self._front.take(guest, message, self._now_ns)
            except ParseError as error:
                if line.session is not None:
                    line.session.end()
                self._close(line, str(error))
                return
            if remark:
                self._audit.note_often(remark, f"account {guest.login.account} from {line.name}", self._now_ns)
                if line.session is not None:
                    line.session.send_debug(remark)

    def _end_day(self) -> None:
        """The trading day is over: everybody gets the rest of its messages and the end of the session."""
        self._day = self._desk.day
        for line in self.lines:
            if line.guest is None:
                continue
            self._busy[line.number] = line
            if line.session is None:
                self._close(line, "the trading day is over")
            else:
                line.session.end_session()
                line.closes_when_read = "the trading day is over"

    def _close(
        self, line: OuchLine, reason: str, departure: Departure = Departure.LOST, *, user: str = ""
    ) -> None:
        if line.close_reason is not None:
            return
        if line.session is not None and not line.session.is_over:
            line.session.end()
        guest, line.guest = line.guest, None
        if guest is not None:
            if self._of_member.get(guest.member.key) is line:
                del self._of_member[guest.member.key]
            self._front.leave(guest, departure, self._now_ns)
            who = f"account {guest.login.account} user {printable(guest.login.user)} {line.name}"
            self._audit.note(f"closed: {who}: {reason}")
        else:
            who = f"user {printable(user)} from {line.name}" if user else line.name
            self._audit.note_often(f"refused: {reason}", who, self._now_ns)
        line.close_reason = reason
        self._over.append(line)
        del self._lines[line.number]
        self._behind.pop(line.number, None)


def _deadline_of(line: OuchLine) -> int:
    deadline_ns = line.session.next_deadline_ns() if line.session is not None else None
    return NEVER_NS if deadline_ns is None else deadline_ns
