"""Leads a client through the AES to an OES and keeps both connections.

In: a selector, readiness through it, the time. Out: messages and the end of the session, told to
the owner. Never knows: orders, what a user does with replies.
Follows section 5 (session flow) of the protocol; the moves are the table in logon.py.
"""

import selectors
from typing import Protocol

from base import limits
from base.client.connection import ServerConnection
from base.client.logon import Address, Stage, Trigger, logon_walk, order_entry_addresses
from base.client.requests import Requests
from base.client.transcript import Transcript, is_accepted, reject_name
from base.clock import Clock
from base.errors import ConnectionLost, HandoffError, LocalProtocolError, LogonRefused, NoReply, RemoteProtocolError
from base.socket_controller import format_address
from base.wire.bo.codes import LogonType
from base.wire.bo.logon import ClientLogon
from base.wire.layout import Message

AES, OES = "AES", "OES"


class MessageTaker(Protocol):
    """What the owner of a handover is told."""

    def take_message(self, server: str, message: Message) -> None:
        """A message came, logon replies included."""


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
    ) -> None:
        self.aes: ServerConnection | None = None
        self.oes: ServerConnection | None = None
        self.failure: HandoffError | None = None
        """Why the session ended, unless it ended by our own logout."""
        self._selector = selector
        self._aes_address = aes_address
        self._requests = requests
        self._taker = taker
        self._transcript = transcript
        self._clock = clock
        self._step_ns = step_ns
        self._walk = logon_walk()
        self._aes_key = 0
        self._deadline_ns: int | None = None
        self._tried: list[Address] = []

    @property
    def stage(self) -> Stage:
        """How far the logon has come."""
        return self._walk.state

    @property
    def connections(self) -> list[ServerConnection]:
        """The connections that are not closed."""
        return [connection for connection in (self.oes, self.aes) if connection is not None and not connection.closed]

    # -- what the owner asks for

    def start(self) -> None:
        """Call the AES; everything else follows from readiness."""
        self._await_step()
        connection = ServerConnection(self._selector, AES, self._aes_address, self, self._transcript)
        if not connection.closed:
            self.aes = connection

    def send_grant_request(self) -> ClientLogon:
        """Send a further logon to the AES, which answers with a fresh grant."""
        aes = self.check_aes()
        self._transcript.send_logon(AES)
        message = self._requests.logon(0)
        aes.send_message(message)
        return message

    def check_aes(self) -> ServerConnection:
        """Give the connection to the AES; ConnectionLost when it is over."""
        if self.aes is None or self.aes.closed:
            raise ConnectionLost("the connection to the AES is over: it cannot be asked for a fresh grant")
        return self.aes

    def send_logouts(self) -> None:
        """Say goodbye to both servers, which then close; the session is over for its owner."""
        self._walk.handle(Trigger.ENDED)
        self._deadline_ns = self._clock.now_ns() + limits.CLIENT_LOGOUT_NS
        for connection, key in ((self.oes, self._requests.key), (self.aes, self._aes_key)):
            if connection is not None and not connection.closed and connection.was_connected:
                self._transcript.send_logon(connection.server, "Logout")
                connection.send_message(self._requests.logout(key))

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
        why = f"no answer within {self._step_ns / 1e9:g} s"
        if self.stage in (Stage.OES_CONNECTING, Stage.OES_LOGON_SENT) and self.oes is not None:
            self.oes.close(why)
        elif self.stage in (Stage.AES_CONNECTING, Stage.AES_LOGON_SENT):
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
            self._transcript.send_logon(AES)
            self._walk.handle(Trigger.LOGON_SENT)
            connection.send_message(self._requests.logon(0))
        else:
            self.oes = connection
            self._transcript.at_send_callback(OES)
            self._transcript.send_logon(OES)
            self._walk.handle(Trigger.LOGON_SENT)
            connection.send_message(self._requests.logon(self._aes_key))
            self._transcript.counter("sending", 0, self.stage.label)

    def message_arrived(self, connection: ServerConnection, message: Message) -> None:
        """Act on a logon reply or a logout; everything goes to the owner as well."""
        if isinstance(message, ClientLogon) and message.LogonType == LogonType.LOGOUT:
            self._on_logout(connection, message)
        elif self.stage is Stage.AES_LOGON_SENT and connection is self.aes:
            self._on_aes_reply(message)
        elif self.stage is Stage.OES_LOGON_SENT and connection is self.oes:
            self._on_oes_reply(message)
        self._taker.take_message(connection.server, message)

    def connection_over(self, connection: ServerConnection, reason: str) -> None:
        """Try the next server, or end the session."""
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
                self._fail(ConnectionLost(f"the AES at {at} cannot be used: {reason}"))
        elif self.stage is Stage.TRADING:
            self._fail(ConnectionLost(f"the connection to the OES at {at} is over: {reason}"))
        else:
            self._ask_for_another(f"the OES at {at} cannot be used: {reason}")

    # -- inside

    def _await_step(self) -> None:
        self._deadline_ns = self._clock.now_ns() + self._step_ns

    def _fail(self, failure: HandoffError) -> None:
        self.failure = failure
        self.close()

    def _on_logout(self, connection: ServerConnection, message: ClientLogon) -> None:
        if connection is self.oes and self.stage is not Stage.OVER:
            why = f": {reject_name(message.RejectReason)}" if message.RejectReason else ""
            at = format_address(connection.address)
            self._fail(ConnectionLost(f"the connection to the OES at {at} is over: it logged us out{why}"))

    def _check_reply(self, server: str, message: Message) -> ClientLogon | None:
        """Give an accepting logon reply; anything else ends the session."""
        if not isinstance(message, ClientLogon):
            self._fail(RemoteProtocolError(f"the {server} answered the logon with {message.NAME}"))
        elif not is_accepted(message):
            reason = message.RejectReason
            self._fail(LogonRefused(f"the {server} refused the logon: {reject_name(reason)} ({reason})", reason))
        else:
            return message
        return None

    def _on_aes_reply(self, message: Message) -> None:
        reply = self._check_reply(AES, message)
        if reply is None:
            return
        self._aes_key = reply.Key
        self._requests.trading_session = reply.TradingSessionID
        self._walk.handle(Trigger.ACCEPTED)
        addresses = [address for address in order_entry_addresses(reply) if address not in self._tried]
        if not addresses or len(self._tried) >= limits.CLIENT_OES_ATTEMPTS:
            tried = ", ".join(map(format_address, self._tried)) or "the AES names none"
            self._fail(ConnectionLost(f"no OES can be used (tried: {tried})"))
            return
        self._tried.append(addresses[0])
        self._await_step()
        connection = ServerConnection(self._selector, OES, addresses[0], self, self._transcript)
        if not connection.closed:
            self.oes = connection

    def _on_oes_reply(self, message: Message) -> None:
        reply = self._check_reply(OES, message)
        if reply is None:
            return
        self._requests.key = reply.Key
        self._walk.handle(Trigger.ACCEPTED)
        self._deadline_ns = None
        self._transcript.counter("receiving", 0, self.stage.label)

    def _ask_for_another(self, why: str) -> None:
        """Get a fresh grant: the one in hand may be spent, and the AES may know of another OES by now."""
        if self.aes is None or self.aes.closed:
            self._fail(ConnectionLost(f"{why}; the connection to the AES is over as well"))
            return
        self._walk.handle(Trigger.UNREACHABLE)
        self._await_step()
        try:
            self.send_grant_request()
        except LocalProtocolError as error:  # the AES is on its way out and takes nothing more
            self._fail(ConnectionLost(f"{why}; {error}"))
