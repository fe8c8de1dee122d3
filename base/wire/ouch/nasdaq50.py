"""Nasdaq OUCH 5.0.

In: keywords or bytes. Out: typed messages. Never knows: what an order does, the transport.
Follows: Nasdaq OUCH facts, "OUCH 5.0 messages". What stands behind the fixed part is in ``appendage``. Two layouts
are read and not sent: AIQ Canceled without its strategy, and Trade Correction, which not every source knows.
"""

from typing import Any

from construct import Int16ub, Int32ub, Int64ub

from base.wire.alpha import Alpha, Char
from base.wire.dialect import Dialect, DialectMessage, Direction, Price, layout
from base.wire.ouch.appendage import AppendableMessage
from base.wire.ouch.nasdaq_codes import (
    BrokenTradeReason,
    CancelReason,
    Capacity,
    CrossType,
    Display,
    EventCode,
    IntermarketSweep,
    OrderState,
    RestatedReason,
    Side,
    TimeInForce50,
)

PRICE = Price(8, 10_000)
IN, OUT = Direction.TO_HOST, Direction.TO_CLIENT

_TIMESTAMP = "timestamp" / Int64ub * "nanoseconds since midnight"
_NUMBER = "userRefNum" / Int32ub * "chosen by the client, rising within account, channel and day"
_SIDE = "side" / Char(Side) * "buy, sell or short sell"
_QUANTITY = "quantity" / Int32ub * "above 0, below 1,000,000"
_SYMBOL = "symbol" / Alpha(8) * "instrument"
_PRICE = "price" / PRICE * "price x 10,000; 0x7FFFFFFF is the market"
_TIME_IN_FORCE = "timeInForce" / Char(TimeInForce50) * "how long it stands"
_DISPLAY = "display" / Char(Display) * "how it shows"
_CAPACITY = "capacity" / Char(Capacity) * "agency, principal, riskless, other"
_ISO = "iso" / Char(IntermarketSweep) * "intermarket sweep"
_CROSS = "crossType" / Char(CrossType) * "continuous, or the cross it is for"
_CLIENT_ID = "clOrdId" / Alpha(14) * "free text, passed on"
_FIRM = "firm" / Alpha(4) * "firm, blank for the default one"
_REFERENCE = "orderReferenceNumber" / Int64ub * "given by the host"
_STATE = "orderState" / Char(OrderState) * "live, or dead at once"
_LIQUIDITY = "liquidityFlag" / Char() * "A added, R removed; crosses have letters of their own"
_MATCH = "matchNumber" / Int64ub * "the same on both sides"
_CANCEL_REASON = "reason" / Char(CancelReason) * "why"
_TRADE_REASON = "reason" / Char(BrokenTradeReason) * "why"
_LENGTH = "appendageLength" / Int16ub * "bytes behind it"

_CHANNEL = frozenset({28})
_ON_ENTER = frozenset({*range(2, 8), *range(9, 14), 15, 16, 17, *range(24, 27), 28, 29, 30})
_ON_REPLACE = frozenset({3, 5, 6, 7, *range(9, 14), 15, 16, 17, *range(25, 31)})
_ON_MODIFY = frozenset({25, 26, 28})
_ON_ACCEPTED = frozenset({*range(2, 8), *range(9, 19), 24, 25, 28, 29, 30})
_ON_REPLACED = frozenset({2, 3, 5, 6, 12, *range(15, 19), 28, 29, 30})
_ON_EXECUTED = frozenset({19, 20, 28})
_ON_RESTATED = frozenset({1, 22, 23, 28})
_ON_MASS_CANCEL = frozenset({24, 27, 28})


def _old_number(name: str) -> Any:
    return name / Int32ub * "number of the live order"


class EnterOrder(AppendableMessage, letter="O", direction=IN, size=47, tags=_ON_ENTER):
    """`O`, client to host: a new order."""

    __slots__ = ()
    LAYOUT = layout(
        _NUMBER,
        _SIDE,
        _QUANTITY,
        _SYMBOL,
        _PRICE,
        _TIME_IN_FORCE,
        _DISPLAY,
        _CAPACITY,
        _ISO,
        _CROSS,
        _CLIENT_ID,
        _LENGTH,
    )


