"""A shelf gives back what its keys have reached, and forgets the keys that nobody uses.

In: orders under keys. Out: verdicts. Never knows: what keys mean.
"""

from random import Random

from base.limits import EMPTY_LEVELS_KEPT
from base.matching.shelf import Shelf
from tests.matching.orders import order


def test_whatever_is_put_and_taken_the_reached_ones_come_out() -> None:
    random = Random(3)
    shelf, kept = Shelf(), {}
    for number in range(1, 3_000):
        kept[number] = (random.randrange(50), order(number, 1))
        shelf.put(*kept[number])
        if random.random() < 0.6:
            shelf.take(*kept.pop(random.choice(list(kept))))
        if random.random() < 0.1:
            key = random.randrange(50)
            reached = {n for n, (at, _) in kept.items() if at <= key}
            oldest = shelf.oldest_through(key)
            assert (oldest and oldest.number) == min(reached, default=None)
            assert {one.number for one in shelf.pop_through(key)} == reached
            kept = {n: pair for n, pair in kept.items() if n not in reached}
        assert len(shelf) == len(kept) and shelf.first_key() == min((at for at, _ in kept.values()), default=None)
    assert sorted((key, one.number) for key, one in shelf.items()) == sorted((at, n) for n, (at, _) in kept.items())


def test_under_one_key_the_oldest_is_the_lowest_number_whenever_it_came() -> None:
    shelf = Shelf()
    for number in (5, 9, 2):
        shelf.put(7, order(number, 1))
    assert shelf.oldest_through(7).number == 2  # type: ignore[union-attr]
    assert shelf.oldest_through(6) is None


def test_keys_that_nobody_uses_are_forgotten() -> None:
    shelf = Shelf()
    for key in range(20_000):
        passing = order(1, 1)
        shelf.put(key, passing)
        shelf.take(key, passing)
        assert len(shelf._keys) == len(shelf._places) <= EMPTY_LEVELS_KEPT


class Counted(list[int]):
    """A heap that counts how often it is looked into."""

    looks = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().__getitem__(place)


def test_a_price_that_reaches_nobody_costs_the_same_however_many_wait() -> None:
    shelf = Shelf()
    for number in range(5_000):
        shelf.put(100 + number, order(number, 1))
    shelf._keys = Counted(shelf._keys)
    assert shelf.pop_through(99) == [] and shelf.oldest_through(99) is None
    assert shelf._keys.looks <= 3
