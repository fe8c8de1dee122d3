"""Between the two Nasdaq dialects of OUCH, 4.2 and 5.0, and the market.

In: messages of a dialect; what became of an order. Out: wishes in ticks and lots; encoded messages.
Never knows: tokens that were used, streams, sockets.
Follows the Nasdaq OUCH facts; what a venue of one continuous book does not have (crosses, pegs, retail programmes)
is refused by its own reason. Decisions are in docs/ouch.md.
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
    Tongue,
    Why,
    Wish,
    since_midnight,
)
from base.vocabulary.instruments import Instrument
from base.wire.ouch import nasdaq42, nasdaq50
from base.wire.ouch.appendage import TAGS
from base.wire.ouch.nasdaq_codes import (
    MARKET_PRICE,
    MARKET_PRICE_ROUND,
    PRICE_MAX,
    QUANTITY_LIMIT,
    CancelReason,
    Capacity,
    CrossType,
    Display,
    RejectCode50,
    RejectReason42,
    TimeInForce42,
    TimeInForce50,
)

SECOND_NS = 1_000_000_000
LONGEST_LIFE_S = 86_400
ANY_PRICE = frozenset({MARKET_PRICE, MARKET_PRICE_ROUND})
SHOWN = frozenset({Display.ATTRIBUTABLE, Display.ANONYMOUS})
POSTS_ONLY = frozenset({Display.POST_ONLY, Display.POST_ONLY_ATTRIBUTABLE})
CANCELS: dict[Cause, CancelReason] = {
    Cause.USER: CancelReason.USER, Cause.IMMEDIATE: CancelReason.IMMEDIATE, Cause.LOGGED_OFF: CancelReason.SYSTEM,
    Cause.SUPERVISORY: CancelReason.SUPERVISORY, Cause.TIME_OVER: CancelReason.TIMEOUT,
    Cause.SELF_MATCH: CancelReason.SELF_MATCH,
}  # fmt: skip
PEGGED = ("PegOffset", "DiscretionPrice", "DiscretionPriceType", "DiscretionPegOffset")


class NasdaqTongue(Tongue):
    """What both dialects do alike; they name their fields differently."""

    always_withdraws = False
    keeps_on_refusal = True

    def read_wish(
        self, instrument: int, side: str, lots: int, price: int, terms: tuple[Kind | Why, int], display: str,
        *, minimum_lots: int, shown_lots: int = 0, posts_only: bool = False, firm: str = "",
    ) -> Wish | Why:  # fmt: skip
        """Judge the terms that every order and every replace has."""
        kind, lifetime_ns = terms
        if side not in SIDES:
            return Why.SIDE
        if not 0 < lots < QUANTITY_LIMIT or not self.scales.takes(instrument, lots):
            return Why.QUANTITY
        if isinstance(kind, Why):
            return kind
        ticks = 0
        if price not in ANY_PRICE:
            ticks = self.scales.ticks(instrument, price) if price <= PRICE_MAX else 0
        if not ticks and (price not in ANY_PRICE or kind is not Kind.IMMEDIATE):
            return Why.PRICE
        if display not in SHOWN | POSTS_ONLY | {Display.HIDDEN}:
            return Why.DISPLAY
        if minimum_lots and not (kind is Kind.IMMEDIATE and minimum_lots <= lots):
            return Why.MINIMUM
        if shown_lots >= lots:
            shown_lots = 0
        if kind is Kind.IMMEDIATE:
            return Wish(instrument, SIDES[side], lots, ticks, kind, minimum_lots=minimum_lots, firm=firm)
        hidden = display == Display.HIDDEN
        if posts_only or display in POSTS_ONLY:
            kind = Kind.POST_ONLY
        if hidden and shown_lots:
            return Why.MAX_FLOOR
        return Wish(
            instrument, SIDES[side], lots, ticks, kind, hidden,
            shown_lots=shown_lots, lifetime_ns=lifetime_ns, firm=firm,
        )  # fmt: skip


class Nasdaq42Tongue(NasdaqTongue):
    """Nasdaq OUCH 4.2."""

    dialect = nasdaq42.NASDAQ42
    price_scale = nasdaq42.PRICE.scale
    tokens_rise = False
    reject_codes: ClassVar[Mapping[Why, Any]] = {
        Why.BOOK: RejectReason42.INVALID_STOCK, Why.PRICE: RejectReason42.INVALID_PRICE,
        Why.QUANTITY: RejectReason42.SHARES_ABOVE_THRESHOLD, Why.MINIMUM: RejectReason42.INVALID_MINIMUM_QUANTITY,
        Why.DISPLAY: RejectReason42.INVALID_DISPLAY, Why.TOO_LARGE: RejectReason42.SHARES_ABOVE_THRESHOLD,
        Why.CROSS: RejectReason42.NOT_IN_THIS_CROSS, Why.WOULD_TAKE: RejectReason42.INVALID_PRICE,
        Why.CLOSED: RejectReason42.CLOSED, Why.HALTED: RejectReason42.HALTED,
        Why.FIRM: RejectReason42.FIRM_NOT_AUTHORISED,
    }  # fmt: skip

    def new_token(self, message: Any) -> Token:
        return message.orderToken if message.LETTER == "O" else message.replacementOrderToken

    def old_token(self, message: Any) -> Token:
        return message.existingOrderToken if message.LETTER == "U" else message.orderToken

    def lots(self, message: Any) -> int:
        return int(message.shares)

    def read_enter(self, message: Any) -> Wish | Why:
        instrument = self.scales.by_name.get(message.stock, 0)
        if not instrument:
            return Why.BOOK
        if message.crossType != CrossType.CONTINUOUS:
            return Why.CROSS
        return self.read_wish(
            instrument, message.side, message.shares, message.price, _terms42(message.timeInForce), message.display,
            minimum_lots=message.minimumQuantity, firm=message.firm,
        )  # fmt: skip

    def read_replace(self, message: Any, former: Wish) -> Wish | Why:
        return self.read_wish(
            former.instrument, _letter(former.side), message.shares, message.price, _terms42(message.timeInForce),
            message.display, minimum_lots=message.minimumQuantity, firm=former.firm,
        )  # fmt: skip

    def accepted(self, now_ns: int, frame: bytes, number: int, state: str) -> bytes:
        wanted = nasdaq42.EnterOrder.parse(frame).fields()
        del wanted["messageType"], wanted["customerType"]
        wanted["capacity"] = _capacity(wanted["capacity"])
        return nasdaq42.Accepted(
            timestamp=since_midnight(now_ns), orderReferenceNumber=number, orderState=state, bboWeightIndicator=" ",
            **wanted,
        ).encode()  # fmt: skip

    def replaced(self, now_ns: int, frame: bytes, replace: Any, number: int, lots: int, state: str) -> bytes:
        wanted: Any = nasdaq42.EnterOrder.parse(frame)
        return nasdaq42.Replaced(
            timestamp=since_midnight(now_ns), replacementOrderToken=replace.replacementOrderToken, side=wanted.side,
            shares=lots, stock=wanted.stock, price=replace.price, timeInForce=replace.timeInForce, firm=wanted.firm,
            display=replace.display, orderReferenceNumber=number, capacity=_capacity(wanted.capacity),
            iso=replace.iso, minimumQuantity=replace.minimumQuantity, crossType=wanted.crossType, orderState=state,
            previousOrderToken=replace.existingOrderToken, bboWeightIndicator=" ",
        ).encode()  # fmt: skip

    def cancelled(self, now_ns: int, token: Token, lots: int, cause: Cause | Why) -> bytes:
        return nasdaq42.Canceled(
            timestamp=since_midnight(now_ns), orderToken=token, decrementShares=lots, reason=_cancel_reason(cause)
        ).encode()

    def prevented(
        self, now_ns: int, token: Token, lots: int, prevented_lots: int, wish: Wish, *, rests: bool
    ) -> bytes:
        return nasdaq42.AIQCanceled(
            timestamp=since_midnight(now_ns), orderToken=token, decrementShares=lots, reason=CancelReason.SELF_MATCH,
            quantityPreventedFromTrading=prevented_lots,
            executionPrice=self.scales.price(wish.instrument, wish.ticks, 2**32 - 1),
            liquidityFlag=ADDED if rests else REMOVED,
        ).encode()  # fmt: skip

    def executed(
        self, now_ns: int, token: Token, wish: Wish, lots: int, ticks: int, match: int, *, rests: bool
    ) -> bytes:
        return nasdaq42.Executed(
            timestamp=since_midnight(now_ns), orderToken=token, executedShares=lots,
            executionPrice=self.scales.price(wish.instrument, ticks, 2**32 - 1),
            liquidityFlag=ADDED if rests else REMOVED, matchNumber=match,
        ).encode()  # fmt: skip

    def rejected(self, now_ns: int, message: Any, why: Why) -> bytes:
        return nasdaq42.Rejected(
            timestamp=since_midnight(now_ns), orderToken=self.new_token(message),
            reason=self.reject_codes.get(why, RejectReason42.OTHER),
        ).encode()  # fmt: skip

    def modified(self, now_ns: int, message: Any) -> bytes:
        """An order is marked otherwise, or became smaller."""
        return nasdaq42.OrderModified(
            timestamp=since_midnight(now_ns), orderToken=message.orderToken, side=message.side, shares=message.shares
        ).encode()

    def cancel_refused(self, now_ns: int, message: Any) -> bytes:
        """An order cannot be cut down now."""
        return nasdaq42.CancelReject(timestamp=since_midnight(now_ns), orderToken=message.orderToken).encode()

    def system_event(self, now_ns: int, event: str) -> bytes:
        return nasdaq42.SystemEvent(timestamp=since_midnight(now_ns), eventCode=event).encode()


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
        side = message.appendage.get("Side", _letter(former.side))
        if side in SIDES and (side == "B") != (_letter(former.side) == "B"):
            return Why.SIDE
        return self._read(message, former.instrument, _letter(former.side) if side in SIDES else side, former.firm)

    def accepted(self, now_ns: int, frame: bytes, number: int, state: str) -> bytes:
        message: Any = nasdaq50.EnterOrder.parse(frame)
        wanted = {name: value for name, value in message.fields().items() if name not in _NOT_ECHOED}
        wanted["capacity"] = _capacity(wanted["capacity"])
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
            capacity=_capacity(wanted.capacity), iso=replace.iso, crossType=wanted.crossType, orderState=state,
            clOrdId=replace.clOrdId, appendage=_carried(replace, nasdaq50.OrderReplaced),
        ).encode()  # fmt: skip

    def cancelled(self, now_ns: int, token: Token, lots: int, cause: Cause | Why) -> bytes:
        return nasdaq50.OrderCanceled(
            timestamp=since_midnight(now_ns), userRefNum=token[1], quantity=lots, reason=_cancel_reason(cause),
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


def _terms42(time_in_force: int) -> tuple[Kind | Why, int]:
    """The kind of a time in force of 4.2, and how long it lasts when that is not the day."""
    if time_in_force == TimeInForce42.IMMEDIATE:
        return Kind.IMMEDIATE, 0
    if time_in_force in (
        TimeInForce42.EXTENDED_HOURS, TimeInForce42.MARKET_HOURS, TimeInForce42.SYSTEM_HOURS
    ):  # fmt: skip
        return Kind.DAY, 0
    if time_in_force < LONGEST_LIFE_S:
        return Kind.DAY, time_in_force * SECOND_NS
    return (Kind.DAY if time_in_force < TimeInForce42.EXTENDED_HOURS else Why.TYPE), 0


def _terms50(time_in_force: str, tags: Mapping[str, Any]) -> tuple[Kind | Why, int]:
    """The same for 5.0."""
    if time_in_force == TimeInForce50.IMMEDIATE:
        return Kind.IMMEDIATE, 0
    if time_in_force == TimeInForce50.GOOD_TILL_TIME:
        seconds = tags.get("ExpireTime", 0)
        return (Kind.DAY, seconds * SECOND_NS) if 0 < seconds < LONGEST_LIFE_S else (Why.TYPE, 0)
    return (Kind.DAY if time_in_force in tuple(TimeInForce50) else Why.TYPE), 0


def _letter(side: int) -> str:
    return next(letter for letter, known in SIDES.items() if known == side)


def _capacity(capacity: str) -> str:
    return capacity if capacity in tuple(Capacity) else Capacity.OTHER


def _cancel_reason(cause: Cause | Why) -> CancelReason:
    return CANCELS[cause] if isinstance(cause, Cause) else CancelReason.USER


def _channel(message: Any) -> int:
    return int(message.appendage.get("UserRefIdx", 0))


def _index(token: Token) -> dict[str, int]:
    return {"UserRefIdx": token[0]} if token[0] else {}


def _carried(message: Any, answer: Any) -> dict[str, Any]:
    """The tags of a message that its answer may carry as well."""
    return {name: value for name, value in message.appendage.items() if _NUMBERS[name] in answer.ALLOWED}
