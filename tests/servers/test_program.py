"""A server as a program: what it prints, where it may be reached, how it ends."""

import gc
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from base.create_example_message import create_example_message
from base.one_time_code import hotp
from base.servers import program as program_module
from base.servers.oes import Oes
from base.servers.program import Options, run_server
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import rest_of
from tests.kit.source import ROOT

AES, OES = str(ROOT / "example_server_aes.py"), str(ROOT / "example_server_oes.py")


@contextmanager
def program(arguments: Sequence[str], state: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *arguments, "--state", str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def listening(process: subprocess.Popen[str]) -> tuple[str, int]:
    assert process.stdout
    line = process.stdout.readline()
    match = re.fullmatch(r"listening on \('([\d.]+)', (\d+)\)\n", line)
    assert match, line
    return match[1], int(match[2])


def refused(arguments: Sequence[str], state: Path) -> tuple[int | None, str]:
    with program(arguments, state) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
        assert out == "" and "Traceback" not in err
        return process.returncode, err


@pytest.mark.parametrize("kind, ours, expected", [("oes", 0, 0), ("mds", 0, 10), ("mds", 12, 12)])
def test_only_an_mds_stands_back_and_never_comes_forward(tmp_path: Path, kind: str, ours: int, expected: int) -> None:
    start = f"import os, runpy; os.nice({ours}); runpy.run_module('base', run_name='__main__')"
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with program(["-c", start, kind, "--listen", "127.0.0.1:0"], tmp_path) as process:
        listening(process)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, max(before + ours, expected))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_example_server_announces_prints_and_ends_in_an_orderly_way(tmp_path: Path, number: int) -> None:
    with program([AES, "127.0.0.1", "0", "--oes", "10.0.0.1:5"], tmp_path) as process:
        address = listening(process)
        assert address[0] == "127.0.0.1" and address[1] > 0
        with socket.create_connection(address, PATIENCE_S) as client:
            client.sendall(create_example_message("H", Account=1, UserName="1", TwoFA=hotp(b"1", 0)).encode())
            assert len(client.recv(143)) == 143
            process.send_signal(number)
            assert len(client.recv(143)) == 143, "a logout"
            assert client.recv(143) == b""
        out, err = rest_of(process)
    assert process.returncode == 0
    assert out.startswith("Message type is client_logon\nBuffer size is 143 required len is 143\n")
    assert "        twoFA                            b'517846'\n" in out
    assert out.endswith("No more receive data\n")
    lines = err.splitlines()
    assert "demo accounts 1 (user 1, key 1), 100700 (user BOU7, key BOU7)" in lines[0]
    assert "517846" not in err
    assert lines[-1].endswith("INFO AES ended")


def test_an_example_server_on_all_addresses_warns_in_one_line(tmp_path: Path) -> None:
    with program([OES, "0.0.0.0", "0", "--stop-with-input"], tmp_path) as process:
        assert listening(process)[0] == "0.0.0.0"
        assert process.stdin
        process.stdin.close()
        process.stdin = None
        _, err = rest_of(process)
    assert process.returncode == 0
    assert err.count("WARNING") == 1
    assert "other machines reach 0.0.0.0, and everybody knows the keys of the demo accounts" in err


@pytest.mark.parametrize("kind", ["aes", "oes"])
def test_a_server_command_keeps_the_demo_from_other_machines(tmp_path: Path, kind: str) -> None:
    code, err = refused(["-m", "base", kind, "--listen", "0.0.0.0:0"], tmp_path)
    assert code == 2
    assert "allow it with --demo-accounts" in err


@pytest.mark.parametrize(
    "arguments, code, says",
    [
        ([AES, "127.0.0.1"], 2, "the following arguments are required: PORT"),
        ([AES, "127.0.0.1", "70000"], 2, "argument PORT: '70000' is not a valid port: enter a whole number from 0 to"),
        ([AES, "127.0.0.1", "http"], 2, "argument PORT: 'http' is not a valid port"),
        ([OES, "127.0.0.1", "-1"], 2, "argument PORT: '-1' is not a valid port"),
        ([OES, "::1", "0"], 2, "argument HOST: '::1' is not a valid host: enter a name or an IPv4 address, such as"),
        ([OES, "", "0"], 2, "argument HOST: '' is not a valid host"),
        ([AES, "a b", "0"], 2, "argument HOST: 'a b' is not a valid host"),
        ([AES, "203.0.113.77", "0", "--settings", "examples/venue.toml"], 2, 'accounts with mode = "constant"'),
        ([AES, "127.0.0.1", "0", "--settings", "missing.toml"], 2, "missing.toml: cannot be read: No such file"),
        ([AES, "127.0.0.1", "0", "--oes", "order-entry.example.com:4445"], 2, "28 bytes long"),
        ([AES, "256.0.0.1", "0", "--settings", "/dev/null"], 2, "instruments is missing"),
        ([OES, "127.0.0.1", "1", "--nonsense"], 2, "unrecognized arguments: --nonsense"),
    ],
)
def test_wrong_options_and_settings_end_with_a_line(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    ended, err = refused(arguments, tmp_path)
    assert (ended, says in err) == (code, True), err


def test_an_address_in_use_is_a_failure_with_a_reason(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, err = refused([OES, "127.0.0.1", str(port)], tmp_path)
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in err


def test_cycles_are_looked_for_while_a_spare_stands_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(program_module, "start_logging", lambda server: None)  # the tests' own log stays as it is
    monkeypatch.setattr(Oes, "stand_by", lambda oes, **options: seen.append(gc.isenabled()))
    gc.disable()
    try:
        assert run_server(Options("oes", state=tmp_path, spare=True)) == 0
    finally:
        gc.enable()
    assert seen == [True]
