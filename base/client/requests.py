"""Writes the requests of one logged-on user: typed messages with every session field filled in.

In: what the user wants, and the keys and session of the logons. Out: messages ready to encode.
Never knows: sockets, clocks (times are arguments), replies.
Follows sections 3 (layouts) and 5 (session flow) of the protocol; the logon's constants are those of
the owner's README.
"""

from itertools import count
from typing import Any, TypeVar

from base.errors import FieldError
from base.one_time_code import hotp, secret_of, totp
from base.wire.bo.codes import (
    TIF,
    LogonType,
    MessageType,
    OrderType,
    RequestType,
    ResponseType,
    Side,
    SymbolType,
    UpdateType,
)
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import MarketDataSubscribe, Subscription
from base.wire.bo.requests import CollateralRequest, InstrumentRequest, OpenOrderRequest, RiskUpdateRequest
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

Request = TypeVar("Request", bound=Message)

SYMBOLS = {1: "BTCUSD", 2: "USDUSDT", 3: "FLYUSDT", 4: "BTCUSDT"}

LOGON_SESSION = 506
LOGON_SEQUENCE = 1500201
LOGON_ADDRESS = "1"
NO_ATTRIBUTES = "N" * 12

CONSTANT, TOTP = "constant", "totp"


def signed(number: int) -> int:
    """Give a 32-bit number as the signed fields of some layouts carry it.

    >>> signed(2**32 - 1)
    -1
    """
    return number - 2**32 if number >= 2**31 else number


