"""Numbered messages: a stream that keeps them, and how far one connection has got in it.

In: messages in order, a number to begin with. Out: the messages from that number, as packets.
Never knows: sockets, what a message means, where the stream is kept.
Follows: SoupBinTCP facts, "Session and sequence recovery": numbers begin with 1 and have no gaps.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from base.errors import FieldError
from base.limits import SOUP_PAYLOAD_BYTES
from base.wire.soupbintcp.packets import sequenced


class Stream(Protocol):
    """All numbered messages of one session; whoever keeps them gives out what is safely kept, and nothing newer."""

    @property
    def next_number(self) -> int:
        """The number that the next appended message gets; 1 when there is none yet."""

    def append(self, message: bytes) -> int:
        """Keep one more message, of ``SOUP_PAYLOAD_BYTES`` at most; gives its number."""

    def read(self, first: int) -> Iterator[bytes]:
        """The messages from number ``first`` on, in order, as far as they are safely kept."""


class MemoryStream:
    """A stream in memory: for tests, and for venues that keep nothing.

    >>> stream = MemoryStream()
    >>> stream.append(b"a"), stream.append(b"b"), list(stream.read(2)), stream.next_number
    (1, 2, [b'b'], 3)
    """

    __slots__ = ("_messages",)

    def __init__(self) -> None:
        self._messages: list[bytes] = []

    @property
    def next_number(self) -> int:
        """The number that the next appended message gets."""
        return len(self._messages) + 1

    def append(self, message: bytes) -> int:
        """Keep one more message; gives its number."""
        if len(message) > SOUP_PAYLOAD_BYTES:
            raise FieldError(f"message: {len(message)} bytes, a packet carries at most {SOUP_PAYLOAD_BYTES}")
        self._messages.append(message)
        return len(self._messages)

    def read(self, first: int) -> Iterator[bytes]:
        """The messages from number ``first`` on, in order."""
        assert first >= 1, "numbers begin with 1"
        return islice(self._messages, first - 1, None)


def first_number(requested: int, next_number: int) -> int | None:
    """Where a login begins; None for a number that the stream has not reached.

    0 asks for new messages only. A number too high comes from a session of another day, or from a stream
    that lost its end: either way the client must not go on as if nothing were missing.

    >>> first_number(0, 5), first_number(2, 5), first_number(5, 5), first_number(6, 5)
    (5, 2, 5, None)
    """
    first = requested or next_number
    return first if first <= next_number else None


class Reader:
    """How far one connection has got in a stream; it costs a number, not memory, however slow the peer is."""

    __slots__ = ("_stream", "next_number")

    def __init__(self, stream: Stream, first: int) -> None:
        self._stream = stream
        self.next_number = first

    @property
    def is_behind(self) -> bool:
        """Whether the stream has messages that were not taken yet."""
        return self.next_number < self._stream.next_number

    def take(self, most_bytes: int) -> list[bytes]:
        """Packets for the next messages: at least one when there is one, then no more than ``most_bytes``."""
        taken: list[bytes] = []
        if not self.is_behind:
            return taken
        room = most_bytes
        for message in self._stream.read(self.next_number):
            packet = sequenced(message)
            room -= len(packet)
            if taken and room < 0:
                break
            taken.append(packet)
        self.next_number += len(taken)
        return taken
