"""Market states and the opening, sections 2 and 3 of docs/market-control.md, rule by rule.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
"""

import pytest

from base.vocabulary.commands import Command, SetReferencePrice
from base.vocabulary.operator_commands import InstrumentStatus, KillAccount, MarketState, SetMarketState, Uncross
from base.vocabulary.orders import OrderType, Side, Trigger
from base.vocabulary.participants import SelfTrade
from tests.exchange.stories import LOT, TICK_LOT, market, told
from tests.reference.phrases import (
    DAY,
    FOK,
    IOC,
    POST,
    buy,
    buy_market,
    cancel,
    log_out,
    order,
    query,
    replace,
    sell,
)

BUY, SELL = int(Side.BUY), int(Side.SELL)
PRE_OPEN, OPEN, HALTED, CLOSED = (SetMarketState(1, int(state)) for state in MarketState)
FIRST, INDEX = buy(1, 2), int(Trigger.INDEX)
STOP = order(OrderType.STOP_MARKET, 3, SELL, 1, 0, stop=90, trigger=INDEX, by=1)
FREED = [FIRST, STOP, HALTED, SetReferencePrice(1, INDEX, 90)]
PEG = order(OrderType.PEG, 3, BUY, 1, 95, by=1)
CROSSED = [PRE_OPEN, buy(1, 5, 103), buy(2, 5, 101), sell(3, 4, 99, by=1), sell(4, 4, 102, by=1)]
TRADED = [sell(90, 1, 100, by=1), buy(91, 1, 100, by=2)]
BRACKET = order(OrderType.BRACKET, 1, BUY, 2, 103, second_leg=105)
DUE = [BRACKET, PRE_OPEN, sell(2, 2, 99, by=1), Uncross(1)]

