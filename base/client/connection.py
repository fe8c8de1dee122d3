"""One connection of the client to an AES, OES or MDS.

In: an address; messages to send. Out: typed messages, and whether the server was reached or lost.
Never knows: what a message means for the logon or for an order.
Follows section 1 (framing) of the protocol through SocketController, whose states it keeps.
"""

import selectors
import socket
from typing import Protocol

from base.client.logon import Address
from base.client.transcript import Transcript
from base.errors import ConnectionLost
from base.socket_controller import SocketController, format_address
from base.wire.layout import Message


class ConnectionOwner(Protocol):
    """What a connection tells its owner."""

    def connected(self, connection: "ServerConnection") -> None:
        """The server accepted the connection."""

    def message_arrived(self, connection: "ServerConnection", message: Message) -> None:
        """The server sent a message."""

    def connection_over(self, connection: "ServerConnection", reason: str) -> None:
        """The connection could not be made, or is over."""


class MessageTaker(Protocol):
    """What the owner of a handover is told."""

    def take_message(self, server: str, message: Message, is_ours: bool) -> None:
        """A message came; ``is_ours`` for a reply that the handover itself waited for."""

    def server_lost(self) -> None:
        """Nothing can be sent until another server takes us."""

    def trading_again(self) -> None:
        """The lost server has a successor, which accepted our logon."""

    def wake(self, now_ns: int) -> None:
        """The time that was given to ``wake_at`` has come."""


class ServerConnection(SocketController):
    """A connection to ``server``, which is "AES", "OES" or "MDS" and stands so in the transcript."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        server: str,
        address: Address,
        owner: ConnectionOwner,
        transcript: Transcript,
    ) -> None:
        self.server = server
        self.address = address
        self.was_connected = False
        self._owner = owner
        self._transcript = transcript
        self._buffered_bytes = 0
        transcript.connecting(server, address)
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(selector, socket.socket(family, socket.SOCK_STREAM), address)

    def send_message(self, message: Message) -> None:
        """Send a message and show its bytes."""
        frame = message.encode()
        self._transcript.sending(message, frame, self.address)
        self.send(frame)

    def connection_made(self) -> None:
        """Pass on that the server was reached."""
        # orders are small and each waits for its answer: none may wait for the next one to be sent
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.was_connected = True
        self._transcript.connected()
        self._owner.connected(self)

    def received(self, data: bytes) -> None:
        """Show that bytes came, then have them framed."""
        self._buffered_bytes += len(data)
        self._transcript.read(len(data), self.address)
        super().received(data)

    def process_state(self, message: Message) -> None:
        """Show a message and pass it on."""
        self._transcript.received(self.server, message, self._buffered_bytes)
        self._buffered_bytes -= message.SIZE
        self._owner.message_arrived(self, message)

    def peer_finished(self) -> None:
        """Close: a server that has said its last word does not read any more either."""
        self.close("closed by the server")

    def connection_lost(self, reason: str) -> None:
        """Pass on that the connection is over."""
        self._owner.connection_over(self, reason)


def check_reachable(address: Address, timeout_s: float = 10.0) -> None:
    """Call a server and hang up; ConnectionLost when nobody answers within ``timeout_s`` seconds."""
    try:
        socket.create_connection(address, timeout_s).close()
    except OSError as error:
        raise ConnectionLost(f"the server at {format_address(address)} cannot be reached: {error}") from None
