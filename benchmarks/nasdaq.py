"""Orders by OUCH 4.2 for the accept-only server of nasdaq-protocols, and sessions there.

In: how many sessions. Out: a target with sessions logged on. Never knows: how the server works, rates.
"""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from base.client.ouch import nasdaq42
from base.wire.soupbintcp.packets import LENGTH_BYTES, LoginRequest, PacketType, packet
from benchmarks.load import Session
from benchmarks.processes import Target, server

ORDERS = 256


class OuchRing:
    """The endless sequence of orders of one session; nobody there minds that tokens come again."""

    def __init__(self) -> None:
        orders = [self._packet(number) for number in range(ORDERS)]
        self.size = len(orders[0])
        self.buffer = bytearray().join(orders)

    def take(self, number: int) -> bytes:
        """The next orders; they are all alike, so the first ones will do."""
        return bytes(self.buffer[: number * self.size])

    @staticmethod
    def _packet(number: int) -> bytes:
        order = nasdaq42.EnterOrder(
            orderToken=f"T{number}", side="B", shares=100, stock="BTCUSD", price=500_000, timeInForce=99_999,
            firm="LOAD", display="Y", capacity="P", iso="N", minimumQuantity=0, crossType="N", customerType="R",
        )  # fmt: skip
        return packet(PacketType.UNSEQUENCED_DATA.encode() + order.encode())


class Acceptances:
    """Counts answers by their length: the server sends nothing else."""

    SIZE = len(packet(PacketType.SEQUENCED_DATA.encode() + nasdaq42.Accepted().encode()))

    def __init__(self) -> None:
        self.rejected = self._received = 0

    def count(self, data: bytes) -> int:
        """How many orders this data accepts."""
        before = self._received // self.SIZE
        self._received += len(data)
        return self._received // self.SIZE - before


@contextmanager
def start_nasdaq(sessions: int) -> Iterator[Target]:
    """The server of nasdaq-protocols with sessions logged on."""
    with tempfile.TemporaryDirectory() as directory, server("benchmarks.nasdaq_server", directory) as one:
        yield Target(one, [_log_on(one.address) for _ in range(sessions)])


def _log_on(address: tuple[str, int]) -> Session:
    sock = socket.create_connection(address)
    login = LoginRequest(username="load", password="load", requestedSession="", requestedSequenceNumber=1)
    sock.sendall(login.packet())
    length = int.from_bytes(sock.recv(LENGTH_BYTES, socket.MSG_WAITALL), "big")
    reply = sock.recv(length, socket.MSG_WAITALL)
    if reply[:1] != PacketType.LOGIN_ACCEPTED.encode():
        raise RuntimeError(f"the server of nasdaq-protocols answered {reply!r} to a login")
    return Session(sock, OuchRing(), Acceptances())
