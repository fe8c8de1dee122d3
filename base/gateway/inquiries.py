"""The inquiry desk: what instruments there are, what an account holds and has open.

In: requests of the types Y, w, f and E. Out: Q, N, h and T messages from the real state.
Never knows: sockets, clocks, matching, how a client logged on.
Follows sections 3.2 to 3.8 and 6.1 of the protocol. A Y that is refused comes back with its
RejectReason; the other requests have no such field, so their refusal is a REJECT transaction.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Protocol

from base import limits
from base.errors import ParseError
from base.gateway.clients import Client
from base.gateway.reports import Reports
from base.gateway.translate_bo import REJECT_CODES
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OpenOrder
from base.vocabulary.participants import AccountTerms, Exposure
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import MessageType, ReportType, RequestType, ResponseType
from base.wire.bo.requests import (
    CollateralResponse,
    InstrumentRequest,
    InstrumentResponse,
    InstrumentResponse74,
    RiskUserSymbol,
)
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message
from base.wire.registry import message_class

UNSIGNED = 2**32
"""The open-order request carries 32-bit numbers signed that others carry unsigned."""

EQUITY_CURRENCIES = ("BTC", "USDT", "ETH", "USD", "FLY")
"""The currencies that N and h have a field for, ``<name>Equity``."""


class Holdings(Protocol):
    """What the desk wants of the exchange: read-only figures, in lots and atoms."""

    def exposure(self, account: int, instrument: int, /) -> Exposure: ...

    def equity(self, account: int, /) -> dict[str, int]: ...

    def open_orders(self, participant: int, instrument: int, /) -> list[OpenOrder]: ...


class Inquiries:
    """Answers the four requests of a logged-on client."""

    def __init__(
        self,
        holdings: Holdings,
        reports: Reports,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        instrument_layout: int,
    ) -> None:
        self._holdings = holdings
        self._reports = reports
        self._instruments = {instrument.number: instrument for instrument in instruments}
        self._leverage = {terms.account: float(terms.leverage) for terms in accounts}
        self._atoms = {c.name: c.atom for i in self._instruments.values() for c in (i.base, i.quote)}
        self._instrument_response = InstrumentResponse74 if instrument_layout == 74 else InstrumentResponse
        self._answers: dict[str, Callable[[Client, Message, int], int]] = {
            "Y": self._instruments_wanted,
            "w": self._risk_wanted,
            "f": self._collateral_wanted,
            "E": self._open_orders_wanted,
            "e": self._open_orders_wanted,
        }

    def take(self, client: Client, frame: bytes, now_ns: int) -> None:
        """Answer one request of a logged-on client."""
        letter = chr(frame[0])
        cls = message_class(letter, len(frame))
        assert cls is not None, "the session lets only legal pairs of letter and length in"
        try:
            request = cls.parse(frame)
        except ParseError:
            self._refuse(client, None, Reject.FIELD_INVALID)
            return
        if client.waiting() > limits.WAITING_FRAMES:
            self._refuse(client, request, Reject.TOO_MANY_REQUESTS)
            return
        reject = self._check(client, request) or self._answers[letter](client, request, now_ns)
        if reject:
            self._refuse(client, request, reject)

    def _check(self, client: Client, request: Message) -> int:
        fields = request.fields()
        if fields["Account"] % UNSIGNED != client.account:
            client.strike()
            return Reject.ACCOUNT_INVALID
        if client.lenient:
            return 0
        if fields.get("Key", client.key) % UNSIGNED != client.key:
            client.strike()
            return Reject.KEY_INVALID
        if fields["TradingSessionID"] % UNSIGNED != client.trading_session:
            return Reject.TRADING_SESSION_INVALID
        return 0

    def _refuse(self, client: Client, request: Message | None, reject: int) -> None:
        code = REJECT_CODES[Reject(reject)]
        if isinstance(request, InstrumentRequest) or (request is not None and request.LETTER == "Y"):
            client.send(request.replace(RejectReason=code).encode())
            return
        refusal = Transaction(
            MessageType=MessageType.REJECT,
            Account=client.account,
            TraderID=client.user,
            RejectReason=code,
            TradingSessionID=client.trading_session,
            MsgSeqNum=request.MsgSeqNum if request is not None else 0,
        )
        client.send(refusal.encode())

    # -- the answers; each gives a Reject, or 0 when it was given

    def _wanted(self, number: int) -> list[Instrument] | None:
        """Give the instruments that a SymbolEnum names: all for 0; None when there is no such one."""
        if not number:
            return list(self._instruments.values())
        instrument = self._instruments.get(number)
        return None if instrument is None else [instrument]

    def _instruments_wanted(self, client: Client, request: Message, now_ns: int) -> int:
        if request.RequestType not in (0, RequestType.ALL, RequestType.SYMBOL_ENUM):
            return Reject.FIELD_INVALID
        single = request.RequestType == RequestType.SYMBOL_ENUM
        wanted = self._wanted(request.SymbolEnum if single else 0)
        if wanted is None or (single and not request.SymbolEnum):
            return Reject.INSTRUMENT_UNKNOWN
        last = len(wanted) - 1
        for index, instrument in enumerate(wanted):
            if last == 0:
                part = ResponseType.SNAPSHOT
            elif index == 0:
                part = ResponseType.SNAPSHOT_START
            else:
                part = ResponseType.SNAPSHOT_FINISH if index == last else ResponseType.SNAPSHOT_CONTINUATION
            response = self._instrument_response(
                MessageType=ReportType.INSTRUMENT,
                ResponseType=part,
                SymbolEnum=instrument.number,
                SymbolName=instrument.name,
                SymbolType=instrument.symbol_type,
                PriceIncrement=float(instrument.tick),
                MinSize=float(instrument.min_lots * instrument.lot),
                MaxSize=float(instrument.max_lots * instrument.lot),
                SendingTime=now_ns,
                MsgSeqNum=request.MsgSeqNum,
            )
            client.send(response.encode())
        return 0

    def _risk_wanted(self, client: Client, request: Message, now_ns: int) -> int:
        wanted = self._wanted(request.SymbolEnum)
        if wanted is None:
            return Reject.INSTRUMENT_UNKNOWN
        for instrument in wanted:
            figures = self._figures(client, instrument.number, instrument, request.MsgSeqNum)
            client.send(RiskUserSymbol(MessageType=ReportType.RISK_USER_SYMBOL, **figures).encode())
        return 0

    def _collateral_wanted(self, client: Client, request: Message, now_ns: int) -> int:
        if self._wanted(request.SymbolEnum) is None:
            return Reject.INSTRUMENT_UNKNOWN
        instrument = self._instruments.get(request.SymbolEnum)
        figures = self._figures(client, request.SymbolEnum, instrument, request.MsgSeqNum)
        client.send(CollateralResponse(MessageType=ReportType.COLLATERAL_DATA, **figures).encode())
        return 0

    def _open_orders_wanted(self, client: Client, request: Message, now_ns: int) -> int:
        number = request.SymbolEnum
        name = request.SymbolName.rstrip() if "SymbolName" in request.fields() else ""
        if not number and name:
            number = next((i.number for i in self._instruments.values() if i.name == name), -1)
        wanted = self._wanted(number)
        if wanted is None:
            return Reject.INSTRUMENT_UNKNOWN
        for instrument in wanted:
            orders = self._holdings.open_orders(client.participant, instrument.number)
            self._reports.list_open_orders(client, orders)
        return 0

    def _figures(
        self, client: Client, number: int, instrument: Instrument | None, msg_seq_num: int
    ) -> dict[str, object]:
        """Give the fields that N and h share; without an instrument the positions are 0."""
        figures: dict[str, object] = {
            "UserName": client.user,
            "Account": client.account,
            "SymbolEnum": number,
            "Leverage": self._leverage[client.account],
            "OpenOrderRequestLimit": limits.OPEN_ORDER_REQUESTS,
            "TradingSessionID": client.trading_session,
            "MsgSeqNum": msg_seq_num,
        }
        equity = self._holdings.equity(client.account)
        for currency in EQUITY_CURRENCIES:
            figures[f"{currency}Equity"] = float(equity.get(currency, 0) * self._atoms.get(currency, Fraction(1)))
        if instrument is not None:
            exposure = self._holdings.exposure(client.account, instrument.number)
            lot, atom = instrument.lot, instrument.quote.atom
            figures |= {
                "LongPosition": float(exposure.open_long_lots * lot),
                "ShortPosition": float(exposure.open_short_lots * lot),
                "LongCash": float(exposure.open_long_atoms * atom),
                "ShortCash": float(exposure.open_short_atoms * atom),
                "ExecutedLongPosition": float(exposure.executed_long_lots * lot),
                "ExecutedShortPosition": float(exposure.executed_short_lots * lot),
                "ExecutedLongCash": float(exposure.executed_long_atoms * atom),
                "ExecutedShortCash": float(exposure.executed_short_atoms * atom),
            }
        return figures
