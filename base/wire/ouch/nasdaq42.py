"""Nasdaq OUCH 4.2.

In: keywords or bytes. Out: typed messages. Never knows: what an order does, the transport.
Follows: Nasdaq OUCH facts, "OUCH 4.2 messages"; the newer AIQ Canceled of 38 bytes is read, that of 37 is sent.
"""

from typing import Any

from construct import Int32ub, Int64ub

from base.wire.alpha import Alpha, Char
from base.wire.dialect import Dialect, DialectMessage, Direction, Price, layout
from base.wire.ouch.nasdaq_codes import (
    BboWeight,
    BrokenTradeReason,
    CancelReason,
    Capacity,
    CrossType,
    CustomerType,
    Display,
    EventCode,
    IntermarketSweep,
    OrderState,
    RejectReason42,
    Side,
)

PRICE = Price(4, 10_000)
IN, OUT = Direction.TO_HOST, Direction.TO_CLIENT

_TIMESTAMP = "timestamp" / Int64ub * "nanoseconds since midnight"
_TOKEN = "orderToken" / Alpha(14) * "chosen by the client, once per account and day"
_SIDE = "side" / Char(Side) * "buy, sell or short sell"
_SHARES = "shares" / Int32ub * "above 0, below 1,000,000"
_STOCK = "stock" / Alpha(8) * "instrument"
_PRICE = "price" / PRICE * "price x 10,000; 0x7FFFFFFF is the market"
_TIME_IN_FORCE = "timeInForce" / Int32ub * "0 immediate, 99998 market hours, 99999 system hours, else seconds"
_FIRM = "firm" / Alpha(4) * "firm"
_DISPLAY = "display" / Char(Display) * "how it shows"
_CAPACITY = "capacity" / Char(Capacity) * "agency, principal, riskless, other"
_ISO = "iso" / Char(IntermarketSweep) * "intermarket sweep"
_MINIMUM = "minimumQuantity" / Int32ub * "least quantity of a match"
_CROSS = "crossType" / Char(CrossType) * "continuous, or the cross it is for"
_REFERENCE = "orderReferenceNumber" / Int64ub * "given by the host"
_STATE = "orderState" / Char(OrderState) * "live, or dead at once"
_BBO = "bboWeightIndicator" / Char(BboWeight) * "weight at the best price"
_DECREMENT = "decrementShares" / Int32ub * "shares taken off the order"
_EXECUTED = "executedShares" / Int32ub * "shares of this match"
_EXECUTION_PRICE = "executionPrice" / PRICE * "price x 10,000 of the match"
_LIQUIDITY = "liquidityFlag" / Char() * "A added, R removed; crosses have letters of their own"
_MATCH = "matchNumber" / Int64ub * "the same on both sides"
_CANCEL_REASON = "reason" / Char(CancelReason) * "why"
_TRADE_REASON = "reason" / Char(BrokenTradeReason) * "why"


def _new_token(name: str) -> Any:
    return name / Alpha(14) * "token that the order has from now on"


class EnterOrder(DialectMessage, letter="O", direction=IN, size=49):
    """`O`, client to host: a new order."""

    __slots__ = ()
    LAYOUT = layout(
        _TOKEN, _SIDE, _SHARES, _STOCK, _PRICE, _TIME_IN_FORCE, _FIRM, _DISPLAY, _CAPACITY, _ISO, _MINIMUM, _CROSS,
        "customerType" / Char(CustomerType) * "retail or not",
    )  # fmt: skip


class ReplaceOrder(DialectMessage, letter="U", direction=IN, size=47):
    """`U`, client to host: other terms for a live order."""

    __slots__ = ()
    LAYOUT = layout(
        "existingOrderToken" / Alpha(14) * "token of the live order", _new_token("replacementOrderToken"),
        "shares" / Int32ub * "total of the whole chain, executed ones included",
        _PRICE, _TIME_IN_FORCE, _DISPLAY, _ISO, _MINIMUM,
    )  # fmt: skip


class CancelOrder(DialectMessage, letter="X", direction=IN, size=19):
    """`X`, client to host: cut an order down, or withdraw it."""

    __slots__ = ()
    LAYOUT = layout(_TOKEN, "shares" / Int32ub * "new total size of the order, 0 cancels the rest")


class ModifyOrder(DialectMessage, letter="M", direction=IN, size=20):
    """`M`, client to host: another way of selling, or fewer shares."""

    __slots__ = ()
    LAYOUT = layout(_TOKEN, _SIDE, _SHARES)


class TradeNow(DialectMessage, letter="N", direction=IN, size=15):
    """`N`, client to host: let a resting order trade now."""

    __slots__ = ()
    LAYOUT = layout(_TOKEN)


