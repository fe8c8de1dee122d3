"""A match that is undone leaves every figure as if it had not been, and makes or loses no atom whatever came between.

In: positions, matches, their reversal. Out: verdicts on every figure. Never knows: orders, books.
"""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as some

from base.risk.accounts import Accounts, Position
from base.risk.reversing import reverse, who_lacks
from base.risk.settling import settle_with_terms
from base.vocabulary.participants import AccountTerms
from tests.reference.market import BTCUSD, INSTRUMENTS

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms
VALUE = 100 * TICK_LOT
MARGIN = -(-VALUE // 3)


class Done(NamedTuple):
    lots: int
    price_ticks: int
    buyer: int = 0
    seller: int = 2
    buyer_fee_atoms: int = 0
    seller_fee_atoms: int = 0


def accounts_of(leverage: int = 3, ppm: int = 0, lots: int = 10, money: int = 10**6) -> Accounts:
    owned = {"BTC": lots * LOT, "USD": money}
    terms = [AccountTerms(n, owned, leverage=leverage, make_fee_ppm=ppm, take_fee_ppm=ppm) for n in (7, 8, 9)]
    return Accounts(INSTRUMENTS, terms)


def matched(accounts: Accounts, lots: int, ticks: int = 100, buyer: int = 0, seller: int = 2, short: int = 0) -> Done:
    """A match of two orders at market."""
    places = accounts.positions
    fees = settle_with_terms(places[buyer], places[seller], lots, ticks, 0, 0, is_short=bool(short), buyer_rests=True)
    return Done(lots, ticks, buyer, seller, *fees)


def undone(accounts: Accounts, done: Done) -> bool:
    return reverse(accounts.positions[done.buyer], accounts.positions[done.seller], done)


def everything(accounts: Accounts) -> list[str]:
    return list(accounts.describe())


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("ppm", [0, 1_010])
def test_nothing_is_left_of_it(ppm: int, short: bool) -> None:
    accounts = accounts_of(ppm=ppm)
    before = everything(accounts)
    done = matched(accounts, 3, short=short)
    assert everything(accounts) != before and bool(sum(accounts.fees().values())) == bool(ppm)
    assert undone(accounts, done)
    assert everything(accounts) == before


def test_the_collateral_of_a_short_sale_pays_it_back() -> None:
    accounts = accounts_of(money=5 * MARGIN)
    buyer = accounts.positions[0]
    buyer.quote.available += 4 * VALUE
    before = everything(accounts)
    done = matched(accounts, 4, short=True)
    assert accounts.positions[2].quote.available == MARGIN < VALUE
    assert undone(accounts, done) and everything(accounts) == before


@pytest.mark.parametrize("leverage", [0, 3])
def test_what_one_account_sold_to_itself_costs_it_nothing(leverage: int) -> None:
    accounts = accounts_of(leverage, ppm=1_010, lots=2)
    before = everything(accounts)
    done = matched(accounts, 2, seller=0)
    accounts.positions[0].reserve_sell(2)
    assert undone(accounts, done)
    accounts.positions[0].release_sell(2)
    assert everything(accounts) == before


def test_a_buyer_that_has_the_goods_no_more_owes_them_where_it_may() -> None:
    accounts = accounts_of(lots=4)
    buyer = accounts.positions[0]
    done = matched(accounts, 4)
    matched(accounts, 6, buyer=4, seller=0)
    assert buyer.base.available == 2 * LOT
    assert undone(accounts, done)
    assert (buyer.base.available, buyer.short_lots, buyer.collateral_atoms) == (0, 2, 2 * (MARGIN + VALUE))
    assert buyer.quote.available == 10**6 + 6 * VALUE - 2 * VALUE - 2 * MARGIN
    assert (buyer.bought_lots, buyer.sold_lots) == (0, 6)


@pytest.mark.parametrize("leverage, money, can", [(0, 10**6, False), (3, 10**6, True), (3, 4 * VALUE, False)])
def test_where_it_may_not_nothing_moves(leverage: int, money: int, can: bool) -> None:
    accounts = accounts_of(leverage, lots=4, money=money)
    done = matched(accounts, 4)
    matched(accounts, 8, buyer=4, seller=0) if money == 10**6 else accounts.positions[0].reserve_sell(8)
    before = everything(accounts)
    lacks = who_lacks(accounts.positions[0], accounts.positions[2], done)
    assert lacks == (None if can else 0)
    assert undone(accounts, done) is can
    assert (everything(accounts) == before) is not can


def test_a_seller_that_has_the_money_no_more() -> None:
    accounts = accounts_of(leverage=0)
    done, seller = matched(accounts, 3), accounts.positions[2]
    assert seller.reserve_buy(1, (10**6 + 3 * VALUE) // TICK_LOT - 299)
    assert seller.quote.available < 3 * VALUE
    before = everything(accounts)
    assert who_lacks(accounts.positions[0], seller, done) == 2 and not undone(accounts, done)
    assert everything(accounts) == before
    seller.quote.available += TICK_LOT
    assert undone(accounts, done)


def test_lots_that_come_back_pay_back_what_is_owed_first() -> None:
    accounts = accounts_of(lots=0, ppm=0)
    seller = accounts.positions[2]
    done = matched(accounts, 4, short=True)
    matched(accounts, 1, 90, buyer=2, seller=0)
    assert (seller.short_lots, seller.collateral_atoms) == (3, 3 * (MARGIN + VALUE))
    assert undone(accounts, done)
    assert (seller.short_lots, seller.collateral_atoms, seller.base.available) == (0, 0, LOT)
    assert seller.quote.available == 10**6 - 90 * TICK_LOT


@given(
    steps=some.lists(
        some.tuples(some.integers(1, 9), some.integers(90, 110), some.permutations((0, 2, 4)), some.booleans()),
        min_size=1, max_size=12,
    ),
    order=some.randoms(use_true_random=False),
    ppm=some.sampled_from((0, 777)),
)  # fmt: skip
def test_no_atom_is_made_or_lost_and_nobody_has_less_than_nothing(
    steps: list[tuple[int, int, list[int], bool]], order: object, ppm: int
) -> None:
    accounts = accounts_of(ppm=ppm, lots=20, money=2 * 10**6)
    whole = total(accounts)
    done = []
    for lots, ticks, (buyer, seller, _), short in steps:
        money = min(accounts.positions[place].quote.available for place in (buyer, seller))
        has_goods = accounts.positions[seller].base.available >= lots * LOT
        if (short or has_goods) and money > 2 * lots * ticks * TICK_LOT:
            done.append(matched(accounts, lots, ticks, buyer, seller, short))
    order.shuffle(done)  # type: ignore[attr-defined]
    for one in done:
        undone(accounts, one)
        assert total(accounts) == whole
        for position in accounts.positions:
            assert position.quote.available + position.collateral_atoms >= 0 <= position.base.available
            assert position.short_lots >= 0 <= position.collateral_atoms
            assert bool(position.short_lots) == bool(position.collateral_atoms)


def total(accounts: Accounts) -> tuple[int, int]:
    """All lots but those that are owed, and all money with the fees."""
    mine: list[Position] = [accounts.positions[place] for place in (0, 2, 4)]
    goods = sum(one.base.available - one.short_lots * LOT for one in mine)
    return goods, sum(one.quote.available + one.collateral_atoms for one in mine) + accounts.fees()["USD"]
