"""Cover is exact: the last atom is enough, one less is not.

In: a position. Out: verdicts at the bound and one past it. Never knows: orders, books.
"""

import pytest

from base.risk import checks
from base.risk.accounts import Accounts, Position
from base.vocabulary.participants import AccountTerms
from tests.reference.market import BTCUSD, INSTRUMENTS

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms


def position(base_atoms: int, quote_atoms: int, take_ppm: int = 0, leverage: int = 3) -> Position:
    terms = AccountTerms(7, {"BTC": base_atoms, "USD": quote_atoms}, take_fee_ppm=take_ppm, leverage=leverage)
    return Accounts(INSTRUMENTS, [terms]).positions[0]


@pytest.mark.parametrize("missing, covered", [(0, True), (1, False)])
def test_cover_to_the_last_atom(missing: int, covered: bool) -> None:
    has_lots, has_money = position(5 * LOT - missing, 0), position(0, 500 * TICK_LOT - missing)
    assert checks.covers_sell(has_lots, 5) is covered
    assert checks.covers_purchase(has_money, 1, 500) is covered
    assert checks.covers_replaced_buy(has_money, 3, 100, 8, 100) is covered
    assert checks.covers_replaced_buy(has_money, 10, 50, 10, 100) is covered
    assert checks.covers_replaced_sell(has_lots, 3, 8) is covered


def test_needing_less_is_always_covered() -> None:
    nothing = position(0, 0)
    assert checks.covers_replaced_buy(nothing, 5, 100, 4, 100)
    assert checks.covers_replaced_buy(nothing, 5, 100, 5, 100)
    assert checks.covers_replaced_buy(nothing, 5, 100, 500, 1)
    assert checks.covers_replaced_sell(nothing, 5, 4)
    assert checks.covers_purchase(nothing, 0, 0) and checks.covers_sell(nothing, 0)


def test_needing_nothing_is_covered_even_below_zero() -> None:
    """Collateral that pays for an open buy leaves less than nothing available."""
    poor = position(0, 0)
    poor.quote.available = -1
    assert checks.covers_short(poor, 0, 0) and not checks.covers_short(poor, 1, 1)
    assert checks.covers_purchase(poor, 0, 0) and not checks.covers_purchase(poor, 1, 1)


def test_asking_moves_nothing() -> None:
    one = position(5 * LOT, 500 * TICK_LOT)
    checks.covers_sell(one, 5)
    checks.covers_replaced_buy(one, 1, 1, 2, 2)
    checks.covers_short(one, 5, 500)
    checks.covers_replaced_short(one, 1, 1, 2, 2)
    assert (one.base.available, one.quote.available, one.held_atoms, one.held_lots) == (5 * LOT, 500 * TICK_LOT, 0, 0)
    assert one.margin_atoms == 0


@pytest.mark.parametrize("missing, covered", [(0, True), (1, False)])
def test_cover_of_fees_and_margin_to_the_last_atom(missing: int, covered: bool) -> None:
    """A lot at 100 ticks is worth 50,000 atoms: 51 of fee at 1,010 ppm, 16,667 of margin at a leverage of 3."""
    value = 100 * TICK_LOT
    assert checks.covers_purchase(position(0, 3 * value + 152 + 3 - missing, 1010), 3, 300) is covered
    assert checks.covers_replaced_buy(position(0, 2 * (value + 51) - missing, 1010), 1, 100, 3, 100) is covered
    assert checks.covers_short(position(0, value + 3 - missing, 1010), 3, 300) is covered
    assert checks.covers_replaced_short(position(0, 2 * 16_667 - missing, 1010), 1, 100, 3, 100) is covered
    indebted = position(0, value, 1010)
    indebted.quote.available, indebted.collateral_atoms = -1000, 1000 + value + 51 + 1 - missing
    assert checks.covers_purchase(indebted, 1, 100) is covered
    assert not checks.covers_short(indebted, 1, 1) and not checks.covers_replaced_short(indebted, 1, 1, 2, 1)


def test_needing_less_is_covered_below_nothing_too() -> None:
    one = position(0, 0)
    one.quote.available = one.base.available = -1
    assert checks.covers_replaced_buy(one, 5, 100, 4, 100) and checks.covers_replaced_buy(one, 5, 100, 5, 100)
    assert checks.covers_replaced_sell(one, 5, 5) and not checks.covers_replaced_sell(one, 5, 6)
    assert checks.covers_replaced_short(one, 5, 100, 5, 99) and not checks.covers_replaced_short(one, 5, 100, 5, 101)