class SystemEvent(DialectMessage, letter="S", direction=OUT, size=10):
    """`S`, host to client: the day begins or ends."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, "eventCode" / Char(EventCode) * "start or end of day")


class Accepted(DialectMessage, letter="A", direction=OUT, size=66):
    """`A`, host to client: the order is in."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _TOKEN, _SIDE, _SHARES, _STOCK, _PRICE, _TIME_IN_FORCE, _FIRM, _DISPLAY, _REFERENCE, _CAPACITY,
        _ISO, _MINIMUM, _CROSS, _STATE, _BBO,
    )  # fmt: skip


class Replaced(DialectMessage, letter="U", direction=OUT, size=80):
    """`U`, host to client: the order has other terms and another token."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _new_token("replacementOrderToken"), _SIDE, _SHARES, _STOCK, _PRICE, _TIME_IN_FORCE, _FIRM,
        _DISPLAY, _REFERENCE, _CAPACITY, _ISO, _MINIMUM, _CROSS, _STATE,
        "previousOrderToken" / Alpha(14) * "token that it had before", _BBO,
    )  # fmt: skip


class Canceled(DialectMessage, letter="C", direction=OUT, size=28):
    """`C`, host to client: an order, or a part of it, is gone."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _DECREMENT, _CANCEL_REASON)


_AIQ = (
    _TIMESTAMP, _TOKEN, _DECREMENT, _CANCEL_REASON,
    "quantityPreventedFromTrading" / Int32ub * "shares that would have traded", _EXECUTION_PRICE, _LIQUIDITY,
)  # fmt: skip


class AIQCanceled(DialectMessage, letter="D", direction=OUT, size=37):
    """`D`, host to client: a part of an order is gone that would have matched the firm's own."""

    __slots__ = ()
    LAYOUT = layout(*_AIQ)


class AIQCanceled38(DialectMessage, letter="D", direction=OUT, size=38):
    """`D` as newer texts have it."""

    __slots__ = ()
    LAYOUT = layout(*_AIQ, "aiqStrategy" / Char() * "which orders give way")


class Executed(DialectMessage, letter="E", direction=OUT, size=40):
    """`E`, host to client: a match."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _EXECUTED, _EXECUTION_PRICE, _LIQUIDITY, _MATCH)


class BrokenTrade(DialectMessage, letter="B", direction=OUT, size=32):
    """`B`, host to client: a match is undone."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _MATCH, _TRADE_REASON)


class ExecutedWithReferencePrice(DialectMessage, letter="G", direction=OUT, size=45):
    """`G`, host to client: a match at a price taken from elsewhere."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _TOKEN, _EXECUTED, _EXECUTION_PRICE, _LIQUIDITY, _MATCH,
        "referencePrice" / PRICE * "price x 10,000 that was taken", "referencePriceType" / Char() * "where from",
    )  # fmt: skip


class TradeCorrection(DialectMessage, letter="F", direction=OUT, size=41):
    """`F`, host to client: a match at another price than said."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _EXECUTED, _EXECUTION_PRICE, _LIQUIDITY, _MATCH, _TRADE_REASON)


class Rejected(DialectMessage, letter="J", direction=OUT, size=24):
    """`J`, host to client: the order is not accepted, its token is used up."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, "reason" / Char(RejectReason42) * "why")


class CancelPending(DialectMessage, letter="P", direction=OUT, size=23):
    """`P`, host to client: the cancel is carried out after the cross."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN)


class CancelReject(DialectMessage, letter="I", direction=OUT, size=23):
    """`I`, host to client: a cross order cannot be cut down now."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN)


class OrderPriorityUpdate(DialectMessage, letter="T", direction=OUT, size=36):
    """`T`, host to client: the system changed price, display or number of a live order."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _PRICE, _DISPLAY, _REFERENCE)


class OrderModified(DialectMessage, letter="M", direction=OUT, size=28):
    """`M`, host to client: the order was modified."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN, _SIDE, _SHARES)


class TradeNowNotice(DialectMessage, letter="N", direction=OUT, size=23):
    """`N`, host to client: the order trades now."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _TOKEN)


NASDAQ42 = Dialect(
    "nasdaq-ouch-4.2",
    (
        EnterOrder, ReplaceOrder, CancelOrder, ModifyOrder, TradeNow, SystemEvent, Accepted, Replaced, Canceled,
        AIQCanceled, Executed, BrokenTrade, ExecutedWithReferencePrice, TradeCorrection, Rejected, CancelPending,
        CancelReject, OrderPriorityUpdate, OrderModified, TradeNowNotice,
    ),
    also_read=(AIQCanceled38,),
)  # fmt: skip
