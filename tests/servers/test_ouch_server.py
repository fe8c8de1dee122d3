"""The venue of `handoff ouch-server`: settings of its own, and the view of it."""

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from base.__main__ import main
from base.servers import ouch_server
from base.servers.oes import Oes
from base.servers.ouch_server import USERS, built_in_settings
from tests.kit.ouch_floor import BARE, jp
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import Terminal, rest_of


def test_the_built_in_settings_let_bare_clients_in() -> None:
    settings = built_in_settings(("127.0.0.1", 0))
    assert len(settings.ouch.bare_logins) == USERS and len(settings.instruments) == 10
    assert BARE in dict(settings.ouch.addresses)


def test_other_arguments_are_refused_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["ouch-server", "dump"])
    assert error.value.code == 2 and "debug" in capsys.readouterr().err


def test_host_and_port_come_from_config_ini_or_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(ouch_server, "run_ouch_server", lambda options: asked.append(options.bare) or 0)
    monkeypatch.chdir(tmp_path)
    assert main(["ouch-server"]) == 0
    Path("config.ini").write_text("[DEFAULT]\nhost = 127.0.0.2\nport = 4000\n")
    Path("other.ini").write_text("[DEFAULT]\nport = 4001\n")
    assert main(["ouch-server", "none"]) == main(["ouch-server", "--config", "other.ini"]) == 0
    assert main(["ouch-server", "--listen", "127.0.0.3:0"]) == 0
    assert asked == [("localhost", 31421), ("127.0.0.2", 4000), ("localhost", 4001), ("127.0.0.3", 0)]
    Path("config.ini").write_text("[DEFAULT]\nport = high\n")
    assert main(["ouch-server"]) == 2


def test_a_host_may_be_a_name(tmp_path: Path) -> None:
    oes = Oes(built_in_settings(("localhost", 0)), tmp_path)
    oes.take()
    with oes.open(("localhost", 0), durable=False) as server:
        assert server.address[0] == oes.ouch.addresses[BARE][0] == "127.0.0.1"


@pytest.mark.parametrize("mode", ["table", "debug", "none"])
def test_the_program_shows_the_book_and_writes_it(mode: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "base", "ouch-server", mode, "--listen", "127.0.0.1:0", "--state", "state"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert isinstance(process.stderr, io.TextIOBase) and isinstance(process.stdout, io.TextIOBase)
        while not (line := process.stderr.readline()).startswith("japannext_bare at "):
            assert line
        host, port = line.split()[-1].split(":")
        with socket.create_connection((host, int(port)), PATIENCE_S) as sock:
            assert sock.recv(10, socket.MSG_WAITALL)[9:] == b"S"
            sock.sendall(jp(1, "S", 100, 23_005, orderbookId=2).encode())
            assert sock.recv(65, socket.MSG_WAITALL)[:1] == b"A"
            if mode == "table":
                while "2300.5" not in (line := process.stdout.readline()):
                    assert line
                assert line.split()[:4] == ["sell", "2300.5", "100", "ETH"]
            if mode == "debug":
                while not (line := process.stdout.readline()).startswith("connection"):
                    assert line
            process.send_signal(signal.SIGUSR1)
            while "was written" not in (line := process.stderr.readline()):
                assert line
            (row,) = (tmp_path / "orderbook.csv").read_text().splitlines()
            assert row.startswith("1,") and row.endswith(",ETH,-2300.5,100,-230050,-230050")
        process.send_signal(signal.SIGTERM)
        out, _ = rest_of(process)
        assert process.returncode == 0 and (mode != "none" or not out)
    finally:
        process.kill()
        process.communicate()


def test_other_machines_are_kept_from_logins_that_everybody_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ouch-server", "--listen", "0.0.0.0:0", "--state", str(tmp_path / "state")]) == 2
    assert "everybody knows the built-in logins: give --settings FILE with [ouch]" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("mode", ["table", "debug", "none"])
def test_enter_stops_it_on_a_terminal_and_clients_are_told(mode: str, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "base", "ouch-server", mode, "--listen", "127.0.0.1:0", "--state", str(tmp_path)]
    with Terminal(line) as terminal:
        terminal.wait_for("japannext_bare at 127.0.0.1:")
        port = int(terminal.wait_for("\n"))
        terminal.wait_for("Enter stops the server")
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as sock:
            assert sock.recv(10, socket.MSG_WAITALL)[9:] == b"S"
            terminal.enter("")
            assert sock.recv(10) == b"", "a clean end"
        assert terminal.end() == 0
