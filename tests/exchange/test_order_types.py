"""What each order type does, section 4 of docs/order-types.md, rule by rule with figures.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
What an order shows in the public book is told as well: "3 shows 2@100".
"""

import pytest

from base.publish.depth import Depth
from base.vocabulary.commands import Command, NewOrder, SetReferencePrice
from base.vocabulary.orders import OrderType, Side, Trigger
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
    sell,
    sell_market,
)

BUY, SELL, SHORT = int(Side.BUY), int(Side.SELL), int(Side.SELL_SHORT)
T = OrderType
INDEX, MARK = int(Trigger.INDEX), int(Trigger.MARK)


def at(price: int) -> list[Command]:
    """A match between others that makes this the last price; it uses up two order numbers."""
    return [sell(900 + price, 1, price, by=1), buy(700 + price, 1, price, by=2)]


ASK, BID = sell(800, 3, 105, by=1), buy(801, 3, 95, by=1)
STOP = order(T.STOP_MARKET, 1, BUY, 2, 0, stop=102)
PAIR = order(T.ONE_CANCELS_OTHER, 1, BUY, 4, 99, stop=102)
PEG = order(T.PEG, 1, BUY, 2, 100)
ICE = order(T.ICE, 1, BUY, 6, 100, layers=3, size_increment=2, price_increment=2, price_offset=1)
OCO_ICE = order(
    T.ONE_CANCELS_OTHER_ICE, 1, BUY, 4, 100, stop=103, layers=2, size_increment=2, price_increment=3
)  # fmt: skip
BRACKET = order(T.BRACKET, 1, BUY, 2, 100, second_leg=104)
ENTRY = order(T.TAKE_PROFIT_STOP_MARKET, 1, BUY, 2, 100, stop=97, take_profit=104)
TRAIL = order(T.TRAILING_STOP_MARKET, 1, SELL, 2, 0, stop=95, distance=4)

