"""Keeps the journal of an OES: whoever followed it so far writes what is new.

In: a venue that does what the journal says, the lock of the directory. Out: the application for the loop, which
commits. Never knows: messages, sockets. Follows docs/journal.md; only wiring.
"""

import logging
from contextlib import ExitStack

from base import limits
from base.clock import Clock
from base.errors import RecoveryFailed
from base.gateway.records import Records
from base.journal import snapshots
from base.journal.segments import Journal
from base.journal.syncing import InThread
from base.network.timers import Timers
from base.servers.following import Following
from base.servers.past import picture_version, started_with
from base.servers.pictures import Photographer
from base.servers.recorder import Recordable, Recorder
from base.servers.settings import Settings

QUIET_RECORDS_PART = 10_000
"""The part of ``PICTURE_EVERY`` up to which the records between two looks are few: a hundred in a second."""

log = logging.getLogger("handoff")


class Keeping:
    """The journal as its one writer sees it; ``recorder`` is the application that commits, after ``begin``.

    ``durable`` says that a commit waits for the disk, ``forks`` that the process is our own and may have children.
    """

    def __init__(
        self,
        venue: Recordable,
        settings: Settings,
        following: Following,
        clock: Clock,
        held: ExitStack,
        *,
        durable: bool,
        forks: bool,
    ) -> None:
        assert venue.records is not None, "only an OES has a past"
        self._records: Records = venue.records
        self._settings = settings
        self._directory = following.directory
        self._open_disk = following.open_disk
        self._journal = Journal.open(
            following.disk, durable=durable, segment_bytes=limits.JOURNAL_SEGMENT_BYTES,
            syncing=_thread(held) if forks else None,
        )  # fmt: skip
        self._carry_out_the_rest(following)
        self._journal.begin_epoch()
        self._looked_at = self._journal.sequence
        self._photographer = Photographer(self._records, self._store_picture, following.pictured, forks=forks)
        held.callback(self._photographer.close)
        self.recorder = Recorder(venue, self._journal)
        self._clock = clock

    def begin(self) -> None:
        """Commit that this process goes on from here. Whoever wants to listen does so before: that may fail."""
        self.recorder.begin(started_with(self._settings), self._clock.now_ns())
        self.recorder.after_commit.append(lambda now_ns: self._photographer.look(self._journal.sequence))
        self.recorder.may_hold = lambda sequence: not self._photographer.is_due(sequence)

    def watch(self, timers: Timers, now_ns: int) -> None:
        """Look after the disk's room and the pictures, now and then and before the first order."""
        self._look()
        timers.every(limits.ROOM_NS, lambda now_ns: self._look(), now_ns + limits.ROOM_NS)

    def _carry_out_the_rest(self, following: Following) -> None:
        journal, past = self._journal, following.past
        if journal.trimmed is not None:
            log.warning(
                "the last write before the end was cut off, nothing of it was answered: %s, offset %d, %d bytes",
                *journal.trimmed,
            )
        following.catch_up()
        if past.sequence != journal.sequence:
            raise RecoveryFailed(f"the journal ends with {journal.sequence}, carried out is {past.sequence}")
        if past.sequence:
            log.info("recovered: %s records carried out again", f"{past.sequence:,}")

    def _look(self) -> None:
        self._photographer.reap()
        has_room = self._journal.make_room()
        self._look_for_a_quiet_moment()
        if has_room == self._records.takes_new:
            return
        self._records.takes_new = has_room
        if has_room:
            log.warning("the disk has room again: new orders are taken")
        else:
            log.error("the disk of %s is full: new orders are refused, cancels are taken", self._directory)

    def _look_for_a_quiet_moment(self) -> None:
        """Little is new since the last look, and nothing is carried out that is not committed."""
        sequence = self._journal.sequence
        new, self._looked_at = sequence - self._looked_at, sequence
        if new <= limits.PICTURE_EVERY // QUIET_RECORDS_PART and not self._records.pending_count:
            self._photographer.look(sequence, quiet=True)

    def _store_picture(self, sequence: int, state_hash: str, image: bytes) -> None:
        disk = self._open_disk(self._directory)  # of our own: this may be a child, without the files of its parent
        snapshots.write(disk, sequence, self._journal.epoch, state_hash, picture_version(self._settings), image)
        disk.close()


def _thread(held: ExitStack) -> InThread:
    syncing = InThread()
    held.callback(syncing.close)
    return syncing
