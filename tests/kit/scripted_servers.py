"""Servers that do what a test tells them: an AES and OES without a market behind them.

In: for each server one function, message in and replies out. Out: their addresses, and every message
that came. Never knows: what is right; a script may refuse, stay silent, hang up or send anything.
"""

import socket
import threading
from collections.abc import Callable, Iterable
from queue import Queue
from types import TracebackType

from base.messages import ClientLogon, LogonType, Message
from base.wire.framing import Framer
from base.wire.registry import message_class
from tests.kit.patience import PATIENCE_S

Reply = Message | bytes | None
"""What a script gives: a message or bytes to send; None closes the connection."""
Script = Callable[[Message], Iterable[Reply]]

HOST = "127.0.0.1"
SESSION, AES_KEY, OES_KEY = 901, 77_001, 88_002


class ScriptedServer:
    """One listening server on a free port; each connection has a thread, and all end with the ``with`` block."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.received: Queue[Message] = Queue()
        self.ended: Queue[int] = Queue()
        """One entry for each connection that is over."""
        self._listener = socket.create_server((HOST, 0))
        self.address = self._listener.getsockname()[:2]
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def text(self) -> str:
        """The address as a redirect carries it."""
        return f"{self.address[0]}:{self.address[1]}"

    def __enter__(self) -> "ScriptedServer":
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(PATIENCE_S)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def hang_up(self) -> None:
        """Cut every connection that is there now, and none of those with which a client comes back meanwhile."""
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the peer was faster

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        framer = Framer()
        with connection:
            try:
                while data := connection.recv(65_536):
                    for frame in framer.receive(data):
                        if not self._answer(connection, parse(frame)):
                            return
            except OSError:
                return
            finally:
                self.ended.put(1)

    def _answer(self, connection: socket.socket, message: Message) -> bool:
        self.received.put(message)
        for reply in self.script(message):
            if reply is None:
                return False
            connection.sendall(reply if isinstance(reply, bytes) else reply.encode())
        return True


def parse(frame: bytes) -> Message:
    """Give the message in a complete frame."""
    found = message_class(chr(frame[0]), len(frame))
    assert found is not None, frame
    return found.parse(frame)


def is_logout(message: Message) -> bool:
    """Say whether a message is a goodbye."""
    return isinstance(message, ClientLogon) and message.LogonType == LogonType.LOGOUT


def accepting_aes(primary: str, secondary: str = "") -> Script:
    """Let everybody in and name these order-entry servers; close on a logout."""

    def script(message: Message) -> Iterable[Reply]:
        if is_logout(message):
            yield None
        elif isinstance(message, ClientLogon):
            yield message.replace(
                TradingSessionID=SESSION,
                PrimaryOrderEntryIP=primary,
                SecondaryOrderEntryIP=secondary,
                Key=AES_KEY,
                LoginStatus=1,
            )

    return script


def accepting_oes(orders: Script = lambda message: ()) -> Script:
    """Let everybody in, leave everything else to ``orders``; close on a logout."""

    def script(message: Message) -> Iterable[Reply]:
        if is_logout(message):
            yield None
        elif isinstance(message, ClientLogon):
            yield message.replace(TradingSessionID=SESSION, Key=OES_KEY, LoginStatus=1)
        else:
            yield from orders(message)

    return script


def refusing(reason: int) -> Script:
    """Refuse every logon with this RejectReason and close."""

    def script(message: Message) -> Iterable[Reply]:
        yield message.replace(LoginStatus=2, RejectReason=reason)
        yield None

    return script


def silent(message: Message) -> Iterable[Reply]:
    """Say nothing."""
    return ()


def hanging_up(message: Message) -> Iterable[Reply]:
    """Close without a word."""
    return (None,)


def closed_port() -> tuple[str, int]:
    """Give an address where nobody listens, nor will: the port stays ours for as long as this process lives."""
    taken = socket.socket()
    taken.bind((HOST, 0))
    host, port = taken.getsockname()
    taken.detach()
    return host, port