def one_time_code(key: str, mode: str, wall_ns: int) -> str:
    """Give the TwoFA of a logon: ``constant`` is HOTP with counter 0, ``totp`` follows the wall clock."""
    secret = secret_of(key)
    if mode == CONSTANT:
        return hotp(secret, 0)
    if mode == TOTP:
        return totp(secret, wall_ns // 10**9)
    raise FieldError(f"mode {mode!r}: choose {CONSTANT!r} or {TOTP!r}")


def as_sent(listed: Transaction) -> Transaction:
    """Give a listed order without what only a report carries, so that a replace or cancel can begin from it."""
    return listed.replace(
        OrigOrderID=0, BOCancelShares=0.0, ExecID=0, ExecShares=0.0, RemainingQuantity=0.0, ExecFee=0.0, ExecPrice=0.0
    )


class Requests:
    """The request writer of one user; numbers its messages and its orders."""

    def __init__(self, account: int, user: str, first_order_id: int) -> None:
        self.account = account
        self.user = user
        self.two_fa = ""
        self.trading_session = LOGON_SESSION
        self.key = 0
        """The key that the order-entry server gave; every request carries it."""
        self.symbols = dict(SYMBOLS)
        self._order_ids = count(first_order_id)
        self._sequence = count(1)

    def next_order_id(self) -> int:
        """Give an OrderID that this writer has not given before."""
        return next(self._order_ids)

    def instrument_number(self, instrument: int | str) -> int:
        """Give the SymbolEnum of an instrument named by its number or its name."""
        if isinstance(instrument, int):
            return instrument
        for number, name in self.symbols.items():
            if name == instrument:
                return number
        raise FieldError(f"instrument {instrument!r} is not known: choose one of {', '.join(self.symbols.values())}")

    # -- logging on and off

    def logon(self, key: int) -> ClientLogon:
        """Write a logon: key 0 to the AES, the key of its reply to the OES."""
        return self._client_logon(LogonType.LOGIN, key, LOGON_SESSION)

    def logout(self, key: int) -> ClientLogon:
        """Write a logout."""
        return self._client_logon(LogonType.LOGOUT, key, self.trading_session)

    def _client_logon(self, logon_type: LogonType, key: int, trading_session: int) -> ClientLogon:
        return ClientLogon(
            LogonType=logon_type,
            Account=self.account,
            TwoFA=self.two_fa,
            UserName=self.user,
            TradingSessionID=trading_session,
            PrimaryOrderEntryIP=LOGON_ADDRESS,
            SecondaryOrderEntryIP=LOGON_ADDRESS,
            PrimaryMarketDataIP=LOGON_ADDRESS,
            SecondaryMarketDataIP=LOGON_ADDRESS,
            LastSeqNum=LOGON_SEQUENCE,
            Key=key,
        )

    # -- questions

    def instruments(self, instrument: int | str | None, now_ns: int) -> InstrumentRequest:
        """Ask for one instrument, or for all when it is None."""
        number = 0 if instrument is None else self.instrument_number(instrument)
        return InstrumentRequest(
            RequestType=RequestType.SYMBOL_ENUM if number else RequestType.ALL,
            SymbolName=self.symbols.get(number, ""),
            SymbolType=SymbolType.SPOT if number else 0,
            SymbolEnum=number,
            **self._session_fields(now_ns),
        )

    def risk(self, instrument: int | str, now_ns: int) -> RiskUpdateRequest:
        """Ask for the position in one instrument."""
        return RiskUpdateRequest(
            ResponseType=ResponseType.SNAPSHOT_START,
            SymbolEnum=self.instrument_number(instrument),
            **self._session_fields(now_ns),
        )

    def collateral(self, instrument: int | str | None, now_ns: int) -> CollateralRequest:
        """Ask for the balances."""
        return CollateralRequest(
            UpdateType=UpdateType.USER_REQUEST,
            SymbolEnum=0 if instrument is None else self.instrument_number(instrument),
            **self._session_fields(now_ns),
        )

    def open_orders(self, instrument: int | str, now_ns: int) -> OpenOrderRequest:
        """Ask for the open orders of one instrument."""
        number = self.instrument_number(instrument)
        fields = self._session_fields(now_ns)
        del fields["Key"]
        fields["Account"] = signed(self.account)
        fields["TradingSessionID"] = signed(self.trading_session)
        return OpenOrderRequest(SymbolEnum=number, SymbolName=self.symbols.get(number, ""), **fields)

    def market_data(self, kind: int, entries: list[Subscription], now_ns: int) -> MarketDataSubscribe:
        """Ask for pictures of up to five instruments, or for no more of them."""
        return MarketDataSubscribe(MessageType=kind, Subscribes=entries, **self._session_fields(now_ns))

    def renewed(self, message: Request, now_ns: int) -> Request:
        """Write a request again for the session of now; it keeps its number, so that its answer is still known."""
        fields = self._session_fields_of_now(now_ns)
        if isinstance(message, (Transaction, OpenOrderRequest)):
            fields = {name: number if name == "SendingTime" else signed(number) for name, number in fields.items()}
        return message.replace(**{name: value for name, value in fields.items() if name in message.fields()})

    # -- orders

    def new_order(
        self,
        instrument: int | str,
        side: Side | int,
        quantity: float,
        price: float,
        order_type: OrderType | int,
        tif: TIF | int,
        order_id: int,
        now_ns: int,
        fields: dict[str, Any],
    ) -> Transaction:
        """Write a new order; ``fields`` are further fields of the wire, such as StopLimitPrice."""
        number = self.instrument_number(instrument)
        order: dict[str, Any] = {
            "MessageType": MessageType.ORDER_NEW,
            "OrderID": order_id,
            "SymbolEnum": number,
            "OrderType": order_type,
            "SymbolType": SymbolType.SPOT,
            "BOPrice": price,
            "BOSide": side,
            "BOOrderQty": quantity,
            "TIF": tif,
            "BOSymbol": self.symbols.get(number, ""),
            "TraderID": self.user,
            "Attributes": NO_ATTRIBUTES,
        }
        return Transaction(**(order | self._order_session_fields(now_ns) | fields))

    def follow_up(
        self, original: Transaction, message_type: MessageType, order_id: int, now_ns: int, fields: dict[str, Any]
    ) -> Transaction:
        """Write a replace, cancel or status request for an order sent before; ``fields`` are what changes."""
        named: dict[str, Any] = {
            "MessageType": message_type,
            "OrderID": order_id,
            "OrigOrderID": original.OrderID,
            "BOOrigPrice": original.BOPrice,
        }
        return original.replace(**(named | self._order_session_fields(now_ns) | fields))

    def status(self, order_id: int, now_ns: int) -> Transaction:
        """Ask what became of an order."""
        return Transaction(
            MessageType=MessageType.ORDER_STATUS,
            OrderID=order_id,
            OrigOrderID=order_id,
            TraderID=self.user,
            Attributes=NO_ATTRIBUTES,
            **self._order_session_fields(now_ns),
        )

    def _session_fields(self, now_ns: int) -> dict[str, Any]:
        return self._session_fields_of_now(now_ns) | {"Account": self.account, "MsgSeqNum": next(self._sequence)}

    def _session_fields_of_now(self, now_ns: int) -> dict[str, Any]:
        return {"TradingSessionID": self.trading_session, "Key": self.key, "SendingTime": now_ns}

    def _order_session_fields(self, now_ns: int) -> dict[str, Any]:
        fields = self._session_fields(now_ns)
        return fields | {"TradingSessionID": signed(self.trading_session), "Key": signed(self.key)}
