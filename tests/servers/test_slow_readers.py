"""Those who do not read, on a real OES (H3): bounded, closed with a reason where nothing else helps, felt by nobody."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from base import limits
from base.servers.oes import Oes
from base.servers.server import Server
from tests.kit.driven_oes import DrivenOes
from tests.kit.ouch_floor import JP, jp, told
from tests.kit.ouch_sockets import Peer, settings
from tests.kit.patience import wait_until
from tests.kit.serving import serving

REFUSED = 20_000
"""Orders of OUCH whose answers take more than the piece that waits for a reader."""


@pytest.fixture
def oes(tmp_path: Path) -> Iterator[DrivenOes]:
    oes = DrivenOes(tmp_path, users=2)
    yield oes
    oes.close()


def test_a_session_that_never_reads_is_closed_with_a_reason_and_the_other_trades_on(
    oes: DrivenOes, caplog: pytest.LogCaptureFixture
) -> None:
    deaf, other = oes.enter(2)
    connection = oes.connection_of(deaf)
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    deaf.send(deaf.order(SymbolEnum=99).encode() * REFUSED)
    most = 0
    with caplog.at_level(logging.WARNING):
        while not connection.closed:
            deaf.push()
            other.send(other.order().encode())
            oes.run_pass()
            assert len(other.received()) == 1
            most = max(most, connection.unsent_bytes)
    oes.traders.remove(deaf)
    deaf.sock.close()
    assert limits.SLOW_READER_BYTES < most <= limits.SEND_BUFFER_BYTES + 2 * limits.PASS_BYTES
    assert "the peer reads too slowly" in caplog.text


def test_a_session_of_ouch_that_does_not_read_costs_a_bounded_piece_and_misses_nothing(tmp_path: Path) -> None:
    held: list[Oes] = []

    def build() -> Server:
        held.append(Oes(settings(), tmp_path))
        held[0].take()
        return held[0].open(("127.0.0.1", 0), durable=False)

    with serving(build) as server:
        door, loop = held[0].ouch, server.loop
        deaf, other = Peer(door.addresses[JP], "A"), Peer(door.addresses[JP], "B")
        number = next(line.number for line in door.venue.lines if line.peer == deaf.sock.getsockname())
        deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        loop._connections[number].sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        deaf.say(*(jp(token, side="?") for token in range(1, REFUSED + 1)))
        stream = next(member.stream for member in door.front.desk.members.values() if member.participant == 0)
        most = 0

        def is_told_all() -> bool:
            nonlocal most
            most = max(most, loop.unsent_bytes(number))
            return stream.next_number == REFUSED + 2  # the first one is the greeting

        wait_until(is_told_all, "all refusals are said")
        assert 0 < most <= limits.SOUP_PIECE_BYTES + 1_000
        other.say(jp(1))
        assert told(other.hear(2)) == "SS AL", "nobody waits for the one who does not read"
        for sock in (deaf.sock, loop._connections[number].sock):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        assert {deaf.body()[:1] for _ in range(REFUSED + 1)} == {b"S"}, "it gets all of it once it reads"
        deaf.close()
        other.close()
