"""The words for orders: sides, types, times in force, and an open order as others see it.

In: nothing. Out: integer enumerations and one slotted class. Never knows: bytes, sessions.
The numbers equal those of the binary protocol (section 4) so that no table stands on the order
path; a test holds the two lists together.
"""

from dataclasses import dataclass
from enum import IntEnum


class Side(IntEnum):
    """Which way an order trades; a short sale behaves as a sale."""

    BUY = 1
    SELL = 2
    SELL_SHORT = 3


class OrderType(IntEnum):
    """The seventeen order types of the protocol."""

    LIMIT = 1
    MARKET = 2
    STOP_MARKET = 3
    STOP_LIMIT = 4
    PEG = 5
    HIDDEN = 6
    PEG_HIDDEN = 7
    ONE_CANCELS_OTHER = 8
    ICE = 9
    ONE_CANCELS_OTHER_ICE = 10
    BRACKET = 11
    SNIPER_MARKET = 12
    SNIPER_LIMIT = 13
    TRAILING_STOP_MARKET = 14
    TRAILING_STOP_LIMIT = 15
    TAKE_PROFIT_STOP_MARKET = 16
    TAKE_PROFIT_STOP_LIMIT = 17


class TimeInForce(IntEnum):
    """How long an order lives."""

    FILL_OR_KILL = 1
    GOOD_TILL_CANCEL = 2
    IMMEDIATE_OR_CANCEL = 3
    POST_ONLY = 4
    REDUCE_ONLY = 5
    DAY = 6


class OrderStatus(IntEnum):
    """What the last event of an order made of it."""

    RESTING = 1
    PARTLY_FILLED = 2
    FILLED = 3
    CANCELLED = 4
    REPLACED = 5


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """One open order. ``order_id`` is its present client id, ``replaced`` whether it ever had another.

    ``executed_lots`` counts over the whole chain of replaces.
    """

    number: int
    order_id: int
    replaced: bool
    price_ticks: int
    leaves_lots: int
    executed_lots: int
