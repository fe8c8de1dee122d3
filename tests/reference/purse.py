"""What an account must own after the trades that it was told of, kept with pencil and paper.

In: settings of accounts, trades of followed orders. Out: totals per account and currency, and what open orders
hold back. Never knows: base.exchange, the reference, order books. Sections 1 and 2 of docs/risk.md.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from base.vocabulary.events import Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OpenOrder, OrderType
from base.vocabulary.participants import AccountTerms
from tests.reference.entries import PAIRS, STOPS
from tests.reference.followed import AT_MARKET, Followed

MILLION = 1_000_000


def rounded_up(atoms: int, of: int) -> int:
    return -(-atoms // of)


class Purse:
    """``total`` is all that an account has of a currency, collateral included; ``fees`` is what the venue took.

    ``collateral`` secures what is owed, by account and instrument; ``unsure`` are those of which that is not known,
    because no event tells whether an order that was set free held margin back, and at which price.
    """

    def __init__(self, instruments: Iterable[Instrument], accounts: Sequence[AccountTerms]) -> None:
        self.instruments = {one.number: one for one in instruments}
        self.total: Counter[tuple[int, str]] = Counter()
        for one in accounts:
            for currency, atoms in one.balances.items():
                self.total[one.account, currency] = atoms
        self.fees: Counter[str] = Counter()
        self.owed_lots: Counter[tuple[int, int]] = Counter()
        self.collateral: Counter[tuple[int, int]] = Counter()
        self.unsure: set[tuple[int, int]] = set()
        self.executed: Counter[tuple[int, int, bool]] = Counter()
        self.bought_by_incoming: set[int] = set()

    def settle(self, trade: Trade, resting: Followed, incoming: Followed) -> None:
        """Both sides of a match, the seller's first."""
        instrument = self.instruments[trade.instrument]
        value = trade.price_ticks * trade.quantity_lots * instrument.tick_lot_atoms
        fee = {
            resting.number: rounded_up(value * resting.holder.make_fee_ppm, MILLION),
            incoming.number: rounded_up(value * incoming.holder.take_fee_ppm, MILLION),
        }
        told = {resting.number: trade.resting_fee_atoms, incoming.number: trade.incoming_fee_atoms}
        assert told == fee, f"I3: the fees of {trade} must be {fee}"
        self.fees[instrument.quote.name] += sum(fee.values())
        if incoming.buys:
            self.bought_by_incoming.add(trade.exec_id)
        for order in sorted((resting, incoming), key=lambda one: one.buys):
            account, lots, key = order.holder.account, trade.quantity_lots, (order.holder.account, trade.instrument)
            self.executed[account, trade.instrument, order.buys] += lots
            moved = lots
            if order.is_short:
                self.owed_lots[key] += lots
                self.secure(order, trade, incoming, value - fee[order.number])
                moved = 0
            elif order.buys and self.owed_lots[key]:
                back = min(lots, self.owed_lots[key])
                self.collateral[key] -= self.collateral[key] * back // self.owed_lots[key]
                self.owed_lots[key] -= back
                moved -= back
            sign = 1 if order.buys else -1
            self.total[account, instrument.base.name] += sign * moved * instrument.lot_atoms
            self.total[account, instrument.quote.name] -= sign * value + fee[order.number]

    def undo(self, trade: Trade, resting: Followed, incoming: Followed, free: dict[int, dict[str, int]]) -> None:
        """Both sides of a match that does not count; ``free`` is what the accounts could use before."""
        instrument = self.instruments[trade.instrument]
        lots, worth = trade.quantity_lots, trade.price_ticks * instrument.tick_lot_atoms
        fees = {resting.number: trade.resting_fee_atoms, incoming.number: trade.incoming_fee_atoms}
        quote, base = instrument.quote.name, instrument.base.name
        self.fees[quote] -= sum(fees.values())
        apart = resting.holder.account != incoming.holder.account
        for order in (resting, incoming):
            account, key = order.holder.account, (order.holder.account, trade.instrument)
            # The side of a two-legged order may be another one by now, so the seller is who did not buy then.
            buys = order is (incoming if trade.exec_id in self.bought_by_incoming else resting)
            self.executed[account, trade.instrument, buys] -= lots
            self.total[account, quote] += fees[order.number]
            if not apart:
                continue
            if buys:
                given = min(lots, max(free[account][base], 0) // instrument.lot_atoms)
                self.total[account, base] -= given * instrument.lot_atoms
                self.total[account, quote] += lots * worth
                self.owed_lots[key] += lots - given
                if lots > given:
                    margin = rounded_up(worth, order.holder.leverage)
                    self.collateral[key] += (lots - given) * (margin + worth)
                continue
            back = min(lots, self.owed_lots[key])
            if back:
                self.collateral[key] -= self.collateral[key] * back // self.owed_lots[key]
                self.owed_lots[key] -= back
            self.total[account, base] += (lots - back) * instrument.lot_atoms
            self.total[account, quote] -= lots * worth

    def secure(self, order: Followed, trade: Trade, incoming: Followed, gets: int) -> None:
        """The margin of a short sale and what it brings stay as collateral."""
        key = (order.holder.account, trade.instrument)
        comes_in = order is incoming
        if order.order_type == OrderType.TRAILING_STOP_LIMIT or (comes_in and order.order_type in PAIRS):
            self.unsure.add(key)
        price = trade.price_ticks if comes_in and order.order_type in AT_MARKET else order.price
        worth = price * self.instruments[trade.instrument].tick_lot_atoms
        self.collateral[key] += trade.quantity_lots * rounded_up(worth, order.holder.leverage) + gets

    def owed(self, account: int) -> dict[str, int]:
        atoms: Counter[str] = Counter()
        for one in self.instruments.values():
            atoms[one.base.name] += self.owed_lots[account, one.number] * one.lot_atoms
        return {currency: owed for currency, owed in atoms.items() if owed}

    def held(self, order: Followed, listed: OpenOrder) -> tuple[str, int]:
        """The currency and the atoms that an open order holds back."""
        instrument, holder = self.instruments[order.instrument], order.holder
        price = listed.price_ticks * instrument.tick_lot_atoms
        waits_for_nothing = order.order_type in STOPS and listed.is_waiting
        lots = 0 if waits_for_nothing else listed.leaves_lots
        if order.is_short:
            return instrument.quote.name, lots * rounded_up(price, holder.leverage)
        if not order.buys:
            return instrument.base.name, lots * instrument.lot_atoms
        rate = max(holder.make_fee_ppm, holder.take_fee_ppm)
        return instrument.quote.name, lots * (price + rounded_up(price * rate, MILLION))
