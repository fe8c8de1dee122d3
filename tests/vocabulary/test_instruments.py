"""An instrument's factors are whole numbers, or it is refused with the reason.

In: ticks, lots, atoms. Out: verdicts. Never knows: settings, orders.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from base.vocabulary.instruments import LARGEST_EXACT_INTEGER, Currency
from tests.reference.market import BTCUSD


@pytest.mark.parametrize(
    "tick, lot, lot_atoms, tick_lot_atoms",
    [
        (Fraction(1, 2), Fraction(1, 10**5), 1000, 500),
        (Fraction(1, 100), Fraction(1), 10**8, 10**6),
        (Fraction(1, 10**8), Fraction(1), 10**8, 1),
        (Fraction(1000), Fraction(1, 10**8), 1, 1000),
    ],
)
def test_factors(tick: Fraction, lot: Fraction, lot_atoms: int, tick_lot_atoms: int) -> None:
    one = replace(BTCUSD, tick=tick, lot=lot)
    assert (one.lot_atoms, one.tick_lot_atoms) == (lot_atoms, tick_lot_atoms)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"lot": Fraction(1, 10**9)}, "BTCUSD: lot is no whole positive number of atoms"),
        ({"lot": Fraction(0)}, "lot is no whole positive"),
        ({"tick": Fraction(1, 10**4)}, "tick x lot is no whole positive"),
        ({"tick": Fraction(-1, 2)}, "tick x lot is no whole positive"),
        ({"base": Currency("BTC", Fraction(1))}, "lot is no whole positive"),
        ({"min_lots": 0}, "quantities must run from at least 1 lot"),
        ({"min_lots": 5, "max_lots": 4}, "quantities must run"),
        ({"max_lots": LARGEST_EXACT_INTEGER}, "fewer than 2\\^53 lots"),
    ],
)
def test_what_does_not_divide_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(BTCUSD, **changes)


def test_the_largest_quantity_is_allowed() -> None:
    assert replace(BTCUSD, max_lots=LARGEST_EXACT_INTEGER - 1).max_lots == 2**53 - 1
