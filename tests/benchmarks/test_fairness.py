"""The benchmark of fairness runs: a short round, nothing refused, one row. What the figures are is not judged here."""

from benchmarks.fairness import fairness
from benchmarks.figures import Plan


def test_a_short_run_gives_a_figure_of_each_round() -> None:
    (row,) = fairness(Plan(rounds=2, seconds=0.1), others=2)
    assert row.key == "fairness"
    assert len(row.rounds) == 2 and min(row.rounds) > 0
    assert "us of the server's core without" in row.note
