"""The command line: every command, its exit codes, and that wrong usage ends in a line."""

import io
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from base import __version__
from base.__main__ import main
from base.create_example_message import create_example_message
from base.errors import DemoFailed, SettingsError
from tests.kit.source import ROOT

COMMANDS = ("demo", "serve", "aes", "oes", "client", "decode", "key", "operator", "journal")
LOGON = create_example_message("H").encode().hex()


def exit_code(*arguments: str) -> int:
    try:
        return main(arguments)
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*command.split(), "--help") == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: handoff")
    if not command:
        assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments", [(), ("nonsense",), ("aes", "--port"), ("client",), ("serve", "--oes"), ("operator",), ("journal",)]
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_the_version_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--version") == 0
    assert capsys.readouterr().out == f"handoff {__version__}\n"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "base.__version__"}


@pytest.mark.parametrize(
    "digits",
    [[LOGON], [LOGON.upper()], ["0x" + LOGON], re.findall("..", LOGON), [LOGON[:50] + "\n  " + LOGON[50:] + "\n"]],
)
def test_decode_takes_digits_in_any_shape(digits: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("decode", *digits) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("client_logon H, 143 bytes\n")
    assert captured.err == ""


def test_decode_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(LOGON + "\n" + LOGON))
    assert exit_code("decode") == 0
    assert capsys.readouterr().out.count("client_logon H, 143 bytes") == 2


@pytest.mark.parametrize(
    "digits, code, says",
    [
        ("48008f0", 2, "7 digits are an odd number"),
        ("48xx", 2, "'x' is no hexadecimal digit"),
        ("caf\u00e9", 2, r"'\xe9' is no hexadecimal digit"),
        ("48008f00", 1, "byte 0: 4 of the 143 bytes of client_logon"),
        ("58000100", 1, "is no message type"),
        (" ", 1, "there are no bytes"),
    ],
)
def test_decode_says_what_is_wrong(
    digits: str, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("decode", digits) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err and captured.err.count("\n") == 1


def test_decode_shows_what_it_can_before_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("decode", LOGON + "ff") == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("client_logon")
    assert "byte 143: 1 of the 4 bytes of a header" in captured.err


def test_key_makes_a_new_one_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert (exit_code("key"), exit_code("key")) == (0, 0)
    first, second = capsys.readouterr().out.split()
    assert first != second and re.fullmatch("[A-Z2-7]{32}", first)


@pytest.mark.parametrize(
    "error, code", [(SettingsError("wrong"), 2), (DemoFailed("failed"), 1), (KeyboardInterrupt(), 1)]
)
def test_what_goes_wrong_is_a_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    def fail(*arguments: object) -> int:
        raise error

    monkeypatch.setattr("base.servers.demonstration.run_demo", fail)
    assert exit_code("demo") == code
    assert re.fullmatch(r"handoff: \w+\n", capsys.readouterr().err)


def test_decode_loads_no_server_no_client_and_no_database() -> None:
    code = "import sys; from base.__main__ import main; main(['decode', '']); print(*sorted(sys.modules))"
    end = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    modules = set(end.stdout.split())
    assert not {"sqlite3", "importlib.metadata", "base.servers", "base.client", "base.exchange"} & modules


@pytest.mark.parametrize(
    "loaded, left_out",
    [
        ("base.servers.program, base.servers.oes", {"base.client", "base.servers.mds", "base.servers.aes"}),
        ("base.servers.program, base.servers.aes", {"base.client", "base.servers.oes", "base.journal"}),
        ("base.servers.serve", {"base.client", "base.servers.program", "base.venue", "base.exchange"}),
    ],
)
def test_a_start_loads_what_its_kind_needs(loaded: str, left_out: set[str]) -> None:
    code = f"import sys, {loaded}; print(*sorted(sys.modules))"
    end = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not (left_out | {"colorama", "importlib.metadata", "asyncio"}) & set(end.stdout.split())


def test_an_operator_without_a_venue_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("operator", "--state", str(tmp_path), "status") == 1
    assert capsys.readouterr().err.startswith(f"handoff: no venue is running in the state directory {tmp_path}: ")


def test_a_closed_pipe_is_no_traceback() -> None:
    command = f"{sys.executable} -m base decode {LOGON * 300} | head -1"
    end = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert end.stdout == "client_logon H, 143 bytes\n"
    assert end.stderr == ""


def test_output_that_nobody_reads_ends_as_it_does_elsewhere() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        command = [sys.executable, "-m", "base", "dissector"]
        done = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("command", ["key", "dissector"])
def test_output_that_finds_no_room_is_a_line_and_an_exit_code(command: str) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        arguments = [sys.executable, "-m", "base", command]
        done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (1, "handoff: the output cannot be written: No space left on device\n")
