"""Replacing orders of every type, section 5 of docs/order-types.md, rule by rule.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
"""

from dataclasses import replace as changed

import pytest

from base.vocabulary.commands import Command, NewOrder, ReplaceOrder
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce
from tests.exchange.stories import market, told
from tests.reference.phrases import DAY, buy, order, query, replace, sell

BUY, SELL = int(Side.BUY), int(Side.SELL)
T = OrderType
RED = TimeInForce.REDUCE_ONLY

STOP = order(T.STOP_MARKET, 1, BUY, 2, 0, stop=102)
TRAIL = order(T.TRAILING_STOP_LIMIT, 1, SELL, 2, 0, stop=95, distance=4)
SNIPER = order(T.SNIPER_LIMIT, 1, BUY, 4, 104)
PAIR = order(T.ONE_CANCELS_OTHER, 1, BUY, 4, 99, stop=102)
PEG = order(T.PEG, 1, BUY, 2, 100)
ICE = order(T.ICE, 1, BUY, 6, 100, layers=3, size_increment=2, price_increment=2)
BRACKET = order(T.BRACKET, 1, BUY, 2, 100, second_leg=104)
ENTRY = order(T.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 2, 100, stop=97, take_profit=104)
HIDDEN = order(T.HIDDEN, 1, SELL, 5, by=1)
ASK, BID = sell(800, 3, 105, by=1), buy(801, 3, 95, by=1)


def at(price: int) -> list[Command]:
    """A match between others that makes this the last price; it uses up two order numbers."""
    return [sell(900 + price, 1, price, by=1), buy(700 + price, 1, price, by=2)]


def again(original: NewOrder, lots: int, price: int | None = None, **terms: int) -> ReplaceOrder:
    """The order with other terms, under the id 50."""
    price = original.price_ticks if price is None else price
    new = changed(original.terms or OrderTerms(), **terms)
    return changed(replace(original, 50, lots, price), terms=new)


