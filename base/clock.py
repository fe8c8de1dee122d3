"""The only reader of time.

In: nothing. Out: integers in nanoseconds. Never knows: what they are for; everybody else is given
the time as an argument or is handed a Clock. Three times, because they fail differently: one that
orders and stamps events, one for one-time codes, one that all processes of this machine share.
"""

import time


class Clock:
    """The machine's time.

    >>> clock = Clock()
    >>> clock.now_ns() <= clock.now_ns()
    True
    """

    def __init__(self) -> None:
        self._anchor_ns = time.time_ns() - time.monotonic_ns()

    def now_ns(self) -> int:
        """UTC in nanoseconds since 1970: the wall clock of the process's start, advanced by the monotonic clock.

        It never jumps, so timers and stamps agree even while somebody sets the machine's clock.
        """
        return self._anchor_ns + time.monotonic_ns()

    def wall_ns(self) -> int:
        """UTC in nanoseconds since 1970 as the machine believes right now; may jump. For one-time codes only."""
        return time.time_ns()

    def system_ns(self) -> int:
        """Nanoseconds of the monotonic clock, the same for every process since the machine's start; for grants and
        leases, which one process writes and another one reads.
        """
        return time.monotonic_ns()


def utc_text(wall_ns: int) -> str:
    """A moment in UTC, to the nanosecond.

    >>> utc_text(1_700_000_000_000_000_001)
    '2023-11-14 22:13:20.000000001'
    """
    seconds, rest = divmod(wall_ns, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(seconds))}.{rest:09d}"
