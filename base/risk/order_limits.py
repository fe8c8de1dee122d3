"""Is a single order larger than its account may send? Answered from the order, its account's limits and a price.

In: the limits of an account in an instrument; what an order asks for, in lots and ticks. Out: yes or no.
Never knows: books, equity, events; changes nothing. Follows section 3 of docs/risk.md.
"""

from base.risk.accounts import MILLION
from base.vocabulary.orders import OrderTerms, OrderType
from base.vocabulary.participants import OrderLimits

_STOPS = frozenset(
    map(
        int,
        (
            OrderType.STOP_MARKET,
            OrderType.STOP_LIMIT,
            OrderType.TRAILING_STOP_MARKET,
            OrderType.TRAILING_STOP_LIMIT,
            OrderType.ONE_CANCELS_OTHER,
            OrderType.ONE_CANCELS_OTHER_ICE,
            OrderType.TAKE_PROFIT_STOP_MARKET,
            OrderType.TAKE_PROFIT_STOP_LIMIT,
        ),
    )
)
_TAKE_PROFITS = frozenset(map(int, (OrderType.TAKE_PROFIT_STOP_MARKET, OrderType.TAKE_PROFIT_STOP_LIMIT)))
_NAMING_NO_LIMIT = frozenset(map(int, (OrderType.STOP_MARKET, OrderType.TRAILING_STOP_MARKET)))
_WITHOUT_BAND = _NAMING_NO_LIMIT | {int(OrderType.MARKET), int(OrderType.SNIPER_MARKET)}


def highest_price(order_type: int, price_ticks: int, terms: OrderTerms | None) -> int:
    """The highest price in ticks that an order names: BOPrice and the others, as far as its type uses them."""
    highest_ticks = 0 if order_type in _NAMING_NO_LIMIT else price_ticks
    if terms is None:
        return highest_ticks
    if order_type in _STOPS:
        highest_ticks = max(highest_ticks, terms.stop_ticks)
    if order_type in _TAKE_PROFITS:
        highest_ticks = max(highest_ticks, terms.take_profit_ticks)
    if order_type == OrderType.BRACKET:
        highest_ticks = max(highest_ticks, terms.second_leg_ticks)
    return highest_ticks


def is_too_large(limits: OrderLimits, lots: int) -> bool:
    """Whether the quantity is above its limit."""
    return 0 < limits.most_lots < lots


def is_worth_too_much(limits: OrderLimits, value_atoms: int) -> bool:
    """Whether the value is above its limit."""
    return 0 < limits.most_atoms < value_atoms


def is_out_of_band(limits: OrderLimits, order_type: int, price_ticks: int, mark_ticks: int) -> bool:
    """Whether a limit price is too far from the mark price; 0 stands for no price of this kind."""
    if not (limits.band_ppm and price_ticks and mark_ticks) or order_type in _WITHOUT_BAND:
        return False
    return abs(price_ticks - mark_ticks) * MILLION > limits.band_ppm * mark_ticks
