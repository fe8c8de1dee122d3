"""Orders said in few words, so that a table of cases reads like a market's rule book.

In: what differs from an ordinary limit order of participant 0. Out: commands.
Never knows: the exchange. Instrument 1, good till cancel, 100 ticks unless said otherwise.
"""

from base.vocabulary.commands import CancelOrder, NewOrder, QueryOrder, ReplaceOrder, WithdrawDayOrders
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce

GTC = TimeInForce.GOOD_TILL_CANCEL
IOC = TimeInForce.IMMEDIATE_OR_CANCEL
FOK = TimeInForce.FILL_OR_KILL
POST = TimeInForce.POST_ONLY
DAY = TimeInForce.DAY


def buy(
    order_id: int, lots: int, at: int = 100, tif: int = GTC, *, by: int = 0, on: int = 1, again: bool = False,
    kind: int = OrderType.LIMIT, side: int = Side.BUY,
) -> NewOrder:  # fmt: skip
    """A limit order to buy so many lots."""
    return NewOrder(by, order_id, on, side, kind, tif, at, lots, again)


def sell(
    order_id: int, lots: int, at: int = 100, tif: int = GTC, *, by: int = 0, on: int = 1, again: bool = False,
    kind: int = OrderType.LIMIT, side: int = Side.SELL,
) -> NewOrder:  # fmt: skip
    """A limit order to sell so many lots."""
    return NewOrder(by, order_id, on, side, kind, tif, at, lots, again)


def buy_market(order_id: int, lots: int, tif: int = IOC, *, by: int = 0) -> NewOrder:
    """Buy at whatever price there is."""
    return buy(order_id, lots, 0, tif, by=by, kind=OrderType.MARKET)


def sell_market(order_id: int, lots: int, tif: int = IOC, *, by: int = 0) -> NewOrder:
    """Sell at whatever price there is."""
    return sell(order_id, lots, 0, tif, by=by, kind=OrderType.MARKET)


def replace(
    order: NewOrder, order_id: int, lots: int, at: int = 100, *, believed: int = 0, again: bool = False,
    by: int | None = None, of: int | None = None,
) -> ReplaceOrder:  # fmt: skip
    """The order, or its later self that goes by the id ``of``, gets a new id, quantity and price."""
    return ReplaceOrder(
        order.participant if by is None else by, order_id, of or order.order_id, order.instrument, order.side,
        order.order_type, order.time_in_force, at, lots, believed, again,
    )  # fmt: skip


def cancel(order: NewOrder, order_id: int, *, believed: int = 0, by: int | None = None, on: int = 1) -> CancelOrder:
    """Take the order out."""
    return CancelOrder(order.participant if by is None else by, order_id, order.order_id, on, order.side, believed)


def query(order_id: int, *, by: int = 0) -> QueryOrder:
    """How is that order?"""
    return QueryOrder(by, order_id)


def log_out(by: int = 0) -> WithdrawDayOrders:
    """The participant's day is over."""
    return WithdrawDayOrders(by)


def order(
    kind: int, order_id: int, side: int, lots: int, at: int = 100, tif: int = GTC, *, by: int = 0, on: int = 1,
    **terms: int,
) -> NewOrder:  # fmt: skip
    """An order of any type; its terms by their names without units, e.g. ``stop=102``."""
    units = {name: name if name in ("hidden", "trigger", "layers") else f"{name}_ticks" for name in terms}
    units |= {name: f"{name}_lots" for name in ("display", "refresh", "size_increment") if name in terms}
    said = {units[name]: bool(value) if name == "hidden" else value for name, value in terms.items()}
    return NewOrder(by, order_id, on, side, kind, tif, at, lots, False, OrderTerms(**said) if said else None)
