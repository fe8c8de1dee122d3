"""The operator's tables: what an account has, holds back, owes and may do, and what the venue took in fees."""

from fractions import Fraction

import pytest

from base.errors import OperatorRefused
from base.gateway.operator import ACCOUNT, FEES, OperatorDesk
from base.gateway.operator_requests import OperatorReply, OperatorRequest, Table
from base.gateway.operator_tables import OperatorTables
from base.vocabulary.participants import AccountTerms, Exposure, OrderLimits
from tests.gateway.test_operator import Market, NoReports
from tests.kit.floor import INSTRUMENTS, START_NS, Floor

TERMS = (
    AccountTerms(1),
    AccountTerms(
        2,
        make_fee_ppm=1,
        take_fee_ppm=100_000,
        leverage=5,
        limits={1: OrderLimits(250_000, 10**13, 0), 4: OrderLimits(0, 0, 50_000)},
        orders_per_second=10,
        cancels_per_second=20,
        most_open_orders=30,
    ),
)
NOTHING = Exposure(0, 0, 0, 0, 0, 0, 0, 0)


class Books(Market):
    """Account 2 has something of everything; account 1 has nothing."""

    def equity(self, account: int) -> dict[str, int]:
        return {"BTC": 1, "USD": -150_000_000, "USDT": 0} if account == 2 else {"BTC": 0, "USD": 0, "USDT": 0}

    def reserved(self, account: int) -> dict[str, int]:
        return {"BTC": 2 * 10**8, "USD": 10**17 + 1, "USDT": 0} if account == 2 else {}

    def owed(self, account: int) -> dict[str, int]:
        return {"BTC": 3 * 10**8} if account == 2 else {}

    def exposure(self, account: int, instrument: int) -> Exposure:
        if (account, instrument) != (2, 1):
            return NOTHING
        return Exposure(1, 200, 3, 400, 5, 600, 7, 800, 8, 9, 10, 11)

    def is_killed(self, account: int) -> bool:
        return False

    def fees(self) -> dict[str, int]:
        return {"USDT": 0, "USD": 12_345_678_901}


def ask(word: str, account: int = 0) -> OperatorReply:
    books, pending = Books(), []  # type: ignore[var-annotated]
    desk = OperatorDesk(books, NoReports(), INSTRUMENTS, TERMS, pending)
    reply = desk.take(OperatorRequest(word, account=account), START_NS)
    assert (books.asked, pending, reply.lines, reply.rows, reply.events) == ([], [], (), (), ())
    return reply


def test_an_account_is_shown_with_all_that_risk_holds_of_it() -> None:
    assert ask(ACCOUNT, 2).tables == (
        Table(
            "balances of account 2",
            ("currency", "available", "held", "owed"),
            (
                ("BTC", "0.00000001", "2", "3"),
                ("USD", "-1.5", "1000000000.00000001", "0"),
                ("USDT", "0", "0", "0"),
            ),
        ),
        Table(
            "positions",
            ("symbol", "bought", "sold", "owed", "collateral"),
            (("BTCUSD", "0.00005", "0.00007", "0.0001", "0.00000011"),),
        ),
        Table(
            "open orders",
            ("symbol", "to buy", "held to buy", "to sell", "margin"),
            (("BTCUSD", "0.00001", "0.00000208", "0.00003", "0.00000009"),),
        ),
        Table(
            "settings",
            ("setting", "value"),
            (
                ("make_fee", "0.000001"),
                ("take_fee", "0.1"),
                ("leverage", "5"),
                ("most_open_orders", "30"),
                ("orders_per_second", "10"),
                ("cancels_per_second", "20"),
            ),
        ),
        Table(
            "limits of one order",
            ("symbol", "order_size", "order_value", "price_band"),
            (("BTCUSD", "2.5", "100000", "-"), ("BTCUSDT", "-", "-", "0.05")),
        ),
    )


def test_what_an_account_has_not_is_left_out_or_said_so() -> None:
    balances, settings = ask(ACCOUNT, 1).tables
    assert balances.rows == (("BTC", "0", "0", "0"), ("USD", "0", "0", "0"), ("USDT", "0", "0", "0"))
    assert settings.rows == (
        ("make_fee", "0"), ("take_fee", "0"), ("leverage", "-"), ("most_open_orders", "10000"),
        ("orders_per_second", "-"), ("cancels_per_second", "-"),
    )  # fmt: skip


