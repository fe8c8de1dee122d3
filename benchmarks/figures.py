"""What a benchmark found, held against its goal, as a line of a table.

In: figures of rounds. Out: medians, spreads, verdicts, text. Never knows: how anything was measured.
"""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """How much is measured, and whom to tell how far it is."""

    rounds: int
    seconds: float
    progress: Callable[[str], None] = print


@dataclass(frozen=True)
class Goal:
    """A bound in a unit; ``is_ceiling`` says that less is better."""

    bound: float
    unit: str
    is_ceiling: bool = False

    def __str__(self) -> str:
        return f"{'<=' if self.is_ceiling else '>='} {amount(self.bound)}{self.unit}"

    def verdict(self, figure: float) -> str:
        """ "met", or how far away it is."""
        if figure <= self.bound if self.is_ceiling else figure >= self.bound:
            return "met"
        times = figure / self.bound if self.is_ceiling else self.bound / max(figure, 1e-12)
        return f"not met, by {times:.2f}x"


@dataclass(frozen=True)
class Row:
    """One line of the table: an axis with its goal and the figure of each round; without figures ``note`` says why."""

    key: str
    axis: str
    goal: Goal
    rounds: Sequence[float]
    note: str = ""

    @property
    def figure(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    def lines(self) -> Iterator[str]:
        """The row as text."""
        measured = verdict = spread = ""
        if self.rounds:
            measured, verdict = f"{amount(self.figure)}{self.goal.unit}", self.goal.verdict(self.figure)
            spread = f"{amount(min(self.rounds))} .. {amount(max(self.rounds))}" if len(self.rounds) > 1 else ""
        yield f"{self.axis:<66} {self.goal!s:>12} {measured:>11}  {spread:<18} {verdict or 'not measured'}"
        if self.note:
            yield f"    {self.note}"


HEADER = f"{'axis':<66} {'goal':>12} {'figure':>11}  {'rounds':<18} verdict"


def amount(value: float) -> str:
    """Three digits that count, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratios(mine: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """The ratio of each round."""
    return [one / other for one, other in zip(mine, theirs, strict=True)]


def machine() -> str:
    """The machine, its processors and the interpreter."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = models[0] if models else model
    return f"{model}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"
