"""What the table said when somebody last kept it, and which rows have fallen since.

In: rows; a file. Out: the file; for each row whether it fell by more than a fifth. Never knows: how a row is measured.
Ratios are compared as they are. Seconds are first divided by the time of a fixed piece of Python, the calibration, so
that a slower machine is no fall.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.figures import Row, machine

FILE = Path(__file__).with_name("baselines.json")
TOLERATED = 0.2
SECONDS = " s"
STEPS, REPETITIONS = 300_000, 5


def calibration_s() -> float:
    """Seconds of a fixed piece of Python work: dictionaries, integers, small objects, as a market has them."""
    return median(_work() for _ in range(REPETITIONS))


def _work() -> float:
    start = process_time()
    kept: dict[int, tuple[int, int]] = {}
    total = 0
    for step in range(STEPS):
        kept[step & 1023] = step, total
        total += kept[step >> 1 & 1023][0] if step >> 1 & 1023 in kept else 1
    return process_time() - start


def keep(rows: Iterable[Row], file: Path = FILE) -> None:
    """Write what was measured; rows without figures keep what stood there."""
    kept = json.loads(file.read_text())["rows"] if file.exists() else {}
    kept |= {row.key: round(row.figure, 4) for row in rows if row.rounds}
    content = {"machine": machine(), "calibration_s": round(calibration_s(), 4), "rows": kept}
    file.write_text(json.dumps(content, indent=2) + "\n")


class Baselines:
    """The kept figures, on this machine's scale."""

    def __init__(self, file: Path = FILE, calibration: float | None = None) -> None:
        content = json.loads(file.read_text())
        self._rows: dict[str, float] = content["rows"]
        self.slower = (calibration or calibration_s()) / content["calibration_s"]
        """How many times longer this machine takes than that of the baselines."""

    def expected(self, row: Row) -> float | None:
        """What the row had, None when nobody kept it."""
        kept = self._rows.get(row.key)
        return kept if kept is None or row.goal.unit != SECONDS else kept * self.slower

    def change(self, row: Row) -> float | None:
        """How much better (above 0) or worse a row is than it was: -0.2 has fallen by a fifth; None: nothing to say."""
        expected = self.expected(row)
        if expected is None or not row.rounds:
            return None
        return expected / row.figure - 1 if row.goal.is_ceiling else row.figure / expected - 1

    def fell(self, row: Row) -> bool:
        """Whether a row is worse by more than is tolerated."""
        change = self.change(row)
        return change is not None and change < -TOLERATED

    def line(self, row: Row) -> str:
        """What became of a row, as text."""
        change, expected = self.change(row), self.expected(row)
        if change is None:
            return f"{row.key:<22} not compared: {'no baseline' if row.rounds else row.note}"
        fate = "fell" if self.fell(row) else "kept"
        return f"{row.key:<22} {fate}: {row.figure:.4g}{row.goal.unit}, was {expected:.4g}, {change:+.0%}"
