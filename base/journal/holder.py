"""One writer per directory.

In: a directory. Out: the right to write its journal, until this process ends or gives it back. Never knows: what is
written. A POSIX record lock on the file ``lock``: the kernel drops it with the process, and a child made by fork
does not inherit it. Such a lock does not bind its own process, so a table here does.
"""

import fcntl
import os
import struct
import sys
from pathlib import Path

from base.errors import JournalHeld
from base.journal.disk import DIRECTORY_MODE, FILE_MODE

LOCK_FILE = "lock"

# The C structure flock, whose order of fields is the system's own: (format, index of the type, index of the pid).
_FLOCK, _TYPE, _PID = ("qqihh", 3, 2) if sys.platform == "darwin" else ("hhqqi4x", 0, 4)

_held_here: dict[tuple[int, int], int] = {}
"""Device and inode of each lock file that this process holds -> its pid then; a forked child has another pid."""


class Holder:
    """The right to write the journal of a directory."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Use ``take``."""
        self._path = path
        self._descriptor = descriptor
        self._key = _key(os.fstat(descriptor))

    @classmethod
    def take(cls, directory: Path) -> "Holder":
        """Take the right or raise JournalHeld; the directory is made when it is missing."""
        directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        path = directory / LOCK_FILE
        if _held_by_me(path):
            raise _held(directory, os.getpid())
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = _pid_of_lock(descriptor)
            os.close(descriptor)
            raise _held(directory, pid) from error
        holder = cls(path, descriptor)
        _held_here[holder._key] = os.getpid()
        holder.say(0)
        return holder

    def say(self, epoch: int) -> None:
        """Write pid and epoch into the file, for people who look."""
        text = f"pid {os.getpid()} epoch {epoch}\n".encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def release(self) -> None:
        """Give the right back; once more does nothing."""
        if self._descriptor >= 0:
            _held_here.pop(self._key, None)
            os.close(self._descriptor)
            self._descriptor = -1


def holder_of(directory: Path) -> int | None:
    """Give the pid of the process that holds a directory; 0 for one whose pid cannot be seen from here."""
    path = directory / LOCK_FILE
    if _held_by_me(path):
        return os.getpid()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return _pid_of_lock(descriptor)
    finally:
        os.close(descriptor)


def _held_by_me(path: Path) -> bool:
    """Asked before the file is opened, because closing it would drop the lock that this process has on it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return _held_here.get(_key(status)) == os.getpid()


def _pid_of_lock(descriptor: int) -> int | None:
    wanted = [0] * 5
    wanted[_TYPE] = fcntl.F_WRLCK
    answer = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *wanted)))
    return None if answer[_TYPE] == fcntl.F_UNLCK else max(int(answer[_PID]), 0)


def _held(directory: Path, pid: int | None) -> JournalHeld:
    who = f"process {pid}" if pid else "another process"
    text = f"{directory}: {who} writes the journal here; stop it first, or name another directory"
    return JournalHeld(text, pid or 0)


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
