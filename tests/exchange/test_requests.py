"""The rules of the exchange, one case each: commands in, the events of the last one out.

In: short conversations. Out: verdicts named by the rule. Never knows: how the books are kept.
Order numbers are counted from 1 over the accepted orders of a case.
"""

from dataclasses import replace as changed

import pytest

from base import limits
from base.exchange import Exchange
from base.vocabulary.commands import Command
from base.vocabulary.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OrderReplaced,
    OrderReported,
    Trade,
)
from base.vocabulary.orders import OpenOrder, OrderStatus, OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, Exposure, Participant
from base.vocabulary.rejects import Reject
from tests.reference.market import BTCUSD, INSTRUMENTS, PARTICIPANTS
from tests.reference.phrases import (
    DAY,
    FOK,
    GTC,
    IOC,
    POST,
    buy,
    buy_market,
    cancel,
    log_out,
    query,
    replace,
    sell,
    sell_market,
)

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms
RICH = {"BTC": 10**12, "USD": 10**15, "USDT": 10**15}
RICH_ACCOUNTS = tuple(AccountTerms(account, RICH) for account in (1, 2, 100700))

A, B, C = sell(1, 5, 100, by=1), sell(2, 5, 101, by=1), sell(3, 5, 100, by=1)


def rejected(order_id: int, reason: Reject) -> list[Event]:
    return [OrderRejected(order_id, reason)]


def run(*commands: Command, exchange: Exchange | None = None) -> list[Event]:
    """The events of the last command."""
    exchange = exchange or Exchange(INSTRUMENTS, RICH_ACCOUNTS, PARTICIPANTS)
    events: list[Event] = []
    for now_ns, command in enumerate(commands):
        events = exchange.submit(command, now_ns)
    return events


