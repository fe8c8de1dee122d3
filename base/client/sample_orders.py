"""What an order of each type looks like when the user names nothing but the type.

In: an order type, an instrument. Out: price, quantity and the further wire fields that the type
needs. Never knows: sessions, sockets, what the market is like now.
Follows section 7.4 (required fields) of the protocol.
"""

from typing import Any

from base.wire.bo.codes import OrderType

PRICES = {1: 50100.5, 2: 1.0, 3: 0.05, 4: 50100.5}
"""A price for each instrument of the specification, on every tick that a venue is likely to have."""

QUANTITY = 0.5
PRICELESS = frozenset({OrderType.MKT})

WITH_STOP = frozenset(
    {
        OrderType.STOP_MKT,
        OrderType.STOP_LMT,
        OrderType.OCO,
        OrderType.OCO_ICE,
        OrderType.TSM,
        OrderType.TSL,
        OrderType.TPSL_MARKET,
        OrderType.TPSL_LIMIT,
    }
)
WITH_TAKE_PROFIT = frozenset({OrderType.TPSL_MARKET, OrderType.TPSL_LIMIT})
WITH_LAYERS = frozenset({OrderType.ICE, OrderType.OCO_ICE})
WITH_SECOND_LEG = frozenset({OrderType.BRACKET})


def sample_price(instrument: int, order_type: int) -> float:
    """Give a price for an order; 0 for types that have none.

    >>> sample_price(1, OrderType.LMT), sample_price(1, OrderType.MKT)
    (50100.5, 0.0)
    """
    return 0.0 if order_type in PRICELESS else PRICES.get(instrument, 1.0)


def sample_fields(order_type: int, price: float, quantity: float) -> dict[str, Any]:
    """Give the further fields that an order type needs, around a price.

    >>> sample_fields(OrderType.LMT, 100.0, 1.0)
    {}
    >>> sample_fields(OrderType.ICE, 100.0, 1.0)
    {'Layers': 2, 'SizeIncrement': 0.5, 'PriceIncrement': 1.0, 'PriceOffset': 1.0}
    """
    fields: dict[str, Any] = {}
    if order_type in WITH_STOP:
        fields["StopLimitPrice"] = price * 2
    if order_type in WITH_TAKE_PROFIT:
        fields["TakeProfitPrice"] = price * 4
    if order_type in WITH_SECOND_LEG:
        fields["SecondLegPrice"] = price * 2
    if order_type in WITH_LAYERS:
        fields |= {"Layers": 2, "SizeIncrement": quantity / 2, "PriceIncrement": 1.0, "PriceOffset": 1.0}
    return fields
