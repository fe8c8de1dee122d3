"""The benchmark of the start runs; how long it takes is not judged here."""

from benchmarks.figures import Plan
from benchmarks.start_up import start_up


def test_a_short_run_gives_the_seconds_of_each_start() -> None:
    (row,) = start_up(Plan(1, 0.0))
    assert row.key == "start"
    assert len(row.rounds) == 1 and 0 < row.figure < 60
    assert "s of processor time, both servers together" in row.note
