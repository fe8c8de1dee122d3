"""Peers for the session API: a server that accepts every order, and a bare socket that a test drives by hand.

In: nothing. Out: running servers, packets. Never knows: what a session should do.
"""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from base.client.ouch import BlockingSession, Client, OuchServer, japannext
from base.wire.soupbintcp.packets import LoginAccepted, LoginRejectReason, PacketFramer
from tests.kit.patience import PATIENCE_S


class Accepting(OuchServer):
    """Accepts every order of Japannext OUCH; password ``secret``; fails when told an order of 13."""

    def on_login(self, user: str, password: str) -> LoginRejectReason | None:
        return None if password.upper() == "SECRET" else LoginRejectReason.NOT_AUTHORISED

    def on_message(self, client: Client, message: Any) -> None:
        if message.quantity == 13:
            raise ZeroDivisionError("told to fail")
        if message.LETTER == "X":
            client.end_session()
            return
        client.send(japannext.OrderAccepted(orderToken=message.orderToken, quantity=message.quantity))


def accepting(**words: Any) -> Accepting:
    """A server that accepts, not running yet."""
    return Accepting(japannext.dialect, **words)


def filled(server: OuchServer, user: str, messages: list[bytes]) -> None:
    """Put messages into the stream of an account before it logs in."""
    for message in messages:
        server.stream_of(user).append(message)


class HandDriven:
    """The server's end of one connection, byte by byte."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._framer = PacketFramer()
        self._bodies: list[bytes] = []

    def next_body(self) -> bytes:
        """The next packet of the client."""
        while not self._bodies:
            data = self.sock.recv(65536)
            if not data:
                return b""
            self._bodies += self._framer.receive(data)
        return self._bodies.pop(0)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def let_in(self, number: int = 1) -> bytes:
        """Take a login and accept it; gives the login."""
        login = self.next_body()
        self.send(LoginAccepted(session="HAND", sequenceNumber=number).packet())
        return login


@contextmanager
def hand_driven(
    connect: Callable[[tuple[str, int]], BlockingSession],
) -> Iterator[tuple[HandDriven, "Future[BlockingSession]"]]:
    """Let ``connect`` connect in a thread; gives the server's end, and the session to come."""
    with ThreadPoolExecutor(1) as pool, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        coming = pool.submit(connect, listener.getsockname()[:2])
        sock, _ = listener.accept()
        with sock:
            sock.settimeout(PATIENCE_S)
            yield HandDriven(sock), coming
