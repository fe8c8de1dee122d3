"""Whatever is asked in whatever order, the invariants of a market hold.

In: commands that hypothesis makes up. Out: verdicts on I1-I5, I7 and I9-I13 after every step.
Never knows: how the exchange is built; it keeps its own account of every order from the events,
and reads the books through the depth, which is made from events as well.
"""

from collections.abc import Iterator
from dataclasses import astuple

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from base.exchange import Exchange
from base.publish.depth import Depth, Level
from base.vocabulary.commands import CancelOrder, Command, NewOrder, QueryOrder, ReplaceOrder, WithdrawDayOrders
from base.vocabulary.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    OrderReplaced,
    Trade,
    TradeBroken,
)
from base.vocabulary.operator_commands import BreakTrade
from base.vocabulary.orders import OrderStatus, OrderType, Side, TimeInForce
from base.vocabulary.rejects import Reject
from tests.kit.counts import count
from tests.reference.market import ACCOUNTS, INSTRUMENTS, PARTICIPANTS

AT_ONCE = (TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL)
RESTING_TIMES = (TimeInForce.GOOD_TILL_CANCEL, TimeInForce.DAY, TimeInForce.POST_ONLY)
NUMBERS = [instrument.number for instrument in INSTRUMENTS]


class Followed:
    """An order as its owner sees it. ``place`` is its claim to priority among equal prices."""

    def __init__(self, command: NewOrder, place: int) -> None:
        self.command = command
        self.order_id = command.order_id
        self.place = place
        self.price = command.price_ticks
        self.total = command.quantity_lots
        self.filled = self.cancelled = 0

    @property
    def buys(self) -> bool:
        return self.command.side == Side.BUY

    @property
    def leaves(self) -> int:
        return self.total - self.filled - self.cancelled

    def ranks_before(self, other: "Followed") -> bool:
        """Whether this order must be served before the other, both resting on one side."""
        mine, theirs = (-self.price, -other.price) if self.buys else (self.price, other.price)
        return (mine, self.place) < (theirs, other.place)


