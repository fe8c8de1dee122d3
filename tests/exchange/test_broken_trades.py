"""Trades that are broken, section 5 of docs/market-control.md, rule by rule.

In: short conversations. Out: verdicts on events, balances, hashes. Never knows: how trades are kept.
"""

import pickle
from collections import deque

import pytest

from base.exchange import broken_trades
from base.exchange.broken_trades import BreakableTrades
from base.limits import BREAKABLE_TRADES
from base.vocabulary.commands import Command
from base.vocabulary.events import TradeBroken
from base.vocabulary.operator_commands import (
    BreakReason,
    BreakTrade,
    EndSession,
    MarketState,
    SetMarketState,
    TradeStatus,
    Uncross,
)
from tests.exchange.stories import LOT, RICH, TICK_LOT, market, told
from tests.reference.phrases import buy, query, sell

FIRST: list[Command] = [buy(1, 5, 101), sell(1, 3, 100, by=1)]
BREAK = BreakTrade(1, BreakReason.CONSENT)
Case = tuple[str, list[Command], list[str]]
CASES: list[Case] = [
    ("a trade of this session", [*FIRST, BREAK], ["trade 1 broken"]),
    ("not twice", [*FIRST, BREAK, BREAK], ["refused TRADE_BROKEN"]),
    ("none that never was", [*FIRST, BreakTrade(2, 1)], ["refused TRADE_UNKNOWN"]),
    ("none without a number", [*FIRST, BreakTrade(0, 1)], ["refused TRADE_UNKNOWN"]),
    ("none before the first", [BREAK], ["refused TRADE_UNKNOWN"]),
    ("none of the session before", [*FIRST, EndSession(), BREAK], ["refused TRADE_UNKNOWN"]),
    ("another one of this session", [*FIRST, EndSession(), sell(9, 1, 101, by=1), BreakTrade(2, 1)],
     ["trade 2 broken"]),
    ("one of an opening", [SetMarketState(1, MarketState.PRE_OPEN), *FIRST, Uncross(1), BREAK], ["trade 1 broken"]),
    ("while nothing trades", [*FIRST, SetMarketState(1, MarketState.CLOSED), BREAK], ["trade 1 broken"]),
    ("the order stays as it is", [*FIRST, BREAK, query(1)], ["1 2 executed 3 leaves 2"]),
    ("and in the book", [*FIRST, BREAK, sell(2, 2, 100, by=1)], ["3x1 2@101 0/0"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, events", CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands, on=market()) == events, rule


def test_both_sides_have_what_they_had_but_for_open_orders() -> None:
    exchange, other = market(7, 1_000), market(7, 1_000)
    told(*FIRST, on=exchange)
    assert exchange.exposure(1, 1).executed_long_lots == 3 == exchange.exposure(2, 1).executed_short_lots
    (event,) = exchange.submit(BREAK, 0)
    assert event == TradeBroken(1, 1, 101, 3, 1, 2, BreakReason.CONSENT)
    assert exchange.equity(2) == RICH == exchange.equity(2) | {"USD": RICH["USD"]}
    assert exchange.equity(1) == {"BTC": 7 * LOT, "USD": (1_000 - 2 * 101) * TICK_LOT, "USDT": 0}
    assert exchange.exposure(1, 1).executed_long_atoms == 0 == exchange.exposure(2, 1).executed_short_lots
    told(buy(1, 2, 101), on=other)
    assert exchange.exposure(1, 1) == other.exposure(1, 1)


def test_a_side_that_lacks_what_it_would_give_back_stops_it() -> None:
    exchange = market(0, 600)
    told(*FIRST, sell(2, 2, 200), on=exchange)
    before = exchange.state_hash()
    assert exchange.trade_status(1) == TradeStatus(1, 101, 3, 1, 2, is_broken=False, lacking=1)
    assert told(BREAK, on=exchange) == ["refused TRADE_NOT_COVERED"]
    assert exchange.state_hash() == before, "a refusal changes nothing"
    assert told(sell(3, 1, by=1), BREAK, on=exchange) == ["refused TRADE_NOT_COVERED"], "two lots are held back"
    assert told(sell(4, 1, by=1), BREAK, on=exchange) == ["trade 1 broken"]
    assert exchange.trade_status(1) == TradeStatus(1, 101, 3, 1, 2, is_broken=True, lacking=1)
    assert exchange.trade_status(4) is None


def test_the_hashes_see_what_was_broken() -> None:
    one, other = market(), market()
    for exchange in (one, other):
        told(*FIRST, sell(2, 1, 101, by=1), on=exchange)
    assert one.state_hash() == other.state_hash() and one.figures_hash() == other.figures_hash()
    told(BREAK, on=one)
    figures = one.figures_hash()
    assert one.state_hash() != other.state_hash() and figures != other.figures_hash()
    one._breakable._broken.clear()
    assert one.figures_hash() != figures


def test_a_picture_knows_it() -> None:
    exchange, other = market(), market()
    told(*FIRST, BREAK, on=exchange)
    other.restore(exchange.capture())
    assert other.state_hash() == exchange.state_hash()
    assert told(BREAK, on=other) == ["refused TRADE_BROKEN"]


def test_a_picture_of_them_shows_every_figure_and_so_does_their_description() -> None:
    rows = [tuple(1_000 * number + figure for figure in range(11)) for number in range(1, 4)]
    trades = BreakableTrades()
    trades.rows.extend(rows)  # type: ignore[arg-type]
    trades.note_broken(rows[1][0])
    again = pickle.loads(pickle.dumps(trades))
    assert again.rows == trades.rows and again.rows.maxlen == BREAKABLE_TRADES and again._broken == {2_000}
    told = {tuple(trades.describe(abs))}
    for figure in range(11):
        changed = [list(row) for row in rows]
        changed[1][figure] += 1
        trades.rows.clear()
        trades.rows.extend(map(tuple, changed))  # type: ignore[arg-type]
        told.add(tuple(trades.describe(abs)))
    assert len(told) == 12
    empty = pickle.loads(pickle.dumps(BreakableTrades()))
    assert empty.rows == deque() and not list(empty.describe(abs))


def test_only_the_newest_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BreakableTrades().rows.maxlen == BREAKABLE_TRADES
    monkeypatch.setattr(broken_trades, "BREAKABLE_TRADES", 2)
    exchange = market()
    told(*FIRST, BREAK, on=exchange)
    assert exchange.breakable_trades() == (1, 1) and list(exchange._breakable.describe_broken()) == ["broken 1"]
    told(sell(2, 1, by=1), sell(3, 1, by=1), on=exchange)
    assert exchange.breakable_trades() == (2, 3)
    assert told(BREAK, on=exchange) == ["refused TRADE_UNKNOWN"]
    assert not list(exchange._breakable.describe_broken())
    assert told(BreakTrade(3, 1), on=exchange) == ["trade 3 broken"]
    assert exchange._breakable._broken == {3}
    told(EndSession(), on=exchange)
    assert exchange.breakable_trades() == (0, 0) and exchange._breakable.rows == deque()
