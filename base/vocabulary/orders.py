"""The words for orders: sides, types, times in force, and an open order as others see it.

In: nothing. Out: integer enumerations, tables and slotted values. Never knows: bytes, sessions.
The numbers equal those of the binary protocol (section 4) so that no table stands on the order
path; a test holds the two lists together.
"""

from dataclasses import dataclass, replace
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


class Trigger(IntEnum):
    """Which price sets a waiting order free; NONE counts as LAST."""

    NONE = 0
    LAST = 1
    INDEX = 2
    MARK = 3


_FOK, _GTC, _IOC, _POO, _RED, _DAY = map(int, TimeInForce)
_LIMIT_TIMES = frozenset({_FOK, _GTC, _IOC, _POO, _RED, _DAY})
_PEG_TIMES = frozenset({_GTC, _POO, _DAY})
_STAYING_TIMES = frozenset({_GTC, _DAY})
_SNIPER_TIMES = frozenset({_GTC})
_TRAILING_TIMES = frozenset({0, _GTC})

_TIMES_IN_FORCE = {
    OrderType.LIMIT: _LIMIT_TIMES,
    OrderType.MARKET: frozenset({0, _FOK, _GTC, _IOC, _RED, _DAY}),
    OrderType.STOP_MARKET: frozenset({0, _GTC, _DAY}),
    OrderType.STOP_LIMIT: frozenset({0, _FOK, _GTC, _IOC, _DAY}),
    OrderType.PEG: _PEG_TIMES,
    OrderType.HIDDEN: _LIMIT_TIMES,
    OrderType.PEG_HIDDEN: _PEG_TIMES,
    OrderType.ONE_CANCELS_OTHER: _STAYING_TIMES,
    OrderType.ICE: _STAYING_TIMES,
    OrderType.ONE_CANCELS_OTHER_ICE: _STAYING_TIMES,
    OrderType.BRACKET: _STAYING_TIMES,
    OrderType.SNIPER_MARKET: _SNIPER_TIMES,
    OrderType.SNIPER_LIMIT: _SNIPER_TIMES,
    OrderType.TRAILING_STOP_MARKET: _TRAILING_TIMES,
    OrderType.TRAILING_STOP_LIMIT: _TRAILING_TIMES,
    OrderType.TAKE_PROFIT_STOP_MARKET: _STAYING_TIMES,
    OrderType.TAKE_PROFIT_STOP_LIMIT: _STAYING_TIMES,
}
TIMES_IN_FORCE = {int(order_type): times for order_type, times in _TIMES_IN_FORCE.items()}
"""The order types that are traded, and the times in force each may carry; 0 where the field may be left empty."""


class OrderStatus(IntEnum):
    """What the last event of an order made of it."""

    RESTING = 1
    PARTLY_FILLED = 2
    FILLED = 3
    CANCELLED = 4
    REPLACED = 5


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What plain limit and market orders do not have. Prices in ticks, sizes in lots, 0: not given.

    ``price_increment_ticks`` and ``price_offset_ticks`` belong to ICE, ``distance_ticks`` to trailing stops.
    """

    stop_ticks: int = 0
    take_profit_ticks: int = 0
    second_leg_ticks: int = 0
    display_lots: int = 0
    refresh_lots: int = 0
    hidden: bool = False
    trigger: int = 0
    layers: int = 0
    size_increment_lots: int = 0
    price_increment_ticks: int = 0
    price_offset_ticks: int = 0
    distance_ticks: int = 0


_NO_TERMS = OrderTerms(trigger=int(Trigger.LAST))


def with_trigger(terms: OrderTerms | None) -> OrderTerms:
    """The terms of an order, none given included, with a trigger left empty filled in."""
    if terms is None:
        return _NO_TERMS
    return terms if terms.trigger else replace(terms, trigger=int(Trigger.LAST))


def is_plain(order_type: int, time_in_force: int, terms: OrderTerms | None) -> bool:
    """Whether an order is a limit or market order and nothing more: visible, undivided, not reduce-only.

    >>> is_plain(OrderType.LIMIT, TimeInForce.DAY, None), is_plain(OrderType.HIDDEN, TimeInForce.DAY, None)
    (True, False)
    """
    if time_in_force == _RED or order_type > OrderType.MARKET:
        return False
    return terms is None or order_type == OrderType.MARKET or not (terms.hidden or terms.display_lots)


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """One open order. ``order_id`` is its present client id, ``replaced`` whether it ever had another.

    ``executed_lots`` counts over the whole chain of replaces. Price, lots and side are those of the
    present leg; ``is_waiting`` says that nothing of the order is in the book.
    """

    number: int
    order_id: int
    replaced: bool
    price_ticks: int
    leaves_lots: int
    executed_lots: int
    side: int
    is_waiting: bool
