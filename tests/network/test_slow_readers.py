"""The soft bound on what may wait for a peer: so much, for so long."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from base import limits
from base.network.connection import Connection
from base.network.slow_readers import SlowReaders

START_NS = 1_000


@pytest.fixture
def behind(tcp_pair: tuple[socket.socket, socket.socket]) -> Iterator[tuple[Connection, socket.socket]]:
    ours, peer = tcp_pair
    with selectors.DefaultSelector() as selector:
        connection = Connection(selector, ours, ("10.0.0.1", 5), 1, lambda who, data: None, [], [])
        while connection.unsent_bytes <= limits.SLOW_READER_BYTES:
            connection.send(bytes(100_000))
        yield connection, peer
        connection.close()


def test_a_reader_is_closed_after_its_time_and_not_before(behind: tuple[Connection, socket.socket]) -> None:
    connection, _ = behind
    readers = SlowReaders()
    readers.watch(connection)
    readers.check(START_NS)
    readers.check(START_NS + limits.SLOW_READER_NS - 1)
    assert not connection.closed
    readers.check(START_NS + limits.SLOW_READER_NS)
    assert connection.closed
    assert connection.close_reason.startswith("the peer reads too slowly")


def test_a_reader_that_catches_up_gets_its_time_anew(behind: tuple[Connection, socket.socket]) -> None:
    connection, peer = behind
    readers = SlowReaders()
    readers.watch(connection)
    readers.check(START_NS)
    while connection.unsent_bytes > limits.SLOW_READER_BYTES:
        peer.recv(1 << 20)
        connection.process_events(selectors.EVENT_WRITE)
    readers.check(START_NS + limits.SLOW_READER_NS)
    assert not connection.closed
    connection.send(bytes(limits.SLOW_READER_BYTES))
    readers.check(START_NS + limits.SLOW_READER_NS + 1)
    assert not connection.closed


def test_little_may_wait_for_ever_except_at_the_end(behind: tuple[Connection, socket.socket]) -> None:
    connection, peer = behind
    while connection.unsent_bytes > limits.SLOW_READER_BYTES:
        peer.recv(1 << 20)
        connection.process_events(selectors.EVENT_WRITE)
    readers = SlowReaders()
    readers.watch(connection)
    for times in range(5):
        readers.check(START_NS + times * limits.SLOW_READER_NS)
    assert not connection.closed
    connection.finish("we are done")
    readers.check(START_NS)
    readers.check(START_NS + limits.SLOW_READER_NS)
    assert connection.closed


def test_a_connection_with_nothing_unsent_is_not_watched(behind: tuple[Connection, socket.socket]) -> None:
    connection, _ = behind
    readers = SlowReaders()
    readers.watch(connection)
    readers.forget(connection)
    readers.check(START_NS)
    readers.check(START_NS + limits.SLOW_READER_NS)
    assert not connection.closed
