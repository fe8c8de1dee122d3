"""The open pegs and ICE sets of a book, kept so that only those are looked at that must move.

In: orders that were just placed, and the best prices. Out: the orders that must move, the lowest number first.
Never knows: events, accounts, how an order is moved. Follows sections 4.5 and 4.9 of docs/order-types.md.

Everything is seen from a buyer; a seller's prices are negative here. What draws a side is its best
firm price or, without one, the best price of the other side less one tick. A peg at its own limit
must move when the draw falls below that; a peg that the draw keeps from its limit, whenever the draw
changes; an ICE set when the draw has risen by a spacing, never when its limit forbids that.
"""

from base.matching.price_level import Order
from base.matching.shelf import Shelf
from base.vocabulary.orders import Side

_NOTHING = 2**60
"""The draw of a side when there is nothing to follow and nothing to stay away from."""


class _Following:
    """The followers of one side. ``sign`` is 1 for buys and -1 for sells.

    ``drawn_at`` is the draw at which all of ``drawn`` rest, None when that is not known.
    """

    __slots__ = ("at_limit", "drawn", "drawn_at", "rising", "rising_free", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.at_limit = Shelf()
        self.drawn: dict[int, Order] = {}
        self.drawn_at: int | None = None
        self.rising = Shelf()
        self.rising_free = Shelf()

    def draw(self, best_ticks: tuple[int, ...]) -> tuple[int, bool]:
        """What draws this side, and whether that is a firm price."""
        firm, other = (best_ticks[2], best_ticks[3]) if self.sign > 0 else (best_ticks[5], best_ticks[0])
        if firm:
            return self.sign * firm, True
        return (self.sign * other - 1 if other else _NOTHING), False


class Followers:
    """All followers of a book by number."""

    __slots__ = ("_buys", "_keys", "_orders", "_sells")

    def __init__(self) -> None:
        self._buys, self._sells = _Following(1), _Following(-1)
        self._orders: dict[int, Order] = {}
        self._keys: dict[int, tuple[_Following, list[tuple[Shelf, int]]]] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def values(self) -> list[Order]:
        """All followers, the lowest number first."""
        return [self._orders[number] for number in sorted(self._orders)]

    def put(self, order: Order, best_ticks: tuple[int, ...]) -> None:
        """Keep an order that was just placed by these best prices, wherever it was kept before."""
        self.drop(order)
        special = order.special
        assert special is not None
        side = self._buys if order.side == Side.BUY else self._sells
        limit = side.sign * order.price_ticks
        keys: list[tuple[Shelf, int]] = []
        if special.layers:
            needed = side.sign * special.first_ticks + max(1, special.terms.price_increment_ticks)
            if limit >= needed:
                keys = [(side.rising, needed + special.terms.price_offset_ticks), (side.rising_free, needed)]
        elif side.draw(best_ticks)[0] >= limit:
            keys = [(side.at_limit, -limit)]
        else:
            side.drawn[order.number] = order
            if side.draw(best_ticks)[0] != side.drawn_at:
                side.drawn_at = None
        for shelf, key in keys:
            shelf.put(key, order)
        self._orders[order.number] = order
        self._keys[order.number] = side, keys

    def drop(self, order: Order) -> None:
        """Let go of an order, if it is here."""
        if self._orders.pop(order.number, None) is None:
            return
        side, keys = self._keys.pop(order.number)
        side.drawn.pop(order.number, None)
        for shelf, key in keys:
            shelf.take(key, order)

    def movers(self, best_ticks: tuple[int, ...]) -> list[Order]:
        """Those that are not where these best prices want them; costs what must move, not what follows."""
        found: list[Order] = []
        for side in (self._buys, self._sells):
            draw, is_firm = side.draw(best_ticks)
            found += side.at_limit.orders_through(-draw - 1)
            found += (side.rising if is_firm else side.rising_free).orders_through(draw)
            if draw != side.drawn_at:
                misplaced = [order for order in side.drawn.values() if _place(order) != max(0, side.sign * draw)]
                found += misplaced
                if not misplaced:
                    side.drawn_at = draw
        found.sort(key=_number)
        return found


def _place(order: Order) -> int:
    assert order.special is not None
    return order.level.price_ticks if order.special.rests else 0


def _number(order: Order) -> int:
    return order.number
