"""A clock that a test winds by hand.

In: nanoseconds from the test. Out: a Clock. Never knows: the machine's time.
"""

from base.clock import Clock

SECOND = 1_000_000_000


class ManualClock(Clock):
    """Stands still until told otherwise; the wall clock can be set apart from the monotonic ones."""

    def __init__(self, wall_ns: int = 1_635_000_000 * SECOND, system_ns: int = 1_000 * SECOND) -> None:
        self.wall = wall_ns
        self.system = system_ns
        self._anchor = wall_ns - system_ns

    def advance(self, nanoseconds: int) -> None:
        """Let time pass on all three."""
        self.wall += nanoseconds
        self.system += nanoseconds

    def now_ns(self) -> int:
        return self._anchor + self.system

    def wall_ns(self) -> int:
        return self.wall

    def system_ns(self) -> int:
        return self.system
