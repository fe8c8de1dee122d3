"""Between OUCH and the market: what a message wishes for, and how the market's news reads in a dialect.

In: messages of a dialect; what became of an order. Out: wishes in ticks and lots; encoded messages.
Never knows: tokens that were used, streams, sockets. This module and those of the two Nasdaq dialects are the only
places that know both sides. Follows the Japannext OUCH facts; decisions are in docs/ouch.md.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from enum import Enum, IntEnum, StrEnum, auto
from typing import Any, ClassVar, NamedTuple, TypeAlias

from base.errors import ParseError
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import Side
from base.vocabulary.rejects import Reject
from base.wire.dialect import Dialect, DialectMessage, Direction
from base.wire.ouch import japannext
from base.wire.ouch.japannext_codes import (
    PRICE_MAX,
    QUANTITY_MAX,
    CancelReason,
    CashMarginType,
    Display,
    OrderClassification,
    RejectReason,
    TimeInForce,
)

Token: TypeAlias = Any
"""How a client names an order: an int, a text, or the pair of channel and number."""

DAY_NS = 86_400 * 1_000_000_000
LIVE, DEAD = "L", "D"
ADDED, REMOVED = "A", "R"
DAY_STARTS, DAY_ENDS = "S", "E"
SIDES = {"B": int(Side.BUY), "S": int(Side.SELL), "T": int(Side.SELL_SHORT), "E": int(Side.SELL_SHORT)}


class Kind(IntEnum):
    """How an order behaves when it comes in."""

    DAY = 1
    POST_ONLY = 2
    IMMEDIATE = 3


class Why(Enum):
    """Why an order or a replace is not carried out."""

    BOOK = auto()
    PRICE = auto()
    QUANTITY = auto()
    MINIMUM = auto()
    TYPE = auto()
    SIDE = auto()
    DISPLAY = auto()
    MARGIN = auto()
    CROSS = auto()
    PEG = auto()
    MAX_FLOOR = auto()
    TOO_LARGE = auto()
    VALUE = auto()
    SHORT = auto()
    WOULD_TAKE = auto()
    CLOSED = auto()
    HALTED = auto()
    THROTTLED = auto()
    FIRM = auto()
    OTHER = auto()


class Cause(Enum):
    """Why an order, or a part of it, left the market."""

    USER = auto()
    IMMEDIATE = auto()
    LOGGED_OFF = auto()
    SUPERVISORY = auto()
    TIME_OVER = auto()
    SELF_MATCH = auto()


WHY = {
    Reject.NOT_ENOUGH_EQUITY: Why.VALUE, Reject.MARGIN_EXCEEDED: Why.SHORT, Reject.ORDER_TOO_LARGE: Why.TOO_LARGE,
    Reject.ORDER_VALUE_TOO_LARGE: Why.VALUE, Reject.PRICE_OUT_OF_BAND: Why.PRICE, Reject.WOULD_TAKE: Why.WOULD_TAKE,
    Reject.ACCOUNT_DISABLED: Why.FIRM, Reject.MARKET_STATE: Why.CLOSED,
}  # fmt: skip
"""What the exchange's reasons are called here; any other is OTHER."""


class Wish(NamedTuple):
    """What an order is to be. ``ticks`` 0: at any price; ``shown_lots`` 0: all; ``lifetime_ns`` 0: the whole day."""

    instrument: int
    side: int
    lots: int
    ticks: int
    kind: Kind
    hidden: bool = False
    minimum_lots: int = 0
    shown_lots: int = 0
    lifetime_ns: int = 0
    firm: str = ""


