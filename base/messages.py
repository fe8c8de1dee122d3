"""All typed messages and codes of the binary protocol, for programs.

In: nothing. Out: message classes, entry classes, enumerations.
Never knows: sockets, sessions, the market.
Follows: binary protocol, sections 3 and 4.
"""

from base.wire.bo.codes import (
    ATTRIBUTE_DISPLAY,
    ATTRIBUTE_HIDDEN,
    NO_REJECT,
    TIF,
    LoginStatus,
    LogonType,
    MessageType,
    OrderType,
    RejectReason,
    ReportType,
    RequestType,
    ResponseType,
    Side,
    SubscribeType,
    SymbolType,
    TriggerType,
    UpdateType,
)
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import (
    FiveLevelData,
    Level,
    MarketDataExecReport,
    MarketDataSubscribe,
    PriceLevel,
    Subscription,
    TenLevelData,
    ThirtyLevelData,
    ThreeLevelData,
    TopOfBook,
    TwentyLevelData,
)
from base.wire.bo.requests import (
    CollateralRequest,
    CollateralResponse,
    InstrumentRequest,
    InstrumentRequest62,
    InstrumentResponse,
    InstrumentResponse74,
    OpenOrderRequest,
    OpenOrderRequest44,
    RiskUpdateRequest,
    RiskUserSymbol,
)
from base.wire.bo.transaction import Transaction, Transaction238
from base.wire.layout import Message
from base.wire.registry import message_class

__all__ = [
    "ATTRIBUTE_DISPLAY",
    "ATTRIBUTE_HIDDEN",
    "NO_REJECT",
    "TIF",
    "ClientLogon",
    "CollateralRequest",
    "CollateralResponse",
    "FiveLevelData",
    "InstrumentRequest",
    "InstrumentRequest62",
    "InstrumentResponse",
    "InstrumentResponse74",
    "Level",
    "LoginStatus",
    "LogonType",
    "MarketDataExecReport",
    "MarketDataSubscribe",
    "Message",
    "MessageType",
    "OpenOrderRequest",
    "OpenOrderRequest44",
    "OrderType",
    "PriceLevel",
    "RejectReason",
    "ReportType",
    "RequestType",
    "ResponseType",
    "RiskUpdateRequest",
    "RiskUserSymbol",
    "Side",
    "SubscribeType",
    "Subscription",
    "SymbolType",
    "TenLevelData",
    "ThirtyLevelData",
    "ThreeLevelData",
    "TopOfBook",
    "Transaction",
    "Transaction238",
    "TriggerType",
    "TwentyLevelData",
    "UpdateType",
    "message_class",
]
