"""What accounts own, what their orders hold back, what they owe, and the fees that they paid.

In: opening balances; reservations and releases, by position. Out: figures in atoms.
Never knows: orders, books, prices on offer, who asked. One lot at one tick is worth a whole number of
atoms; fees and margins are rounded up. Follows sections 1 and 2 of docs/risk.md.
"""

from collections.abc import Iterable, Iterator

from base.limits import FEE_PPM, LEVERAGE
from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import AccountTerms

MILLION = 1_000_000


class Balance:
    """The atoms of one currency that an account may still use; what orders hold back is already taken off."""

    __slots__ = ("available", "currency")

    def __init__(self, currency: str, available: int) -> None:
        self.currency = currency
        self.available = available


class Position:
    """One account in one instrument: what its open orders hold back, what it traded and what it owes.

    Open buys hold back ``held_atoms`` of the quote currency and ``held_fee_atoms`` for their fees, open sells
    ``held_lots`` of the base currency, open short orders ``margin_atoms`` of the quote currency. Of lots sold
    short ``short_lots`` are owed, secured by ``collateral_atoms``. All but the lots owed is already taken off what is
    available. ``reducing_buy_lots`` and ``reducing_sell_lots`` are what open reduce-only orders leave. ``till``
    has the fees that the venue took in the quote currency. ``is_simple`` says that no fee and no leverage is set.
    """

    __slots__ = (
        "base",
        "bought_atoms",
        "bought_lots",
        "collateral_atoms",
        "held_atoms",
        "held_fee_atoms",
        "held_lots",
        "hold_fee_ppm",
        "is_simple",
        "leverage",
        "lot_atoms",
        "make_fee_ppm",
        "margin_atoms",
        "quote",
        "reducing_buy_lots",
        "reducing_sell_lots",
        "short_lots",
        "sold_atoms",
        "sold_lots",
        "take_fee_ppm",
        "tick_lot_atoms",
        "till",
    )

    def __init__(
        self, base: Balance, quote: Balance, till: Balance, instrument: Instrument, terms: AccountTerms
    ) -> None:
        self.base = base
        self.quote = quote
        self.till = till
        self.lot_atoms = instrument.lot_atoms
        self.tick_lot_atoms = instrument.tick_lot_atoms
        self.make_fee_ppm = terms.make_fee_ppm
        self.take_fee_ppm = terms.take_fee_ppm
        self.hold_fee_ppm = max(terms.make_fee_ppm, terms.take_fee_ppm)
        self.leverage = terms.leverage
        self.is_simple = not (self.hold_fee_ppm or self.leverage)
        self.held_atoms = self.held_fee_atoms = self.held_lots = self.margin_atoms = 0
        self.short_lots = self.collateral_atoms = 0
        self.reducing_buy_lots = self.reducing_sell_lots = 0
        self.bought_lots = self.bought_atoms = self.sold_lots = self.sold_atoms = 0

    def figures(self) -> tuple[int, ...]:
        """What changes here, all zero as long as nothing happened."""
        return (
            self.held_atoms, self.held_lots, self.bought_lots, self.bought_atoms, self.sold_lots, self.sold_atoms,
            self.reducing_buy_lots, self.reducing_sell_lots, self.held_fee_atoms, self.margin_atoms, self.short_lots,
            self.collateral_atoms,
        )  # fmt: skip

    def buy_fee(self, lots: int, price_ticks: int) -> int:
        """The atoms that an open buy of so many lots at this price holds back for its fee."""
        return lots * fee_of(price_ticks * self.tick_lot_atoms, self.hold_fee_ppm)

    def margin(self, lots: int, price_ticks: int) -> int:
        """The atoms that secure lots sold short at this price."""
        return lots * -(-price_ticks * self.tick_lot_atoms // self.leverage)

    def reserve_buy(self, lots: int, price_ticks: int) -> bool:
        """Hold back what lots cost at this price; False, and nothing moved, when that is not there."""
        atoms = lots * price_ticks * self.tick_lot_atoms
        quote = self.quote
        if not self.is_simple:
            fee_atoms = self.buy_fee(lots, price_ticks)
            if atoms + fee_atoms > quote.available + self.collateral_atoms:
                return False
            quote.available -= fee_atoms
            self.held_fee_atoms += fee_atoms
        elif atoms > quote.available:
            return False
        quote.available -= atoms
        self.held_atoms += atoms
        return True

    def reserve_sell(self, lots: int) -> bool:
        """Hold back lots for sale; False, and nothing moved, when they are not there."""
        atoms = lots * self.lot_atoms
        base = self.base
        if atoms > base.available:
            return False
        base.available -= atoms
        self.held_lots += lots
        return True

    def reserve_short(self, lots: int, price_ticks: int) -> bool:
        """Hold back the margin of lots to sell short; False, and nothing moved, when it is not there."""
        atoms = self.margin(lots, price_ticks)
        if atoms > self.quote.available:
            return False
        self.quote.available -= atoms
        self.margin_atoms += atoms
        return True

    def release_buy(self, lots: int, price_ticks: int) -> None:
        """Give back what open lots to buy at this price held."""
        atoms = lots * price_ticks * self.tick_lot_atoms
        self.quote.available += atoms
        self.held_atoms -= atoms
        if self.hold_fee_ppm:
            fee_atoms = self.buy_fee(lots, price_ticks)
            self.quote.available += fee_atoms
            self.held_fee_atoms -= fee_atoms
        assert self.held_atoms >= 0 <= self.held_fee_atoms, "more was released than buys had reserved"

    def release_sell(self, lots: int) -> None:
        """Give back open lots for sale."""
        self.base.available += lots * self.lot_atoms
        self.held_lots -= lots
        assert self.held_lots >= 0, "more was released than sells had reserved"

    def release_short(self, lots: int, price_ticks: int) -> None:
        """Give back the margin of open lots to sell short at this price."""
        atoms = self.margin(lots, price_ticks)
        self.quote.available += atoms
        self.margin_atoms -= atoms
        assert self.margin_atoms >= 0, "more was released than short orders had reserved"


def fee_of(value_atoms: int, rate_ppm: int) -> int:
    """The fee of a value, rounded up to one atom."""
    return -(-value_atoms * rate_ppm // MILLION)


class Accounts:
    """All accounts. ``positions`` holds one position per account and instrument, account by account.

    Currencies without an opening balance start at nothing.
    """

    def __init__(self, instruments: Iterable[Instrument], accounts: Iterable[AccountTerms]) -> None:
        listed = list(instruments)
        self.positions: list[Position] = []
        self._balances: dict[int, dict[str, Balance]] = {}
        self._places = {instrument.number: place for place, instrument in enumerate(listed)}
        self._first: dict[int, int] = {}
        self._owners: list[int] = []
        self._tills = {name: Balance(name, 0) for name in sorted({instrument.quote.name for instrument in listed})}
        names = {currency.name for instrument in listed for currency in (instrument.base, instrument.quote)}
        for terms in accounts:
            if terms.account in self._balances:
                raise ValueError(f"account {terms.account} is listed twice; give each account once")
            _check(terms)
            currencies = sorted(names | terms.balances.keys())
            own = {name: Balance(name, terms.balances.get(name, 0)) for name in currencies}
            self._balances[terms.account] = own
            self._first[terms.account] = len(self.positions)
            self._owners.append(terms.account)
            self.positions.extend(
                Position(own[i.base.name], own[i.quote.name], self._tills[i.quote.name], i, terms) for i in listed
            )

    def holdings(self, account: int) -> dict[int, int]:
        """Per instrument number, the place in ``positions`` of this account's position."""
        first = self._first[account]
        return {number: first + place for number, place in self._places.items()}

    def owner(self, holding: int) -> int:
        """The account whose position has this place."""
        return self._owners[holding // len(self._places)]

    def equity(self, account: int) -> dict[str, int]:
        """Atoms available per currency: owned and not held back; below 0 where collateral pays for an open buy."""
        return {name: balance.available for name, balance in self._balances[account].items()}

    def reserved(self, account: int) -> dict[str, int]:
        """Atoms held back per currency: by open orders, and as collateral of what is owed."""
        held = dict.fromkeys(self._balances[account], 0)
        for one in self._of(account):
            quote_atoms = one.held_atoms + one.held_fee_atoms + one.margin_atoms + one.collateral_atoms
            held[one.quote.currency] += quote_atoms
            held[one.base.currency] += one.held_lots * one.lot_atoms
        return held

    def owed(self, account: int) -> dict[str, int]:
        """Atoms owed per currency: lots that were sold short and not bought back."""
        owed = {one.base.currency: 0 for one in self._of(account)}
        for one in self._of(account):
            owed[one.base.currency] += one.short_lots * one.lot_atoms
        return owed

    def fees(self) -> dict[str, int]:
        """Atoms per currency that the venue took as fees."""
        return {name: till.available for name, till in self._tills.items()}

    def describe(self) -> Iterator[str]:
        """All figures as canonical text, by account."""
        for account in sorted(self._balances):
            for name, balance in self._balances[account].items():
                yield f"balance {account} {name} {balance.available}"
            for number, place in sorted(self.holdings(account).items()):
                one = self.positions[place]
                yield (
                    f"position {account} {number} {one.held_atoms} {one.held_lots}"
                    f" {one.bought_lots} {one.bought_atoms} {one.sold_lots} {one.sold_atoms}"
                )
                if one.held_fee_atoms:
                    yield f"held for fees {account} {number} {one.held_fee_atoms}"
                if one.margin_atoms or one.short_lots:
                    yield f"short {account} {number} {one.margin_atoms} {one.short_lots} {one.collateral_atoms}"
        yield from self._describe_tills()

    def describe_active(self) -> Iterator[str]:
        """The figures of the accounts that traded or hold something back, by account."""
        for account in sorted(self._balances):
            positions = [one.figures() for one in self._of(account)]
            if any(map(any, positions)):
                yield f"{account} {positions} {sorted(self.equity(account).items())}"
        yield from self._describe_tills()

    def _describe_tills(self) -> Iterator[str]:
        for name, till in self._tills.items():
            if till.available:
                yield f"fees {name} {till.available}"

    def _of(self, account: int) -> list[Position]:
        first = self._first[account]
        return self.positions[first : first + len(self._places)]


def _check(terms: AccountTerms) -> None:
    """Refuse terms under which the figures would not hold together."""
    if any(atoms < 0 for atoms in terms.balances.values()):
        raise ValueError(f"account {terms.account} opens with a negative balance; balances start at 0")
    if not all(0 <= rate <= FEE_PPM for rate in (terms.make_fee_ppm, terms.take_fee_ppm)):
        raise ValueError(f"account {terms.account} has a fee outside 0 to {FEE_PPM} ppm; give it one within")
    if not 0 <= terms.leverage <= LEVERAGE:
        raise ValueError(f"account {terms.account} has a leverage outside 0 to {LEVERAGE}; give it one within")
