"""The sentences of docs/order-types.md as small stories, told by hand, for the reference and for the exchange.

In: a few commands. Out: what happens, in short words. Never knows: how either side works.
Without this test the reference would only be as right as the one who wrote it.
Participants 0 and 1 are single accounts, 2 and 3 share one. Number n is the n-th order that was accepted.
"""

from dataclasses import replace as copy_of

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import Command, NewOrder, SetReferencePrice
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderMoved,
    OrderRejected,
    OrderReplaced,
    Trade,
)
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.phrases import DAY, FOK, IOC, buy, buy_market, cancel, log_out, order, replace, sell, sell_market
from tests.reference.worlds import accounts

BUY, SELL = int(Side.BUY), int(Side.SELL)
T = OrderType
RED = TimeInForce.REDUCE_ONLY
PLENTY = accounts(2)
LITTLE = accounts(1)
"""Enough of the quote currency for 40 lots at 100."""


def in_words(event: Event) -> str:
    match event:
        case Trade():
            return f"{event.incoming_number}x{event.resting_number} {event.quantity_lots}@{event.price_ticks}"
        case OrderAccepted():
            return f"{event.number} accepted"
        case OrderRejected():
            return f"refused {event.reason}"
        case OrderCancelled():
            return f"{event.number} cancelled {event.leaves_lots}" + (" not covered" if event.reason else "")
        case OrderReplaced():
            return f"{event.number} replaced {event.leaves_lots}"
        case LegEntered():
            return f"{event.number} enters {Side(event.side).name}@{event.price_ticks}"
    return repr(event)


def at(price: int) -> list[Command]:
    """A match far from everybody's orders that makes this the last price: order numbers 1 and 2."""
    return [sell(901, 1, price, by=1), buy(902, 1, price, by=2)]


