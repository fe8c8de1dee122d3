"""Leads a client through the AES to an OES or MDS and keeps both connections.

In: a selector, readiness through it, the time. Out: messages, the loss of that server, going on at another
one, the end of the session, told to the owner. Never knows: orders, what a user does with replies.
Follows section 5 (session flow) of the protocol; the moves are the table in logon.py.
"""

import selectors
from collections import deque

from base import limits
from base.client.codes import Codes
from base.client.connection import MessageTaker, ServerConnection
from base.client.logon import AES, ORDER_ENTRY, Address, Service, Stage, Trigger, logon_walk
from base.client.requests import Requests
from base.client.resumption import WAITED_OUT, Resumption
from base.client.transcript import Transcript, is_accepted, reject_name
from base.clock import Clock
from base.errors import ConnectionLost, HandoffError, LocalProtocolError, LogonRefused, NoReply, RemoteProtocolError
from base.socket_controller import format_address
from base.wire.bo.codes import NO_REJECT, LogonType
from base.wire.bo.logon import ClientLogon
from base.wire.layout import Message


class Handover:
    """One session of one user: two connections and how far the logon has come."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        aes_address: Address,
        requests: Requests,
        taker: MessageTaker,
        transcript: Transcript,
        clock: Clock,
        step_ns: int,
        codes: Codes,
        resume_ns: int,
        service: Service = ORDER_ENTRY,
    ) -> None:
        self.aes: ServerConnection | None = None
        self.server: ServerConnection | None = None
        self.failure: HandoffError | None = None
        """Why the session ended, unless it ended by our own logout."""
        self._selector = selector
        self._aes_address = aes_address
        self._requests = requests
        self._taker = taker
        self._transcript = transcript
        self._clock = clock
        self._step_ns = step_ns
        self._codes = codes
        self._resume_ns = resume_ns
        self._service = service
        self._walk = logon_walk()
        self._aes_key = 0
        self._deadline_ns: int | None = None
        self._awaited_ns = step_ns
        self._tried: list[Address] = []
        self._grants_asked: deque[bool] = deque()
        """Logons that the AES has not answered, oldest first: whether it was we who asked."""
        self._resumption: Resumption | None = None

    @property
    def stage(self) -> Stage:
        """How far the logon has come."""
        return self._walk.state

    @property
    def connections(self) -> list[ServerConnection]:
        """The connections that are not closed."""
        both = (self.server, self.aes)
        return [connection for connection in both if connection is not None and not connection.closed]

    @property
    def is_alive(self) -> bool:
        """Whether something can still come: a connection is open, or the next one is about to be tried."""
        return bool(self.connections) or self.stage is Stage.PAUSING

    @property
    def is_resuming(self) -> bool:
        """Whether the server was lost and another one may take us."""
        return self._resumption is not None and self.stage not in (Stage.TRADING, Stage.OVER)

    # -- what the owner asks for

    def start(self) -> None:
        """Call the AES; everything else follows from readiness."""
        self._requests.two_fa = self._codes.take()
        self._await(self._step_ns)
        self._call_aes()

    def start_with(self, grant: ClientLogon, two_fa: str) -> None:
        """Go straight to a server that a grant names; another session, which proved itself with that code, got it."""
        self._requests.two_fa = two_fa
        self._walk.handle(Trigger.LOGON_SENT)
        self._take_grant(grant)

    def send_grant_request(self) -> ClientLogon:
        """Send a further logon to the AES, which answers with a fresh grant."""
        return self._send_aes_logon(self.check_aes(), is_ours=False)

    def wake_at(self, moment_ns: int | None) -> None:
        """Have the owner woken while it trades; None for never."""
        if self.stage is Stage.TRADING:
            self._deadline_ns = moment_ns

    def settled(self) -> None:
        """What was open when the server was lost is settled: the resumption is over, and a further loss begins anew."""
        self._resumption = None
        self.wake_at(None)

    def check_aes(self) -> ServerConnection:
        """Give the connection to the AES; ConnectionLost when it is over."""
        if self.aes is None or self.aes.closed:
            raise ConnectionLost("the connection to the AES is over: it cannot be asked for a fresh grant")
        return self.aes

    def send_logouts(self) -> None:
        """Say goodbye to both servers, which then close; the session is over for its owner."""
        self._walk.handle(Trigger.ENDED)
        self._deadline_ns = self._clock.now_ns() + limits.CLIENT_LOGOUT_NS
        for connection, key in ((self.server, self._requests.key), (self.aes, self._aes_key)):
            if connection is not None and not connection.closed and connection.was_connected:
                self._transcript.send_logon(connection.server, "Logout")
                connection.send_message(self._requests.logout(key))
        if not self.connections:
            self._deadline_ns = None

    def close(self) -> None:
        """Close both connections now."""
        if self.stage is not Stage.OVER:
            self._walk.handle(Trigger.ENDED)
        self._deadline_ns = None
        for connection in self.connections:
            connection.close()

    # -- time

    def next_deadline_ns(self) -> int | None:
        """Give the time at which ``deadline_passed`` has something to do; None when nothing is awaited."""
        return self._deadline_ns

    def deadline_passed(self, now_ns: int) -> None:
        """Give up what was awaited for too long; does nothing before its time."""
        if self._deadline_ns is None or now_ns < self._deadline_ns:
            return
        self._deadline_ns = None
        why = f"no answer within {self._awaited_ns / 1e9:g} s"
        resumption = self._resumption
        if self.stage is Stage.TRADING:
            self._taker.wake(now_ns)
        elif self.is_resuming and resumption is not None and now_ns >= resumption.until_ns:
            self._fail(resumption.failure())
        elif self.stage is Stage.PAUSING:
            self._try_again()
        elif self.stage in (Stage.OES_CONNECTING, Stage.OES_LOGON_SENT) and self.server is not None:
            self.server.close(why)
        elif self.stage in (Stage.AES_CONNECTING, Stage.AES_LOGON_SENT):
            if resumption is not None and self.aes is not None:
                self.aes.close(why)
            else:
                self._fail(NoReply(f"the AES at {format_address(self._aes_address)} gave {why}"))
        else:
            self.close()

    # -- what the connections tell

    def connected(self, connection: ServerConnection) -> None:
        """Send the logon that belongs to the server just reached."""
        if self.stage is Stage.OVER:
            return
        if connection.server == AES:
            self.aes = connection
            if self._resumption is not None:
                self._requests.two_fa = self._codes.take()
            self._walk.handle(Trigger.LOGON_SENT)
            self._send_aes_logon(connection, is_ours=True)
        else:
            self.server = connection
            self._transcript.at_send_callback(connection.server)
            self._transcript.send_logon(connection.server)
            self._walk.handle(Trigger.LOGON_SENT)
            connection.send_message(self._requests.logon(self._aes_key))
            self._transcript.counter("sending", 0, self.stage.label)

    def message_arrived(self, connection: ServerConnection, message: Message) -> None:
        """Act on a logon reply or a logout; everything goes to the owner as well."""
        is_ours = connection is self.server and isinstance(message, ClientLogon)
        resuming = self.is_resuming
        if isinstance(message, ClientLogon) and message.LogonType == LogonType.LOGOUT:
            self._on_logout(connection, message)
        elif connection is self.aes:
            is_ours = self._is_awaited(message)
            if is_ours:
                self._on_aes_reply(message)
        elif self.stage is Stage.OES_LOGON_SENT and connection is self.server:
            self._on_server_reply(message)
        self._taker.take_message(connection.server, message, is_ours)
        if resuming and self.stage is Stage.TRADING:
            self._transcript.resumed(self._service.purpose, connection.address)
            self._taker.trading_again()

    def connection_over(self, connection: ServerConnection, reason: str) -> None:
        """Try the next server, or end the session."""
        if connection.server == AES:
            self._grants_asked.clear()
        if self.stage is Stage.OVER:
            self._transcript.closed(connection.server, connection.address)
            if not self.connections:
                self._deadline_ns = None
            return
        self._transcript.unreachable(connection.server, connection.address, reason)
        at = format_address(connection.address)
        if connection.server == AES:
            # with an OES at work the AES is no longer needed, except for a fresh grant
            if self.stage in (Stage.AES_CONNECTING, Stage.AES_LOGON_SENT):
                self._pause_or_fail(f"the AES at {at} cannot be used: {reason}")
        elif self.stage is Stage.TRADING:
            self._on_loss(connection, f"the connection to the {connection.server} at {at} is over: {reason}")
        else:
            self._ask_for_another(f"the {connection.server} at {at} cannot be used: {reason}")

    # -- inside

    def _await(self, longest_ns: int) -> None:
        """Wait for the next step, in a resumption no longer than that lasts."""
        now_ns = self._clock.now_ns()
        until_ns = now_ns + longest_ns
        if self._resumption is not None:
            until_ns = min(until_ns, self._resumption.until_ns)
        self._awaited_ns = max(0, until_ns - now_ns)
        self._deadline_ns = until_ns

    def _call_aes(self) -> None:
        connection = ServerConnection(self._selector, AES, self._aes_address, self, self._transcript)
        if not connection.closed:
            self.aes = connection

    def _call_server(self, address: Address) -> None:
        self._walk.handle(Trigger.ACCEPTED)
        self._await(min(self._step_ns, limits.CLIENT_RESUME_STEP_NS) if self._resumption else self._step_ns)
        connection = ServerConnection(self._selector, self._service.server, address, self, self._transcript)
        if not connection.closed:
            self.server = connection

    def _send_aes_logon(self, aes: ServerConnection, *, is_ours: bool) -> ClientLogon:
        self._transcript.send_logon(AES)
        message = self._requests.logon(0)
        self._grants_asked.append(is_ours)
        aes.send_message(message)
        return message

    def _is_awaited(self, message: Message) -> bool:
        """Say whether the AES answers what we asked; its answers come in the order of the logons."""
        if isinstance(message, ClientLogon) and self._grants_asked:
            return self._grants_asked.popleft() and self.stage is Stage.AES_LOGON_SENT
        return self.stage is Stage.AES_LOGON_SENT

    def _fail(self, failure: HandoffError) -> None:
        self.failure = failure
        self.close()

    # -- replies and goodbyes

    def _on_logout(self, connection: ServerConnection, message: ClientLogon) -> None:
        if connection is not self.server or self.stage is Stage.OVER:
            return
        if message.RejectReason in NO_REJECT and self._resume_ns and (self.is_resuming or self.stage is Stage.TRADING):
            connection.close("it logged us out")  # it shuts down; the AES will name another one
            return
        why = f": {reject_name(message.RejectReason)}" if message.RejectReason else ""
        at = format_address(connection.address)
        self._fail(ConnectionLost(f"the connection to the {connection.server} at {at} is over: it logged us out{why}"))

    def _check_reply(self, connection: ServerConnection, message: Message) -> ClientLogon | None:
        """Give an accepting logon reply; anything else ends the session, or this try of a resumption."""
        if not isinstance(message, ClientLogon):
            self._fail(RemoteProtocolError(f"the {connection.server} answered the logon with {message.NAME}"))
            return None
        if is_accepted(message):
            return message
        server, reason = connection.server, message.RejectReason
        why = f"the {server} refused the logon: {reject_name(reason)} ({reason})"
        if self._resumption is None or reason not in WAITED_OUT:
            self._fail(LogonRefused(why, reason))
        elif server == AES:
            self._pause_or_fail(why)
        else:
            connection.close(why)
        return None

    def _on_aes_reply(self, message: Message) -> None:
        assert self.aes is not None, "a reply from nobody"
        reply = self._check_reply(self.aes, message)
        if reply is not None:
            self._take_grant(reply)

    def _take_grant(self, reply: ClientLogon) -> None:
        self._aes_key = reply.Key
        self._requests.trading_session = reply.TradingSessionID
        named = self._service.addresses(reply)
        if self._resumption is not None:
            address = self._resumption.choose(named)
            if address is None:
                candidates = ", ".join(map(format_address, named)) or "none named"
                self._pause_or_fail(f"no {self._service.server} can be used of {candidates}")
            else:
                self._call_server(address)
            return
        untried = [address for address in named if address not in self._tried]
        if not untried or len(self._tried) >= limits.CLIENT_OES_ATTEMPTS:
            tried, server = ", ".join(map(format_address, self._tried)), self._service.server
            hint = f"the AES names none): start one with `handoff {server.lower()}` in its state directory"
            self._fail(ConnectionLost(f"no {server} can be used ({f'tried: {tried})' if tried else hint}"))
            return
        self._tried.append(untried[0])
        self._call_server(untried[0])

    def _on_server_reply(self, message: Message) -> None:
        assert self.server is not None, "a reply from nobody"
        reply = self._check_reply(self.server, message)
        if reply is None:
            return
        self._requests.key = reply.Key
        self._walk.handle(Trigger.ACCEPTED)
        self._deadline_ns = None
        self._transcript.counter("receiving", 0, self.stage.label)

    # -- trying again

    def _ask_for_another(self, why: str) -> None:
        """Get a fresh grant: the one in hand may be spent, and the AES may know of another OES by now."""
        if self.aes is None or self.aes.closed:
            self._pause_or_fail(f"{why}; the connection to the AES is over as well")
            return
        if self._resumption is not None:
            self._resumption.went_wrong(why)
        self._walk.handle(Trigger.UNREACHABLE)
        self._ask_for_grant(self.aes, why)

    def _ask_for_grant(self, aes: ServerConnection, why: str) -> None:
        self._await(self._step_ns)
        try:
            self._send_aes_logon(aes, is_ours=True)
        except LocalProtocolError as error:  # the AES is on its way out and takes nothing more
            self._pause_or_fail(f"{why}; {error}")

    def _pause_or_fail(self, why: str) -> None:
        """In a resumption try again in a moment; a first logon fails."""
        if self._resumption is None:
            self._fail(ConnectionLost(why))
            return
        self._resumption.went_wrong(why)
        self._walk.handle(Trigger.POSTPONED)
        self._await(limits.CLIENT_RESUME_PAUSE_NS)

    def _on_loss(self, connection: ServerConnection, lost: str) -> None:
        """Begin a resumption, or go on with one that has not settled everything."""
        if not self._resume_ns:
            self._fail(ConnectionLost(lost))
            return
        resumption = self._resumption
        self._walk.handle(Trigger.LOST)
        self._transcript.lost(connection.server, connection.address, self._resume_ns)
        self._taker.server_lost()
        if resumption is None:
            self._resumption = Resumption(lost, self._clock.now_ns(), self._resume_ns, self._service.purpose)
            self._try_again()
        else:
            resumption.went_wrong(lost)
            self._await(limits.CLIENT_RESUME_PAUSE_NS)

    def _try_again(self) -> None:
        """Ask the AES for an OES that lives: over the open connection, or over a new one with an unused code."""
        resumption, now_ns = self._resumption, self._clock.now_ns()
        assert resumption is not None, "nothing was lost"
        if self.aes is not None and not self.aes.closed:
            self._walk.handle(Trigger.LOGON_SENT)
            self._ask_for_grant(self.aes, "no further grant")
            return
        wait_ns = self._codes.wait_ns()
        if now_ns + wait_ns >= resumption.until_ns:
            if wait_ns:
                resumption.went_wrong("the connection to the AES is over, the next unused one-time code comes later")
            self._fail(resumption.failure())
        elif wait_ns:
            self._await(wait_ns)
        else:
            self._walk.handle(Trigger.AES_CALLED)
            self._await(self._step_ns)
            self._call_aes()
