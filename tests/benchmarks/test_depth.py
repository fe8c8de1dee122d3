"""The depth benchmark runs and prints a row per book."""

import re

from benchmarks.depth import report


def test_a_small_run_prints_a_row_per_book() -> None:
    header, *rows = report(largest=10_000).splitlines()
    assert header.split()[:2] == ["resting", "orders"]
    assert [re.findall(r"[\d,]+", row)[0] for row in rows] == ["10", "10,000"]
    assert all(len(re.findall(r"[\d,]+", row)) == 4 for row in rows)
