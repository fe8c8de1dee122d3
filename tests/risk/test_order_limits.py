"""The limits of one order at the bound and one past it, section 3 of docs/risk.md.

In: limits, orders. Out: verdicts. Never knows: books, equity.
"""

import pytest

from base.risk.order_limits import highest_price, is_out_of_band, is_too_large, is_worth_too_much
from base.vocabulary.orders import OrderTerms, OrderType
from base.vocabulary.participants import OrderLimits

NAMED = OrderTerms(stop_ticks=300, take_profit_ticks=400, second_leg_ticks=500, distance_ticks=900)
HIGHEST = {
    OrderType.MARKET: 100, OrderType.LIMIT: 100, OrderType.HIDDEN: 100, OrderType.PEG: 100,
    OrderType.PEG_HIDDEN: 100, OrderType.ICE: 100, OrderType.SNIPER_MARKET: 100, OrderType.SNIPER_LIMIT: 100,
    OrderType.STOP_MARKET: 300, OrderType.STOP_LIMIT: 300, OrderType.TRAILING_STOP_MARKET: 300,
    OrderType.TRAILING_STOP_LIMIT: 300, OrderType.ONE_CANCELS_OTHER: 300, OrderType.ONE_CANCELS_OTHER_ICE: 300,
    OrderType.BRACKET: 500, OrderType.TAKE_PROFIT_STOP_MARKET: 400, OrderType.TAKE_PROFIT_STOP_LIMIT: 400,
}  # fmt: skip
WITHOUT_BAND = {
    OrderType.MARKET, OrderType.STOP_MARKET, OrderType.SNIPER_MARKET, OrderType.TRAILING_STOP_MARKET
}  # fmt: skip


def test_every_type_has_its_prices() -> None:
    assert HIGHEST.keys() == set(OrderType)


@pytest.mark.parametrize("kind", OrderType, ids=lambda kind: kind.name)
def test_the_highest_price_that_a_type_names(kind: OrderType) -> None:
    assert highest_price(kind, 100, NAMED) == HIGHEST[kind]
    assert highest_price(kind, 100, None) == (0 if HIGHEST[kind] == 300 and kind in WITHOUT_BAND else 100)
    expected = 300 if kind in WITHOUT_BAND and HIGHEST[kind] == 300 else 1000
    assert highest_price(kind, 1000, NAMED) == expected, "its own price counts where it is one"


@pytest.mark.parametrize("kind", OrderType, ids=lambda kind: kind.name)
def test_the_band_concerns_limit_prices(kind: OrderType) -> None:
    assert is_out_of_band(OrderLimits(band_ppm=1), kind, 100, 200) is (kind not in WITHOUT_BAND)


@pytest.mark.parametrize(
    "price, outside", [(950, False), (1050, False), (949, True), (1051, True), (0, False), (1000, False)]
)
def test_the_band_to_the_last_tick(price: int, outside: bool) -> None:
    assert is_out_of_band(OrderLimits(band_ppm=50_000), OrderType.LIMIT, price, 1000) is outside
    assert not is_out_of_band(OrderLimits(band_ppm=50_000), OrderType.LIMIT, price, 0), "nothing to compare with"
    assert not is_out_of_band(OrderLimits(), OrderType.LIMIT, price, 1000), "no limit"


def test_size_and_value_to_the_last_unit() -> None:
    limits = OrderLimits(most_lots=7, most_atoms=900)
    assert [is_too_large(limits, lots) for lots in (7, 8)] == [False, True]
    assert [is_worth_too_much(limits, atoms) for atoms in (900, 901)] == [False, True]
    assert not is_too_large(OrderLimits(), 10**18) and not is_worth_too_much(OrderLimits(), 10**18)
