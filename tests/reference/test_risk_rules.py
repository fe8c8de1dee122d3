"""The sentences of docs/risk.md as small stories, told by hand, for the reference and for the exchange.

In: settings of two accounts, a few commands. Out: what happens, and what the first account then has.
Never knows: how either side works. A lot at 100 is worth 50,000 atoms; each account owns twenty times
that and a hundred lots, unless its story says otherwise.
"""

from dataclasses import replace as copy_of
from typing import NamedTuple

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import Command, SetReferencePrice
from base.vocabulary.events import OrderMoved, OrderRejected, Trade
from base.vocabulary.orders import OrderTerms, OrderType, Side
from base.vocabulary.participants import AccountTerms, OrderLimits, SelfTrade
from base.vocabulary.rejects import Reject
from tests.reference.comparison import without_zeros
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.phrases import FOK, buy, buy_market, order, replace, sell, sell_market
from tests.reference.test_rules import in_words

BUY, SELL, SHORT = int(Side.BUY), int(Side.SELL), int(Side.SELL_SHORT)
T = OrderType
OWNED = {"BTC": 100_000, "USD": 1_000_000}
MARK = 3


class Story(NamedTuple):
    """``has`` is what the first account has at the end: USD free, USD not free, lots owed."""

    first: AccountTerms
    commands: list[Command]
    told: str
    has: tuple[int, int, int] | None = None
    second: AccountTerms = AccountTerms(2, OWNED)


def account(usd: int = OWNED["USD"], btc: int = OWNED["BTC"], **terms: int) -> AccountTerms:
    return AccountTerms(1, {"BTC": btc, "USD": usd}, **terms)  # type: ignore[arg-type]


def limited(**limits: int) -> AccountTerms:
    return copy_of(account(), limits={1: OrderLimits(**limits)})


def short(order_id: int, lots: int, at: int = 100) -> Command:
    return sell(order_id, lots, at, side=SHORT)


