"""The limits of one order, section 3 of docs/risk.md, rule by rule: which refusal comes when, and that nothing moves.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
Account 1 may send 5 lots worth 520 lots at one tick in BTCUSD, a tenth from the mark price.
"""

from dataclasses import replace as changed

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import Command, NewOrder, ReplaceOrder, SetReferencePrice
from base.vocabulary.operator_commands import KillAccount, MarketState, SetMarketState
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce, Trigger
from base.vocabulary.participants import AccountTerms, OrderLimits, SelfTrade
from tests.exchange.stories import RICH, TICK_LOT, told
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.phrases import FOK, POST, buy, buy_market, order, replace, sell, sell_market

BUY, RED = int(Side.BUY), int(TimeInForce.REDUCE_ONLY)
LIMITS = {1: OrderLimits(5, 520 * TICK_LOT, 100_000)}
LARGE, COSTLY, FAR = (f"refused {name}" for name in ("ORDER_TOO_LARGE", "ORDER_VALUE_TOO_LARGE", "PRICE_OUT_OF_BAND"))
MARK = SetReferencePrice(1, Trigger.MARK, 100)
TRADED = [sell(90, 1, 100, by=1), buy(91, 1, 100, by=2)]
ASKS = [sell(1, 3, 100, by=1), sell(2, 3, 110, by=1)]
OWN = buy(1, 4)
PEG = order(OrderType.PEG, 1, BUY, 4, 100)
BRACKET = order(OrderType.BRACKET, 1, BUY, 4, 100, second_leg=105)
SECOND_LEG = [BRACKET, sell(2, 4, 100, by=1), SetReferencePrice(1, Trigger.MARK, 200)]


def with_terms(original: NewOrder, order_id: int, lots: int, at: int, **terms: int) -> ReplaceOrder:
    return changed(replace(original, order_id, lots, at), terms=OrderTerms(**terms))


Case = tuple[str, list[Command], list[str]]
CASES: list[Case] = [
    ("as large as it may be", [buy(1, 5)], ["1 accepted"]),
    ("a lot more", [buy(1, 6)], [LARGE]),
    ("size before value and band", [MARK, buy(1, 6, 500)], [LARGE]),
    ("worth as much as it may be", [buy(1, 5, 104)], ["1 accepted"]),
    ("a tick more", [buy(1, 5, 105)], [COSTLY]),
    ("value before band", [MARK, buy(1, 5, 120)], [COSTLY]),
    ("sells too", [sell(1, 5, 105)], [COSTLY]),
    ("as far as it may be", [MARK, buy(1, 1, 90)], ["1 accepted"]),
    ("a tick further", [MARK, buy(1, 1, 89)], [FAR]),
    ("above the mark", [MARK, sell(1, 1, 111)], [FAR]),
    ("without a mark price the last price", [*TRADED, sell(1, 1, 111)], [FAR]),
    ("an index price does not matter", [*TRADED, SetReferencePrice(1, Trigger.INDEX, 111), sell(1, 1, 111)], [FAR]),
    ("the mark price before the last", [*TRADED, SetReferencePrice(1, Trigger.MARK, 111), sell(1, 1, 111)],
     ["3 accepted"]),
    ("before the first trade there is no band", [sell(1, 1, 300)], ["1 accepted"]),
    ("other instruments have none", [buy(1, 600, on=4)], ["1 accepted"]),
    ("other accounts have none", [buy(1, 600, by=1)], ["1 accepted"]),
    ("a market order's value is what it meets", [*ASKS, buy_market(3, 5)],
     ["3x1 3@100 0/2", "3x2 2@110 1/0"]),
    ("a lot too dear", [sell(1, 3, 100, by=1), sell(2, 3, 111, by=1), buy_market(3, 5)], [COSTLY]),
    ("a market order for nothing", [buy_market(3, 5)], ["1 cancelled 5"]),
    ("a market order too large", [buy_market(3, 6)], [LARGE]),
    ("a market sell", [buy(1, 5, 105, by=1), sell_market(2, 5)], [COSTLY]),
    ("a fill-or-kill that would not fill", [sell(1, 4, 131, by=1), buy_market(2, 5, FOK)], [COSTLY]),
    ("no band for a market order", [MARK, sell(1, 1, 300, by=1), buy_market(2, 1)], ["2x1 1@300 0/0"]),
    ("the highest price that is named", [order(OrderType.BRACKET, 1, BUY, 5, 100, second_leg=105)], [COSTLY]),
    ("a stop's price", [order(OrderType.STOP_MARKET, 1, BUY, 5, 0, stop=105)], [COSTLY]),
    ("a take-profit price", [order(OrderType.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 5, 100, take_profit=105, stop=90)],
     [COSTLY]),
    ("no band for a stop's market order", [MARK, order(OrderType.STOP_MARKET, 1, BUY, 1, 0, stop=300)], ["1 accepted"]),
    ("a band for a stop's limit", [MARK, order(OrderType.STOP_LIMIT, 1, BUY, 1, 300, stop=300)], [FAR]),
    ("a special order too large", [order(OrderType.PEG, 1, BUY, 6)], [LARGE]),
    ("an own id comes first", [buy(1, 1), buy(1, 6)], ["refused ORDER_ID_REPEATED"]),
    ("of a special order too", [buy(1, 1), order(OrderType.PEG, 1, BUY, 6)], ["refused ORDER_ID_REPEATED"]),
    ("before post only", [*ASKS, buy(3, 6, 110, POST)], [LARGE]),
    ("before reduce only", [buy(3, 6, 100, RED)], [LARGE]),
    ("after a market state", [SetMarketState(1, MarketState.HALTED), buy(3, 6)], ["refused MARKET_STATE"]),
    ("after a disabled account", [KillAccount(1), buy(3, 6)], ["refused ACCOUNT_DISABLED"]),
    ("a replace to a size too large", [OWN, replace(OWN, 2, 6)], [LARGE]),
    ("to a value too large", [OWN, replace(OWN, 2, 5, 105)], [COSTLY]),
    ("out of the band", [MARK, OWN, replace(OWN, 2, 4, 89)], [FAR]),
    ("within", [MARK, OWN, replace(OWN, 2, 5, 104)], ["1 replaced 5"]),
    ("what was executed counts", [OWN, sell(9, 3, by=1), replace(OWN, 2, 6)], [LARGE]),
    ("after all that names the original", [OWN, replace(OWN, 1, 6)], ["refused ORDER_ID_REPEATED"]),
    ("after a total below what is executed", [OWN, sell(9, 1, by=1), replace(OWN, 2, 1, 300)],
     ["refused REPLACE_BELOW_EXECUTED"]),
    ("of a special order", [PEG, replace(PEG, 2, 6)], [LARGE]),
    ("a special one out of the band", [MARK, PEG, replace(PEG, 2, 4, 89)], [FAR]),
    ("a special one below what is executed", [PEG, replace(PEG, 2, 0, 89)], ["refused REPLACE_BELOW_EXECUTED"]),
    ("a special one's other prices", [BRACKET, with_terms(BRACKET, 2, 4, 100, second_leg_ticks=131)], [COSTLY]),
    ("in a later leg its price says nothing", [*SECOND_LEG, with_terms(BRACKET, 3, 4, 400, second_leg_ticks=106)],
     ["1 replaced 4", "1 shows 4@106"]),
    ("the others do", [*SECOND_LEG, with_terms(BRACKET, 3, 4, 100, second_leg_ticks=131)], [COSTLY]),
]  # fmt: skip