Case = tuple[str, list[Command], list[str]]
STOPS: list[Case] = [
    ("4.3 a stop waits and is not shown", [STOP], ["1 accepted"]),
    ("4.3 it cannot be matched", [STOP, sell_market(2, 1, by=1)], ["2 cancelled 1"]),
    ("4.3 set free by a match at its stop", [STOP, ASK, *at(102)], ["4x3 1@102 0/0", "1x2 2@105 1/0"]),
    ("4.3 and by one beyond it", [STOP, ASK, *at(103)], ["4x3 1@103 0/0", "1x2 2@105 1/0"]),
    ("4.3 not before", [STOP, ASK, *at(101)], ["4x3 1@101 0/0"]),
    ("4.3 a sell is mirrored", [order(T.STOP_MARKET, 1, SELL, 2, 0, stop=98), BID, *at(98)],
     ["4x3 1@98 0/0", "1x2 2@95 1/0"]),
    ("4.3 the rest is cancelled", [STOP, *at(102)], ["3x2 1@102 0/0", "1 cancelled 2"]),
    ("4.3 the present price counts at the entry", [*at(103), ASK, STOP], ["4 accepted", "4x3 2@105 1/0"]),
    ("2 a price passed within one step counts", [STOP, sell(2, 1, 102, by=1), sell(3, 5, 103, by=1), buy_market(4, 2)],
     ["4x2 1@102 0/1", "4x3 1@103 4/0", "1x3 2@103 2/0"]),
    ("2 one sets the next free", [STOP, order(T.STOP_MARKET, 2, BUY, 1, 0, stop=105), ASK, *at(102)],
     ["5x4 1@102 0/0", "1x3 2@105 1/0", "2x3 1@105 0/0"]),
    ("2 the lowest number acts first, whatever its stop",
     [order(T.STOP_MARKET, 1, BUY, 1, 0, stop=103), order(T.STOP_MARKET, 2, BUY, 1, 0, stop=101), ASK, *at(103)],
     ["5x4 1@103 0/0", "1x3 1@105 2/0", "2x3 1@105 1/0"]),
    ("4.3 a DAY stop goes at logout", [order(T.STOP_MARKET, 1, BUY, 2, 0, DAY, stop=102), log_out()],
     ["1 cancelled 2"]),
    ("4.3 a waiting stop can be cancelled", [STOP, cancel(STOP, 2)], ["1 cancelled 2"]),
    ("4.3 and then acts no more", [STOP, cancel(STOP, 2), *at(102)], ["3x2 1@102 0/0"]),
    ("4.3 its status", [STOP, query(1)], ["1 1 executed 0 leaves 2"]),
    ("1 an index stop looks at the index", [order(T.STOP_MARKET, 1, BUY, 1, 0, stop=102, trigger=INDEX), ASK,
     SetReferencePrice(1, INDEX, 102)], ["1x2 1@105 2/0"]),
    ("1 and not at the mark", [order(T.STOP_MARKET, 1, BUY, 1, 0, stop=102, trigger=INDEX), ASK,
     SetReferencePrice(1, MARK, 102)], []),
    ("1 nor at the last price once it is set", [SetReferencePrice(1, INDEX, 90),
     order(T.STOP_MARKET, 1, BUY, 1, 0, stop=102, trigger=INDEX), ASK, *at(102)], ["4x3 1@102 0/0"]),
    ("4.4 a stop limit matches up to its price", [order(T.STOP_LIMIT, 1, BUY, 4, 105, stop=102), ASK, *at(102)],
     ["4x3 1@102 0/0", "1x2 3@105 0/1", "1 shows 1@105"]),
    ("4.4 and rests at it", [order(T.STOP_LIMIT, 1, BUY, 4, 101, stop=102), ASK, *at(102)],
     ["4x3 1@102 0/0", "1 shows 4@101"]),
    ("4.4 its own time in force", [order(T.STOP_LIMIT, 1, BUY, 4, 105, IOC, stop=102), ASK, *at(102)],
     ["4x3 1@102 0/0", "1x2 3@105 0/1", "1 cancelled 1"]),
    ("4.4 fill or kill", [order(T.STOP_LIMIT, 1, BUY, 4, 105, FOK, stop=102), ASK, *at(102)],
     ["4x3 1@102 0/0", "1 cancelled 4"]),
    ("4.4 an empty time in force rests", [order(T.STOP_LIMIT, 1, BUY, 4, 101, 0, stop=102), *at(102)],
     ["3x2 1@102 0/0", "1 shows 4@101"]),
    ("4.14 a trailing stop begins at its stop", [TRAIL, BID, *at(96)], ["4x3 1@96 0/0"]),
    ("4.14 it follows a higher price", [TRAIL, BID, *at(103), *at(99)], ["6x5 1@99 0/0", "1x2 2@95 1/0"]),
    ("4.14 but not as far as it", [TRAIL, BID, *at(103), *at(100)], ["6x5 1@100 0/0"]),
    ("4.14 and never goes back", [TRAIL, BID, *at(103), *at(100), *at(102), *at(99)],
     ["10x9 1@99 0/0", "1x2 2@95 1/0"]),
    ("4.14 the present price counts at the entry", [BID, *at(103), TRAIL, *at(99)],
     ["6x5 1@99 0/0", "4x1 2@95 1/0"]),
    ("4.14 a buy is mirrored", [order(T.TRAILING_STOP_MARKET, 1, BUY, 1, 0, stop=110, distance=4), ASK, *at(97),
     *at(101)],
     ["6x5 1@101 0/0", "1x2 1@105 2/0"]),
    ("4.15 a limit at the stop as it stands", [order(T.TRAILING_STOP_LIMIT, 1, SELL, 2, 0, stop=95, distance=4),
     *at(103), *at(98)], ["5x4 1@98 0/0", "1 shows 2@99"]),
]  # fmt: skip
SNIPERS: list[Case] = [
    ("4.12 a sniper waits unseen", [order(T.SNIPER_MARKET, 1, BUY, 4, 104), ASK], ["2 accepted"]),
    ("4.12 and strikes at its price", [order(T.SNIPER_MARKET, 1, BUY, 2, 105), ASK], ["2 accepted", "1x2 2@105 1/0"]),
    ("4.12 at once when the price is there", [ASK, order(T.SNIPER_MARKET, 1, BUY, 2, 105)],
     ["2 accepted", "2x1 2@105 1/0"]),
    ("4.12 then it is a market order", [sell(9, 1, 108, by=1), order(T.SNIPER_MARKET, 1, BUY, 5, 105), ASK],
     ["3 accepted", "2x3 3@105 0/2", "2x1 1@108 0/1", "2 cancelled 1"]),
    ("4.12 hidden orders do not call it", [order(T.SNIPER_MARKET, 1, BUY, 2, 105),
     order(T.HIDDEN, 2, SELL, 1, 104, by=1)],
     ["2 accepted"]),
    ("4.13 the rest of a limit sniper waits again", [sell(9, 1, 108, by=1), order(T.SNIPER_LIMIT, 1, BUY, 5, 105), ASK],
     ["3 accepted", "2x3 3@105 0/2"]),
    ("4.13 and strikes again", [order(T.SNIPER_LIMIT, 1, BUY, 5, 105), ASK, sell(9, 4, 104, by=1)],
     ["3 accepted", "1x3 2@104 2/0"]),
    ("4.13 a sell is mirrored", [order(T.SNIPER_LIMIT, 1, SELL, 5, 95), BID], ["2 accepted", "1x2 3@95 0/2"]),
    ("4.13 the older sniper first, whatever its price",
     [order(T.SNIPER_LIMIT, 1, BUY, 2, 105), order(T.SNIPER_LIMIT, 2, BUY, 2, 107), ASK],
     ["3 accepted", "1x3 2@105 1/0", "2x3 1@105 0/1"]),
    ("4.13 a struck sniper is partly filled", [order(T.SNIPER_LIMIT, 1, BUY, 5, 105), ASK, query(1)],
     ["1 2 executed 3 leaves 2"]),
]  # fmt: skip
PAIRS: list[Case] = [
    ("4.8 the limit leg rests", [PAIR], ["1 accepted", "1 shows 4@99"]),
    ("4.8 the first match takes the stop leg away", [PAIR, ASK, sell(3, 1, 99, by=1), *at(102)], ["5x4 1@102 0/0"]),
    ("4.8 also a match at its entry", [sell(9, 1, 98, by=1), PAIR, ASK, *at(102)], ["5x4 1@102 0/0"]),
    ("4.8 the stop takes the limit leg away", [PAIR, ASK, *at(102)],
     ["4x3 1@102 0/0", "1 shows 0@99", "1x2 3@105 0/1", "1 cancelled 1"]),
    ("4.8 set free at its entry it enters no limit leg", [*at(102), ASK, PAIR],
     ["4 accepted", "4x3 3@105 0/1", "4 cancelled 1"]),
    ("4.8 a limit leg that is matched in the same step is no market order any more",
     [order(T.ONE_CANCELS_OTHER, 1, BUY, 4, 99, stop=100), buy(2, 1, 100, by=2), ASK, sell(4, 2, 99, by=1)],
     ["4x2 1@100 0/1", "4x1 1@99 3/0", "1 shows 3@99"]),
    ("4.8 with slices", [order(T.ONE_CANCELS_OTHER, 1, BUY, 4, 99, stop=102, display=1, refresh=2),
     sell(2, 2, 99, by=1)],
     ["2x1 1@99 3/1", "2x1 1@99 2/0"]),
    ("4.8 a cancel takes both legs", [PAIR, cancel(PAIR, 2)], ["1 cancelled 4", "1 shows 0@99"]),
]  # fmt: skip
FOLLOWERS: list[Case] = [
    ("4.5 alone it rests at its price", [PEG], ["1 accepted", "1 shows 2@100"]),
    ("4.5 at the best bid", [BID, PEG], ["2 accepted", "2 shows 2@95"]),
    ("4.5 it follows up", [BID, PEG, buy(3, 1, 97, by=1)], ["3 accepted", "2 shows 2@97"]),
    ("4.5 not beyond its price", [BID, PEG, buy(3, 1, 102, by=1)], ["3 accepted", "2 shows 2@100"]),
    ("4.5 it follows down", [BID, PEG, b := buy(3, 1, 97, by=1), cancel(b, 4, by=1)],
     ["3 cancelled 1", "2 shows 2@95"]),
    ("4.5 other pegs are not followed", [PEG, order(T.PEG, 2, BUY, 1, 98)], ["2 accepted", "2 shows 1@98"]),
    ("4.5 it stays below the best ask", [sell(9, 1, 98, by=1), PEG], ["2 accepted", "2 shows 2@97"]),
    ("4.5 below a hidden ask as well", [order(T.HIDDEN, 9, SELL, 1, 98, by=1), PEG], ["2 accepted", "2 shows 2@97"]),
    ("4.5 at the end of the queue", [BID, PEG, sell(3, 4, 95, by=2)],
     ["3x1 3@95 0/1", "3x2 1@95 1/0", "2 shows 1@95", "2 shows 1@100"]),
    ("4.5 post-only changes nothing", [sell(9, 1, 98, by=1), order(T.PEG, 1, BUY, 2, 100, POST)],
     ["2 accepted", "2 shows 2@97"]),
    ("4.5 below one tick it waits", [sell(9, 1, 1, by=1), PEG], ["2 accepted"]),
    ("4.5 until it is not", [(s := sell(9, 1, 1, by=1)), PEG, cancel(s, 8, by=1)], ["1 cancelled 1", "2 shows 2@100"]),
    ("4.5 a sell is mirrored", [ASK, order(T.PEG, 1, SELL, 2, 101), sell(3, 1, 103, by=1)],
     ["3 accepted", "2 shows 2@103"]),
    ("4.5 with slices it starts anew when it moves",
     [BID, order(T.PEG, 1, BUY, 6, 100, display=2, refresh=3), sell(3, 4, 95, by=2), buy(4, 1, 97, by=1)],
     ["4 accepted", "2 shows 2@97"]),
    ("4.5 two pegs move in the order of their numbers", [BID, PEG, order(T.PEG, 2, BUY, 1, 99), buy(3, 1, 96, by=1)],
     ["4 accepted", "2 shows 2@96", "3 shows 1@96"]),
    ("4.7 a hidden peg is not shown", [BID, order(T.PEG_HIDDEN, 1, BUY, 2, 100)], ["2 accepted"]),
    ("4.7 but follows", [BID, order(T.PEG_HIDDEN, 1, BUY, 2, 100), buy(3, 1, 97, by=1), sell(4, 3, 97, by=2)],
     ["4x3 1@97 0/2", "4x2 2@97 0/0"]),
    ("2 a peg may call a sniper, which strikes in the same command",
     [order(T.SNIPER_LIMIT, 9, SELL, 1, 98, by=2), PEG],
     ["2 accepted", "2 shows 2@100", "1x2 1@100 1/0", "2 shows 1@100"]),
    ("4.9 layers one behind the other", [buy(9, 1, 99, by=1), ICE],
     ["2 accepted", "2 shows 2@98", "2.1 shows 2@96", "2.2 shows 2@94"]),
    ("4.9 without a best bid from its price", [ICE],
     ["1 accepted", "1 shows 2@100", "1.1 shows 2@98", "1.2 shows 2@96"]),
    ("4.9 not above its price, and below the ask", [sell(9, 1, 97, by=1), ICE],
     ["2 accepted", "2 shows 2@96", "2.1 shows 2@94", "2.2 shows 2@92"]),
    ("4.9 layers below one tick wait", [buy(9, 1, 4, by=1), ICE], ["2 accepted", "2 shows 2@3", "2.1 shows 2@1"]),
    ("4.9 less than a spacing better: it holds", [buy(9, 1, 97, by=1), ICE, buy(3, 1, 98, by=1)], ["3 accepted"]),
    ("4.9 a spacing better: it moves", [buy(9, 1, 97, by=1), ICE, buy(3, 1, 99, by=1)],
     ["3 accepted", "2 shows 2@98", "2.1 shows 2@96", "2.2 shows 2@94"]),
    ("4.9 worse: it holds", [(b := buy(9, 1, 99, by=1)), ICE, cancel(b, 8, by=1)], ["1 cancelled 1", "2 shows 2@100",
     "2.1 shows 2@98", "2.2 shows 2@96"]),
    ("4.9 each layer has its own leaves", [ICE, sell(2, 3, 98, by=1)],
     ["2x1 2@100 4/1", "2x1 1@98 3/0", "1 shows 0@100", "1.1 shows 1@98"]),
    ("4.9 moved layers keep what they leave",
     [buy(9, 1, 97, by=1), ICE, buy(8, 1, 96, by=1), sell(2, 2, 96, by=2), buy(3, 1, 99, by=1)],
     ["5 accepted", "2 shows 1@98", "2.1 shows 2@96", "2.2 shows 2@94"]),
    ("4.9 a cancel takes all layers", [ICE, cancel(ICE, 2)],
     ["1 cancelled 6", "1 shows 0@100", "1.1 shows 0@98", "1.2 shows 0@96"]),
    ("4.9 a hidden set", [order(T.ICE, 1, BUY, 2, 100, layers=1, size_increment=2, hidden=1)], ["1 accepted"]),
    ("4.9 a sell is mirrored", [ASK, order(T.ICE, 1, SELL, 4, 101, layers=2, size_increment=2, price_increment=1)],
     ["2 accepted", "2 shows 2@105", "2.1 shows 2@106"]),
    ("4.10 layers and a stop", [OCO_ICE], ["1 accepted", "1 shows 2@100", "1.1 shows 2@97"]),
    ("4.10 the stop takes all layers away", [OCO_ICE, ASK, *at(103)],
     ["4x3 1@103 0/0", "1 shows 0@100", "1.1 shows 0@97", "1x2 3@105 0/1", "1 cancelled 1"]),
    ("4.10 a match of any layer takes the stop away", [OCO_ICE, ASK, sell(3, 1, 100, by=1), *at(103)],
     ["5x4 1@103 0/0"]),
]  # fmt: skip
TWO_LEGS: list[Case] = [
    ("4.11 a bracket enters like a limit order", [BRACKET], ["1 accepted", "1 shows 2@100"]),
    ("4.11 part of it bought is no second leg", [BRACKET, sell(2, 1, 100, by=1)], ["2x1 1@100 1/0", "1 shows 1@100"]),
    ("4.11 all bought: the same quantity is sold", [BRACKET, sell(2, 2, 100, by=1)],
     ["2x1 2@100 0/0", "1 shows 0@100", "1 enters SELL@104", "1 shows 2@104"]),
    ("4.11 all bought at the entry", [sell(9, 2, 99, by=1), BRACKET],
     ["2x1 2@99 0/0", "2 enters SELL@104", "2 shows 2@104"]),
    ("4.11 the second leg may match at once", [buy(9, 1, 104, by=2), sell(8, 3, 104, by=1), BRACKET,
     sell(2, 2, 100, by=1), buy(3, 4, 104, by=2)], ["5x2 2@104 0/2", "5x3 2@104 0/0", "3 shows 0@104"]),
    ("4.11 cancelled before: what was bought stays", [BRACKET, sell(2, 1, 100, by=1), cancel(BRACKET, 3)],
     ["1 cancelled 1", "1 shows 0@100"]),
    ("4.11 cancelled after: the second leg goes", [BRACKET, sell(2, 2, 100, by=1), cancel(BRACKET, 3)],
     ["1 cancelled 2", "1 shows 0@104"]),
    ("4.11 the status is that of the leg", [BRACKET, sell(2, 2, 100, by=1), buy(3, 1, 104, by=1), query(1)],
     ["1 2 executed 1 leaves 1"]),
    ("4.16 all matched: a way out on either side", [ENTRY, sell(2, 2, 100, by=1)],
     ["2x1 2@100 0/0", "1 shows 0@100", "1 enters SELL@104", "1 shows 2@104"]),
    ("4.16 the profit", [ENTRY, sell(2, 2, 100, by=1), buy(3, 2, 104, by=1)], ["3x1 2@104 0/0", "1 shows 0@104"]),
    ("4.16 the stop", [ENTRY, sell(2, 2, 100, by=1), BID, *at(97)],
     ["5x4 1@97 0/0", "1 shows 0@104", "1x3 2@95 1/0"]),
    ("4.16 the stop may be reached at once",
     [BID, order(T.TAKE_PROFIT_STOP_MARKET, 1, BUY, 2, 100, stop=100, take_profit=104),
     sell(2, 2, 100, by=1)], ["3x2 2@100 0/0", "2 shows 0@100", "2 enters SELL@104", "2x1 2@95 1/0"]),
    ("4.16 a short sale is bought back", [order(T.TAKE_PROFIT_STOP_MARKET, 1, SHORT, 2, 100, stop=103, take_profit=96),
     buy(2, 2, 100, by=1)], ["2x1 2@100 0/0", "1 shows 0@100", "1 enters BUY@96", "1 shows 2@96"]),
    ("4.17 the stop is a limit order", [order(T.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 2, 100, stop=97, take_profit=104),
     sell(2, 2, 100, by=1), BID, *at(97)], ["5x4 1@97 0/0", "1 shows 0@104", "1 shows 2@97"]),
]  # fmt: skip


