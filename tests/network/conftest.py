"""A loop with an echo on a free port, driven pass by pass, and clients of it."""

import socket
from collections.abc import Callable, Iterator

import pytest

from base.network.event_loop import EventLoop
from tests.kit.clock import ManualClock
from tests.kit.echo import Echo
from tests.kit.patience import PATIENCE_S

PASSES = 2_000


class Hall:
    """The loop under test with its echo, its clock and its clients."""

    def __init__(self, **options: int) -> None:
        self.echo = Echo()
        self.clock = ManualClock()
        self.loop = EventLoop(self.echo, ("127.0.0.1", 0), self.clock, **options)
        self.clients: list[socket.socket] = []

    def client(self) -> socket.socket:
        """Connect one more client, without waiting for the loop."""
        client = socket.socket()
        client.settimeout(PATIENCE_S)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that a slow reader shows soon
        client.connect(self.loop.address)
        self.clients.append(client)
        return client

    def entered(self, count: int = 1) -> list[socket.socket]:
        """Connect clients and let the loop accept them."""
        clients = [self.client() for _ in range(count)]
        wanted = len(self.echo.open) + count
        self.until(lambda: len(self.echo.open) == wanted)
        return clients

    def slow_reader(self, waiting: int) -> socket.socket:
        """Let a client in that reads nothing yet while ``waiting`` bytes and more are to be sent to it."""
        client = self.entered()[0]
        self.loop._connections[self.echo.open[-1]].sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.echo.say(self.echo.open[-1], bytes(waiting))
        self.loop.run_pass(wait=False)
        assert self.loop._connections[self.echo.open[-1]].unsent_bytes > 0
        return client

    def until(self, condition: Callable[[], object]) -> None:
        """Run passes until something is so."""
        for _ in range(PASSES):
            if condition():
                return
            self.loop.run_pass()
        raise AssertionError("it never came to that")

    def told(self, what: str) -> list[tuple[object, ...]]:
        """What the echo was told of one kind."""
        return [event for event in self.echo.told if event[0] == what]

    def close(self) -> None:
        self.loop.close()
        for client in self.clients:
            client.close()


@pytest.fixture
def tcp_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname(), PATIENCE_S)
        ours, _ = server.accept()
    with ours, peer:
        yield ours, peer


@pytest.fixture
def make_hall() -> Iterator[Callable[..., Hall]]:
    halls: list[Hall] = []

    def make(**options: int) -> Hall:
        halls.append(Hall(**options))
        return halls[-1]

    yield make
    for hall in halls:
        hall.close()


@pytest.fixture
def hall(make_hall: Callable[..., Hall]) -> Hall:
    return make_hall()
