"""Going short, section 2 of docs/risk.md, rule by rule: margin, debt, collateral, and what a buy may use.

In: short conversations. Out: verdicts on events and figures. Never knows: how books are kept.
A lot at 100 ticks is worth 50,000 atoms; account 1 has a leverage of 3, so its margin is 16,667 atoms, and no goods.
"""

from dataclasses import replace as changed

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import Command, NewOrder, SetReferencePrice
from base.vocabulary.operator_commands import KillAccount, MarketState, SetMarketState
from base.vocabulary.orders import OrderType, Side, TimeInForce, Trigger
from base.vocabulary.participants import AccountTerms, SelfTrade
from tests.exchange.stories import LOT, RICH, TICK_LOT, told
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.phrases import DAY, FOK, IOC, buy, buy_market, cancel, log_out, order, replace, sell

BUY, SHORT = int(Side.BUY), int(Side.SELL_SHORT)
RED = int(TimeInForce.REDUCE_ONLY)
VALUE, MARGIN = 100 * TICK_LOT, 16_667
PLENTY = 10**9
PRE_OPEN, OPEN = (SetMarketState(1, int(state)) for state in (MarketState.PRE_OPEN, MarketState.OPEN))
REFUSED, BARE = ["refused MARGIN_EXCEEDED"], ["refused NOT_ENOUGH_EQUITY"]


def market(
    quote: int = PLENTY, leverage: int = 3, base: int = 0, take_ppm: int = 0, self_trade: SelfTrade = SelfTrade.NONE
) -> Exchange:
    owned = {"USD": quote, "USDT": PLENTY, "BTC": base * LOT}
    own = AccountTerms(1, owned, self_trade, leverage=leverage, take_fee_ppm=take_ppm)
    return Exchange(INSTRUMENTS, [own, AccountTerms(2, RICH), AccountTerms(100700, RICH)], PARTICIPANTS)


def after(exchange: Exchange, *commands: Command) -> tuple[int, int, int]:
    """Account 1 then: atoms of USD available and reserved, atoms of BTC owed."""
    told(*commands, on=exchange)
    return exchange.equity(1)["USD"], exchange.reserved(1)["USD"], exchange.owed(1)["BTC"]


def short(order_id: int, lots: int, at: int = 100, tif: int = 2, kind: int = OrderType.LIMIT, by: int = 0) -> NewOrder:
    return sell(order_id, lots, at, tif, kind=kind, side=SHORT, by=by)


def short_market(order_id: int, lots: int, tif: int = IOC) -> NewOrder:
    return short(order_id, lots, 0, tif, OrderType.MARKET)


FIRST = short(1, 2)
BID, BIDS = buy(50, 2, by=1), [buy(51, 1, 100, by=1), buy(52, 1, 90, by=1)]
PEG = order(OrderType.PEG, 1, SHORT, 2)
STOP = order(OrderType.STOP_MARKET, 9, SHORT, 1, 0, stop=100)
STOP_LIMIT = order(OrderType.STOP_LIMIT, 9, SHORT, 1, 100, stop=100)
TPSL = order(OrderType.TAKE_PROFIT_STOP_MARKET, 9, BUY, 1, 100, take_profit=100, stop=120)

