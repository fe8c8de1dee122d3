"""Reading a journal back: all of it after a crash, or as it grows.

In: a Disk and the number of the last command already known. Out: commits, each once, in order, without a gap.
Never knows: how the market carries them out, who writes. Follows docs/journal.md: a torn end is reported and left
out, a newer format is refused by name, everything else that is not as it was written is JournalDamaged.
"""

from collections.abc import Iterator

from base import limits
from base.errors import JournalDamaged
from base.journal.chain import (
    ADVICE,
    SEGMENT,
    WHOLE_FILE,
    Chain,
    Commit,
    Segment,
    TornTail,
    Walk,
    check_link,
    name_of,
    number_of,
    read_header,
    segment_names,
    survey,
    torn_end,
    walk,
)
from base.journal.disk import Disk
from base.journal.records import HEADER, MAGIC, find

__all__ = ["Commit", "Follower", "Replay", "TornTail", "read"]


def read(disk: Disk, after: int = 0) -> "Replay":
    """Read the commits with commands later than number ``after``; of one that ``after`` divides, its later part."""
    return Replay(disk, after)


class Replay(Iterator[Commit]):
    """The commits of a journal. When they are through, ``torn`` says what a crash left behind the last one."""

    def __init__(self, disk: Disk, after: int) -> None:
        self.torn: TornTail | None = None
        self._disk = disk
        self._commits = self._read(after)

    def __next__(self) -> Commit:
        return next(self._commits)

    def _read(self, after: int) -> Iterator[Commit]:
        found = survey(self._disk)
        chain, place = Chain(), ("no file", 0)
        used = _from(found.used, after)
        for segment in used:
            check_link(segment, chain if segment is not used[0] else segment.chain())
            data = self._disk.read(segment.name, 0, WHOLE_FILE)
            chain = segment.chain()._replace(epoch=chain.epoch)
            chain, offset = yield from _later(walk(segment, data, SEGMENT.size, 0, chain), after)
            place = (segment.name, offset)
            self.torn = torn_end(segment, data, offset, last=segment is used[-1] and found.torn is None)
        self.torn = self.torn or found.torn
        if chain.sequence < after:
            wrong = f"the journal ends with command {chain.sequence}, but {after} has been carried out"
            raise JournalDamaged(*place, wrong, ADVICE)


class Follower:
    """The commits of a journal that another process writes, as they appear.

    A commit shows here when it is written, which may be before it is durable and acknowledged.
    """

    def __init__(self, disk: Disk, after: int = 0) -> None:
        self._disk = disk
        self._after = after
        self._chain = Chain()
        self._segment: Segment | None = None
        self._offset = SEGMENT.size

    def poll(self) -> list[Commit]:
        """Give what was committed since the last call; a commit that is only half visible comes later."""
        return [commit for part in self.parts() for commit in part]

    def parts(self) -> Iterator[list[Commit]]:
        """Give the same file by file, so that nobody needs to hold a long journal at once."""
        if self._segment is None and not self._begin():
            return
        while self._segment is not None:
            commits: list[Commit] = []
            successor = self._peek(name_of(number_of(self._segment.name) + 1))
            try:
                self._read_on(self._segment, commits)
            except JournalDamaged:
                yield commits  # what is whole before the damage is worth as much as ever
                raise
            yield commits
            if successor is None:
                return
            self._go_over(self._segment, successor)

    def _begin(self) -> bool:
        headers = [header for name in segment_names(self._disk) if (header := self._peek(name)) is not None]
        used = _from(headers, self._after)
        if used:
            self._segment = used[0]
            self._chain = used[0].chain()
        return bool(used)

    def _peek(self, name: str) -> Segment | None:
        """Give the header of a file as far as it can be seen now."""
        try:
            return read_header(self._disk.read(name, 0, SEGMENT.size), name)
        except FileNotFoundError:
            return None

    def _read_on(self, segment: Segment, commits: list[Commit]) -> None:
        """Take all whole records from here on."""
        size = limits.JOURNAL_FOLLOWED_BYTES
        while data := self._disk.read(segment.name, self._offset, size):
            taken = self._take(segment, data, commits)
            if taken:
                size = limits.JOURNAL_FOLLOWED_BYTES
                continue
            length = _length_claimed(data)
            if length > len(data) and self._offset + length <= segment.size and length > size:
                size = length
                continue
            if not self._fill_gap(segment, data, commits):
                return

    def _take(self, segment: Segment, data: bytes, commits: list[Commit]) -> int:
        walking = _later(walk(segment, data, 0, self._offset, self._chain), self._after)
        while True:
            try:
                commits.append(next(walking))
            except StopIteration as stop:
                self._chain, taken = stop.value
                self._offset += taken
                return int(taken)

    def _fill_gap(self, segment: Segment, data: bytes, commits: list[Commit]) -> bool:
        """When a later record is whole although this one is not, look again: this one was being written, or raise."""
        follower = find(data, 0, segment.identity)
        if follower < 0:
            return False
        if self._take(segment, self._disk.read(segment.name, self._offset, len(data)), commits):
            return True
        wrong = f"the record here is damaged, and a whole one follows at offset {self._offset + follower}"
        raise JournalDamaged(segment.name, self._offset, wrong, ADVICE)

    def _go_over(self, segment: Segment, successor: Segment) -> None:
        """Continue in the next file; it was in use before the last look at this one, so this one is complete."""
        rest = self._disk.read(segment.name, self._offset, WHOLE_FILE)
        torn_end(segment, rest, 0, base=self._offset, last=False)
        check_link(successor, self._chain)
        self._segment, self._offset = successor, SEGMENT.size


def _from(used: list[Segment], after: int) -> list[Segment]:
    """Leave out the files that hold nothing later."""
    begun = [segment for segment in used if segment.first_sequence <= after + 1]
    if used and not begun:
        wrong = f"the journal begins with command {used[0].first_sequence}, but it is needed from {after + 1} on"
        raise JournalDamaged(used[0].name, 0, wrong, ADVICE)
    return used[max(len(begun) - 1, 0) :]


def _later(walking: Walk, after: int) -> Walk:
    """Leave out commands up to number ``after``."""
    while True:
        try:
            commit = next(walking)
        except StopIteration as stop:
            end: tuple[Chain, int] = stop.value
            return end
        known = max(after + 1 - commit.first_sequence, 0)
        if not known:
            yield commit
        elif known < len(commit.entries):
            yield commit._replace(first_sequence=after + 1, entries=commit.entries[known:])


def _length_claimed(data: bytes) -> int:
    """Give the length that a record beginning here says it has; 0 when none begins."""
    return int(HEADER.unpack_from(data)[1]) if len(data) >= HEADER.size and data.startswith(MAGIC) else 0
