"""What is traded: currencies and instruments, in whole numbers.

In: decimal texts from the settings. Out: frozen value objects with integer factors.
Never knows: the wire, floats, orders. Follows decision 3 ("inside, money is an integer").

Prices are counted in ticks, quantities in lots, money in atoms (the smallest unit of a
currency). One lot at one tick is worth a whole number of atoms, checked here.
"""

from dataclasses import dataclass
from fractions import Fraction

LARGEST_EXACT_INTEGER = 2**53
"""Ticks and lots stay below this, so that a double on the wire carries each exactly."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its atom, e.g. ``Currency("BTC", Fraction(1, 10**8))``."""

    name: str
    atom: Fraction


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable instrument.

    ``number`` is the protocol's SymbolEnum, ``tick`` the price step in ``quote`` currency,
    ``lot`` the quantity step in ``base`` currency; quantities run from ``min_lots`` to
    ``max_lots``. Raises ValueError when a lot, or a tick times a lot, is no whole number of
    atoms.

    >>> btc, usd = Currency("BTC", Fraction(1, 10**8)), Currency("USD", Fraction(1, 10**8))
    >>> i = Instrument(1, "BTCUSD", 1, btc, usd, Fraction(1, 2), Fraction(1, 10**5), 1, 10**8)
    >>> i.lot_atoms, i.tick_lot_atoms
    (1000, 500)
    """

    number: int
    name: str
    symbol_type: int
    base: Currency
    quote: Currency
    tick: Fraction
    lot: Fraction
    min_lots: int
    max_lots: int

    def __post_init__(self) -> None:
        for what, value in (("lot", self.lot / self.base.atom), ("tick x lot", self.tick * self.lot / self.quote.atom)):
            if value.denominator != 1 or value <= 0:
                raise ValueError(f"{self.name}: {what} is no whole positive number of atoms")
        if not 0 < self.min_lots <= self.max_lots < LARGEST_EXACT_INTEGER:
            raise ValueError(f"{self.name}: quantities must run from at least 1 lot up to fewer than 2^53 lots")

    @property
    def lot_atoms(self) -> int:
        """Atoms of the base currency in one lot."""
        return int(self.lot / self.base.atom)

    @property
    def tick_lot_atoms(self) -> int:
        """Atoms of the quote currency that one lot costs at a price of one tick."""
        return int(self.tick * self.lot / self.quote.atom)
