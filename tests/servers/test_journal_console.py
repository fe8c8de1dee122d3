"""The journal's commands as typed: what is printed on which stream, which exit code, and that the document is true."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from base import limits
from base.__main__ import main
from base.gateway.operator_requests import OperatorRequest
from base.journal.disk import FileDisk
from base.journal.segments import Journal
from base.servers.journal_reading import JOURNAL, Reading
from base.vocabulary.recorded import Departure, RecordedKind
from base.wire.bo.logon import ClientLogon
from tests.kit.floor import KEY
from tests.kit.journals import CROWD, KeptFloor, kept, write_crowd
from tests.kit.ouch_floor import N42, n42
from tests.kit.source import ROOT

DOCUMENT = (ROOT / "docs/journal.md").read_text()
FIRST = "00000001.journal"
MAKER, TAKER = 1, 100701
COMMANDS = ("show", "show --raw", "verify", "verify --raw", "replay", "export --csv {}/out")


def exit_code(state: Path, typed: str) -> int:
    try:
        return main(["journal", "--state", str(state), *typed.split()])
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


def test_the_state_directory_is_named_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["--state", str(tmp_path), "verify"], ["verify", "--state", str(tmp_path)]):
        assert main(["journal", *arguments]) == 1
        assert str(tmp_path) in capsys.readouterr().err


def play(floor: KeptFloor) -> None:
    """The story that the document tells."""
    floor.log_on(MAKER, TAKER)
    for account, fields in (
        (MAKER, {"OrderID": 11, "BOPrice": 50_000.0, "BOOrderQty": 2.0}),
        (MAKER, {"MessageType": 2, "OrderID": 12, "OrigOrderID": 11, "BOPrice": 50_100.5, "BOOrderQty": 2.0}),
        (TAKER, {"OrderID": 21, "BOSide": 2, "BOPrice": 50_000.0, "BOOrderQty": 0.5}),
        (TAKER, {"OrderID": 22, "BOSide": 2, "BOPrice": 60_000.0, "BOOrderQty": 5_000.0}),
        (TAKER, {"OrderID": 23, "OrderType": 4, "BOPrice": 60_000.0, "StopLimitPrice": 59_000.0}),
        (MAKER, {"MessageType": 6, "OrderID": 13, "OrigOrderID": 12}),
    ):
        floor.now_ns += 1_250_000
        floor.send(account, floor.order(account, **fields))
    operator(floor, "kill", account=TAKER)
    floor.send(MAKER, ClientLogon(LogonType=2, Account=MAKER, UserName="u1"))
    floor.venue.disconnected(TAKER, floor.now_ns)
    floor.collect()


def operator(floor: KeptFloor, word: str, account: int) -> None:
    floor.now_ns += 60_000_000_000
    floor.venue.operate(OperatorRequest(word, account=account), floor.now_ns)
    floor.collect()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with kept(tmp_path / "state") as floor:
        play(floor)
    return tmp_path / "state"


def test_the_dialogues_of_the_document_are_true(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(state.parent)
    dialogues = "".join(re.findall(r"```console\n(.*?)```", DOCUMENT, re.DOTALL))
    parts = re.split(r"^\$ handoff journal (.*)\n", dialogues, flags=re.MULTILINE)
    assert [typed.split()[0] for typed in parts[1::2]] == ["show", "verify", "replay", "export", "export"]
    for typed, shown in zip(parts[1::2], parts[2::2], strict=True):
        code = exit_code(Path("state"), typed)
        printed = capsys.readouterr()
        assert printed.out + printed.err == shown, typed
        assert code == (2 if shown.startswith("handoff: ") else 0)


@pytest.mark.parametrize("typed", ["", "dance", "show x", "show --from x", "export", "export --csv a --sqlite b"])
def test_wrong_usage_is_exit_code_2(typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(tmp_path, typed) == 2
    assert capsys.readouterr().err.startswith("usage: handoff journal")


@pytest.mark.parametrize("typed", COMMANDS)
def test_where_there_is_no_journal_one_line_says_so(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(tmp_path, typed.format(tmp_path)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"handoff: there is no journal in the state directory {tmp_path}: ")
    assert sorted(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", COMMANDS)
def test_an_empty_journal_is_none_that_is_wrong(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal.open(FileDisk(tmp_path / JOURNAL), durable=False)
    assert exit_code(tmp_path, typed.format(tmp_path)) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("typed", COMMANDS)
def test_other_settings_are_refused_with_what_to_do(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_crowd(tmp_path, 30)
    settings = tmp_path / "crowd.toml"
    settings.write_text(CROWD)
    raw = "--raw" in typed
    assert exit_code(tmp_path, typed.format(tmp_path)) == (0 if raw else 2)
    printed = capsys.readouterr()
    assert raw or ("other accounts than today's" in printed.err and "--settings FILE" in printed.err)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    assert exit_code(tmp_path, f"{typed.format(tmp_path)} --settings {settings}") == 0


def test_what_is_shown_can_be_narrowed(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def numbers(typed: str) -> list[int]:
        assert exit_code(state, f"show {typed}") == 0
        return [int(number) for number in re.findall(r"^ {,7}(\d+) ", capsys.readouterr().out, re.MULTILINE)]

    everything = numbers("")
    assert everything == list(range(1, 13))
    assert numbers("--from 3 --to 5") == [3, 4, 5]
    assert numbers("--account 1") == [2, 4, 5, 9, 11]
    assert numbers("--account 100701") == [3, 6, 7, 8, 12]
    assert numbers("--session 506") == [2, 3, 4, 5, 6, 7, 8, 9, 11, 12]
    assert exit_code(state, "show --session 7") == 0
    assert capsys.readouterr().out == "-- no such record among 12\n"
    assert numbers("--raw --session 506 --to 4") == [2, 3, 4]
    assert exit_code(state, "show --account 77") == 2
    assert exit_code(state, "show --raw --account 1") == 2


@pytest.mark.parametrize("typed", ["show", "show --raw", "verify", "replay"])
def test_no_line_is_wider_than_80_columns_and_none_has_colour(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_crowd(tmp_path, 400)
    settings = tmp_path / "crowd.toml"
    settings.write_text(CROWD)
    assert exit_code(tmp_path, f"{typed} --settings {settings}") == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) > 5
    assert [line for line in printed.splitlines() if len(line) > 80 or "\x1b" in line] == []


def test_every_kind_of_record_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MARK_EVERY", 5)
    with kept(tmp_path) as floor:
        play(floor)
        floor.log_on(100700)
        desk = floor.venue._venue.ouch
        assert desk is not None
        stays, goes = desk.join(0, N42, floor.now_ns), desk.join(3, N42, floor.now_ns)
        for member in (stays, goes):
            desk.take(member, n42("a", shares=1, timeInForce=1).encode(), floor.now_ns)
        desk.leave(goes, Departure.LOST, floor.now_ns)
        floor.collect()
    with kept(tmp_path) as floor:
        floor.now_ns += 12 * limits.RETURN_NS
        floor.venue.deadline_passed(floor.now_ns)
        floor.collect()
    kinds = {recorded.kind for commit in Reading(tmp_path).commits() for recorded in commit.entries}
    assert kinds == set(RecordedKind) - {RecordedKind.COPIED}, "nobody here sees the reports of others"
    assert exit_code(tmp_path, "show") == 0
    printed = capsys.readouterr().out
    for words in ("started (", "joined", "left (lost)", "left (logged out)", "operator kill account 100701",
                  "joined by nasdaq-ouch-4.2", "nasdaq-ouch-4.2 EnterOrder a",
                  "the time of order", "did not come back in time", "state hash "):  # fmt: skip
        assert words in printed


def test_no_key_of_a_session_is_told(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = (KEY + MAKER % 1_000, KEY + TAKER % 1_000)
    for typed in COMMANDS:
        assert exit_code(state, typed.format(state)) == 0
    told = capsys.readouterr().out.encode() + b"".join(file.read_bytes() for file in (state / "out").iterdir())
    kept_bytes = (state / JOURNAL / FIRST).read_bytes()
    for key in keys:
        assert str(key).encode() not in told
        assert key.to_bytes(4, "little") not in kept_bytes


@pytest.mark.parametrize("typed", COMMANDS)
def test_damage_is_one_line_with_its_place_and_advice(
    typed: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = list(Reading(state).commits())[4]
    path = state / JOURNAL / FIRST
    content = bytearray(path.read_bytes())
    content[commit.offset + 60] ^= 1
    path.write_bytes(content)
    assert exit_code(state, typed.format(state)) == 1
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert printed.err.startswith(f"handoff: {FIRST}, offset {commit.offset}: the record here is damaged")
    assert "restore the files from a copy" in printed.err
    assert not (state / "out").exists() or not list((state / "out").iterdir()), "half an export is left"


def test_long_runs_tell_how_far_they_are_on_the_other_stream(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PROGRESS_NS", 0)
    assert exit_code(state, "verify") == 0
    printed = capsys.readouterr()
    assert "12 records carried out again\n" in printed.err
    assert "carried out again\n" in printed.out and printed.out.endswith("nothing is damaged up to record 12\n")


@pytest.mark.parametrize("reader, lines", [("head -1", 1), ("true", 0)])
@pytest.mark.parametrize("typed", ["show", "verify"])
def test_a_closed_pipe_is_no_traceback(typed: str, reader: str, lines: int, tmp_path: Path) -> None:
    write_crowd(tmp_path, 300)
    (tmp_path / "crowd.toml").write_text(CROWD)
    command = f"{sys.executable} -m base journal --state {tmp_path} {typed} --settings {tmp_path}/crowd.toml | {reader}"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    end = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, env=buffered)
    assert end.stdout.count("\n") == lines
    assert not [line for line in end.stderr.splitlines() if not line.endswith("carried out again")], "how far it is"


def test_it_loads_no_network_and_no_database_to_show() -> None:
    code = "import sys, base.servers.journal_console as c; c.make_parser(); print(*sorted(sys.modules))"
    end = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not {"sqlite3", "construct", "base.exchange", "base.gateway", "base.network"} & set(end.stdout.split())
