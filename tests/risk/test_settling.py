"""A match moves lots, money, fees, margin and collateral, and their sum never changes.

In: positions and matches. Out: verdicts on every figure. Never knows: orders, books.
A lot at 100 ticks is worth 50,000 atoms.
"""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from base.risk.accounts import Accounts, Position
from base.risk.settling import settle, settle_with_terms
from base.vocabulary.participants import AccountTerms
from tests.reference.market import BTCUSD, INSTRUMENTS

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms
VALUE = 100 * TICK_LOT


def accounts_of(leverage: int = 3, make_ppm: int = 250, take_ppm: int = 1010, lots: int = 0) -> Accounts:
    owned = {"BTC": lots * LOT, "USD": 10**6}
    return Accounts(INSTRUMENTS, [AccountTerms(n, owned, leverage=leverage, make_fee_ppm=make_ppm,
                                               take_fee_ppm=take_ppm) for n in (7, 8)])  # fmt: skip


def figures(one: Position) -> tuple[int, int, int, int, int]:
    return one.quote.available, one.base.available, one.margin_atoms, one.collateral_atoms, one.short_lots


def test_a_short_sale_is_owed_and_its_money_secures_it() -> None:
    accounts = accounts_of()
    buyer, seller = accounts.positions[0], accounts.positions[2]
    assert buyer.reserve_buy(3, 100) and seller.reserve_short(3, 99)
    margin = 16_500
    assert figures(seller) == (10**6 - 3 * margin, 0, 3 * margin, 0, 0)
    fees = settle_with_terms(buyer, seller, 2, 100, 100, 99, is_short=True, buyer_rests=True)
    assert fees == (25, 101)
    assert figures(seller) == (10**6 - 3 * margin, 0, margin, 2 * margin + 2 * VALUE - 101, 2)
    assert figures(buyer) == (10**6 - 2 * VALUE - 25 - (VALUE + 51), 2 * LOT, 0, 0, 0)
    assert accounts.owed(8) == {"BTC": 2 * LOT} and accounts.owed(7) == {"BTC": 0}
    assert accounts.reserved(8)["USD"] == 3 * margin + 2 * VALUE - 101
    assert accounts.fees() == {"USD": 126, "USDT": 0}
    assert (seller.sold_lots, seller.sold_atoms, seller.held_lots) == (2, 2 * VALUE, 0)


def test_a_purchase_pays_back_first_and_frees_its_share() -> None:
    accounts = accounts_of(make_ppm=0, take_ppm=0, lots=9)
    debtor, other = accounts.positions[0], accounts.positions[2]
    other.reserve_buy(3, 100)
    settle_with_terms(other, debtor, 3, 100, 100, 0, is_short=True, buyer_rests=True)
    collateral = 3 * (16_667 + VALUE)
    assert figures(debtor) == (10**6 - 3 * 16_667, 9 * LOT, 0, collateral, 3)
    debtor.collateral_atoms -= 1  # so that it cannot be shared evenly
    other.reserve_sell(7)
    settle_with_terms(debtor, other, 2, 90, 0, 90, is_short=False, buyer_rests=False)
    freed = (collateral - 1) * 2 // 3
    available = 10**6 - 3 * 16_667 - 2 * 90 * TICK_LOT + freed
    assert figures(debtor) == (available, 9 * LOT, 0, collateral - 1 - freed, 1), "rounded down"
    settle_with_terms(debtor, other, 5, 90, 0, 90, is_short=False, buyer_rests=False)
    available += collateral - 1 - freed - 5 * 90 * TICK_LOT
    assert figures(debtor) == (available, 13 * LOT, 0, 0, 0), "all of it with the last lot"


def test_an_account_that_meets_itself_sells_first() -> None:
    one = accounts_of(make_ppm=0, take_ppm=0).positions[0]
    assert one.reserve_buy(2, 100) and one.reserve_short(2, 100)
    settle_with_terms(one, one, 2, 100, 100, 100, is_short=True, buyer_rests=True)
    assert figures(one) == (10**6, 0, 0, 0, 0)


