"""Work that is due at a time: once, or again and again.

In: times and actions. Out: the actions that are due, and when the next one is. Never knows: the
clock (times are arguments, in nanoseconds of ``Clock.now_ns``), what an action does.
A timer is only due when somebody asks; nothing here waits.
"""

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeAlias

Action: TypeAlias = Callable[[int], object]
"""Called with ``now_ns``."""


class Timer:
    """One piece of work; ``cancel()`` takes it back."""

    __slots__ = ("action", "cancelled", "period_ns")

    def __init__(self, action: Action, period_ns: int | None) -> None:
        self.action = action
        self.period_ns = period_ns
        self.cancelled = False

    def cancel(self) -> None:
        """Never run the action again."""
        self.cancelled = True


class Timers:
    """All timers of one loop.

    >>> timers = Timers()
    >>> timer = timers.at(5, print)
    >>> timers.next_deadline_ns(), [timer.action for timer in timers.due(4)]
    (5, [])
    >>> for timer in timers.due(7):
    ...     timer.action(7)
    7
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._numbers = count()

    def at(self, deadline_ns: int, action: Action) -> Timer:
        """Run ``action`` once, at or after ``deadline_ns``."""
        return self._push(deadline_ns, Timer(action, None))

    def every(self, period_ns: int, action: Action, first_ns: int) -> Timer:
        """Run ``action`` at ``first_ns`` and each ``period_ns`` later; periods that were missed are left out."""
        if period_ns <= 0:
            raise ValueError(f"a period must be longer than 0 ns, not {period_ns}")
        return self._push(first_ns, Timer(action, period_ns))

    def next_deadline_ns(self) -> int | None:
        """Give the time of the next timer; None when there is none."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now_ns: int) -> Iterator[Timer]:
        """Give each timer whose time has come, oldest first; a periodic one is set anew before it is given."""
        last = next(self._numbers)  # what an action adds while we are at it has to wait for the next pass
        while (deadline_ns := self.next_deadline_ns()) is not None and deadline_ns <= now_ns:
            if self._heap[0][1] > last:
                return
            timer = heapq.heappop(self._heap)[2]
            if timer.period_ns is not None:
                missed = (now_ns - deadline_ns) // timer.period_ns
                self._push(deadline_ns + (missed + 1) * timer.period_ns, timer)
            yield timer

    def _push(self, deadline_ns: int, timer: Timer) -> Timer:
        heapq.heappush(self._heap, (deadline_ns, next(self._numbers), timer))
        return timer
