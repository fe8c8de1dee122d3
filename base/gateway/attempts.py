"""How often somebody may guess: wrong one-time codes, counted per address and per account.

In: the address of a peer, an account, the time as an argument. Out: whether another try is evaluated.
Never knows: codes, keys, messages. Follows OWASP ASVS 6.3.1: guessing stops, and stopping it locks no
regular user out; so addresses are counted first, and the stop of an account spares the known ones.
"""

from collections import OrderedDict
from collections.abc import Collection

from base import limits


class Window:
    """A count that starts again after ``length_ns``."""

    __slots__ = ("_count", "_length_ns", "_started_ns")

    def __init__(self, length_ns: int, now_ns: int) -> None:
        self._length_ns = length_ns
        self._started_ns = now_ns
        self._count = 0

    def count(self, now_ns: int) -> int:
        """Give what was counted in the window that is open now."""
        return self._count if now_ns - self._started_ns < self._length_ns else 0

    def add(self, now_ns: int) -> None:
        """Count one more, in a new window when the old one is over."""
        self._count = self.count(now_ns) + 1
        if self._count == 1:
            self._started_ns = now_ns


class Attempts:
    """The wrong tries of all peers. Count unknown accounts as one: those that exist bound the memory."""

    def __init__(self) -> None:
        self._sources: OrderedDict[tuple[str, int], Window] = OrderedDict()
        self._accounts: dict[int, Window] = {}
        self._known: dict[int, OrderedDict[str, None]] = {}

    def allowed(self, source: str, account: int, listed: Collection[str], now_ns: int) -> bool:
        """True when another try is evaluated; ``listed`` addresses obey their own count only."""
        own = self._sources.get((source, account))
        if own is not None and own.count(now_ns) >= limits.LOGON_TRIES_PER_SOURCE:
            return False
        stop = self._accounts.get(account)
        if stop is None or stop.count(now_ns) < limits.LOGON_TRIES_PER_ACCOUNT:
            return True
        return self._is_familiar(source, account, listed)

    def failed(self, source: str, account: int, listed: Collection[str], now_ns: int) -> None:
        """Count a try that was evaluated and wrong."""
        place = source, account
        own = self._sources.pop(place, None) or Window(limits.LOGON_TRIES_WINDOW_NS, now_ns)
        own.add(now_ns)
        self._sources[place] = own
        if len(self._sources) > limits.LOGON_SOURCES:
            self._sources.popitem(last=False)
        if not self._is_familiar(source, account, listed):
            if account not in self._accounts:
                self._accounts[account] = Window(limits.LOGON_TRIES_ACCOUNT_WINDOW_NS, now_ns)
            self._accounts[account].add(now_ns)

    def succeeded(self, source: str, account: int) -> None:
        """Remember an address from which the account has logged on."""
        known = self._known.setdefault(account, OrderedDict())
        known.pop(source, None)
        known[source] = None
        if len(known) > limits.KNOWN_SOURCES_PER_ACCOUNT:
            known.popitem(last=False)

    def _is_familiar(self, source: str, account: int, listed: Collection[str]) -> bool:
        return source in listed or source in self._known.get(account, ())
