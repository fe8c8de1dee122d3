"""What was traded: the last price, and what 24 hours saw of each instrument.

In: trades with their times, and the time as it passes. Out: the day of an instrument.
Never knows: orders, books, accounts, who asks.
Follows section 3.12 of the protocol. A day is counted in buckets of ``limits.DAY_BUCKET_NS``: a trade counts for
24 hours at least and for one bucket more at most, so memory is bounded however much is traded.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from base import limits
from base.publish.depth import Print

DAY_BUCKETS = limits.DAY_NS // limits.DAY_BUCKET_NS
"""Whole buckets that a trade's own one is followed by before it no longer counts."""


class Day(NamedTuple):
    """The last trade of an instrument, however old, and quantity, highest and lowest price of 24 hours; 0: none."""

    last_ticks: int = 0
    last_lots: int = 0
    volume_lots: int = 0
    high_ticks: int = 0
    low_ticks: int = 0


class _Bucket:
    """What was traded in one stretch of time."""

    __slots__ = ("high_ticks", "lots", "low_ticks", "number")

    def __init__(self, number: int, price_ticks: int) -> None:
        self.number = number
        self.lots = 0
        self.high_ticks = self.low_ticks = price_ticks


class _Counted:
    """The buckets of one instrument, the oldest first, and what they add up to."""

    __slots__ = ("buckets", "day")

    def __init__(self) -> None:
        self.buckets: deque[_Bucket] = deque()
        self.day = Day()

    def count(self, number: int, price_ticks: int, lots: int) -> None:
        """Add a trade that belongs into the bucket of this number."""
        if not self.buckets or self.buckets[-1].number < number:
            self.buckets.append(_Bucket(number, price_ticks))
        bucket, day = self.buckets[-1], self.day
        bucket.lots += lots
        bucket.high_ticks = max(bucket.high_ticks, price_ticks)
        bucket.low_ticks = min(bucket.low_ticks, price_ticks)
        low_ticks = min(day.low_ticks, price_ticks) if day.low_ticks else price_ticks
        self.day = Day(price_ticks, lots, day.volume_lots + lots, max(day.high_ticks, price_ticks), low_ticks)

    def forget_through(self, number: int) -> None:
        """Take out the buckets up to this number, and add up those that stay."""
        gone_lots = 0
        while self.buckets and self.buckets[0].number <= number:
            gone_lots += self.buckets.popleft().lots
        self.day = self.day._replace(
            volume_lots=self.day.volume_lots - gone_lots,
            high_ticks=max((bucket.high_ticks for bucket in self.buckets), default=0),
            low_ticks=min((bucket.low_ticks for bucket in self.buckets), default=0),
        )


class Trades:
    """The trades of the given instruments. Times that go back count as the newest one."""

    def __init__(self, instruments: Iterable[int]) -> None:
        self._counted = {instrument: _Counted() for instrument in instruments}
        self._newest_ns = 0
        self._deadline_ns: int | None = None
        self.changed: set[int] = set()
        """Instruments whose day changed; whoever reads it clears it."""

    def begin(self, instrument: int, last_ticks: int) -> None:
        """Know the last price of an instrument whose trades before now are not known."""
        counted = self._counted[instrument]
        counted.day = counted.day._replace(last_ticks=last_ticks)

    def follow(self, prints: Iterable[Print], now_ns: int) -> None:
        """Count trades that happened now, in their order."""
        self.pass_time(now_ns)
        number = self._newest_ns // limits.DAY_BUCKET_NS
        for one in prints:
            self._counted[one.instrument].count(number, one.price_ticks, one.lots)
            self.changed.add(one.instrument)
            if self._deadline_ns is None:
                self._deadline_ns = _end_of_day_ns(number)

    def pass_time(self, now_ns: int) -> None:
        """Let go of what is older than a day."""
        self._newest_ns = max(self._newest_ns, now_ns)
        if self._deadline_ns is None or self._newest_ns < self._deadline_ns:
            return
        oldest = self._newest_ns // limits.DAY_BUCKET_NS - DAY_BUCKETS
        for instrument, counted in self._counted.items():
            if counted.buckets and counted.buckets[0].number < oldest:
                counted.forget_through(oldest - 1)
                self.changed.add(instrument)
        self._deadline_ns = self._next_deadline_ns()

    def next_deadline_ns(self) -> int | None:
        """Give the time at which the next trade grows older than a day; None when there is none."""
        return self._deadline_ns

    def _next_deadline_ns(self) -> int | None:
        oldest = [counted.buckets[0].number for counted in self._counted.values() if counted.buckets]
        return _end_of_day_ns(min(oldest)) if oldest else None

    def day(self, instrument: int) -> Day:
        """The day of an instrument."""
        return self._counted[instrument].day


def _end_of_day_ns(number: int) -> int:
    """When the trades of the bucket of this number no longer count."""
    return (number + DAY_BUCKETS + 1) * limits.DAY_BUCKET_NS
