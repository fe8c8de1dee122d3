"""Follows the journal of an OES: whatever it says is carried out in a venue of our own.

In: a venue without a past, its settings, the journal's directory. Out: the same venue, where the journal ends.
Never knows: who writes, what becomes of the venue. Follows docs/journal.md; for a start, a spare and an MDS.
"""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from base.clock import Clock
from base.errors import RecoveryFailed
from base.journal import snapshots
from base.journal.chain import Commit
from base.journal.disk import Disk, FileDisk
from base.journal.replay import Follower
from base.servers.past import Past, picture_version
from base.servers.settings import Settings
from base.venue import Venue

log = logging.getLogger("handoff")


class OpenDisk(Disk, Protocol):
    """A disk that is given back."""

    def close(self) -> None: ...


class Following:
    """A venue that does what a journal says. It begins with a picture where there is one, then ``catch_up`` goes on.

    ``after_commit`` is called after each commit, with the time at which it was made. ``open_disk`` opens the
    directory, here and wherever else it is wanted.
    """

    def __init__(
        self,
        venue: Venue,
        settings: Settings,
        directory: Path,
        clock: Clock,
        held: ExitStack,
        open_disk: Callable[[Path], OpenDisk] = FileDisk,
        *,
        begin_with_a_picture: bool = True,
    ) -> None:
        assert venue.records is not None, "only an OES has a past"
        self.directory = directory
        self.open_disk = open_disk
        self.disk = open_disk(directory)
        held.callback(self.disk.close)
        self.past = Past(venue.records, settings, clock, log.info)
        self.after_commit: list[Callable[[int], object]] = []
        self._settings = settings
        self._clock = clock
        self._ready: Iterator[Commit] = iter(())
        self.pictured = 0
        """The number of the last record in the picture that this began with; 0 for none."""
        if begin_with_a_picture:
            self._begin_with_a_picture()
        self._follower = Follower(self.disk, self.past.sequence)

    def catch_up(self, turn_ns: int | None = None) -> None:
        """Carry out what the journal says by now; with ``turn_ns`` for about so long, and the rest the next time."""
        self.past.go_on()
        until_ns = None if turn_ns is None else self._clock.now_ns() + turn_ns
        with _without_collector():
            before = -1
            while True:
                for commit in self._ready:
                    self.past.repeat(commit)
                    for action in self.after_commit:
                        action(commit.now_ns)
                    if until_ns is not None and self._clock.now_ns() >= until_ns:
                        return
                if self.past.sequence <= before:
                    return
                before = self.past.sequence
                self._ready = (commit for part in self._follower.parts() for commit in part)

    def _begin_with_a_picture(self) -> None:
        picture, passed_over = snapshots.newest(self.disk, picture_version(self._settings))
        for file, reason in passed_over:
            log.warning("the picture %s is passed over: %s", file, reason)
        if picture is not None:
            try:
                with _without_collector():
                    self.past.restore(picture.sequence, picture.state_hash, picture.body)
                self.pictured = picture.sequence
            except RecoveryFailed as error:
                name = snapshots.name_of(picture.sequence)
                raise RecoveryFailed(f"{name}: {error}; remove it, the journal has everything") from error


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing that is carried out forms cycles, and looking for them takes half of a recovery's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
