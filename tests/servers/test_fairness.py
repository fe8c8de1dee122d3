"""One session that pipelines thousands of messages on a real OES: for how many of them the others wait, by count.

The test drives the passes of the loop itself, so nothing here depends on how fast a machine is.
"""

import fcntl
import socket
import termios
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from base import limits
from base.access.grants import Grants
from base.access.state_file import StateFile
from base.clock import Clock
from base.one_time_code import hotp, secret_of
from base.servers.demo_settings import ACCOUNTS, demo_settings
from base.servers.oes import build_oes
from base.servers.server import Server
from base.wire.bo.codes import LoginStatus
from base.wire.bo.logon import ClientLogon
from base.wire.bo.requests import RiskUpdateRequest
from base.wire.bo.transaction import Transaction
from base.wire.framing import Framer
from tests.kit.counts import count

PIPELINED = 10_000
TURNS = count(ordinary=40, long=140)
ORDERS_PER_PASS = limits.PASS_BYTES // Transaction.SIZE + 1
PASSES = 50


class Trader:
    """A client that never blocks: it sends what the kernel takes and counts the messages that came."""

    def __init__(self, hall: "Hall", place: int) -> None:
        self.account, self.user = ACCOUNTS[place]
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
        code = hotp(secret_of(self.user), 0)
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


class Hall:
    """A real OES, one loud session and two others."""

    def __init__(self, state: Path) -> None:
        self._tables = StateFile(state, Clock())
        self.grants = Grants(self._tables)
        self.server: Server = build_oes(demo_settings(), ("127.0.0.1", 0), state, durable=False)
        self.loud, *self.others = [Trader(self, place) for place in range(3)]

    def close(self) -> None:
        self._tables.close()
        for trader in (self.loud, *self.others):
            trader.sock.close()
        with self.server:
            pass

    def waited_for(self) -> int:
        """Have each of the others send one order; gives how many messages of the loud one are answered before them."""
        for other in self.others:
            other.send(other.order().encode())
        waiting, answers = set(self.others), 0
        while waiting:
            self.server.loop.run_pass(wait=False)
            answers += len(self.loud.received())
            self.loud.push()
            waiting = {other for other in waiting if not other.received()}
        return answers


    def unread_bytes(self, trader: Trader) -> int:
        """Bytes of a client that the server has not read: on its side, on the client's, and not even sent."""
        name = trader.sock.getsockname()
        (connection,) = [one for one in self.server.loop._connections.values() if one.addr == name]
        waiting = array("i", [0])
        total = len(trader._unsent)
        for sock, question in ((connection.sock, termios.FIONREAD), (trader.sock, termios.TIOCOUTQ)):
            fcntl.ioctl(sock, question, waiting)
            total += waiting[0]
        return total


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.close()


def test_an_order_waits_for_one_share_of_those_who_pipeline_thousands(hall: Hall) -> None:
    hall.loud.send(b"".join(hall.loud.order().encode() for _ in range(PIPELINED)))
    waited = [hall.waited_for() for _ in range(TURNS)]
    assert 0 < min(waited), "the loud session must have had enough to do"
    assert max(waited) <= ORDERS_PER_PASS


def test_an_order_waits_for_few_of_those_who_ask_much(hall: Hall) -> None:
    welcome = hall.loud.welcome
    inquiry = RiskUpdateRequest(
        Account=hall.loud.account, TradingSessionID=welcome.TradingSessionID, Key=welcome.Key, SymbolEnum=1
    )
    hall.loud.send(inquiry.encode() * PIPELINED)
    waited = [hall.waited_for() for _ in range(TURNS)]
    assert 0 < min(waited)
    # the rest of the batch before and the beginning of the next one
    assert max(waited) <= 2 * limits.ANSWERS_PER_PASS
    taken = PIPELINED * inquiry.SIZE - hall.unread_bytes(hall.loud)
    assert taken <= sum(waited) * inquiry.SIZE + limits.PASS_BYTES, "it must not read what it cannot answer yet"


def test_the_loud_one_is_served_to_the_last_message(hall: Hall) -> None:
    hall.loud.send(b"".join(hall.loud.order().encode() for _ in range(PIPELINED)))
    answers = 0
    while answers < PIPELINED:
        hall.server.loop.run_pass()
        hall.loud.push()
        answers += len(hall.loud.received())
    assert answers == PIPELINED
