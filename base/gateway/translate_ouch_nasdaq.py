"""Between the two Nasdaq dialects of OUCH, 4.2 and 5.0, and the market.

In: messages of a dialect; what became of an order. Out: wishes in ticks and lots; encoded messages.
Never knows: tokens that were used, streams, sockets.
Follows the Nasdaq OUCH facts; what a venue of one continuous book does not have (crosses, pegs, retail programmes)
is refused by its own reason. Decisions are in docs/ouch.md.
"""

from collections.abc import Mapping
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
)  # fmt: skip
from base.vocabulary.operator_commands import BreakReason
from base.wire.ouch import nasdaq42
from base.wire.ouch.nasdaq_codes import (
    MARKET_PRICE,
    MARKET_PRICE_ROUND,
    PRICE_MAX,
    QUANTITY_LIMIT,
    BrokenTradeReason,
    CancelReason,
    Capacity,
    CrossType,
    Display,
    RejectReason42,
    TimeInForce42,
)  # fmt: skip

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
BREAKS: dict[int, BrokenTradeReason] = {reason: BrokenTradeReason[reason.name] for reason in BreakReason}
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
            former.instrument, letter_of(former.side), message.shares, message.price, _terms42(message.timeInForce),
            message.display, minimum_lots=message.minimumQuantity, firm=former.firm,
        )  # fmt: skip

    def accepted(self, now_ns: int, frame: bytes, number: int, state: str) -> bytes:
        wanted = nasdaq42.EnterOrder.parse(frame).fields()
        del wanted["messageType"], wanted["customerType"]
        wanted["capacity"] = capacity_of(wanted["capacity"])
        return nasdaq42.Accepted(
            timestamp=since_midnight(now_ns), orderReferenceNumber=number, orderState=state, bboWeightIndicator=" ",
            **wanted,
        ).encode()  # fmt: skip

    def replaced(self, now_ns: int, frame: bytes, replace: Any, number: int, lots: int, state: str) -> bytes:
        wanted: Any = nasdaq42.EnterOrder.parse(frame)
        return nasdaq42.Replaced(
            timestamp=since_midnight(now_ns), replacementOrderToken=replace.replacementOrderToken, side=wanted.side,
            shares=lots, stock=wanted.stock, price=replace.price, timeInForce=replace.timeInForce, firm=wanted.firm,
            display=replace.display, orderReferenceNumber=number, capacity=capacity_of(wanted.capacity),
            iso=replace.iso, minimumQuantity=replace.minimumQuantity, crossType=wanted.crossType, orderState=state,
            previousOrderToken=replace.existingOrderToken, bboWeightIndicator=" ",
        ).encode()  # fmt: skip

    def cancelled(self, now_ns: int, token: Token, lots: int, cause: Cause | Why) -> bytes:
        return nasdaq42.Canceled(
            timestamp=since_midnight(now_ns), orderToken=token, decrementShares=lots, reason=cancel_reason(cause)
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

    def broken(self, now_ns: int, token: Token, label: str, match: int, reason: int) -> bytes:
        return nasdaq42.BrokenTrade(
            timestamp=since_midnight(now_ns), orderToken=token, matchNumber=match, reason=BREAKS[reason]
        ).encode()

    def system_event(self, now_ns: int, event: str) -> bytes:
        return nasdaq42.SystemEvent(timestamp=since_midnight(now_ns), eventCode=event).encode()


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


def letter_of(side: int) -> str:
    """The letter of a side."""
    return next(letter for letter, known in SIDES.items() if known == side)


def capacity_of(capacity: str) -> str:
    """The capacity that an answer shows."""
    return capacity if capacity in tuple(Capacity) else Capacity.OTHER


def cancel_reason(cause: Cause | Why) -> CancelReason:
    """Why an order is cancelled, in a letter."""
    return CANCELS[cause] if isinstance(cause, Cause) else CancelReason.USER
