"""A server gives back what it holds, however it ends."""

import socket
from pathlib import Path

import pytest

from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from tests.kit.serving import WAIT_S, serving


def test_leaving_the_block_closes_the_port_and_the_tables(tmp_path: Path) -> None:
    with build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path) as server:
        address = server.address
        socket.create_connection(address, WAIT_S).close()
        assert server.name == "OES"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, WAIT_S)


def test_stop_ends_run(tmp_path: Path) -> None:
    with serving(lambda: build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path)) as server:
        server.stop()
