"""The listening socket: real ports, pauses, and a process without files that does not spin."""

import errno
import json
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from base import limits
from base.network.listener import Listener
from tests.kit.patience import PATIENCE_S


@pytest.fixture
def selector() -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as selector:
        yield selector


class Door:
    """A listener and those it let in."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self.selector = selector
        self.accepted: list[socket.socket] = []
        self.exhausted: list[tuple[str, int]] = []
        self.listener = Listener(
            selector,
            ("127.0.0.1", 0),
            lambda sock, peer: self.accepted.append(sock),
            lambda reason, turned_away: self.exhausted.append((reason, turned_away)),
        )

    def close(self) -> None:
        self.listener.close()
        for sock in self.accepted:
            sock.close()


@pytest.fixture
def door(selector: selectors.BaseSelector) -> Iterator[Door]:
    door = Door(selector)
    yield door
    door.close()


def test_port_0_reports_the_real_port(door: Door) -> None:
    host, port = door.listener.address
    assert (host, port > 0) == ("127.0.0.1", True)
    socket.create_connection((host, port), PATIENCE_S).close()


def test_a_pass_accepts_as_many_as_its_bound_allows(door: Door) -> None:
    clients = [socket.create_connection(door.listener.address, PATIENCE_S) for _ in range(limits.ACCEPTS_PER_PASS + 1)]
    assert door.selector.select(PATIENCE_S)
    door.listener.process_events(selectors.EVENT_READ)
    assert len(door.accepted) == limits.ACCEPTS_PER_PASS
    door.listener.process_events(selectors.EVENT_READ)
    assert len(door.accepted) == len(clients)
    for client in clients:
        client.close()


def test_a_pause_leaves_those_who_connect_to_the_kernel(door: Door) -> None:
    door.listener.pause()
    door.listener.pause()
    with socket.create_connection(door.listener.address, PATIENCE_S):
        assert door.selector.select(0.05) == []
        door.listener.resume()
        door.listener.resume()
        assert door.selector.select(PATIENCE_S)


def test_a_closed_listener_stays_closed(door: Door) -> None:
    door.listener.close()
    door.listener.resume()
    assert not door.selector.get_map()


class Exhausted(socket.socket):
    """A listening socket in a process that has no file left, not even a spare one."""

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        raise OSError(errno.EMFILE, "Too many open files")


def test_a_process_without_any_file_asks_once_and_pauses(door: Door) -> None:
    door.listener.pause()
    door.listener.sock = Exhausted(fileno=door.listener.sock.detach())
    door.listener.resume()
    with socket.create_connection(door.listener.address, PATIENCE_S):
        for _ in range(3):
            assert door.selector.select(PATIENCE_S)
            door.listener.process_events(selectors.EVENT_READ)
            assert door.selector.select(0) == [], "it would spin"
            door.listener.resume()
    assert door.exhausted == [("Too many open files", 0)] * 3


WITHOUT_FILES = """
import json, resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from base.clock import Clock
from base.network.event_loop import EventLoop
from tests.kit.echo import Echo
import base.network.admission as admission
admission._files_for_sessions = lambda: 10_000  # so that the files run out before the sessions do
echo = Echo()
loop = EventLoop(echo, ("127.0.0.1", 0), Clock())
print(json.dumps(loop.address), flush=True)
passes = 0
really = loop.run_pass
def counted():
    global passes
    passes += 1
    really()
loop.run_pass = counted
loop.stop_with_input(0)
loop.run()
print(json.dumps({"passes": passes, "accepted": len([event for event in echo.told if event[0] == "connected"])}))
"""


def test_a_process_without_files_turns_away_pauses_and_recovers() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_FILES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert server.stdin and server.stdout and server.stderr
    address = tuple(json.loads(server.stdout.readline()))
    live = socket.create_connection(address, PATIENCE_S)
    live.sendall(b"first")
    assert live.recv(10) == b"first"
    crowd = [socket.create_connection(address, PATIENCE_S) for _ in range(400)]
    turned_away = 0
    for client in crowd[200:]:
        client.settimeout(PATIENCE_S)
        turned_away += client.recv(10) == b""
    live.sendall(b"alive")
    assert (turned_away, live.recv(10)) == (200, b"alive")
    for client in crowd:
        client.close()
    with socket.create_connection(address, PATIENCE_S) as newcomer:
        newcomer.sendall(b"hello")
        assert newcomer.recv(10) == b"hello"
    live.close()
    server.stdin.close()
    end = json.loads(server.stdout.readline())
    assert server.wait(PATIENCE_S) == 0
    assert 2 <= end["accepted"] < 64
    assert end["passes"] < 600
    assert b"connections turned away: Too many open files" in server.stderr.read()
    server.stdout.close()
    server.stderr.close()
