"""The figures that a journal led to are those of the market that wrote it."""

from pathlib import Path

from base.servers.journal_reading import Reading
from base.servers.journal_retelling import Retelling
from base.servers.journal_tables import Figures, atom_of, balances, figures, lines, table_lines
from tests.kit.journals import crowd_settings, write_crowd


def test_they_show_every_open_order_and_every_balance(tmp_path: Path) -> None:
    floor = write_crowd(tmp_path, 300)
    market = Retelling(crowd_settings(), lambda text: None)
    market.carry_out(Reading(tmp_path).commits())
    tables = figures(market)
    assert [table.title for table in tables] == [
        *(f"open orders in {name}" for name in ("BTCUSD", "USDUSDT", "FLYUSDT", "BTCUSDT")), "balances",
    ]  # fmt: skip
    shown = {int(row[0]): row for row in tables[0].rows}
    open_orders = [order for who in range(3) for order in floor.exchange.open_orders(who, 1)]
    assert sorted(shown) == sorted(order.number for order in open_orders) and open_orders
    for order in open_orders:
        row = shown[order.number]
        assert row[2] == str(order.order_id) and float(row[4]) == order.price_ticks / 2
        assert float(row[5]) == order.leaves_lots / 100_000
        assert row[7] == ("waits" if order.is_waiting else "")
    dollars = {row[0]: float(row[2]) for row in tables[-1].rows if row[1] == "USD"}
    assert dollars == {str(one): floor.exchange.equity(one)["USD"] / 10**8 for one in (1, 2, 3)}


def test_what_nobody_has_is_left_out() -> None:
    market = Retelling(crowd_settings(), lambda text: None)
    assert ("1", "FLY", "1", "0", "0") in balances(market).rows
    assert atom_of(market, "ETH") == 1


def test_words_stand_left_and_figures_right() -> None:
    table = Figures("t", ("n", "<word", "x"), [("1", "a", "10.5"), ("100", "longer", "2")])
    assert list(table_lines(table)) == [
        "t:",
        "    n  word       x",
        "    1  a       10.5",
        "  100  longer     2",
    ]
    assert list(lines([Figures("t", ("n",), [])])) == ["t:", "  (none)", ""]