def test_a_killed_account_is_shown_as_one_until_it_is_released() -> None:
    floor = Floor()
    killed = ("killed", "until it is released")
    for word, is_killed in (("kill", True), ("release", False)):
        floor.venue.operate(OperatorRequest(word, account=2), floor.now_ns)
        tables = floor.venue.operate(OperatorRequest(ACCOUNT, account=2), floor.now_ns).tables
        assert [killed in table.rows for table in tables if table.title == "settings"] == [is_killed]


def test_fees_are_shown_per_currency() -> None:
    rows = (("USD", "123.45678901"), ("USDT", "0"))
    assert ask(FEES).tables == (Table("fees", ("currency", "collected"), rows),)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (OperatorRequest(ACCOUNT), "account 0: unknown; known are 1, 2"),
        (OperatorRequest(ACCOUNT, account=3), "account 3: unknown; known are 1, 2"),
        (OperatorRequest(ACCOUNT, ("BTCUSD",), account=1), "account: has no use for symbols"),
        (OperatorRequest(FEES, account=1), "fees: has no use for account"),
    ],
)
def test_another_question_is_refused(request_: OperatorRequest, says: str) -> None:
    with pytest.raises(OperatorRefused, match=says):
        OperatorDesk(Books(), NoReports(), INSTRUMENTS, TERMS, []).take(request_, START_NS)


@pytest.mark.parametrize("request_", [OperatorRequest(ACCOUNT, account=1), OperatorRequest(FEES)])
def test_a_market_that_keeps_no_such_figures_says_so(request_: OperatorRequest) -> None:
    with pytest.raises(OperatorRefused, match=f"{request_.word}: not shown by this venue yet"):
        OperatorDesk(Market(), NoReports(), INSTRUMENTS, TERMS, []).take(request_, START_NS)


def test_a_currency_that_no_instrument_trades_is_shown_in_atoms() -> None:
    class Odd(Books):
        def equity(self, account: int) -> dict[str, int]:
            return {"EUR": 7}

    (balances, *_) = OperatorTables(Odd(), INSTRUMENTS, TERMS).account(1)
    assert balances.rows == (("EUR", "7", "0", "0"),)


def test_a_short_sale_shows_in_every_table() -> None:
    floor = Floor(terms={2: {"leverage": 4, "take_fee_ppm": 100}})
    floor.log_on(1, 2)
    floor.send(1, floor.order(1))
    floor.send(2, floor.order(2, BOSide=3, BOOrderQty=0.5), floor.order(2, BOSide=3, BOPrice=200.0))
    balances, positions, orders, _ = floor.venue.operate(OperatorRequest(ACCOUNT, account=2), floor.now_ns).tables
    assert balances.rows == (
        ("BTC", "1000000000", "0", "0.5"),
        ("USD", "999999937.5", "112.495", "0"),
        ("USDT", "1000000000", "0", "0"),
    )
    assert positions.rows == (("BTCUSD", "0", "0.5", "0.5", "62.495"),)
    assert orders.rows == (("BTCUSD", "0", "0", "1", "50"),)
    (fees,) = floor.venue.operate(OperatorRequest(FEES), floor.now_ns).tables
    assert fees.rows == (("USD", "0.005"), ("USDT", "0"))


def test_what_is_held_of_money_is_what_the_open_orders_and_the_collateral_hold() -> None:
    floor = Floor(terms={2: {"leverage": 3, "make_fee_ppm": 333}})
    floor.log_on(1, 2)
    floor.send(2, *(floor.order(2, BOSide=side, BOPrice=price) for side, price in ((1, 77.5), (3, 100.5), (3, 101.0))))
    floor.send(1, floor.order(1, BOPrice=100.5, BOOrderQty=0.75))
    balances, positions, orders, _ = floor.venue.operate(OperatorRequest(ACCOUNT, account=2), floor.now_ns).tables
    (_, usd, _), ((*_, collateral),), ((_, _, to_buy, _, margin),) = balances.rows, positions.rows, orders.rows
    assert to_buy == "77.526"
    assert Fraction(usd[2]) == sum(map(Fraction, (to_buy, margin, collateral)))


def test_a_look_is_not_logged() -> None:
    floor = Floor()
    floor.venue.operate(OperatorRequest(ACCOUNT, account=1), floor.now_ns)
    floor.venue.operate(OperatorRequest(FEES), floor.now_ns)
    assert floor.venue.log_lines() == []
