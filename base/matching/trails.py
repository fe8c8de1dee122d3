"""Stops that follow a price: trailing stops of one side that look at one reference price.

In: orders with stop and distance; the reference prices one after the other. Out: the orders set free.
Never knows: books, events, accounts. Follows section 4.14 of docs/order-types.md.

Everything is seen from a seller, whose stop rises; a buyer's prices are negative here. An order
starts with a stop of its own, until the price has risen so far that the stop follows. From then on
its stop is the highest price since, less its distance, and all orders that have seen the same
highest price form a group: a new highest price moves a group, not its orders.
"""

from collections.abc import Iterator

from base.matching.price_level import Order
from base.matching.shelf import Shelf


class Group:
    """Orders whose stops have followed to the same highest price; sorted by distance."""

    __slots__ = ("by_distance", "highest", "size")

    def __init__(self, highest: int) -> None:
        self.highest = highest
        self.by_distance = Shelf()
        self.size = 0


class Trails:
    """The trailing stops of one side. ``sign`` is 1 for sells and -1 for buys."""

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self._by_stop = Shelf()
        self._by_start = Shelf()
        self._groups: list[Group] = []
        self._places: dict[int, tuple[Order, Group | None]] = {}
        self._bound: int | None = None

    def __len__(self) -> int:
        return len(self._places)

    def put(self, order: Order) -> None:
        """Let an order wait from its present stop on."""
        stop, distance = self._terms(order)
        self._by_stop.put(-stop, order)
        self._by_start.put(stop + distance, order)
        self._places[order.number] = order, None

    def take(self, order: Order) -> None:
        """Let go of an order; its stop stays where it is now."""
        _, group = self._places.pop(order.number)
        stop, distance = self._terms(order)
        if group is None:
            self._by_stop.take(-stop, order)
            self._by_start.take(stop + distance, order)
        else:
            group.by_distance.take(distance, order)
            group.size -= 1
            self._settle_stop(order, group)

    def stop_of(self, order: Order) -> int:
        """The stop of a waiting order as it stands now, in ticks."""
        _, group = self._places[order.number]
        stop, distance = self._terms(order)
        return self.sign * (stop if group is None else group.highest - distance)

    def show(self, price_ticks: int) -> list[Order]:
        """Show a reference price; returns the orders that it sets free, the others' stops follow."""
        price = self.sign * price_ticks
        free = self._by_stop.pop_through(-price)
        for order in free:
            stop, distance = self._terms(order)
            self._by_start.take(stop + distance, order)
        if self._bound is not None and price <= self._bound:
            free += self._pop_from_groups(price)
        for order in free:
            del self._places[order.number]
        self._follow(price)
        return free

    def describe(self) -> Iterator[str]:
        """Every order's stop as it stands now, as canonical text, by number."""
        for number, (order, _) in sorted(self._places.items()):
            yield f"trail {number} {self.stop_of(order)}"

    def _follow(self, price: int) -> None:
        starting = self._by_start.pop_through(price - 1)
        groups = self._groups
        if not starting and not (groups and groups[-1].highest < price):
            return
        joined = Group(price)
        while groups and groups[-1].highest <= price:
            joined = self._merge(joined, groups.pop())
        joined.highest = price
        for order in starting:
            stop, distance = self._terms(order)
            self._by_stop.take(-stop, order)
            self._join(order, distance, joined)
        nearest = joined.by_distance.first_key()
        if nearest is not None:
            groups.append(joined)
            self._bound = price - nearest if self._bound is None else max(self._bound, price - nearest)

    def _merge(self, one: Group, other: Group) -> Group:
        """Put the smaller group into the larger one, so that an order moves seldom however many there are."""
        small, large = (one, other) if one.size < other.size else (other, one)
        for distance, order in small.by_distance.items():
            self._join(order, distance, large)
        return large

    def _join(self, order: Order, distance: int, group: Group) -> None:
        group.by_distance.put(distance, order)
        group.size += 1
        self._places[order.number] = order, group

    def _pop_from_groups(self, price: int) -> list[Order]:
        """The orders of groups that this price sets free; looks at each group once."""
        free: list[Order] = []
        stops: list[int] = []
        for group in self._groups:
            popped = group.by_distance.pop_through(group.highest - price)
            group.size -= len(popped)
            for order in popped:
                self._settle_stop(order, group)
            free += popped
            nearest = group.by_distance.first_key()
            if nearest is not None:
                stops.append(group.highest - nearest)
        self._groups = [group for group in self._groups if group.size]
        self._bound = max(stops, default=None)
        return free

    def _terms(self, order: Order) -> tuple[int, int]:
        special = order.special
        assert special is not None
        return self.sign * special.stop_ticks, special.terms.distance_ticks

    def _settle_stop(self, order: Order, group: Group) -> None:
        special = order.special
        assert special is not None
        special.stop_ticks = self.sign * (group.highest - special.terms.distance_ticks)
