"""The orders of one instrument that wait for a price, and the prices that they wait for.

In: orders with stops, distances or strike prices; the reference prices as they happen. Out: the
orders set free, the one with the lowest number first.
Never knows: books, accounts, events, what a free order does.
Follows sections 1, 2, 4.3, 4.12 and 4.14 of docs/order-types.md.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from base.matching.price_level import Order
from base.matching.shelf import Shelf
from base.matching.trails import Trails
from base.vocabulary.orders import OrderType, Side, Trigger

_LAST, _INDEX, _MARK = int(Trigger.LAST), int(Trigger.INDEX), int(Trigger.MARK)
_SOURCES = (_LAST, _INDEX, _MARK)
_TRAILING = frozenset({int(OrderType.TRAILING_STOP_MARKET), int(OrderType.TRAILING_STOP_LIMIT)})
_SNIPERS = frozenset({int(OrderType.SNIPER_MARKET), int(OrderType.SNIPER_LIMIT)})


class Stops:
    """The orders that look at one reference price. ``own_ticks`` is what the operator set, 0 before."""

    __slots__ = ("buy_stops", "buy_trails", "own_ticks", "sell_stops", "sell_trails")

    def __init__(self) -> None:
        self.own_ticks = 0
        self.buy_stops, self.sell_stops = Shelf(), Shelf()
        self.buy_trails, self.sell_trails = Trails(-1), Trails(1)

    def show(self, price_ticks: int) -> list[Order]:
        """Show a price; returns the orders that it sets free."""
        free = self.buy_stops.pop_through(price_ticks) + self.sell_stops.pop_through(-price_ticks)
        for trails in (self.buy_trails, self.sell_trails):
            if trails:
                free += trails.show(price_ticks)
        return free


class Waiting:
    """Everything that waits in one instrument."""

    __slots__ = ("_buy_snipers", "_free", "_free_numbers", "_sell_snipers", "_stops", "snipers")

    def __init__(self) -> None:
        self._stops = {source: Stops() for source in _SOURCES}
        self._buy_snipers, self._sell_snipers = Shelf(), Shelf()
        self.snipers = 0
        self._free: dict[int, Order] = {}
        self._free_numbers: list[int] = []

    def put(self, order: Order, last_ticks: int) -> None:
        """Let an order wait; its reference price, when there is one, is shown to it."""
        special = order.special
        assert special is not None and not special.waits
        special.waits = True
        if order.order_type in _SNIPERS:
            self.snipers += 1
            self._snipers(order).put(self._strike_key(order), order)
            return
        stops = self._stops[special.terms.trigger or _LAST]
        special.stop_ticks = special.terms.stop_ticks
        price_ticks = stops.own_ticks or last_ticks
        buys = order.side == Side.BUY
        if price_ticks and (price_ticks >= special.stop_ticks if buys else price_ticks <= special.stop_ticks):
            self.set_free(order)
            return
        if order.order_type not in _TRAILING:
            (stops.buy_stops if buys else stops.sell_stops).put(self._stop_key(order), order)
            return
        if price_ticks:  # nothing that waits is older than this price, so it moves this stop alone
            distance = special.terms.distance_ticks
            follows = price_ticks + distance if buys else price_ticks - distance
            special.stop_ticks = (min if buys else max)(special.stop_ticks, follows)
        (stops.buy_trails if buys else stops.sell_trails).put(order)

    def take(self, order: Order) -> None:
        """Let go of an order: it waits no more, and if it was set free it will not act."""
        special = order.special
        assert special is not None
        special.is_free = False
        if not special.waits:
            return
        special.waits = False
        if order.order_type in _SNIPERS:
            self.snipers -= 1
            self._snipers(order).take(self._strike_key(order), order)
            return
        stops = self._stops[special.terms.trigger or _LAST]
        buys = order.side == Side.BUY
        if order.order_type in _TRAILING:
            (stops.buy_trails if buys else stops.sell_trails).take(order)
        else:
            (stops.buy_stops if buys else stops.sell_stops).take(self._stop_key(order), order)

    def show_last(self, price_ticks: int) -> None:
        """A match happened at this price; those see it who wait for it, or for a price that was never set."""
        for source in _SOURCES:
            if not self._stops[source].own_ticks:
                self._show(source, price_ticks)

    def set_price(self, trigger: int, price_ticks: int) -> None:
        """The operator sets the index or mark price."""
        assert trigger in (_INDEX, _MARK) and price_ticks > 0, "the last price is what was last traded"
        self._stops[trigger].own_ticks = price_ticks
        self._show(trigger, price_ticks)

    def reference_ticks(self, trigger: int, last_ticks: int) -> int:
        """The reference price that a trigger looks at: what the operator set, else the last price; 0: none yet."""
        return self._stops[trigger].own_ticks or last_ticks

    def set_free(self, order: Order) -> None:
        """Let an order act when its turn comes; it waits no more."""
        special = order.special
        assert special is not None
        special.waits = False
        special.is_free = True
        if order.number not in self._free:
            heappush(self._free_numbers, order.number)
        self._free[order.number] = order

    def next_free(self, best_bid: int, best_ask: int) -> Order | None:
        """The order that acts next: set free before, or a sniper that sees its price on the other side."""
        order = self._first_free()
        for snipers, key in ((self._buy_snipers, -best_ask), (self._sell_snipers, best_bid)):
            sniper = snipers.oldest_through(key) if key else None
            if sniper is not None and (order is None or sniper.number < order.number):
                order = sniper
        if order is not None and order.number in self._free:
            assert order.special is not None
            order.special.is_free = False
        return order

    def _first_free(self) -> Order | None:
        while self._free_numbers:
            order = self._free[self._free_numbers[0]]
            assert order.special is not None
            if order.special.is_free:
                return order
            del self._free[heappop(self._free_numbers)]
        return None

    def describe(self) -> Iterator[str]:
        """The prices that the operator set, and every trailing stop, as canonical text."""
        yield "reference " + " ".join(str(self._stops[source].own_ticks) for source in _SOURCES)
        for source in _SOURCES:
            for trails in (self._stops[source].buy_trails, self._stops[source].sell_trails):
                yield from trails.describe()

    def _show(self, source: int, price_ticks: int) -> None:
        for order in self._stops[source].show(price_ticks):
            self.set_free(order)

    def _snipers(self, order: Order) -> Shelf:
        return self._buy_snipers if order.side == Side.BUY else self._sell_snipers

    def _strike_key(self, order: Order) -> int:
        return -order.price_ticks if order.side == Side.BUY else order.price_ticks

    def _stop_key(self, order: Order) -> int:
        assert order.special is not None
        return order.special.stop_ticks if order.side == Side.BUY else -order.special.stop_ticks
