"""Where pegged orders and ICE sets want to be, looked up in a list of orders.

In: the open orders of one instrument. Out: best prices and wishes in ticks.
Never knows: events, money, base.exchange, base.matching, base.risk. Sections 1, 4.5 and 4.9 of docs/order-types.md.
"""

from dataclasses import dataclass

from tests.reference.entries import PEGS, SETS, Entry


@dataclass
class Tops:
    """Best prices; None: there is none.

    ``bid`` and ``ask`` of what is seen, ``plain_*`` of that without pegs and ICE layers, ``any_*`` with
    what is hidden.
    """

    bid: int | None = None
    ask: int | None = None
    plain_bid: int | None = None
    plain_ask: int | None = None
    any_bid: int | None = None
    any_ask: int | None = None

    def other(self, entry: Entry) -> int | None:
        """The best price that is seen of the side that the entry would match with."""
        return self.ask if entry.buys else self.bid


def tops_of(entries: list[Entry]) -> Tops:
    """Look at every piece in the book."""
    prices: dict[bool, list[int]] = {True: [], False: []}
    seen: dict[bool, list[int]] = {True: [], False: []}
    plain: dict[bool, list[int]] = {True: [], False: []}
    for entry in entries:
        for piece in entry.pieces:
            if piece.rests:
                prices[entry.buys].append(piece.price)
                if not entry.is_hidden:
                    seen[entry.buys].append(piece.price)
                if entry.counts_for_pegs:
                    plain[entry.buys].append(piece.price)
    return Tops(
        max(seen[True], default=None), min(seen[False], default=None),
        max(plain[True], default=None), min(plain[False], default=None),
        max(prices[True], default=None), min(prices[False], default=None),
    )  # fmt: skip


def wish(entry: Entry, tops: Tops) -> int:
    """Where the pegged order, or the first layer of the set, wants to be; below 1 it cannot rest."""
    away = entry.terms.price_offset_ticks if entry.order_type in SETS else 0
    limits = [entry.price]
    if entry.buys:
        if tops.plain_bid is not None:
            limits.append(tops.plain_bid - away)
        if tops.any_ask is not None:
            limits.append(tops.any_ask - 1)
        return min(limits)
    if tops.plain_ask is not None:
        limits.append(tops.plain_ask + away)
    if tops.any_bid is not None:
        limits.append(tops.any_bid + 1)
    return max(limits)


def layer_price(entry: Entry, first: int, place: int) -> int:
    """The price of the layer that is that many places behind the first."""
    behind = place * entry.terms.price_increment_ticks
    return first - behind if entry.buys else first + behind


def must_move(entry: Entry, tops: Tops) -> bool:
    """Rule 2 of section 2."""
    if entry.order_type in PEGS:
        wanted = wish(entry, tops)
        return entry.pieces[0].price != wanted and (entry.pieces[0].rests or wanted >= 1)
    if entry.order_type in SETS and entry.pieces:
        better = wish(entry, tops) - entry.first_layer
        return (better if entry.buys else -better) >= max(1, entry.terms.price_increment_ticks)
    return False
