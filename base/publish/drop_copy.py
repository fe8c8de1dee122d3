"""The copies that one supervisor receives: numbered from 1 without gaps, the newest of them kept.

In: copies in their order. Out: each with its number, from any number that is still kept.
Never knows: what a copy says, who reads it. Rebuilt by being given the same copies again.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

from base import limits

Copied = TypeVar("Copied")


class Copies(Generic[Copied]):
    """A bounded stretch of an endless numbered row; ``first`` to ``last`` are kept, none when first is last + 1."""

    def __init__(self) -> None:
        self._kept: deque[Copied] = deque()
        self.last = 0

    @property
    def first(self) -> int:
        """The number of the oldest copy that is kept."""
        return self.last - len(self._kept) + 1

    def append(self, copied: Copied) -> None:
        """Keep one more; beyond ``limits.DROP_COPIES_KEPT`` the oldest goes."""
        self._kept.append(copied)
        self.last += 1
        if len(self._kept) > limits.DROP_COPIES_KEPT:
            self._kept.popleft()

    def since(self, number: int, most: int) -> Iterator[tuple[int, Copied]]:
        """Give at most so many copies from this number on, or from the oldest kept, each with its number."""
        start = max(number, self.first)
        if self.last - start + 1 == 1 <= most:  # the usual case: somebody is up to date and gets the newest
            return iter([(self.last, self._kept[-1])])
        kept = list(islice(self._kept, start - self.first, start - self.first + most))
        return iter(list(enumerate(kept, start)))

    def capture(self) -> tuple[int, list[Copied]]:
        """The last number and what is kept, to be given to ``restore``."""
        return self.last, list(self._kept)

    def restore(self, captured: tuple[int, list[Copied]]) -> None:
        """Go on from what was captured."""
        self.last, self._kept = captured[0], deque(captured[1])