STORIES = {
    "fees are rounded up": Story(
        account(make_fee_ppm=15, take_fee_ppm=7), [sell(1, 2), buy(2, 2, by=1), buy(3, 1, by=1), sell(4, 1)],
        "1 accepted; 2x1 2@100 fees 2+0; 3 accepted; 4x3 1@100 fees 0+1", (1_149_997, 0, 0),
    ),
    "the buyer pays the fee on top": Story(
        account(take_fee_ppm=100_000), [sell(1, 2, by=1), buy(2, 2)], "1 accepted; 2x1 2@100 fees 0+10000",
        (890_000, 0, 0),
    ),
    "both sides of one account pay": Story(
        account(make_fee_ppm=1_000, take_fee_ppm=2_000), [sell(1, 1), buy(2, 1)], "1 accepted; 2x1 1@100 fees 50+100",
        (999_850, 0, 0),
    ),
    "an open buy holds back the higher fee": Story(
        account(make_fee_ppm=1, take_fee_ppm=15), [buy(1, 3)], "1 accepted", (849_997, 150_003, 0),
    ),
    "what the fee turns out lower is given back": Story(
        account(take_fee_ppm=15), [buy(1, 3), sell(2, 1, by=1)], "1 accepted; 2x1 1@100 fees 0+0",
        (849_998, 100_002, 0),
    ),
    "a buy without cover for its fee": Story(
        account(50_001, make_fee_ppm=21), [buy(1, 1), buy(2, 1, 99)], "refused 201; 1 accepted",
        (50_001 - 49_502, 49_502, 0),
    ),
    "a market buy needs an atom more per lot": Story(
        account(100_004, take_fee_ppm=20), [sell(1, 9, by=1), buy_market(2, 2)], "1 accepted; 2x1 2@100 fees 0+2",
        (2, 0, 0),
    ),
    "a market buy that misses an atom": Story(
        account(100_003, take_fee_ppm=20), [sell(1, 9, by=1), buy_market(2, 2)], "1 accepted; refused 201",
    ),
    "a market buy without a take fee": Story(
        account(100_000, make_fee_ppm=20), [sell(1, 9, by=1), buy_market(2, 2)], "1 accepted; 2x1 2@100 fees 0+0",
    ),
    "short, and back with a profit": Story(
        account(leverage=3),
        [short(1, 2), buy(2, 2, by=1), sell(3, 2, 98, by=1), buy(4, 1, 98), buy(5, 1, 98)],
        "1 accepted; 2x1 2@100 fees 0+0; 3 accepted; 4x3 1@98 fees 0+0; 5x3 1@98 fees 0+0", (1_002_000, 0, 0),
    ),
    "an open short order holds back margin": Story(
        account(leverage=3, btc=0), [short(1, 2)], "1 accepted", (1_000_000 - 33_334, 33_334, 0),
    ),
    "margin and proceeds are the collateral": Story(
        account(leverage=3, make_fee_ppm=1_000), [short(1, 3), buy(2, 2, by=1)],
        "1 accepted; 2x1 2@100 fees 100+0", (1_000_000 - 50_001, 50_001 + 100_000 - 100, 2),
    ),
    "part of it is paid back": Story(
        account(leverage=3), [short(1, 3), buy(2, 3, by=1), sell(3, 1, by=1), buy(4, 1)],
        "1 accepted; 2x1 3@100 fees 0+0; 3 accepted; 4x3 1@100 fees 0+0",
        (1_000_000 - 50_001 - 50_000 + 66_667, 133_334, 2),
    ),
    "more is bought than is owed": Story(
        account(leverage=1), [short(1, 1), buy(2, 1, by=1), sell(3, 5, by=1), buy(4, 5), sell(5, 104), sell(6, 105)],
        "1 accepted; 2x1 1@100 fees 0+0; 3 accepted; 4x3 5@100 fees 0+0; 5 accepted; refused 201", (800_000, 0, 0),
    ),
    "a better price than its own": Story(
        account(leverage=2), [buy(1, 1, 104, by=1), short(2, 1, 100)], "1 accepted; 2x1 1@104 fees 0+0",
        (975_000, 25_000 + 52_000, 1),
    ),
    "at market the margin is that of the match": Story(
        account(leverage=2), [
            buy(1, 1, 104, by=1), sell_market(2, 1), copy_of(sell_market(3, 1), side=SHORT), buy(4, 1, 102, by=1),
            copy_of(sell_market(5, 1), side=SHORT),
        ],
        "1 accepted; 2x1 1@104 fees 0+0; 3 cancelled 1; 4 accepted; 5x4 1@102 fees 0+0",
        (1_052_000 - 25_500, 25_500 + 51_000, 1),
    ),
    "no margin left": Story(
        account(33_333, leverage=3), [short(1, 2), short(2, 1), short(3, 1)], "refused 203; 1 accepted; refused 203",
        (16_666, 16_667, 0),
    ),
    "a market short needs an atom more per lot": Story(
        account(33_335, leverage=3),
        [buy(1, 9, by=1), copy_of(sell_market(2, 2), side=SHORT), buy(3, 1, by=1)],
        "1 accepted; refused 203; 2 accepted",
    ),
    "a short stop without margin": Story(
        account(30_000, leverage=1), [
            order(T.STOP_MARKET, 1, SHORT, 1, 0, stop=99, trigger=MARK), buy(2, 1, 98, by=1),
            SetReferencePrice(1, MARK, 99),
        ],
        "1 accepted; 2 accepted; 1 cancelled 1 reason 203", (30_000, 0, 0),
    ),
    "short without leverage": Story(account(btc=1_000), [short(1, 2), short(2, 1)], "refused 201; 1 accepted"),
    "a sale sells what is owned": Story(
        account(btc=1_000, leverage=5), [sell(1, 2), sell(2, 1)], "refused 201; 1 accepted", (1_000_000, 0, 0),
    ),
    "collateral counts for a buy": Story(
        account(50_000, leverage=1), [short(1, 1), buy(2, 1, by=1), buy(3, 1, 99), buy(4, 2, 99), buy(5, 1, 51)],
        "1 accepted; 2x1 1@100 fees 0+0; 3 accepted; refused 201; 4 accepted", (-49_500 - 25_500, 175_000, 1),
    ),
    "collateral counts for nothing else": Story(
        account(50_000, leverage=1), [short(1, 1), buy(2, 1, by=1), short(3, 1, 1)],
        "1 accepted; 2x1 1@100 fees 0+0; refused 203",
    ),
    "the seller's side is settled first": Story(
        account(leverage=2), [short(1, 1), buy(2, 1)], "1 accepted; 2x1 1@100 fees 0+0", (1_000_000, 0, 0),
    ),
    "less is covered even below zero": Story(
        account(3_000, leverage=100), [
            short(1, 1), buy(2, 1, by=1), short(3, 2, 200), buy(4, 1),
            replace(sell(3, 2, side=SHORT), 5, 1, 200), replace(sell(5, 1, side=SHORT), 6, 2, 200),
        ],
        "1 accepted; 2x1 1@100 fees 0+0; 3 accepted; 4 accepted; 3 replaced 1; refused 203",
        (-48_500, 50_500 + 50_000 + 1_000, 1),
    ),
    "what meets nothing needs no margin": Story(
        account(3_000, leverage=100, self_trade=SelfTrade.CANCEL_OLDEST),
        [short(1, 1), buy(2, 1, by=1), buy(3, 1, 99), short(4, 1, 102), copy_of(sell_market(5, 1), side=SHORT)],
        "1 accepted; 2x1 1@100 fees 0+0; 3 accepted; refused 203; 3 cancelled 1 reason 310; 4 cancelled 1",
    ),
    "the position counts what is owed as sold": Story(
        account(leverage=1), [short(1, 2), buy(2, 2, by=1), buy(3, 3, 99, 5), buy(4, 2, 99, 5)],
        "1 accepted; 2x1 2@100 fees 0+0; refused 309; 3 accepted",
    ),
    "too large": Story(
        limited(most_lots=5), [buy(1, 5), buy(2, 6), replace(buy(1, 5), 3, 6)], "1 accepted; refused 204; refused 204",
    ),
    "too much value": Story(
        limited(most_atoms=100_000), [buy(1, 2), buy(2, 2, 101), sell(3, 3, 90), replace(buy(1, 2), 4, 2, 101)],
        "1 accepted; refused 205; refused 205; refused 205",
    ),
    "value at the highest price that is named": Story(
        limited(most_atoms=100_000), [
            order(T.BRACKET, 1, BUY, 1, 90, second_leg=201), order(T.BRACKET, 2, BUY, 1, 90, second_leg=200),
            order(T.STOP_MARKET, 3, BUY, 2, 300, stop=100), order(T.STOP_MARKET, 4, BUY, 2, 0, stop=101),
            order(T.ONE_CANCELS_OTHER, 5, BUY, 2, 90, stop=101),
            order(T.TAKE_PROFIT_STOP_MARKET, 6, SELL, 2, 100, take_profit=90, stop=101),
            order(T.TAKE_PROFIT_STOP_LIMIT, 7, BUY, 2, 90, take_profit=101, stop=80),
        ],
        "refused 205; 1 accepted; 2 accepted; refused 205; refused 205; refused 205; refused 205",
    ),
    "value that a market order reaches": Story(
        limited(most_atoms=100_000), [
            sell(1, 2, 100, by=1), sell(2, 1, 101, by=1), buy_market(3, 3), buy_market(4, 9, FOK), buy_market(5, 2),
        ],
        "1 accepted; 2 accepted; refused 205; refused 205; 3x1 2@100 fees 0+0",
    ),
    "no band before the first trade": Story(
        limited(band_ppm=10_000), [buy(1, 1, 5), sell(2, 1, 5, by=1), buy(3, 1, 6), buy(4, 1, 5)],
        "1 accepted; 2x1 1@5 fees 0+0; refused 206; 3 accepted",
    ),
    "the band is round the mark price": Story(
        limited(band_ppm=10_000), [
            SetReferencePrice(1, 2, 50), buy(1, 1, 60), SetReferencePrice(1, MARK, 100), buy(2, 1, 98), buy(3, 1, 99),
            sell(4, 1, 102), sell(5, 1, 101), replace(sell(5, 1, 101), 6, 1, 102), replace(sell(5, 1, 101), 7, 1, 100),
        ],
        "1 accepted; refused 206; 2 accepted; refused 206; 3 accepted; refused 206; 3 replaced 1",
    ),
    "no band for prices that are no limit": Story(
        limited(band_ppm=10_000), [
            SetReferencePrice(1, MARK, 100), order(T.SNIPER_MARKET, 1, BUY, 1, 90),
            order(T.SNIPER_LIMIT, 2, BUY, 1, 90), order(T.STOP_MARKET, 3, BUY, 1, 90, stop=150),
            order(T.STOP_LIMIT, 4, BUY, 1, 90, stop=150), order(T.STOP_LIMIT, 5, BUY, 1, 100, stop=150),
        ],
        "1 accepted; refused 206; 2 accepted; refused 206; 3 accepted",
    ),
    "a later leg has no price to be out of band": Story(
        limited(band_ppm=10_000, most_atoms=104_000), [
            order(T.BRACKET, 1, BUY, 2, 100, second_leg=103), sell(2, 2, by=1), SetReferencePrice(1, MARK, 150),
            copy_of(replace(order(T.BRACKET, 1, BUY, 2), 3, 2, 900), terms=OrderTerms(second_leg_ticks=104)),
            copy_of(replace(order(T.BRACKET, 3, BUY, 2), 4, 2, 100), terms=OrderTerms(second_leg_ticks=105)),
        ],
        "1 accepted; 2x1 2@100 fees 0+0; 1 enters SELL@103; 1 replaced 2; refused 205",
    ),
    "limits come after the id and before equity": Story(
        limited(most_lots=5), [buy(1, 5), buy(1, 6), buy(2, 900), order(T.LIMIT, 3, BUY, 900, 100, 5)],
        "1 accepted; refused 304; refused 204; refused 204",
    ),
}  # fmt: skip