Case = tuple[str, list[Command], list[Event]]
NEW_ORDERS: list[Case] = [
    ("an order that meets nobody is accepted", [buy(1, 5)], [OrderAccepted(1)]),
    ("equal prices trade", [A, buy(9, 5)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("a trade is at the resting price", [A, buy(9, 5, 107)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("a resting buy sets the price too", [buy(1, 5, 103), sell(9, 2, 90)], [Trade(1, 1, 103, 2, 1, 3, 2, 0)]),
    ("the better price is served first", [B, A, buy(9, 2, 101)], [Trade(1, 1, 100, 2, 2, 3, 3, 0)]),
    ("at one price the older is served first", [A, C, buy(9, 7)],
     [Trade(1, 1, 100, 5, 1, 0, 3, 2), Trade(2, 1, 100, 2, 2, 3, 3, 0)]),
    ("a rest rests without being accepted", [A, buy(9, 7)], [Trade(1, 1, 100, 5, 1, 0, 2, 2)]),
    ("a rest can be hit", [A, buy(9, 7), sell(10, 1, by=1)], [Trade(2, 1, 100, 1, 2, 1, 3, 0)]),
    ("the limit is kept", [B, buy(9, 5, 100)], [OrderAccepted(2)]),
    ("instruments do not meet", [A, buy(9, 5, on=4)], [OrderAccepted(2)]),
    ("execution numbers run over all instruments", [A, sell(2, 1, on=4, by=1), buy(9, 5), buy(10, 1, on=4)],
     [Trade(2, 4, 100, 1, 2, 0, 4, 0)]),
    ("a short sale is a sale", [buy(1, 5), sell(2, 5, side=Side.SELL_SHORT)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("own orders may meet", [buy(1, 5), sell(2, 5)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("IOC: the rest leaves", [A, buy(9, 7, tif=IOC)], [Trade(1, 1, 100, 5, 1, 0, 2, 2), OrderCancelled(2, 0, 2)]),
    ("IOC: nobody there", [buy(9, 7, tif=IOC)], [OrderCancelled(1, 0, 7)]),
    ("IOC: all of it", [A, buy(9, 5, tif=IOC)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("FOK: all of it, over two prices", [A, B, buy(9, 7, 101, FOK)],
     [Trade(1, 1, 100, 5, 1, 0, 3, 2), Trade(2, 1, 101, 2, 2, 3, 3, 0)]),
    ("FOK: one lot is missing", [A, B, buy(9, 11, 101, FOK)], [OrderCancelled(3, 0, 11)]),
    ("FOK: enough, but past the limit", [A, B, buy(9, 7, 100, FOK)], [OrderCancelled(3, 0, 7)]),
    ("FOK: nothing was moved by the attempt", [A, buy(9, 6, 100, FOK), buy(10, 5)], [Trade(1, 1, 100, 5, 1, 0, 3, 0)]),
    ("MKT: takes whatever price", [A, sell(2, 5, 10**6, by=1), buy_market(9, 6)],
     [Trade(1, 1, 100, 5, 1, 0, 3, 1), Trade(2, 1, 10**6, 1, 2, 4, 3, 0)]),
    ("MKT: sells down to the last buyer", [buy(1, 5, 1, by=1), sell_market(9, 6)],
     [Trade(1, 1, 1, 5, 1, 0, 2, 1), OrderCancelled(2, 0, 1)]),
    ("MKT: nobody there", [buy_market(9, 6)], [OrderCancelled(1, 0, 6)]),
    ("MKT: never rests, whatever its time", [buy_market(9, 6, GTC)], [OrderCancelled(1, 0, 6)]),
    ("MKT: a time in force may be left out", [A, buy_market(9, 5, 0)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("MKT FOK: one lot is missing", [A, buy_market(9, 6, FOK)], [OrderCancelled(2, 0, 6)]),
    ("MKT FOK: all of it", [A, buy_market(9, 5, FOK)], [Trade(1, 1, 100, 5, 1, 0, 2, 0)]),
    ("post only: rests beside", [A, buy(9, 5, 99, POST)], [OrderAccepted(2)]),
    ("post only: would take", [A, buy(9, 5, 100, POST)], rejected(9, Reject.WOULD_TAKE)),
    ("post only: an emptied level does not count", [A, buy(2, 5, by=2), buy(9, 5, 100, POST)], [OrderAccepted(3)]),
    ("a market order cannot be post only", [buy_market(9, 1, POST)], rejected(9, Reject.FIELD_INVALID)),
    ("nothing to reduce", [buy(9, 1, tif=TimeInForce.REDUCE_ONLY)], rejected(9, Reject.WOULD_NOT_REDUCE)),
    ("a limit order has a time in force", [buy(9, 1, tif=0)], rejected(9, Reject.FIELD_INVALID)),
    ("an id counts once", [A, sell(1, 5, by=1)], rejected(1, Reject.ORDER_ID_REPEATED)),
    ("an id counts after its order is finished", [A, buy(9, 5), sell(1, 5, by=1)],
     rejected(1, Reject.ORDER_ID_REPEATED)),
    ("an id counts for the whole account", [buy(1, 5, by=2), buy(1, 5, by=3)], rejected(1, Reject.ORDER_ID_REPEATED)),
    ("another account may use the same id", [A, sell(1, 5, by=0)], [OrderAccepted(2)]),
    ("a refused order does not use up its id", [A, buy(9, 5, tif=POST), buy(9, 5, 99)], [OrderAccepted(2)]),
    ("an id of a replace request counts", [A, replace(A, 2, 6), sell(2, 5, by=1)],
     rejected(2, Reject.ORDER_ID_REPEATED)),
    ("an id of a cancel request does not count", [A, cancel(A, 2), sell(2, 5, by=1)], [OrderAccepted(2)]),
    ("a repeat may be allowed", [A, sell(1, 2, by=1, again=True)], [OrderAccepted(2)]),
    ("after a repeat the newest owns the id", [A, sell(1, 2, by=1, again=True), cancel(A, 9)],
     [OrderCancelled(2, 9, 2)]),
]  # fmt: skip

REPLACES: list[Case] = [
    ("less quantity keeps the place", [A, C, replace(A, 9, 3), buy(10, 4)],
     [Trade(1, 1, 100, 3, 1, 0, 3, 1), Trade(2, 1, 100, 1, 2, 4, 3, 0)]),
    ("more quantity loses it", [A, C, replace(A, 9, 6), buy(10, 6)],
     [Trade(1, 1, 100, 5, 2, 0, 3, 1), Trade(2, 1, 100, 1, 1, 5, 3, 0)]),
    ("only a decrease keeps it: the same quantity loses it", [A, C, replace(A, 9, 5), buy(10, 1)],
     [Trade(1, 1, 100, 1, 2, 4, 3, 0)]),
    ("going away and coming back loses it", [A, C, replace(A, 8, 5, 105), replace(A, 9, 5, of=8), buy(10, 1)],
     [Trade(1, 1, 100, 1, 2, 4, 3, 0)]),
    ("less quantity at a new price goes to the end", [A, B, replace(A, 9, 3, 101), buy(10, 6, 101)],
     [Trade(1, 1, 101, 5, 2, 0, 3, 1), Trade(2, 1, 101, 1, 1, 2, 3, 0)]),
    ("the answer has the old price and what is open", [A, replace(A, 9, 7, 103)], [OrderReplaced(1, 100, 7)]),
    ("the new quantity is the total", [A, buy(8, 2), replace(A, 9, 4)], [OrderReplaced(1, 100, 2)]),
    ("a total above what was executed", [A, buy(8, 2), replace(A, 9, 3)], [OrderReplaced(1, 100, 1)]),
    ("a total of what was executed", [A, buy(8, 2), replace(A, 9, 2)], rejected(9, Reject.REPLACE_BELOW_EXECUTED)),
    ("a crossing replace: replaced, then trades", [A, (low := buy(8, 7, 90)), replace(low, 9, 7, 100)],
     [OrderReplaced(2, 90, 7), Trade(1, 1, 100, 5, 1, 0, 2, 2)]),
    ("a crossing replace that is used up", [A, low, replace(low, 9, 5, 100), query(9)],
     [OrderReported(2, OrderStatus.FILLED, 5, 0)]),
    ("a crossing replace rests with what is left", [A, low, replace(low, 9, 7, 100), sell(10, 3, by=1)],
     [Trade(2, 1, 100, 2, 2, 0, 3, 1)]),
    ("post only replaced into crossing", [A, (post := buy(8, 7, 90, POST)), replace(post, 9, 7, 100)],
     rejected(9, Reject.WOULD_TAKE)),
    ("a refused replace changes nothing", [A, post, replace(post, 9, 7, 100), cancel(post, 10)],
     [OrderCancelled(2, 10, 7)]),
    ("unknown original", [replace(A, 9, 3)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("finished original", [A, buy(8, 5), replace(A, 9, 6)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("cancelled original", [A, cancel(A, 8), replace(A, 9, 6)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("another account's original", [A, replace(A, 9, 3, by=0)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("another user of the account", [(own := buy(1, 5, by=2)), replace(own, 9, 3, by=3)],
     rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("only the new id finds it", [A, replace(A, 8, 4), replace(A, 9, 3)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("the new id finds it", [A, replace(A, 8, 4), replace(A, 9, 3, of=8)], [OrderReplaced(1, 100, 3)]),
    ("the price is not as believed", [A, replace(A, 9, 3, believed=99)], rejected(9, Reject.ORIGINAL_PRICE_DIFFERS)),
    ("the price is as believed", [A, replace(A, 9, 3, believed=100)], [OrderReplaced(1, 100, 3)]),
    ("a repeated id", [A, B, replace(A, 2, 3)], rejected(2, Reject.ORDER_ID_REPEATED)),
    ("its own id is a repeated one", [A, replace(A, 1, 3)], rejected(1, Reject.ORDER_ID_REPEATED)),
    ("its own id, when repeats are allowed", [A, replace(A, 1, 3, again=True), cancel(A, 9)],
     [OrderCancelled(1, 9, 3)]),
    *((f"another {field} is refused", [A, changed(replace(A, 9, 3), **{field: value})],
       rejected(9, Reject.REPLACE_CHANGES_FIXED_FIELD)) for field, value in
      [("instrument", 4), ("side", Side.BUY), ("side", Side.SELL_SHORT), ("order_type", OrderType.MARKET),
       ("time_in_force", DAY), ("instrument", 77)]),
]  # fmt: skip

OTHERS: list[Case] = [
    ("cancel", [A, cancel(A, 9)], [OrderCancelled(1, 9, 5)]),
    ("cancel what is left", [A, buy(8, 2), cancel(A, 9)], [OrderCancelled(1, 9, 3)]),
    ("a cancelled order trades no more", [A, C, cancel(A, 8), buy(9, 1)], [Trade(1, 1, 100, 1, 2, 4, 3, 0)]),
    ("cancel twice", [A, cancel(A, 8), cancel(A, 9)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("cancel of another account's order", [A, cancel(A, 9, by=0)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("cancel in another instrument", [A, cancel(A, 9, on=4)], rejected(9, Reject.ORIGINAL_ORDER_UNKNOWN)),
    ("cancel with another side", [A, changed(cancel(A, 9), side=Side.BUY)], [OrderCancelled(1, 9, 5)]),
    ("cancel with another price", [A, cancel(A, 9, believed=99)], rejected(9, Reject.ORIGINAL_PRICE_DIFFERS)),
    ("cancel with its price", [A, cancel(A, 9, believed=100)], [OrderCancelled(1, 9, 5)]),
    ("query: unknown", [query(1)], rejected(1, Reject.ORDER_UNKNOWN)),
    ("query: another account's", [A, query(1)], rejected(1, Reject.ORDER_UNKNOWN)),
    ("query: resting", [A, query(1, by=1)], [OrderReported(1, OrderStatus.RESTING, 0, 5)]),
    ("query: partly filled", [A, buy(8, 2), query(1, by=1)], [OrderReported(1, OrderStatus.PARTLY_FILLED, 2, 3)]),
    ("query: filled", [A, buy(8, 5), query(1, by=1)], [OrderReported(1, OrderStatus.FILLED, 5, 0)]),
    ("query: cancelled", [A, buy(8, 2), cancel(A, 9), query(1, by=1)], [OrderReported(1, OrderStatus.CANCELLED, 2, 0)]),
    ("query: replaced", [A, buy(7, 2), replace(A, 8, 9), query(8, by=1)],
     [OrderReported(1, OrderStatus.REPLACED, 2, 7)]),
    ("query: replaced, then hit", [A, replace(A, 8, 9), buy(7, 2), query(8, by=1)],
     [OrderReported(1, OrderStatus.PARTLY_FILLED, 2, 7)]),
    ("query: a former id finds the chain", [A, replace(A, 8, 9), buy(7, 2), query(1, by=1)],
     [OrderReported(1, OrderStatus.PARTLY_FILLED, 2, 7)]),
    ("logout takes DAY orders, oldest first", [buy(1, 1, tif=DAY), buy(2, 2), buy(3, 3, 101, DAY), log_out()],
     [OrderCancelled(1, 0, 1), OrderCancelled(3, 0, 3)]),
    ("logout leaves the others' DAY orders", [sell(1, 1, tif=DAY, by=1), log_out()], []),
    *((f"{kind} is no order type", [buy(9, 1, kind=kind)], rejected(9, Reject.ORDER_TYPE_INVALID)) for kind in (0, 18)),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, events", NEW_ORDERS + REPLACES + OTHERS, ids=lambda value: str(value)[:60])
def test_rule(rule: str, commands: list[Command], events: list[Event]) -> None:
    assert run(*commands) == events, rule


def poor(base: int, quote: int) -> Exchange:
    """Participant 0 owns so many lots and the price of so many lots at one tick; the others are rich."""
    own = AccountTerms(1, {"BTC": base * LOT, "USD": quote * TICK_LOT})
    return Exchange(INSTRUMENTS, (own, *RICH_ACCOUNTS[1:]), PARTICIPANTS)


SHORT = Reject.NOT_ENOUGH_EQUITY
first = buy(1, 4, 100)
COVER: list[tuple[str, int, int, list[Command], list[Event]]] = [
    ("a buy needs price x quantity", 0, 500, [buy(1, 5)], [OrderAccepted(1)]),
    ("one atom short of a buy", 0, 499, [buy(1, 5)], rejected(1, SHORT)),
    ("a sell needs its quantity", 5, 0, [sell(1, 5)], [OrderAccepted(1)]),
    ("one lot short of a sell", 4, 0, [sell(1, 5)], rejected(1, SHORT)),
    ("what rests is not there twice", 0, 500, [first, buy(2, 2)], rejected(2, SHORT)),
    ("a cancel gives it back", 0, 500, [first, cancel(first, 8), buy(2, 5)], [OrderAccepted(2)]),
    ("the rest of an IOC gives it back", 0, 500, [buy(1, 5, tif=IOC), buy(2, 5)], [OrderAccepted(2)]),
    ("a FOK in vain gives it back", 0, 500, [buy(1, 5, tif=FOK), buy(2, 5)], [OrderAccepted(2)]),
    ("a better price gives the difference back", 0, 500, [A, buy(4, 4, 120), buy(5, 1, 90)], [OrderAccepted(3)]),
    ("the goods bought can be sold", 0, 500, [A, buy(4, 5), sell(5, 5)], [OrderAccepted(3)]),
    ("the money earned can be spent", 5, 0, [buy(1, 5, by=1), sell(2, 5), buy(3, 5)], [OrderAccepted(3)]),
    ("a replace is covered by what it held", 0, 500, [first, replace(first, 2, 5)], [OrderReplaced(1, 100, 5)]),
    ("a replace that is not covered", 0, 500, [first, replace(first, 2, 6)], rejected(2, SHORT)),
    ("a replaced buy frees what it no longer needs", 0, 500, [first, replace(first, 2, 1), buy(3, 4)],
     [OrderAccepted(2)]),
    ("a replaced sell is covered by what it held", 5, 0, [(s := sell(1, 4)), replace(s, 2, 5)],
     [OrderReplaced(1, 100, 5)]),
    ("a replaced sell that is not covered", 5, 0, [s, replace(s, 2, 6)], rejected(2, SHORT)),
    ("a market buy pays what it meets", 0, 601, [A, B, buy_market(9, 6)],
     [Trade(1, 1, 100, 5, 1, 0, 3, 1), Trade(2, 1, 101, 1, 2, 4, 3, 0)]),
    ("a market buy one short of it", 0, 600, [A, B, buy_market(9, 6)], rejected(9, SHORT)),
    ("a market buy needs nothing for what is not there", 0, 500, [A, buy_market(9, 60)],
     [Trade(1, 1, 100, 5, 1, 0, 2, 55), OrderCancelled(2, 0, 55)]),
    ("a market sell needs what it meets", 3, 0, [buy(1, 3, by=1), sell_market(9, 50)],
     [Trade(1, 1, 100, 3, 1, 0, 2, 47), OrderCancelled(2, 0, 47)]),
    ("a market sell one lot short", 2, 0, [buy(1, 3, by=1), sell_market(9, 50)], rejected(9, SHORT)),
    ("a market FOK in vain needs nothing", 0, 0, [A, buy_market(9, 6, FOK)], [OrderCancelled(2, 0, 6)]),
    ("would take comes before cover", 0, 0, [A, buy(9, 5, tif=POST)], rejected(9, Reject.WOULD_TAKE)),
    ("a repeated id comes before cover", 0, 100, [buy(1, 1), buy(1, 5)], rejected(1, Reject.ORDER_ID_REPEATED)),
    ("an order with oneself nets to zero", 5, 500, [sell(1, 5), buy(2, 5), sell(3, 5), buy(4, 5)],
     [Trade(2, 1, 100, 5, 3, 0, 4, 0)]),
]  # fmt: skip


@pytest.mark.parametrize("rule, base, quote, commands, events", COVER, ids=lambda value: str(value)[:60])
def test_cover(rule: str, base: int, quote: int, commands: list[Command], events: list[Event]) -> None:
    assert run(*commands, exchange=poor(base, quote)) == events, rule


def test_money_and_exposure_are_told_exactly() -> None:
    exchange = poor(10, 1000)
    run(sell(1, 2, 100, by=1), buy(1, 5, 110), sell(2, 3, 120), buy(3, 1, 90, on=4, by=1), exchange=exchange)
    held, bought = 3 * 110 * TICK_LOT, 2 * 100 * TICK_LOT
    assert exchange.exposure(1, 1) == Exposure(3, held, 3, 3 * 120 * TICK_LOT, 2, bought, 0, 0)
    assert exchange.exposure(2, 1) == Exposure(0, 0, 0, 0, 0, 0, 2, bought)
    assert exchange.equity(1) == {"BTC": 9 * LOT, "USD": 1000 * TICK_LOT - held - bought, "USDT": 0}
    assert exchange.reserved(1) == {"BTC": 3 * LOT, "USD": held, "USDT": 0}
    assert exchange.equity(2)["USD"] == RICH["USD"] + bought


def test_open_orders_are_told_oldest_first() -> None:
    exchange = Exchange(INSTRUMENTS, RICH_ACCOUNTS, PARTICIPANTS)
    hit = buy(2, 5, 99)
    run(buy(1, 5, 98), hit, sell(1, 2, 99, by=1), buy(3, 5, on=4), buy(7, 1, by=2), exchange=exchange)
    run(replace(hit, 4, 9, 97), exchange=exchange)
    expected = [OpenOrder(1, 1, False, 98, 5, 0, 1, False), OpenOrder(2, 4, True, 97, 7, 2, 1, False)]
    assert exchange.open_orders(0, 1) == expected
    assert [order.order_id for order in exchange.open_orders(0, 4)] == [3]


def test_as_many_open_orders_as_the_account_may_have() -> None:
    own = AccountTerms(1, {"USD": 300 * TICK_LOT}, most_open_orders=2)
    exchange = Exchange(INSTRUMENTS, (own, *RICH_ACCOUNTS[1:]), PARTICIPANTS)
    run(buy(1, 1), buy(2, 1), exchange=exchange)
    assert run(buy(3, 1), exchange=exchange) == rejected(3, Reject.TOO_MANY_OPEN_ORDERS)
    assert run(buy(3, 1, tif=IOC), exchange=exchange) == [OrderCancelled(3, 0, 1)], "it would not have rested"
    assert run(buy(4, 2), exchange=exchange) == rejected(4, SHORT), "cover is asked first"
    assert exchange.equity(1)["USD"] == 100 * TICK_LOT, "a refusal holds nothing back"
    assert run(cancel(buy(1, 1), 5), buy(6, 1), exchange=exchange) == [OrderAccepted(4)]


def test_ids_are_remembered_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("base.exchange.requests", "base.matching.order_ids"):
        monkeypatch.setattr(f"{module}.RETIRED_ORDER_IDS_PER_ACCOUNT", 2)
    exchange = Exchange(INSTRUMENTS, RICH_ACCOUNTS, PARTICIPANTS)
    run(buy(1, 1), *(buy(i, 1, tif=IOC) for i in (2, 3, 4)), exchange=exchange)
    assert run(query(2), exchange=exchange) == [OrderReported(2, OrderStatus.CANCELLED, 0, 0)]
    run(buy(5, 1, tif=IOC), exchange=exchange)
    assert run(query(2), exchange=exchange) == rejected(2, Reject.ORDER_UNKNOWN)
    assert run(query(1), exchange=exchange) == [OrderReported(1, OrderStatus.RESTING, 0, 1)], "open orders stay"
    assert run(buy(2, 1), exchange=exchange) == [OrderAccepted(6)]


def test_filled_orders_are_forgotten_like_cancelled_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("base.exchange.requests", "base.matching.order_ids"):
        monkeypatch.setattr(f"{module}.RETIRED_ORDER_IDS_PER_ACCOUNT", 2)
    exchange = Exchange(INSTRUMENTS, RICH_ACCOUNTS, PARTICIPANTS)
    for order_id in range(1, 11):
        run(sell(order_id, 1, by=1), buy(order_id, 1), exchange=exchange)
    for participant in (0, 1):
        known = [run(query(order_id, by=participant), exchange=exchange)[0] for order_id in range(1, 11)]
        assert [isinstance(answer, OrderReported) for answer in known] == [False] * 7 + [True] * 3


def test_participants_are_numbered_from_zero() -> None:
    with pytest.raises(ValueError, match="participant 1 stands at place 0"):
        Exchange(INSTRUMENTS, RICH_ACCOUNTS, [Participant(1, 1, "1")])
    with pytest.raises(ValueError, match="account 9 of participant 0"):
        Exchange(INSTRUMENTS, RICH_ACCOUNTS, [Participant(0, 9, "1")])


def test_the_answer_to_an_open_order_request_fits_a_send_buffer() -> None:
    assert limits.OPEN_ORDERS_PER_PARTICIPANT * 250 <= limits.SEND_BUFFER_BYTES