def limited(self_trade: SelfTrade = SelfTrade.NONE) -> Exchange:
    own = AccountTerms(1, RICH, self_trade, limits=LIMITS)
    return Exchange(INSTRUMENTS, [own, AccountTerms(2, RICH), AccountTerms(100700, RICH)], PARTICIPANTS)


@pytest.mark.parametrize("rule, commands, events", CASES, ids=lambda value: str(value)[:50])
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    exchange = limited()
    for command in commands[:-1]:
        told(command, on=exchange)
    before = exchange.state_hash()
    answer = told(commands[-1], on=exchange)
    assert answer == events, rule
    if answer[0].startswith("refused"):
        assert exchange.state_hash() == before, "a refusal changes nothing"


@pytest.mark.parametrize("mode, answer", [
    (SelfTrade.NONE, [COSTLY]),
    (SelfTrade.CANCEL_OLDEST, ["1 cancelled 4 self-trade", "3x2 1@300 0/4", "3 cancelled 4"]),
    (SelfTrade.CANCEL_NEWEST, ["3 cancelled 5 self-trade"]),
])  # fmt: skip
def test_the_value_of_a_market_order_is_what_it_can_really_meet(mode: SelfTrade, answer: list[str]) -> None:
    assert told(sell(1, 4, 100), sell(2, 1, 300, by=1), buy_market(3, 5), on=limited(mode)) == answer


def test_limits_come_before_cover_and_the_bound_on_open_orders() -> None:
    own = AccountTerms(1, {}, most_open_orders=0, limits=LIMITS)
    exchange = Exchange(INSTRUMENTS, [own, AccountTerms(2, RICH), AccountTerms(100700, RICH)], PARTICIPANTS)
    assert told(buy(1, 6), on=exchange) == [LARGE]
    assert told(order(OrderType.PEG, 1, BUY, 6), on=exchange) == [LARGE]


def test_limits_are_part_of_the_state() -> None:
    plain = Exchange(INSTRUMENTS, [AccountTerms(one, RICH) for one in (1, 2, 100700)], PARTICIPANTS)
    assert plain.state_hash() != limited().state_hash()
