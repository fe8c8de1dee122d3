"""Takes a picture of a venue now and then, so that a restart need not repeat everything.

In: a venue's records, the number of the last commit. Out: picture files, written by a child process while trading
goes on. Never knows: messages, how a journal works. Follows "Snapshots" of docs/journal.md.
"""

import logging
import os
import signal
from collections.abc import Callable
from ctypes import CDLL

from base import limits
from base.gateway.records import Records
from base.servers.state_image import image_of

STANDARD_FILES = 3
QUIET_PART = 10
"""In a quiet moment so much less has to be new: then a picture is in nobody's way."""
SET_PARENT_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of Linux."""

log = logging.getLogger("handoff")

Store = Callable[[int, str, bytes], object]
"""Keeps a picture: the number of its last record, its state hash, its bytes."""


class Photographer:
    """Takes a picture once ``limits.PICTURE_EVERY`` records are new, in a quiet moment once a tenth as many are.

    ``store`` is called in the child with nothing open but what it opens itself; without a process of our own
    (``forks`` false) it is called right here. ``taken_at`` is the last record in the newest picture that there is.
    """

    def __init__(self, records: Records, store: Store, taken_at: int, *, forks: bool) -> None:
        self._records = records
        self._store = store
        self._forks = forks
        self._taken_at = taken_at
        self._child: int | None = None

    def is_due(self, sequence: int, *, quiet: bool = False) -> bool:
        """Whether ``look`` would take one."""
        new = limits.PICTURE_EVERY // QUIET_PART if quiet else limits.PICTURE_EVERY
        return sequence - self._taken_at >= max(new, 1) and self._child is None

    def look(self, sequence: int, *, quiet: bool = False) -> None:
        """Take a picture if one is due; to be called when all up to ``sequence`` is committed and carried out.

        The child needs a core for a second, and what a busy venue changes meanwhile is copied first, page by page.
        """
        if not self.is_due(sequence, quiet=quiet):
            return
        self._taken_at = sequence
        if not self._forks:
            self._try(sequence)
            return
        parent = os.getpid()
        child = os.fork()
        if child:
            self._child = child
            return
        code = 1
        try:
            _end_with(parent)
            signal.set_wakeup_fd(-1)
            os.closerange(0, limits.SESSIONS + limits.SPARE_FILES)  # sockets and pipes are our parent's
            for _ in range(STANDARD_FILES):  # so that nothing that is printed lands in a file of ours
                os.open(os.devnull, os.O_RDWR)
            self._take(sequence)
            code = 0
        finally:
            os._exit(code)

    def reap(self) -> None:
        """Ask, without waiting, how the child fared; to be called now and then."""
        if self._child is None:
            return
        pid, status = os.waitpid(self._child, os.WNOHANG)
        if pid:
            self._child = None
            if code := os.waitstatus_to_exitcode(status):
                log.warning("a picture of the state could not be written (exit code %d); the next one may", code)

    def close(self) -> None:
        """Wait for the child, if there is one."""
        if self._child is not None:
            os.waitpid(self._child, 0)
            self._child = None

    def _try(self, sequence: int) -> None:
        """Take it in our own process, to which a picture is not worth an answer."""
        try:
            self._take(sequence)
        except OSError as error:
            log.warning("a picture of the state could not be written (%s); the next one may", error)

    def _take(self, sequence: int) -> None:
        with self._records.standing_still():
            state_hash = self._records.state_hash()
            image = image_of(self._records.capture())
        self._store(sequence, state_hash, image)


def _end_with(parent: int) -> None:
    """Have the system end this process when its parent ends, however that happens.

    Whoever comes after the parent writes pictures too, or has put another journal in this one's place.
    """
    if hasattr(system := CDLL(None), "prctl"):
        system.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)
