"""Matching: which resting orders an incoming one meets, and for how much.

In: a side of a book and an incoming order. Out: fills, in the order in which they happen.
Never knows: accounts, money, client ids, numbers of executions; the exchange adds those.
Follows price-time priority; every fill is at the price of the resting order.
"""

from heapq import heappop

from base.matching.book import BookSide
from base.matching.price_level import Order, PriceLevel


def match(opposite: BookSide, incoming: Order, limit_key: int) -> list[tuple[Order, int, int]]:
    """Match as far as the limit goes; returns (resting order, lots, what it leaves) for each match.

    Both orders' ``leaves_lots`` go down; a resting order that is used up leaves the book.
    What is left of the incoming order is the caller's to rest or to cancel.
    """
    fills: list[tuple[Order, int, int]] = []
    keys = opposite.keys
    levels = opposite.levels
    leaves = incoming.leaves_lots
    while leaves and keys and keys[0] <= limit_key:
        level = levels[keys[0]]
        if level.specials:
            leaves = _match_in_turn(level, leaves, fills)
            continue
        resting = level.first
        if resting is None:
            del levels[heappop(keys)]
            continue
        before = leaves
        while resting is not None and leaves:
            lots = resting.leaves_lots
            if lots > leaves:
                resting.leaves_lots = lots = lots - leaves
                fills.append((resting, leaves, lots))
                leaves = 0
                break
            resting.leaves_lots = 0
            leaves -= lots
            fills.append((resting, lots, 0))
            following = resting.next
            if following is None:
                level.last = None
            else:
                resting.next = following.previous = None
            resting = following
        level.first = resting
        level.lots -= before - leaves
        assert level.lots >= 0, "a level gave more lots than its orders had"
    incoming.leaves_lots = leaves
    return fills


def _match_in_turn(level: PriceLevel, leaves: int, fills: list[tuple[Order, int, int]]) -> int:
    """Match at a price where some orders are hidden or show slices only; returns what is left to match."""
    while leaves and (resting := level.next_in_turn()) is not None:
        lots = min(resting.slice_or_all(), leaves)
        level.take(resting, lots)
        leaves -= lots
        fills.append((resting, lots, resting.leaves_lots))
    return leaves


def match_apart(
    opposite: BookSide, incoming: Order, limit_key: int
) -> tuple[list[tuple[Order, int, int]], Order | None]:
    """Match like ``match``, but stop before a resting order with the same money behind it; that one is returned too."""
    fills: list[tuple[Order, int, int]] = []
    while incoming.leaves_lots and (level := opposite.best()) is not None and level.key <= limit_key:
        resting = level.next_in_turn()
        assert resting is not None, "a level with orders has nobody whose turn it is"
        if resting.holding == incoming.holding:
            return fills, resting
        lots = min(resting.slice_or_all(), incoming.leaves_lots)
        level.take(resting, lots)
        incoming.leaves_lots -= lots
        fills.append((resting, lots, resting.leaves_lots))
    return fills, None


def reachable(opposite: BookSide, lots: int, limit_key: int) -> tuple[int, int]:
    """What an order for so many lots would meet: (lots, sum of lots x price in ticks).

    Looks only; nothing moves. Goes level by level and stops when the lots are found.
    """
    missing = lots
    lots_times_ticks = 0
    for level in opposite.levels_from_best():
        if not missing or level.key > limit_key:
            break
        taken = min(level.lots, missing)
        missing -= taken
        lots_times_ticks += taken * level.price_ticks
    return lots - missing, lots_times_ticks


def reachable_apart(
    opposite: BookSide, lots: int, limit_key: int, holding: int, *, passes: bool
) -> tuple[int, int]:
    """What an order would meet of others; it ``passes`` the orders with the same money behind them, or stops there."""
    missing = lots
    lots_times_ticks = 0
    for level in opposite.levels_from_best():
        if not missing or level.key > limit_key:
            break
        met_lots, goes_on = level.lots_apart(holding, passes=passes)
        taken = min(met_lots, missing)
        missing -= taken
        lots_times_ticks += taken * level.price_ticks
        if not goes_on:
            break
    return lots - missing, lots_times_ticks
