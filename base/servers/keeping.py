"""The journal of an OES: everything that it says is carried out, then it takes what is new.

In: a venue without a past, its settings, the state directory. Out: the application for the loop, which commits.
Never knows: messages, sockets. Follows docs/journal.md; only wiring.
"""

import gc
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from base import limits
from base.clock import Clock
from base.errors import RecoveryFailed
from base.journal import snapshots
from base.journal.disk import FileDisk
from base.journal.replay import Follower
from base.journal.segments import Journal
from base.network.timers import Timers
from base.servers.past import Past, picture_version, started_with
from base.servers.pictures import Photographer
from base.servers.recorder import Recorder
from base.servers.settings import Settings
from base.venue import Venue

log = logging.getLogger("handoff")


class Keeping:
    """A venue and its journal: first a follower of it, after ``begin`` its writer."""

    def __init__(self, venue: Venue, settings: Settings, directory: Path, clock: Clock, held: ExitStack) -> None:
        assert venue.records is not None, "only an OES has a past"
        self._venue = venue
        self._records = venue.records
        self._settings = settings
        self._clock = clock
        self._held = held
        self._directory = directory
        self._disk = FileDisk(directory)
        held.callback(self._disk.close)
        self.past = Past(venue.records, settings, clock, log.info)
        self._begin_with_a_picture()
        self._follower = Follower(self._disk, self.past.sequence)

    def catch_up(self) -> None:
        """Carry out what the journal says by now."""
        with _without_collector():
            while commits := self._follower.poll():
                self.past.repeat_all(commits)

    def begin(self, *, durable: bool, forks: bool) -> Recorder:
        """Carry out the rest and go on from there; only for who holds the journal's lock."""
        journal = Journal.open(self._disk, durable=durable)
        if journal.trimmed is not None:
            log.warning("the last write before the end was cut off, nothing of it was answered: %s", journal.trimmed)
        self.catch_up()
        if self.past.sequence != journal.sequence:
            raise RecoveryFailed(f"the journal ends with {journal.sequence}, carried out is {self.past.sequence}")
        if self.past.sequence:
            log.info("recovered: %s records carried out again", f"{self.past.sequence:,}")
        journal.begin_epoch()
        recorder = Recorder(self._venue, journal)
        recorder.begin(started_with(self._settings), self._clock.now_ns())
        photographer = Photographer(self._records, self._store_picture, self.past.sequence, forks=forks)
        self._held.callback(photographer.close)
        recorder.after_commit.append(lambda now_ns: photographer.look(journal.sequence))
        self._look_after(journal, photographer)
        return recorder

    def watch(self, timers: Timers, now_ns: int) -> None:
        """Look after the disk's room and the pictures, now and then and before the first order."""
        self._look()
        timers.every(limits.ROOM_NS, lambda now_ns: self._look(), now_ns + limits.ROOM_NS)

    def _look_after(self, journal: Journal, photographer: Photographer) -> None:
        self._journal = journal
        self._photographer = photographer

    def _look(self) -> None:
        self._photographer.reap()
        has_room = self._journal.make_room()
        if has_room == self._records.takes_new:
            return
        self._records.takes_new = has_room
        if has_room:
            log.warning("the disk has room again: new orders are taken")
        else:
            log.error("the disk of %s is full: new orders are refused, cancels are taken", self._directory)

    def _begin_with_a_picture(self) -> None:
        picture, passed_over = snapshots.newest(self._disk, picture_version(self._settings))
        for file, reason in passed_over:
            log.warning("the picture %s is passed over: %s", file, reason)
        if picture is not None:
            try:
                with _without_collector():
                    self.past.restore(picture.sequence, picture.state_hash, picture.body)
            except RecoveryFailed as error:
                name = snapshots.name_of(picture.sequence)
                raise RecoveryFailed(f"{name}: {error}; remove it, the journal has everything") from error

    def _store_picture(self, sequence: int, state_hash: str, image: bytes) -> None:
        disk = FileDisk(self._directory)  # of our own: this may be a child, without the files of its parent
        snapshots.write(disk, sequence, self._journal.epoch, state_hash, picture_version(self._settings), image)
        disk.close()


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
