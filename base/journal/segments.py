"""The writer: one write and one sync per commit, in files made ahead.

In: the entries of a pass. Out: nothing, once they are on the disk; JournalFailed otherwise. Never knows: what
entries mean, sockets, clocks. Follows decision 5 and docs/journal.md. A journal that failed stays failed: after a
failed sync nobody knows what the disk holds, so only a new process that reads it back may go on.
"""

import errno
import secrets
from collections.abc import Callable, Sequence
from functools import partial

from base import limits
from base.errors import JournalFailed, JournalFullError, StaleEpoch
from base.journal.chain import (
    EPOCH,
    EPOCH_FILE,
    SEGMENT,
    WHOLE_FILE,
    Chain,
    Survey,
    TornTail,
    Walk,
    epoch_content,
    name_of,
    number_of,
    read_epoch,
    segment_header,
    survey,
    torn_end,
    walk,
)
from base.journal.disk import Disk
from base.journal.records import encode
from base.journal.syncing import AtTheEnd, Syncing
from base.vocabulary.recorded import Row, count_of

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Journal:
    """A journal open for writing, by one process at a time: see ``holder``.

    ``sequence`` is the number of the last command in it, ``epoch`` the newest one begun, ``trimmed`` what a crash
    had left at the end and ``open`` removed.
    """

    def __init__(
        self, disk: Disk, *, durable: bool, segment_bytes: int, identity: int | None, syncing: Syncing
    ) -> None:
        """Use ``open``."""
        self._disk = disk
        self._syncing = syncing
        self._is_syncing = False
        self._durable = durable
        self._segment_bytes = segment_bytes
        self._failure: JournalFailed | None = None
        self._fence = b""
        self._size = self._offset = self._last = 0
        self._reserve = ""
        found = survey(disk)
        self._identity = _identity(found, identity)
        self._number = number_of(found.used[-1].name) if found.used else 0
        self._chain, self.trimmed = self._find_end(found)
        self._chain = self._chain._replace(epoch=max(self._chain.epoch, found.epoch))
        if self.trimmed is not None:
            self._trim(self.trimmed)
        if found.used:
            self._settle_last()
        if found.spare and found.spare_bytes == segment_bytes:
            self._reserve = found.spare
        elif found.spare:
            disk.remove(found.spare)

    @classmethod
    def open(
        cls,
        disk: Disk,
        *,
        durable: bool,
        segment_bytes: int = limits.JOURNAL_SEGMENT_BYTES,
        identity: int | None = None,
        syncing: Syncing | None = None,
    ) -> "Journal":
        """Find the end, remove what a crash left behind it, and go on there; a new journal in an empty directory.

        Raises JournalDamaged or JournalTooNew when the last file cannot be continued (``replay.read`` looks at all
        files), JournalFailed when the disk fails, JournalFullError when it has no room. ``identity`` of a new
        journal is drawn by lot unless given. ``syncing`` waits for the disk between ``begin_commit`` and ``finish``.
        """
        syncing = syncing or AtTheEnd()
        try:
            journal = cls(disk, durable=durable, segment_bytes=segment_bytes, identity=identity, syncing=syncing)
            if not journal._make_room() and not journal._number:
                raise JournalFullError(f"there is no room for a journal: its first file takes {segment_bytes} bytes")
        except OSError as error:
            raise JournalFailed(f"cannot open the journal: {error}") from error
        return journal

    @property
    def sequence(self) -> int:
        """The number of the last command committed; they count from 1."""
        return self._chain.sequence

    @property
    def epoch(self) -> int:
        """The newest epoch: this process's own after ``begin_epoch``."""
        return self._chain.epoch

    @property
    def has_room(self) -> bool:
        """False when the reserve is all that is left: accept only what frees resources now."""
        return bool(self._reserve)

    def begin_epoch(self) -> int:
        """Take the journal over: whoever wrote before can commit no more. Needed before the first commit."""
        self.finish()
        try:
            epoch = max(self.epoch, read_epoch(self._disk)[1]) + 1
            content = epoch_content(self._identity, epoch)
            if EPOCH_FILE not in self._disk.names():
                self._disk.create(EPOCH_FILE, EPOCH.size)
            self._disk.write(EPOCH_FILE, 0, content)
            self._disk.sync(EPOCH_FILE)
        except OSError as error:
            raise self._failed(error) from error
        self._fence = content
        self._chain = self._chain._replace(epoch=epoch)
        return epoch

    def commit(self, now_ns: int, rows: Sequence[Row]) -> None:
        """Return when the entries of all rows are on the disk, together; durable only if the journal was opened so."""
        self._commit(now_ns, rows, self._sync)

    def begin_commit(self, now_ns: int, rows: Sequence[Row]) -> None:
        """Write the entries of all rows; they are kept when ``finish`` returns, which anything else here does first."""
        self._commit(now_ns, rows, self._begin_sync)

    def _commit(self, now_ns: int, rows: Sequence[Row], sync: Callable[[str], None]) -> None:
        self.finish()
        if not rows:
            return
        assert self._fence, "begin_epoch comes before the first commit"
        sequence, previous_crc, epoch = self._chain
        record, crc = encode(rows, self._identity, epoch, sequence + 1, now_ns, previous_crc)
        try:
            self._write(record, sync)
            self._chain = Chain(sequence + count_of(rows), crc, epoch)
            if not self._reserve and self._offset == SEGMENT.size + len(record):  # it has just gone into use
                self.finish()
                self._make_room()
        except OSError as error:
            raise self._failed(error) from error
        except JournalFailed as error:
            self._failure = error
            raise

    def finish(self) -> None:
        """Return when all that was begun is on the disk. The disk is used by nobody else until then."""
        self._refuse_when_failed()
        if self._is_syncing:
            self._is_syncing = False
            try:
                self._syncing.wait()
            except OSError as error:
                raise self._failed(error) from error

    def make_room(self) -> bool:
        """Make the file in reserve unless it is there; say whether it is. JournalFailed as for ``commit``."""
        self.finish()
        try:
            return self._make_room()
        except OSError as error:
            raise self._failed(error) from error
        except JournalFailed as error:
            self._failure = error
            raise

    def _make_room(self) -> bool:
        if not self._reserve:
            if self._fence:
                self._refuse_when_stale()
            name = name_of(self._number + 1)
            if self._create(name, self._segment_bytes):
                self._reserve = name
        return self.has_room

    def _write(self, record: bytes | bytearray, sync: Callable[[str], None]) -> None:
        self._refuse_when_stale()
        offset = self._offset
        if offset + len(record) > self._size:
            record = self._next_header(len(record)) + record
            offset = 0
        name = name_of(self._number)
        self._disk.write(name, offset, record)
        if self._durable:
            sync(name)
        self._offset = offset + len(record)

    def _sync(self, name: str) -> None:
        self._disk.sync(name)

    def _begin_sync(self, name: str) -> None:
        self._is_syncing = True
        self._syncing.begin(partial(self._disk.sync, name))

    def _refuse_when_stale(self) -> None:
        if self._disk.read(EPOCH_FILE, 0, EPOCH.size) != self._fence:
            raise StaleEpoch(f"another process has taken the journal over from epoch {self.epoch}")

    def _next_header(self, record_bytes: int) -> bytes:
        """Go over to the next file, one of its own size for a record that fits no other; give its header."""
        if record_bytes > limits.JOURNAL_RECORD_BYTES:
            raise JournalFailed(f"a commit of {record_bytes} bytes; {limits.JOURNAL_RECORD_BYTES} are allowed")
        name = name_of(self._number + 1)
        size = max(self._segment_bytes, SEGMENT.size + record_bytes)
        if size > self._segment_bytes and self._reserve:
            self._disk.remove(self._reserve)
            self._reserve = ""
        if not self._reserve and not self._create(name, size):
            raise JournalFullError(f"no room for another {size} bytes of journal, and the reserve is used up")
        self._reserve = ""
        self._number += 1
        self._size = size
        return segment_header(self._number, self._identity, size, self._chain)

    def _create(self, name: str, size: int) -> bool:
        try:
            self._disk.create(name, size)
        except OSError as error:
            if error.errno in NO_ROOM:
                return False
            raise
        return True

    def _find_end(self, found: Survey) -> tuple[Chain, TornTail | None]:
        """Read the last file in use up to its end; leaves the place where the next record goes."""
        if not found.used:
            return Chain(), found.torn
        segment = found.used[-1]
        data = self._disk.read(segment.name, 0, WHOLE_FILE)
        chain, last, offset = _end_of(walk(segment, data, SEGMENT.size, 0, segment.chain()))
        torn = torn_end(segment, data, offset, last=found.torn is None)
        self._size, self._offset, self._last = segment.size, offset, last
        return chain, torn or found.torn

    def _trim(self, torn: TornTail) -> None:
        """Overwrite a torn end with zeros, and give a shortened file its length back."""
        end = torn.offset + torn.bytes
        if torn.file == name_of(self._number):
            end = max(end, self._size)
        self._disk.write(torn.file, torn.offset, bytes(end - torn.offset))
        self._disk.sync(torn.file)

    def _settle_last(self) -> None:
        """Write the last record once more and sync it, because commits are going to follow it.

        Whoever wrote it may have ended before its sync, or because that failed. Then the record can be read and is
        not on the disk, and after a failed sync another sync alone would not bring it there.
        """
        name = name_of(self._number)
        start = self._last if self._last > SEGMENT.size else 0
        self._disk.write(name, start, self._disk.read(name, start, self._offset - start))
        self._disk.sync(name)

    def _failed(self, error: OSError) -> JournalFailed:
        kind = JournalFullError if error.errno in NO_ROOM else JournalFailed
        self._failure = kind(f"the journal cannot be written any more: {error}")
        return self._failure

    def _refuse_when_failed(self) -> None:
        if self._failure is not None:
            raise JournalFailed(f"the journal failed before ({self._failure}) and is not used any more")


def _identity(found: Survey, wanted: int | None) -> int:
    if found.identity is not None:
        return found.identity
    return secrets.randbits(32) if wanted is None else wanted


def _end_of(walking: Walk) -> tuple[Chain, int, int]:
    """Give what the next record continues, where the last one begins, and where it ends."""
    last = 0
    while True:
        try:
            last = next(walking).offset
        except StopIteration as stop:
            chain, end = stop.value
            return chain, last, end
