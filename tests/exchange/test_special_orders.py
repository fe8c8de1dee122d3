"""Hidden orders, slices and reduce-only, section 3 of docs/order-types.md, rule by rule.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
"""

from dataclasses import replace as changed

import pytest

from base.vocabulary.commands import Command
from base.vocabulary.orders import OpenOrder, OrderType, Side, TimeInForce
from tests.exchange.stories import LOT, TICK_LOT, market, told
from tests.reference.phrases import DAY, FOK, GTC, IOC, POST, buy, cancel, order, replace, sell

BUY, SELL = int(Side.BUY), int(Side.SELL)
RED = TimeInForce.REDUCE_ONLY
LIMIT, HIDDEN, MARKET = OrderType.LIMIT, OrderType.HIDDEN, OrderType.MARKET
SLICED = order(LIMIT, 1, SELL, 8, display=1, refresh=2, by=1)
UNSEEN = order(HIDDEN, 1, SELL, 5, by=1)
BOUGHT = [sell(901, 5, 90, by=1), buy(902, 5, 90)]

Case = tuple[str, list[Command], list[str]]
CASES: list[Case] = [
    ("a hidden order is accepted and not shown", [UNSEEN], ["1 accepted"]),
    ("the attribute does what the type does", [order(LIMIT, 1, SELL, 5, by=1, hidden=1)], ["1 accepted"]),
    ("visible before hidden at one price", [UNSEEN, sell(2, 2, by=1), buy(3, 3)], ["3x2 2@100 0/1", "3x1 1@100 4/0"]),
    ("a better hidden price comes first", [order(HIDDEN, 1, SELL, 5, 99, by=1), sell(2, 2, by=1), buy(3, 6)],
     ["3x1 5@99 0/1", "3x2 1@100 1/0"]),
    ("among hidden ones the older first", [UNSEEN, order(HIDDEN, 2, SELL, 5, by=1), buy(3, 6)],
     ["3x1 5@100 0/1", "3x2 1@100 4/0"]),
    ("hidden quantity counts for fill or kill", [UNSEEN, buy(3, 5, tif=FOK)], ["2x1 5@100 0/0"]),
    ("a hidden order may be fill or kill", [sell(2, 2, by=1), order(HIDDEN, 3, BUY, 3, tif=FOK)], ["2 cancelled 3"]),
    ("a hidden order may be immediate", [sell(2, 2, by=1), order(HIDDEN, 3, BUY, 3, tif=IOC)],
     ["2x1 2@100 0/1", "2 cancelled 1"]),
    ("a hidden order that would take is no post-only", [sell(2, 2, by=1), order(HIDDEN, 3, BUY, 3, tif=POST)],
     ["refused WOULD_TAKE"]),
    ("post-only against hidden quantity", [UNSEEN, buy(3, 1, tif=POST)], ["refused WOULD_TAKE"]),
    ("a slice is shown", [SLICED], ["1 accepted", "1 shows 1@100"]),
    ("each slice is a match of its own", [SLICED, buy(3, 8)],
     ["2x1 1@100 7/7", "2x1 2@100 5/5", "2x1 2@100 3/3", "2x1 2@100 1/1", "2x1 1@100 0/0", "1 shows 0@100"]),
    ("2.0 with 0.25 and 0.5", [order(LIMIT, 1, SELL, 200_000, display=25_000, refresh=50_000, by=1), buy(3, 200_000)],
     ["2x1 25000@100 175000/175000", "2x1 50000@100 125000/125000", "2x1 50000@100 75000/75000",
      "2x1 50000@100 25000/25000", "2x1 25000@100 0/0", "1 shows 0@100"]),
    ("a new slice goes to the end", [SLICED, sell(2, 3, by=1), buy(3, 5)],
     ["3x1 1@100 7/4", "3x2 3@100 0/1", "3x1 1@100 6/0"]),
    ("a slice matched in part is shown smaller", [order(LIMIT, 1, SELL, 8, display=3, refresh=3, by=1), buy(3, 1)],
     ["2x1 1@100 7/0", "1 shows 2@100"]),
    ("slices come before hidden ones", [UNSEEN, order(LIMIT, 2, SELL, 4, display=1, refresh=1, by=1), buy(3, 5)],
     ["3x2 1@100 3/4", "3x2 1@100 2/3", "3x2 1@100 1/2", "3x2 1@100 0/1", "3x1 1@100 4/0", "2 shows 0@100"]),
    ("undisplayed slices count for fill or kill", [SLICED, buy(3, 9, tif=FOK)], ["2 cancelled 9"]),
    ("an incoming order matches with all of it", [sell(9, 3, by=1), order(LIMIT, 2, BUY, 5, display=1, refresh=1)],
     ["2x1 3@100 0/2", "2 shows 1@100"]),
    ("the slice is shown once for all its matches", [SLICED, buy(3, 2)],
     ["2x1 1@100 7/1", "2x1 1@100 6/0"]),
    ("a cancel takes all slices", [SLICED, cancel(SLICED, 9)], ["1 cancelled 8", "1 shows 0@100"]),
    ("reduce only: no position", [order(LIMIT, 3, SELL, 1, 105, RED)], ["refused WOULD_NOT_REDUCE"]),
    ("reduce only: a long position is sold", [*BOUGHT, order(LIMIT, 3, SELL, 5, 105, RED)],
     ["3 accepted", "3 shows 5@105"]),
    ("reduce only: one lot too many", [*BOUGHT, order(LIMIT, 3, SELL, 6, 105, RED)], ["refused WOULD_NOT_REDUCE"]),
    ("reduce only: not the other side", [*BOUGHT, order(LIMIT, 3, BUY, 1, 80, RED)], ["refused WOULD_NOT_REDUCE"]),
    ("reduce only: a short position is bought back", [*BOUGHT, order(LIMIT, 3, BUY, 5, 80, RED, by=1)],
     ["3 accepted", "3 shows 5@80"]),
    ("reduce only: what the others leave is not there twice",
     [*BOUGHT, order(LIMIT, 3, SELL, 4, 105, RED), order(LIMIT, 4, SELL, 2, 105, RED)], ["refused WOULD_NOT_REDUCE"]),
    ("reduce only: other instruments do not count", [*BOUGHT, order(LIMIT, 3, SELL, 1, 105, RED, on=4)],
     ["refused WOULD_NOT_REDUCE"]),
    ("reduce only: a cancel makes room",
     [*BOUGHT, (r := order(LIMIT, 3, SELL, 4, 105, RED)), cancel(r, 8), order(LIMIT, 4, SELL, 5, 105, RED)],
     ["4 accepted", "4 shows 5@105"]),
    ("reduce only: market", [*BOUGHT, buy(5, 9, 90, by=2), order(MARKET, 6, SELL, 5, 0, RED)], ["4x3 5@90 4/0"]),
    ("reduce only: market, the rest leaves", [*BOUGHT, buy(5, 2, 90, by=2), order(MARKET, 6, SELL, 5, 0, RED)],
     ["4x3 2@90 0/3", "4 cancelled 3"]),
    ("reduce only: market, one lot too many", [*BOUGHT, order(MARKET, 6, SELL, 6, 0, RED)],
     ["refused WOULD_NOT_REDUCE"]),
    ("reduce only: a fill leaves the others their room",
     [*BOUGHT, order(LIMIT, 3, SELL, 4, 105, RED), buy(4, 4, 105, by=2), order(LIMIT, 5, SELL, 1, 105, RED)],
     ["5 accepted", "5 shows 1@105"]),
    ("reduce only: and no more", [*BOUGHT, order(LIMIT, 3, SELL, 4, 105, RED), buy(4, 4, 105, by=2),
     order(LIMIT, 5, SELL, 2, 105, RED)], ["refused WOULD_NOT_REDUCE"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, events", CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands) == events, rule


def test_what_a_hidden_order_holds_is_what_a_limit_order_holds() -> None:
    exchange = market(5, 500)
    assert told(order(HIDDEN, 1, BUY, 5), order(HIDDEN, 2, SELL, 5, 101), on=exchange) == ["2 accepted"]
    assert exchange.reserved(1) == {"BTC": 5 * LOT, "USD": 500 * TICK_LOT, "USDT": 0}
    assert told(order(HIDDEN, 3, BUY, 1, 1), on=exchange) == ["refused NOT_ENOUGH_EQUITY"]
    told(sell(4, 2, 99, by=1), on=exchange)
    assert exchange.reserved(1)["USD"] == 300 * TICK_LOT, "hit at its own price"


def test_hidden_and_sliced_orders_are_open_orders_and_go_at_logout() -> None:
    exchange = market()
    told(order(HIDDEN, 1, BUY, 5, tif=DAY), order(LIMIT, 2, BUY, 5, 99, GTC, display=1, refresh=1), on=exchange)
    assert exchange.open_orders(0, 1) == [
        OpenOrder(1, 1, False, 100, 5, 0, BUY, False), OpenOrder(2, 2, False, 99, 5, 0, BUY, False),
    ]  # fmt: skip


def sliced_again(order_id: int, lots: int, at: int = 100) -> Command:
    return changed(replace(SLICED, order_id, lots, at), terms=SLICED.terms)


@pytest.mark.parametrize(
    "rule, commands, events",
    [
        ("less than the slice shrinks it", [SLICED, buy(3, 1), sliced_again(4, 2)], ["1 replaced 1", "1 shows 1@100"]),
        ("more than the slice leaves it alone", [SLICED, buy(3, 1), sliced_again(4, 5)], ["1 replaced 4"]),
        ("a larger total starts with DisplaySize again", [SLICED, buy(3, 1), sliced_again(4, 9)],
         ["1 replaced 8", "1 shows 1@100"]),
        ("an attribute cannot be given up", [SLICED, replace(SLICED, 4, 5)], ["refused REPLACE_CHANGES_FIXED_FIELD"]),
        ("a replaced price may take", [buy(8, 1, 99), SLICED, sliced_again(4, 8, 99)],
         ["2 replaced 8", "2x1 1@99 0/7", "2 shows 1@99"]),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_replaced(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands) == events, rule


def test_one_open_order_too_many_holds_nothing_back() -> None:
    exchange = market(0, 500)
    exchange._seats[0].most_open_orders = 1
    waits = order(OrderType.STOP_MARKET, 1, BUY, 1, 0, stop=102)
    assert told(waits, order(HIDDEN, 2, BUY, 5), on=exchange) == ["refused TOO_MANY_OPEN_ORDERS"], "waiting ones count"
    assert exchange.equity(1)["USD"] == 500 * TICK_LOT
    assert told(order(HIDDEN, 3, BUY, 5, tif=IOC), on=exchange) == ["2 cancelled 5"], "it would not have rested"
    assert told(cancel(waits, 4), order(HIDDEN, 5, BUY, 5), on=exchange) == ["3 accepted"]