class ReplaceOrder(AppendableMessage, letter="U", direction=IN, size=40, tags=_ON_REPLACE):
    """`U`, client to host: other terms for a live order."""

    __slots__ = ()
    LAYOUT = layout(
        _old_number("origUserRefNum"), "userRefNum" / Int32ub * "number that the order has from now on",
        "quantity" / Int32ub * "total of the whole chain, executed quantity included",
        _PRICE, _TIME_IN_FORCE, _DISPLAY, _ISO, _CLIENT_ID, _LENGTH,
    )  # fmt: skip


class CancelOrder(AppendableMessage, letter="X", direction=IN, size=9, tags=_CHANNEL):
    """`X`, client to host: cut an order down, or withdraw it."""

    __slots__ = ()
    LAYOUT = layout(_NUMBER, "quantity" / Int32ub * "new total size of the order, 0 cancels the rest")


class ModifyOrder(AppendableMessage, letter="M", direction=IN, size=10, tags=_ON_MODIFY):
    """`M`, client to host: another way of selling, or less."""

    __slots__ = ()
    LAYOUT = layout(_NUMBER, _SIDE, _QUANTITY)


class MassCancel(AppendableMessage, letter="C", direction=IN, size=19, tags=_ON_MASS_CANCEL):
    """`C`, client to host: withdraw many orders; a blank firm is the default one, a blank symbol all."""

    __slots__ = ()
    LAYOUT = layout(_NUMBER, _FIRM, _SYMBOL, _LENGTH)


class DisableOrderEntry(AppendableMessage, letter="D", direction=IN, size=11, tags=_CHANNEL):
    """`D`, client to host: let this firm enter no more orders."""

    __slots__ = ()
    LAYOUT = layout(_NUMBER, _FIRM, _LENGTH)


class EnableOrderEntry(AppendableMessage, letter="E", direction=IN, size=11, tags=_CHANNEL):
    """`E`, client to host: let this firm enter orders again."""

    __slots__ = ()
    LAYOUT = layout(_NUMBER, _FIRM, _LENGTH)


class AccountQuery(AppendableMessage, letter="Q", direction=IN, size=1, tags=_CHANNEL):
    """`Q`, client to host: which number comes next?"""

    __slots__ = ()
    LAYOUT = layout()


class SystemEvent(DialectMessage, letter="S", direction=OUT, size=10):
    """`S`, host to client: the day begins or ends."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, "eventCode" / Char(EventCode) * "start or end of day")


class OrderAccepted(AppendableMessage, letter="A", direction=OUT, size=64, tags=_ON_ACCEPTED):
    """`A`, host to client: the order is in."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _NUMBER, _SIDE, _QUANTITY, _SYMBOL, _PRICE, _TIME_IN_FORCE, _DISPLAY, _REFERENCE, _CAPACITY, _ISO,
        _CROSS, _STATE, _CLIENT_ID, _LENGTH,
    )  # fmt: skip


class OrderReplaced(AppendableMessage, letter="U", direction=OUT, size=68, tags=_ON_REPLACED):
    """`U`, host to client: the order has other terms and another number."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, "origUserRefNum" / Int32ub * "number that it had before", _NUMBER, _SIDE, _QUANTITY, _SYMBOL,
        _PRICE, _TIME_IN_FORCE, _DISPLAY, _REFERENCE, _CAPACITY, _ISO, _CROSS, _STATE, _CLIENT_ID, _LENGTH,
    )  # fmt: skip


class OrderCanceled(AppendableMessage, letter="C", direction=OUT, size=18, tags=_CHANNEL):
    """`C`, host to client: an order, or a part of it, is gone."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, "quantity" / Int32ub * "quantity taken off the order", _CANCEL_REASON)


_AIQ = (
    _TIMESTAMP, _NUMBER, "decrementShares" / Int32ub * "quantity taken off the order", _CANCEL_REASON,
    "quantityPreventedFromTrading" / Int32ub * "quantity that would have traded",
    "executionPrice" / PRICE * "price x 10,000 of the match that was not", _LIQUIDITY,
)  # fmt: skip


class AIQCanceled(AppendableMessage, letter="D", direction=OUT, size=32, tags=_CHANNEL):
    """`D`, host to client: a part of an order is gone that would have matched the firm's own."""

    __slots__ = ()
    LAYOUT = layout(*_AIQ, "aiqStrategy" / Char() * "which orders give way")


