"""Between Nasdaq OUCH 5.0 and the market: messages with tagged appendages, numbers that rise per channel.

In: messages of the dialect; what became of an order. Out: wishes in ticks and lots; encoded messages.
Never knows: tokens that were used, streams, sockets. Follows the Nasdaq OUCH facts, like the module of both dialects.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from base.gateway.translate_ouch import (
    ADDED,
    REMOVED,
    SIDES,
    Cause,
    Kind,
    Token,
    Why,
    Wish,
    since_midnight,
)
from base.gateway.translate_ouch_nasdaq import (
    BREAKS,
    LONGEST_LIFE_S,
    PEGGED,
    SECOND_NS,
    NasdaqTongue,
    cancel_reason,
    capacity_of,
    letter_of,
)
from base.vocabulary.instruments import Instrument
from base.wire.ouch import nasdaq50
from base.wire.ouch.appendage import TAGS
from base.wire.ouch.nasdaq_codes import CancelReason, CrossType, RejectCode50, TimeInForce50


class Nasdaq50Tongue(NasdaqTongue):
    """Nasdaq OUCH 5.0; a token is the pair of channel (UserRefIdx) and number."""

    dialect = nasdaq50.NASDAQ50
    price_scale = nasdaq50.PRICE.scale
    tokens_rise = True
    reject_codes: ClassVar[Mapping[Why, Any]] = {
        Why.BOOK: RejectCode50.INVALID_SYMBOL, Why.PRICE: RejectCode50.INVALID_PRICE,
        Why.QUANTITY: RejectCode50.INVALID_QUANTITY, Why.MINIMUM: RejectCode50.INVALID_MINIMUM_QUANTITY,
        Why.SIDE: RejectCode50.INVALID_SIDE, Why.DISPLAY: RejectCode50.INVALID_DISPLAY,
        Why.TOO_LARGE: RejectCode50.SHARES_ABOVE_THRESHOLD, Why.VALUE: RejectCode50.NOTIONAL_LIMIT,
        Why.SHORT: RejectCode50.NOTIONAL_LIMIT, Why.CROSS: RejectCode50.INVALID_CROSS_ORDER,
        Why.PEG: RejectCode50.PEGGING_NOT_ALLOWED, Why.MAX_FLOOR: RejectCode50.INVALID_MAX_FLOOR,
        Why.WOULD_TAKE: RejectCode50.CROSSED_MARKET, Why.CLOSED: RejectCode50.DESTINATION_CLOSED,
        Why.HALTED: RejectCode50.HALTED, Why.FIRM: RejectCode50.FIRM_NOT_AUTHORISED,
    }  # fmt: skip

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        super().__init__(instruments)
        self._largest = 2**64 - 1

    def new_token(self, message: Any) -> Token:
        return _channel(message), message.userRefNum

    def old_token(self, message: Any) -> Token:
        return _channel(message), message.origUserRefNum if message.LETTER == "U" else message.userRefNum

    def lots(self, message: Any) -> int:
        return int(message.quantity)

    def read_enter(self, message: Any) -> Wish | Why:
        instrument = self.scales.by_name.get(message.symbol, 0)
        if not instrument:
            return Why.BOOK
        if message.crossType != CrossType.CONTINUOUS:
            return Why.CROSS
        return self._read(message, instrument, message.side, message.appendage.get("Firm", ""))

    def read_replace(self, message: Any, former: Wish) -> Wish | Why:
        side = message.appendage.get("Side", letter_of(former.side))
        if side in SIDES and (side == "B") != (letter_of(former.side) == "B"):
            return Why.SIDE
        return self._read(message, former.instrument, letter_of(former.side) if side in SIDES else side, former.firm)

    def accepted(self, now_ns: int, frame: bytes, number: int, state: str) -> bytes:
        message: Any = nasdaq50.EnterOrder.parse(frame)
        wanted = {name: value for name, value in message.fields().items() if name not in _NOT_ECHOED}
        wanted["capacity"] = capacity_of(wanted["capacity"])
        return nasdaq50.OrderAccepted(
            timestamp=since_midnight(now_ns), orderReferenceNumber=number, orderState=state,
            appendage=_carried(message, nasdaq50.OrderAccepted), **wanted,
        ).encode()  # fmt: skip

    def replaced(self, now_ns: int, frame: bytes, replace: Any, number: int, lots: int, state: str) -> bytes:
        wanted: Any = nasdaq50.EnterOrder.parse(frame)
        return nasdaq50.OrderReplaced(
            timestamp=since_midnight(now_ns), origUserRefNum=replace.origUserRefNum, userRefNum=replace.userRefNum,
            side=replace.appendage.get("Side", wanted.side), quantity=lots, symbol=wanted.symbol, price=replace.price,
            timeInForce=replace.timeInForce, display=replace.display, orderReferenceNumber=number,
            capacity=capacity_of(wanted.capacity), iso=replace.iso, crossType=wanted.crossType, orderState=state,
            clOrdId=replace.clOrdId, appendage=_carried(replace, nasdaq50.OrderReplaced),
        ).encode()  # fmt: skip

    def cancelled(self, now_ns: int, token: Token, lots: int, cause: Cause | Why) -> bytes:
        return nasdaq50.OrderCanceled(
            timestamp=since_midnight(now_ns), userRefNum=token[1], quantity=lots, reason=cancel_reason(cause),
            appendage=_index(token),
        ).encode()  # fmt: skip

    def prevented(
        self, now_ns: int, token: Token, lots: int, prevented_lots: int, wish: Wish, *, rests: bool
    ) -> bytes:
        return nasdaq50.AIQCanceled(
            timestamp=since_midnight(now_ns), userRefNum=token[1], decrementShares=lots,
            reason=CancelReason.SELF_MATCH, quantityPreventedFromTrading=prevented_lots,
            executionPrice=self.scales.price(wish.instrument, wish.ticks, self._largest),
            liquidityFlag=ADDED if rests else REMOVED, aiqStrategy=" ", appendage=_index(token),
        ).encode()  # fmt: skip

    def executed(
        self, now_ns: int, token: Token, wish: Wish, lots: int, ticks: int, match: int, *, rests: bool
    ) -> bytes:
        return nasdaq50.OrderExecuted(
            timestamp=since_midnight(now_ns), userRefNum=token[1], quantity=lots,
            price=self.scales.price(wish.instrument, ticks, self._largest),
            liquidityFlag=ADDED if rests else REMOVED, matchNumber=match, appendage=_index(token),
        ).encode()  # fmt: skip

    def rejected(self, now_ns: int, message: Any, why: Why) -> bytes:
        return nasdaq50.Rejected(
            timestamp=since_midnight(now_ns), userRefNum=message.userRefNum,
            reason=int(self.reject_codes.get(why, RejectCode50.OTHER)), clOrdId=getattr(message, "clOrdId", ""),
            appendage=_index(self.new_token(message)),
        ).encode()  # fmt: skip

    def modified(self, now_ns: int, message: Any) -> bytes:
        """An order is marked otherwise, or became smaller."""
        return nasdaq50.OrderModified(
            timestamp=since_midnight(now_ns), userRefNum=message.userRefNum, side=message.side,
            quantity=message.quantity, appendage=message.appendage,
        ).encode()  # fmt: skip

    def cancel_refused(self, now_ns: int, message: Any) -> bytes:
        """An order cannot be cut down now."""
        return nasdaq50.CancelReject(
            timestamp=since_midnight(now_ns), userRefNum=message.userRefNum, appendage=_index(self.old_token(message))
        ).encode()

    def label(self, message: Any) -> str:
        return str(message.clOrdId)

    def broken(self, now_ns: int, token: Token, label: str, match: int, reason: int) -> bytes:
        return nasdaq50.BrokenTrade(
            timestamp=since_midnight(now_ns), userRefNum=token[1], matchNumber=match, reason=BREAKS[reason],
            clOrdId=label, appendage=_index(token),
        ).encode()  # fmt: skip

    def confirmed(self, now_ns: int, message: Any) -> bytes:
        """A Mass Cancel is carried out, or a firm may enter orders or may not."""
        answer, names = _CONFIRMATIONS[message.LETTER]
        said = {name: getattr(message, name) for name in names}
        encoded: bytes = answer(timestamp=since_midnight(now_ns), appendage=message.appendage, **said).encode()
        return encoded

    def next_number(self, now_ns: int, number: int, message: Any) -> bytes:
        """Which number the venue expects next."""
        return nasdaq50.AccountQueryResponse(
            timestamp=since_midnight(now_ns), nextUserRefNum=min(number, 2**32 - 1), appendage=message.appendage
        ).encode()

    def system_event(self, now_ns: int, event: str) -> bytes:
        return nasdaq50.SystemEvent(timestamp=since_midnight(now_ns), eventCode=event).encode()

    def _read(self, message: Any, instrument: int, side: str, firm: str) -> Wish | Why:
        tags = message.appendage
        if tags.get("PriceType", "L") != "L" or any(name in tags for name in PEGGED):
            return Why.PEG
        if "RandomReserves" in tags:
            return Why.MAX_FLOOR
        if tags.get("HandleInst", " ") not in " N":
            return Why.CROSS
        return self.read_wish(
            instrument, side, message.quantity, message.price, _terms50(message.timeInForce, tags), message.display,
            minimum_lots=tags.get("MinQty", 0), shown_lots=tags.get("MaxFloor", 0),
            posts_only=tags.get("PostOnly") == "P", firm=firm,
        )  # fmt: skip


_NUMBERS: dict[str, int] = {declared.name: number for number, declared in TAGS.items()}
_NOT_ECHOED = frozenset({"messageType", "appendageLength", "appendage"})
_CONFIRMATIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "C": (nasdaq50.MassCancelResponse, ("userRefNum", "firm", "symbol")),
    "D": (nasdaq50.DisableOrderEntryResponse, ("userRefNum", "firm")),
    "E": (nasdaq50.EnableOrderEntryResponse, ("userRefNum", "firm")),
}


def _terms50(time_in_force: str, tags: Mapping[str, Any]) -> tuple[Kind | Why, int]:
    """The same for 5.0."""
    if time_in_force == TimeInForce50.IMMEDIATE:
        return Kind.IMMEDIATE, 0
    if time_in_force == TimeInForce50.GOOD_TILL_TIME:
        seconds = tags.get("ExpireTime", 0)
        return (Kind.DAY, seconds * SECOND_NS) if 0 < seconds < LONGEST_LIFE_S else (Why.TYPE, 0)
    return (Kind.DAY if time_in_force in tuple(TimeInForce50) else Why.TYPE), 0


def _channel(message: Any) -> int:
    return int(message.appendage.get("UserRefIdx", 0))


def _index(token: Token) -> dict[str, int]:
    return {"UserRefIdx": token[0]} if token[0] else {}


def _carried(message: Any, answer: Any) -> dict[str, Any]:
    """The tags of a message that its answer may carry as well."""
    return {name: value for name, value in message.appendage.items() if _NUMBERS[name] in answer.ALLOWED}
