"""The limits of one order, looked up in the settings of its account.

In: an order as it would be entered, the mark price, the value that a market order would meet.
Out: the reason why it is too much, or 0. Never knows: books, money, base.exchange, base.matching, base.risk.
Section 3 of docs/risk.md.
"""

from base.vocabulary.orders import OrderType
from base.vocabulary.participants import OrderLimits
from base.vocabulary.rejects import Reject
from tests.reference.entries import PAIRS, STOPS, TAKE_PROFITS, Entry, need

MILLION = 1_000_000
WITHOUT_LIMIT_PRICE = {
    OrderType.MARKET, OrderType.STOP_MARKET, OrderType.SNIPER_MARKET, OrderType.TRAILING_STOP_MARKET,
}  # fmt: skip
NO_LIMITS = OrderLimits()


def highest_price(entry: Entry, bo_price: int) -> int:
    """The highest of the prices that the order's type uses; BOPrice means nothing in a second leg."""
    terms = entry.terms
    uses_price = entry.order_type not in (OrderType.STOP_MARKET, OrderType.TRAILING_STOP_MARKET)
    named = [bo_price] if uses_price and not entry.is_second_leg else []
    if entry.order_type in STOPS or entry.order_type in PAIRS or entry.order_type in TAKE_PROFITS:
        named.append(terms.stop_ticks)
    if entry.order_type in TAKE_PROFITS:
        named.append(terms.take_profit_ticks)
    if entry.order_type == OrderType.BRACKET:
        named.append(terms.second_leg_ticks)
    return max(named)


def out_of_bounds(entry: Entry, bo_price: int, mark: int | None, market_value: int) -> int:
    limits = entry.holder.limits.get(entry.instrument.number, NO_LIMITS)
    if limits.most_lots and entry.total > limits.most_lots:
        return Reject.ORDER_TOO_LARGE
    if entry.order_type == OrderType.MARKET:
        value = market_value
    else:
        value = need(entry.instrument, True, entry.total, highest_price(entry, bo_price))
    if limits.most_atoms and value > limits.most_atoms:
        return Reject.ORDER_VALUE_TOO_LARGE
    if mark is None or not limits.band_ppm or entry.order_type in WITHOUT_LIMIT_PRICE or entry.is_second_leg:
        return 0
    return Reject.PRICE_OUT_OF_BAND if abs(bo_price - mark) * MILLION > limits.band_ppm * mark else 0
