"""A picture is that of its moment, and numbers are written exactly.

In: happenings, numbers. Out: verdicts. Never knows: where they come from.
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from base.publish.depth import Level
from base.publish.trades import Day
from base.publish.views import Pictures, decimal_text
from base.vocabulary.events import OrderAccepted, Trade
from base.vocabulary.feed import Happening


@pytest.mark.parametrize(
    "value, text",
    [
        (Fraction(0), "0"),
        (Fraction(5), "5"),
        (Fraction(1, 100_000), "0.00001"),
        (Fraction(3, 2), "1.5"),
        (Fraction(-3, 2), "-1.5"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(100), "100"),
        (Fraction(1, 3), "1/3"),
        (Fraction(7, 12), "7/12"),
        (Fraction(1, 2**40), str(5**40).rjust(41, "0").replace("0", "0.", 1)),
    ],
)
def test_decimal_text(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text


@given(some.integers(-(10**20), 10**20), some.integers(0, 20))
def test_decimal_text_reads_back(numerator: int, places: int) -> None:
    value = Fraction(numerator, 10**places)
    text = decimal_text(value)
    assert Fraction(text) == value
    assert "." not in text or not text.endswith("0")


def test_a_picture_has_its_day_and_the_levels_behind_a_start_layer() -> None:
    pictures = Pictures([1])
    entries = [Happening(1, 1, price, 2, True, [OrderAccepted(price)]) for price in range(100, 125)]
    pictures.follow(entries, 7)
    pictures.follow([Happening(1, 2, 124, 1, True, [Trade(1, 1, 124, 1, 124, 1, 200, 0)])], 8)
    top, second, third = (pictures.picture(1, 10, layer) for layer in (1, 2, 3))
    assert top.bids[0] == Level(124, 1, 1) and top.bids[-1].price_ticks == 115
    assert [level.price_ticks for level in second.bids] == list(range(114, 104, -1))
    assert [level.price_ticks for level in third.bids] == list(range(104, 99, -1))
    assert top.asks == [] and top.day == Day(124, 1, 1, 124, 124)


def test_what_changed_is_named_once() -> None:
    pictures = Pictures([1, 4])
    pictures.follow([Happening(4, 1, 100, 2, True, [OrderAccepted(1)])], 7)
    assert pictures.take_changed() == {4}
    assert pictures.take_changed() == set()
