"""Requests about instruments, risk, collateral and open orders, and the replies to them.

In: keywords or bytes. Out: typed messages.
Never knows: what the market would answer.
Follows: binary protocol, sections 3.2 to 3.8, with each length that their choice columns accept.
"""

from typing import Any

from construct import (
    Construct,
    Float16l,
    Float64l,
    Int8ul,
    Int16sl,
    Int16ul,
    Int32sl,
    Int32ul,
    Int64sl,
    Int64ul,
    Struct,
)

from base.wire.bo.header import (
    ACCOUNT_DOC,
    KEY_DOC,
    SEQUENCE_DOC,
    SESSION_DOC,
    SYMBOL_DOC,
    SYMBOL_NAME_DOC,
    SYMBOL_TYPE_DOC,
    TIME_DOC,
    USER_DOC,
    header,
    padding,
)
from base.wire.layout import Message, Text


def _message_type(doc: str = "not used; 0") -> Any:
    return "MessageType" / Int16ul * doc


def _instrument_request(reject_reason: Construct) -> Struct:
    return Struct(
        *header(),
        _message_type(),
        "RejectReason" / reject_reason * "0; set when the request is sent back refused",
        "Account" / Int32ul * ACCOUNT_DOC,
        "RequestType" / Int16ul * "1 all (0 too), 2 by SymbolEnum",
        "Key" / Int32ul * KEY_DOC,
        "SymbolName" / Text(24) * "optional instrument name",
        "SymbolType" / Int16ul * "optional; 1 spot, 2 futures, 3 derivative",
        "SymbolEnum" / Int16ul * "instrument wanted when RequestType is 2",
        "TradingSessionID" / Int32ul * SESSION_DOC,
        "SendingTime" / Int64ul * TIME_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
    )


class InstrumentRequest(Message, letter="Y", name="instrument_request", size=64):
    """`Y`, 64 bytes, client to OES; the form that is sent."""

    __slots__ = ()
    LAYOUT = _instrument_request(Int32ul)


class InstrumentRequest62(Message, letter="Y", name="instrument_request", size=62):
    """`Y`, 62 bytes, client to OES; the form of the exchange's own documentation, with a short RejectReason."""

    __slots__ = ()
    LAYOUT = _instrument_request(Int16ul)


def _instrument_response(size: Construct) -> Struct:
    return Struct(
        *header(),
        _message_type("21, ignored"),
        padding(),
        "ResponseType" / Int16ul * "1 single, 2 start, 3 continuation, 4 finish",
        "SymbolEnum" / Int16ul * SYMBOL_DOC,
        "SymbolName" / Text(24) * SYMBOL_NAME_DOC,
        "SymbolType" / Int16ul * SYMBOL_TYPE_DOC,
        "PriceIncrement" / size * "smallest price step",
        "MinSize" / size * "smallest quantity",
        "MaxSize" / size * "largest quantity",
        "SendingTime" / Int64ul * TIME_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
    )


class InstrumentResponse(Message, letter="Q", name="instrument_response", size=56):
    """`Q`, 56 bytes, OES to client; steps and sizes are half floats, exact to three digits only."""

    __slots__ = ()
    LAYOUT = _instrument_response(Float16l)


class InstrumentResponse74(Message, letter="Q", name="instrument_response", size=74):
    """`Q`, 74 bytes, OES to client; steps and sizes are doubles."""

    __slots__ = ()
    LAYOUT = _instrument_response(Float64l)


def _risk_request(purpose: Any, symbol_doc: str) -> Struct:
    return Struct(
        *header(),
        _message_type(),
        purpose,
        "Account" / Int32ul * ACCOUNT_DOC,
        "TradingSessionID" / Int32ul * SESSION_DOC,
        "SymbolEnum" / Int16ul * symbol_doc,
        "Key" / Int32ul * KEY_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
        "SendingTime" / Int64ul * TIME_DOC,
    )


