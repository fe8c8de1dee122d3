"""What a venue writes down so that it can be repeated: the things that changed its state, in order.

In: what the gateway took. Out: values. Never knows: files, checksums, who reads them.
Follows decision 5: the journal keeps commands, their consequences are derived again.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple, TypeAlias


class RecordedKind(IntEnum):
    """What was taken; the comment says what the body holds."""

    REQUEST = 1  # an order-entry request that reached the market: its bytes; flags: 1 = order ids may repeat
    JOINED = 2  # a client logged on
    LEFT = 3  # a client's session ended; flags: a ``Departure``
    OPERATED = 4  # a command of the operator: JSON
    RETURN_OVER = 5  # a client that a restart cut off did not come back in time
    STARTED = 6  # a process began to write: JSON of what it was started with
    MARK = 7  # the state's hash after everything before, then the numbered messages of OUCH: text
    COPIED = 8  # a report that others may see: its bytes
    OUCH_JOINED = 9  # a member logged on by OUCH; here and below ``trading_session`` is the number of its port
    OUCH_LEFT = 10  # its session ended; flags: a ``Departure``
    OUCH_REQUEST = 11  # what it asked: the bytes of the message; flags: 1 = beyond its budget
    OUCH_RETURN_OVER = 12  # it was cut off by a restart and did not come back in time
    OUCH_TIME_OVER = 13  # an order lived as long as it was to: its number as text


class Departure(IntEnum):
    """How a client's session ended, as far as its orders are concerned."""

    LOGGED_OUT = 1  # it said goodbye
    LOST = 2  # it is gone without a logout
    HELD = 3  # its user came in elsewhere, or we shut down


class Recorded(NamedTuple):
    """One thing that happened. ``participant`` and ``trading_session`` say to whom, 0 where nobody is meant.

    Where every microsecond counts it is made as a plain tuple of the same five.
    """

    kind: int
    participant: int
    trading_session: int
    flags: int
    body: bytes


class RecordedRun(NamedTuple):
    """Several in a row that differ in their bodies only, which are of one size: a ``Recorded`` for each body.

    Of each body the bytes from ``secret_from`` to ``secret_to`` are nobody's business; zeros are kept in their place.
    """

    kind: int
    participant: int
    trading_session: int
    flags: int
    bodies: list[bytes]
    secret_from: int
    secret_to: int

    def __repr__(self) -> str:  # the secrets are still in the bodies
        return f"RecordedRun({self.kind}, {self.participant}, {self.trading_session}, {len(self.bodies)} bodies)"


Row: TypeAlias = Recorded | RecordedRun | tuple[int, int, int, int, bytes]
"""What is handed on to be written down."""


def count_of(rows: Iterable[Row]) -> int:
    """How many things happened, those of each run counted one by one."""
    count = 0
    for row in rows:  # written out: every pass asks
        count += len(row.bodies) if isinstance(row, RecordedRun) else 1
    return count
