"""Connections between simulated clients and servers: two streams of bytes that are cut, stalled, dropped or half dead.

In: bytes from both ends. Out: fragments in order, at the scheduler's pleasure; ends. Never knows: what the bytes mean.
Nothing is reordered within a connection; between connections everything is.
"""

from random import Random

SECOND = 1_000_000_000
PROBES_NS = 14 * SECOND
"""After that long without an answer a system gives a connection up."""


class Stream:
    """One direction. Bytes wait in ``under_way`` until they are let through; an end stands behind the last of them."""

    def __init__(self) -> None:
        self.under_way = bytearray()
        self.has_ended = False
        self.was_told = False
        self.stalled_until_ns = 0

    def write(self, data: bytes) -> None:
        if not self.has_ended:
            self.under_way += data

    def end(self) -> None:
        """Nothing follows what is under way."""
        self.has_ended = True

    def break_off(self) -> None:
        """What is under way is lost as well."""
        self.under_way.clear()
        self.has_ended = True

    def is_ready(self, now_ns: int) -> bool:
        return now_ns >= self.stalled_until_ns and (bool(self.under_way) or (self.has_ended and not self.was_told))

    def take(self, chance: Random) -> bytes:
        """Give the next fragment; nothing at all is the end."""
        size = len(self.under_way)
        if chance.random() < 0.4:
            size = chance.randint(min(1, size), size)
        fragment = bytes(self.under_way[:size])
        del self.under_way[:size]
        self.was_told = not fragment
        return fragment


class Link:
    """A connection; ``number`` is used once in a simulation."""

    def __init__(self, number: int, peer: tuple[str, int], local: tuple[str, int]) -> None:
        self.number = number
        self.peer = peer
        self.local = local
        self.to_server = Stream()
        self.to_client = Stream()
        self.is_new = False
        self.dead_since_ns: int | None = None

    def reset(self) -> None:
        """Both sides learn that the connection is gone; what is under way is lost."""
        self.to_server.break_off()
        self.to_client.break_off()

    def die_silently(self, now_ns: int) -> None:
        """Nothing gets through any more, and nobody is told before the systems give up."""
        if self.dead_since_ns is None:
            self.dead_since_ns = now_ns
            for stream in (self.to_server, self.to_client):
                stream.stalled_until_ns = now_ns + PROBES_NS

    def clock_restarted(self, now_ns: int) -> None:
        """The clock that times are told by began again."""
        self.to_client.stalled_until_ns = 0
        if self.dead_since_ns is not None:
            self.dead_since_ns = None
            self.die_silently(now_ns)

    def tick(self, now_ns: int) -> None:
        """Give a dead connection up when its time is over."""
        if self.dead_since_ns is not None and now_ns >= self.dead_since_ns + PROBES_NS:
            self.dead_since_ns = None
            self.reset()
