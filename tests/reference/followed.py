"""An order as an outsider knows it, and the places in the queues where it is known to be.

In: requests and events, one at a time. Out: orders and places that answer questions about themselves.
Never knows: base.exchange, the reference, reference prices. Of an order that waits for a price nothing is known
until it trades or is shown.
"""

from dataclasses import dataclass

from base.vocabulary.commands import NewOrder, ReplaceOrder
from base.vocabulary.orders import OrderTerms, OrderType, Side, is_plain
from base.vocabulary.participants import AccountTerms
from tests.reference.entries import (
    AT_ONCE,
    PAIRS,
    PEGS,
    SETS,
    SNIPERS,
    STOPS,
    TAKE_PROFITS,
    TWO_LEGGED,
    without_trigger,
)

NO_TERMS = OrderTerms()
AT_MARKET = {
    OrderType.MARKET, OrderType.STOP_MARKET, OrderType.TRAILING_STOP_MARKET, OrderType.SNIPER_MARKET,
}  # fmt: skip
NEVER_TAKE = PEGS | SETS - PAIRS


class Followed:
    """``total`` and ``filled`` count the leg at work; ``end`` says how it ended, "" while it has not."""

    def __init__(self, number: int, command: NewOrder, holder: AccountTerms) -> None:
        self.number, self.holder = number, holder
        self.participant, self.instrument = command.participant, command.instrument
        self.order_type, self.time_in_force = command.order_type, command.time_in_force
        self.order_id, self.side = command.order_id, command.side
        self.price, self.total, self.terms = command.price_ticks, command.quantity_lots, command.terms or NO_TERMS
        self.filled = 0
        self.is_replaced = self.is_second_leg = self.is_due = False
        self.end = ""

    @property
    def buys(self) -> bool:
        return self.side == Side.BUY

    @property
    def leaves(self) -> int:
        return self.total - self.filled

    @property
    def is_short(self) -> bool:
        return self.side == Side.SELL_SHORT and self.holder.leverage > 0

    @property
    def is_hidden(self) -> bool:
        return self.terms.hidden or self.order_type in (OrderType.HIDDEN, OrderType.PEG_HIDDEN)

    @property
    def rests_where_it_said(self) -> bool:
        """Its place is known though no event tells it: it is plain, or hidden at a price of its own."""
        if self.order_type not in (OrderType.LIMIT, OrderType.HIDDEN) or self.time_in_force in AT_ONCE:
            return False
        return self.is_hidden or is_plain(self.order_type, self.time_in_force, self.terms)

    def keeps_place(self, command: ReplaceOrder) -> bool:
        """I12: only the total goes down, of an order that rests at its own price."""
        if self.order_type in PEGS or self.order_type in SETS or self.order_type in SNIPERS:
            return False
        same = without_trigger(command.terms or NO_TERMS) == without_trigger(self.terms)
        return same and self.leg_price(command) == self.price and command.quantity_lots < self.total

    def leg_price(self, command: ReplaceOrder) -> int:
        terms = command.terms or NO_TERMS
        if not self.is_second_leg:
            return command.price_ticks
        if self.order_type == OrderType.BRACKET:
            return terms.second_leg_ticks
        return terms.take_profit_ticks if self.price == self.terms.take_profit_ticks else terms.stop_ticks

    def replaced_by(self, command: ReplaceOrder) -> None:
        self.price, self.total, self.order_id = self.leg_price(command), command.quantity_lots, command.order_id
        self.terms, self.is_replaced = command.terms or NO_TERMS, True

    def enters_second_leg(self, side: int, price: int) -> None:
        self.is_second_leg, self.is_due, self.filled = True, False, 0
        self.side, self.price = side, price

    def fill(self, lots: int) -> None:
        assert not self.end and not self.is_due, "I7: an order that ended is matched"
        assert 0 < lots <= self.leaves, "I2: more is matched than is left"
        self.filled += lots
        if not self.leaves:
            self.is_due = self.order_type in TWO_LEGGED and not self.is_second_leg
            self.end = "" if self.is_due else "filled"

    def accepts(self, price: int) -> bool:
        """I5: whether the order may be matched at that price, as far as is known what it has become."""
        if self.order_type in AT_MARKET or self.order_type in PAIRS:
            return True
        bounds = [self.price]
        if self.order_type == OrderType.TRAILING_STOP_LIMIT:
            bounds = [self.terms.stop_ticks, *bounds[: self.is_replaced]]  # its stop only ever gets better
        elif self.is_second_leg and self.order_type in TAKE_PROFITS:
            if self.order_type == OrderType.TAKE_PROFIT_STOP_MARKET:
                return True
            bounds.append(self.terms.stop_ticks)
        return any(price <= bound if self.buys else price >= bound for bound in bounds)

    def may_have_price(self, price: int) -> bool:
        """Whether the leg at work may have that price; what a stop became when it was set free is not told."""
        if self.order_type in STOPS:
            return True
        freed = self.is_second_leg and self.order_type in TAKE_PROFITS and price == self.terms.stop_ticks
        return freed or price == self.price

    def must_be_over(self) -> bool:
        """I11: whether it may not stay, now that the command that entered or set it free is done."""
        at_once = self.time_in_force in AT_ONCE
        return self.order_type == OrderType.MARKET or (at_once and (self.order_type not in STOPS or self.filled > 0))


