"""What load clients want of the messages that they send and of the answers, and what they tell of a round.

In: nothing. Out: protocols, a value. Never knows: sockets, any protocol.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Protocol


class Messages(Protocol):
    """An endless sequence of messages that are all ``size`` bytes long; ``buffer`` holds those of one turn."""

    size: int
    buffer: bytearray

    def take(self, number: int, /) -> bytes | memoryview: ...


class Answers(Protocol):
    """Tells answers from the rest of what a session receives."""

    rejected: int

    def count(self, data: bytes, /) -> int: ...


@dataclass(frozen=True)
class Round:
    """What a client saw: answers, the time they took, and how often each latency (its upper bound) was seen."""

    answered: int
    seconds: float
    latencies: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Messages answered per second."""
        return self.answered / self.seconds

    def latency_ns(self, part: float) -> int:
        """The latency within which this part of all messages was answered."""
        sums = list(accumulate(self.latencies.values()))
        return list(self.latencies)[bisect_left(sums, part * sums[-1])]
