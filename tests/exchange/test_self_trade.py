"""What keeps an account from trading with itself, section 1 of docs/market-control.md, rule by rule.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
Participant 0 is account 1, 1 is account 2, which may trade with itself; 2 and 3 share account 100700.
"""

import pytest

from base.vocabulary.commands import Command
from base.vocabulary.orders import OrderType, Side
from base.vocabulary.participants import SelfTrade
from tests.exchange.stories import LOT, TICK_LOT, market, told
from tests.reference.phrases import FOK, IOC, POST, buy, buy_market, order, query, replace, sell, sell_market

NONE, NEWEST, OLDEST, BOTH = SelfTrade
BUY, SELL = int(Side.BUY), int(Side.SELL)
OWN = sell(1, 3)
SLICED = order(OrderType.LIMIT, 2, SELL, 4, display=1, refresh=2, by=1)
UNSEEN = order(OrderType.HIDDEN, 1, SELL, 3)
LAYERS = order(OrderType.ICE, 1, SELL, 4, layers=2, size_increment=2, price_increment=1)

Case = tuple[str, SelfTrade, list[Command], list[str]]
CASES: list[Case] = [
    ("matched", NONE, [OWN, buy(2, 2)], ["2x1 2@100 1/0"]),
    ("the incoming one goes", NEWEST, [OWN, buy(2, 2)], ["2 cancelled 2 self-trade"]),
    ("the resting one goes, the other rests", OLDEST, [OWN, buy(2, 2)], ["1 cancelled 3 self-trade", "2 accepted"]),
    ("both go, the resting one first", BOTH, [OWN, buy(2, 2)],
     ["1 cancelled 3 self-trade", "2 cancelled 2 self-trade"]),
    ("other accounts are not concerned", BOTH, [sell(1, 3, by=1), buy(2, 2)], ["2x1 2@100 1/0"]),
    ("an account without it is not concerned", BOTH, [sell(1, 3, by=1), buy(2, 2, by=1)], ["2x1 2@100 1/0"]),
    ("users of one account are one", NEWEST, [sell(1, 3, by=2), buy(2, 2, by=3)], ["2 cancelled 2 self-trade"]),
    ("what was matched before stands", NEWEST, [sell(1, 1, 99, by=1), sell(2, 2), buy(3, 5)],
     ["3x1 1@99 0/4", "3 cancelled 4 self-trade"]),
    ("who is filled before meets nobody", BOTH, [sell(1, 2, 99, by=1), sell(2, 2), buy(3, 2)], ["3x1 2@99 0/0"]),
    ("matching goes on behind", OLDEST, [OWN, sell(2, 2, by=1), sell(3, 1), buy(4, 5)],
     ["1 cancelled 3 self-trade", "4x2 2@100 0/3", "3 cancelled 1 self-trade"]),
    ("only one of two goes", BOTH, [OWN, sell(2, 2), buy(3, 5)],
     ["1 cancelled 3 self-trade", "3 cancelled 5 self-trade"]),
    ("a price that is not met", BOTH, [sell(1, 3, 101), buy(2, 2)], ["2 accepted"]),
    ("an immediate order", OLDEST, [OWN, buy(2, 2, tif=IOC)], ["1 cancelled 3 self-trade", "2 cancelled 2"]),
    ("an immediate order, cancelled for one reason", NEWEST, [OWN, buy(2, 2, tif=IOC)], ["2 cancelled 2 self-trade"]),
    ("fill or kill counts what it can match", OLDEST, [OWN, sell(2, 2, by=1), buy(3, 3, tif=FOK)], ["3 cancelled 3"]),
    ("and passes its own", OLDEST, [OWN, sell(2, 2, by=1), buy(3, 2, tif=FOK)],
     ["1 cancelled 3 self-trade", "3x2 2@100 0/0"]),
    ("or is killed by them", NEWEST, [OWN, sell(2, 2, by=1), buy(3, 2, tif=FOK)], ["3 cancelled 2"]),
    ("unless they stand behind", NEWEST, [sell(2, 2, by=1), OWN, buy(3, 2, tif=FOK)], ["3x1 2@100 0/0"]),
    ("before its own a slice has one turn", NEWEST, [SLICED, OWN, buy(3, 2, tif=FOK)], ["3 cancelled 2"]),
    ("which may be enough", NEWEST, [SLICED, OWN, buy(3, 1, tif=FOK)], ["3x1 1@100 3/0", "1 shows 2@100"]),
    ("before its own hidden one all turns", NEWEST, [UNSEEN, SLICED, buy(3, 4, tif=FOK)],
     ["3x2 1@100 3/3", "3x2 2@100 1/1", "3x2 1@100 0/0", "2 shows 0@100"]),
    ("a hidden order goes", OLDEST, [UNSEEN, buy(3, 1)], ["1 cancelled 3 self-trade", "2 accepted"]),
    ("a hidden incoming order that never matched is not accepted first", NEWEST,
     [OWN, order(OrderType.HIDDEN, 2, BUY, 1)], ["2 cancelled 1 self-trade"]),
    ("all slices go", OLDEST, [order(OrderType.LIMIT, 1, SELL, 8, display=1, refresh=2), buy(2, 1)],
     ["1 cancelled 8 self-trade", "1 shows 0@100", "2 accepted"]),
    ("all layers go", OLDEST, [LAYERS, buy(2, 1)],
     ["1 cancelled 4 self-trade", "1 shows 0@100", "1.1 shows 0@101", "2 accepted"]),
    ("both legs go", OLDEST, [order(OrderType.ONE_CANCELS_OTHER, 1, SELL, 3, stop=95), buy(2, 1)],
     ["1 cancelled 3 self-trade", "1 shows 0@100", "2 accepted"]),
    ("a market order", NEWEST, [sell(1, 1, 99, by=1), OWN, buy_market(2, 5)],
     ["3x1 1@99 0/4", "3 cancelled 4 self-trade"]),
    ("a market order passes", OLDEST, [OWN, sell(2, 2, 101, by=1), buy_market(3, 5)],
     ["1 cancelled 3 self-trade", "3x2 2@101 0/3", "3 cancelled 3"]),
    ("post-only is refused as before", OLDEST, [OWN, buy(2, 1, tif=POST)], ["refused WOULD_TAKE"]),
    ("a replace comes in anew", NEWEST, [OWN, (far := buy(2, 2, 90)), replace(far, 3, 2)],
     ["2 replaced 2", "2 cancelled 2 self-trade"]),
    ("a replace passes", OLDEST, [OWN, (far := buy(2, 2, 90)), replace(far, 3, 2)],
     ["2 replaced 2", "1 cancelled 3 self-trade"]),
    ("an order set free is incoming", NEWEST,
     [OWN, order(OrderType.STOP_MARKET, 2, BUY, 1, 0, stop=90), sell(3, 1, 90, by=1), buy(4, 1, 90, by=1)],
     ["4x3 1@90 0/0", "2 cancelled 1 self-trade"]),
    ("a sniper whose rest would wait", NEWEST, [OWN, order(OrderType.SNIPER_LIMIT, 2, BUY, 1)],
     ["2 accepted", "2 cancelled 1 self-trade"]),
    ("a second leg is incoming", OLDEST,
     [buy(1, 2, 103), order(OrderType.BRACKET, 2, BUY, 2, 104, second_leg=103), sell(3, 2, 104, by=1)],
     ["3x2 2@104 0/0", "2 shows 0@104", "2 enters SELL@103", "1 cancelled 2 self-trade", "2 shows 2@103"]),
    ("its status", BOTH, [OWN, buy(2, 2), query(1)], ["1 4 executed 0 leaves 0"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, mode, commands, events", CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: str, mode: SelfTrade, commands: list[Command], events: list[str]) -> None:
    assert told(*commands, on=market(self_trade=mode)) == events, rule


@pytest.mark.parametrize("mode, covered", [(NONE, False), (NEWEST, True), (OLDEST, True), (BOTH, True)])
def test_a_market_order_is_covered_when_what_it_can_match_is(mode: SelfTrade, covered: bool) -> None:
    exchange = market(9, 100, mode)
    told(sell(1, 1, by=1), sell(2, 1), on=exchange)
    assert (told(buy_market(3, 2), on=exchange) != ["refused NOT_ENOUGH_EQUITY"]) == covered


@pytest.mark.parametrize("mode", [NEWEST, OLDEST, BOTH])
def test_everything_held_back_is_given_back(mode: SelfTrade) -> None:
    exchange = market(5, 500, mode)
    told(sell(1, 3), buy(2, 5), on=exchange)
    told(sell_market(3, 5), on=exchange)
    assert exchange.reserved(1) == {"BTC": 3 * LOT if mode == NEWEST else 0, "USD": 0, "USDT": 0}
    assert exchange.equity(1)["USD"] == 500 * TICK_LOT
