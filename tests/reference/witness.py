"""Somebody who sees every command, every event and the public figures, and objects when a market would not do that.

In: commands and the events that they had; the exchange's figures and the depth. Out: AssertionErrors that name one
of the invariants I1 to I13. Never knows: how the exchange or the reference is built.

What the invariants mean for orders that are not plain:
I1  an open instrument is not crossed, plain hidden orders included; any other may be, until its opening.
I2  fills and leaves of the leg at work; a slice that is shown is the most that one match takes of it.
I3  what all accounts own, less what they owe, with the fees, stays; each account has what its trades and fees left.
I4  better price, then visible before hidden, then place in the queue, for slices and layers as for orders; the
    opening obeys it on both sides. Of hidden pegs and sets only this is known: they pass nobody who is seen.
I5  the price is that where the resting order lies, never worse than a limit; in an opening one price for all.
I6  orders of an account that forbids it are matched in an opening only.
I7  an order ends once, filled or cancelled. A first leg that is filled ends in LegEntered, or in a cancel, at once or
    when the instrument opens; the order ends with its second leg.
I8  each request is answered in its own turn, by its own number or id; a refusal stands alone and changes nothing.
I9  executions are counted up by one.
I10 depth, open orders, exposures and money are what the events add up to.
I11 immediate orders, stops set free as such included, do not rest; FOK matches all or nothing; post-only never takes.
I12 a replace keeps the place only of an order that rests at its own price and gets smaller.
I13 all figures are whole numbers.
"""

from collections.abc import Sequence

from base.exchange import Exchange
from base.publish.depth import Depth
from base.vocabulary import events as told
from base.vocabulary.commands import (
    CancelOrder,
    Command,
    LoseParticipant,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetReferencePrice,
    WithdrawDayOrders,
)
from base.vocabulary.events import Event
from base.vocabulary.operator_commands import (
    BreakTrade,
    EndSession,
    KillAccount,
    MarketState,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)
from base.vocabulary.orders import OrderStatus, OrderType, Side, TimeInForce, Trigger
from base.vocabulary.participants import AccountTerms
from base.vocabulary.rejects import Reject
from tests.reference.figures import check_figures
from tests.reference.followed import NEVER_TAKE, Followed, Queues
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.purse import Purse

FIELDS = {kind: tuple(kind.__dataclass_fields__) for kind in (
    told.OrderAccepted, told.OrderRejected, told.Trade, told.OrderReplaced, told.OrderCancelled, told.LegEntered,
    told.OrderReported, told.OrderMoved, told.TradeBroken,
)}  # fmt: skip


