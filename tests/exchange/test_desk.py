"""After every command all the sums that the exchange keeps equal what they are sums of.

In: seeded streams of commands over all order types. Out: verdicts on books, equity and whoever waits or follows.
Never knows: which events are right; the reference says that. Invariants I1, I3, I9, I10 and I13 of test group F.
"""

from collections.abc import Iterator
from dataclasses import astuple

import pytest

from base.exchange import Exchange
from base.exchange.order_types import LAYERED, PEGS
from base.exchange.special_orders import SIMPLE
from base.matching.book import Book, BookSide
from base.matching.price_level import Order, Queue
from base.vocabulary.events import Trade
from base.vocabulary.orders import TIMES_IN_FORCE, Side, TimeInForce
from tests.kit.counts import count
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.streams import Stream
from tests.reference.worlds import accounts

COMMANDS = count(ordinary=700, long=20_000)
CURRENCIES = ("BTC", "USD", "USDT")


def in_queue(queue: Queue | None) -> Iterator[Order]:
    order = queue.first if queue is not None else None
    while order is not None:
        yield order
        order = order.next


def check_side(side: BookSide) -> list[Order]:
    """Compare each level with its queues; the orders that rest."""
    resting = []
    for level in side.levels_from_best():
        visible, hidden = list(in_queue(level)), list(in_queue(level.hidden))
        here = visible + hidden
        assert all(order.leaves_lots > 0 for order in here), "nothing rests for nothing"
        assert level.lots == sum(order.leaves_lots for order in here)
        assert level.specials == sum(order.special is not None for order in here)
        apart = [order for order in here if order.special and (order.special.hidden or order.special.follows)]
        assert level.apart_lots == sum(order.leaves_lots for order in apart)
        assert not any(order.special and order.special.hidden for order in visible)
        assert all(order.special and order.special.hidden for order in hidden)
        for order in here:
            if order.special is not None:
                assert order.special.rests and 0 <= order.special.slice_lots <= order.leaves_lots
        resting += here
    return resting


def check_book(book: Book, orders: list[Order]) -> None:
    resting = check_side(book.bids) + check_side(book.asks)
    best_bid, best_ask = book.bids.best(), book.asks.best()
    assert best_bid is None or best_ask is None or best_bid.price_ticks < best_ask.price_ticks, "I1, hidden included"
    owners = [order.special.parent or order if order.special else order for order in resting]
    assert {order.number for order in owners} <= {order.number for order in orders}, "I10"
    assert book.watched == sum(order.order_type not in SIMPLE for order in orders)
    for order in orders:
        special = order.special
        if special is None or not special.layers:
            continue
        assert order.leaves_lots == sum(layer.leaves_lots for layer in special.layers), "a set is its layers"
    best_ticks = book.best_ticks()
    followers = book.followers.values()
    for follower in followers:
        assert follower.leaves_lots and follower.special
        assert follower.order_type in PEGS | LAYERED
        if follower.order_type in PEGS:
            place = follower.level.price_ticks if follower.special.rests else 0
            assert place == max(0, book.wish(follower, best_ticks)), "a peg is where it wants to be"
        else:
            sign = 1 if follower.side == Side.BUY else -1
            better = (book.wish(follower, best_ticks) - follower.special.first_ticks) * sign
            assert better < max(1, follower.special.terms.price_increment_ticks), "a set moves when it must"
    assert book.followers.movers(best_ticks) == []
    kinds = [order for order in orders if order.order_type in PEGS or (order.special and order.special.layers)]
    assert sorted(one.number for one in followers) == sorted(one.number for one in kinds)


def check_equity(exchange: Exchange, orders: list[Order]) -> None:
    for holding, position in enumerate(exchange._positions):
        mine = [order for order in orders if order.holding == holding]
        held = [order for order in mine if order.special is None or order.special.held_ticks]
        assert all(order.special is None or order.special.held_ticks == order.price_ticks for order in held)
        buys, sells = ([o for o in held if (o.side == Side.BUY) is buying] for buying in (True, False))
        assert position.held_atoms == sum(o.leaves_lots * o.price_ticks for o in buys) * position.tick_lot_atoms
        assert position.held_fee_atoms == sum(position.buy_fee(o.leaves_lots, o.price_ticks) for o in buys)
        short = [order for order in sells if order.side == Side.SELL_SHORT and position.leverage]
        assert position.margin_atoms == sum(position.margin(o.leaves_lots, o.price_ticks) for o in short)
        assert position.held_lots == sum(order.leaves_lots for order in sells if order not in short)
        assert position.collateral_atoms >= 0 <= position.short_lots
        assert position.short_lots or not position.collateral_atoms, "the last lot paid back frees all of it"
        reducing = [order for order in mine if order.time_in_force == TimeInForce.REDUCE_ONLY]
        assert position.reducing_buy_lots == sum(o.leaves_lots for o in reducing if o.side == Side.BUY)
        assert position.reducing_sell_lots == sum(o.leaves_lots for o in reducing if o.side != Side.BUY)


def money(exchange: Exchange, seed: int) -> dict[str, int]:
    owners = [terms.account for terms in accounts(seed)]
    figures = [one for owner in owners for one in (exchange.equity(owner), exchange.reserved(owner))]
    assert all(atoms >= 0 for one in figures for atoms in one.values())
    return {currency: sum(one.get(currency, 0) for one in figures) for currency in CURRENCIES}


@pytest.mark.parametrize("seed", range(500, 504))
def test_every_sum_is_kept(seed: int) -> None:
    exchange = Exchange(INSTRUMENTS, accounts(seed), PARTICIPANTS)
    reference = Matcher(INSTRUMENTS, accounts(seed), PARTICIPANTS)
    owned, last_exec_id = money(exchange, seed), 0
    for place, command in enumerate(Stream(seed, frozenset(TIMES_IN_FORCE), reference).commands(COMMANDS)):
        reference.submit(command)
        events = exchange.submit(command, place)
        for event in events:
            assert all(isinstance(figure, int) for figure in astuple(event)), "I13"
            if isinstance(event, Trade):
                assert event.exec_id == last_exec_id + 1, "I9"
                last_exec_id = event.exec_id
        orders = [order for seat in exchange._seats for order in seat.open.values()]
        assert all(order.leaves_lots > 0 for order in orders)
        for number, book in exchange._books.items():
            check_book(book, [order for order in orders if order.instrument == number])
        check_equity(exchange, orders)
        assert money(exchange, seed) == owned, f"I3: seed {seed}, command {place}"
