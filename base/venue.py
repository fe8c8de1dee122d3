"""Sessions, front desk and market joined: bytes of many connections in, frames and closes out.

In: connections and their bytes, the time as an argument. Out: frames per connection, reasons to
close, log lines. Never knows: sockets, clocks, files.
Here is the one bend in the path of an order: a session's requests go to the desk, and what the desk
says to other sessions leaves with the same pass.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from base.deadlines import earliest
from base.errors import OperatorRefused
from base.exchange import Exchange
from base.gateway.absences import Absences
from base.gateway.audit import AuditTrail, printable
from base.gateway.authorization import AesDesk, LogonDecision, OesDesk
from base.gateway.clients import Client
from base.gateway.drop_copy import DropCopies
from base.gateway.fast_path import FastEntry
from base.gateway.front_desks import Admission, AesFront, Caller, MdsFront, OesFront
from base.gateway.inquiries import Inquiries
from base.gateway.lines import Line, Rest
from base.gateway.lines import Outbound as Outbound  # whoever drives a venue names it by this room
from base.gateway.logon_replies import refusal, welcome
from base.gateway.market_data import MarketDataDesk, MarketFeed
from base.gateway.operator import OperatorDesk
from base.gateway.operator_requests import OperatorReply, OperatorRequest, listed
from base.gateway.order_entry import Pending
from base.gateway.ouch_entry import OuchEntry
from base.gateway.records import Records
from base.gateway.translate_bo import REJECT_CODES
from base.session.bo import BoSession
from base.session.events import (
    Event,
    LogonReceived,
    LogonRepeated,
    LogoutReceived,
    ProtocolBroken,
    RequestsReceived,
)
from base.vocabulary.feed import Happened
from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import AccountTerms, Participant
from base.vocabulary.recorded import Departure
from base.wire.bo.codes import RejectReason
from base.wire.bo.logon import ClientLogon


class Front(Protocol):
    """What the venue wants of a front desk."""

    letters: str

    def admit(self, caller: Caller, message: ClientLogon, now_ns: int) -> Admission: ...

    def admit_again(self, caller: Caller, client: Client, message: ClientLogon, now_ns: int) -> LogonDecision: ...

    def welcomed(self, client: Client, message: ClientLogon, now_ns: int) -> None: ...

    def take(self, client: Client, frames: list[bytes], now_ns: int) -> list[bytes]: ...

    def tell(self, happened: Iterable[Happened], now_ns: int) -> None: ...

    def take_expelled(self) -> list[Client]: ...

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply: ...

    def leave(self, client: Client, departure: Departure, now_ns: int) -> None: ...

    def next_deadline_ns(self) -> int | None: ...

    def deadline_passed(self, now_ns: int) -> None: ...


class Venue:
    """One server's whole inside; the same for AES and OES, which differ in their front desk."""

    def __init__(
        self,
        front: Front,
        *,
        frame_by_frame: bool = False,
        records: Records | None = None,
        ouch: OuchEntry | None = None,
    ) -> None:
        self.frame_by_frame = frame_by_frame
        """Whether each frame must leave in a send of its own (lenient clients lose what arrives in parts)."""
        self.records = records
        """What whoever keeps a journal takes from here before ``outbound``, and gives back after a restart."""
        self.unsent_bytes: Callable[[int], int] = lambda connection: 0
        """Says how many bytes the network could not pass on to a connection yet; the network puts itself here."""
        self.hold_back: Callable[[int, bool], object] = lambda connection, held: None
        """Keeps the network from reading more of a connection, or lets it go on; the network puts itself here."""
        self.ouch = ouch
        """The desk that takes orders by OUCH into the same market, for a venue of that protocol."""
        self._front = front
        self._audit = AuditTrail()
        self._lines: dict[int, Line] = {}
        self._changed: list[Line] = []
        self._awaiting_logon: deque[Line] = deque()
        self._postponed: deque[Line] = deque()
        self._now_ns = 0

    # -- what the network calls

    def connected(self, connection: int, peer: tuple[str, int], local: tuple[str, int], now_ns: int) -> None:
        """A connection was accepted; ``connection`` is a number the caller uses once."""
        session = BoSession(self._front.letters, now_ns)
        line = Line(connection, peer, local, session, self._changed, lambda: self.unsent_bytes(connection))
        self._lines[connection] = line
        self._awaiting_logon.append(line)

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        """Bytes arrived; act on every complete message in them."""
        self._now_ns = now_ns
        line = self._lines.get(connection)
        if line is None:
            return
        line.session.receive(data)
        if line.rest is None:
            self._act(line, line.session.events(), now_ns)

    def disconnected(self, connection: int, now_ns: int) -> None:
        """The peer is gone; its orders stay as its account's terms say."""
        self._now_ns = now_ns
        line = self._lines.get(connection)
        if line is not None:
            line.session.end(say_logout=False)
            self._close(line, "connection lost")

    def outbound(self) -> list[Outbound]:
        """Give what is to be sent and closed since the last call."""
        if self.records is not None:
            self.records.let_go()
        if not self._changed:
            return []
        outbound = []
        for line in self._changed:
            frames, line.session.outgoing = line.session.outgoing, []
            line.is_listed = False
            outbound.append(Outbound(line.number, frames, line.close_reason))
        self._changed.clear()
        return outbound

    def next_deadline_ns(self) -> int | None:
        """Give the time at which ``deadline_passed`` is to be called, or None; with work left over that is now."""
        if self._postponed:
            return self._now_ns
        return earliest(self._logon_deadline_ns(), self._front.next_deadline_ns())

    def deadline_passed(self, now_ns: int) -> None:
        """Close every connection whose logon did not come in time, and give up who did not come back in time."""
        self._now_ns = now_ns
        self._front.deadline_passed(now_ns)
        self._expel()
        self._go_on(now_ns)
        while (deadline_ns := self._logon_deadline_ns()) is not None and deadline_ns <= now_ns:
            line = self._awaiting_logon.popleft()
            broken = line.session.deadline_passed(now_ns)
            assert broken is not None, "the session named this deadline itself"
            self._close(line, broken.why)

    def shut_down(self, now_ns: int) -> None:
        """End every session in an orderly way: clients get a logout, their orders stay."""
        self._now_ns = now_ns
        for line in list(self._lines.values()):
            line.session.end(say_logout=True)
            self._close(line, "the server shuts down", Departure.HELD)

    def tell(self, happened: Iterable[Happened], now_ns: int) -> None:
        """This happened in the market that this venue shows; who wants to know is told with this pass."""
        self._now_ns = now_ns
        self._front.tell(happened, now_ns)
        self._expel()

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """Carry out what the operator asks; clients that it concerns are told with this pass.

        Raises OperatorRefused with a message for people.
        """
        self._now_ns = now_ns
        try:
            reply = self._front.operate(request, now_ns)
        except OperatorRefused as error:
            self._audit.note(f"operator refused: {error}")
            raise
        if not (reply.rows or reply.tables):
            self._audit.note(f"operator: {listed(reply.lines)}")
        return reply

    def log_lines(self) -> list[str]:
        """Give the lines worth logging since the last call; none holds a secret."""
        return self._audit.take(self._now_ns)

    # -- logons

    def _logon_deadline_ns(self) -> int | None:
        waiting = self._awaiting_logon
        while waiting and waiting[0].session.next_deadline_ns() is None:
            waiting.popleft()
        return waiting[0].session.next_deadline_ns() if waiting else None

    def _log_on(self, line: Line, message: ClientLogon, now_ns: int) -> None:
        decision, client, displaced = self._front.admit(line, message, now_ns)
        if client is None:
            line.session.refuse_logon(refusal(message, decision, now_ns))
            self._close(line, f"logon refused: {decision.why}", account=message.Account, user=message.UserName)
            return
        if displaced is not None:
            self._displace(displaced)
        line.client = client
        line.session.accept_logon(welcome(message, decision, now_ns))
        self._front.welcomed(client, message, now_ns)
        self._audit.note(
            f"logged on: account {client.account} user {printable(client.user)}"
            f" session {client.trading_session} from {line.name}"
        )

    def _log_on_again(self, line: Line, message: ClientLogon, now_ns: int) -> None:
        client = line.client
        assert client is not None, "the session was logged on"
        if (message.Account, message.UserName.rstrip()) != (client.account, client.user):
            decision = LogonDecision(
                False, -1, 0, 0, ("", "", "", ""), RejectReason.INVALID_KEY, "another user on a live connection"
            )
            line.session.refuse_logon(refusal(message, decision, now_ns))
            self._close(line, f"logon refused: {decision.why}", account=message.Account, user=message.UserName)
            return
        decision = self._front.admit_again(line, client, message, now_ns)
        reply = welcome if decision.accepted else refusal
        line.session.accept_logon(reply(message, decision, now_ns))
        self._audit.note_often(f"logon repeated: {decision.why}", f"account {client.account} from {line.name}", now_ns)

    def _displace(self, client: Client) -> None:
        line = self._lines[client.connection]
        line.session.end(say_logout=True, reason=RejectReason.USER_ALREADY_LOGGED_IN)
        self._close(line, "the user logged on elsewhere", Departure.HELD)

    # -- requests and ends

    def _act(self, line: Line, events: Iterator[Event], now_ns: int) -> None:
        """Act on each event in turn, until the session has got its share of the pass."""
        for event in events:
            if type(event) is RequestsReceived:
                left = self._take_requests(line, event.frames, now_ns)
                if left:
                    self._postpone(line, Rest(left, events))
                    break
            elif isinstance(event, LogonReceived):
                self._log_on(line, event.message, now_ns)
            elif isinstance(event, LogonRepeated):
                self._log_on_again(line, event.message, now_ns)
            elif isinstance(event, LogoutReceived):
                self._close(line, "logged out", Departure.LOGGED_OUT)
            elif isinstance(event, ProtocolBroken):
                self._close(line, event.why)
        if line.session.outgoing:
            line.list_changed()

    def _take_requests(self, line: Line, frames: list[bytes], now_ns: int) -> list[bytes]:
        """Carry out requests; gives those that have to wait for the next pass."""
        client = line.client
        assert client is not None, "the session lets requests through only when logged on"
        left = self._front.take(client, frames, now_ns)
        if client.expelled:
            line.session.end(say_logout=True, reason=REJECT_CODES[client.expelled_reason])
            self._close(line, client.expelled)
        self._expel()
        return left

    def _postpone(self, line: Line, rest: Rest) -> None:
        line.rest = rest
        self._postponed.append(line)
        self.hold_back(line.number, True)

    def _go_on(self, now_ns: int) -> None:
        """Give each session that asked for more than its share of the last pass its share of this one."""
        for _ in range(len(self._postponed)):
            line = self._postponed.popleft()
            rest, line.rest = line.rest, None
            if rest is None or line.client is None:
                continue  # it is over
            try:
                left = self._take_requests(line, rest.frames, now_ns)
                if left:
                    self._postpone(line, Rest(left, rest.events))
                else:
                    self.hold_back(line.number, False)
                    self._act(line, rest.events, now_ns)
            except Exception:  # a fault costs the session that it hit, as it does outside of this
                if line.number in self._lines:
                    line.session.end(say_logout=False)
                    self._close(line, "internal error")
                raise

    def _expel(self) -> None:
        """End the sessions of those who have to go for another reason than what they just sent."""
        for client in self._front.take_expelled():
            line = self._lines.get(client.connection)
            if line is not None and line.client is client:
                line.session.end(say_logout=True)
                self._close(line, client.expelled)

    def _close(
        self, line: Line, reason: str, departure: Departure = Departure.LOST, *, account: int = 0, user: str = ""
    ) -> None:
        """Forget a line whose session is over; the network closes it behind its last frames."""
        assert line.session.is_over
        client, line.client = line.client, None
        if client is not None:
            self._front.leave(client, departure, self._now_ns)
            self._audit.note(f"closed: account {client.account} user {printable(client.user)} {line.name}: {reason}")
        else:
            who = f"account {account} user {printable(user)} from {line.name}" if account or user else line.name
            self._audit.note_often(f"refused: {reason}", who, self._now_ns)
        line.close_reason = reason
        line.list_changed()
        del self._lines[line.number]


