"""A spare OES: it follows the journal of the one that trades and takes over when that one is gone.

In: the state directory. Out: the lock of the journal, once nobody else can write there. Never knows: messages.
Follows "A spare OES" of docs/journal.md. Gone is a process that ended, which the system tells at once, or one whose
sign of life is older than three seconds; that one is ended before anything of its is touched.
"""

import logging
import os
import selectors
import signal
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from base import limits
from base.access.leases import Leases
from base.clock import Clock
from base.errors import AccessUnavailable, JournalHeld
from base.journal.holder import Holder, holder_of
from base.network.wakeup import EndOfInput, Wakeup, stop_on_signals

log = logging.getLogger("handoff")


class FollowsJournal(Protocol):
    """Who carries out what the journal of another process says."""

    def catch_up(self) -> None: ...


class SignsOfLife:
    """What a process that holds a journal let us know of itself; whoever never gave a sign is not missed."""

    def __init__(self, leases: Leases, clock: Clock) -> None:
        self._leases = leases
        self._clock = clock
        self._last_ns: int | None = None
        self._looked_ns: int | None = None

    def are_missing(self, pid: int) -> bool:
        """Whether the process gave signs of life and has given none for too long, although it could have.

        A time in which we could not look ourselves does not count: the machine may have stood still for both.
        """
        now_ns = self._clock.system_ns()
        if self._looked_ns is not None and self._last_ns is not None:
            self._last_ns += max(0, now_ns - self._looked_ns - limits.LEASE_RENEW_NS)
        self._looked_ns = now_ns
        with suppress(AccessUnavailable):
            sign_ns = self._leases.last_sign_of(pid)
            if sign_ns is not None:
                self._last_ns = max(sign_ns, self._last_ns or 0)
        if self._last_ns is None or now_ns - self._last_ns <= limits.LEASE_STALE_NS:
            return False
        if self._leases.can_be_renewed():
            return True
        self._last_ns = now_ns  # and once there is room, it has as long as ever to give the next
        return False

    def forget(self) -> None:
        """Another process is looked at from now on, or none."""
        self._last_ns = self._looked_ns = None


class Spare:
    """Waits behind the process that holds a journal."""

    def __init__(self, directory: Path, leases: Leases, clock: Clock, follower: FollowsJournal) -> None:
        self._directory = directory
        self._signs = SignsOfLife(leases, clock)
        self._follower = follower
        self._selector = selectors.DefaultSelector()
        self._wakeup = Wakeup(self._selector)
        self._watched: int | None = None
        self._descriptor: int | None = None
        self._stopped = False

    def __enter__(self) -> "Spare":
        return self

    def __exit__(self, *error: object) -> None:
        self._forget()
        self._wakeup.close()
        self._selector.close()

    def stop(self) -> None:
        """End ``wait``; safe in signal handlers and from any thread."""
        self._stopped = True
        self._wakeup.wake()

    def stop_with_input(self, descriptor: int) -> None:
        """End ``wait`` when this file ends."""
        EndOfInput(self._selector, descriptor, self.stop)

    def wait(self, signals: bool) -> Holder | None:
        """Follow until the journal is ours; None when stopped before."""
        with ExitStack() as stack:
            if signals:
                stack.enter_context(stop_on_signals(self.stop, self._wakeup))
            while not self._stopped:
                self._follower.catch_up()
                holder = self._try()
                if holder is not None:
                    return holder
                for key, mask in self._selector.select(limits.SPARE_LOOK_NS / 1e9):
                    key.data.process_events(mask)
        return None

    def process_events(self, mask: int) -> None:
        """The watched process is gone; the next look finds the lock free."""
        self._say_that_it_ended()

    def _try(self) -> Holder | None:
        pid = holder_of(self._directory)
        if pid is None:
            self._say_that_it_ended()  # we may see its lock free before we hear of its end
            with suppress(JournalHeld):  # somebody else was faster: the next look finds whom to watch
                return Holder.take(self._directory)
            return None
        if pid != self._watched:
            self._watch(pid)
        self._judge(pid)
        return None

    def _watch(self, pid: int) -> None:
        self._forget()
        with suppress(ProcessLookupError):  # it ended in between: the next look finds the lock free
            self._descriptor = os.pidfd_open(pid)
            self._selector.register(self._descriptor, selectors.EVENT_READ, self)
            self._watched = pid
            log.info("standing by: process %d holds the journal in %s", pid, self._directory)

    def _say_that_it_ended(self) -> None:
        if self._watched is not None:
            log.warning("process %d, which held the journal, ended", self._watched)
        self._forget()

    def _judge(self, pid: int) -> None:
        """End a process that gave signs of life and gives none any more."""
        if self._descriptor is not None and self._signs.are_missing(pid):
            log.warning("process %d gives no sign of life; it is ended before its journal is taken over", pid)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            self._signs.forget()

    def _forget(self) -> None:
        if self._descriptor is not None:
            self._selector.unregister(self._descriptor)
            os.close(self._descriptor)
        self._watched = self._descriptor = None
        self._signs.forget()
