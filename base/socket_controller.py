"""One socket as a state machine on a ``selectors`` selector.

In: readiness of a socket, messages to send. Out: the bytes of the peer, framed and decoded, and why
the connection ended. Never knows: what a message asks for; it decides nothing about trading.
Follows the owner's README, ``SocketController(sel, sock, addr, msgObj)``.

    sel = selectors.DefaultSelector()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    controller = SocketController(sel, sock, ("127.0.0.1", 4444), create_example_message("client_logon"), print)
    while not controller.closed:
        for key, mask in sel.select():
            key.data.process_events(mask)
    print(controller.close_reason)
"""

import errno
import os
import re
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Protocol, TypeAlias

from base import limits
from base.errors import LocalProtocolError
from base.process_message import (
    RECV_ERROR_NOT_ENOUGH_BODY,
    RECV_ERROR_NOT_ENOUGH_HEADER,
    ReceiveResult,
    process_message,
)
from base.session.transitions import Conversation

CONNECTION_LOST = "connection lost"
"""How the reason begins when the network, not somebody's decision, ended a connection."""

CLOSED_BY_PEER = "closed by the peer"

LARGEST_PORT = 65_535

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class State(Enum):
    """Where a connection stands."""

    CONNECTING = auto()
    OPEN = auto()
    DRAINING = auto()
    """Nothing is read any more; what was promised to the peer is still sent."""
    CLOSED = auto()


class Trigger(Enum):
    """What moves it."""

    CONNECTED = auto()
    FINISHED = auto()
    ENDED = auto()


TRANSITIONS = {
    State.CONNECTING: {Trigger.CONNECTED: State.OPEN, Trigger.ENDED: State.CLOSED},
    State.OPEN: {Trigger.FINISHED: State.DRAINING, Trigger.ENDED: State.CLOSED},
    State.DRAINING: {Trigger.ENDED: State.CLOSED},
    State.CLOSED: {},
}


class Encodable(Protocol):
    """A message: anything that gives its bytes."""

    def encode(self) -> bytes:
        """Give the bytes that go over the wire."""


Sendable: TypeAlias = Encodable | bytes | bytearray | memoryview
ReceiveCallback: TypeAlias = Callable[[ReceiveResult], object]