class AIQCanceled31(DialectMessage, letter="D", direction=OUT, size=31):
    """`D` as older texts have it."""

    __slots__ = ()
    LAYOUT = layout(*_AIQ)


class OrderExecuted(AppendableMessage, letter="E", direction=OUT, size=36, tags=_ON_EXECUTED):
    """`E`, host to client: a match."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _NUMBER, "quantity" / Int32ub * "quantity of this match",
        "price" / PRICE * "price x 10,000 of the match", _LIQUIDITY, _MATCH, _LENGTH,
    )  # fmt: skip


class BrokenTrade(AppendableMessage, letter="B", direction=OUT, size=36, tags=_CHANNEL):
    """`B`, host to client: a match is undone."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, _MATCH, _TRADE_REASON, _CLIENT_ID)


class TradeCorrection(DialectMessage, letter="F", direction=OUT, size=49):
    """`F`, host to client: a match at another price than said."""

    __slots__ = ()
    LAYOUT = layout(
        _TIMESTAMP, _NUMBER, "quantity" / Int32ub * "quantity of the match",
        "price" / PRICE * "price x 10,000 that is right", _LIQUIDITY, _MATCH, _TRADE_REASON, _CLIENT_ID,
    )  # fmt: skip


class Rejected(AppendableMessage, letter="J", direction=OUT, size=29, tags=_CHANNEL):
    """`J`, host to client: the order is not accepted, its number is used up."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, "reason" / Int16ub * "reject code", _CLIENT_ID)


class CancelPending(AppendableMessage, letter="P", direction=OUT, size=13, tags=_CHANNEL):
    """`P`, host to client: the cancel is carried out after the cross."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER)


class CancelReject(AppendableMessage, letter="I", direction=OUT, size=13, tags=_CHANNEL):
    """`I`, host to client: a cross order cannot be cut down now."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER)


class OrderPriorityUpdate(AppendableMessage, letter="T", direction=OUT, size=30, tags=_CHANNEL):
    """`T`, host to client: the system changed price, display or number of a live order."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, _PRICE, _DISPLAY, _REFERENCE)


class OrderModified(AppendableMessage, letter="M", direction=OUT, size=18, tags=_ON_MODIFY):
    """`M`, host to client: the order was modified."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, _SIDE, _QUANTITY)


class OrderRestated(AppendableMessage, letter="R", direction=OUT, size=16, tags=_ON_RESTATED):
    """`R`, host to client: the venue changed what an order shows."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, "reason" / Char(RestatedReason) * "what changed", _LENGTH)


class MassCancelResponse(AppendableMessage, letter="X", direction=OUT, size=27, tags=_ON_MASS_CANCEL):
    """`X`, host to client: the mass cancel is carried out; a Canceled follows for each order."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, _FIRM, _SYMBOL, _LENGTH)


class DisableOrderEntryResponse(AppendableMessage, letter="G", direction=OUT, size=19, tags=_CHANNEL):
    """`G`, host to client: the firm enters no more orders."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, _FIRM, _LENGTH)


class EnableOrderEntryResponse(AppendableMessage, letter="K", direction=OUT, size=19, tags=_CHANNEL):
    """`K`, host to client: the firm may enter orders."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, _NUMBER, _FIRM, _LENGTH)


class AccountQueryResponse(AppendableMessage, letter="Q", direction=OUT, size=13, tags=_CHANNEL):
    """`Q`, host to client: the number that is expected next."""

    __slots__ = ()
    LAYOUT = layout(_TIMESTAMP, "nextUserRefNum" / Int32ub * "number expected next")


NASDAQ50 = Dialect(
    "nasdaq-ouch-5.0",
    (
        EnterOrder, ReplaceOrder, CancelOrder, ModifyOrder, MassCancel, DisableOrderEntry, EnableOrderEntry,
        AccountQuery, SystemEvent, OrderAccepted, OrderReplaced, OrderCanceled, AIQCanceled, OrderExecuted,
        BrokenTrade, Rejected, CancelPending, CancelReject, OrderPriorityUpdate, OrderModified, OrderRestated,
        MassCancelResponse, DisableOrderEntryResponse, EnableOrderEntryResponse, AccountQueryResponse,
    ),
    also_read=(AIQCanceled31, TradeCorrection),
)  # fmt: skip
