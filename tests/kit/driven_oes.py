"""A real OES in the thread of the test, which drives its passes, and clients that never block.

In: how many users. Out: a server with sockets, journal and tables; clients of BO and of OUCH that are logged on.
Never knows: what is tested.
Nothing here depends on how fast a machine is: a test counts passes, messages and calls.
"""

import fcntl
import socket
import termios
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from base.access.grants import Grants
from base.access.state_file import StateFile
from base.clock import Clock
from base.gateway.ouch_orders import OuchPort
from base.network.application import Outbound
from base.network.connection import Connection
from base.one_time_code import hotp, secret_of
from base.servers.oes import Oes
from base.servers.server import Server
from base.servers.settings import parse_settings
from base.wire.bo.codes import LoginStatus
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from base.wire.framing import Framer
from base.wire.soupbintcp.packets import LoginRequest
from benchmarks.processes import USER, settings_for
from tests.kit.clock import ManualClock

PASSES = 50
OUCH = '[ouch]\njapannext = "127.0.0.1:0"\n'
LOGIN = '[[ouch.logins]]\nname = "L{account}"\npassword = "pw"\naccount = {account}\nuser = "{user}"\n'


class Trader:
    """A client that never blocks: it sends what the kernel takes and counts the messages that came."""

    def __init__(self, hall: "DrivenOes", account: int) -> None:
        self.account, self.user = account, USER
        self._hall = hall
        self._framer = Framer()
        self._unsent = b""
        self._order_id = 0
        self.sock = socket.create_connection(hall.server.address)
        self.sock.setblocking(False)
        self.welcome = self._log_on()

    def order(self, **fields: object) -> Transaction:
        """An order that rests; fields override."""
        self._order_id += 1
        who = {"Account": self.account, "TradingSessionID": self.welcome.TradingSessionID, "Key": self.welcome.Key}
        return Transaction(**who | {
            "MessageType": 1, "OrderID": self._order_id, "SymbolEnum": 1, "OrderType": 1, "SymbolType": 1,
            "BOPrice": 100.0, "BOSide": 1, "BOOrderQty": 0.001, "TIF": 2, "SendingTime": 1,
        } | fields)  # fmt: skip

    def send(self, data: bytes) -> None:
        self._unsent += data
        self.push()

    def push(self) -> None:
        """Send on what the kernel did not take before."""
        if self._unsent:
            try:
                self._unsent = self._unsent[self.sock.send(self._unsent) :]
            except BlockingIOError:
                return
            self._hall.let_arrive()

    def received(self) -> list[bytes]:
        """Take the messages that are there now."""
        frames: list[bytes] = []
        while True:
            try:
                data = self.sock.recv(1 << 20)
            except BlockingIOError:
                return frames
            assert data, "the server closed"
            frames += self._framer.receive(data)

    def _log_on(self) -> ClientLogon:
        code = hotp(secret_of(str(self.account)), 0)
        grant = self._hall.grants.issue(self.account, self.user, code)
        self.send(
            ClientLogon(LogonType=1, Account=self.account, UserName=self.user, TwoFA=code, Key=grant.key).encode()
        )
        for _ in range(PASSES):
            self._hall.server.loop.run_pass()
            if frames := self.received():
                welcome = ClientLogon.parse(frames[0])
                assert welcome.LoginStatus == LoginStatus.SUCCESS, welcome
                return welcome
        raise AssertionError("no answer to the logon")


class DrivenOes:
    """The server, and those who are logged on."""

    def __init__(self, state: Path, users: int) -> None:
        self._users = users
        self._tables = StateFile(state, Clock())
        self.grants = Grants(self._tables)
        logins = "".join(LOGIN.format(account=account, user=USER) for account in range(1, users + 1))
        oes = Oes(parse_settings("users", settings_for(users) + OUCH + logins), state)
        oes.take()
        self.server: Server = oes.open(("127.0.0.1", 0), durable=False)
        self.answers: Counter[int] = Counter()
        """Frames that the server had for each connection; what the kernel does with them takes a time of its own."""
        self._count_answers()
        self.ouch_address = oes.ouch.addresses[OuchPort.JAPANNEXT]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._echo = socket.create_connection(listener.getsockname()), listener.accept()[0]
        self.traders: list[Trader] = []
        self.members: list[socket.socket] = []

    def _count_answers(self) -> None:
        application = self.server.loop._application
        outbound = application.outbound

        def counted() -> Sequence[Outbound]:
            told = outbound()
            for one in told:
                self.answers[one.connection] += len(one.frames)
            return told

        application.outbound = counted  # type: ignore[method-assign]

    def answers_to(self, trader: Trader) -> int:
        """How many frames the server had for a client so far."""
        return self.answers[self.connection_of(trader).number]

    @contextmanager
    def time_stands_still(self) -> Iterator[None]:
        """Nothing becomes due while the block lasts."""
        loop = self.server.loop
        self.run_pass()
        with patch.object(loop, "_clock", ManualClock()) as clock:
            clock.wall_ns = clock.now_ns = lambda: loop.now_ns
            self.run_pass()
            yield

    def enter(self, count: int = 1) -> list[Trader]:
        """Log on the next users."""
        present = len(self.traders)
        self.traders += [Trader(self, account) for account in range(present + 1, present + count + 1)]
        return self.traders[present:]

    def enter_by_ouch(self, count: int) -> None:
        """Log the last users on by OUCH."""
        for _ in range(count):
            name = f"L{self._users - len(self.members)}"
            sock = socket.create_connection(self.ouch_address)
            self.members.append(sock)
            sock.setblocking(False)
            sock.sendall(
                LoginRequest(username=name, password="pw", requestedSession="", requestedSequenceNumber=1).packet()
            )
            for _ in range(PASSES):
                self.server.loop.run_pass()
                with suppress(BlockingIOError):
                    assert sock.recv(3)[2:] == b"A"
                    break
            else:
                raise AssertionError("no answer to the login")

    def run_pass(self) -> None:
        """One pass of the loop, which does not wait."""
        self.server.loop.run_pass(wait=False)
        self.let_arrive()

    def let_arrive(self) -> None:
        """Wait until the kernel has delivered what was sent: a busy one puts it off, and keeps the order."""
        ours, others = self._echo
        ours.send(b".")
        others.recv(1)

    def close(self) -> None:
        """End everything."""
        self._tables.close()
        for sock in (*self._echo, *self.members, *(trader.sock for trader in self.traders)):
            sock.close()
        with self.server:
            pass

    def connection_of(self, trader: Trader) -> Connection:
        """The server's end of a client's connection."""
        ends = trader.sock.getsockname(), trader.sock.getpeername()
        connections = self.server.loop._connections.values()
        (connection,) = [one for one in connections if (one.addr, one.sock.getsockname()) == ends]
        return connection

    def unread_bytes(self, trader: Trader) -> int:
        """Bytes of a client that the server has not read: on its side, on the client's, and not even sent."""
        received = waiting_bytes(self.connection_of(trader).sock, termios.FIONREAD)
        return received + waiting_bytes(trader.sock, termios.TIOCOUTQ) + len(trader._unsent)


def waiting_bytes(sock: socket.socket, question: int) -> int:
    """What the kernel keeps for a socket: received and not read, or not yet taken by the other side."""
    answer = array("i", [0])
    fcntl.ioctl(sock, question, answer)
    return answer[0]
