"""The transaction: where its 43 fields lie, in both lengths.

In: the layout. Out: the table of the specification, written here by hand.
Never knows: what an order does.
"""

from base.wire.bo.transaction import Transaction, Transaction238

TABLE = """
    0 1s Data1, 1 1s Data2, 2 H MessageLen, 4 H MessageType, 6 H Padding, 8 I Account, 12 Q OrderID, 20 H SymbolEnum,
    22 H OrderType, 24 H SymbolType, 26 d BOPrice, 34 H BOSide, 36 d BOOrderQty, 44 H TIF, 46 d StopLimitPrice,
    54 12s BOSymbol, 66 Q OrigOrderID, 74 d BOCancelShares, 82 Q ExecID, 90 d ExecShares, 98 d RemainingQuantity,
    106 d ExecFee, 114 12s ExpirationDate, 126 6s TraderID, 132 H RejectReason, 134 Q SendingTime,
    142 i TradingSessionID, 146 i Key, 150 d DisplaySize, 158 d RefreshSize, 166 h Layers, 168 d SizeIncrement,
    176 d PriceIncrement, 184 d PriceOffset, 192 d BOOrigPrice, 200 d ExecPrice, 208 q MsgSeqNum,
    216 d TakeProfitPrice, 224 H TriggerType, 226 d SecondLegPrice, 234 H RouteEnum, 236 H ModifyType,
    238 12s Attributes
"""


def test_the_fields_lie_where_the_specification_says() -> None:
    expected = [tuple(entry.split()) for entry in TABLE.split(",")]
    assert [(str(spec.offset), spec.code, spec.name) for spec in Transaction.FIELDS] == expected


def test_the_older_form_lacks_three_fields() -> None:
    left_out = ("SecondLegPrice", "RouteEnum", "ModifyType")
    expected = [spec for spec in Transaction.FIELDS if spec.name not in left_out]
    assert Transaction238.FIELDS[:-1] == tuple(expected[:-1])
    assert Transaction238.FIELDS[-1] == expected[-1]._replace(offset=226)