class Scales:
    """What is traded in one dialect: prices on the wire are ``ticks * step``; a share is a lot.

    An instrument whose tick is no whole number of the dialect's price steps is not offered there.
    """

    def __init__(self, instruments: Iterable[Instrument], price_scale: int) -> None:
        self._steps: dict[int, int] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self.by_name: dict[str, int] = {}
        for one in instruments:
            step = one.tick * price_scale
            if step.denominator == 1:
                self._steps[one.number] = int(step)
                self._sizes[one.number] = one.min_lots, one.max_lots
                self.by_name[one.name] = one.number

    def offers(self, instrument: int) -> bool:
        """Whether the instrument is traded in this dialect."""
        return instrument in self._steps

    def ticks(self, instrument: int, price: int) -> int:
        """The ticks of a price; 0 for one that is not on the tick."""
        step = self._steps[instrument]
        return 0 if price % step else price // step

    def price(self, instrument: int, ticks: int, largest: int) -> int:
        """The price on the wire, or the largest that its field can say."""
        return min(ticks * self._steps[instrument], largest)

    def takes(self, instrument: int, lots: int) -> bool:
        """Whether a quantity is within the instrument's bounds."""
        least, most = self._sizes[instrument]
        return least <= lots <= most


class Tongue(ABC):
    """One dialect, both ways. ``token`` is whatever names an order in it; ``frame`` the Enter Order as it came."""

    dialect: ClassVar[Dialect]
    price_scale: ClassVar[int]
    tokens_rise: ClassVar[bool]
    """Whether a token must be above the last one; else it only must be another one."""
    always_withdraws: ClassVar[bool]
    """Whether orders leave with the connection whatever the account's terms say."""
    keeps_on_refusal: ClassVar[bool]
    """Whether a replace that the market refuses leaves the order as it was."""
    reject_codes: ClassVar[Mapping[Why, Any]]

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self.scales = Scales(instruments, self.price_scale)

    def decode(self, data: bytes) -> DialectMessage:
        """Read what a client sent; ParseError when it is none of its messages."""
        message = self.dialect.decode(data, Direction.TO_HOST)
        if type(message) in self.dialect.also_read:
            raise ParseError(f"{type(message).__name__} is a layout of {len(data)} bytes that is not spoken here")
        return message

    @abstractmethod
    def new_token(self, message: Any) -> Token:
        """The token that a message takes."""

    @abstractmethod
    def old_token(self, message: Any) -> Token:
        """The token of the order that a message is about."""

    @abstractmethod
    def lots(self, message: Any) -> int:
        """The quantity that a Cancel or Modify names."""

    @abstractmethod
    def read_enter(self, message: Any) -> Wish | Why:
        """What a new order is to be, or what is wrong with it."""

    @abstractmethod
    def read_replace(self, message: Any, former: Wish) -> Wish | Why:
        """What an order is to become."""

    @abstractmethod
    def accepted(self, now_ns: int, frame: bytes, number: int, state: str) -> bytes:
        """An order is in."""

    @abstractmethod
    def replaced(self, now_ns: int, frame: bytes, replace: Any, number: int, lots: int, state: str) -> bytes:
        """An order has other terms; ``lots`` are open."""

    @abstractmethod
    def cancelled(self, now_ns: int, token: Token, lots: int, cause: "Cause | Why") -> bytes:
        """So much of an order is gone."""

    @abstractmethod
    def prevented(
        self, now_ns: int, token: Token, lots: int, prevented_lots: int, wish: Wish, *, rests: bool
    ) -> bytes:
        """So much of an order is gone, because it was about to meet its own account."""

    @abstractmethod
    def executed(
        self, now_ns: int, token: Token, wish: Wish, lots: int, ticks: int, match: int, *, rests: bool
    ) -> bytes:
        """So much of an order was matched."""

    @abstractmethod
    def rejected(self, now_ns: int, message: Any, why: Why) -> bytes:
        """A new order, or what a replace would have made, is not taken."""

    def cancel_refused(self, now_ns: int, message: Any) -> bytes | None:
        """An order cannot be cut down now; nothing is said where the dialect has no word for it."""
        return None

    def label(self, message: Any) -> str:
        """The client's text of an Enter or Replace that a broken trade repeats."""
        return ""

    def broken(self, now_ns: int, token: Token, label: str, match: int, reason: int) -> bytes | None:
        """A match does not count; nothing is said where the dialect has no word for it."""
        return None

    @abstractmethod
    def system_event(self, now_ns: int, event: str) -> bytes:
        """The day starts or ends."""


def since_midnight(now_ns: int) -> int:
    """Nanoseconds since midnight UTC."""
    return now_ns % DAY_NS


