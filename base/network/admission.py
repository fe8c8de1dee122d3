"""How many connections may be open, in all and from one address.

In: the host of a newcomer, what the system lets a process open. Out: why a newcomer is turned away, if it is.
Never knows: sockets, logons.
Follows decision 7: a flood of connections takes no more than its share, and a log line per second.
"""

import resource
from collections import Counter
from contextlib import suppress

from base import limits


class Admission:
    """Counts who is inside.

    >>> admission = Admission(sessions=2, per_address=1)
    >>> admission.enter("10.0.0.1")
    >>> admission.why_refused("10.0.0.1")
    '1 connections from 10.0.0.1 are open already'
    >>> admission.why_refused("10.0.0.2")
    """

    def __init__(self, sessions: int, per_address: int) -> None:
        self._sessions = min(sessions, _files_for_sessions())
        self._per_address = per_address
        self._inside: Counter[str] = Counter()
        self._total = 0
        self._turned_away = 0
        self._next_notice_ns = 0

    def why_refused(self, host: str) -> str | None:
        """Say why nobody may come in from this host now; None when somebody may."""
        if self._total >= self._sessions:
            return f"{self._sessions} connections are open already"
        if self._inside[host] >= self._per_address:
            return f"{self._per_address} connections from {host} are open already"
        return None

    def enter(self, host: str) -> None:
        """Somebody came in."""
        self._inside[host] += 1
        self._total += 1

    def leave(self, host: str) -> None:
        """Somebody went."""
        self._inside[host] -= 1
        self._total -= 1
        if not self._inside[host]:
            del self._inside[host]

    def notice(self, turned_away: int, reason: str, now_ns: int) -> str | None:
        """Give a line for the log about those turned away, one per ``limits.NOTICE_NS``; the others are counted in."""
        self._turned_away += turned_away
        if now_ns < self._next_notice_ns:
            return None
        line = f"{self._turned_away} connections turned away: {reason}"
        self._turned_away = 0
        self._next_notice_ns = now_ns + limits.NOTICE_NS
        return line


def allow_many_files() -> str | None:
    """Let this process open files for all sessions, as far as the system allows; gives a line when that is not enough.

    The bound that a process starts with is often for 1,000 files; it may raise its own up to the system's.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.SESSIONS + limits.SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    sessions = _files_for_sessions()
    if sessions >= limits.SESSIONS:
        return None
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return f"this process may open {files} files: {sessions} connections fit, not {limits.SESSIONS} (see ulimit -Hn)"


def _files_for_sessions() -> int:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return limits.SESSIONS if files == resource.RLIM_INFINITY else max(1, files - limits.SPARE_FILES)
