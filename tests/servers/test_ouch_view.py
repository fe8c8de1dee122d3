"""What people see of the book."""

from base.limits import OPERATOR_NAMES_LISTED
from base.ouch_venue import OuchLine
from base.servers.ouch_view import book_csv, book_rows, book_table, connection_lines
from tests.kit.floor import INSTRUMENTS
from tests.kit.ouch_floor import JP, N50, UNIT, OuchFloor, jp, n50


def rows(floor: OuchFloor):  # type: ignore[no-untyped-def]
    orders = [order for member in floor.desk.members.values() for order in member.live.values()]
    return book_rows(floor.exchange, range(3), INSTRUMENTS, orders)


def test_the_table_has_the_orders_of_both_protocols_by_price() -> None:
    floor = OuchFloor()
    floor.log_on(1)
    floor.send(1, floor.order(1, BOPrice=99.5))
    floor.ask(floor.join(2, JP), jp(7, "S", UNIT, 1_010))
    floor.ask(floor.join(3, N50), n50(8, "B", UNIT // 4, 1_000_000, symbol="BTCUSD"))
    lines = book_table(rows(floor))
    assert lines[0].split()[:4] == ["side", "price", "quantity", "symbol"]
    shown = [" ".join(line.split()[:3]) for line in lines[1:]]
    assert shown == ["sell 101 1", "buy 100 0.25", "buy 99.5 1"]
    assert [line.split()[-2:] for line in lines[1:3]] == [["7", "live"], ["8", "live"]]


def test_the_csv_file_is_that_of_the_inventory() -> None:
    floor = OuchFloor()
    floor.ask(floor.join(2, JP), jp(7, "S", UNIT, 1_010), jp(8, "B", 2 * UNIT, 1_000))
    seconds = floor.now_ns // 10**9 % 86_400
    assert book_csv(rows(floor)) == [f"1,{seconds},BTCUSD,-101,1,-101,-101", f"2,{seconds},BTCUSD,100,2,200,99"]


def test_of_many_connections_the_first_ones_are_listed_and_the_others_counted() -> None:
    def shown(number: int) -> list[str]:
        lines = [OuchLine(one, ("10.0.0.1", one), JP, 0) for one in range(1, number + 1)]
        return connection_lines(lines, lambda port: "japannext")

    assert shown(0) == ["0 connections"]
    assert shown(1) == ["1 connections", "10.0.0.1:1  japannext  not logged in"]
    assert len(shown(OPERATOR_NAMES_LISTED)) == OPERATOR_NAMES_LISTED + 1
    assert shown(OPERATOR_NAMES_LISTED + 7)[0] == f"{OPERATOR_NAMES_LISTED + 7} connections"
    assert shown(OPERATOR_NAMES_LISTED + 7)[-2:] == [
        f"10.0.0.1:{OPERATOR_NAMES_LISTED}  japannext  not logged in",
        "and 7 more",
    ]
