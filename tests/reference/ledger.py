"""Who owns, owes and holds back what, worked out anew from all open orders whenever it is asked.

In: accounts, open orders, matches. Out: what is available, what a request costs, the fees of a match.
Never knows: requests, queues, base.exchange, base.matching, base.risk. Sections 1 and 2 of docs/risk.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import AccountTerms
from tests.reference.entries import Entry, need, part


class Done(NamedTuple):
    """A match that happened: between which accounts, what each paid the venue, the orders."""

    instrument: Instrument
    lots: int
    price: int
    buyer: int
    seller: int
    buyer_fee: int
    seller_fee: int
    numbers: tuple[int, int]


class Ledger:
    """``owned`` is what orders hold back and what is free, without collateral; ``fees`` is the venue's own account.

    ``owed_lots`` and ``collateral`` belong to an account and an instrument. ``books`` holds the open orders per
    instrument, in no order that anything relies on.
    """

    def __init__(self, instruments: Iterable[Instrument], accounts: Sequence[AccountTerms]) -> None:
        self.instruments = {one.number: one for one in instruments}
        names = {c.name for one in self.instruments.values() for c in (one.base, one.quote)}
        self.holders = {one.account: one for one in accounts}
        self.owned = {one.account: {**dict.fromkeys(names, 0), **one.balances} for one in accounts}
        self.fees: Counter[str] = Counter()
        self.owed_lots: Counter[tuple[int, int]] = Counter()
        self.collateral: Counter[tuple[int, int]] = Counter()
        self.books: dict[int, list[Entry]] = {number: [] for number in self.instruments}
        self.traded_lots: Counter[tuple[int, int, bool]] = Counter()
        self.traded_atoms: Counter[tuple[int, int, bool]] = Counter()
        self.seen: Counter[str] = Counter()

    def open_orders(self) -> Iterator[Entry]:
        for book in self.books.values():
            yield from book

    def reserved(self, account: int, currency: str) -> int:
        """What the open orders of the account hold back; collateral is not among it."""
        mine = [entry for entry in self.open_orders() if entry.account == account]
        return sum(entry.reserves() for entry in mine if entry.currency() == currency)

    def available(self, account: int, currency: str) -> int:
        return self.owned[account][currency] - self.reserved(account, currency)

    def all_collateral(self, account: int, currency: str) -> int:
        return sum(
            self.collateral[account, one.number] for one in self.instruments.values() if one.quote.name == currency
        )

    def owed(self, account: int) -> dict[str, int]:
        """Atoms of each base currency that the account owes; without what it does not owe."""
        atoms: Counter[str] = Counter()
        for one in self.instruments.values():
            atoms[one.base.name] += self.owed_lots[account, one.number] * one.lot_atoms
        return {currency: owed for currency, owed in atoms.items() if owed}

    def position(self, account: int, instrument: int) -> int:
        """Lots that it bought less those that it sold."""
        return self.traded_lots[account, instrument, True] - self.traded_lots[account, instrument, False]

    def is_covered(self, entry: Entry, atoms: int, held: int = 0) -> bool:
        """Whether the account has so much left; an entry that is in no book reserves nothing itself.

        What needs no more than it ``held`` before it was taken out of its book is covered, whatever is left.
        """
        if atoms <= held:
            return True
        left = self.available(entry.account, entry.currency())
        collateral = self.collateral[entry.account, entry.instrument.number] if entry.buys else 0
        self.seen["covered by collateral"] += left < atoms <= left + collateral
        return atoms <= left + collateral

    def cost_of(self, entry: Entry, meets: Sequence[tuple[int, int]]) -> int:
        """Atoms that must be there before an order that holds nothing back meets these lots and prices."""
        lots = sum(lots for lots, _ in meets)
        value = sum(need(entry.instrument, True, lots, price) for lots, price in meets)
        if entry.is_short:
            return part(value, 1, entry.holder.leverage) + lots
        if not entry.buys:
            return need(entry.instrument, False, lots, 0)
        rate = entry.holder.take_fee_ppm
        return value + part(value, rate) + lots if rate else value

    def pay(self, incoming: Entry, resting: Entry, lots: int, price: int, *, at_market: bool) -> tuple[int, int]:
        """Settle one match, the seller's side first; the fees of the resting and of the incoming order."""
        value = need(incoming.instrument, True, lots, price)
        fees = part(value, resting.holder.make_fee_ppm), part(value, incoming.holder.take_fee_ppm)
        if incoming.buys:
            self.sell(resting, lots, value - fees[0], resting.price)
            self.buy(incoming, lots, value + fees[1])
        else:
            self.sell(incoming, lots, value - fees[1], price if at_market else incoming.price)
            self.buy(resting, lots, value + fees[0])
        self.fees[incoming.instrument.quote.name] += sum(fees)
        for entry in (incoming, resting):
            key = (entry.account, entry.instrument.number, entry.buys)
            self.traded_lots[key] += lots
            self.traded_atoms[key] += value
        return fees

    def sell(self, entry: Entry, lots: int, gets: int, margin_price: int) -> None:
        owned, instrument = self.owned[entry.account], entry.instrument
        if not entry.is_short:
            owned[instrument.base.name] -= need(instrument, False, lots, 0)
            owned[instrument.quote.name] += gets
            return
        margin = lots * entry.margin_per_lot(margin_price)
        owned[instrument.quote.name] -= margin
        self.owed_lots[entry.account, instrument.number] += lots
        self.collateral[entry.account, instrument.number] += margin + gets
        self.seen["sold short"] += 1

    def buy(self, entry: Entry, lots: int, pays: int) -> None:
        owned, instrument = self.owned[entry.account], entry.instrument
        key = (entry.account, instrument.number)
        owed, collateral = self.owed_lots[key], self.collateral[key]
        back = min(lots, owed)
        freed = collateral if back == owed else collateral * back // owed
        self.owed_lots[key] -= back
        self.collateral[key] -= freed
        owned[instrument.quote.name] += freed - pays
        owned[instrument.base.name] += need(instrument, False, lots - back, 0)
        self.seen["paid back in part"] += 0 < back < owed
        self.seen["paid back and bought"] += 0 < back < lots
        self.seen["paid back"] += 0 < back == owed
        self.seen["below zero"] += self.available(entry.account, instrument.quote.name) < 0

    def undo(self, done: Done) -> bool:
        """Section 5 of docs/market-control.md; False when a side has not what it would give back."""
        apart = done.buyer != done.seller
        base, quote = done.instrument.base.name, done.instrument.quote.name
        buys, sells = (done.buyer, done.instrument.number), (done.seller, done.instrument.number)
        value = need(done.instrument, True, done.lots, done.price)
        free = max(self.available(done.buyer, base), 0)
        given = min(done.lots, free // need(done.instrument, False, 1, 0)) if apart else done.lots
        borrowed, leverage = done.lots - given, self.holders[done.buyer].leverage
        margin = borrowed * part(need(done.instrument, True, 1, done.price), 1, leverage) if leverage else 0
        paid = need(done.instrument, True, given, done.price)
        left = self.available(done.buyer, quote) + paid + done.buyer_fee
        can_borrow = not borrowed or (leverage > 0 and margin <= left)
        can_pay = value - done.seller_fee <= self.available(done.seller, quote) + self.collateral[sells]
        if apart and not (can_borrow and can_pay):
            self.seen["not broken"] += 1
            return False
        self.seen["broken"] += 1
        if apart:
            self.seen["broken and owed"] += borrowed > 0
            self.owned[done.buyer][base] -= need(done.instrument, False, given, 0)
            self.owned[done.buyer][quote] += paid - margin
            self.owed_lots[buys] += borrowed
            self.collateral[buys] += margin + value - paid
            back = min(done.lots, self.owed_lots[sells])
            freed = self.collateral[sells] * back // self.owed_lots[sells] if back else 0
            self.seen["broken and paid back"] += back > 0
            self.owed_lots[sells] -= back
            self.collateral[sells] -= freed
            self.owned[done.seller][quote] += freed - value
            self.owned[done.seller][base] += need(done.instrument, False, done.lots - back, 0)
        self.owned[done.buyer][quote] += done.buyer_fee
        self.owned[done.seller][quote] += done.seller_fee
        self.fees[quote] -= done.buyer_fee + done.seller_fee
        for key in ((*buys, True), (*sells, False)):
            self.traded_lots[key] -= done.lots
            self.traded_atoms[key] -= value
        return True
