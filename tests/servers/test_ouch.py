"""OUCH over real sockets, beside BO in the same process, and after a restart of it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from base.servers.demo_settings import ACCOUNT, INSTRUMENTS
from base.servers.oes import Oes
from base.servers.server import Server
from base.servers.settings import Settings, parse_settings
from base.wire.dialect import Direction
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import LoginRequest, PacketFramer
from tests.kit.ouch_floor import BARE, JP, N42, N50, jp, jp_cancel, n42, told
from tests.kit.serving import WAIT_S, serving

OUCH = """
[ouch]
japannext = "127.0.0.1:0"
japannext_bare = "127.0.0.1:0"
nasdaq42 = "127.0.0.1:0"
nasdaq50 = "127.0.0.1:0"
bare_logins = ["C"]
"""
LOGIN = '[[ouch.logins]]\nname = "{name}"\npassword = "pw{name}"\naccount = {account}\nuser = "{account}"\n'


def settings() -> Settings:
    users = ((1, "A"), (2, "B"), (3, "C"))
    accounts = "".join(ACCOUNT.format(number=one, user=one, fees="") for one, _ in users)
    logins = "".join(LOGIN.format(name=name, account=one) for one, name in users)
    return parse_settings("ouch.toml", INSTRUMENTS + accounts + OUCH + logins)


@contextmanager
def running(state: Path) -> Iterator[dict[int, tuple[str, int]]]:
    """Serve; gives the addresses of the ports of OUCH."""
    addresses: dict[int, tuple[str, int]] = {}

    def build() -> Server:
        oes = Oes(settings(), state)
        oes.take()
        server = oes.open(("127.0.0.1", 0), durable=False)
        addresses.update(oes.ouch.addresses)
        addresses[0] = server.address
        return server

    with serving(build):
        yield addresses


class Peer:
    """A client over a real socket; ``name`` logs in."""

    def __init__(self, address: tuple[str, int], name: str = "", first: int = 1) -> None:
        self.sock = socket.create_connection(address, WAIT_S)
        self.framer = PacketFramer()
        self.bodies: list[bytes] = []
        if name:
            self.sock.sendall(
                LoginRequest(
                    username=name, password=f"pw{name}", requestedSession="", requestedSequenceNumber=first
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
        while len(data) < size:
            data += self.sock.recv(size - len(data))
        return data

    def is_closed(self) -> bool:
        while data := self.sock.recv(65_536):
            del data
        return True

    def close(self) -> None:
        self.sock.close()


def test_dialects_meet_over_sockets_and_streams_survive_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as ports:
        assert set(ports) == {0, JP, BARE, N42, N50}
        seller, buyer = Peer(ports[JP], "A"), Peer(ports[N42], "B")
        assert told(seller.hear(1)) == "SS" and told(buyer.hear(1, NASDAQ42)) == "SS"
        seller.say(jp(1, "S", 500), jp(2, "S", 100, 1_100))
        assert told(seller.hear(2)) == "AL AL"
        buyer.say(n42("a", "B", 200))
        _, executed = buyer.hear(2, NASDAQ42)
        (made,) = seller.hear(1)
        assert (executed.executedShares, executed.matchNumber) == (made.executedQuantity, made.matchNumber)
        bare = Peer(ports[BARE])
        assert bare.bare(10)[9:] == b"S"
        bare.sock.sendall(jp(1, "S", 100, 1_200).encode())
        assert bare.bare(65)[:1] == b"A"
        bare.sock.sendall(b"?")
        assert bare.bare(18)[17:] == b"L" and bare.is_closed()
        for garbage, port in ((b"\0\0", JP), (b"\0\1?", N50)):
            wrong = Peer(ports[port])
            wrong.sock.sendall(garbage)
            assert wrong.is_closed()
            wrong.close()
    for peer in (seller, buyer, bare):  # not before: their orders would leave with them
        peer.close()
    with running(tmp_path) as ports:
        buyer = Peer(ports[N42], "B")
        assert told(buyer.hear(3, NASDAQ42)) == "SS AL ER"
        seller = Peer(ports[JP], "A", 3)
        answers = seller.hear(2)
        assert told(answers) == "AL EA"
        seller.say(jp_cancel(1), jp_cancel(2))
        assert [one.decrementQuantity for one in seller.hear(2)] == [300, 100]
        seller.say(jp(1, "S", 500), jp(3, "S", 100))
        answers = seller.hear(1)
        assert told(answers) == "AL" and answers[0].orderToken == 3, "an old token makes no second order"
        seller.say(jp_cancel(3))
        assert told(seller.hear(1)) == "CU"
        for peer in (seller, buyer):
            peer.close()