class Witness:
    """Gives commands to an exchange and checks all that comes back."""

    def __init__(self, accounts: Sequence[AccountTerms]) -> None:
        self.accounts = {one.account: one for one in accounts}
        self.exchange = Exchange(INSTRUMENTS, accounts, PARTICIPANTS)
        self.depth = Depth([one.number for one in INSTRUMENTS])
        self.purse = Purse(INSTRUMENTS, accounts)
        self.queues = Queues()
        self.orders: dict[int, Followed] = {}
        self.live: dict[int, Followed] = {}
        self.states = {one.number: MarketState.OPEN for one in INSTRUMENTS}
        self.killed: set[int] = set()
        self.ids: dict[tuple[int, int], int] = {}
        self.trades: dict[int, told.Trade] = {}
        """Those of this session that were not broken."""
        self.free: dict[int, dict[str, int]] = {}
        """What the accounts could use before the command."""
        self.prices: dict[tuple[int, int], int] = {}
        self.executions = self.steps = self.openings = 0
        self.opening = 0
        """The one price of the opening that is told of at present; 0 when none is."""
        self.may_uncross = False
        self.entering: Followed | None = None

    def holder(self, participant: int) -> AccountTerms:
        return self.accounts[PARTICIPANTS[participant].account]

    def send(self, command: Command) -> list[Event]:
        before = self.exchange.state_hash()
        self.free = {account: self.exchange.equity(account) for account in self.accounts}
        events = self.exchange.submit(command, self.steps)
        self.steps += 1
        for event in events:
            names = FIELDS[type(event)]
            assert all(isinstance(getattr(event, name), int) for name in names), f"I13: {event}"
        if any(isinstance(event, told.OrderRejected) for event in events):
            assert len(events) == 1, "I8: a refusal and something else"
            assert self.exchange.state_hash() == before, "I8: a refusal changes nothing"
            self.refused(command, events[0])
        else:
            self.done(command, events)
        self.depth.apply(command, events)
        check_figures(self)
        return events

    # What each command must lead to.

    def refused(self, command: Command, event: Event) -> None:
        assert isinstance(event, told.OrderRejected)
        if isinstance(command, Uncross):
            assert self.states[command.instrument] != MarketState.PRE_OPEN, "I8: the opening is refused"
            return
        if isinstance(command, BreakTrade):
            covered = event.reason != Reject.TRADE_NOT_COVERED
            assert covered == (command.exec_id not in self.trades), "I8: a trade of the session is not known"
            return
        assert isinstance(command, NewOrder | ReplaceOrder | CancelOrder | QueryOrder), f"I8: {command} is refused"
        assert event.order_id == command.order_id, "I8: another request is answered"
        holder = self.holder(command.participant)
        enters = isinstance(command, NewOrder | ReplaceOrder)
        is_killed = enters and holder.account in self.killed
        assert is_killed == (event.reason == Reject.ACCOUNT_DISABLED), "I8: an account that was killed is told so"
        if event.reason == Reject.WOULD_NOT_REDUCE and isinstance(command, NewOrder):
            assert not self.reduces(Followed(0, command, holder)), "an order that reduces is refused"
        elif event.reason == Reject.MARGIN_EXCEEDED:
            assert isinstance(command, NewOrder | ReplaceOrder) and command.side == Side.SELL_SHORT

    def done(self, command: Command, events: list[Event]) -> None:
        self.may_uncross = isinstance(command, SetMarketState | Uncross)
        self.opening = 0
        leaving = self.leaving(command)
        self.note(command)
        self.entering = None
        if isinstance(command, NewOrder):
            self.enter(command)
        elif isinstance(command, CancelOrder):
            first = next(event for event in events if not isinstance(event, told.OrderMoved))
            assert isinstance(first, told.OrderCancelled) and first.request_id == command.order_id, "I8: no answer"
            assert first.number == self.ids[self.holder(command.participant).account, command.original_order_id], "I8"
        elif isinstance(command, ReplaceOrder):
            assert isinstance(events[0], told.OrderReplaced), "I8: a replace that is not answered first"
        for place, event in enumerate(events):
            self.follow(command, event)
            if isinstance(event, told.OrderAccepted):
                before = [one for one in events[:place] if not isinstance(one, told.OrderMoved)]
                assert all(getattr(one, "reason", 0) == Reject.SELF_TRADE for one in before), "I8: out of turn"
        if self.entering is not None:
            assert self.entering.number in self.touched(events), "I8: an order that is not answered"
        if isinstance(command, QueryOrder):
            assert [type(event) for event in events] == [told.OrderReported], "I8: a query that is not answered"
        gone = [event.number for event in events if isinstance(event, told.OrderCancelled)]
        assert gone[: len(leaving)] == leaving, "I7: not all are withdrawn, by number, before anything follows"
        for order in [self.orders[number] for number in self.touched(events)]:
            assert order.end or not order.must_be_over(), "I11: an immediate order stays"
            is_open = self.states[order.instrument] == MarketState.OPEN
            assert order.end or not (order.is_due and is_open), "I7: a second leg that does not come"

    def touched(self, events: list[Event]) -> set[int]:
        """Orders that something was told of; those whose second leg is due may be older."""
        numbers = {getattr(event, "number", 0) for event in events} | {n for n, one in self.live.items() if one.is_due}
        trades = [event for event in events if isinstance(event, told.Trade)]
        return (numbers | {t.resting_number for t in trades} | {t.incoming_number for t in trades}) - {0}

    def note(self, command: Command) -> None:
        """What the operator has decided."""
        if isinstance(command, SetMarketState):
            self.states[command.instrument] = MarketState(command.state)
        elif isinstance(command, SetReferencePrice):
            self.prices[command.instrument, command.trigger] = command.price_ticks
        elif isinstance(command, KillAccount):
            self.killed.add(command.account)
        elif isinstance(command, ReleaseAccount):
            self.killed.discard(command.account)
        elif isinstance(command, EndSession):
            self.ids = {name: number for name, number in self.ids.items() if number in self.live}
            self.trades = {}

    def enter(self, command: NewOrder) -> None:
        holder = self.holder(command.participant)
        assert holder.account not in self.killed, "I8: an account that was killed trades"
        state = self.states[command.instrument]
        assert state in (MarketState.OPEN, MarketState.PRE_OPEN), "I8: an order is taken while nothing trades"
        order = Followed(len(self.orders) + 1, command, holder)
        self.within_limits(order)
        reduces = order.time_in_force != TimeInForce.REDUCE_ONLY or self.reduces(order)
        assert reduces, "a reduce-only order is taken that does not reduce"
        self.orders[order.number] = self.live[order.number] = self.entering = order
        self.ids[holder.account, command.order_id] = order.number
        if order.rests_where_it_said:
            self.queues.put(order, order.price, order.leaves)

    def reduces(self, order: Followed) -> bool:
        """Whether a reduce-only order, which is not among the live ones, brings the position nearer to nothing."""
        account, instrument = order.holder.account, order.instrument
        bought, sold = (self.purse.executed[account, instrument, buys] for buys in (True, False))
        others = [
            one.leaves
            for one in self.live.values()
            if (one.holder.account, one.instrument, one.buys) == (account, instrument, order.buys)
            and one.time_in_force == TimeInForce.REDUCE_ONLY
        ]
        return order.leaves <= (sold - bought if order.buys else bought - sold) - sum(others)

    def within_limits(self, order: Followed) -> None:
        limits = order.holder.limits.get(order.instrument)
        if limits is None:
            return
        assert order.total <= (limits.most_lots or order.total), "an order is larger than its account may have"
        if order.order_type == OrderType.LIMIT:
            worth = order.total * order.price * self.purse.instruments[order.instrument].tick_lot_atoms
            assert worth <= (limits.most_atoms or worth), "an order is worth more than its account may have"
            last = self.prices.get((order.instrument, int(Trigger.LAST)), order.price)
            mark = self.prices.get((order.instrument, int(Trigger.MARK)), last)
            away = abs(order.price - mark) * 1_000_000
            assert away <= (limits.band_ppm * mark or away), "an order is out of its account's band"

    # What each event says.

    def follow(self, command: Command, event: Event) -> None:
        entering = self.entering
        match event:
            case told.Trade():
                self.trade(event)
            case told.OrderAccepted():
                assert entering and event.number == entering.number, "I8: another order is accepted"
                assert not (entering.filled or entering.end or entering.is_second_leg), "I8: accepted late"
            case told.OrderReplaced():
                assert isinstance(command, ReplaceOrder), "I8: replaced though nobody asked"
                self.replaced(command, event)
            case told.OrderCancelled():
                self.cancelled(command, event)
            case told.LegEntered():
                order = self.live[event.number]
                assert order.is_due, "I7: a second leg comes before the first is done"
                assert (event.side == Side.BUY) != order.buys
                order.enters_second_leg(event.side, event.price_ticks)
            case told.OrderMoved():
                self.moved(event)
            case told.OrderReported():
                self.reported(command, event)
            case told.TradeBroken():
                assert command == BreakTrade(event.exec_id, event.reason), "I8: broken though nobody asked"
                trade = self.trades.pop(event.exec_id)
                resting, incoming = (self.orders[n] for n in (trade.resting_number, trade.incoming_number))
                self.purse.undo(trade, resting, incoming, self.free)

    def trade(self, trade: told.Trade) -> None:
        self.executions += 1
        assert trade.exec_id == self.executions, "I9"
        resting, incoming = (self.orders[number] for number in (trade.resting_number, trade.incoming_number))
        assert resting is not incoming and resting.buys != incoming.buys, "I3"
        assert resting.instrument == incoming.instrument == trade.instrument, "I3"
        for order in (resting, incoming):
            assert order.accepts(trade.price_ticks), f"I5: worse than the limit of {order.number}: {trade}"
            order.fill(trade.quantity_lots)
        assert (resting.leaves, incoming.leaves) == (trade.resting_leaves_lots, trade.incoming_leaves_lots), "I2"
        self.purse.settle(trade, resting, incoming)
        self.trades[trade.exec_id] = told.Trade(*(getattr(trade, name) for name in FIELDS[told.Trade]))
        self.prices[trade.instrument, int(Trigger.LAST)] = trade.price_ticks
        opens = self.is_of_an_opening(trade, incoming)
        if opens:
            self.openings += not self.opening
            assert self.opening in (0, trade.price_ticks), "I5: an opening has one price"
            self.opening = trade.price_ticks
            assert resting.number < incoming.number, "the older order of a pair counts as resting"
            self.first_in_its_queue(trade, incoming, at_its_price=False)
        else:
            self.may_uncross = False
            assert self.states[trade.instrument] == MarketState.OPEN, "an instrument that is not open trades"
            assert incoming.time_in_force != TimeInForce.POST_ONLY, "I11: a post-only order takes"
            assert incoming.order_type not in NEVER_TAKE, "a peg or a layer takes"
            one_account = resting.holder is incoming.holder
            assert not (one_account and resting.holder.self_trade), "I6"
        self.first_in_its_queue(trade, resting, at_its_price=not opens)
        for order in (resting, incoming):
            if not order.leaves:
                self.queues.drop(order)
            if order.end:
                del self.live[order.number]
            for spot in self.queues.of(order):
                if order.rests_where_it_said:
                    spot.lots = order.leaves

    def is_of_an_opening(self, trade: told.Trade, incoming: Followed) -> bool:
        """Both orders lie in the book; orders that are set free at the opening come after it."""
        lies = bool(self.queues.of(incoming)) or incoming.order_type in NEVER_TAKE
        is_younger = trade.incoming_number > trade.resting_number
        unseen = incoming.is_hidden and is_younger and self.opening in (0, trade.price_ticks)
        return self.may_uncross and (lies or unseen)

    def first_in_its_queue(self, trade: told.Trade, order: Followed, *, at_its_price: bool) -> None:
        """I4 and I5 for an order that lay in the book."""
        spot = self.queues.matched(order, trade.price_ticks if at_its_price else 0, trade.quantity_lots)
        if spot is None:
            assert order.is_hidden, f"I10: {order.number} is matched where it is not seen: {trade}"
            if not at_its_price:
                return
            rank: tuple[int, bool, int] = (
                -trade.price_ticks if order.buys else trade.price_ticks, True, -1,
            )  # fmt: skip
        else:
            assert trade.price_ticks == spot.price or not at_its_price, "I5: not the price of the resting order"
            assert trade.quantity_lots <= spot.lots, "I2: more than is shown"
            rank = spot.rank()
        for other in self.queues.side(order.instrument, order.buys):
            if other.order is not order:
                assert other.rank() > rank, f"I4: {trade} passes {other.order.number} at {other.price}"

    def replaced(self, command: ReplaceOrder, event: told.OrderReplaced) -> None:
        order = self.live[event.number]
        account = order.holder.account
        assert self.ids[account, command.original_order_id] == order.number, "I8"
        assert (order.participant, account not in self.killed) == (command.participant, True), "I8"
        assert order.may_have_price(event.old_price_ticks), "I10: the price before"
        order.price = event.old_price_ticks
        keeps = order.keeps_place(command)
        order.replaced_by(command)
        assert event.leaves_lots == order.leaves > 0, "I2"
        self.within_limits(order)
        self.ids[account, command.order_id] = order.number
        if not keeps:
            self.queues.send_to_the_end(order)
        for spot in self.queues.of(order):
            spot.lots = min(spot.lots, order.leaves)
        if order.rests_where_it_said:
            self.queues.put(order, order.price, order.leaves)

    def cancelled(self, command: Command, event: told.OrderCancelled) -> None:
        assert event.number in self.live, "I7: an order ends twice"
        order = self.live.pop(event.number)
        assert event.leaves_lots in ((0, order.total) if order.is_due else (order.leaves,)), "I2"
        assert order.time_in_force != TimeInForce.FILL_OR_KILL or not order.filled or event.reason, "I11: FOK in part"
        assert event.reason in (0, Reject.NOT_ENOUGH_EQUITY, Reject.MARGIN_EXCEEDED, Reject.SELF_TRADE)
        assert (event.reason == Reject.SELF_TRADE) <= bool(order.holder.self_trade), "I6: cancelled for nothing"
        assert (event.reason == Reject.MARGIN_EXCEEDED) <= order.is_short
        order.end = "cancelled"
        if order.is_due and event.leaves_lots:
            order.filled = 0  # it was the second leg that ended, and nothing of that was matched
        self.queues.drop(order)
        asked = isinstance(command, CancelOrder) and command.order_id == event.request_id
        assert asked or not event.request_id, "I8: cancelled for another request"

    def moved(self, event: told.OrderMoved) -> None:
        order = self.orders[event.number]
        if order.end:
            assert not event.lots, "I7: an order that ended is shown"
            return
        assert (event.instrument, event.side == Side.BUY) == (order.instrument, order.buys) or not event.lots, "I10"
        assert not event.lots or not order.is_hidden, "I10: a hidden order is shown"
        self.queues.put(order, event.price_ticks, event.lots, event.place)

    def reported(self, command: Command, event: told.OrderReported) -> None:
        assert isinstance(command, QueryOrder), "I8"
        order = self.orders[event.number]
        assert self.ids[self.holder(command.participant).account, command.order_id] == event.number, "I8"
        assert event.executed_lots == order.filled, "I2"
        assert event.leaves_lots == (0 if order.end == "cancelled" else order.leaves), "I2"
        is_over = event.status in (OrderStatus.FILLED, OrderStatus.CANCELLED)
        assert is_over == bool(order.end or order.is_due), "I7: one end, and what ended stays so"

    def leaving(self, command: Command) -> list[int]:
        """Whom the command withdraws, by number."""
        live = self.live.values()
        if isinstance(command, MassCancel | KillAccount):
            instrument = command.instrument if isinstance(command, MassCancel) else 0
            live = [one for one in live if command.account in (0, one.holder.account)]
            return sorted(one.number for one in live if instrument in (0, one.instrument))
        if isinstance(command, LoseParticipant):
            live = [one for one in live if one.holder.cancel_on_disconnect]
        elif isinstance(command, WithdrawDayOrders | EndSession):
            live = [one for one in live if one.time_in_force == TimeInForce.DAY]
        else:
            return []
        return sorted(one.number for one in live if getattr(command, "participant", one.participant) == one.participant)