@dataclass
class Spot:
    """Where an order, or a layer of one, lies in a queue; ``since`` is its claim to priority among equals."""

    order: Followed
    price: int
    lots: int
    since: int
    place: int = 0

    def rank(self) -> tuple[int, bool, int]:
        """The less, the sooner it must be matched."""
        return -self.price if self.order.buys else self.price, self.order.is_hidden, self.since

    def use(self, lots: int, now: int) -> None:
        """So many lots of it are matched; a slice that is used up is followed by the next, last in the queue."""
        self.lots -= lots
        if not self.lots and self.order.terms.display_lots:
            self.lots, self.since = min(self.order.terms.refresh_lots, self.order.leaves), now


class Queues:
    """Every known place, by order number and layer."""

    def __init__(self) -> None:
        self.spots: dict[tuple[int, int], Spot] = {}
        self.arrivals = 0

    def now(self) -> int:
        self.arrivals += 1
        return self.arrivals

    def put(self, order: Followed, price: int, lots: int, place: int = 0) -> None:
        """The order is there with so many lots; it keeps its claim only where it was already."""
        known = self.spots.get((order.number, place))
        if not lots:
            self.spots.pop((order.number, place), None)
        elif known and known.price == price:
            known.lots = lots
        else:
            self.spots[order.number, place] = Spot(order, price, lots, self.now(), place)

    def of(self, order: Followed) -> list[Spot]:
        return [spot for (number, _), spot in self.spots.items() if number == order.number]

    def side(self, instrument: int, buys: bool) -> list[Spot]:
        return [s for s in self.spots.values() if s.order.instrument == instrument and s.order.buys == buys]

    def send_to_the_end(self, order: Followed) -> None:
        for spot in self.of(order):
            spot.since = self.now()

    def drop(self, order: Followed) -> None:
        for spot in self.of(order):
            del self.spots[order.number, spot.place]

    def matched(self, order: Followed, price: int, lots: int) -> Spot | None:
        """The place of the order from which so many lots go, as it was before that; None when it is not known.

        A set is matched at its layer of that price; without a price, at its best.
        """
        spots = [spot for spot in self.of(order) if not price or order.order_type not in SETS or spot.price == price]
        if not spots:
            return None
        spot = min(spots, key=Spot.rank)
        before = Spot(order, spot.price, spot.lots, spot.since, spot.place)
        spot.use(lots, self.now())
        if spot.lots <= 0 or not order.leaves:
            self.spots.pop((order.number, spot.place))
        return before
