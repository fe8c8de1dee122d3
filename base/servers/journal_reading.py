"""A journal as others see it: read beside the process that writes it, without its lock.

In: a state directory. Out: commits in order, what was cut off at the end. Never knows: what a record means, how it is
shown. Follows docs/journal.md, "Tools". Nothing is ever changed here: files are opened for reading only.
"""

from collections.abc import Iterator
from pathlib import Path

from base import limits
from base.errors import JournalDamaged, JournalMissing
from base.journal.chain import segment_names
from base.journal.disk import FileDisk
from base.journal.holder import holder_of
from base.journal.replay import Commit, Follower, TornTail, read

JOURNAL = "journal"
"""The folder of the journal in the state directory."""


class Reading:
    """The journal of a state directory; JournalMissing when there is none.

    After ``commits`` is through, ``torn`` says what a crash left behind the last one.
    """

    def __init__(self, state: Path) -> None:
        self.directory = state / JOURNAL
        self.disk = FileDisk(self.directory, read_only=True)
        self.sequence = 0
        self.torn: TornTail | None = None
        try:
            self.files = segment_names(self.disk)
        except (FileNotFoundError, NotADirectoryError):
            self.files = []
        if not self.files:
            raise JournalMissing(
                f"there is no journal in the state directory {state}: an OES writes one; name its directory by --state"
            )

    def commits(self, until: int | None = None) -> Iterator[Commit]:
        """Give all commits; the last one only as far as command ``until``, if that is given."""
        for commit in self._all():
            left = len(commit.entries) if until is None else until + 1 - commit.first_sequence
            if left <= 0:
                return
            commit = commit._replace(entries=commit.entries[:left])
            self.sequence = commit.first_sequence + len(commit.entries) - 1
            yield commit
            if until is not None and self.sequence >= until:
                return

    def is_written(self) -> bool:
        """Whether a process holds this journal now."""
        try:
            return holder_of(self.directory) is not None
        except OSError:  # not ours to ask; then it may be
            return True

    def close(self) -> None:
        """Close the files."""
        self.disk.close()

    def _all(self) -> Iterator[Commit]:
        follower = Follower(self.disk)
        for part in follower.parts():
            yield from part
        yield from self._end()

    def _end(self) -> list[Commit]:
        """Read what a follower leaves open: whether the journal really ends where it seems to.

        Beside a writer one look may meet a record that is half written and one behind it that is whole; a later look
        does not meet the same place again.
        """
        for _ in range(limits.JOURNAL_LOOKS if self.is_written() else 1):
            try:
                replay = read(self.disk, self.sequence)
                later = list(replay)
            except JournalDamaged as error:
                damage = error
            else:
                self.torn = None if self.is_written() else replay.torn
                return later
        raise damage
