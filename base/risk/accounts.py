"""What accounts own, what their orders hold back, and what changes hands in a trade.

In: opening balances; reservations, releases and trades, by position. Out: figures in atoms.
Never knows: orders, books, prices on offer, who asked. One lot at one tick is worth a whole
number of atoms, so nothing is ever rounded and the sum over all accounts never changes.
"""

from collections.abc import Iterable, Iterator

from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import AccountTerms


class Balance:
    """The atoms of one currency that an account may still use; what orders hold back is already taken off."""

    __slots__ = ("available", "currency")

    def __init__(self, currency: str, available: int) -> None:
        self.currency = currency
        self.available = available


class Position:
    """One account in one instrument: what its open orders hold back and what it traded.

    Open buys hold back ``held_atoms`` of the quote currency, open sells ``held_lots`` of the base
    currency; both are already taken off what is available. ``reducing_buy_lots`` and
    ``reducing_sell_lots`` are what open reduce-only orders leave.
    """

    __slots__ = (
        "base",
        "bought_atoms",
        "bought_lots",
        "held_atoms",
        "held_lots",
        "lot_atoms",
        "quote",
        "reducing_buy_lots",
        "reducing_sell_lots",
        "sold_atoms",
        "sold_lots",
        "tick_lot_atoms",
    )

    def __init__(self, base: Balance, quote: Balance, instrument: Instrument) -> None:
        self.base = base
        self.quote = quote
        self.lot_atoms = instrument.lot_atoms
        self.tick_lot_atoms = instrument.tick_lot_atoms
        self.held_atoms = self.held_lots = 0
        self.reducing_buy_lots = self.reducing_sell_lots = 0
        self.bought_lots = self.bought_atoms = self.sold_lots = self.sold_atoms = 0

    def figures(self) -> tuple[int, ...]:
        """What changes here, all zero as long as nothing happened."""
        return (
            self.held_atoms, self.held_lots, self.bought_lots, self.bought_atoms, self.sold_lots, self.sold_atoms,
            self.reducing_buy_lots, self.reducing_sell_lots,
        )  # fmt: skip

    def reserve_buy(self, lots: int, price_ticks: int) -> bool:
        """Hold back what lots cost at this price; False, and nothing moved, when that is not there."""
        atoms = lots * price_ticks * self.tick_lot_atoms
        quote = self.quote
        if atoms > quote.available:
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

    def release_buy(self, lots: int, price_ticks: int) -> None:
        """Give back what open lots to buy at this price held."""
        atoms = lots * price_ticks * self.tick_lot_atoms
        self.quote.available += atoms
        self.held_atoms -= atoms
        assert self.held_atoms >= 0, "more was released than buys had reserved"

    def release_sell(self, lots: int) -> None:
        """Give back open lots for sale."""
        self.base.available += lots * self.lot_atoms
        self.held_lots -= lots
        assert self.held_lots >= 0, "more was released than sells had reserved"


def settle(buyer: Position, seller: Position, lots: int, price_ticks: int, bid_ticks: int) -> None:
    """Lots and money change hands out of both reservations; the buyer's was made at ``bid_ticks``.

    The buyer gets back what it had reserved above the price of the trade.
    """
    factor = buyer.tick_lot_atoms * lots
    atoms = factor * price_ticks
    if bid_ticks == price_ticks:
        held_atoms = buyer.held_atoms - atoms
    else:
        reserved = factor * bid_ticks
        held_atoms = buyer.held_atoms - reserved
        buyer.quote.available += reserved - atoms
    held_lots = seller.held_lots - lots
    assert held_atoms >= 0 <= held_lots, "a trade took more than was reserved"
    buyer.held_atoms = held_atoms
    buyer.base.available += buyer.lot_atoms * lots
    buyer.bought_lots += lots
    buyer.bought_atoms += atoms
    seller.held_lots = held_lots
    seller.quote.available += atoms
    seller.sold_lots += lots
    seller.sold_atoms += atoms


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
        names = {currency.name for instrument in listed for currency in (instrument.base, instrument.quote)}
        for terms in accounts:
            if terms.account in self._balances:
                raise ValueError(f"account {terms.account} is listed twice; give each account once")
            if any(atoms < 0 for atoms in terms.balances.values()):
                raise ValueError(f"account {terms.account} opens with a negative balance; balances start at 0")
            currencies = sorted(names | terms.balances.keys())
            own = {name: Balance(name, terms.balances.get(name, 0)) for name in currencies}
            self._balances[terms.account] = own
            self._first[terms.account] = len(self.positions)
            self.positions.extend(Position(own[i.base.name], own[i.quote.name], i) for i in listed)

    def holdings(self, account: int) -> dict[int, int]:
        """Per instrument number, the place in ``positions`` of this account's position."""
        first = self._first[account]
        return {number: first + place for number, place in self._places.items()}

    def equity(self, account: int) -> dict[str, int]:
        """Atoms available per currency: owned and not held back by an order."""
        return {name: balance.available for name, balance in self._balances[account].items()}

    def reserved(self, account: int) -> dict[str, int]:
        """Atoms held back by open orders per currency."""
        held = dict.fromkeys(self._balances[account], 0)
        for position in self._of(account):
            held[position.quote.currency] += position.held_atoms
            held[position.base.currency] += position.held_lots * position.lot_atoms
        return held

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

    def describe_active(self) -> Iterator[str]:
        """The figures of the accounts that traded or hold something back, by account."""
        for account in sorted(self._balances):
            positions = [one.figures() for one in self._of(account)]
            if any(map(any, positions)):
                yield f"{account} {positions} {sorted(self.equity(account).items())}"

    def _of(self, account: int) -> list[Position]:
        first = self._first[account]
        return self.positions[first : first + len(self._places)]
