"""The table of the goals: every axis has its rows, the rows say what they are worth, and short runs give figures.

What the figures are is not judged here; a busy machine would fail for no reason.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import contests, replay, sessions
from benchmarks.baselines import Baselines
from benchmarks.books import PEERS
from benchmarks.codec import AGAINST_CONSTRUCT, AGAINST_ORIGINAL, AGAINST_STRUCT, contestants
from benchmarks.fairness import FAIRNESS
from benchmarks.figures import Goal, Plan, Row
from benchmarks.goals import BENCHMARKS, benchmark_of, check, show
from benchmarks.start_up import START
from tests.kit.counts import count
from tests.kit.source import ROOT

ROWS = [
    *AGAINST_STRUCT.values(), AGAINST_CONSTRUCT, AGAINST_ORIGINAL, contests.THROUGHPUT, contests.DURABLE,
    contests.LATENCY, contests.NASDAQ, contests.STREAMS, *(peer.row for peer in PEERS), sessions.MEMORY,
    sessions.RATE, sessions.LATENCY, FAIRNESS, START, replay.REPLAY,
]  # fmt: skip
QUIET = Plan(1, 0.05, lambda text: None)
RATIO = Row("codec full decode", "an axis", "a part", Goal(2.0, "x"))


def test_the_goals_are_those_of_the_plan() -> None:
    assert [(row.axis, str(row.goal)) for row in ROWS] == [
        ("full decode / hot projection / encode, against raw struct", "<= 1.7x"),
        ("full decode / hot projection / encode, against raw struct", "<= 0.4x"),
        ("full decode / hot projection / encode, against raw struct", "<= 2x"),
        ("full decode against construct interpreted / the original library", ">= 50x"),
        ("full decode against construct interpreted / the original library", ">= 80x"),
        ("order throughput 10 x 64, pure CPython, journal on without sync, through the rooms", ">= 0.25"),
        ("the same, durable (group commit), 100 x 64", ">= 0.9"),
        ("busy-poll p50 of one order, 1 x 1", "<= 1.3x"),
        ("against a nasdaq-protocols server doing less", ">= 30x"),
        ("against the same engine behind asyncio streams", ">= 4x"),
        ("book alone against lightmatchingengine / order-matching from PyPI", ">= 6x"),
        ("book alone against lightmatchingengine / order-matching from PyPI", ">= 100x"),
        ("memory per idle logged-on session; 10,000 sessions", "<= 64 KiB"),
        ("100 x 64 beside 10,000 idle sessions, against the same without them", ">= 0.8"),
        ("100 x 64 beside 10,000 idle sessions, against the same without them", "<= 3x"),
        ("beside a session that pipelines 10,000 orders", "<= 5x"),
        ("start to first logon, empty journal", "<= 0.5 s"),
        ("replay of 1 M journaled commands", "<= 20 s"),
    ]
    assert len({row.key for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_goal_stands_in_the_document(row: Row) -> None:
    text = (ROOT / "docs/performance.md").read_text()
    cells = [[cell.strip() for cell in line.split("|")[1:4]] for line in text.splitlines() if line.startswith("| ")]
    assert [row.axis, row.part, str(row.goal)] in cells


def test_a_short_run_prints_a_table() -> None:
    keys = ["codec", "throughput", "latency"] if count(ordinary=1, long=2) == 1 else [*BENCHMARKS][:6]
    command = [sys.executable, "-m", "benchmarks.goals", "--rounds", "1", "--seconds", "0.05", "--only", *keys]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    measured = [row for row in ROWS if row.key.split()[0] in keys]
    for row in measured:
        assert run.stdout.count(f"\n{row.axis}\n") == 1
        (line,) = re.findall(rf"^  {re.escape(row.part)} .*$", run.stdout, re.MULTILINE)
        assert re.search(r" (met|not met, by [\d.,]+x|not measured:)", line), line
    head = [line.split()[0] for line in run.stdout.splitlines()[:5]]
    assert head == ["machine", "rounds", "cores", "mix", "left"]
    assert re.search(r"\d+ of \d+ figures met their goal", run.stdout)
    assert all(f"] {key}: " in run.stderr for key in keys)


@pytest.mark.parametrize("key", ["nasdaq", "asyncio"])
def test_peers_are_loaded_in_turns(key: str) -> None:
    (row,) = BENCHMARKS[key](QUIET)
    assert row.figure > 0 and "processor time a message" in row.note


def test_without_a_compiler_the_rows_of_c_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contests, "compiler", lambda: None)
    for key in ("throughput", "latency"):
        (row,) = BENCHMARKS[key](QUIET)
        assert not row.rounds and row.line().endswith("not measured: no C compiler here; install one, or name it in CC")


def test_a_replay_carries_out_at_least_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "REPLAYED", 2_000)
    (row,) = BENCHMARKS["replay"](QUIET)
    assert row.figure > 0
    assert int(row.note.split()[0].replace(",", "")) >= 2_000


def test_what_the_codec_is_held_against_reads_the_same() -> None:
    calls = contestants()
    read: dict[str, Any] = {name: function(*arguments) for name, (function, arguments, _) in calls.items()}
    assert read["full decode"].flat() == read["struct unpack"]
    assert read["encode"] == read["struct pack"] == calls["full decode"][1][0]
    assert read["construct"].OrderID == read["construct compiled"].OrderID == read["full decode"].OrderID


def test_a_directory_that_is_no_checkout_of_the_original_is_said_so(tmp_path: Path) -> None:
    *_, row = BENCHMARKS["codec"](Plan(1, 0.0, lambda text: None, tmp_path))
    assert not row.rounds
    assert row.note.startswith(f"{tmp_path}: ") and "Error: " in row.note


@pytest.mark.parametrize(
    "goal, figure, verdict",
    [
        (Goal(0.25, ""), 0.25, "met"),
        (Goal(0.25, ""), 0.2, "not met, by 1.25x"),
        (Goal(1.3, "x", is_ceiling=True), 1.3, "met"),
        (Goal(1.3, "x", is_ceiling=True), 2.6, "not met, by 2.00x"),
    ],
)
def test_a_goal_says_how_far_it_is(goal: Goal, figure: float, verdict: str) -> None:
    assert goal.verdict(figure) == verdict


def test_a_row_shows_median_and_spread(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [RATIO.measured([1.0, 3.0, 5.0], "how"), RATIO.not_measured("no peer")]
    assert show(rows) == rows
    _, axis, one, other, _, last = capsys.readouterr().out.splitlines()
    assert axis == "an axis"
    assert one.split() == ["a", "part", ">=", "2x", "3x", "1", "to", "5", "met", "how"]
    assert other.split() == ["a", "part", ">=", "2x", "-", "not", "measured:", "no", "peer"]
    assert last == "1 of 2 figures met their goal"


def test_a_row_that_fell_is_measured_again_before_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    row, expected = AGAINST_CONSTRUCT, Baselines().expected(AGAINST_CONSTRUCT)
    assert expected is not None
    good, bad = (row.measured([expected * part], "") for part in (0.9, 0.5))
    asked: list[str] = []

    def again(key: str) -> list[Row]:
        asked.append(key)
        return [good]

    assert check([good], Baselines(), again) and not asked
    assert check([bad], Baselines(), again) and asked == ["codec"]
    assert capsys.readouterr().out.count("kept: ") == 2
    assert not check([bad], Baselines(), lambda key: [bad])
    assert "codec construct        fell: " in capsys.readouterr().out


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_row_is_found_by_its_benchmark(row: Row) -> None:
    assert benchmark_of(row.key) in BENCHMARKS
