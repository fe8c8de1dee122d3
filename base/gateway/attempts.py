"""How often somebody may guess: wrong one-time codes, counted per address and per account.

In: the address of a peer, an account, the time as an argument. Out: whether another try is evaluated.
Never knows: codes, keys, messages. Follows OWASP ASVS 6.3.1: guessing stops, and stopping it locks no
regular user out; so addresses are counted first, and the stop of an account spares the known ones.
"""

from collections import OrderedDict
from collections.abc import Collection

from base import limits


class _Window:
    """Wrong tries since ``started_ns``."""

    __slots__ = ("count", "started_ns")

    def __init__(self, now_ns: int) -> None:
        self.started_ns = now_ns
        self.count = 0


class Attempts:
    """The wrong tries of all peers. Count unknown accounts as one: those that exist bound the memory."""

    def __init__(self) -> None:
        self._sources: OrderedDict[tuple[str, int], _Window] = OrderedDict()
        self._accounts: dict[int, _Window] = {}
        self._known: dict[int, OrderedDict[str, None]] = {}

    def allowed(self, source: str, account: int, listed: Collection[str], now_ns: int) -> bool:
        """True when another try is evaluated; ``listed`` addresses obey their own count only."""
        window = self._sources.get((source, account))
        if window and _count(window, limits.LOGON_TRIES_WINDOW_NS, now_ns) >= limits.LOGON_TRIES_PER_SOURCE:
            return False
        if source in listed or source in self._known.get(account, ()):
            return True
        stop = self._accounts.get(account)
        tries = _count(stop, limits.LOGON_TRIES_ACCOUNT_WINDOW_NS, now_ns) if stop else 0
        return tries < limits.LOGON_TRIES_PER_ACCOUNT

    def failed(self, source: str, account: int, listed: Collection[str], now_ns: int) -> None:
        """Count a try that was evaluated and wrong."""
        place = source, account
        window = self._sources.pop(place, None)
        if window is None or now_ns - window.started_ns >= limits.LOGON_TRIES_WINDOW_NS:
            window = _Window(now_ns)
        window.count += 1
        self._sources[place] = window
        if len(self._sources) > limits.LOGON_SOURCES:
            self._sources.popitem(last=False)
        if source not in listed and source not in self._known.get(account, ()):
            self._count_for_account(account, now_ns)

    def succeeded(self, source: str, account: int) -> None:
        """Remember an address from which the account has logged on."""
        known = self._known.setdefault(account, OrderedDict())
        known.pop(source, None)
        known[source] = None
        if len(known) > limits.KNOWN_SOURCES_PER_ACCOUNT:
            known.popitem(last=False)

    def _count_for_account(self, account: int, now_ns: int) -> None:
        window = self._accounts.get(account)
        if window is None or now_ns - window.started_ns >= limits.LOGON_TRIES_ACCOUNT_WINDOW_NS:
            window = self._accounts[account] = _Window(now_ns)
        window.count += 1


def _count(window: _Window, length_ns: int, now_ns: int) -> int:
    return window.count if now_ns - window.started_ns < length_ns else 0
