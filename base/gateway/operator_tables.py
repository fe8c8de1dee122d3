"""What risk holds of an account, and what the venue took in fees: tables for the operator.

In: read-only figures of the market, the terms of the accounts. Out: tables of decimal texts.
Never knows: who asks, how a table is printed. Follows docs/risk.md.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Protocol, runtime_checkable

from base.gateway.operator_requests import Table
from base.publish.views import decimal_text
from base.vocabulary.instruments import Instrument
from base.vocabulary.participants import AccountTerms, Exposure

PPM = Fraction(1, 1_000_000)
NOT_SET = "-"


@runtime_checkable
class Holdings(Protocol):
    """What the tables want of the exchange: figures in atoms per currency, and in lots and atoms per instrument."""

    def equity(self, account: int, /) -> dict[str, int]: ...

    def reserved(self, account: int, /) -> dict[str, int]: ...

    def owed(self, account: int, /) -> dict[str, int]: ...

    def exposure(self, account: int, instrument: int, /) -> Exposure: ...

    def is_killed(self, account: int, /) -> bool: ...

    def fees(self) -> dict[str, int]: ...


class OperatorTables:
    """Shows accounts and fees of one venue."""

    def __init__(self, holdings: Holdings, instruments: Iterable[Instrument], accounts: Iterable[AccountTerms]) -> None:
        self._holdings = holdings
        self._instruments = list(instruments)
        self._terms = {terms.account: terms for terms in accounts}
        self._atoms = {coin.name: coin.atom for one in self._instruments for coin in (one.base, one.quote)}

    def account(self, account: int) -> tuple[Table, ...]:
        """Balances, positions, what secures them, settings and limits; instruments without anything are left out."""
        terms = self._terms[account]
        held = [(one, self._holdings.exposure(account, one.number)) for one in self._instruments]
        tables = (
            self._balances(account),
            _per_instrument("positions", POSITION, held),
            _per_instrument("open orders", OPEN, held),
            Table("settings", ("setting", "value"), self._killed(account) + _settings(terms)),
            Table("limits of one order", ("symbol", "order_size", "order_value", "price_band"), self._limits(terms)),
        )
        return tuple(table for table in tables if table.rows)

    def fees(self) -> tuple[Table, ...]:
        """What the venue took in fees since it started, per currency."""
        rows = tuple((name, self._money(name, atoms)) for name, atoms in sorted(self._holdings.fees().items()))
        return (Table("fees", ("currency", "collected"), rows),)

    def _balances(self, account: int) -> Table:
        available, held, owed = (
            figures(account) for figures in (self._holdings.equity, self._holdings.reserved, self._holdings.owed)
        )
        rows = tuple(
            (name, *(self._money(name, figures.get(name, 0)) for figures in (available, held, owed)))
            for name in sorted(available)
        )
        return Table(f"balances of account {account}", ("currency", "available", "held", "owed"), rows)

    def _killed(self, account: int) -> tuple[tuple[str, ...], ...]:
        return (("killed", "until it is released"),) if self._holdings.is_killed(account) else ()

    def _money(self, currency: str, atoms: int) -> str:
        return decimal_text(atoms * self._atoms.get(currency, Fraction(1)))

    def _limits(self, terms: AccountTerms) -> tuple[tuple[str, ...], ...]:
        rows = []
        for one in self._instruments:
            if bounds := terms.limits.get(one.number):
                figures = (
                    (bounds.most_lots, one.lot),
                    (bounds.most_atoms, one.quote.atom),
                    (bounds.band_ppm, PPM),
                )
                rows.append((one.name, *(_or_not_set(count, unit) for count, unit in figures)))
        return tuple(rows)


POSITION: dict[str, Callable[[Exposure, Instrument], Fraction]] = {
    "bought": lambda exposure, one: exposure.executed_long_lots * one.lot,
    "sold": lambda exposure, one: exposure.executed_short_lots * one.lot,
    "owed": lambda exposure, one: exposure.owed_lots * one.lot,
    "collateral": lambda exposure, one: exposure.collateral_atoms * one.quote.atom,
}
OPEN: dict[str, Callable[[Exposure, Instrument], Fraction]] = {
    "to buy": lambda exposure, one: exposure.open_long_lots * one.lot,
    "held to buy": lambda exposure, one: (exposure.open_long_atoms + exposure.held_fee_atoms) * one.quote.atom,
    "to sell": lambda exposure, one: exposure.open_short_lots * one.lot,
    "margin": lambda exposure, one: exposure.margin_atoms * one.quote.atom,
}


def _per_instrument(
    title: str,
    columns: dict[str, Callable[[Exposure, Instrument], Fraction]],
    held: list[tuple[Instrument, Exposure]],
) -> Table:
    figures = [(one, [figure(exposure, one) for figure in columns.values()]) for one, exposure in held]
    rows = tuple((one.name, *map(decimal_text, row)) for one, row in figures if any(row))
    return Table(title, ("symbol", *columns), rows)


def _settings(terms: AccountTerms) -> tuple[tuple[str, ...], ...]:
    return (
        ("make_fee", decimal_text(terms.make_fee_ppm * PPM)),
        ("take_fee", decimal_text(terms.take_fee_ppm * PPM)),
        ("leverage", _or_not_set(terms.leverage)),
        ("most_open_orders", str(terms.most_open_orders)),
        ("orders_per_second", _or_not_set(terms.orders_per_second)),
        ("cancels_per_second", _or_not_set(terms.cancels_per_second)),
    )


def _or_not_set(count: int, unit: Fraction = Fraction(1)) -> str:
    return decimal_text(count * unit) if count else NOT_SET
