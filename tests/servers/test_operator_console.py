"""The operator's commands as typed: what is sent, what is printed, which exit code, and what people are told."""

import errno
import json
import re
from pathlib import Path

import pytest

from base import limits
from base.__main__ import main
from base.gateway.operator import COMMANDS, INQUIRIES, TAKEN
from base.gateway.operator_requests import read_request
from base.servers import operator_console
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from base.servers.operator_console import ROW, run
from tests.kit.serving import serving
from tests.kit.source import ROOT

DOCUMENT = (ROOT / "docs/operator.md").read_text()
NOTHING = json.dumps({"ok": True, "lines": [], "instruments": [], "tables": []}).encode()


def exit_code(*arguments: object) -> int:
    try:
        return main(["operator", *map(str, arguments)])
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


@pytest.mark.parametrize(
    "typed, request_",
    [
        ("open BTCUSD", {"command": "open", "symbols": ["BTCUSD"]}),
        ("halt A B", {"command": "halt", "symbols": ["A", "B"]}),
        ("close --all", {"command": "close", "all": True}),
        ("pre-open A", {"command": "pre-open", "symbols": ["A"]}),
        ("uncross A", {"command": "uncross", "symbols": ["A"]}),
        ("index A 1.5", {"command": "index", "symbols": ["A"], "price": "1.5"}),
        ("mark A -1", {"command": "mark", "symbols": ["A"], "price": "-1"}),
        ("kill 7", {"command": "kill", "account": 7}),
        ("release 7", {"command": "release", "account": 7}),
        ("cancel --account 7", {"command": "cancel", "account": 7}),
        ("cancel --symbol A --account 7", {"command": "cancel", "account": 7, "symbols": ["A"]}),
        ("cancel --all", {"command": "cancel", "all": True}),
        ("end-session", {"command": "end-session"}),
        ("break-trade 7", {"command": "break-trade", "trade": 7}),
        ("break-trade 7 --reason consent", {"command": "break-trade", "trade": 7, "reason": "consent"}),
        ("status", {"command": "status"}),
        ("account 7", {"command": "account", "account": 7}),
        ("fees", {"command": "fees"}),
    ],
)
def test_what_is_typed_is_what_is_asked(
    typed: str, request_: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def asked(path: Path, line: bytes) -> bytes:
        assert path == tmp_path / "operator.sock"
        assert json.loads(line) == request_
        read_request(json.loads(line))
        return NOTHING

    monkeypatch.setattr(operator_console, "ask", asked)
    assert exit_code("--state", tmp_path, *typed.split()) == 0


@pytest.mark.parametrize(
    "typed",
    [
        *("", "dance", "halt", "halt --all A", "index A", "uncross A B", "kill x", "account", "account x"),
        *("break-trade", "break-trade x", "break-trade 1 --reason whim"),
        *("cancel", "cancel --all --account 7", "cancel --account 0"),
    ],
)
def test_wrong_usage_is_exit_code_2(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*typed.split()) == 2
    assert capsys.readouterr().err.startswith("usage: handoff operator")


@pytest.mark.parametrize("word", (*COMMANDS, *INQUIRIES))
def test_every_command_can_be_typed_and_has_help(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(word, "--help") == 0
    assert exit_code("--help") == 0
    assert re.search(rf"^    {word}\b", capsys.readouterr().out, re.MULTILINE)


def test_a_row_has_80_columns_at_most() -> None:
    longest = ROW.format("X" * 12, "pre-open", *["4503599627370495.5"] * 3)
    assert len(longest) <= 80
    assert longest.split() == ["X" * 12, "pre-open", *["4503599627370495.5"] * 3]


def test_tables_are_as_wide_as_they_have_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = ("999999999.12345678", "-1.5", "0")
    tables = [
        {"title": "balances", "columns": ["currency", "available", "held", "owed"], "rows": [["USD", *figures]]},
        {"title": "settings", "columns": ["setting", "value"], "rows": [["cancels_per_second", "-"]]},
        {"title": "fees", "columns": ["currency", "collected"], "rows": []},
    ]
    answer = {"ok": True, "lines": ["said"], "instruments": [], "tables": tables}
    monkeypatch.setattr(operator_console, "ask", lambda path, line: json.dumps(answer).encode())
    assert exit_code("account", 7) == 0
    assert capsys.readouterr().out == """\
balances:
currency          available         held         owed
USD      999999999.12345678         -1.5            0

settings:
setting                   value
cancels_per_second            -

fees:
currency    collected
said
"""


def test_tables_of_a_billion_fit_80_columns() -> None:
    money, goods = "999999999.12345678", "9999999.12345"
    tables = [
        {"title": "p", "columns": ["symbol", "bought", "sold", "owed", "collateral"],
         "rows": [["X" * 12, goods, goods, goods, money]]},
        {"title": "o", "columns": ["symbol", "to buy", "held to buy", "to sell", "margin"],
         "rows": [["X" * 12, goods, money, goods, money]]},
        {"title": "l", "columns": ["symbol", "order_size", "order_value", "price_band"],
         "rows": [["X" * 12, goods, money, "0.000001"]]},
    ]  # fmt: skip
    assert max(map(len, operator_console._table_lines(tables))) <= 80


def test_the_state_directory_is_named_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (("--state", tmp_path, "status"), ("status", "--state", tmp_path)):
        assert exit_code(*arguments) == 1
        assert f"state directory {tmp_path}:" in capsys.readouterr().err


@pytest.mark.parametrize("state", ["empty", "missing"])
def test_no_venue_is_said_so(state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert exit_code("--state", tmp_path / state, "status") == 1
    assert capsys.readouterr().err == (
        f"handoff: no venue is running in the state directory {tmp_path / state}:"
        " start one there, or name its directory by --state\n"
    )


@pytest.mark.parametrize(
    "answer, says",
    [
        (b"", "the venue ended without an answer; its log says why"),
        (b'{"ok": false, "error": "no"}', "no"),
        (OSError(errno.EACCES, "Permission denied"), "{}/operator.sock: Permission denied"),
        (TimeoutError("timed out"), "{}/operator.sock: timed out"),
    ],
)
def test_what_goes_wrong_is_one_line(
    answer: bytes | OSError, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def asked(path: Path, line: bytes) -> bytes:
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(operator_console, "ask", asked)
    assert exit_code("--state", tmp_path, "status") == 1
    assert capsys.readouterr().err == f"handoff: {says.format(tmp_path)}\n"


def test_a_command_that_is_too_long_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limits, "LOCAL_LINE_BYTES", 10)
    assert exit_code("--state", tmp_path, "status") == 1


def test_the_document_says_of_every_command_whether_it_is_carried_out() -> None:
    said = dict(re.findall(r"^\| `([a-z-]+)[^|]*\|[^|]*\| ([a-z ]+) \|$", DOCUMENT, re.MULTILINE))
    true = {word: "yes" if command in TAKEN else "not yet" for word, command in COMMANDS.items()}
    shown = dict.fromkeys(INQUIRIES, "yes")
    assert said == true | shown, "docs/operator.md is no longer true"


def test_the_dialogues_of_the_document_are_true(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dialogues = "".join(re.findall(r"```console\n(.*?)```", DOCUMENT, re.DOTALL))
    parts = re.split(r"^\$ handoff operator (.*)\n", dialogues, flags=re.MULTILINE)
    assert {typed.split()[0] for typed in parts[1::2]} == {*COMMANDS, *INQUIRIES}
    with serving(lambda: build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path)):
        for typed, shown in zip(parts[1::2], parts[2::2], strict=True):
            word = typed.split()[0]
            code = exit_code("--state", tmp_path, *typed.split())
            printed = capsys.readouterr()
            if word not in INQUIRIES and COMMANDS[word] not in TAKEN:
                shown = f"handoff: {word}: not carried out by this venue yet\n"
            assert printed.out + printed.err == shown, typed
            assert code == (1 if shown.startswith("handoff: ") else 0)


def test_the_table_is_printed_by_the_function_too(tmp_path: Path) -> None:
    said: list[object] = []
    with serving(lambda: build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path)):
        assert run(["--state", str(tmp_path), "status"], said.append) == 0
    assert [str(line).split()[0] for line in said[:5]] == ["symbol", "BTCUSD", "USDUSDT", "FLYUSDT", "BTCUSDT"]
