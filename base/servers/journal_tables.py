"""What a journal led to, as tables: open orders per instrument, balances per account, the state's hash.

In: a market that a journal was carried out in. Out: titles, columns and rows of decimal texts; lines for a terminal.
Never knows: files, where the lines go. Follows docs/journal.md, "Tools".
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from base.publish.views import decimal_text
from base.servers.journal_retelling import Retelling
from base.vocabulary.instruments import Instrument
from base.wire.bo.codes import Side

NOTHING = "(none)"


class Figures(NamedTuple):
    """A table; columns whose name begins with ``<`` hold words and stand on the left."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def figures(market: Retelling) -> list[Figures]:
    """All that a person asks for first."""
    tables = [_open_orders(market, instrument) for instrument in market.settings.instruments]
    return [*tables, balances(market)]


def balances(market: Retelling) -> Figures:
    """What each account may use, holds back and owes, per currency; currencies without anything are left out."""
    rows = []
    for terms in market.settings.accounts:
        account = terms.account
        available, held, owed = (
            amounts(account) for amounts in (market.exchange.equity, market.exchange.reserved, market.exchange.owed)
        )
        for name in sorted(available):
            row = [amounts.get(name, 0) for amounts in (available, held, owed)]
            if any(row):
                rows.append((str(account), name, *(decimal_text(atoms * atom_of(market, name)) for atoms in row)))
    return Figures("balances", ("account", "<currency", "available", "held", "owed"), rows)


def atom_of(market: Retelling, currency: str) -> Fraction:
    """The smallest unit of a currency; 1 for one that no instrument has."""
    for one in market.settings.instruments:
        for coin in (one.base, one.quote):
            if coin.name == currency:
                return coin.atom
    return Fraction(1)


def table_lines(table: Figures) -> Iterator[str]:
    """A table as lines: words on the left of their columns, figures on the right."""
    yield f"{table.title}:"
    if not table.rows:
        yield f"  {NOTHING}"
        return
    head = tuple(column.removeprefix("<") for column in table.columns)
    widths = [max(map(len, column)) for column in zip(head, *table.rows, strict=True)]
    sides: list[Callable[[str, int], str]] = [
        str.ljust if column.startswith("<") else str.rjust for column in table.columns
    ]
    for row in (head, *table.rows):
        cells = (side(cell, width) for side, cell, width in zip(sides, row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()


def lines(tables: Iterable[Figures]) -> Iterator[str]:
    """Tables one below the other."""
    for table in tables:
        yield from table_lines(table)
        yield ""


def _open_orders(market: Retelling, instrument: Instrument) -> Figures:
    rows = []
    for who in market.settings.participants:
        for order in market.exchange.open_orders(who.number, instrument.number):
            quantities = (order.leaves_lots, order.executed_lots)
            rows.append(
                (
                    order.number,
                    (
                        str(order.number),
                        f"{who.account}/{who.user}",
                        str(order.order_id),
                        Side(order.side).name.lower(),
                        decimal_text(order.price_ticks * instrument.tick),
                        *(decimal_text(lots * instrument.lot) for lots in quantities),
                        "waits" if order.is_waiting else "",
                    ),
                )
            )
    columns = ("number", "<account", "id", "<side", "price", "open", "executed", "<")
    return Figures(f"open orders in {instrument.name}", columns, [row for _, row in sorted(rows)])
