"""Fees, section 1 of docs/risk.md, rule by rule: who pays what, what an open buy holds back, what covers a market buy.

In: short conversations. Out: verdicts on events and figures. Never knows: how books are kept.
A lot at 100 ticks is worth 50,000 atoms. Account 1 makes for 250 ppm (13 atoms a lot, rounded up) and takes for 1,010
(51 atoms a lot), account 2 makes for nothing and takes for 2,000 (100 atoms a lot), 100700 pays nothing.
"""

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import Command
from base.vocabulary.events import OrderRejected, Trade
from base.vocabulary.operator_commands import MarketState, SetMarketState
from base.vocabulary.orders import OrderType, Side
from base.vocabulary.participants import AccountTerms
from base.vocabulary.rejects import Reject
from tests.exchange.stories import LOT, RICH, TICK_LOT, told
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.phrases import FOK, IOC, buy, buy_market, cancel, order, replace, sell, sell_market

BUY = int(Side.BUY)
VALUE = 100 * TICK_LOT
REJECTED = [OrderRejected(9, Reject.NOT_ENOUGH_EQUITY)]
PRE_OPEN, OPEN = (SetMarketState(1, int(state)) for state in (MarketState.PRE_OPEN, MarketState.OPEN))


def market(quote: int = RICH["USD"], make_ppm: int = 250, take_ppm: int = 1010) -> Exchange:
    own = AccountTerms(1, RICH | {"USD": quote}, make_fee_ppm=make_ppm, take_fee_ppm=take_ppm)
    other = AccountTerms(2, RICH, take_fee_ppm=2000)
    return Exchange(INSTRUMENTS, [own, other, AccountTerms(100700, RICH)], PARTICIPANTS)


def trades(exchange: Exchange, *commands: Command) -> list[tuple[int, int]]:
    """The fees of all matches: of the resting order, of the incoming one."""
    events = [event for place, command in enumerate(commands) for event in exchange.submit(command, place)]
    return [(one.resting_fee_atoms, one.incoming_fee_atoms) for one in events if isinstance(one, Trade)]


