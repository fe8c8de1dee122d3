"""Heartbeats: when to send one, and when a silent peer counts as gone.

In: the times at which something was sent or heard. Out: the next deadline and what it means.
Never knows: packets, sockets, clocks.
Follows: SoupBinTCP facts, "Timing": one second without sending, fifteen without hearing.
"""

from base import limits


class KeepAlive:
    """Both halves of keeping a link alive.

    >>> link = KeepAlive(now_ns=0)
    >>> link.next_deadline_ns(), link.heartbeat_is_due(10**9), link.peer_is_silent(10**9)
    (1000000000, True, False)
    """

    __slots__ = ("_heard_ns", "_sent_ns", "heartbeat_ns", "silence_ns")

    def __init__(
        self,
        now_ns: int,
        heartbeat_ns: int = limits.SOUP_HEARTBEAT_NS,
        silence_ns: int = limits.SOUP_SILENCE_NS,
    ) -> None:
        self.heartbeat_ns = heartbeat_ns
        self.silence_ns = silence_ns
        self._heard_ns = self._sent_ns = now_ns

    def heard(self, now_ns: int) -> None:
        """Note that something came from the peer, whatever it was."""
        self._heard_ns = max(self._heard_ns, now_ns)

    def sent(self, now_ns: int) -> None:
        """Note that something went to the peer, whatever it was."""
        self._sent_ns = max(self._sent_ns, now_ns)

    def next_deadline_ns(self) -> int:
        """Give the time at which a heartbeat is due or the peer counts as gone."""
        return min(self._sent_ns + self.heartbeat_ns, self._heard_ns + self.silence_ns)

    def heartbeat_is_due(self, now_ns: int) -> bool:
        """Whether nothing was sent for a whole heartbeat interval."""
        return now_ns >= self._sent_ns + self.heartbeat_ns

    def peer_is_silent(self, now_ns: int) -> bool:
        """Whether nothing was heard for so long that the peer counts as gone."""
        return now_ns >= self._heard_ns + self.silence_ns
