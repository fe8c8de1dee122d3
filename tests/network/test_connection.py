"""An accepted connection: bytes as they come, options that find a dead peer in time."""

import selectors
import socket

from base import limits
from base.network.connection import Connection, set_options
from base.socket_controller import State


def test_bytes_and_ends_are_reported_to_the_loop(tcp_pair: tuple[socket.socket, socket.socket]) -> None:
    ours, peer = tcp_pair
    batches: list[bytes] = []
    finished: list[Connection] = []
    lost: list[Connection] = []
    with selectors.DefaultSelector() as selector:
        connection = Connection(
            selector, ours, ("10.0.0.1", 5), 7, lambda who, data: batches.append(data), finished, lost
        )
        peer.sendall(b"any bytes at all")
        connection.process_events(selectors.EVENT_READ)
        peer.shutdown(socket.SHUT_WR)
        connection.process_events(selectors.EVENT_READ)
        assert (batches, finished, lost) == ([b"any bytes at all"], [connection], [])
        assert connection.state is State.OPEN
        connection.finish("closed by the peer")
        assert (connection.number, lost) == (7, [connection])


def test_tcp_finds_a_dead_peer_within_15_seconds() -> None:
    with socket.socket() as sock:
        set_options(sock)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        idle, interval, probes = (
            sock.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert idle + interval * probes <= 15
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == limits.UNACKNOWLEDGED_MS <= 15_000