class Market(RuleBasedStateMachine):
    """Sends commands, follows the events, compares."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
        self.depth = Depth(NUMBERS)
        self.orders: dict[int, Followed] = {}
        self.resting: dict[int, Followed] = {}
        self.last_id = self.last_exec_id = self.steps = 0
        self.broken: set[int] = set()
        self.money = self.all_money()

    def all_money(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for terms in ACCOUNTS:
            for figures in (self.exchange.equity(terms.account), self.exchange.reserved(terms.account)):
                assert min(figures.values()) >= 0
                for currency, atoms in figures.items():
                    total[currency] = total.get(currency, 0) + atoms
        return total

    def send(self, command: Command) -> list[Event]:
        before = self.exchange.state_hash()
        events = self.exchange.submit(command, self.steps)
        self.steps += 1
        for event in events:
            assert all(isinstance(figure, int) for figure in astuple(event)), "I13"
            if isinstance(event, OrderRejected):
                assert events == [event] and self.exchange.state_hash() == before, "a refusal changes nothing"
        self.depth.apply(command, events)
        return events

    @rule(
        participant=some.sampled_from(range(len(PARTICIPANTS))),
        instrument=some.sampled_from(NUMBERS),
        side=some.sampled_from(Side).map(int),
        kind=some.sampled_from([OrderType.LIMIT] * 4 + [OrderType.MARKET]).map(int),
        tif=some.sampled_from((*RESTING_TIMES, *AT_ONCE)).map(int),
        price=some.integers(96, 104),
        lots=some.integers(1, 12),
    )
    def enter(self, participant: int, instrument: int, side: int, kind: int, tif: int, price: int, lots: int) -> None:
        self.last_id += 1
        command = NewOrder(participant, self.last_id, instrument, side, kind, tif, price, lots)
        events = self.send(command)
        if isinstance(events[0], OrderRejected):
            return
        number = len(self.orders) + 1
        order = self.orders[number] = Followed(command, self.steps)
        self.follow_incoming(number, order, events)
        if tif in AT_ONCE or kind == OrderType.MARKET:
            assert not order.leaves, "I11: immediate orders leave nothing"
        if tif == TimeInForce.FILL_OR_KILL:
            assert order.filled in (0, order.total), "I11: all or none"
        if tif == TimeInForce.POST_ONLY:
            assert not order.filled, "a post-only order took"

    @precondition(lambda self: self.resting)
    @rule(pick=some.integers(0, 99), price=some.integers(96, 104), lots=some.integers(1, 14), keep=some.booleans())
    def replace(self, pick: int, price: int, lots: int, keep: bool) -> None:
        number, order = self.pick(pick)
        price = order.price if keep else price
        self.last_id += 1
        base = order.command
        fixed = (base.instrument, base.side, base.order_type, base.time_in_force)
        events = self.send(ReplaceOrder(base.participant, self.last_id, order.order_id, *fixed, price, lots))
        if isinstance(events[0], OrderRejected):
            return
        assert events[0] == OrderReplaced(number, order.price, lots - order.filled)
        if price != order.price or lots >= order.total:
            order.place = self.steps  # I12: only a decrease keeps the place
        order.price, order.total, order.order_id = price, lots, self.last_id
        self.resting.pop(number)
        self.follow_incoming(number, order, events[1:])

    @precondition(lambda self: self.resting)
    @rule(pick=some.integers(0, 99))
    def cancel(self, pick: int) -> None:
        number, order = self.pick(pick)
        self.last_id += 1
        base = order.command
        events = self.send(CancelOrder(base.participant, self.last_id, order.order_id, base.instrument, base.side))
        assert events == [OrderCancelled(number, self.last_id, order.leaves)]
        self.end(number)

    @precondition(lambda self: self.last_exec_id)
    @rule(back=some.integers(-1, 6))
    def break_trade(self, back: int) -> None:
        exec_id = self.last_exec_id - back
        (event,) = self.send(BreakTrade(exec_id, 1))
        if 1 <= exec_id <= self.last_exec_id and exec_id not in self.broken:
            if isinstance(event, TradeBroken):
                self.broken.add(exec_id)
            else:
                assert event == OrderRejected(0, Reject.TRADE_NOT_COVERED)
        else:
            assert isinstance(event, OrderRejected), "a trade is broken once"

    @rule(participant=some.sampled_from(range(len(PARTICIPANTS))))
    def log_out(self, participant: int) -> None:
        events = self.send(WithdrawDayOrders(participant))
        mine = [n for n, order in self.resting.items() if order.command.participant == participant]
        day = sorted(n for n in mine if self.orders[n].command.time_in_force == TimeInForce.DAY)
        assert events == [OrderCancelled(n, 0, self.orders[n].leaves) for n in day]
        for number in day:
            self.end(number)

    @precondition(lambda self: self.orders)
    @rule(pick=some.integers(0, 999))
    def ask(self, pick: int) -> None:
        number = sorted(self.orders)[pick % len(self.orders)]
        order = self.orders[number]
        (report,) = self.send(QueryOrder(order.command.participant, order.order_id))
        assert (report.number, report.executed_lots, report.leaves_lots) == (number, order.filled, order.leaves)
        finished = report.status in (OrderStatus.FILLED, OrderStatus.CANCELLED)
        assert finished == (number not in self.resting), "I7: one end, and what ended stays so"

    def pick(self, place: int) -> tuple[int, Followed]:
        number = sorted(self.resting)[place % len(self.resting)]
        return number, self.resting[number]

    def end(self, number: int) -> None:
        order = self.resting.pop(number)
        order.cancelled += order.leaves

    def follow_incoming(self, number: int, order: Followed, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Trade):
                self.follow_trade(number, order, event)
            elif isinstance(event, OrderCancelled):
                assert event == OrderCancelled(number, 0, order.leaves) and event is events[-1]
                order.cancelled += order.leaves
            else:
                assert events == [OrderAccepted(number)]
        if order.leaves:
            self.resting[number] = order

    def follow_trade(self, number: int, order: Followed, trade: Trade) -> None:
        assert trade.exec_id == self.last_exec_id + 1, "I9"
        self.last_exec_id = trade.exec_id
        resting = self.resting[trade.resting_number]  # I7: an order that ended cannot trade
        assert (trade.instrument, trade.incoming_number) == (order.command.instrument, number)
        assert resting.buys != order.buys and resting.command.instrument == trade.instrument, "I3"
        assert trade.price_ticks == resting.price, "I5"
        if order.command.order_type == OrderType.LIMIT:
            assert trade.price_ticks <= order.price if order.buys else trade.price_ticks >= order.price, "I5"
        for other in self.resting.values():
            if other.buys == resting.buys and other.command.instrument == trade.instrument:
                assert other is resting or not other.ranks_before(resting), "I4"
        for side in (order, resting):
            side.filled += trade.quantity_lots
        assert trade.quantity_lots > 0
        assert resting.leaves == trade.resting_leaves_lots >= 0 <= trade.incoming_leaves_lots == order.leaves, "I2"
        if not resting.leaves:
            del self.resting[trade.resting_number]

    @invariant()
    def money_only_changes_hands(self) -> None:
        assert self.all_money() == self.money, "I3"

    @invariant()
    def books_are_not_crossed_and_equal_the_orders(self) -> None:
        for instrument in NUMBERS:
            bids, asks = self.depth.levels(instrument, 100)
            assert not (bids and asks) or bids[0].price_ticks < asks[0].price_ticks, "I1"
            assert bids == list(self.levels(instrument, True)) and asks == list(self.levels(instrument, False)), "I10"
        for place in range(len(PARTICIPANTS)):
            told = [one.number for instrument in NUMBERS for one in self.exchange.open_orders(place, instrument)]
            mine = [number for number, order in self.resting.items() if order.command.participant == place]
            assert sorted(told) == sorted(mine), "I10"

    def levels(self, instrument: int, buys: bool) -> Iterator[Level]:
        """The levels that the followed orders make up."""
        orders = [o for o in self.resting.values() if o.buys == buys and o.command.instrument == instrument]
        for price in sorted({order.price for order in orders}, reverse=buys):
            here = [order.leaves for order in orders if order.price == price]
            yield Level(price, sum(here), len(here))


TestMarket = Market.TestCase
TestMarket.settings = settings(
    max_examples=count(ordinary=60, long=2_000), stateful_step_count=count(ordinary=50, long=100)
)