class RiskUpdateRequest(Message, letter="w", name="risk_update_request", size=34):
    """`w`, 34 bytes, client to OES."""

    __slots__ = ()
    LAYOUT = _risk_request("ResponseType" / Int16ul * "1 snapshot, 2 start of a snapshot", SYMBOL_DOC)


class CollateralRequest(Message, letter="f", name="collateral_request", size=34):
    """`f`, 34 bytes, client to OES."""

    __slots__ = ()
    LAYOUT = _risk_request("UpdateType" / Int16ul * "2 user request", "instrument number; 0 for all")


def _account_state(message_type: str, disabled: Construct) -> Struct:
    return Struct(
        *header(),
        _message_type(message_type),
        padding(),
        "UserName" / Text(6) * USER_DOC,
        "Account" / Int32ul * ACCOUNT_DOC,
        "SymbolEnum" / Int16ul * SYMBOL_DOC,
        "Leverage" / Float64l * "of the account; 0 when it cannot go short",
        "LongPosition" / Float64l * "open long quantity",
        "ShortPosition" / Float64l * "open short quantity",
        "LongCash" / Float64l * "cash of the open longs",
        "ShortCash" / Float64l * "cash of the open shorts",
        "SymbolDisabled" / disabled * "1 when trading is disabled; some write '1' or 'Y'",
        "AccountEquity" / Float64l * "not used",
        "InstrumentEquity" / Float64l * "not used",
        "ExecutedLongCash" / Float64l * "cash of the executed longs",
        "ExecutedLongPosition" / Float64l * "executed long quantity",
        "ExecutedShortCash" / Float64l * "cash of the executed shorts",
        "ExecutedShortPosition" / Float64l * "executed short quantity",
        "BTCEquity" / Float64l * "balance in BTC",
        "USDTEquity" / Float64l * "balance in USDT",
        "ETHEquity" / Float64l * "balance in ETH",
        "USDEquity" / Float64l * "balance in USD",
        "FLYEquity" / Float64l * "balance in FLY",
        "OpenOrderRequestLimit" / Int32ul * "most order requests that may wait for an answer",
        "TradingSessionID" / Int32ul * SESSION_DOC,
        "MsgSeqNum" / Int32ul * SEQUENCE_DOC,
    )


class RiskUserSymbol(Message, letter="N", name="risk_user_symbol", size=161):
    """`N`, 161 bytes, OES to client; SymbolDisabled is a number."""

    __slots__ = ()
    LAYOUT = _account_state("33 when sent, ignored", Int8ul)


class CollateralResponse(Message, letter="h", name="collateral_response", size=161):
    """`h`, 161 bytes, OES to client; SymbolDisabled is a character."""

    __slots__ = ()
    LAYOUT = _account_state("31 when sent, ignored", Text(1))


def _open_order_request(*key: Any) -> Struct:
    return Struct(
        *header(signed=True),
        "MessageType" / Int16sl * "not used; 0",
        "Account" / Int32sl * ACCOUNT_DOC,
        "SymbolEnum" / Int16sl * SYMBOL_DOC,
        "SymbolName" / Text(12) * "instrument name; some clients write their user name",
        "TradingSessionID" / Int32sl * SESSION_DOC,
        "SendingTime" / Int64sl * TIME_DOC,
        "MsgSeqNum" / Int32sl * SEQUENCE_DOC,
        *key,
    )


class OpenOrderRequest(Message, letter="E", name="open_order_request", size=40, alias="e"):
    """`E` (or `e`), 40 bytes, client to OES; the form that is sent."""

    __slots__ = ()
    LAYOUT = _open_order_request()


class OpenOrderRequest44(Message, letter="E", name="open_order_request", size=44, alias="e"):
    """`E` (or `e`), 44 bytes, client to OES; with the Key at its end."""

    __slots__ = ()
    LAYOUT = _open_order_request("Key" / Int32sl * KEY_DOC)
