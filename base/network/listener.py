"""The socket that others connect to.

In: readiness of the listening socket. Out: accepted sockets, handed to the loop. Never knows: who
connects and why.
A process that ran out of files must not spin (H4): the newcomers that wait are let in through one
spare file and closed, then accepting pauses.
"""

import errno
import os
import selectors
import socket
from collections.abc import Callable
from typing import TypeAlias

from base import limits

Accept: TypeAlias = Callable[[socket.socket, tuple[str, int]], object]

OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Listener:
    """Listens on ``address`` (port 0: any free one) and hands every accepted socket to ``accept``.

    ``exhausted`` is called with the reason and the number of newcomers turned away when no file was
    left; accepting is paused then, until somebody calls ``resume``.
    Raises OSError when the address cannot be used.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        address: tuple[str, int],
        accept: Accept,
        exhausted: Callable[[str, int], object],
    ) -> None:
        self._selector = selector
        self._accept = accept
        self._exhausted = exhausted
        self._listening = False
        self.sock = self._open(address)
        try:
            self.sock.setblocking(False)
            self.sock.listen(limits.BACKLOG_CONNECTIONS)
        except BaseException:
            self.sock.close()
            raise
        self._spare_file: int | None = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self.resume()

    def _open(self, address: tuple[str, int]) -> socket.socket:
        """Give a bound socket; other kinds of listeners bind it otherwise."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
        except BaseException:
            sock.close()
            raise
        return sock

    @property
    def address(self) -> tuple[str, int]:
        """The real address, host and port."""
        host, port = self.sock.getsockname()
        return host, port

    def resume(self) -> None:
        """Accept again after a pause."""
        if not self._listening and self.sock.fileno() >= 0:
            self._selector.register(self.sock, selectors.EVENT_READ, self)
            self._listening = True

    def pause(self) -> None:
        """Accept nobody until ``resume``; the kernel keeps those who connect."""
        if self._listening:
            self._selector.unregister(self.sock)
            self._listening = False

    def close(self) -> None:
        """Stop for good."""
        self.pause()
        self.sock.close()
        if self._spare_file is not None:
            os.close(self._spare_file)
            self._spare_file = None

    def process_events(self, mask: int) -> None:
        """Accept those who wait, up to ``limits.ACCEPTS_PER_PASS``."""
        for _ in range(limits.ACCEPTS_PER_PASS):
            try:
                sock, peer = self.sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno not in OUT_OF_FILES:
                    continue  # this one gave up before we came
                self.pause()
                self._exhausted(os.strerror(error.errno), self._turn_away())
                return
            self._accept(sock, (peer[0], peer[1]) if peer else ("", 0))

    def _turn_away(self) -> int:
        if self._spare_file is not None:
            os.close(self._spare_file)
            self._spare_file = None
        turned_away = 0
        try:
            while turned_away < limits.ACCEPTS_PER_PASS:
                self.sock.accept()[0].close()
                turned_away += 1
        except OSError:
            return turned_away  # nobody waits any more, or somebody else took the file
        finally:
            self._take_spare_file()
        return turned_away

    def _take_spare_file(self) -> None:
        try:
            self._spare_file = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._spare_file = None  # the next exhaustion turns nobody away, it only pauses
