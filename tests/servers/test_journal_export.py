"""What is exported adds up, is exact, cannot harm, and overwrites nothing."""

import csv
import re
import sqlite3
from fractions import Fraction
from pathlib import Path

import pytest

from base.errors import SettingsError
from base.gateway.operator_requests import OperatorRequest
from base.servers.journal_export import FORMULA_STARTS, TABLES, CsvTarget, SqliteTarget, Target, export, harmless
from base.servers.journal_reading import Reading
from base.servers.journal_retelling import Retelling
from base.servers.settings import Settings, parse_settings
from tests.kit.journals import CROWD, KeptFloor, crowd_settings, kept, write_crowd
from tests.kit.source import ROOT


def exported(state: Path, target: Target, settings: Settings | None = None, until: int | None = None) -> dict[str, int]:
    market = Retelling(settings or crowd_settings(), lambda text: None)
    counts = export(market, market.tell(Reading(state).commits(until)), target)
    target.close()
    return counts


def tables_of(file: Path) -> dict[str, list[dict[str, str]]]:
    connection = sqlite3.connect(file)
    connection.row_factory = sqlite3.Row
    tables = {table: [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')] for table in TABLES}
    connection.close()
    return tables


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, KeptFloor]:
    state = tmp_path_factory.mktemp("state")
    return state, write_crowd(state, 500)


def test_the_sums_are_those_of_the_market(crowd: tuple[Path, KeptFloor], tmp_path: Path) -> None:
    state, floor = crowd
    counts = exported(state, SqliteTarget(tmp_path / "day.db"))
    tables = tables_of(tmp_path / "day.db")
    assert counts == {name: len(rows) for name, rows in tables.items()}
    assert counts.pop("broken") == 0 and min(counts.values()) > 1
    executions, orders = tables["executions"], {row["number"]: row for row in tables["orders"]}
    assert [row["exec_id"] for row in executions] == list(range(1, len(executions) + 1))
    for number, order in orders.items():
        filled = sum(
            Fraction(row["quantity"]) * [row["resting_number"], row["incoming_number"]].count(number)
            for row in executions
        )
        assert filled == Fraction(order["executed"]), number
    fees = sum(Fraction(row["resting_fee"]) + Fraction(row["incoming_fee"]) for row in executions)
    assert fees == sum(Fraction(row["collected"]) for row in tables["fees"]) > 0
    assert fees == Fraction(floor.exchange.fees()["USD"], 10**8)
    for row in tables["balances"]:
        held = floor.exchange.equity(int(row["account"]))[row["currency"]]
        atom = 10**10 if row["currency"] == "USDT" else 10**8
        assert Fraction(row["available"]) == Fraction(held, atom)
    bought = sum(Fraction(row["bought"]) for row in tables["positions"])
    assert bought == sum(Fraction(row["sold"]) for row in tables["positions"]) > 0


def test_both_formats_say_the_same(crowd: tuple[Path, KeptFloor], tmp_path: Path) -> None:
    state, _ = crowd
    exported(state, SqliteTarget(tmp_path / "day.db"), until=200)
    exported(state, CsvTarget(tmp_path / "day"), until=200)
    tables = tables_of(tmp_path / "day.db")
    for table, rows in tables.items():
        with open(tmp_path / "day" / f"{table}.csv", newline="") as file:
            assert list(csv.DictReader(file)) == [{name: str(cell) for name, cell in row.items()} for row in rows]
    assert max(int(row["record"]) for row in tables["executions"]) <= 200


def test_only_their_owner_may_read_them(crowd: tuple[Path, KeptFloor], tmp_path: Path) -> None:
    exported(crowd[0], SqliteTarget(tmp_path / "day.db"), until=1)
    exported(crowd[0], CsvTarget(tmp_path / "day"), until=1)
    for file in (tmp_path / "day.db", *(tmp_path / "day").iterdir()):
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("make", [lambda place: SqliteTarget(place / "x.db"), lambda place: CsvTarget(place / "x")])
def test_nothing_is_overwritten_and_nothing_half_done_is_left(make: object, tmp_path: Path) -> None:
    assert callable(make)
    first: Target = make(tmp_path)
    first.close()
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(SettingsError, match="is there already, and nothing is overwritten"):
        make(tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    (tmp_path / "other").mkdir()
    second: Target = make(tmp_path / "other")
    second.discard()
    assert [file for file in (tmp_path / "other").rglob("*") if file.is_file()] == []


def test_a_user_whose_name_is_a_formula_does_no_harm(tmp_path: Path) -> None:
    settings = parse_settings("hostile", CROWD.replace('user = "u2"', 'user = "=1+1"'))
    with kept(tmp_path / "state", settings) as floor:
        floor.log_on(2)
        floor.send(2, floor.order(2))
    exported(tmp_path / "state", CsvTarget(tmp_path / "day"), settings)
    (order,) = csv.DictReader((tmp_path / "day/orders.csv").read_text().splitlines())
    assert order["user"] == "'=1+1" and order["price"] == "100"
    exported(tmp_path / "state", SqliteTarget(tmp_path / "day.db"), settings)
    assert tables_of(tmp_path / "day.db")["orders"][0]["user"] == "=1+1"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_texts_are_made_harmless_and_numbers_are_not_touched(start: str, tmp_path: Path) -> None:
    assert harmless(f"{start}1") == f"'{start}1"
    assert harmless("1=") == "1="
    target = CsvTarget(tmp_path)
    target.write("balances", [(-7, f"{start}X", "-1.5", "0", "0")])
    target.close()
    with open(tmp_path / "balances.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["account"], row["currency"], row["available"]) == ("-7", f"'{start}X", "-1.5")


def test_the_document_has_every_column() -> None:
    section = (ROOT / "docs/journal.md").read_text().partition("### Exports")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`\w+`)? ?\| (`.*?) \|", section, re.MULTILINE)
    described: dict[str, list[str]] = {}
    for table, columns in rows:
        if table:
            described[table.strip("`")] = []
        described[list(described)[-1]] += re.findall(r"`(\w+)`", columns)
    assert described == {table: list(columns) for table, columns in TABLES.items()}


def test_ids_of_any_size_and_a_broken_trade(tmp_path: Path) -> None:
    with kept(tmp_path, crowd_settings()) as floor:
        floor.log_on(1, 3)
        floor.send(1, floor.order(1, OrderID=2**64 - 1))
        floor.send(3, floor.order(3, BOSide=2))
        floor.venue.operate(OperatorRequest("break-trade", trade=1, reason="consent"), floor.now_ns)
        floor.collect()
    exported(tmp_path, SqliteTarget(tmp_path / "day.db"))
    tables = tables_of(tmp_path / "day.db")
    assert [row["order_id"] for row in tables["orders"]] == [str(2**64 - 1), "2"]
    (broken,) = tables["broken"]
    assert (broken["exec_id"], broken["reason"]) == (tables["executions"][0]["exec_id"], "CONSENT")
    assert broken["record"] > tables["executions"][0]["record"] and tables["positions"] == []
