"""The opening of a book: one price for all that can be matched, and who is matched with whom.

In: a book whose two sides may cross. Out: the price, and pairs of orders in the order in which they are matched.
Never knows: accounts, money, events, market states.
Follows section 3 of docs/market-control.md.
"""

from typing import NamedTuple

from base.matching.book import Book
from base.matching.price_level import Order


class Pair(NamedTuple):
    """One match of a buy and a sell, and what each leaves."""

    buy: Order
    sell: Order
    lots: int
    buy_leaves_lots: int
    sell_leaves_lots: int


def uncross_price(book: Book) -> int:
    """The price in ticks at which most can be matched, and of several such the fairest; 0: nothing crosses."""
    best_bid, best_ask = book.bids.best(), book.asks.best()
    if best_bid is None or best_ask is None or best_bid.price_ticks < best_ask.price_ticks:
        return 0
    lowest, highest = best_ask.price_ticks, best_bid.price_ticks
    bought = {one.price_ticks: one.lots for one in book.bids.levels_from_best() if one.price_ticks >= lowest}
    sold = {one.price_ticks: one.lots for one in book.asks.levels_from_best() if one.price_ticks <= highest}
    demand, supply = sum(bought.values()), 0
    last_ticks = book.last_ticks
    ranks = []
    for price_ticks in sorted(bought.keys() | sold.keys()):
        supply += sold.get(price_ticks, 0)
        away_ticks = abs(price_ticks - last_ticks) if last_ticks else 0
        ranks.append((-min(demand, supply), abs(demand - supply), away_ticks, price_ticks))
        demand -= bought.get(price_ticks, 0)
    return min(ranks)[-1]


def match_pairs(book: Book, price_ticks: int) -> list[Pair]:
    """Match all buys at this price or above with all sells at it or below, in turn, slice by slice."""
    pairs: list[Pair] = []
    while True:
        bids, asks = book.bids.best(), book.asks.best()
        if bids is None or asks is None or not bids.price_ticks >= price_ticks >= asks.price_ticks:
            return pairs
        buy, sell = bids.next_in_turn(), asks.next_in_turn()
        assert buy is not None and sell is not None, "a level with orders has nobody whose turn it is"
        lots = min(buy.slice_or_all(), sell.slice_or_all())
        bids.take(buy, lots)
        asks.take(sell, lots)
        pairs.append(Pair(buy, sell, lots, buy.leaves_lots, sell.leaves_lots))
