"""Followers are looked at only when they must move, and then every one of them is found.

In: pegs and sets placed by hand, best prices. Out: the numbers of the movers. Never knows: how they are moved.
Best prices are told as (all, visible, firm) of the bids, then of the asks.
"""

from base.matching.followers import Followers
from base.matching.price_level import Order, PriceLevel, Special
from base.vocabulary.orders import OrderTerms, Side
from tests.matching.orders import order


class Counted(list[int]):
    """A heap that counts how often it is looked into."""

    looks = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().__getitem__(place)


BUY, SELL = int(Side.BUY), int(Side.SELL)


def best(bid: int, ask: int) -> tuple[int, ...]:
    return (bid,) * 3 + (ask,) * 3


def peg(number: int, limit: int, at: int, side: int = BUY) -> Order:
    """A peg that rests there; at 0 it waits."""
    made = order(number, 1, limit, side)
    made.special = Special(OrderTerms(), side, hidden=False, follows=True)
    made.special.rests = at > 0
    made.level = PriceLevel(at, at)
    return made


def ice(number: int, limit: int, first: int, spacing: int, offset: int = 0, side: int = BUY) -> Order:
    made = order(number, 1, limit, side)
    terms = OrderTerms(layers=1, price_increment_ticks=spacing, price_offset_ticks=offset)
    made.special = Special(terms, side, hidden=False, follows=False)
    made.special.first_ticks = first
    made.special.layers = [order(number, 1)]
    return made


def movers(followers: Followers, prices: tuple[int, ...]) -> list[int]:
    return [one.number for one in followers.movers(prices)]


def test_pegs_at_their_limit_move_when_it_is_undercut_the_others_whenever_the_best_price_does() -> None:
    followers = Followers()
    for number, limit, at in ((3, 99, 97), (1, 95, 95), (2, 97, 97)):
        followers.put(peg(number, limit, at), best(97, 105))
    assert movers(followers, best(97, 105)) == []
    assert movers(followers, best(98, 105)) == [3]
    assert movers(followers, best(96, 105)) == [2, 3]
    assert movers(followers, best(94, 105)) == [1, 2, 3]
    assert movers(followers, best(97, 105)) == []
    assert movers(followers, (0, 0, 0, 97, 97, 97)) == [2, 3], "without a firm bid the ask less one tick counts"


def test_sells_are_mirrored() -> None:
    followers = Followers()
    for number, limit, at in ((1, 105, 105), (2, 101, 103)):
        followers.put(peg(number, limit, at, SELL), best(95, 103))
    assert [movers(followers, best(95, ask)) for ask in (103, 102, 104, 106)] == [[], [2], [2], [1, 2]]


def test_a_peg_that_waits_for_a_tick_is_found_when_there_is_one() -> None:
    followers = Followers()
    followers.put(peg(1, 5, 0), best(0, 1))
    assert movers(followers, best(0, 1)) == []
    assert movers(followers, best(0, 2)) == [1]


def test_sets_move_by_a_spacing_if_their_limit_allows_it() -> None:
    followers = Followers()
    followers.put(ice(1, 100, 94, 2, offset=1), best(95, 110))
    followers.put(ice(2, 95, 94, 2), best(94, 110))
    assert [movers(followers, best(bid, 110)) for bid in (95, 96, 97, 99)] == [[], [], [1], [1]]
    assert [movers(followers, (0, 0, 0, ask, ask, ask)) for ask in (96, 97)] == [[], [1]], "no offset from the ask"


def test_who_is_gone_or_placed_anew_is_not_found_at_the_old_place() -> None:
    followers = Followers()
    one, other = peg(1, 99, 97), peg(2, 99, 97)
    followers.put(one, best(97, 105))
    followers.put(other, best(97, 105))
    followers.drop(one)
    followers.drop(one)
    other.price_ticks = 97
    followers.put(other, best(97, 105))
    assert movers(followers, best(99, 105)) == [] and [two.number for two in followers.values()] == [2]


def test_those_that_stay_cost_nothing() -> None:
    followers = Followers()
    for number in range(5_000):
        followers.put(peg(number, 1 + number % 90, 1 + number % 90), best(97, 105))
    followers._buys.at_limit._keys = keys = Counted(followers._buys.at_limit._keys)
    assert movers(followers, best(96, 105)) == []
    assert keys.looks == 1
