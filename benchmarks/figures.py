"""What a benchmark found, held against its goal, as a line of a table.

In: figures of rounds. Out: medians, spreads, verdicts, text. Never knows: how anything was measured.
"""

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """How much is measured, and whom to tell how far it is; ``original`` is a checkout of the original library."""

    rounds: int
    seconds: float
    progress: Callable[[str], None] = print
    original: Path | None = None

    def named(self, name: str) -> "Plan":
        """The same plan, whose progress is that of a benchmark."""
        return replace(self, progress=lambda text: self.progress(f"{name}: {text}"))


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
    """One figure of the table: a goal of an axis and, once measured, what each round said.

    ``key`` is its name among the baselines; ``part`` says which goal of its axis it is. ``note`` says what stands
    behind the figure, or why there is none.
    """

    key: str
    axis: str
    part: str
    goal: Goal
    rounds: Sequence[float] = ()
    note: str = ""

    def measured(self, rounds: Sequence[float], note: str) -> "Row":
        """The row with its figures."""
        return replace(self, rounds=rounds, note=note)

    def not_measured(self, why: str) -> "Row":
        """The row without figures."""
        return replace(self, note=why)

    @property
    def figure(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    def line(self) -> str:
        """The row as text, without its axis."""
        if not self.rounds:
            return f"  {self.part:<34} {self.goal!s:>11} {'-':>11}  {'':<17} not measured: {self.note}"
        measured, verdict = f"{amount(self.figure)}{self.goal.unit}", self.goal.verdict(self.figure)
        spread = f"{amount(min(self.rounds))} to {amount(max(self.rounds))}" if len(self.rounds) > 1 else ""
        return f"  {self.part:<34} {self.goal!s:>11} {measured:>11}  {spread:<17} {verdict:<17} {self.note}".rstrip()


HEADER = f"  {'':<34} {'goal':>11} {'figure':>11}  {'rounds':<17} {'verdict':<17} how"


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
