"""The two sides of one instrument's book.

In: orders that come to rest or leave. Out: price levels, the best one first.
Never knows: accounts, client ids, events, the wire.
Follows price-time priority on whole ticks, and docs/order-types.md on pegs and layers.

Both sides are written once: each sorts its levels by a key that is lowest at the best price
(the price on the selling side, its negative on the buying side), so an incoming order
crosses when the opposite best key is at or below the order's limit key.
A level that runs empty stays until the best price passes over it or the sweep finds it:
the next order at that price then costs neither a new level nor a place in the heap.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from base.limits import EMPTY_LEVELS_KEPT
from base.matching.followers import Followers
from base.matching.price_level import Order, PriceLevel
from base.matching.triggers import Waiting
from base.vocabulary.operator_commands import MarketState
from base.vocabulary.orders import Side

ANY_PRICE_KEY = 2**60
"""The limit key of an order that takes whatever price there is."""


class BookSide:
    """The levels of one side. ``keys`` is a heap that has each key of ``levels`` once."""

    __slots__ = ("keys", "levels", "sign", "sweep_at")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, PriceLevel] = {}
        self.sweep_at = EMPTY_LEVELS_KEPT

    def rest(self, order: Order) -> None:
        """Put an order at the end of the queue at its price."""
        key = order.price_ticks * self.sign
        level = self.levels.get(key)
        if level is None:
            level = self.open_level(key, order.price_ticks)
        level.append(order)

    def rest_at(self, order: Order, price_ticks: int) -> None:
        """Put an order at the end of the queue at a price that need not be its own."""
        key = price_ticks * self.sign
        level = self.levels.get(key)
        if level is None:
            level = self.open_level(key, price_ticks)
        level.append(order)

    def best(self) -> PriceLevel | None:
        """The best level on which an order rests, hidden ones included."""
        keys = self.keys
        while keys:
            level = self.levels[keys[0]]
            if level.first is not None or level.specials:
                return level
            del self.levels[heappop(keys)]
        return None

    def best_ticks(self) -> tuple[int, int, int]:
        """The best prices of what rests here, of its visible part, and of that without pegs and layers; 0: none."""
        best = visible = 0
        keys = self.keys
        if keys:  # mostly the first level says it all
            level = self.levels[keys[0]]
            if level.first is not None and not level.specials:
                return level.price_ticks, level.price_ticks, level.price_ticks
        for level in self.levels_from_best():
            best = best or level.price_ticks
            if level.first is not None:
                visible = visible or level.price_ticks
                if level.lots > level.apart_lots:
                    return best, visible, level.price_ticks
        return best, visible, 0

    def levels_from_best(self) -> Iterator[PriceLevel]:
        """The levels that are not empty, best first; costs what is looked at, not what rests."""
        keys = self.keys
        frontier = [(keys[0], 0)] if keys else []
        while frontier:
            key, place = heappop(frontier)
            for child in range(2 * place + 1, min(2 * place + 3, len(keys))):
                heappush(frontier, (keys[child], child))
            level = self.levels[key]
            if level.first is not None or level.specials:
                yield level

    def open_level(self, key: int, price_ticks: int) -> PriceLevel:
        """Make the level of a price that has none."""
        if len(self.levels) >= self.sweep_at:
            self._sweep()
        level = self.levels[key] = PriceLevel(key, price_ticks)
        heappush(self.keys, key)
        return level

    def _sweep(self) -> None:
        """Drop the empty levels. Waits for as many new levels as there are, so each pays once."""
        self.levels = {key: level for key, level in self.levels.items() if not level.is_empty()}
        self.keys[:] = self.levels
        heapify(self.keys)
        self.sweep_at = 2 * len(self.levels) + EMPTY_LEVELS_KEPT


class Book:
    """The book of one instrument. ``own[side]`` and ``opposite[side]`` are indexed by ``Side``.

    ``waiting`` has the orders that wait for a price, ``followers`` the open pegs and ICE sets;
    ``watched`` counts the open orders for which the book has to be settled after each step, and
    ``settled_at`` has the best prices at which all followers are where they want to be.
    ``last_ticks`` is the price of the newest match, 0 before the first; ``state`` is a ``MarketState``, and
    ``is_open`` whether that is OPEN.
    """

    __slots__ = (
        "asks", "bids", "followers", "instrument", "is_open", "last_ticks", "opposite", "own", "settled_at", "state",
        "waiting", "watched",
    )  # fmt: skip

    def __init__(self, instrument: int) -> None:
        self.instrument = instrument
        self.last_ticks = self.watched = 0
        self.put_into(MarketState.OPEN)
        self.waiting = Waiting()
        self.followers = Followers()
        self.settled_at: tuple[int, ...] = ()
        self.bids = BookSide(-1)
        self.asks = BookSide(1)
        by_side = {Side.BUY: self.bids, Side.SELL: self.asks, Side.SELL_SHORT: self.asks}
        self.own = {int(side): own for side, own in by_side.items()}
        self.opposite = {side: self.asks if own is self.bids else self.bids for side, own in self.own.items()}

    def put_into(self, state: int) -> None:
        """Let the book be in this ``MarketState``; nothing else follows here."""
        self.state = int(state)
        self.is_open = state == MarketState.OPEN

    def crosses(self, side: int, price_ticks: int) -> bool:
        """Whether an order at this price would take a resting one."""
        opposite = self.opposite[side]
        best = opposite.best()
        return best is not None and best.key <= price_ticks * opposite.sign

    def best_ticks(self) -> tuple[int, ...]:
        """The best prices that followers look at: (all, visible, firm) of the bids, then of the asks; 0: none."""
        return self.bids.best_ticks() + self.asks.best_ticks()

    def wish(self, order: Order, best_ticks: tuple[int, ...]) -> int:
        """The price in ticks at which a peg or the first layer of an ICE set wants to rest; below 1: nowhere."""
        assert order.special is not None
        best_bid, _, firm_bid, best_ask, _, firm_ask = best_ticks
        offset = order.special.terms.price_offset_ticks
        if order.side == Side.BUY:
            prices = [order.price_ticks]
            if firm_bid:
                prices.append(firm_bid - offset)
            if best_ask:
                prices.append(best_ask - 1)
            return min(prices)
        prices = [order.price_ticks, best_bid + 1]
        if firm_ask:
            prices.append(firm_ask + offset)
        return max(prices)

    def describe(self) -> Iterator[str]:
        """The resting orders as canonical text, best price and oldest first, then what waits."""
        if not self.is_open:
            yield f"state {self.instrument} {self.state}"
        yield f"last {self.instrument} {self.last_ticks}"
        for name, side in (("bid", self.bids), ("ask", self.asks)):
            for level in side.levels_from_best():
                for queue in (level, level.hidden):
                    order = queue.first if queue is not None else None
                    while order is not None:
                        yield f"{name} {self.instrument} {level.price_ticks} {order.number} {order.leaves_lots}"
                        order = order.next
        yield from self.waiting.describe()