@pytest.mark.parametrize(
    "rule, commands, events", STOPS + SNIPERS + PAIRS + FOLLOWERS + TWO_LEGS, ids=lambda value: str(value)[:70]
)
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands) == events, rule


COVER: list[tuple[str, int, int, list[Command], list[str]]] = [
    ("4.3 a stop reserves nothing", 0, 0, [STOP], ["1 accepted"]),
    ("4.3 but must be covered when it acts", 0, 209, [STOP, ASK, *at(102)],
     ["4x3 1@102 0/0", "1 cancelled 2 not covered"]),
    ("4.3 exactly covered", 0, 210, [STOP, ASK, *at(102)], ["4x3 1@102 0/0", "1x2 2@105 1/0"]),
    ("4.4 a stop limit reserves when it is set free", 0, 201, [order(T.STOP_LIMIT, 1, BUY, 2, 101, stop=102), *at(102)],
     ["3x2 1@102 0/0", "1 cancelled 2 not covered"]),
    ("4.5 a peg reserves at its price, not where it rests", 0, 199, [BID, PEG], ["refused NOT_ENOUGH_EQUITY"]),
    ("4.8 a pair reserves once", 0, 396, [PAIR], ["1 accepted", "1 shows 4@99"]),
    ("4.8 and not less", 0, 395, [PAIR], ["refused NOT_ENOUGH_EQUITY"]),
    ("4.8 the market order has what the limit leg gave back", 0, 420,
     [PAIR, sell(2, 4, 105, by=1), *at(102)], ["4x3 1@102 0/0", "1 shows 0@99", "1x2 4@105 0/0"]),
    ("4.8 and no more", 0, 419, [PAIR, sell(2, 4, 105, by=1), *at(102)],
     ["4x3 1@102 0/0", "1 shows 0@99", "1 cancelled 4 not covered"]),
    ("4.9 a set reserves its quantity at its price", 0, 599, [ICE], ["refused NOT_ENOUGH_EQUITY"]),
    ("4.9 all of it", 0, 600, [ICE], ["1 accepted", "1 shows 2@100", "1.1 shows 2@98", "1.2 shows 2@96"]),
    ("4.11 a second leg that is not covered", 0, 200,
     [BRACKET, order(T.STOP_MARKET, 5, SELL, 2, 0, stop=100), buy(6, 2, 90, by=2), sell(2, 2, 100, by=1)],
     ["4x1 2@100 0/0", "1 shows 0@100", "1 enters SELL@104", "1 shows 2@104", "2 cancelled 2 not covered"]),
    ("4.12 a sniper reserves at its price", 0, 209, [order(T.SNIPER_MARKET, 1, BUY, 2, 105)],
     ["refused NOT_ENOUGH_EQUITY"]),
    ("4.12 as a market order it is covered anew", 0, 210,
     [sell(9, 1, 108, by=1), order(T.SNIPER_MARKET, 1, BUY, 2, 105), sell(8, 1, 105, by=1)],
     ["3 accepted", "2 cancelled 2 not covered"]),
    ("4.14 a trailing stop reserves nothing", 0, 0, [TRAIL], ["1 accepted"]),
    ("4.16 the pair reserves what it sells", 0, 200, [ENTRY, sell(2, 2, 100, by=1)],
     ["2x1 2@100 0/0", "1 shows 0@100", "1 enters SELL@104", "1 shows 2@104"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, base, quote, commands, events", COVER, ids=lambda value: str(value)[:60])
def test_cover(rule: str, base: int, quote: int, commands: list[Command], events: list[str]) -> None:
    assert told(*commands, on=market(base, quote)) == events, rule


@pytest.mark.parametrize("kind", [STOP, PAIR, PEG, ICE, OCO_ICE, BRACKET, ENTRY, TRAIL], ids=lambda one: str(one)[:0])
def test_what_is_cancelled_gives_everything_back(kind: NewOrder) -> None:
    exchange = market(10, 1_000)
    told(BID, kind, cancel(kind, 77), on=exchange)
    assert exchange.equity(1) == {"BTC": 10 * LOT, "USD": 1_000 * TICK_LOT, "USDT": 0}
    assert exchange._books[1].watched == 0 and not exchange._books[1].followers


def test_an_order_matched_below_its_price_holds_at_its_price() -> None:
    exchange = market(0, 600)
    told(buy(9, 1, 95, by=1), ICE, sell(2, 3, 94, by=2), on=exchange)
    assert exchange.reserved(1)["USD"] == 400 * TICK_LOT
    assert exchange.equity(1)["USD"] == (600 - 400 - 2 * 94) * TICK_LOT


def test_more_pegs_than_steps_without_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.exchange.order_types.SETTLING_STEPS", 0)
    exchange = market()
    told(BID, *(order(T.PEG, number, BUY, 1, 100) for number in range(1, 200)), on=exchange)
    moved = told(buy(500, 1, 96, by=1), on=exchange)
    assert moved[1:] == [f"{number} shows 1@96" for number in range(2, 201)]


def test_depth_counts_layers_as_orders_and_slices_as_lots() -> None:
    exchange, depth = market(), Depth([1, 4])
    for command in (ICE, order(T.LIMIT, 5, BUY, 8, 98, display=3, refresh=1), order(T.HIDDEN, 6, BUY, 5, 98)):
        depth.apply(command, exchange.submit(command, 0))
    assert depth.levels(1, 9)[0] == [(100, 2, 1), (98, 5, 2), (96, 2, 1)]
