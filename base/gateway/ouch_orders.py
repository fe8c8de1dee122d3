"""What an OUCH account has at the venue: its orders by token, the tokens it used, its numbered messages.

In: tokens, orders, messages to keep. Out: what is fresh, what is live, what was said. Never knows: dialects' layouts,
the market, sockets, clocks.
Follows the rules of the OUCH pages for tokens and SoupBinTCP's for numbered messages. A picture keeps all of it.
"""

from array import array
from collections.abc import Iterator
from enum import IntEnum
from hashlib import sha256
from typing import Any, NamedTuple

from base import limits
from base.gateway.reports import FOREIGN, Entry


class OuchPort(IntEnum):
    """Where OUCH is spoken; the numbers stand in the journal."""

    JAPANNEXT = 1
    JAPANNEXT_BARE = 2
    NASDAQ_42 = 3
    NASDAQ_50 = 4


PORTS_PER_PARTICIPANT = 8
"""Room for ports in the number of an account."""


def key_of(participant: int, port: int) -> int:
    """The number of an account: a participant at one port.

    >>> key_of(2, OuchPort.NASDAQ_42)
    19
    """
    return participant * PORTS_PER_PARTICIPANT + port


class OuchOrder(Entry):
    """One order of a member, over all its replaces.

    ``frame`` is the Enter Order; ``number`` the one that the client knows, ``order_id`` the id under which the market
    has the order now, ``base_lots`` what was executed under earlier ones, ``label`` the client's own text for it.
    ``open_lots`` may still trade.
    """

    __slots__ = (
        "base_lots", "entered_ns", "executed_lots", "key", "label", "number", "open_lots", "order_id", "owner", "token",
        "until_ns", "wish",
    )  # fmt: skip

    def __init__(self, owner: int, key: int, token: Any, frame: bytes, wish: Any, now_ns: int) -> None:
        super().__init__(FOREIGN, wish.instrument, frame)
        self.owner = owner
        self.key = key
        self.token = token
        self.wish = wish
        self.label = ""
        self.number = 0
        self.order_id = 0
        self.base_lots = 0
        self.executed_lots = 0
        self.open_lots: int = wish.lots
        self.entered_ns = now_ns
        self.until_ns = 0

    @property
    def total_lots(self) -> int:
        """Its intended size: what was executed and what may still be."""
        return self.executed_lots + self.open_lots


class OuchStream:
    """All numbered messages of a member's day, one behind the other, and a running checksum over them.

    >>> stream = OuchStream()
    >>> stream.append(b"a"), stream.append(b"b"), list(stream.read(2)), stream.next_number
    (1, 2, [b'b'], 3)
    """

    __slots__ = ("_bytes", "_ends", "digest")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        self.digest = b""

    def __getstate__(self) -> tuple[bytes, list[int], bytes]:
        return bytes(self._bytes), list(self._ends), self.digest

    def __setstate__(self, kept: tuple[bytes, list[int], bytes]) -> None:
        self._bytes, self._ends, self.digest = bytearray(kept[0]), array("Q", kept[1]), kept[2]

    @property
    def next_number(self) -> int:
        """The number that the next message gets."""
        return len(self._ends) + 1

    def append(self, message: bytes) -> int:
        """Keep one more message; gives its number."""
        self._bytes += message
        self._ends.append(len(self._bytes))
        self.digest = sha256(self.digest + message).digest()
        return len(self._ends)

    def read(self, first: int) -> Iterator[bytes]:
        """The messages from number ``first`` on, in order; it costs nothing that there are many before."""
        begin = self._ends[first - 2] if 1 < first < self.next_number else 0
        for place in range(first - 1, len(self._ends)):
            end = self._ends[place]
            yield bytes(self._bytes[begin:end])
            begin = end


class Matched(NamedTuple):
    """One side of a match: whose it was, by which token and text its client knew the order."""

    key: int
    token: Any
    label: str


class Member:
    """A participant at one port, for one day."""

    def __init__(self, participant: int, port: int) -> None:
        self.participant = participant
        self.port = port
        self.key = key_of(participant, port)
        self.stream = OuchStream()
        self.live: dict[Any, OuchOrder] = {}
        """The open orders by their present tokens."""
        self.disabled_firms: set[str] = set()
        self._used: set[Any] = set()
        self._last: dict[int, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether its day has so many messages that it may only cancel; used tokens are fewer than these."""
        return self.stream.next_number > limits.OUCH_DAY_MESSAGES

    def is_fresh(self, token: Any, *, rises: bool) -> bool:
        """Whether a token may be used; where tokens rise it must be above the last one of its channel."""
        if not rises:
            return token not in self._used
        channel, number = _place(token)
        return number > self._last.get(channel, -1)

    def use(self, token: Any, *, rises: bool) -> None:
        """From now on the token is stale."""
        if rises:
            channel, number = _place(token)
            self._last[channel] = number
        else:
            self._used.add(token)

    def next_number(self, channel: int) -> int:
        """The lowest number that is fresh, of those that begin with 1."""
        return self._last.get(channel, 0) + 1

    def describe(self) -> str:
        """What a mark says of the numbered messages."""
        return f"{self.key}:{self.stream.next_number - 1}:{self.stream.digest.hex()[:32]}"


class Lifetime(NamedTuple):
    """An order that leaves at a time."""

    end_ns: int
    number: int
    key: int


def _place(token: Any) -> tuple[int, int]:
    return token if isinstance(token, tuple) else (0, token)
