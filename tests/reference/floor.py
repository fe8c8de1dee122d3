"""The state of the reference and what every step does with it: look up, match, pay, show prices.

In: entries that take. Out: trades. Never knows: requests, base.exchange,
base.matching, base.risk. Sections 1 to 3 of docs/order-types.md.
Every question is answered by looking at all open orders.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace as copy_of

from base.vocabulary.events import Event, OrderCancelled, Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderStatus, OrderType, TimeInForce
from base.vocabulary.participants import AccountTerms, Participant, SelfTrade
from base.vocabulary.rejects import Reject
from tests.reference.entries import TWO_LEGGED, Entry, Piece, trigger_of
from tests.reference.ledger import Done, Ledger


class Floor(Ledger):
    """``by_id`` knows every order by its account and each id that it ever had.

    ``seen`` counts the situations that were reached, for the tests of the command streams.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Sequence[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        super().__init__(instruments, accounts)
        self.self_trade = {one.account: one.self_trade for one in accounts}
        self.account_of = {one.number: one.account for one in participants}
        self.by_id: dict[tuple[int, int], Entry] = {}
        self.last_prices: dict[int, int] = {}
        self.set_prices: dict[tuple[int, int], int] = {}
        self.numbers = self.arrivals = self.executions = 0
        self.matches_of_the_session: dict[int, Done] = {}

    # Looking things up.

    def find(self, account: int, order_id: int) -> Entry | None:
        entry = self.by_id.get((account, order_id))
        if entry is None or entry.order_id != order_id or entry not in self.books[entry.instrument.number]:
            return None
        if not entry.leaves:  # its second leg is due, and comes when the instrument opens
            return None
        return entry

    def next_arrival(self) -> int:
        self.arrivals += 1
        return self.arrivals

    # Matching.

    def opposite(self, entry: Entry, limit: int | None) -> list[Piece]:
        """The pieces that the entry would match with, at any price when there is no limit."""
        found = [
            piece
            for other in self.books[entry.instrument.number]
            if other is not entry and other.buys != entry.buys
            for piece in other.pieces
            if piece.rests
        ]
        if limit is None:
            return found
        return [piece for piece in found if (piece.price <= limit if entry.buys else piece.price >= limit)]

    def matches(self, entry: Entry, pieces: list[Piece]) -> Iterator[tuple[Piece, int]]:
        """Match what the entry leaves, the first in rank first; a slice that is used up goes to the end of its queue.

        A piece with no lots is an own order that is not matched: it goes, or the entry, or both.
        """
        lots = entry.leaves
        mode = self.self_trade[entry.account]
        while lots and pieces:
            first = min(pieces, key=Piece.rank)
            if mode and first.entry.account == entry.account:
                yield first, 0
                if mode != SelfTrade.CANCEL_OLDEST:
                    return
                pieces = [piece for piece in pieces if piece.entry is not first.entry]
                continue
            now = min(lots, first.shown)
            lots -= now
            self.use(first, now, pieces)
            yield first, now

    def use(self, piece: Piece, lots: int, pieces: list[Piece]) -> None:
        """So many lots of it are matched; when that is all it leaves the pieces."""
        piece.left -= lots
        piece.shown -= lots
        if not piece.left:
            pieces.remove(piece)
        elif not piece.shown:
            piece.shown = min(piece.entry.terms.refresh_lots, piece.left)
            piece.arrival = self.next_arrival()

    def plan(self, entry: Entry, limit: int | None) -> list[tuple[Piece, int]]:
        """What would be matched now: the same, done on copies."""
        return list(self.matches(entry, [copy_of(piece) for piece in self.opposite(entry, limit)]))

    def fills(self, entry: Entry, limit: int | None) -> bool:
        return sum(lots for _, lots in self.plan(entry, limit)) == entry.leaves

    def market_cost(self, entry: Entry) -> int:
        """Atoms that a market order must have before it matches what it would meet now."""
        if entry.time_in_force == TimeInForce.FILL_OR_KILL and not self.fills(entry, None):
            return 0
        return self.cost_of(entry, self.meets(entry))

    def meets(self, entry: Entry) -> list[tuple[int, int]]:
        """Lots and prices of all that a market order would match."""
        return [(lots, piece.price) for piece, lots in self.plan(entry, None) if lots]

    def take(self, entry: Entry, limit: int | None) -> list[Event]:
        events: list[Event] = []
        for piece, lots in self.matches(entry, self.opposite(entry, limit)):
            if not lots:
                events += self.keep_apart(piece.entry, entry)
            else:
                events.append(self.trade(piece, entry, lots, piece.price, at_market=limit is None))
        return events

    def trade(self, piece: Piece, entry: Entry, lots: int, price: int, *, at_market: bool = False) -> Trade:
        """One match of what rests with what comes in."""
        resting = piece.entry
        self.executions += 1
        self.count_match(piece, entry)
        entry.fill(lots)
        resting.fill(lots)
        fees = self.pay(entry, resting, lots, price, at_market=at_market)
        sides = [(entry.account, fees[1]), (resting.account, fees[0])]
        (buyer, buyer_fee), (seller, seller_fee) = sides if entry.buys else reversed(sides)
        done = Done(
            entry.instrument, lots, price, buyer, seller, buyer_fee, seller_fee, (resting.number, entry.number)
        )
        self.matches_of_the_session[self.executions] = done
        for one in (resting, entry):
            if not one.leaves:
                self.complete(one)
        self.match_price(entry.instrument.number, price)
        numbers = (resting.number, resting.leaves, entry.number, entry.leaves)
        return Trade(self.executions, entry.instrument.number, price, lots, *numbers, *fees)

    def keep_apart(self, resting: Entry, incoming: Entry) -> list[Event]:
        """Section 1 of docs/market-control.md: two orders of one account are not matched."""
        mode = self.self_trade[incoming.account]
        going = {
            SelfTrade.CANCEL_NEWEST: [incoming],
            SelfTrade.CANCEL_OLDEST: [resting],
            SelfTrade.CANCEL_BOTH: [resting, incoming],
        }
        self.seen[f"kept apart by {mode.name}"] += 1
        self.saw("kept apart, resting", resting)
        self.saw("kept apart, incoming", incoming)
        return [self.end(entry, 0, Reject.SELF_TRADE) for entry in going[mode]]

    def complete(self, entry: Entry) -> None:
        """All of the leg at work is matched: the order is finished, or its second leg is due."""
        book = self.books[entry.instrument.number]
        entry.pieces = []
        if entry.order_type in TWO_LEGGED and not entry.is_second_leg:
            entry.is_free = True
            if entry not in book:
                book.append(entry)
            return
        if entry.is_second_leg:
            self.saw("second leg completed", entry)
        if entry in book:
            book.remove(entry)

    def end(self, entry: Entry, request_id: int, reason: int = 0) -> OrderCancelled:
        book = self.books[entry.instrument.number]
        if entry in book:
            book.remove(entry)
        entry.pieces = []
        if entry.leaves:
            entry.status = OrderStatus.CANCELLED
        return OrderCancelled(entry.number, request_id, entry.leaves, reason)

    # Reference prices.

    def present_price(self, instrument: int, trigger: int) -> int | None:
        return self.set_prices.get((instrument, trigger), self.last_prices.get(instrument))

    def match_price(self, instrument: int, price: int) -> None:
        self.last_prices[instrument] = price
        for entry in self.books[instrument]:
            if (instrument, trigger_of(entry.terms)) not in self.set_prices:
                self.show(entry, price)

    def show_present(self, entry: Entry) -> None:
        price = self.present_price(entry.instrument.number, trigger_of(entry.terms))
        if price is not None:
            self.show(entry, price)

    def show(self, entry: Entry, price: int) -> None:
        stood = entry.stop
        entry.see(price)
        if entry.stop != stood:
            self.saw("trailed", entry)

    # Counting situations.

    def saw(self, what: str, entry: Entry) -> None:
        self.seen[f"{what}: {OrderType(entry.order_type).name}"] += 1
        if what == "replace" or what == "cancel":
            self.seen[f"{what}: {OrderType(entry.order_type).name} {entry.state()}"] += 1

    def count_match(self, piece: Piece, incoming: Entry) -> None:
        for one in (piece.entry, incoming):
            if one.stop is not None:
                self.saw("stop leg gone", one)
        self.seen["slice refreshed"] += piece.left > 0 and piece.entry.terms.display_lots > 0
