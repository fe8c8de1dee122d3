"""Orders sorted by a price that is not the one at which they rest: stops, distances, strike prices.

In: orders with the key under which they are to be found. Out: those whose key is reached.
Never knows: what the key means; the lowest comes first.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from base.limits import EMPTY_LEVELS_KEPT
from base.matching.price_level import Order


class Shelf:
    """Orders by key, and under one key by number. Putting and taking cost the same however many there are.

    A key whose orders are gone stays until it is passed over or the sweep finds it, as in the book.
    """

    __slots__ = ("_keys", "_places", "_sweep_at")

    def __init__(self) -> None:
        self._keys: list[int] = []
        self._places: dict[int, dict[int, Order]] = {}
        self._sweep_at = EMPTY_LEVELS_KEPT

    def put(self, key: int, order: Order) -> None:
        """Keep an order under this key."""
        place = self._places.get(key)
        if place is None:
            if len(self._places) >= self._sweep_at:
                self._sweep()
            place = self._places[key] = {}
            heappush(self._keys, key)
        newest = next(reversed(place), 0)
        place[order.number] = order
        if order.number < newest:
            self._places[key] = dict(sorted(place.items()))

    def take(self, key: int, order: Order) -> None:
        """Let go of an order that is under this key."""
        del self._places[key][order.number]

    def first_key(self) -> int | None:
        """The lowest key that has an order."""
        while self._keys:
            if self._places[self._keys[0]]:
                return self._keys[0]
            del self._places[heappop(self._keys)]
        return None

    def pop_through(self, key: int) -> list[Order]:
        """Let go of all orders at this key or below it."""
        popped: list[Order] = []
        while self._keys and self._keys[0] <= key:
            popped.extend(self._places.pop(heappop(self._keys)).values())
        return popped

    def orders_through(self, key: int) -> list[Order]:
        """All orders at this key or below it, which stay; costs what is found."""
        found: list[Order] = []
        frontier = [0] if self._keys else []
        while frontier:
            place = frontier.pop()
            if self._keys[place] <= key:
                frontier += range(2 * place + 1, min(2 * place + 3, len(self._keys)))
                found += self._places[self._keys[place]].values()
        return found

    def oldest_through(self, key: int) -> Order | None:
        """The order with the lowest number at this key or below it; looks at one order per key."""
        oldest: Order | None = None
        frontier = [0] if self._keys else []
        while frontier:
            place = frontier.pop()
            if self._keys[place] > key:
                continue
            frontier += range(2 * place + 1, min(2 * place + 3, len(self._keys)))
            order = next(iter(self._places[self._keys[place]].values()), None)
            if order is not None and (oldest is None or order.number < oldest.number):
                oldest = order
        return oldest

    def items(self) -> Iterator[tuple[int, Order]]:
        """All orders with their keys, in no order that anything may rely on."""
        for key, place in self._places.items():
            for order in place.values():
                yield key, order

    def __len__(self) -> int:
        return sum(map(len, self._places.values()))

    def _sweep(self) -> None:
        """Drop the keys without orders. Waits for as many new keys as there are, so each pays once."""
        self._places = {key: place for key, place in self._places.items() if place}
        self._keys = list(self._places)
        heapify(self._keys)
        self._sweep_at = 2 * len(self._places) + EMPTY_LEVELS_KEPT