OPEN_MARGIN: list[tuple[str, list[Command], int, int]] = [
    ("each lot holds margin back", [FIRST], 2 * MARGIN, 0),
    ("at its own price", [short(1, 1, 101)], 16_834, 0),
    ("a cancel gives it back", [FIRST, cancel(FIRST, 2)], 0, 0),
    ("a partial one, too", [FIRST, buy(2, 1, by=1), cancel(FIRST, 3)], MARGIN + VALUE, 1),
    ("the rest of an immediate one", [short(1, 2, tif=IOC)], 0, 0),
    ("a killed one", [buy(1, 1, by=1), short(2, 2, tif=FOK)], 0, 0),
    ("a logout", [short(1, 2, tif=DAY), log_out()], 0, 0),
    ("the operator", [FIRST, PEG, KillAccount(1)], 0, 0),
    ("a replace", [FIRST, replace(FIRST, 2, 3, 101)], 3 * 16_834, 0),
    ("a replace that keeps the place", [FIRST, replace(FIRST, 2, 1)], MARGIN, 0),
    ("a peg", [PEG], 2 * MARGIN, 0),
    ("a peg that is replaced", [PEG, replace(PEG, 2, 3, 101)], 3 * 16_834, 0),
    ("a set of layers", [order(OrderType.ICE, 1, SHORT, 2, 100, layers=2, size_increment=1, price_increment=5),
                         buy(2, 1, by=1)], 2 * MARGIN + VALUE, 1),
    ("a sniper", [order(OrderType.SNIPER_LIMIT, 1, SHORT, 2)], 2 * MARGIN, 0),
    ("a stop holds nothing", [STOP], 0, 0),
    ("its match does, at its own price", [*BIDS, STOP, buy(3, 1, 101, by=2), sell(4, 1, 101, by=1),
                                          sell(5, 1, 100, by=1)], 15_000 + 90 * TICK_LOT, 1),
    ("resting and matched", [FIRST, buy(2, 2, by=1)], 2 * (MARGIN + VALUE), 2),
    ("resting and matched from above", [FIRST, buy(2, 2, 120, by=1)], 2 * (MARGIN + VALUE), 2),
    ("incoming at a better price: the margin of its own", [BID, short(2, 2, 80)], 2 * (13_334 + VALUE), 2),
    ("at market: the margin of each match", [*BIDS, short_market(3, 5)], MARGIN + VALUE + 15_000 + 90 * TICK_LOT, 2),
    ("in the opening: the margin of its own", [PRE_OPEN, FIRST, buy(2, 2, 110, by=1), OPEN], 2 * (MARGIN + VALUE), 2),
    ("a short entry and the way back", [changed(TPSL, side=SHORT), buy(2, 1, by=1)], MARGIN + 2 * VALUE, 1),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, reserved, lots", OPEN_MARGIN, ids=lambda value: str(value)[:50])
def test_what_is_held_back_and_owed(rule: str, commands: list[Command], reserved: int, lots: int) -> None:
    exchange = market()
    available, held, owed = after(exchange, *commands)
    assert (held, owed) == (reserved, lots * LOT), rule
    earned = exchange.exposure(1, 1).executed_short_atoms - exchange.exposure(1, 1).executed_long_atoms
    assert available == PLENTY + earned - reserved, "nothing is lost"
    assert exchange.equity(1)["BTC"] == 0


COVER: list[tuple[str, int, list[Command]]] = [
    ("a short order", 2 * MARGIN, [short(9, 2)]),
    ("a peg", 2 * MARGIN, [changed(PEG, order_id=9)]),
    ("a market order: an atom for each lot", 31_667 + 2, [*BIDS, short_market(9, 5)]),
    ("a replace", 3 * MARGIN, [FIRST, replace(FIRST, 9, 3)]),
    ("a special replace", 3 * MARGIN, [PEG, replace(PEG, 9, 3)]),
]  # fmt: skip


@pytest.mark.parametrize("rule, atoms, commands", COVER, ids=lambda value: str(value)[:50])
def test_cover_to_the_last_atom(rule: str, atoms: int, commands: list[Command]) -> None:
    for missing in (0, 1):
        exchange = market(atoms - missing)
        assert (told(*commands, on=exchange) == REFUSED) is bool(missing), rule


@pytest.mark.parametrize("stop, atoms", [(STOP, MARGIN + 1), (STOP_LIMIT, MARGIN)], ids=("market", "limit"))
def test_a_stop_set_free_without_margin_is_cancelled(stop: NewOrder, atoms: int) -> None:
    for missing in (0, 1):
        exchange = market(atoms - missing)
        told(stop, buy(1, 2, by=1), on=exchange)
        last = told(sell(2, 1, by=2), on=exchange)[-1]
        assert last == ("1 cancelled 1 without margin" if missing else "1x2 1@100 0/0")


def test_a_sniper_must_be_covered_anew() -> None:
    for missing in (0, 1):
        exchange = market(MARGIN + 1 - missing)
        sniper = order(OrderType.SNIPER_MARKET, 9, SHORT, 1)
        last = told(sniper, buy(1, 1, by=1), on=exchange)[-1]
        assert last == ("1 cancelled 1 without margin" if missing else "1x2 1@100 0/0")
        assert exchange.reserved(1)["USD"] == (0 if missing else MARGIN + VALUE)


@pytest.mark.parametrize("leverage, side, answer", [
    (0, Side.SELL_SHORT, BARE), (0, Side.SELL, BARE), (3, Side.SELL, BARE), (3, Side.SELL_SHORT, ["1 accepted"]),
])  # fmt: skip
def test_only_a_short_order_of_an_account_with_leverage_is_one(leverage: int, side: int, answer: list[str]) -> None:
    assert told(sell(1, 2, side=side), on=market(leverage=leverage)) == answer
    owner = market(base=2)
    told(sell(1, 2), short(2, 2), on=owner)
    assert owner.reserved(1)["BTC"] == 2 * LOT, "a sell sells what is owned, a short order never"
    assert owner.exposure(1, 1).open_short_lots == 4


def test_the_fee_is_taken_off_the_collateral() -> None:
    exchange = market(take_ppm=1010)
    assert after(exchange, BID, short(2, 2)) == (PLENTY - 2 * MARGIN, 2 * (MARGIN + VALUE) - 101, 2 * LOT)
    assert exchange.fees()["USD"] == 101


def test_a_later_buy_pays_back_first() -> None:
    exchange = market()
    told(short(1, 3), buy(2, 3, by=1), on=exchange)
    collateral = 3 * (MARGIN + VALUE)
    available = PLENTY - 3 * MARGIN
    offers = sell(3, 9, 110, by=1)
    cost = 110 * TICK_LOT
    assert after(exchange, offers, buy(4, 2, 110)) == (available - 2 * cost + collateral * 2 // 3, collateral // 3, LOT)
    assert exchange.equity(1)["BTC"] == 0
    assert after(exchange, buy_market(5, 2)) == (available - 4 * cost + collateral, 0, 0)
    assert exchange.equity(1)["BTC"] == LOT, "the rest is owned"


def test_it_is_owed_by_instrument() -> None:
    exchange = market()
    before = after(exchange, short(1, 2), buy(2, 2, by=1))
    told(sell(3, 2, on=4, by=1), buy(4, 2, on=4), on=exchange)
    assert exchange.equity(1)["BTC"] == 2 * LOT and exchange.owed(1)["BTC"] == before[2]


def test_collateral_counts_for_a_buy_of_its_instrument_alone() -> None:
    exchange = market(2 * MARGIN)
    assert after(exchange, short(1, 2), buy(2, 2, by=1)) == (0, 2 * (MARGIN + VALUE), 2 * LOT)
    assert told(short(3, 1, 1), on=exchange) == REFUSED
    assert told(buy(3, 2, 134), on=exchange) == BARE
    third = buy(3, 2, 133)
    assert told(third, on=exchange) == ["3 accepted"]
    assert exchange.equity(1)["USD"] == -2 * 133 * TICK_LOT
    assert told(replace(third, 4, 2, 134), on=exchange) == BARE
    assert told(short(5, 1), on=exchange) == REFUSED
    assert told(sell(5, 2, 120, by=1), on=exchange) == ["4x3 2@133 0/0"]
    assert exchange.equity(1)["USD"] == 2 * (MARGIN + VALUE) - 2 * 133 * TICK_LOT and exchange.owed(1)["BTC"] == 0


def test_what_needs_no_more_than_it_held_is_covered_below_nothing_too() -> None:
    for resting in (short(3, 2, 200), changed(PEG, order_id=3, price_ticks=200)):
        exchange = market(2 * MARGIN + 2 * 33_334)
        told(short(1, 2), buy(2, 2, by=1), resting, (later := buy(5, 2, 133)), on=exchange)
        assert exchange.equity(1)["USD"] == -133_000
        assert told(replace(resting, 6, 3, 200), on=exchange) == REFUSED
        assert exchange.reserved(1)["USD"] == 2 * (MARGIN + VALUE) + 2 * 33_334 + 133_000
        assert told(replace(resting, 7, 1, 300), on=exchange)[0] == "3 replaced 1"
        assert exchange.equity(1)["USD"] == -133_000 + 2 * 33_334 - 50_000
        assert told(replace(later, 8, 2, 132), on=exchange)[0] == "4 replaced 2"


def test_a_buy_of_less_than_is_owed_may_leave_available_below_nothing() -> None:
    exchange = market(2 * MARGIN)
    available, reserved, owed = after(
        exchange, short(1, 2), buy(2, 2, by=1), sell(3, 1, 200, by=1), buy(4, 1, 200)
    )
    assert (available, owed) == (MARGIN + VALUE - 200 * TICK_LOT, LOT) and available < 0 <= available + reserved
    assert told(buy(5, 1, 70), on=exchange) == BARE


@pytest.mark.parametrize("incoming", [buy(9, 2), buy_market(9, 2)], ids=("limit", "market"))
def test_of_an_account_that_meets_itself_the_seller_is_first(incoming: NewOrder) -> None:
    exchange = market()
    assert after(exchange, FIRST, incoming) == (PLENTY, 0, 0)
    assert after(market(), buy(1, 2), short(2, 2)) == (PLENTY, 0, 0)
    assert after(market(), buy(1, 2), short_market(2, 2)) == (PLENTY, 0, 0)
    assert after(market(), PRE_OPEN, buy(1, 2, 101), short(2, 2), OPEN) == (PLENTY, 0, 0)


def test_a_margin_order_that_may_not_meet_itself_gives_it_back() -> None:
    for mode in (SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH, SelfTrade.CANCEL_OLDEST):
        exchange = market(self_trade=mode)
        told(FIRST, buy(2, 2, tif=IOC), on=exchange)
        assert exchange.reserved(1)["USD"] == (2 * MARGIN if mode == SelfTrade.CANCEL_NEWEST else 0)


def test_what_is_owed_counts_as_sold() -> None:
    exchange = market()
    told(short(1, 2), buy(2, 2, by=1), on=exchange)
    assert told(buy(3, 3, 90, RED), on=exchange) == ["refused WOULD_NOT_REDUCE"]
    assert told(buy(3, 2, 90, RED), on=exchange) == ["3 accepted", "3 shows 2@90"]


def test_the_way_back_of_a_short_entry_is_paid_from_its_collateral() -> None:
    exchange = market(MARGIN)
    entry = order(OrderType.TAKE_PROFIT_STOP_LIMIT, 1, SHORT, 1, 100, take_profit=90, stop=120, trigger=Trigger.MARK)
    assert told(entry, buy(2, 1, by=1), on=exchange)[-2:] == ["1 enters BUY@90", "1 shows 1@90"]
    assert exchange.equity(1)["USD"] == -90 * TICK_LOT
    assert told(SetReferencePrice(1, Trigger.MARK, 120), on=exchange)[-1] == "1 shows 1@120"
    assert told(sell(3, 1, 120, by=1), on=exchange) == ["3x1 1@120 0/0", "1 shows 0@120"]
    assert after(exchange) == (MARGIN + VALUE - 120 * TICK_LOT, 0, 0)


def test_debt_is_part_of_the_state() -> None:
    exchange = market()
    before = exchange.figures_hash()
    told(FIRST, on=exchange)
    assert f"short 1 1 {2 * MARGIN} 0 0" in list(exchange._accounts.describe()) and exchange.figures_hash() != before
    told(buy(2, 2, by=1), on=exchange)
    assert f"short 1 1 0 2 {2 * (MARGIN + VALUE)}" in list(exchange._accounts.describe())
    assert market(leverage=4).state_hash() != market().state_hash()


def test_what_paid_back_cannot_be_sold_again() -> None:
    exchange = market()
    bracket = order(OrderType.BRACKET, 3, BUY, 2, 100, second_leg=105)
    told(short(1, 2), buy(2, 2, by=1), bracket, sell(4, 2, by=1), on=exchange)
    assert exchange.owed(1)["BTC"] == 0 and exchange.open_orders(0, 1) == [], "the second leg is not covered"