class SocketController:
    """Drives one socket: connects it, sends ``msgObj``, then hands over every message that arrives.

    ``sock`` may be connected, connecting or fresh; a socket without a peer is connected to ``addr``.
    The controller registers itself on ``sel``, with itself as the key's data, and leaves it when it
    closes. ``recv_callback`` gets the ``ReceiveResult`` of every message, and of the bytes that end
    a connection because they are none. Whatever the peer does ends in ``closed`` and a
    ``close_reason``, never in an exception; exceptions of callbacks are the caller's own.

    Subclasses may override ``process_state`` (a message arrived), ``received`` (bytes arrived),
    ``connection_made``, ``connection_lost`` and ``peer_finished``.
    """

    receive_bytes = limits.RECEIVE_BYTES
    """Bytes read for one readiness at most."""

    def __init__(
        self,
        sel: selectors.BaseSelector,
        sock: socket.socket,
        addr: Any,
        msgObj: Sendable | None = None,
        recv_callback: ReceiveCallback | None = None,
    ) -> None:
        self.selector = sel
        self.sock = sock
        self.addr = addr
        self.msgObj = msgObj
        self.recv_callback = recv_callback
        self.close_reason = ""
        self._conversation = Conversation(TRANSITIONS, State.CONNECTING)
        self._unread = b""
        self._unsent = bytearray()
        self._finish_reason = ""
        self._watched = 0
        if msgObj is not None:
            self._unsent += _encoded(msgObj)
        sock.setblocking(False)
        self._connect()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {format_address(self.addr)} {self.state.name}>"

    @property
    def state(self) -> State:
        """Where the connection stands."""
        return self._conversation.state

    @property
    def closed(self) -> bool:
        """Whether the connection is over; ``close_reason`` then says why."""
        return self._conversation.state is State.CLOSED

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the peer was not ready to take yet."""
        return len(self._unsent)

    # -- what the owner of the selector calls

    def process_events(self, mask: int) -> None:
        """Act on readiness: ``mask`` is what ``selector.select()`` gave for this socket."""
        if mask & WRITE and self.state is State.CONNECTING:
            self._finish_connecting()
        if mask & READ and self.state is State.OPEN:
            self._read()
        if mask & WRITE and self._watched & WRITE and self.state in (State.OPEN, State.DRAINING):
            self._flush()

    def send(self, message: Sendable) -> None:
        """Send a message or bytes: at once if the peer takes them, else as soon as it does.

        A peer that leaves more than ``limits.SEND_BUFFER_BYTES`` untaken is closed.
        Raises LocalProtocolError when the connection is closing or closed.
        """
        if self.state not in (State.CONNECTING, State.OPEN):
            raise LocalProtocolError(
                f"cannot send to {format_address(self.addr)}: the connection is {self.state.name.lower()}"
                f" ({self.close_reason or self._finish_reason})"
            )
        data = _encoded(message)
        is_first = not self._unsent and self.state is State.OPEN
        sent = self._offer(data) if is_first else 0
        if sent < len(data) and not self.closed:
            self._unsent += data[sent:]
            if is_first:
                self._watch(READ | WRITE)
        if len(self._unsent) > limits.SEND_BUFFER_BYTES and not self.closed:
            self._end(f"the peer reads too slowly: {len(self._unsent)} bytes wait, {limits.SEND_BUFFER_BYTES} may")

    def finish(self, reason: str = "closed by us") -> None:
        """Read nothing more, send what is still unsent, then close."""
        if self.state is State.CONNECTING:
            self._end(reason)
        elif self.state is State.OPEN:
            self._conversation.handle(Trigger.FINISHED)
            self._finish_reason = reason
            self._flush()

    def close(self, reason: str = "closed by us") -> None:
        """Close now, whatever is unsent; a closed connection stays as it is."""
        if not self.closed:
            self._end(reason)

    # -- what a subclass may change

    def process_state(self, message: Any) -> None:
        """React to a message that arrived; this one does nothing."""

    def connection_made(self) -> None:
        """The peer accepted the connection; ``msgObj`` goes out next.

        Called from the constructor when ``sock`` is connected already.
        """

    def connection_lost(self, reason: str) -> None:
        """The connection is over. Called once."""

    def peer_finished(self) -> None:
        """The peer will send nothing more: send it what it still has to get, then close."""
        half = f" in the middle of a message ({len(self._unread)} bytes came)" if self._unread else ""
        self.finish(CLOSED_BY_PEER + half)

    def received(self, data: bytes) -> None:
        """Take bytes as they came, in any cut: hand on each complete message in turn."""
        buffer, start = self._unread + data, 0
        try:
            while self.state is State.OPEN:
                frame = buffer[start : start + limits.MESSAGE_BYTES]
                result = process_message(frame)
                if result.code in (RECV_ERROR_NOT_ENOUGH_HEADER, RECV_ERROR_NOT_ENOUGH_BODY):
                    break
                start += result.length
                self._hand_on(result, frame)
        finally:
            self._unread = buffer[start:]

    def _hand_on(self, result: ReceiveResult, frame: bytes) -> None:
        if self.recv_callback is not None:
            self.recv_callback(result)
        if not result.ok:
            self.close(f"the peer sent bytes that are no message: {frame[:4].hex(' ')} ...")
        elif self.state is State.OPEN:
            self.process_state(result.message)

    # -- connecting, reading, writing, ending

    def _connect(self) -> None:
        try:
            self.sock.getpeername()
            code = 0
        except OSError:
            try:
                code = self.sock.connect_ex(self.addr)
            except (OSError, OverflowError, ValueError, TypeError) as error:  # unknown name, no port
                self._end(f"cannot connect: {error}")
                return
        if code in (0, errno.EISCONN):
            self._opened()
        elif code in (errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK):
            self._watch(WRITE)
        else:
            self._end(f"cannot connect: {os.strerror(code)}")

    def _finish_connecting(self) -> None:
        code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._end(f"cannot connect: {os.strerror(code)}")
        else:
            self._opened()

    def _opened(self) -> None:
        self._conversation.handle(Trigger.CONNECTED)
        self._watch(READ)
        self.connection_made()
        if self._unsent and not self.closed:  # connection_made may have found the peer gone already
            self._flush()

    def _read(self) -> None:
        # One bounded read for each readiness, so that a loud peer cannot keep the others waiting;
        # the selector reports at once what is left.
        try:
            data = self.sock.recv(self.receive_bytes)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(f"{CONNECTION_LOST}: {error.strerror}")
            return
        if data:
            self.received(data)
        else:
            self.peer_finished()

    def _offer(self, data: bytes | bytearray) -> int:
        # How many bytes the peer takes now; a broken connection takes none, and is over.
        try:
            return self.sock.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._end(f"{CONNECTION_LOST}: {error.strerror}")
            return 0

    def _flush(self) -> None:
        if self._unsent:
            sent = self._offer(self._unsent)
            if self.closed:
                return
            del self._unsent[:sent]
        if self.state is State.DRAINING:
            if not self._unsent:
                self._end(self._finish_reason)
                return
            self._watch(WRITE)
        else:
            self._watch(READ | WRITE if self._unsent else READ)

    def _watch(self, mask: int) -> None:
        if mask == self._watched:
            return
        if self._watched:
            self.selector.modify(self.sock, mask, self)
        else:
            self.selector.register(self.sock, mask, self)
        self._watched = mask

    def _end(self, reason: str) -> None:
        readable = self.state is not State.CONNECTING
        self._conversation.handle(Trigger.ENDED)
        self.close_reason = reason
        if self._watched:
            with suppress(KeyError):  # the owner closed the selector first
                self.selector.unregister(self.sock)
        if readable:
            _discard_unread(self.sock)
        self.sock.close()
        self.connection_lost(reason)


def format_address(addr: Any) -> str:
    """Write an address as ``host:port``.

    >>> format_address(("127.0.0.1", 4444)), format_address("a.socket"), format_address("")
    ('127.0.0.1:4444', 'a.socket', '(no address)')
    """
    if isinstance(addr, tuple) and len(addr) >= 2:
        return f"{addr[0]}:{addr[1]}"
    return str(addr) or "(no address)"


def split_address(text: str) -> tuple[str, int]:
    """Read ``host:port``; raises ValueError with the rule. Which hosts make sense is for the caller to say.

    >>> split_address("127.0.0.1:4444")
    ('127.0.0.1', 4444)
    """
    host, _, port = text.rpartition(":")
    if not (host and re.fullmatch(r"[0-9]{1,5}", port)):
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:4444")
    if int(port) > LARGEST_PORT:
        raise ValueError(f"the port must be from 0 to {LARGEST_PORT}")
    return host, int(port)


def _encoded(message: Sendable) -> bytes | bytearray:
    if isinstance(message, (bytes, bytearray)):
        return message
    return message.tobytes() if isinstance(message, memoryview) else message.encode()


def _discard_unread(sock: socket.socket) -> None:
    # Closing a socket with unread input resets the connection, and a reset may overtake our last
    # message; so what came is read and thrown away first, within a bound.
    try:
        sock.shutdown(socket.SHUT_WR)
        for _ in range(limits.DISCARD_READS):
            if not sock.recv(limits.RECEIVE_BYTES):
                break
    except OSError:
        return  # nothing more to read, or the connection is broken already: both are fine, it is being closed
