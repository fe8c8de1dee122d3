"""How a signal, or another thread, interrupts the loop's wait.

In: signals of the operating system. Out: a readable socket. Never knows: what the loop does then.
A handler only sets a flag and writes one byte; everything else happens in the loop's own pass.
"""

import os
import selectors
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Wakeup:
    """A socket pair: ``wake()`` makes the selector return."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._selector = selector
        selector.register(self._reader, selectors.EVENT_READ, self)

    def fileno(self) -> int:
        """Give the descriptor that takes the wake-up bytes."""
        return self._writer.fileno()

    def wake(self) -> None:
        """Make the selector return; safe in a signal handler and from any thread."""
        try:
            self._writer.send(b"\0")
        except OSError:
            return  # full: it is awake already; closed: nobody waits any more

    def process_events(self, mask: int) -> None:
        """Take the bytes away; that the selector returned is all they wanted."""
        try:
            self._reader.recv(4096)
        except (BlockingIOError, InterruptedError):
            return

    def close(self) -> None:
        """Give both sockets back."""
        self._selector.unregister(self._reader)
        self._reader.close()
        self._writer.close()


class EndOfInput:
    """A file, such as standard input, whose end calls ``ended`` once; what it says is thrown away.

    With ``enter`` it is a terminal on which a line ends it as well, until something is typed there for others.
    """

    def __init__(
        self, selector: selectors.BaseSelector, descriptor: int, ended: Callable[[], object], *, enter: bool = False
    ) -> None:
        self._selector = selector
        self._descriptor = descriptor
        self._ended = ended
        self._enter = enter
        try:
            selector.register(descriptor, selectors.EVENT_READ, self)
        except PermissionError:  # a plain file, or /dev/null: nobody keeps its other end open
            ended()

    def process_events(self, mask: int) -> None:
        """Look whether the file ended."""
        if self._enter and not in_front(self._descriptor):
            # Trying to read what is typed for others would stop us, and to wait for it would keep us busy.
            self._selector.unregister(self._descriptor)
            return
        try:
            over = not os.read(self._descriptor, 4096) or self._enter
        except OSError:
            over = True  # a terminal that went away
        if over:
            self._selector.unregister(self._descriptor)
            self._ended()


def in_front(descriptor: int) -> bool:
    """Whether this is a terminal and what is typed there is for us."""
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def stop_on_signals(stop: Callable[[], object], wakeup: Wakeup) -> Iterator[None]:
    """Call ``stop`` on SIGTERM and SIGINT while the block runs; main thread only."""

    def handle(number: int, frame: FrameType | None) -> None:
        stop()

    previous = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    previous_fd = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(previous_fd)
        for number, handler in previous.items():
            signal.signal(number, handler)