def say(event: object) -> str:
    if isinstance(event, Trade):
        return f"{in_words(event)} fees {event.resting_fee_atoms}+{event.incoming_fee_atoms}"
    said = in_words(event)  # type: ignore[arg-type]
    reason = getattr(event, "reason", 0)
    return said if isinstance(event, OrderRejected) or not reason else f"{said[: -len(' not covered')]} reason {reason}"


@pytest.mark.parametrize("name", list(STORIES))
def test_the_reference_tells_the_story_of_the_page(name: str) -> None:
    story = STORIES[name]
    reference = Matcher(INSTRUMENTS, (story.first, story.second), PARTICIPANTS[:2])
    assert "; ".join(say(event) for one in story.commands for event in reference.submit(one)) == story.told
    held = reference.reserved(1, "USD") + reference.all_collateral(1, "USD")
    assert story.has in (None, (reference.available(1, "USD"), held, reference.owed(1).get("BTC", 0) // 1_000))


@pytest.mark.parametrize("name", list(STORIES))
def test_the_exchange_tells_the_story_of_the_page(name: str) -> None:
    story = STORIES[name]
    exchange = Exchange(INSTRUMENTS, (story.first, story.second), PARTICIPANTS[:2])
    events = [event for one in story.commands for event in exchange.submit(one, 0)]
    assert "; ".join(say(event) for event in events if not isinstance(event, OrderMoved)) == story.told
    owed = without_zeros(exchange.owed(1)).get("BTC", 0) // 1_000
    assert story.has in (None, (exchange.equity(1)["USD"], exchange.reserved(1)["USD"], owed))


def test_every_reason_of_the_page_is_told() -> None:
    told = " ".join(story.told for story in STORIES.values())
    for reason in (203, 204, 205, 206):
        assert f"refused {Reject(reason)}" in told
