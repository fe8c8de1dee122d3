"""What a journal led to, for other programs: orders, executions, positions, balances and fees.

In: a market that a journal is carried out in, a place. Out: an SQLite file or a directory of CSV files. Never knows:
how a journal is read. Follows docs/journal.md, "Exports": numbers are exact decimals, nothing is overwritten, and a
text that a spreadsheet would take for a formula is made harmless.
"""

import csv
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Protocol, TextIO, TypeAlias

from base.clock import utc_text
from base.errors import SettingsError
from base.publish.views import decimal_text
from base.servers.journal_retelling import KnownOrder, Retelling, Told
from base.servers.journal_tables import balances
from base.vocabulary.events import Trade, TradeBroken
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import BreakReason
from base.wire.bo.codes import TIF, OrderType, Side

Row: TypeAlias = tuple[int | str, ...]
WORDS, COUNT, DECIMAL = "words", "count", "decimal"
TYPES = {WORDS: "TEXT", COUNT: "INTEGER", DECIMAL: "TEXT"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FILE_MODE = 0o600

TABLES: dict[str, dict[str, str]] = {
    "orders": {
        "number": COUNT, "account": COUNT, "user": WORDS, "first_order_id": DECIMAL, "order_id": DECIMAL,
        "symbol": WORDS, "order_type": WORDS, "side": WORDS, "time_in_force": WORDS, "price": DECIMAL,
        "quantity": DECIMAL, "executed": DECIMAL, "open": DECIMAL, "cancelled": DECIMAL, "status": WORDS,
        "entered_at": COUNT, "ended_at": COUNT,
    },
    "executions": {
        "exec_id": COUNT, "record": COUNT, "time": WORDS, "symbol": WORDS, "price": DECIMAL, "quantity": DECIMAL,
        "resting_number": COUNT, "resting_account": COUNT, "resting_side": WORDS, "resting_fee": DECIMAL,
        "incoming_number": COUNT, "incoming_account": COUNT, "incoming_fee": DECIMAL, "currency": WORDS,
    },
    "broken": {"exec_id": COUNT, "record": COUNT, "time": WORDS, "reason": WORDS},
    "positions": {
        "account": COUNT, "symbol": WORDS, "bought": DECIMAL, "sold": DECIMAL, "bought_value": DECIMAL,
        "sold_value": DECIMAL, "owed": DECIMAL, "collateral": DECIMAL,
    },
    "balances": {"account": COUNT, "currency": WORDS, "available": DECIMAL, "held": DECIMAL, "owed": DECIMAL},
    "fees": {"currency": WORDS, "collected": DECIMAL},
}  # fmt: skip
"""The tables with their columns; docs/journal.md says what each means."""


class Target(Protocol):
    """Where rows go."""

    def write(self, table: str, rows: Iterable[Row]) -> None: ...

    def close(self) -> None: ...

    def discard(self) -> None: ...


class SqliteTarget:
    """A new SQLite file."""

    def __init__(self, file: Path) -> None:
        _refuse_existing(file)
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
        self._file = file
        self._connection = sqlite3.connect(file)
        for table, columns in TABLES.items():
            declared = ", ".join(f'"{name}" {TYPES[kind]} NOT NULL' for name, kind in columns.items())
            self._connection.execute(f'CREATE TABLE "{table}" ({declared})')

    def write(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows."""
        places = ", ".join("?" * len(TABLES[table]))
        self._connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)

    def close(self) -> None:
        """Make everything durable."""
        self._connection.commit()
        self._connection.close()

    def discard(self) -> None:
        """Close the file and remove it."""
        self._connection.close()
        self._file.unlink()


class CsvTarget:
    """A directory with a file per table; the directory may be there, the files may not."""

    def __init__(self, directory: Path) -> None:
        files = {table: directory / f"{table}.csv" for table in TABLES}
        for file in files.values():
            _refuse_existing(file)
        directory.mkdir(parents=True, exist_ok=True)
        self._files = files
        self._opened = ExitStack()
        self._writers = {table: csv.writer(self._open(file)) for table, file in files.items()}
        for table, columns in TABLES.items():
            self._writers[table].writerow(columns)

    def write(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows."""
        kinds = list(TABLES[table].values())
        self._writers[table].writerows(
            [harmless(cell) if kind == WORDS else cell for kind, cell in zip(kinds, row, strict=True)] for row in rows
        )

    def close(self) -> None:
        """Close the files."""
        self._opened.close()

    def discard(self) -> None:
        """Close the files and remove them."""
        self._opened.close()
        for file in self._files.values():
            file.unlink()

    def _open(self, file: Path) -> TextIO:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
        return self._opened.enter_context(open(descriptor, "w", newline="", encoding="utf-8"))


def harmless(cell: int | str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("BOU7")
    ("'=1+1", 'BOU7')
    """
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def export(market: Retelling, told: Iterable[Told], target: Target) -> dict[str, int]:
    """Carry the journal out and write everything; gives how many rows each table got."""
    counts = dict.fromkeys(TABLES, 0)
    instruments = {one.number: one for one in market.settings.instruments}

    def counted(table: str, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            counts[table] += 1
            yield row

    for one in told:
        trades = [event for event in one.events if isinstance(event, Trade)]
        if trades:
            rows = (_execution(trade, one, market, instruments[trade.instrument]) for trade in trades)
            target.write("executions", counted("executions", rows))
        if broken := [_broken(event, one) for event in one.events if isinstance(event, TradeBroken)]:
            target.write("broken", counted("broken", broken))
    makers: dict[str, Callable[[Retelling], Iterable[Row]]] = {
        "orders": _orders, "positions": _positions, "balances": lambda one: balances(one).rows, "fees": _fees,
    }  # fmt: skip
    for table, make in makers.items():
        target.write(table, counted(table, make(market)))
    return counts


def _orders(market: Retelling) -> Iterator[Row]:
    instruments = {one.number: one for one in market.settings.instruments}
    for order in market.orders.values():
        yield _order(order, market, instruments[order.instrument])


def _order(order: KnownOrder, market: Retelling, instrument: Instrument) -> Row:
    who = market.settings.participants[order.participant]
    return (
        order.number, who.account, who.user, str(order.first_id), str(order.order_id), instrument.name,
        OrderType(order.order_type).name, Side(order.side).name,
        TIF(order.time_in_force).name if order.time_in_force else "",
        decimal_text(order.price_ticks * instrument.tick), _lots(order.quantity_lots, instrument),
        _lots(order.executed_lots, instrument), _lots(order.leaves_lots, instrument),
        _lots(order.cancelled_lots, instrument), order.status().name, order.entered_at, order.ended_at,
    )  # fmt: skip


def _execution(trade: Trade, told: Told, market: Retelling, instrument: Instrument) -> Row:
    resting, incoming = market.orders[trade.resting_number], market.orders[trade.incoming_number]
    accounts = [market.settings.participants[order.participant].account for order in (resting, incoming)]
    return (
        trade.exec_id, told.sequence, utc_text(told.now_ns), instrument.name,
        decimal_text(trade.price_ticks * instrument.tick), _lots(trade.quantity_lots, instrument),
        trade.resting_number, accounts[0], Side(resting.side).name, _cash(trade.resting_fee_atoms, instrument),
        trade.incoming_number, accounts[1], _cash(trade.incoming_fee_atoms, instrument), instrument.quote.name,
    )  # fmt: skip


def _broken(event: TradeBroken, told: Told) -> Row:
    return event.exec_id, told.sequence, utc_text(told.now_ns), BreakReason(event.reason).name


def _positions(market: Retelling) -> Iterator[Row]:
    for terms in market.settings.accounts:
        for one in market.settings.instruments:
            held = market.exchange.exposure(terms.account, one.number)
            row = (
                _lots(held.executed_long_lots, one), _lots(held.executed_short_lots, one),
                _cash(held.executed_long_atoms, one), _cash(held.executed_short_atoms, one),
                _lots(held.owed_lots, one), _cash(held.collateral_atoms, one),
            )  # fmt: skip
            if any(cell != "0" for cell in row):
                yield (terms.account, one.name, *row)


def _fees(market: Retelling) -> Iterator[Row]:
    atoms = {one.quote.name: one.quote.atom for one in market.settings.instruments}
    for name, collected in sorted(market.exchange.fees().items()):
        yield name, decimal_text(collected * atoms.get(name, Fraction(1)))


def _lots(lots: int, instrument: Instrument) -> str:
    return decimal_text(lots * instrument.lot)


def _cash(atoms: int, instrument: Instrument) -> str:
    return decimal_text(atoms * instrument.quote.atom)


def _refuse_existing(file: Path) -> None:
    if os.path.lexists(file):
        raise SettingsError(f"{file} is there already, and nothing is overwritten: name another place, or remove it")
