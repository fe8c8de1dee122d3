"""A socket for programs of this machine: each caller sends one line and gets one line back.

In: a path, and a function from line to line. Out: answered callers. Never knows: what the lines mean.
Only the owner of the file may call. A lock beside it says who serves it, so that what a dead process left is
replaced and a living one is left alone, whoever starts first.
"""

import errno
import fcntl
import os
import selectors
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from base import limits
from base.network.listener import Listener
from base.socket_controller import SocketController

Answer: TypeAlias = Callable[[bytes], bytes]
"""Called with a line, gives the line to answer with; both without their ends."""

LINE_END = b"\n"
OWNER_ONLY = 0o600


class LocalDoor(Listener):
    """Serves ``path`` until ``close``; ``exhausted`` is called as that of any listener.

    Raises OSError when the path cannot be used, with EADDRINUSE and the process when a living one serves it.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        path: Path,
        answer: Answer,
        exhausted: Callable[[str, int], object],
    ) -> None:
        self._path = path
        self._answer = answer
        self._callers: dict[Caller, None] = {}
        self._lock: int | None = _lock(path.with_suffix(".lock"))
        try:
            super().__init__(selector, ("", 0), self._let_in, exhausted)
        except BaseException:
            self._unlock()
            raise

    def close(self) -> None:
        """Cut the callers and remove the socket's file; harmless when that was done already."""
        if self._lock is None:
            return
        for caller in list(self._callers):
            caller.close("the door is closed")
        super().close()
        self._path.unlink(missing_ok=True)
        self._unlock()

    def _open(self, address: tuple[str, int]) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if self._path.exists() and stat.S_ISSOCK(self._path.stat().st_mode):
                self._path.unlink()  # we have the lock, so nobody serves it
            with _short_name(self._path) as name:
                sock.bind(name)
            self._path.chmod(OWNER_ONLY)  # nobody can connect before we listen
        except BaseException:
            sock.close()
            raise
        return sock

    def _let_in(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        if len(self._callers) >= limits.LOCAL_CALLERS:
            next(iter(self._callers)).close("newer callers came")
        caller = Caller(self._selector, sock, self._answer, self._callers)
        if not caller.closed:
            self._callers[caller] = None

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class Caller(SocketController):
    """One program that asks."""

    def __init__(
        self, selector: selectors.BaseSelector, sock: socket.socket, answer: Answer, callers: "dict[Caller, None]"
    ) -> None:
        self._answer = answer
        self._callers = callers
        self._line = b""
        super().__init__(selector, sock, "a caller")

    def received(self, data: bytes) -> None:
        """Answer once a whole line is there; what comes behind it is thrown away."""
        line, end, _ = (self._line + data).partition(LINE_END)
        if len(line) > limits.LOCAL_LINE_BYTES:
            self.close(f"its line has more than {limits.LOCAL_LINE_BYTES} bytes")
        elif not end:
            self._line = line
        else:
            try:
                self.send(self._answer(line) + LINE_END)
            except BaseException:
                self.close("its line could not be answered")
                raise
            self.finish("answered")

    def connection_lost(self, reason: str) -> None:
        """Leave the list of those who are here."""
        self._callers.pop(self, None)

    def _connect(self) -> None:
        self._opened()


def ask(path: Path, line: bytes) -> bytes:
    """Send a line to the door at ``path`` and give its answer; empty when it closed without one.

    Raises OSError when nobody serves the path or nobody answers in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(limits.LOCAL_ANSWER_S)
        with _short_name(path) as name:
            sock.connect(name)
        sock.sendall(line + LINE_END)
        reply = bytearray()
        while not reply.endswith(LINE_END):
            part = sock.recv(limits.RECEIVE_BYTES)
            if not part or len(reply) + len(part) > limits.SEND_BUFFER_BYTES:
                return b""
            reply += part
    return bytes(reply[: -len(LINE_END)])


def _lock(path: Path) -> int:
    """Take the lock that a process keeps until it ends, however it ends."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
    except BlockingIOError:
        process = os.read(file, 20).decode("ascii", "replace")
        os.close(file)
        raise OSError(errno.EADDRINUSE, f"process {process or '?'} serves it") from None
    except BaseException:
        os.close(file)
        raise
    return file


@contextmanager
def _short_name(path: Path) -> Iterator[str]:
    """Give a name for a socket's path that is short enough for the system, however deep its directory is."""
    if len(os.fsencode(path)) <= limits.LOCAL_PATH_BYTES:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
