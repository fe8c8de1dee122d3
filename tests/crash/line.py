"""One user of the venue over plain blocking sockets.

In: what to send. Out: the messages that come. Never knows: what the user wants, how a market works.
The connection to the AES stays open; each further logon on it brings a fresh grant.
"""

import socket
from collections import deque
from contextlib import ExitStack

from base.client.requests import CONSTANT, Requests, one_time_code
from base.messages import ClientLogon
from base.socket_controller import split_address
from base.wire.framing import Framer
from base.wire.layout import Message
from base.wire.registry import message_class
from tests.crash.settings import SYMBOLS, user_of
from tests.kit.patience import PATIENCE_S

FIRST_ORDER_ID = 1_000_000


class LineLost(Exception):
    """The other side is gone, or was never there."""


class Refused(Exception):
    """A logon was refused; ``code`` is the RejectReason."""

    def __init__(self, server: str, code: int) -> None:
        super().__init__(f"{server}: {code}")
        self.code = code


class Line:
    """A blocking connection that carries messages."""

    def __init__(self, address: tuple[str, int], patience_s: float = PATIENCE_S) -> None:
        try:
            self._socket = socket.create_connection(address, patience_s)
        except TimeoutError:
            raise
        except OSError as error:
            raise LineLost(f"{address}: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._framer = Framer()
        self._ready: deque[Message] = deque()

    def send(self, *messages: Message) -> None:
        """Send them in one piece."""
        try:
            self._socket.sendall(b"".join(message.encode() for message in messages))
        except TimeoutError:
            raise
        except OSError as error:
            raise LineLost(str(error)) from error

    def receive(self) -> Message:
        """Give the next message; TimeoutError from a server that is stuck."""
        while not self._ready:
            try:
                data = self._socket.recv(65_536)
            except TimeoutError:
                raise
            except OSError as error:
                raise LineLost(str(error)) from error
            if not data:
                raise LineLost("closed")
            for frame in self._framer.receive(data):
                cls = message_class(chr(frame[0]), len(frame))
                assert cls is not None
                self._ready.append(cls.parse(frame))
        return self._ready.popleft()

    def wait(self) -> None:
        """Wait until something is there to be received."""
        self._socket.recv(1, socket.MSG_PEEK)

    def give(self, patience_s: float) -> None:
        """Wait for so long from now on."""
        self._socket.settimeout(patience_s)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class User:
    """The only user of an account; ``requests`` writes its messages once it is logged on."""

    def __init__(
        self, aes: tuple[str, int], account: int, held: ExitStack | None = None, name: str | None = None
    ) -> None:
        """Have an account's user, its only one unless it has a ``name``; ``held`` closes its lines at the end."""
        if held is not None:
            held.callback(self.hang_up)
        self.account = account
        self._name = name or user_of(account)
        self.requests = Requests(account, self._name, FIRST_ORDER_ID)
        self.requests.symbols = dict(SYMBOLS)
        self.aes_address = aes
        self.aes: Line | None = None
        self.oes: Line | None = None
        self._lines: list[Line] = []

    def ask_for_a_grant(self) -> ClientLogon:
        """Log on to the AES, or once more on the same connection; give its reply, whatever it says."""
        if self.aes is None:
            self.requests.two_fa = one_time_code(self._name, CONSTANT, 0)
            self.aes = Line(self.aes_address)
            self._lines.append(self.aes)
        try:
            self.aes.send(self.requests.logon(0))
            reply = self.aes.receive()
        except LineLost:
            self.aes.close()
            self.aes = None
            raise
        assert isinstance(reply, ClientLogon), reply
        return reply

    def grant(self) -> ClientLogon:
        """Get a grant; Refused when there is none."""
        reply = self.ask_for_a_grant()
        if reply.LoginStatus != 1:
            if reply.RejectReason != 10:
                self.hang_up()
            raise Refused("AES", reply.RejectReason)
        return reply

    def redeem(self, grant: ClientLogon, patience_s: float = PATIENCE_S) -> Line:
        """Log on to the OES that a grant names first."""
        line = Line(split_address(grant.PrimaryOrderEntryIP), patience_s)
        self._lines.append(line)
        try:
            line.send(self.requests.logon(grant.Key))
            reply = line.receive()
            assert isinstance(reply, ClientLogon), reply
            if reply.LoginStatus != 1:
                raise Refused("OES", reply.RejectReason)
        except (LineLost, Refused, TimeoutError):
            line.close()
            raise
        self.requests.trading_session, self.requests.key = grant.TradingSessionID, reply.Key
        self.oes = line
        return line

    def log_on(self, patience_s: float = PATIENCE_S) -> Line:
        """Get a grant and redeem it; TimeoutError from an OES that stays silent for longer than that."""
        return self.redeem(self.grant(), patience_s)

    def hang_up(self) -> None:
        """Close all connections without a word, also those that were given up."""
        while self._lines:
            self._lines.pop().close()
        self.oes = self.aes = None
