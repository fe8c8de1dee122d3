"""Both servers at once: how to connect, how it ends, and what happens when one of them dies."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from base import limits
from base.client.trader import Trader
from base.errors import ServerFailed
from base.gateway.ouch_orders import OuchPort
from base.messages import InstrumentResponse
from base.servers.demo_settings import ACCOUNT, INSTRUMENTS
from base.servers.serve import _House, directions, ouch_line
from tests.kit.patience import PATIENCE_S, wait_until
from tests.kit.programs import rest_of
from tests.kit.source import ROOT


@contextmanager
def serving(state: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "base", "serve", "--state", str(state), *more],
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


def servers_of(process: subprocess.Popen[str]) -> dict[str, int]:
    """The servers that run as its children, by their kind; a spare is one of its own."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            words = (place / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if parent == process.pid and "base" in words:  # a child that was just made still looks like its parent
            kind = words[words.index("base") + 1]
            found["spare" if "--spare" in words else kind] = int(place.name)
    return {kind: pid for kind, pid in found.items() if kind != "serve"}


FREE = ("--aes", "127.0.0.1:0", "--oes", "127.0.0.1:0", "--mds", "127.0.0.1:0")


def patient_trader(aes_port: int) -> Trader:
    return Trader(
        "127.0.0.1", aes_port, key="1", user="1", account=1, timeout_s=PATIENCE_S, resume_s=PATIENCE_S
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_how_to_connect_and_stops_both(tmp_path: Path, number: int) -> None:
    with serving(tmp_path, *FREE) as process:
        assert process.stdout
        match = re.match(r"AES at 127\.0\.0\.1:(\d+), OES at", process.stdout.readline())
        assert match
        lines = [process.stdout.readline() for _ in range(5)]
        assert f"handoff client 127.0.0.1 {match[1]}\n" in lines[0]
        assert f"handoff watch BTCUSD 127.0.0.1 {match[1]}\n" in lines[2]
        with patient_trader(int(match[1])) as trader:
            assert trader.trading_session == 1
        process.send_signal(number)
        out, err = rest_of(process)
    assert (process.returncode, out) == (0, "stopping\n")
    assert "AES ended" in err and "OES ended" in err and "MDS ended" in err and "Traceback" not in err


def test_demo_accounts_are_named_only_where_they_are() -> None:
    nowhere = ("127.0.0.1", 1)
    assert "user BOU7, key BOU7" in directions(nowhere, nowhere, nowhere)
    assert "key" not in directions(nowhere, nowhere, nowhere, with_demo_accounts=False)


def test_when_one_dies_the_other_is_stopped_and_the_exit_code_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, *FREE) as process:
        assert process.stdout
        process.stdout.readline()
        servers = servers_of(process)
        assert servers.keys() == {"aes", "oes", "mds"}
        os.kill(servers["oes"], signal.SIGKILL)
        _, err = rest_of(process)
    assert process.returncode == 1
    assert "handoff: the OES ended by itself with exit code -9" in err
    assert "AES ended" in err


def test_a_spare_takes_over_and_gets_a_spare_and_an_mds_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, *FREE, "--spare") as process:
        assert process.stdout
        match = re.match(r"AES at 127\.0\.0\.1:(\d+), OES at (\S+), MDS at (\S+)", process.stdout.readline())
        assert match
        for _ in range(5):
            process.stdout.readline()
        wait_until(lambda: "spare" in servers_of(process), "the spare is started")
        servers = servers_of(process)
        with patient_trader(int(match[1])) as trader:
            os.kill(servers["oes"], signal.SIGKILL)
            assert process.stdout.readline() == "the OES ended by itself with exit code -9; another one is started\n"
            trader.instruments()
            trader.wait_for(lambda message: isinstance(message, InstrumentResponse), PATIENCE_S)
            address = trader.address_of("OES")
            assert address is not None and f"{address[0]}:{address[1]}" != match[2]
        os.kill(servers["mds"], signal.SIGKILL)
        assert process.stdout.readline() == "the MDS ended by itself with exit code -9; another one is started\n"
        process.send_signal(signal.SIGTERM)
        out, err = rest_of(process)
    assert (process.returncode, out) == (0, "stopping\n")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "more, code, says",
    [
        (("--aes", "0.0.0.0:0"), 2, "allow it with --demo-accounts"),
        (("--oes", "nowhere"), 2, "address 'nowhere': must be HOST:PORT"),
        (("--settings", "missing.toml"), 2, "missing.toml: cannot be read"),
    ],
)
def test_wrong_settings_start_nothing(tmp_path: Path, more: tuple[str, ...], code: int, says: str) -> None:
    with serving(tmp_path, *more) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (code, "")
    assert says in err and err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_directions_name_an_address_that_can_be_connected_to() -> None:
    assert "handoff client 127.0.0.1 5" in directions(("0.0.0.0", 5), ("0.0.0.0", 6), ("0.0.0.0", 7))
    assert "handoff client 10.0.0.1 5" in directions(("10.0.0.1", 5), ("10.0.0.1", 6), ("10.0.0.1", 7))


class Failing:
    """A server that ends as soon as it runs."""

    kind = "mds"

    def stop(self) -> int:
        return 3


def test_what_ends_again_and_again_is_left_to_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        house = _House(stack)
        failing: Any = Failing()
        monkeypatch.setattr(house, "start", lambda kind, arguments: house._over.append(failing))
        house._over.append(failing)
        with pytest.raises(ServerFailed, match="the MDS ended by itself with exit code 3, after 10 others"):
            house.look_after({"mds": []})
    assert capsys.readouterr().out.count("another one is started") == limits.REPLACEMENTS


def test_where_ouch_is_spoken_is_said_in_a_line() -> None:
    assert ouch_line(OuchPort.JAPANNEXT_BARE, ("10.0.0.1", 8)) == "OUCH, japannext bare, at 10.0.0.1:8"
    assert ouch_line(OuchPort.NASDAQ_42, ("10.0.0.1", 0)).endswith(
        "at a free port of 10.0.0.1, which the log of the OES names"
    )


def test_the_ports_of_ouch_in_the_settings_are_said_and_open(tmp_path: Path) -> None:
    settings = tmp_path / "ouch.toml"
    settings.write_text(INSTRUMENTS + ACCOUNT.format(number=1, user=1, fees="") + "[ouch]\njapannext = '127.0.0.1:0'\n")
    with serving(tmp_path / "state", *FREE, "--settings", str(settings)) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        line = next(line for line in process.stderr if "OUCH, japannext, at " in line)
        socket.create_connection(("127.0.0.1", int(line.rsplit(":", 1)[1])), PATIENCE_S).close()
        process.send_signal(signal.SIGTERM)
        out, _ = rest_of(process)
    assert process.returncode == 0 and "OUCH, japannext, at a free port of 127.0.0.1" in out
