"""Whose turn it is to write the access tables, over all processes that share them.

In: the path of a file that only serves to be locked. Out: turns. Never knows: what is written, who waits.
SQLite lets whoever asks at the right moment write next, so one that writes again and again, each time until the disk
has it, would keep all others out for seconds. Here who has written queues behind those who wait already.
"""

import fcntl
import os
import select
from pathlib import Path

LOOK_S = 0.001
"""Seconds between two looks whether it is our turn."""

OWNER_ONLY = 0o600


class Turns:
    """One place in the queue; the system frees it when its process ends."""

    def __init__(self, path: Path) -> None:
        """Open the file, made when missing; OSError when that cannot be."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)

    def take(self, wait_ms: int) -> int | None:
        """Wait for our turn; gives the milliseconds that are left, None when it did not come in time.

        Whoever has it waits for the tables, then passes it on with ``give`` before writing.
        """
        for left_ms in range(wait_ms, -1, -1):
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                select.select((), (), (), LOOK_S)
            else:
                return left_ms
        return None

    def give(self) -> None:
        """Let the next one take its turn."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave; once more does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