FEES: list[tuple[str, list[Command], list[tuple[int, int]]]] = [
    ("the resting buyer makes", [buy(1, 1), sell(2, 1, by=1)], [(13, 100)]),
    ("the resting seller makes", [sell(1, 1), buy(2, 1, by=1)], [(13, 100)]),
    ("the incoming buyer takes", [sell(1, 1, by=1), buy(2, 1)], [(0, 51)]),
    ("the incoming seller takes", [buy(1, 1, by=1), sell(2, 1)], [(0, 51)]),
    ("of the value of a match, not of each lot", [buy(1, 2), sell(2, 2, by=1)], [(25, 200)]),
    ("each match is rounded by itself", [sell(1, 1, by=2), sell(2, 1, by=2), buy(3, 2)], [(0, 51), (0, 51)]),
    ("at the price of the match", [sell(1, 1, 100, by=1), buy(2, 1, 120)], [(0, 51)]),
    ("with oneself both", [sell(1, 1), buy(2, 1)], [(13, 51)]),
    ("whoever has no rates pays nothing", [sell(1, 1, by=2), buy(2, 1, by=3)], [(0, 0)]),
    ("one has rates, the other not", [sell(1, 1, by=2), buy(2, 1)], [(0, 51)]),
    ("a market order takes", [sell(1, 1, by=1), buy_market(2, 1)], [(0, 51)]),
    ("a market sell takes", [buy(1, 1, by=1), sell_market(2, 1)], [(0, 51)]),
    ("slices are matches of their own", [order(OrderType.LIMIT, 1, BUY, 2, display=1, refresh=1), sell(2, 2, by=1)],
     [(13, 100), (13, 100)]),
    ("layers make", [order(OrderType.ICE, 1, BUY, 2, layers=2, size_increment=1, price_increment=4), sell(2, 1, by=1)],
     [(13, 100)]),
    ("an order set free takes", [buy(1, 1, 100, by=1), sell(2, 1, 100, by=2), sell(3, 1, 102, by=2),
                                 order(OrderType.STOP_LIMIT, 4, BUY, 1, 102, stop=100)], [(0, 0), (0, 52)]),
    ("in the opening the older makes", [PRE_OPEN, buy(1, 1, 101), sell(2, 1, 100, by=1), OPEN], [(13, 100)]),
    ("the younger takes", [PRE_OPEN, sell(2, 1, 100, by=1), buy(1, 1, 101), OPEN], [(0, 51)]),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, fees", FEES, ids=lambda value: str(value)[:50])
def test_who_pays_what(rule: str, commands: list[Command], fees: list[tuple[int, int]]) -> None:
    exchange = market()
    assert trades(exchange, *commands) == fees, rule
    owned = [exchange.equity(one)["USD"] + exchange.reserved(one)["USD"] for one in (1, 2, 100700)]
    assert exchange.fees() == {"USD": sum(map(sum, fees)), "USDT": 0}
    assert sum(owned) == 3 * RICH["USD"] - sum(map(sum, fees)), "no atom is made or lost"


def test_the_buyer_pays_on_top_and_the_seller_gets_less() -> None:
    exchange = market()
    trades(exchange, sell(1, 2, by=1), buy(2, 2, 120))
    assert exchange.equity(1)["USD"] == RICH["USD"] - 2 * VALUE - 101
    assert exchange.equity(2)["USD"] == RICH["USD"] + 2 * VALUE
    assert exchange.reserved(1)["USD"] == 0, "what was held for a dearer match is back"
    trades(exchange, buy(3, 1, by=2), sell(4, 1))
    assert exchange.equity(1)["USD"] == RICH["USD"] - 2 * VALUE - 101 + VALUE - 51
    assert (exchange.equity(1)["BTC"], exchange.equity(2)["BTC"]) == (RICH["BTC"] + LOT, RICH["BTC"] - 2 * LOT)


def test_an_open_buy_holds_its_fee_back_lot_by_lot_at_the_higher_rate() -> None:
    exchange = market()
    first = buy(1, 2)
    told(first, on=exchange)
    assert exchange.reserved(1)["USD"] == 2 * (VALUE + 51)
    assert exchange.exposure(1, 1).open_long_atoms == 2 * VALUE, "told without fees"
    assert trades(exchange, sell(2, 1, by=1)) == [(13, 100)]
    assert exchange.reserved(1)["USD"] == VALUE + 51
    assert exchange.equity(1)["USD"] == RICH["USD"] - VALUE - 13 - (VALUE + 51)
    told(cancel(first, 3), on=exchange)
    assert exchange.reserved(1)["USD"] == 0 and exchange.equity(1)["USD"] == RICH["USD"] - VALUE - 13


COVER: list[tuple[str, int, list[Command]]] = [
    ("a buy", 2 * (VALUE + 51), [buy(9, 2)]),
    ("a buy that makes", 2 * (VALUE + 51), [sell(1, 1, 101, by=1), buy(9, 2)]),
    ("an immediate buy", 2 * (VALUE + 51), [buy(9, 2, tif=IOC)]),
    ("a peg", 2 * (VALUE + 51), [order(OrderType.PEG, 9, BUY, 2)]),
    ("a replace", 3 * (VALUE + 51), [(first := buy(1, 2)), replace(first, 9, 3)]),
    ("a replace of another type", 3 * (VALUE + 51),
     [(peg := order(OrderType.PEG, 1, BUY, 2)), replace(peg, 9, 3)]),
    ("a market buy: its fee, and an atom for each lot", 3 * VALUE + 152 + 3, [sell(1, 3, by=1), buy_market(9, 5)]),
    ("a market buy at two prices", VALUE + 101 * TICK_LOT + 102 + 2,
     [sell(1, 1, by=1), sell(2, 2, 101, by=1), buy_market(9, 2)]),
    ("a market buy that fills or is killed", VALUE + 51 + 1, [sell(1, 1, by=1), buy_market(9, 1, FOK)]),
]  # fmt: skip


@pytest.mark.parametrize("rule, atoms, commands", COVER, ids=lambda value: str(value)[:50])
def test_cover_to_the_last_atom(rule: str, atoms: int, commands: list[Command]) -> None:
    for missing in (0, 1):
        exchange = market(atoms - missing)
        for command in commands[:-1]:
            exchange.submit(command, 0)
        events = exchange.submit(commands[-1], 0)
        assert (events == REJECTED) is bool(missing), rule
        assert exchange.equity(1)["USD"] >= 0


@pytest.mark.parametrize("make_ppm, atoms", [(0, VALUE), (900, VALUE)])
def test_a_market_buy_without_a_take_fee_needs_its_value(make_ppm: int, atoms: int) -> None:
    for missing in (0, 1):
        exchange = market(atoms - missing, make_ppm, 0)
        answer = told(sell(1, 1, by=1), buy_market(9, 1), on=exchange)
        assert answer == (["refused NOT_ENOUGH_EQUITY"] if missing else ["2x1 1@100 0/0"])


def test_a_stop_set_free_must_cover_its_fee() -> None:
    for missing, last in ((0, "3x2 1@100 0/0"), (1, "3 cancelled 1 not covered")):
        exchange = market(VALUE + 51 + 1 - missing)
        stop = order(OrderType.STOP_MARKET, 9, BUY, 1, 0, stop=100)
        told(sell(1, 1, by=1), sell(2, 1, by=1), stop, on=exchange)
        assert told(buy(3, 1, by=2), on=exchange)[1:] == [last]


def test_a_second_leg_gets_its_fee_taken_off() -> None:
    exchange = market()
    bracket = order(OrderType.BRACKET, 1, BUY, 1, second_leg=104)
    assert trades(exchange, bracket, sell(2, 1, by=1), buy(3, 1, 104, by=2)) == [(13, 100), (13, 0)]
    assert exchange.equity(1)["USD"] == RICH["USD"] + 4 * TICK_LOT - 26


def test_fees_and_rates_are_part_of_the_state() -> None:
    hashes = {market().state_hash(), market(make_ppm=251).state_hash(), market(take_ppm=1011).state_hash()}
    assert len(hashes) == 3
    exchange = market()
    before = exchange.figures_hash()
    trades(exchange, buy(1, 1))
    assert "held for fees 1 1 51" in list(exchange._accounts.describe()) and exchange.figures_hash() != before
    trades(exchange, sell(2, 1, by=1))
    assert "fees USD 113" in list(exchange._accounts.describe())
