"""Every short sequence of commands in a world of two prices, two quantities and two accounts.

In: an alphabet of commands per order type. Out: a verdict over all sequences of some length.
Never knows: how the exchange works. Test F4 of the reliability plan.

The narrow alphabet goes deeper than the wide one. A sequence begins with account 1, because the
accounts own the same: the other half of the sequences only exchanges their names.
"""

from collections.abc import Iterator
from dataclasses import replace as copy_of
from itertools import product

import pytest

from base.exchange import Exchange
from base.publish.depth import Depth
from base.vocabulary.commands import CancelOrder, Command, NewOrder, ReplaceOrder
from base.vocabulary.events import OrderMoved
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, SelfTrade
from tests.kit.counts import count
from tests.reference.comparison import expected_levels, in_short
from tests.reference.entries import PAIRS, SETS, STOPS, TAKE_PROFITS, TRAILING
from tests.reference.market import BTCUSD, PARTICIPANTS
from tests.reference.matcher import Matcher

GTC = int(TimeInForce.GOOD_TILL_CANCEL)
LOW, HIGH = 100, 101
PRICES, LOTS, OWNERS = (LOW, HIGH), (1, 2), (0, 1)
WORTH = 5 * HIGH * BTCUSD.tick_lot_atoms
ACCOUNTS = tuple(AccountTerms(number, {"BTC": 5_000, "USD": WORTH}) for number in (1, 2))
SEATS = PARTICIPANTS[:2]
BUY_ONLY = {OrderType.BRACKET}
WIDE, NARROW, APART = count(ordinary=2, long=3), count(ordinary=3, long=5), count(ordinary=3, long=4)


def order(order_type: int, by: int, side: int, price: int, lots: int) -> NewOrder:
    """An order of the type; every further price that it needs is the other of the two."""
    other = LOW + HIGH - price
    wanted: dict[str, int] = {}
    if order_type in STOPS or order_type in PAIRS or order_type in TAKE_PROFITS:
        wanted["stop_ticks"] = other
    if order_type in TRAILING:
        wanted["distance_ticks"] = 1
    if order_type in SETS:
        wanted |= {"layers": lots, "size_increment_lots": 1, "price_increment_ticks": 1}
    if order_type in TAKE_PROFITS:
        wanted["take_profit_ticks"] = other
    if order_type == OrderType.BRACKET:
        wanted["second_leg_ticks"] = other
    hidden = order_type in (OrderType.HIDDEN, OrderType.PEG_HIDDEN)
    terms = OrderTerms(**wanted, hidden=hidden) if wanted or hidden else None
    return NewOrder(by, 0, BTCUSD.number, side, order_type, GTC, price, lots, False, terms)


def later_selves(first: NewOrder) -> Iterator[Command]:
    """A cancel of the first order of the sequence, and replaces of it with the other quantity or price."""
    yield CancelOrder(first.participant, 0, 1, first.instrument, first.side)
    lots, price = 3 - first.quantity_lots, LOW + HIGH - first.price_ticks
    same = (first.participant, 0, 1, first.instrument, first.side, first.order_type, first.time_in_force)
    other_price = order(first.order_type, first.participant, first.side, price, first.quantity_lots)
    other_lots = order(first.order_type, first.participant, first.side, first.price_ticks, lots)
    yield ReplaceOrder(*same, price, first.quantity_lots, 0, False, other_price.terms)
    yield ReplaceOrder(*same, first.price_ticks, lots, 0, False, other_lots.terms)


def wide(order_type: int) -> list[NewOrder]:
    """Orders of the type, and limit orders, with every price and quantity, by everybody, on either side."""
    sides = (Side.BUY,) if order_type in BUY_ONLY else (Side.BUY, Side.SELL)
    own = [order(order_type, *fields) for fields in product(OWNERS, map(int, sides), PRICES, LOTS)]
    plain = product(OWNERS, (int(Side.BUY), int(Side.SELL)), PRICES, LOTS)
    limits = [order(int(OrderType.LIMIT), *fields) for fields in plain]
    return own + [one for one in limits if one not in own]


def narrow(order_type: int) -> list[NewOrder]:
    """A choice of them."""
    buy, sell = int(Side.BUY), int(Side.SELL)
    own_side = buy if order_type in BUY_ONLY else sell
    chosen = [
        order(order_type, 0, buy, LOW, 2),
        order(order_type, 0, buy, HIGH, 1),
        order(order_type, 1, own_side, LOW, 1),
    ]
    limit = int(OrderType.LIMIT)
    plain = [order(limit, 1, sell, LOW, 1), order(limit, 1, sell, HIGH, 2), order(limit, 0, buy, LOW, 1)]
    return chosen + [one for one in plain if one not in chosen]


def own(order_type: int) -> list[NewOrder]:
    """Orders of account 1 that meet each other, and some of account 2 among them."""
    buy, sell = int(Side.BUY), int(Side.SELL)
    limit = int(OrderType.LIMIT)
    chosen = [order(order_type, 0, buy, HIGH, 2), order(order_type, 1, buy, HIGH, 1)]
    if order_type not in BUY_ONLY:
        chosen.append(order(order_type, 0, sell, LOW, 1))
    plain = [order(limit, 0, sell, LOW, 1), order(limit, 1, sell, LOW, 1), order(limit, 0, buy, HIGH, 2)]
    return chosen + [one for one in plain if one not in chosen]


def sequences(alphabet: list[NewOrder], length: int) -> Iterator[list[Command]]:
    """All sequences of that many commands; shorter ones are their beginnings."""
    for first in (one for one in alphabet if one.participant == 0):
        for rest in product([*alphabet, *later_selves(first)], repeat=length - 1):
            yield [copy_of(command, order_id=place) for place, command in enumerate((first, *rest), 1)]


def same_story(commands: list[Command], accounts: tuple[AccountTerms, ...] = ACCOUNTS) -> None:
    exchange, reference = Exchange((BTCUSD,), accounts, SEATS), Matcher((BTCUSD,), accounts, SEATS)
    depth = Depth((BTCUSD.number,))
    for place, command in enumerate(commands):
        events = exchange.submit(command, place)
        depth.apply(command, events)
        told = [event for event in events if not isinstance(event, OrderMoved)]
        expected = reference.submit(command)
        assert told == expected, "\n".join(("", *map(in_short, commands[: place + 1])))
    levels = {BTCUSD.number: depth.levels(BTCUSD.number, 99)}
    assert levels == expected_levels(reference), "\n".join(("", *map(in_short, commands)))


@pytest.mark.parametrize("order_type", list(OrderType), ids=lambda one: str(one.name))
def test_every_sequence_of_the_wide_alphabet(order_type: OrderType) -> None:
    for commands in sequences(wide(int(order_type)), WIDE):
        same_story(commands)


@pytest.mark.parametrize("order_type", list(OrderType), ids=lambda one: str(one.name))
def test_every_sequence_of_the_narrow_alphabet(order_type: OrderType) -> None:
    for commands in sequences(narrow(int(order_type)), NARROW):
        same_story(commands)


@pytest.mark.parametrize("mode", [mode for mode in SelfTrade if mode], ids=lambda one: str(one.name))
@pytest.mark.parametrize("order_type", list(OrderType), ids=lambda one: str(one.name))
def test_every_sequence_of_accounts_that_do_not_trade_with_themselves(order_type: OrderType, mode: SelfTrade) -> None:
    accounts = tuple(copy_of(one, self_trade=mode) for one in ACCOUNTS)
    for commands in sequences(own(int(order_type)), APART):
        same_story(commands, accounts)
