"""Who waits for the disk: the journal itself at the last moment, or a thread while the journal's owner goes on.

In: a sync to be done. Out: its end, or the OSError that it met. Never knows: files, commits, replies.
Follows "A pass that goes on while the disk writes" of docs/decisions/recovery.md. One sync at a time.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Protocol, TypeAlias

Sync: TypeAlias = Callable[[], None]


class Syncing(Protocol):
    """What a journal wants of whoever waits for its disk."""

    def begin(self, sync: Sync) -> None:
        """Have it done from now on."""

    def wait(self) -> None:
        """Return when it is done; raise what it raised."""


class AtTheEnd:
    """Does it when it is waited for. Whoever tests wants one thing after the other."""

    def __init__(self) -> None:
        self._sync: Sync | None = None

    def begin(self, sync: Sync) -> None:
        """Remember it."""
        self._sync = sync

    def wait(self) -> None:
        """Do it."""
        sync, self._sync = self._sync, None
        assert sync is not None, "nothing was begun"
        sync()


class InThread:
    """Does it in a thread, which the first one starts; ``close`` ends that when nothing is being done."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._asked: SimpleQueue[Sync | None] = SimpleQueue()
        self._outcomes: SimpleQueue[Exception | None] = SimpleQueue()

    def begin(self, sync: Sync) -> None:
        """Let the thread do it."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="sync", daemon=True)
            self._thread.start()
        self._asked.put(sync)

    def wait(self) -> None:
        """Wait for the thread."""
        error = self._outcomes.get()
        if error is not None:
            raise error

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._asked.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (sync := self._asked.get()) is not None:
            try:
                sync()
            except Exception as error:
                self._outcomes.put(error)
            else:
                self._outcomes.put(None)