CASES: list[tuple[str, list[Command], list[str]]] = [
    ("a hidden order made smaller keeps its place", [HIDDEN, order(T.HIDDEN, 2, SELL, 5, by=1), again(HIDDEN, 4),
     buy(3, 1)], ["3x1 1@100 3/0"]),
    ("made larger it goes to the end", [HIDDEN, order(T.HIDDEN, 2, SELL, 5, by=1), again(HIDDEN, 6), buy(3, 1)],
     ["3x2 1@100 4/0"]),
    ("what was executed is part of the total", [HIDDEN, buy(3, 2), again(HIDDEN, 2)],
     ["refused REPLACE_BELOW_EXECUTED"]),
    ("a waiting stop takes its new stop", [STOP, ASK, again(STOP, 2, stop_ticks=104), *at(103)], ["4x3 1@103 0/0"]),
    ("and is shown the present price", [*at(100), STOP, ASK, again(STOP, 3, stop_ticks=100)],
     ["3 replaced 3", "3x4 3@105 0/0"]),
    ("its new id is its id", [STOP, again(STOP, 3), query(50)], ["1 5 executed 0 leaves 3"]),
    ("another trigger is refused", [STOP, again(STOP, 2, trigger=2)], ["refused REPLACE_CHANGES_FIXED_FIELD"]),
    ("no trigger and the last price are one", [STOP, again(STOP, 2, trigger=1)], ["1 replaced 2"]),
    ("another attribute is refused", [STOP, again(STOP, 2, hidden=True)], ["refused REPLACE_CHANGES_FIXED_FIELD"]),
    ("another side is refused", [STOP, changed(again(STOP, 2), side=SELL)], ["refused REPLACE_CHANGES_FIXED_FIELD"]),
    ("another time in force is refused", [STOP, changed(again(STOP, 2), time_in_force=DAY)],
     ["refused REPLACE_CHANGES_FIXED_FIELD"]),
    ("a trailing stop begins again", [TRAIL, *at(103), *at(100), again(TRAIL, 2, stop_ticks=90), *at(97)],
     ["7x6 1@97 0/0"]),
    ("and is shown the present price", [TRAIL, *at(103), *at(100), again(TRAIL, 2, stop_ticks=90), *at(96)],
     ["7x6 1@96 0/0", "1 shows 2@96"]),
    ("a stop limit set free is a plain order", [TRAIL, *at(103), *at(98), again(TRAIL, 1, 99)],
     ["1 replaced 1", "1 shows 1@99"]),
    ("and goes to its new price", [TRAIL, *at(103), *at(98), again(TRAIL, 2, 101)], ["1 replaced 2", "1 shows 2@101"]),
    ("a sniper strikes at its new price", [SNIPER, ASK, again(SNIPER, 4, 105)], ["1 replaced 4", "1x2 3@105 0/1"]),
    ("a sniper that struck", [SNIPER, sell(9, 1, 104, by=1), again(SNIPER, 3, 103)], ["1 replaced 2"]),
    ("a pair made smaller keeps its place", [PAIR, buy(2, 1, 99, by=2), again(PAIR, 3), sell(3, 1, 99, by=1)],
     ["3x1 1@99 2/0", "1 shows 2@99"]),
    ("with a new stop it does not", [PAIR, buy(2, 1, 99, by=2), again(PAIR, 3, stop_ticks=101), sell(3, 1, 99, by=1)],
     ["3x2 1@99 0/0"]),
    ("both legs take over the new fields", [PAIR, ASK, again(PAIR, 4, 98, stop_ticks=101), *at(101)],
     ["4x3 1@101 0/0", "1 shows 0@98", "1x2 3@105 0/1", "1 cancelled 1"]),
    ("a stop leg reached by its new stop acts at once", [*at(101), PAIR, ASK, again(PAIR, 3, stop_ticks=101)],
     ["3 replaced 3", "3 shows 0@99", "3x4 3@105 0/0"]),
    ("a limit leg that matches takes the stop leg away", [PAIR, ASK, again(PAIR, 4, 105)],
     ["1 replaced 4", "1x2 3@105 0/1", "1 shows 1@105"]),
    ("a peg goes to the end at its wish", [BID, PEG, order(T.PEG, 2, BUY, 1, 100), again(PEG, 1),
     sell(4, 4, 95, by=2)], ["4x1 3@95 0/1", "4x3 1@95 0/0", "3 shows 0@95", "2 shows 1@100"]),
    ("and keeps its number when others move", [BID, PEG, order(T.PEG, 2, BUY, 1, 100), again(PEG, 1),
     buy(5, 1, 97, by=1)], ["4 accepted", "2 shows 1@97", "3 shows 1@97"]),
    ("layers are placed anew with what is left", [ICE, sell(2, 3, 98, by=1), again(ICE, 6)],
     ["1 replaced 3", "1.1 shows 0@98", "1.2 shows 0@96", "1 shows 2@100", "1.1 shows 1@98"]),
    ("the last layers less or none", [ICE, again(ICE, 3)],
     ["1 replaced 3", "1 shows 0@100", "1.1 shows 0@98", "1.2 shows 0@96", "1 shows 2@100", "1.1 shows 1@98"]),
    ("a first leg", [BRACKET, again(BRACKET, 3, 101)], ["1 replaced 3", "1 shows 3@101"]),
    ("takes its second with it", [BRACKET, again(BRACKET, 3, 101, second_leg_ticks=106), sell(2, 3, 101, by=1)],
     ["2x1 3@101 0/0", "1 shows 0@101", "1 enters SELL@106", "1 shows 3@106"]),
    ("a second leg has another price", [BRACKET, sell(2, 2, 100, by=1), again(BRACKET, 2, second_leg_ticks=105)],
     ["1 replaced 2", "1 shows 2@105"]),
    ("but no other total", [BRACKET, sell(2, 2, 100, by=1), again(BRACKET, 3)],
     ["refused REPLACE_CHANGES_FIXED_FIELD"]),
    ("a pair as second leg", [ENTRY, sell(2, 2, 100, by=1), again(ENTRY, 2, take_profit_ticks=105, stop_ticks=98)],
     ["1 replaced 2", "1 shows 2@105"]),
    ("whose stop is reached by the replace", [ENTRY, sell(2, 2, 100, by=1), again(ENTRY, 2, stop_ticks=100)],
     ["1 replaced 2", "1 shows 0@104", "1 shows 2@100"]),
    ("and has become a limit order", [ENTRY, sell(2, 2, 100, by=1), *at(97), again(ENTRY, 2, stop_ticks=98)],
     ["1 replaced 2", "1 shows 2@98"]),
    ("reduce only may shrink whatever the position is", [*at(90), r := order(T.LIMIT, 3, SELL, 1, 105, RED, by=2),
     sell(4, 1, 91, by=2), buy(5, 1, 91), again(r, 1, 106)], ["3 replaced 1", "3 shows 1@106"]),
    ("but not grow beyond it", [*at(90), r, again(r, 2)], ["refused WOULD_NOT_REDUCE"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, events", CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands) == events, rule


@pytest.mark.parametrize(
    "lots, price, quote, refused",
    [(6, 100, 600, False), (7, 100, 699, True), (6, 101, 605, True), (6, 101, 606, False)],
)
def test_a_replace_is_covered_by_what_the_order_held(lots: int, price: int, quote: int, refused: bool) -> None:
    exchange = market(0, quote)
    original = order(T.HIDDEN, 1, BUY, 6, 100)
    before = (told(original, on=exchange), exchange.state_hash(), exchange.reserved(1))[1:]
    answer = told(again(original, lots, price), on=exchange)
    assert (answer == ["refused NOT_ENOUGH_EQUITY"]) is refused
    if refused:
        assert before == (exchange.state_hash(), exchange.reserved(1)), "a refusal changes nothing"