@pytest.mark.parametrize("rests, is_short", list(product((True, False), repeat=2)))
def test_nothing_is_taken_that_was_not_there(rests: bool, is_short: bool) -> None:
    poor = Accounts(INSTRUMENTS, [AccountTerms(7, leverage=1), AccountTerms(8, leverage=1)])
    rich = accounts_of(lots=9)
    with pytest.raises(AssertionError, match="more than was checked"):
        settle_with_terms(rich.positions[0], poor.positions[2], 1, 100, 0, 0, is_short=is_short, buyer_rests=rests)
    with pytest.raises(AssertionError, match="more than was checked"):
        settle_with_terms(poor.positions[0], rich.positions[2], 1, 100, 0, 0, is_short=is_short, buyer_rests=rests)
    held = 99 if is_short else 1
    with pytest.raises(AssertionError, match="more was released"):
        settle_with_terms(poor.positions[0], rich.positions[2], 1, 99, 99, 0, is_short=is_short, buyer_rests=rests)
    with pytest.raises(AssertionError, match="more was released"):
        settle_with_terms(rich.positions[0], poor.positions[2], 1, 99, 0, held, is_short=is_short, buyer_rests=rests)


MATCH = some.tuples(some.booleans(), some.booleans(), some.booleans(), some.integers(1, 9), some.integers(90, 110))
RATES = some.integers(0, 100_000)


@given(some.lists(MATCH, max_size=25), some.integers(1, 100), RATES, RATES)
def test_the_sum_never_changes(
    matches: list[tuple[bool, bool, bool, int, int]], leverage: int, make_ppm: int, take_ppm: int
) -> None:
    accounts = accounts_of(leverage, make_ppm, take_ppm, lots=20)
    for first_buys, is_short, rests, lots, price in matches:
        buyer, seller = accounts.positions[0], accounts.positions[2]
        if not first_buys:
            buyer, seller = seller, buyer
        if not buyer.reserve_buy(lots, price + 2):
            continue
        if not (seller.reserve_short(lots, price - 1) if is_short else seller.reserve_sell(lots)):
            buyer.release_buy(lots, price + 2)
            continue
        ask = price - 1 if is_short else price
        settle_with_terms(buyer, seller, lots, price, price + 2, ask, is_short=is_short, buyer_rests=rests)
        for currency, owned in (("USD", 2 * 10**6), ("BTC", 40 * LOT)):
            shares = [accounts.equity(n)[currency] + accounts.reserved(n)[currency] for n in (7, 8)]
            owed = [accounts.owed(n).get(currency, 0) for n in (7, 8)]
            assert sum(shares) + accounts.fees().get(currency, 0) - sum(owed) == owned
        for one in (buyer, seller):
            assert one.quote.available + one.collateral_atoms >= 0
            assert min(one.margin_atoms, one.held_fee_atoms, one.held_atoms, one.short_lots) == 0
            assert one.collateral_atoms >= 0 and (one.short_lots or not one.collateral_atoms)


@given(some.integers(1, 9), some.integers(1, 110), some.integers(0, 9), some.booleans())
def test_without_terms_both_ways_of_settling_are_one(lots: int, price: int, above: int, rests: bool) -> None:
    pictures = []
    for way in (0, 1):
        accounts = accounts_of(0, 0, 0, lots=20)
        buyer, seller = accounts.positions[0], accounts.positions[2]
        assert buyer.is_simple and buyer.reserve_buy(lots, price + above) and seller.reserve_sell(lots)
        if way:
            settle(buyer, seller, lots, price, price + above)
        else:
            bid, ask = price + above, price
            assert settle_with_terms(
                buyer, seller, lots, price, bid, ask, is_short=False, buyer_rests=rests
            ) == (0, 0)  # fmt: skip
        pictures.append(list(accounts.describe()))
    assert pictures[0] == pictures[1]
