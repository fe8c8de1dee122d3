"""Servers as children: found when they accept, gone when we are."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from base.errors import ServerFailed
from base.servers.children import Child
from tests.kit.patience import PATIENCE_S, wait_until
from tests.kit.source import ROOT

ORPHAN = """
import os, sys
from base.servers.children import Child
child = Child("oes", ["--listen", "127.0.0.1:0", "--state", sys.argv[1]])
print(*child.address(), flush=True)
sys.stdin.read()
"""


def test_a_child_accepts_at_the_address_it_gives_and_stops_when_asked(tmp_path: Path) -> None:
    with open(tmp_path / "log", "w+b") as log:
        with (
            Child("oes", ["--listen", "127.0.0.1:0", "--state", str(tmp_path)], log) as child,
            socket.create_connection(child.address(), PATIENCE_S) as client,
        ):
            assert child.stop() == 0
            while client.recv(1000):
                continue
        log.seek(0)
        assert log.read().endswith(b"OES ended\n")


def test_a_child_is_spared_our_ctrl_c_and_shares_cores_with_its_siblings(tmp_path: Path) -> None:
    with Child("oes", ["--listen", "127.0.0.1:0", "--state", str(tmp_path)]) as child:
        child.address()
        process = child._process.pid
        assert os.getpgid(process) == process, "the terminal's signals go to our group"
        assert os.getsid(process) == os.getsid(0), "cores are shared among sessions first"


def test_a_child_that_cannot_start_says_its_exit_code(tmp_path: Path) -> None:
    with (
        open(tmp_path / "log", "w+b") as log,
        Child("aes", ["--settings", str(tmp_path / "missing.toml")], log) as child,
        pytest.raises(ServerFailed, match="the AES ended with exit code 2"),
    ):
        child.address()


def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    assert parent.stdout and parent.stdin
    host, port = parent.stdout.readline().split()
    with socket.create_connection((host, int(port)), PATIENCE_S) as client:
        parent.kill()
        client.settimeout(PATIENCE_S)
        received = io.BytesIO()
        while part := client.recv(1000):
            received.write(part)
    parent.communicate()
    wait_until(lambda: refuses((host, int(port))), "nobody accepts any more")


def refuses(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, PATIENCE_S).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # the last one of those that the kernel still took
        return False
    return False
