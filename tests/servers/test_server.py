"""A server gives back what it holds, however it ends."""

import gc
import socket
from pathlib import Path

import pytest

from base import limits
from base.create_example_message import create_example_message
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from base.servers.server import QuietCollector
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving


def test_leaving_the_block_closes_the_port_and_the_tables(tmp_path: Path) -> None:
    with build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path) as server:
        address = server.address
        socket.create_connection(address, PATIENCE_S).close()
        assert server.name == "OES"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, PATIENCE_S)


def test_stop_ends_run(tmp_path: Path) -> None:
    with serving(lambda: build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path)) as server:
        server.stop()


def churn(address: tuple[str, int], rounds: int) -> None:
    """Connect, log on in vain or send garbage, read to the end."""
    logon = create_example_message("H").encode()
    for number in range(rounds):
        with socket.create_connection(address, PATIENCE_S) as sock:
            sock.settimeout(PATIENCE_S)
            sock.sendall(logon if number % 2 else b"garbage!")
            while sock.recv(4096):
                pass


def test_closed_connections_leave_no_cycles(tmp_path: Path) -> None:
    """The server's own process never looks for cycles among what is old, so there must be none."""
    with serving(lambda: build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path)) as server:
        churn(server.address, 10)
        gc.collect()
        gc.disable()
        try:
            churn(server.address, 100)
            assert gc.collect() < 100
        finally:
            gc.enable()


class Loop:
    """As much of a loop as the collector asks."""

    passes = 0


@pytest.mark.parametrize(("passes", "looks"), [(limits.QUIET_PASSES, 1), (limits.QUIET_PASSES + 1, 0)])
def test_cycles_are_looked_for_in_quiet_moments_only(passes: int, looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    monkeypatch.setattr("base.servers.server._set_survivors_aside", lambda: looked.append(1))
    loop = Loop()
    collector = QuietCollector(loop)  # type: ignore[arg-type]
    looked.clear()
    for _ in range(2):
        loop.passes += passes
        collector.look(0)
    assert len(looked) == 2 * looks


def test_nobody_looks_through_what_is_there_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: pytest.fail("a long past is looked through before the first logon"))
    before = gc.get_freeze_count()
    kept = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
    QuietCollector(Loop())  # type: ignore[arg-type]
    assert gc.get_freeze_count() >= before + len(kept)