def code_of(choice: type[StrEnum], value: str) -> bool:
    """Whether a character is one of those listed."""
    return value in choice._value2member_map_


class JapannextTongue(Tongue):
    """Japannext OUCH, over SoupBinTCP or bare."""

    dialect = japannext.JAPANNEXT
    price_scale = japannext.PRICE.scale
    tokens_rise = True
    always_withdraws = True
    keeps_on_refusal = False
    reject_codes: ClassVar[Mapping[Why, Any]] = {
        Why.BOOK: RejectReason.INVALID_ORDER_BOOK, Why.PRICE: RejectReason.INVALID_PRICE,
        Why.QUANTITY: RejectReason.INVALID_QUANTITY, Why.MINIMUM: RejectReason.INVALID_MINIMUM_QUANTITY,
        Why.TYPE: RejectReason.INVALID_ORDER_TYPE, Why.SIDE: RejectReason.INVALID_ORDER_TYPE,
        Why.DISPLAY: RejectReason.INVALID_DISPLAY, Why.MARGIN: RejectReason.INVALID_MARGIN,
        Why.TOO_LARGE: RejectReason.INVALID_QUANTITY, Why.VALUE: RejectReason.VALUE_LIMIT_EXCEEDED,
        Why.SHORT: RejectReason.SHORT_SELL_RESTRICTION, Why.WOULD_TAKE: RejectReason.INVALID_PRICE,
        Why.CLOSED: RejectReason.NOT_ALLOWED_NOW, Why.HALTED: RejectReason.TRADING_HALT,
        Why.THROTTLED: RejectReason.THROTTLED, Why.FIRM: RejectReason.FIRM_NOT_ALLOWED,
    }  # fmt: skip
    cancel_codes: ClassVar[Mapping[Cause, CancelReason]] = {
        Cause.USER: CancelReason.USER, Cause.IMMEDIATE: CancelReason.IMMEDIATE,
        Cause.LOGGED_OFF: CancelReason.LOGGED_OFF, Cause.SUPERVISORY: CancelReason.SUPERVISORY,
        Cause.TIME_OVER: CancelReason.EXPIRED, Cause.SELF_MATCH: CancelReason.OTHER,
    }  # fmt: skip

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        super().__init__(instruments)
        self._quick_codes = {
            japannext.quick_code_id(name): number
            for name, number in self.scales.by_name.items()
            if len(name) == 4 and name.isascii() and name.isalnum()
        }

    def new_token(self, message: Any) -> Token:
        return message.orderToken if message.LETTER == "O" else message.replacementOrderToken

    def old_token(self, message: Any) -> Token:
        return message.existingOrderToken if message.LETTER == "U" else message.orderToken

    def lots(self, message: Any) -> int:
        return int(message.quantity)

    def read_enter(self, message: Any) -> Wish | Why:
        instrument = self._instrument(message.orderbookId)
        if not instrument:
            return Why.BOOK
        is_known = message.buySellIndicator in SIDES and code_of(OrderClassification, message.orderClassification)
        kind = self._read_terms(message, instrument, 1, is_known)
        if isinstance(kind, Why):
            return kind
        if not code_of(CashMarginType, message.cashMarginType):
            return Why.MARGIN
        ticks = self.scales.ticks(instrument, message.price)
        side = SIDES[message.buySellIndicator]
        return Wish(instrument, side, message.quantity, ticks, kind, minimum_lots=message.minimumQuantity)

    def read_replace(self, message: Any, former: Wish) -> Wish | Why:
        kind = self._read_terms(message, former.instrument, 0, True)
        if isinstance(kind, Why):
            return kind
        ticks = self.scales.ticks(former.instrument, message.price)
        return Wish(
            former.instrument, former.side, message.quantity, ticks, kind, minimum_lots=message.minimumQuantity
        )

    def accepted(self, now_ns: int, frame: bytes, number: int, state: str) -> bytes:
        wanted = japannext.EnterOrder.parse(frame).fields()
        del wanted["messageType"]
        return japannext.OrderAccepted(
            timestamp=since_midnight(now_ns), orderNumber=number, orderState=state, **wanted
        ).encode()

    def replaced(self, now_ns: int, frame: bytes, replace: Any, number: int, lots: int, state: str) -> bytes:
        wanted: Any = japannext.EnterOrder.parse(frame)
        return japannext.OrderReplaced(
            timestamp=since_midnight(now_ns), replacementOrderToken=replace.replacementOrderToken,
            buySellIndicator=wanted.buySellIndicator, quantity=lots, orderbookId=wanted.orderbookId,
            group=wanted.group, price=replace.price, timeInForce=replace.timeInForce, display=replace.display,
            orderNumber=number, minimumQuantity=replace.minimumQuantity, orderState=state,
            previousOrderToken=replace.existingOrderToken,
        ).encode()  # fmt: skip

    def cancelled(self, now_ns: int, token: Token, lots: int, cause: Cause | Why) -> bytes:
        if isinstance(cause, Cause):
            reason: str = self.cancel_codes[cause]
        else:
            code = self.reject_codes.get(cause, RejectReason.OTHER)
            halted = cause is Why.HALTED
            known = code_of(CancelReason, code) and cause not in (Why.BOOK, Why.FIRM)
            reason = CancelReason.NOT_ALLOWED_NOW if halted else code if known else CancelReason.OTHER
        return japannext.OrderCanceled(
            timestamp=since_midnight(now_ns), orderToken=token, decrementQuantity=lots, reason=reason
        ).encode()

    def prevented(
        self, now_ns: int, token: Token, lots: int, prevented_lots: int, wish: Wish, *, rests: bool
    ) -> bytes:
        return japannext.OrderAIQCanceled(
            timestamp=since_midnight(now_ns), orderToken=token, decrementQuantity=lots, reason=CancelReason.OTHER,
            quantityPreventedFromTrading=prevented_lots,
            executionPrice=self.scales.price(wish.instrument, wish.ticks, 2**32 - 1),
            liquidityIndicator=ADDED if rests else REMOVED,
        ).encode()  # fmt: skip

    def executed(
        self, now_ns: int, token: Token, wish: Wish, lots: int, ticks: int, match: int, *, rests: bool
    ) -> bytes:
        return japannext.OrderExecuted(
            timestamp=since_midnight(now_ns), orderToken=token, executedQuantity=lots,
            executionPrice=self.scales.price(wish.instrument, ticks, 2**32 - 1),
            liquidityIndicator=ADDED if rests else REMOVED, matchNumber=match,
        ).encode()  # fmt: skip

    def rejected(self, now_ns: int, message: Any, why: Why) -> bytes:
        return japannext.OrderRejected(
            timestamp=since_midnight(now_ns), orderToken=self.new_token(message),
            reason=self.reject_codes.get(why, RejectReason.OTHER),
        ).encode()  # fmt: skip

    def system_event(self, now_ns: int, event: str) -> bytes:
        return japannext.SystemEvent(timestamp=since_midnight(now_ns), systemEvent=event).encode()

    def _instrument(self, orderbook: int) -> int:
        number = self._quick_codes.get(orderbook, orderbook)
        return number if self.scales.offers(number) else 0

    def _read_terms(self, message: Any, instrument: int, least_lots: int, is_known: bool) -> Kind | Why:
        """What Enter and Replace have in common, in the order of the page; a replace may ask for nothing at all."""
        if message.price > PRICE_MAX or not self.scales.ticks(instrument, message.price):
            return Why.PRICE
        if not least_lots <= message.quantity <= QUANTITY_MAX:
            return Why.QUANTITY
        if message.quantity and not self.scales.takes(instrument, message.quantity):
            return Why.QUANTITY
        immediate = message.timeInForce == TimeInForce.IMMEDIATE
        if message.minimumQuantity and not (immediate and message.minimumQuantity <= message.quantity):
            return Why.MINIMUM
        if not (is_known and (immediate or message.timeInForce == TimeInForce.DAY)):
            return Why.TYPE
        if not code_of(Display, message.display):
            return Why.DISPLAY
        if immediate:
            return Kind.IMMEDIATE
        return Kind.POST_ONLY if message.display == Display.POST_ONLY else Kind.DAY
