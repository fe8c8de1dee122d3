"""The sample order of each type has what section 7.4 requires of the type."""

import pytest

from base.client.sample_orders import QUANTITY, sample_fields, sample_price
from base.messages import OrderType, Transaction

REQUIRED = {
    OrderType.STOP_MKT: {"StopLimitPrice"},
    OrderType.STOP_LMT: {"StopLimitPrice"},
    OrderType.OCO: {"StopLimitPrice"},
    OrderType.ICE: {"Layers", "SizeIncrement", "PriceIncrement", "PriceOffset"},
    OrderType.OCO_ICE: {"StopLimitPrice", "Layers", "SizeIncrement", "PriceIncrement", "PriceOffset"},
    OrderType.BRACKET: {"SecondLegPrice"},
    OrderType.TSM: {"StopLimitPrice"},
    OrderType.TSL: {"StopLimitPrice"},
    OrderType.TPSL_MARKET: {"StopLimitPrice", "TakeProfitPrice"},
    OrderType.TPSL_LIMIT: {"StopLimitPrice", "TakeProfitPrice"},
}


@pytest.mark.parametrize("order_type", OrderType)
def test_the_required_fields_are_there_and_no_others(order_type: OrderType) -> None:
    price = sample_price(1, order_type)
    fields = sample_fields(order_type, price, QUANTITY)
    assert fields.keys() == REQUIRED.get(order_type, set())
    assert all(value > 0 for value in fields.values())
    Transaction(OrderType=order_type, BOPrice=price, **fields).encode()


def test_layers_make_up_the_quantity() -> None:
    fields = sample_fields(OrderType.ICE, 100.0, 1.0)
    assert fields["Layers"] * fields["SizeIncrement"] == 1.0


def test_only_a_market_order_has_no_price() -> None:
    assert [order_type for order_type in OrderType if not sample_price(1, order_type)] == [OrderType.MKT]
    assert sample_price(999, OrderType.LMT) > 0