Case = tuple[str, list[Command], list[str]]
CASES: list[Case] = [
    ("before the opening nothing is matched", [FIRST, PRE_OPEN, sell(2, 2, 99, by=1)], ["2 accepted"]),
    ("day orders too", [FIRST, PRE_OPEN, sell(2, 2, 99, DAY, by=1)], ["2 accepted"]),
    ("hidden ones too", [PRE_OPEN, FIRST, order(OrderType.LIMIT, 2, SELL, 2, 99, by=1, hidden=1)], ["2 accepted"]),
    ("slices too", [PRE_OPEN, FIRST, order(OrderType.LIMIT, 2, SELL, 2, 99, by=1, display=1, refresh=1)],
     ["2 accepted", "2 shows 1@99"]),
    *((f"not {kind.name}", [PRE_OPEN, order(kind, 1, BUY, 2, 0 if kind == 2 else 100)], ["refused MARKET_STATE"])
      for kind in (OrderType.MARKET, OrderType.HIDDEN, OrderType.PEG, OrderType.STOP_MARKET)),
    *((f"not for {tif.name}", [PRE_OPEN, buy(1, 2, tif=tif)], ["refused MARKET_STATE"]) for tif in (IOC, FOK, POST)),
    ("a replace before the opening", [FIRST, PRE_OPEN, sell(2, 2, 99, by=1), replace(FIRST, 3, 3, 104)],
     ["1 replaced 3"]),
    ("a replace of another type", [PEG, PRE_OPEN, replace(PEG, 4, 2, 95)], ["refused MARKET_STATE"]),
    ("a replace of nothing", [PRE_OPEN, replace(FIRST, 3, 3)], ["refused ORIGINAL_ORDER_UNKNOWN"]),
    *((f"{state} {what}", [FIRST, one, request], [answer])
      for state, one in (("halted", HALTED), ("closed", CLOSED))
      for what, request, answer in (
          ("new", buy(2, 1), "refused MARKET_STATE"), ("market", buy_market(2, 1), "refused MARKET_STATE"),
          ("replace", replace(FIRST, 2, 1), "refused MARKET_STATE"), ("cancel", cancel(FIRST, 2), "1 cancelled 2"),
          ("status", query(1), "1 1 executed 0 leaves 2"),
      )),
    ("it is decided first", [FIRST, HALTED, buy(1, 1)], ["refused MARKET_STATE"]),
    ("but for a kill", [HALTED, KillAccount(1), buy(1, 1)], ["refused ACCOUNT_DISABLED"]),
    ("the other instruments go on", [HALTED, buy(1, 1, on=4)], ["1 accepted"]),
    ("open again", [FIRST, HALTED, OPEN, sell(2, 2, by=1)], ["2x1 2@100 0/0"]),
    ("day orders leave a halted book", [buy(1, 1, tif=DAY), HALTED, log_out()], ["1 cancelled 1"]),
    ("who is set free does not act", FREED, []),
    ("before it opens", [*FREED, OPEN], ["2x1 1@100 1/0"]),
    ("or is cancelled", [*FREED, cancel(STOP, 4, by=1)], ["2 cancelled 1"]),
    ("pegs stay", [buy(1, 1, 90), PEG, HALTED, cancel(buy(1, 1, 90), 2)], ["1 cancelled 1"]),
    ("until it opens", [buy(1, 1, 90), buy(2, 1, 80), PEG, HALTED, cancel(buy(1, 1, 90), 4), OPEN], ["3 shows 1@80"]),
    ("nothing crosses", [FIRST, PRE_OPEN, Uncross(1)], []),
    ("an uncross is for what is not open yet", [Uncross(1)], ["refused MARKET_STATE"]),
    ("nor for what is halted", [HALTED, Uncross(1)], ["refused MARKET_STATE"]),
    ("most is matched at 101 and 102, there the difference is 2", [*CROSSED, Uncross(1)],
     ["3x1 4@102 1/0", "4x1 1@102 0/3"]),
    ("opening does the same", [*CROSSED, OPEN], ["3x1 4@102 1/0", "4x1 1@102 0/3"]),
    ("also after a halt", [*CROSSED, HALTED, OPEN], ["3x1 4@102 1/0", "4x1 1@102 0/3"]),
    ("nearest to the last price, of two the lower", [*TRADED, PRE_OPEN, buy(1, 2, 105), sell(2, 2, 98, by=1),
     buy(3, 1, 99), sell(4, 1, 101, by=1), Uncross(1)], ["4x3 2@99 0/0"]),
    ("else the lowest", [PRE_OPEN, buy(1, 2, 105), sell(2, 2, 98, by=1), Uncross(1)], ["2x1 2@98 0/0"]),
    ("the younger is incoming, whoever buys", [PRE_OPEN, sell(1, 2, 98), buy(2, 1, 98, by=1), Uncross(1)],
     ["2x1 1@98 1/0"]),
    ("price before age", [PRE_OPEN, buy(1, 1, 100), buy(2, 1, 101), sell(3, 1, 100, by=1), Uncross(1)],
     ["3x2 1@101 0/0"]),
    ("visible before hidden", [PRE_OPEN, order(OrderType.LIMIT, 1, BUY, 1, 100, hidden=1), buy(2, 1, 100),
     sell(3, 1, 100, by=1), Uncross(1)], ["3x2 1@100 0/0"]),
    ("slice by slice", [PRE_OPEN, order(OrderType.LIMIT, 1, BUY, 3, 100, display=1, refresh=1), buy(2, 1, 100),
     sell(3, 3, 100, by=1), Uncross(1)], ["3x1 1@100 2/2", "3x2 1@100 0/1", "3x1 1@100 1/0"]),
    ("an own order is matched at the opening", [PRE_OPEN, buy(1, 1, by=2), sell(2, 1, by=3), OPEN], ["2x1 1@100 0/0"]),
    ("what the opening sets free acts after it",
     [*TRADED, order(OrderType.STOP_MARKET, 1, BUY, 1, 0, stop=104, by=2), CROSSED[0], buy(2, 2, 104),
      sell(3, 1, 104, by=1), sell(4, 2, 106, by=1), OPEN], ["5x4 1@104 1/0", "3x6 1@106 1/0"]),
    ("a second leg that is due", DUE, ["2x1 2@99 0/0", "1 shows 0@103"]),
    ("enters when it opens", [*DUE, OPEN], ["1 enters SELL@105", "1 shows 2@105"]),
    ("nothing is left to cancel of it", [*DUE, cancel(BRACKET, 9)], ["refused ORIGINAL_ORDER_UNKNOWN"]),
    ("a kill stops it", [*DUE, KillAccount(1)], ["1 cancelled 0"]),
    ("its status then", [*DUE, KillAccount(1), query(1)], ["1 3 executed 2 leaves 0"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, events", CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands, on=market(self_trade=SelfTrade.CANCEL_NEWEST)) == events, rule


def test_a_buyer_gets_back_what_it_reserved_above_the_price_of_the_opening() -> None:
    exchange = market(0, 600)
    told(PRE_OPEN, buy(1, 5, 110), sell(2, 5, 100, by=1), OPEN, on=exchange)
    assert exchange.equity(1) == {"BTC": 5 * LOT, "USD": 100 * TICK_LOT, "USDT": 0}
    assert set(exchange.reserved(1).values()) == {0}


def test_the_status_of_an_instrument() -> None:
    exchange = market()
    assert exchange.instrument_status(1) == InstrumentStatus(MarketState.OPEN, 0, 0, 0)
    told(*TRADED, SetReferencePrice(1, INDEX, 90), HALTED, on=exchange)
    assert exchange.instrument_status(1) == InstrumentStatus(MarketState.HALTED, 100, 90, 100)
    assert exchange.instrument_status(4) == InstrumentStatus(MarketState.OPEN, 0, 0, 0)


def test_the_hash_sees_states_and_who_is_set_free() -> None:
    stories: list[list[Command]] = [
        [], [PRE_OPEN], [HALTED], [CLOSED], [SetMarketState(4, MarketState.HALTED)],
        [FIRST, STOP, HALTED], FREED, DUE, [*DUE, KillAccount(1)],
    ]  # fmt: skip
    hashes = set()
    for commands in stories:
        exchange = market()
        for command in commands:
            exchange.submit(command, 0)
        hashes.add(exchange.state_hash())
    assert len(hashes) == len(stories)
