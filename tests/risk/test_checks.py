"""Cover is exact: the last atom is enough, one less is not.

In: a position. Out: verdicts at the bound and one past it. Never knows: orders, books.
"""

import pytest

from base.risk import checks
from base.risk.accounts import Accounts, Position
from base.vocabulary.participants import AccountTerms
from tests.reference.market import BTCUSD, INSTRUMENTS

LOT, TICK_LOT = BTCUSD.lot_atoms, BTCUSD.tick_lot_atoms


def position(base_atoms: int, quote_atoms: int) -> Position:
    return Accounts(INSTRUMENTS, [AccountTerms(7, {"BTC": base_atoms, "USD": quote_atoms})]).positions[0]


@pytest.mark.parametrize("missing, covered", [(0, True), (1, False)])
def test_cover_to_the_last_atom(missing: int, covered: bool) -> None:
    has_lots, has_money = position(5 * LOT - missing, 0), position(0, 500 * TICK_LOT - missing)
    assert checks.covers_sell(has_lots, 5) is covered
    assert checks.covers_purchase(has_money, 500) is covered
    assert checks.covers_replaced_buy(has_money, 3, 100, 8, 100) is covered
    assert checks.covers_replaced_buy(has_money, 10, 50, 10, 100) is covered
    assert checks.covers_replaced_sell(has_lots, 3, 8) is covered


def test_needing_less_is_always_covered() -> None:
    nothing = position(0, 0)
    assert checks.covers_replaced_buy(nothing, 5, 100, 4, 100)
    assert checks.covers_replaced_buy(nothing, 5, 100, 5, 100)
    assert checks.covers_replaced_buy(nothing, 5, 100, 500, 1)
    assert checks.covers_replaced_sell(nothing, 5, 4)
    assert checks.covers_purchase(nothing, 0) and checks.covers_sell(nothing, 0)


def test_asking_moves_nothing() -> None:
    one = position(5 * LOT, 500 * TICK_LOT)
    checks.covers_sell(one, 5)
    checks.covers_replaced_buy(one, 1, 1, 2, 2)
    assert (one.base.available, one.quote.available, one.held_atoms, one.held_lots) == (5 * LOT, 500 * TICK_LOT, 0, 0)
