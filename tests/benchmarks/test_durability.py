"""The benchmark of coming back runs: three starts. What the figures are is not judged here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.durability import (
    Comeback,
    FromPicture,
    Start,
    comeback_lines,
    copied,
    newest_picture,
)
from tests.kit.source import ROOT


def test_a_short_run_prints_times(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.durability", "--records", "2000", "--directory", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    printed = dict(line.split(None, 1) for line in run.stdout.splitlines())
    assert list(printed) == ["machine", "past", "replay", "cold", "picture", "empty"]
    for rate in ("past", "replay"):
        assert int(printed[rate].split()[0].replace(",", "")) > 0
    assert int(printed["past"].split()[0].replace(",", "")) >= 2000
    for seconds in ("cold", "picture", "empty"):
        assert re.match(r"\d+\.\d\d s ", printed[seconds])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "cold_s, picture_s, near_s, met",
    [
        (20.0, 9.0, 5.0, [True, True]),
        (20.1, 5.0, 5.1, [False, False]),
        (1.0, 5.1, None, [True]),
    ],
)
def test_the_report_says_which_goal_is_met(
    cold_s: float, picture_s: float, near_s: float | None, met: list[bool]
) -> None:
    picture = FromPicture(Start(picture_s, 0.1), 1_000_000, 700_000, 0)
    near = FromPicture(Start(near_s, 0.1), 1_280_000, 1_200_000, 0) if near_s else None
    lines = comeback_lines(Comeback(1_000_000, 0, Start(cold_s, 0.1), picture, near, Start(0.5, 0.1)))
    judged = [line.rpartition(": ")[2] == "met" for line in lines if "goal" in line]
    assert judged == met
    behind = [line.split(" records behind")[0].rpartition(" ")[2] for line in lines if "behind" in line]
    assert behind == ["300,000", "80,000"][: len(met)]


def test_the_replay_rate_leaves_out_what_a_start_costs_anyway() -> None:
    picture = FromPicture(Start(1.0, 0.1), 1_000_000, 0, 0)
    one = Comeback(1_000_000, 0, Start(10.5, 0.1), picture, None, Start(0.5, 0.1))
    assert one.replayed_per_second == 100_000


def test_the_newest_picture_is_that_of_the_last_record(tmp_path: Path) -> None:
    assert newest_picture(tmp_path) is None
    journal = tmp_path / "state" / "journal"
    journal.mkdir(parents=True)
    for record in (99, 100):
        (journal / f"{record:020d}.snapshot").touch()
    newest = newest_picture(tmp_path)
    assert newest is not None and int(newest.stem) == 100


def test_a_copy_leaves_out_pictures_and_what_belongs_to_the_killed(tmp_path: Path) -> None:
    past = tmp_path / "past"
    past.mkdir()
    for name in ("1.journal", "1.snapshot", "snapshot.new", "operator.sock"):
        (past / name).touch()
    without = copied(past, tmp_path / "without")
    assert [file.name for file in without.iterdir()] == ["1.journal"]