STORIES: dict[str, tuple[list[Command], str]] = {
    "slices": (
        [order(T.LIMIT, 1, SELL, 8, display=1, refresh=2), sell(2, 1, by=1), buy(3, 9, by=1)],
        "1 accepted; 2 accepted; 3x1 1@100; 3x2 1@100; 3x1 2@100; 3x1 2@100; 3x1 2@100; 3x1 1@100",
    ),
    "visible before hidden": (
        [order(T.HIDDEN, 1, SELL, 2, hidden=1), sell(2, 2, by=1), buy(3, 3, by=1)],
        "1 accepted; 2 accepted; 3x2 2@100; 3x1 1@100",
    ),
    "hidden counts for fill or kill": (
        [order(T.HIDDEN, 1, SELL, 2, hidden=1), buy(3, 3, tif=FOK, by=1), buy(4, 2, tif=FOK, by=1)],
        "1 accepted; 2 cancelled 3; 3x1 2@100",
    ),
    "reduce only": (
        [*at(100), order(T.LIMIT, 1, SELL, 1, 105, RED, by=2), order(T.LIMIT, 2, SELL, 1, 105, RED, by=3)],
        "1 accepted; 2x1 1@100; 3 accepted; refused 309",
    ),
    "stop market": (
        [
            order(T.STOP_MARKET, 1, BUY, 3, 0, stop=102), sell(2, 1, 102, by=1), sell(3, 1, 103, by=1),
            buy(4, 1, 102, by=2),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4x2 1@102; 1x3 1@103; 1 cancelled 2",
    ),
    "stop set free at its entry": (
        [*at(102), buy(3, 2, 99, by=1), order(T.STOP_MARKET, 1, SELL, 1, 0, stop=103)],
        "1 accepted; 2x1 1@102; 3 accepted; 4 accepted; 4x3 1@99",
    ),
    "stop limit rests": (
        [*at(100), order(T.STOP_LIMIT, 1, BUY, 2, 99, stop=100), sell_market(2, 1, by=1)],
        "1 accepted; 2x1 1@100; 3 accepted; 4x3 1@99",
    ),
    "a stop is not covered": (
        [
            order(T.STOP_MARKET, 1, BUY, 50, 0, stop=100), sell(2, 28, 105, by=1), sell(3, 14, 105, by=2), *at(100),
            order(T.STOP_MARKET, 4, BUY, 20, 0, stop=100),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4 accepted; 5x4 1@100; 1 cancelled 50 not covered; 6 accepted; 6x2 20@105",
    ),
    "index price": (
        [
            order(T.STOP_MARKET, 1, BUY, 1, 0, stop=100, trigger=2), SetReferencePrice(1, 2, 99), *at(101),
            sell(3, 1, 104, by=1), SetReferencePrice(1, 3, 100), SetReferencePrice(1, 2, 100),
        ],
        "1 accepted; 2 accepted; 3x2 1@101; 4 accepted; 1x4 1@104",
    ),
    "peg follows": (
        [
            order(T.PEG, 1, BUY, 1, 105), sell(2, 1, 106, by=1), cancel(sell(2, 1, by=1), 3, by=1),
            buy(4, 1, 99, by=1), buy(5, 1, 100, by=1), sell(6, 2, 100, by=2), sell(7, 1, 99, by=2),
        ],
        "1 accepted; 2 accepted; 2 cancelled 1; 3 accepted; 4 accepted; 5x4 1@100; 5x1 1@100; 6x3 1@99",
    ),
    "peg follows after a sweep that met it too": (
        [
            sell(1, 3, 95, by=1), order(T.PEG, 2, SELL, 10, 94), sell(3, 5, 110, by=1), buy(4, 12, 95, by=2),
            buy(5, 1, 100, by=2), buy(6, 6, 110, by=2),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4x1 3@95; 4x2 9@95; 5 accepted; 6x3 5@110; 6x2 1@110",
    ),
    "a peg that only gets smaller goes to the end": (
        [
            buy(1, 1, by=1), order(T.PEG, 2, BUY, 3, 105), buy(3, 1, by=2), replace(order(T.PEG, 2, BUY, 3), 4, 2, 105),
            sell(5, 3, by=1),
        ],
        "1 accepted; 2 accepted; 3 accepted; 2 replaced 2; 4x1 1@100; 4x3 1@100; 4x2 1@100",
    ),
    "peg waits for a tick": (
        [
            sell(1, 1, 1, by=1), order(T.PEG, 2, BUY, 1, 5), cancel(sell(1, 1, by=1), 3, by=1),
            sell_market(4, 1, by=1), sell(5, 1, 6, by=1),
        ],
        "1 accepted; 2 accepted; 1 cancelled 1; 3x2 1@5; 4 accepted",
    ),
    "one cancels the other: limit leg": (
        [order(T.ONE_CANCELS_OTHER, 1, BUY, 2, 99, stop=102), sell(2, 1, 99, by=1), *at(102), sell(3, 1, 99, by=1)],
        "1 accepted; 2x1 1@99; 3 accepted; 4x3 1@102; 5x1 1@99",
    ),
    "one cancels the other: stop leg": (
        [order(T.ONE_CANCELS_OTHER, 1, BUY, 2, 99, stop=102), sell(2, 1, 105, by=1), *at(102), sell(3, 1, 99, by=1)],
        "1 accepted; 2 accepted; 3 accepted; 4x3 1@102; 1x2 1@105; 1 cancelled 1; 5 accepted",
    ),
    "one cancels the other: set free by its replace": (
        [
            *at(100), order(T.ONE_CANCELS_OTHER, 1, BUY, 4, 99, stop=105), sell(2, 2, 101, by=1), sell(3, 5, 103, by=1),
            copy_of(
                replace(order(T.ONE_CANCELS_OTHER, 1, BUY, 4, 99), 4, 4, 101), terms=OrderTerms(stop_ticks=100)
            ),
        ],
        "1 accepted; 2x1 1@100; 3 accepted; 4 accepted; 5 accepted; 3 replaced 4; 3x4 2@101; 3x5 2@103",
    ),
    "what a fill or kill would not match needs no cover": (
        [
            sell(1, 29, 900, by=1), sell(2, 1, 100, by=1), buy_market(3, 29), buy_market(4, 31, FOK),
            buy_market(5, 30, FOK),
        ],
        "1 accepted; 2 accepted; refused 201; 3 cancelled 31; refused 201",
    ),
    "ice layers": (
        [
            buy(1, 1, 100, by=1),
            order(T.ICE, 2, BUY, 4, 100, layers=2, size_increment=2, price_increment=2, price_offset=1),
            sell(3, 6, 97, IOC, by=2),
        ],
        "1 accepted; 2 accepted; 3x1 1@100; 3x2 2@99; 3x2 2@97; 3 cancelled 1",
    ),
    "ice moves up by a spacing": (
        [
            buy(1, 1, 95, by=1), order(T.ICE, 2, BUY, 4, 100, layers=2, size_increment=2, price_increment=2),
            buy(3, 1, 96, by=1), buy(4, 1, 97, by=1), sell(5, 6, 95, IOC, by=2),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4 accepted; 5x4 1@97; 5x2 2@97; 5x3 1@96; 5x1 1@95; 5x2 1@95",
    ),
    "bracket": (
        [order(T.BRACKET, 1, BUY, 2, 100, second_leg=103), sell(2, 2, 100, by=1), buy(3, 2, 103, by=1)],
        "1 accepted; 2x1 2@100; 1 enters SELL@103; 3x1 2@103",
    ),
    "market sniper": (
        [order(T.SNIPER_MARKET, 1, BUY, 3, 99), sell(2, 1, 101, by=1), sell(3, 1, 99, by=1)],
        "1 accepted; 2 accepted; 3 accepted; 1x3 1@99; 1x2 1@101; 1 cancelled 1",
    ),
    "limit sniper strikes twice": (
        [order(T.SNIPER_LIMIT, 1, BUY, 3, 99), sell(2, 1, 99, by=1), sell(3, 1, 98, by=1), sell(4, 1, 100, by=1)],
        "1 accepted; 2 accepted; 1x2 1@99; 3 accepted; 1x3 1@98; 4 accepted",
    ),
    "trailing stop market": (
        [
            order(T.TRAILING_STOP_MARKET, 1, SELL, 1, 0, stop=95, distance=3), buy(2, 1, 90, by=1), *at(102), *at(100),
            sell(3, 1, 99, by=1), buy(4, 1, 99, by=2),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4x3 1@102; 5 accepted; 6x5 1@100; 7 accepted; 8x7 1@99; 1x2 1@90",
    ),
    "trailing stop limit": (
        [order(T.TRAILING_STOP_LIMIT, 1, SELL, 1, 0, stop=95, distance=3), *at(102), sell(3, 1, 98, by=1),
         buy(4, 1, 98, by=2), buy(5, 1, 98, by=2), buy(6, 1, 99, by=2)],
        "1 accepted; 2 accepted; 3x2 1@102; 4 accepted; 5x4 1@98; 6 accepted; 7x1 1@99",
    ),
    "take profit": (
        [
            order(T.TAKE_PROFIT_STOP_MARKET, 1, BUY, 2, 100, stop=97, take_profit=104), sell(2, 2, 100, by=1),
            buy(3, 1, 104, by=1), *at(97), buy(4, 1, 104, by=1),
        ],
        "1 accepted; 2x1 2@100; 1 enters SELL@104; 3x1 1@104; 4 accepted; 5x4 1@97; 6x1 1@104",
    ),
    "stop instead of profit": (
        [
            order(T.TAKE_PROFIT_STOP_MARKET, 1, BUY, 2, 100, stop=97, take_profit=104), sell(2, 2, 100, by=1),
            buy(3, 1, 96, by=1), *at(97),
        ],
        "1 accepted; 2x1 2@100; 1 enters SELL@104; 3 accepted; 4 accepted; 5x4 1@97; 1x3 1@96; 1 cancelled 1",
    ),
    "stop instead of profit, limited": (
        [
            order(T.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 2, 100, stop=97, take_profit=104), sell(2, 2, 100, by=1),
            buy(3, 1, 96, by=1), *at(97), buy(4, 2, 97, by=1),
        ],
        "1 accepted; 2x1 2@100; 1 enters SELL@104; 3 accepted; 4 accepted; 5x4 1@97; 6x1 2@97",
    ),
    "the older of two stops first": (
        [
            order(T.STOP_MARKET, 1, BUY, 1, 0, stop=100), order(T.STOP_MARKET, 2, BUY, 1, 0, stop=99),
            sell(3, 1, 105, by=1), sell(4, 1, 106, by=1), *at(101),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4 accepted; 5 accepted; 6x5 1@101; 1x3 1@105; 2x4 1@106",
    ),
    "less keeps the place": (
        [sell(1, 3, by=1), sell(2, 3, by=2), replace(sell(1, 3, by=1), 3, 2), buy(4, 3)],
        "1 accepted; 2 accepted; 1 replaced 2; 3x1 2@100; 3x2 1@100",
    ),
    "less leaves the slice as it is": (
        [
            order(T.LIMIT, 1, SELL, 9, display=3, refresh=3, by=0), sell(2, 5, by=1), buy(3, 2, by=2),
            copy_of(replace(sell(1, 9), 4, 8), terms=OrderTerms(display_lots=3, refresh_lots=3)), buy(5, 3, by=2),
        ],
        "1 accepted; 2 accepted; 3x1 2@100; 1 replaced 6; 4x1 1@100; 4x2 2@100",
    ),
    "reduce only counts one side": (
        [
            *at(100), order(T.LIMIT, 1, SELL, 1, 105, RED, by=2), sell(2, 3, 99, by=3), buy(3, 3, 99, by=1),
            order(T.LIMIT, 4, BUY, 2, 98, RED, by=2), order(T.LIMIT, 5, BUY, 1, 98, RED, by=2),
        ],
        "1 accepted; 2x1 1@100; 3 accepted; 4 accepted; 5x4 3@99; 6 accepted; refused 309",
    ),
    "all day orders leave before anybody follows": (
        [
            sell(1, 1, 101, DAY), order(T.PEG, 2, BUY, 1, 102, DAY), order(T.SNIPER_LIMIT, 3, SELL, 1, 101, by=1),
            log_out(0),
        ],
        "1 accepted; 2 accepted; 3 accepted; 1 cancelled 1; 2 cancelled 1",
    ),
    "the lower instrument settles first": (
        [
            sell(1, 1, 11, DAY, on=4), order(T.PEG, 2, BUY, 1, 12, on=4, by=2),
            order(T.SNIPER_LIMIT, 3, SELL, 1, 11, on=4, by=1), sell(4, 1, 101, DAY),
            order(T.PEG, 5, BUY, 1, 102, by=2), order(T.SNIPER_LIMIT, 6, SELL, 1, 101, by=1), log_out(0),
        ],
        "1 accepted; 2 accepted; 3 accepted; 4 accepted; 5 accepted; 6 accepted; "
        "1 cancelled 1; 4 cancelled 1; 6x5 1@102; 3x2 1@12",
    ),
}  # fmt: skip


def owned(name: str) -> tuple[AccountTerms, ...]:
    return LITTLE if "cover" in name else PLENTY


@pytest.mark.parametrize("name", list(STORIES))
def test_the_reference_tells_the_story_of_the_page(name: str) -> None:
    commands, told = STORIES[name]
    reference = Matcher(INSTRUMENTS, owned(name), PARTICIPANTS)
    events = [event for place, command in enumerate(commands) for event in reference.submit(renamed(command, place))]
    assert "; ".join(map(in_words, events)) == told


@pytest.mark.parametrize("name", list(STORIES))
def test_the_exchange_tells_the_story_of_the_page(name: str) -> None:
    commands, told = STORIES[name]
    exchange = Exchange(INSTRUMENTS, owned(name), PARTICIPANTS)
    events = [event for place, command in enumerate(commands) for event in exchange.submit(renamed(command, place), 0)]
    assert "; ".join(in_words(event) for event in events if not isinstance(event, OrderMoved)) == told


def renamed(command: Command, place: int) -> Command:
    """``at`` may be said twice in a story; its orders then need other ids."""
    if isinstance(command, NewOrder) and command.order_id > 900:
        names = NewOrder.__match_args__
        return NewOrder(*(1_000 + place if name == "order_id" else getattr(command, name) for name in names))
    return command