def open_aes(desk: AesDesk, *, lenient: bool = False) -> Venue:
    """Build the venue of an AES."""
    return Venue(AesFront(desk), frame_by_frame=lenient)


def open_oes(
    desk: OesDesk,
    exchange: Exchange,
    instruments: Iterable[Instrument],
    accounts: Iterable[AccountTerms],
    participants: Iterable[Participant] = (),
    *,
    lenient: bool = False,
    takeover: bool = False,
    instrument_layout: int = 56,
) -> Venue:
    """Build the venue of an OES around an exchange; its gateway knows these instruments and accounts.

    Only a venue that is told its participants can be given its past again.
    """
    instruments, accounts = list(instruments), list(accounts)
    pending: Pending = []
    participants = list(participants)
    copies = DropCopies(accounts, participants, pending)
    absences = Absences()
    order_entry = FastEntry(exchange, instruments, pending, copies)
    reports = order_entry.reports
    inquiries = Inquiries(exchange, reports, instruments, accounts, instrument_layout)
    operator = OperatorDesk(exchange, reports, instruments, accounts, pending)
    participants = list(participants)
    ouch = OuchEntry(exchange, instruments, accounts, participants, reports, pending)
    front = OesFront(
        desk, order_entry, inquiries, operator, ouch, absences, pending, accounts, lenient=lenient, takeover=takeover
    )
    records = Records(exchange, order_entry, operator, ouch, absences, participants, pending)
    return Venue(front, frame_by_frame=lenient, records=records, ouch=ouch)


def open_mds(
    desk: OesDesk,
    instruments: Iterable[Instrument],
    *,
    interval_ns: int = 0,
    feed: MarketFeed | None = None,
    now_ns: int = 0,
    lenient: bool = False,
    takeover: bool = False,
) -> Venue:
    """Build the venue of an MDS; whoever has the market calls ``tell``. ``desk`` redeems for ``MARKET_DATA``.

    With a ``feed`` it begins with what is open there now; what that feed gives from then on is for ``tell``.
    """
    market_data = MarketDataDesk(instruments, interval_ns)
    if feed is not None:
        market_data.begin(feed, now_ns)
    return Venue(MdsFront(desk, market_data, lenient=lenient, takeover=takeover), frame_by_frame=lenient)
