"""Money and goods change hands and never appear or vanish.

In: reservations, releases and trades. Out: verdicts on every figure. Never knows: orders, books.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from base.risk.accounts import Accounts, Position
from base.risk.settling import settle
from base.vocabulary.participants import AccountTerms
from tests.reference.market import BTCUSD, INSTRUMENTS

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms


def accounts_with(lots: int, tick_lots: int) -> Accounts:
    terms = {"BTC": lots * LOT, "USD": tick_lots * TICK_LOT}
    return Accounts(INSTRUMENTS, [AccountTerms(7, terms), AccountTerms(8, terms)])


def position(accounts: Accounts, account: int, instrument: int = 1) -> Position:
    return accounts.positions[accounts.holdings(account)[instrument]]


def test_a_buy_reserves_price_times_quantity_and_gets_it_back() -> None:
    accounts = accounts_with(0, 500)
    one = position(accounts, 7)
    assert one.reserve_buy(5, 100)
    assert accounts.equity(7) == {"BTC": 0, "USD": 0, "USDT": 0}
    assert accounts.reserved(7) == {"BTC": 0, "USD": 500 * TICK_LOT, "USDT": 0}
    assert not one.reserve_buy(1, 1), "there is nothing left"
    one.release_buy(2, 100)
    assert accounts.equity(7)["USD"] == 200 * TICK_LOT and accounts.reserved(7)["USD"] == 300 * TICK_LOT
    assert accounts.equity(8)["USD"] == 500 * TICK_LOT


def test_a_sell_reserves_its_quantity_and_gets_it_back() -> None:
    accounts = accounts_with(5, 0)
    one = position(accounts, 7)
    assert not one.reserve_sell(6)
    assert one.reserve_sell(5)
    assert accounts.equity(7)["BTC"] == 0 and accounts.reserved(7)["BTC"] == 5 * LOT
    assert not position(accounts, 7, instrument=4).reserve_sell(1), "instruments share the currency"
    one.release_sell(2)
    assert accounts.equity(7)["BTC"] == 2 * LOT and accounts.reserved(7)["BTC"] == 3 * LOT


def test_fees_and_margin_are_held_back_and_given_back() -> None:
    """A lot at 100 ticks is worth 50,000 atoms: 51 of fee at 1,010 ppm, 16,667 of margin at a leverage of 3."""
    terms = {"USD": 10**6}
    accounts = Accounts(INSTRUMENTS, [AccountTerms(7, terms, make_fee_ppm=1010, take_fee_ppm=5, leverage=3)])
    one = position(accounts, 7)
    assert one.reserve_buy(2, 100) and one.reserve_short(2, 100)
    assert accounts.reserved(7)["USD"] == 2 * (50_051 + 16_667) == 10**6 - accounts.equity(7)["USD"]
    assert not one.reserve_short(52, 100) and one.reserve_short(51, 100), "the last atoms"
    one.release_short(52, 100)
    one.release_buy(1, 100)
    assert accounts.reserved(7)["USD"] == 50_051 + 16_667 == 10**6 - accounts.equity(7)["USD"]
    assert "held for fees 7 1 51" in list(accounts.describe()) and "short 7 1 16667 0 0" in list(accounts.describe())
    with pytest.raises(AssertionError, match="short orders had reserved"):
        one.release_short(2, 100)


def test_collateral_pays_for_a_buy_and_for_nothing_else() -> None:
    accounts = Accounts(INSTRUMENTS, [AccountTerms(7, {"USD": 10}, leverage=3)])
    one = position(accounts, 7)
    one.collateral_atoms = 50_000 - 10
    assert not one.reserve_short(1, 1) and not one.reserve_buy(1, 101) and one.reserve_buy(1, 100)
    assert accounts.equity(7)["USD"] == 10 - 50_000 and accounts.reserved(7)["USD"] == 2 * 50_000 - 10
    assert not position(accounts, 7, instrument=4).reserve_buy(1, 1)


def test_a_trade_settles_at_its_price_and_gives_the_improvement_back() -> None:
    accounts = accounts_with(10, 1000)
    buyer, seller = position(accounts, 7), position(accounts, 8)
    buyer.reserve_buy(5, 110)
    seller.reserve_sell(4)
    settle(buyer, seller, 3, 100, 110)
    assert accounts.equity(7) == {"BTC": 13 * LOT, "USD": (1000 - 550 + 30) * TICK_LOT, "USDT": 0}
    assert accounts.reserved(7)["USD"] == 220 * TICK_LOT
    assert accounts.equity(8) == {"BTC": 6 * LOT, "USD": 1300 * TICK_LOT, "USDT": 0}
    assert accounts.reserved(8)["BTC"] == LOT
    assert (buyer.bought_lots, buyer.bought_atoms, buyer.sold_lots) == (3, 300 * TICK_LOT, 0)
    assert (seller.sold_lots, seller.sold_atoms, seller.bought_lots) == (3, 300 * TICK_LOT, 0)


STEPS = some.tuples(some.sampled_from((7, 8)), some.sampled_from((7, 8)), some.integers(1, 9), some.integers(1, 99))


@given(some.lists(some.tuples(STEPS, some.integers(0, 20)), max_size=30))
def test_the_sum_never_changes(steps: list[tuple[tuple[int, int, int, int], int]]) -> None:
    accounts = accounts_with(20, 2000)
    for (buying, selling, lots, price), above in steps:
        buyer, seller = position(accounts, buying), position(accounts, selling)
        buys, sells = buyer.reserve_buy(lots, price + above), seller.reserve_sell(lots)
        if buys and sells:
            settle(buyer, seller, lots, price, price + above)
        elif buys:
            buyer.release_buy(lots, price + above)
        elif sells:
            seller.release_sell(lots)
        figures = [accounts.equity(7), accounts.equity(8)]
        assert all(atoms >= 0 for one in figures for atoms in one.values())
        assert sum(one["BTC"] for one in figures) == 40 * LOT
        assert sum(one["USD"] for one in figures) == 4000 * TICK_LOT
        assert not any(accounts.reserved(7).values()) and not any(accounts.reserved(8).values())


def test_what_was_not_reserved_cannot_be_released_or_traded() -> None:
    accounts = accounts_with(10, 1000)
    buyer, seller = position(accounts, 7), position(accounts, 8)
    with pytest.raises(AssertionError, match="sells had reserved"):
        seller.release_sell(1)
    with pytest.raises(AssertionError, match="buys had reserved"):
        buyer.release_buy(1, 1)
    fresh = accounts_with(10, 1000)
    with pytest.raises(AssertionError, match="more than was reserved"):
        settle(position(fresh, 7), position(fresh, 8), 1, 1, 1)


@pytest.mark.parametrize(
    "terms, message",
    [
        ([AccountTerms(7), AccountTerms(7)], "account 7 is listed twice"),
        ([AccountTerms(7, {"BTC": -1})], "account 7 opens with a negative balance"),
        ([AccountTerms(7, make_fee_ppm=100_001)], "account 7 has a fee outside 0 to 100000 ppm"),
        ([AccountTerms(7, take_fee_ppm=-1)], "account 7 has a fee outside"),
        ([AccountTerms(7, leverage=101)], "account 7 has a leverage outside 0 to 100"),
    ],
)
def test_bad_terms_are_refused(terms: list[AccountTerms], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Accounts(INSTRUMENTS, terms)


def test_a_currency_that_nobody_trades_is_kept() -> None:
    accounts = Accounts(INSTRUMENTS, [AccountTerms(7, {"ETH": 5})])
    assert accounts.equity(7) == {"BTC": 0, "ETH": 5, "USD": 0, "USDT": 0}


def test_the_picture_is_by_account_whatever_the_settings_order() -> None:
    one, other = AccountTerms(7, {"USD": 1, "BTC": 2}), AccountTerms(8, {"BTC": 3})
    lines = list(Accounts(INSTRUMENTS, [one, other]).describe())
    assert lines == list(Accounts(INSTRUMENTS, [other, one]).describe())
    assert lines[:3] == ["balance 7 BTC 2", "balance 7 USD 1", "balance 7 USDT 0"]
    assert lines[3] == "position 7 1 0 0 0 0 0 0"
