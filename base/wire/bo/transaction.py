"""The transaction `T`: every order request, and every report about an order.

In: keywords or bytes. Out: typed messages.
Never knows: what an order does.
Follows: binary protocol, section 3.9, with both lengths that its choice column accepts.
"""

from typing import Any

from construct import Float64l, Int16sl, Int16ul, Int32sl, Int32ul, Int64sl, Int64ul, Struct

from base.wire.bo.header import ACCOUNT_DOC, KEY_DOC, SEQUENCE_DOC, SESSION_DOC, SYMBOL_DOC, TIME_DOC, header, padding
from base.wire.layout import Message, Text


def _transaction(*routing: Any) -> Struct:
    return Struct(
        *header(),
        "MessageType" / Int16ul * "1 new, 2 replace, 5 status, 6 cancel; replies see section 4.2",
        padding(),
        "Account" / Int32ul * ACCOUNT_DOC,
        "OrderID" / Int64ul * "client's id of this request",
        "SymbolEnum" / Int16ul * SYMBOL_DOC,
        "OrderType" / Int16ul * "1 limit, 2 market; others see section 4.3",
        "SymbolType" / Int16ul * "1 spot, 2 futures, 3 derivative",
        "BOPrice" / Float64l * "limit price",
        "BOSide" / Int16ul * "1 buy, 2 sell, 3 sell short",
        "BOOrderQty" / Float64l * "quantity; in fills what is left",
        "TIF" / Int16ul * "1 FOK, 2 GTC, 3 IOC, 4 post only, 5 reduce only, 6 day",
        "StopLimitPrice" / Float64l * "stop price",
        "BOSymbol" / Text(12) * "instrument name",
        "OrigOrderID" / Int64ul * "id that is replaced or cancelled",
        "BOCancelShares" / Float64l * "cancelled quantity",
        "ExecID" / Int64ul * "number of the match",
        "ExecShares" / Float64l * "quantity of this fill",
        "RemainingQuantity" / Float64l * "quantity left after this fill",
        "ExecFee" / Float64l * "fee; limit cross in some requests",
        "ExpirationDate" / Text(12) * "text, not used",
        "TraderID" / Text(6) * "user name, not used",
        "RejectReason" / Int16ul * "code of a reject",
        "SendingTime" / Int64ul * TIME_DOC,
        "TradingSessionID" / Int32sl * SESSION_DOC,
        "Key" / Int32sl * KEY_DOC,
        "DisplaySize" / Float64l * "first visible slice",
        "RefreshSize" / Float64l * "later slices",
        "Layers" / Int16sl * "layers of an ICE",
        "SizeIncrement" / Float64l * "quantity per layer of an ICE",
        "PriceIncrement" / Float64l * "spacing of the layers of an ICE",
        "PriceOffset" / Float64l * "distance of an ICE from the top of the book",
        "BOOrigPrice" / Float64l * "price of the original order",
        "ExecPrice" / Float64l * "price of the trade",
        "MsgSeqNum" / Int64sl * SEQUENCE_DOC,
        "TakeProfitPrice" / Float64l * "take-profit price",
        "TriggerType" / Int16ul * "0 none, 1 last price, 2 index, 3 mark",
        *routing,
        "Attributes" / Text(12) * "12 times Y or N; anything but Y is N",
    )


class Transaction(Message, letter="T", name="transaction", size=250):
    """`T`, 250 bytes, both directions; the form that is sent."""

    __slots__ = ()
    LAYOUT = _transaction(
        "SecondLegPrice" / Float64l * "sell price of a bracket",
        "RouteEnum" / Int16ul * "1 in examples; meaning not known",
        "ModifyType" / Int16ul * "1 in examples; meaning not known",
    )


class Transaction238(Message, letter="T", name="transaction", size=238):
    """`T`, 238 bytes; the older form, without the second leg, route and modify type."""

    __slots__ = ()
    LAYOUT = _transaction()
