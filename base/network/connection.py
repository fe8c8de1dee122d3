"""One accepted connection: a SocketController that hands on bytes instead of messages.

In: readiness of its socket. Out: its bytes and its end, reported to the loop. Never knows: messages.
The options set here let TCP find a dead peer within 15 seconds (``behaviour``: no logged-on session
is cut for silence) and send each reply at once.
"""

import selectors
import socket
from collections.abc import Callable

from base import limits
from base.socket_controller import SocketController


class Connection(SocketController):
    """A peer of the server, known by its ``number``.

    ``received_by`` gets every batch of bytes; ``finished`` lists those whose peer will send nothing
    more, ``lost`` those that are over, for the loop to act on at the end of its pass.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        sock: socket.socket,
        peer: tuple[str, int],
        number: int,
        received_by: Callable[["Connection", bytes], object],
        finished: list["Connection"],
        lost: list["Connection"],
        receive_bytes: int = limits.PASS_BYTES,
    ) -> None:
        self.number = number
        self.receive_bytes = receive_bytes
        self.is_held_back = False
        """Whether nothing is read from it, because what it sent before was not acted on yet."""
        self.was_asked_to_end = False
        """Whether somebody above the network wanted the end."""
        self._received_by = received_by
        self._finished = finished
        self._lost = lost
        set_options(sock)
        super().__init__(selector, sock, peer)

    def received(self, data: bytes) -> None:
        """Hand on a batch of bytes as it came."""
        self._received_by(self, data)

    def peer_finished(self) -> None:
        """Answer what the peer asked before it closed its side; the loop closes after that."""
        self._finished.append(self)

    def connection_lost(self, reason: str) -> None:
        """Report the end to the loop."""
        self._lost.append(self)

    def _read(self) -> None:
        if not self.is_held_back:
            super()._read()

    def _connect(self) -> None:
        self._opened()  # an accepted socket has its peer, even when that is gone by now


def set_options(sock: socket.socket) -> None:
    """Send at once, and find a dead peer within 15 s, as far as this system offers it."""
    for level, name, value in (
        (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", limits.KEEP_ALIVE_IDLE_S),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", limits.KEEP_ALIVE_INTERVAL_S),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", limits.KEEP_ALIVE_PROBES),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", limits.UNACKNOWLEDGED_MS),
    ):
        if hasattr(socket, name):
            sock.setsockopt(level, getattr(socket, name), value)
