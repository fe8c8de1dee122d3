"""An OES with ports of OUCH in a thread, and a client of it that reads packet by packet.

In: a state directory. Out: addresses; peers that are logged in. Never knows: what an order does.
The accounts are 1, 2 and 3, their logins A, B and C with the passwords pwA, pwB and pwC; bare connections get C.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from base.network.application import Observer
from base.servers.demo_settings import ACCOUNT, INSTRUMENTS
from base.servers.oes import Oes
from base.servers.server import Server
from base.servers.settings import Settings, parse_settings
from base.wire.dialect import Direction
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import LoginRequest, PacketFramer
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

OUCH = """
[ouch]
japannext = "127.0.0.1:0"
japannext_bare = "127.0.0.1:0"
nasdaq42 = "127.0.0.1:0"
nasdaq50 = "127.0.0.1:0"
bare_logins = ["C"]
"""
LOGIN = '[[ouch.logins]]\nname = "{name}"\npassword = "pw{name}"\naccount = {account}\nuser = "{account}"\n'


def settings_text() -> str:
    """What the settings file of the venue says."""
    users = ((1, "A"), (2, "B"), (3, "C"))
    accounts = "".join(ACCOUNT.format(number=one, user=one, fees="") for one, _ in users)
    logins = "".join(LOGIN.format(name=name, account=one) for one, name in users)
    return INSTRUMENTS + accounts + OUCH + logins


def settings() -> Settings:
    """The settings of the venue."""
    return parse_settings("ouch.toml", settings_text())


@contextmanager
def running(state: Path, observer: Observer | None = None) -> Iterator[dict[int, tuple[str, int]]]:
    """Serve; gives the addresses of the ports of OUCH, and that for BO as number 0."""
    addresses: dict[int, tuple[str, int]] = {}

    def build() -> Server:
        oes = Oes(settings(), state)
        oes.take()
        server = oes.open(("127.0.0.1", 0), durable=False, observer=observer)
        addresses.update(oes.ouch.addresses)
        addresses[0] = server.address
        return server

    with serving(build):
        yield addresses


class Peer:
    """A client over a real socket; ``name`` logs in."""

    def __init__(self, address: tuple[str, int], name: str = "", first: int = 1, password: str = "") -> None:
        self.sock = socket.create_connection(address, PATIENCE_S)
        self.framer = PacketFramer()
        self.bodies: list[bytes] = []
        if name:
            self.sock.sendall(
                LoginRequest(
                    username=name, password=password or f"pw{name}", requestedSession="", requestedSequenceNumber=first
                ).packet()
            )
            assert self.body()[:1] == b"A"

    def body(self) -> bytes:
        while not self.bodies:
            data = self.sock.recv(65_536)
            assert data, "closed"
            self.bodies += [body for body in self.framer.receive(data) if body[:1] != b"H"]
        return self.bodies.pop(0)

    def say(self, *messages: Any) -> None:
        self.sock.sendall(b"".join(packets.unsequenced(message.encode()) for message in messages))

    def hear(self, number: int, dialect: Any = JAPANNEXT) -> list[Any]:
        return [dialect.decode(self.body()[1:], Direction.TO_CLIENT) for _ in range(number)]

    def bare(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (part := self.sock.recv(size - len(data))):
            data += part
        assert len(data) == size, "closed"
        return data

    def is_closed(self) -> bool:
        while data := self.sock.recv(65_536):
            del data
        return True

    def log_out(self) -> None:
        """Leave, and wait until the venue has seen it."""
        self.sock.sendall(packets.LOGOUT_REQUEST)
        assert self.is_closed()
        self.close()

    def close(self) -> None:
        self.sock.close()
