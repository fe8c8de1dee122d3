"""The exchange: a command goes in, the list of what happened comes out.

In: commands, as values or by position, with the time. Out: events.
Never knows: bytes, sessions, the clock, chance; the same commands give the same events and the
same ``state_hash`` everywhere. It numbers, asks risk, asks matching, and settles.
Follows "Requests and replies" of the behaviour page: price-time priority, one Trade per match.

Times are passed in and not used yet: priority comes from the order of arrival alone.
Quantities, prices, sides and instruments were checked by the gateway.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256

from base.limits import OPEN_ORDERS_PER_PARTICIPANT, RETIRED_ORDER_IDS_PER_ACCOUNT
from base.matching.book import ANY_PRICE_KEY, Book
from base.matching.engine import match, reachable
from base.matching.order_ids import OrderIds
from base.matching.price_level import NEVER_REPLACED, Order
from base.risk.accounts import Accounts, settle
from base.risk.checks import covers_purchase, covers_replaced_buy, covers_replaced_sell, covers_sell
from base.vocabulary.commands import (
    CancelOrder,
    Command,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetReferencePrice,
    WithdrawDayOrders,
)
from base.vocabulary.events import Event, OrderAccepted, OrderCancelled, OrderRejected, OrderReplaced, OrderReported, Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OpenOrder, OrderTerms, OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, Exposure, Participant
from base.vocabulary.rejects import Reject

# Plain integers, because comparing members of an enumeration costs as much as a dictionary look-up.
_BUY = int(Side.BUY)
_LIMIT = int(OrderType.LIMIT)
_MARKET = int(OrderType.MARKET)
_FILL_OR_KILL = int(TimeInForce.FILL_OR_KILL)
_POST_ONLY = int(TimeInForce.POST_ONLY)
_DAY = int(TimeInForce.DAY)
_RESTING_TIMES = frozenset({int(TimeInForce.GOOD_TILL_CANCEL), _DAY, _POST_ONLY})
_LIMIT_TIMES = _RESTING_TIMES | {int(TimeInForce.IMMEDIATE_OR_CANCEL), _FILL_OR_KILL}
_NOT_FOR_MARKET_ORDERS = frozenset({_POST_ONLY, int(TimeInForce.REDUCE_ONLY)})
_bare = object.__new__


class _Seat:
    """A participant as the exchange keeps it: its account's order ids and positions, its open orders by number."""

    __slots__ = ("account", "holdings", "ids", "open")

    def __init__(self, account: int, ids: OrderIds, holdings: dict[int, int]) -> None:
        self.account = account
        self.ids = ids
        self.holdings = holdings
        self.open: dict[int, Order] = {}


class Exchange:
    """Books, accounts and order ids of one venue. Each request returns its events; nothing is called back."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        listed = list(instruments)
        terms = list(accounts)
        self._books = {instrument.number: Book(instrument.number) for instrument in listed}
        self._accounts = Accounts(listed, terms)
        self._positions = self._accounts.positions
        ids = {one.account: OrderIds() for one in terms}
        self._ids = ids
        self._seats: list[_Seat] = []
        for place, who in enumerate(participants):
            if who.number != place:
                raise ValueError(f"participant {who.number} stands at place {place}; number participants from 0 upward")
            if who.account not in ids:
                raise ValueError(f"account {who.account} of participant {place} is not listed; add the account")
            self._seats.append(_Seat(who.account, ids[who.account], self._accounts.holdings(who.account)))
        self._last_number = 0
        self._last_exec_id = 0
        self._methods: dict[type[Command], Callable[..., list[Event]]] = {
            NewOrder: self.new_order,
            ReplaceOrder: self.replace_order,
            CancelOrder: self.cancel_order,
            QueryOrder: self.query_order,
            WithdrawDayOrders: self.withdraw_day_orders,
            SetReferencePrice: self.set_reference_price,
        }

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        """Carry out any command; the same as calling the method of its name with its fields by position."""
        fields = [getattr(command, name) for name in command.__match_args__ if name != "terms"]
        terms = [command.terms] if isinstance(command, NewOrder | ReplaceOrder) else []
        return self._methods[type(command)](*fields, now_ns, *terms)

    def new_order(
        self, participant: int, order_id: int, instrument: int, side: int, order_type: int, time_in_force: int,
        price_ticks: int, quantity_lots: int, repeat_allowed: bool, now_ns: int, terms: OrderTerms | None = None,
    ) -> list[Event]:
        """Enter an order. A crossing one answers with trades alone, also when its rest then rests."""
        if terms is not None:
            return [OrderRejected(order_id, Reject.FIELD_INVALID)]
        if order_type == _LIMIT:
            if time_in_force not in _LIMIT_TIMES:
                return [OrderRejected(order_id, Reject.FIELD_INVALID)]
        elif order_type != _MARKET:
            return [OrderRejected(order_id, Reject.ORDER_TYPE_INVALID)]
        elif time_in_force in _NOT_FOR_MARKET_ORDERS:
            return [OrderRejected(order_id, Reject.FIELD_INVALID)]
        seat = self._seats[participant]
        ids = seat.ids
        orders = ids.orders
        if order_id in orders and not repeat_allowed:
            return [OrderRejected(order_id, Reject.ORDER_ID_REPEATED)]
        book = self._books[instrument]
        holding = seat.holdings[instrument]
        assert quantity_lots > 0, "an order for nothing reached the exchange"
        if order_type == _LIMIT:
            if time_in_force == _POST_ONLY and book.crosses(side, price_ticks):
                return [OrderRejected(order_id, Reject.WOULD_TAKE)]
            if not self._reserve(holding, side, quantity_lots, price_ticks):
                return [OrderRejected(order_id, Reject.NOT_ENOUGH_EQUITY)]
            if len(seat.open) >= OPEN_ORDERS_PER_PARTICIPANT and time_in_force in _RESTING_TIMES:
                self._release(holding, side, quantity_lots, price_ticks)
                return [OrderRejected(order_id, Reject.TOO_MANY_OPEN_ORDERS)]
        elif not self._covers_market(book, holding, side, time_in_force, quantity_lots):
            return [OrderRejected(order_id, Reject.NOT_ENOUGH_EQUITY)]
        number = self._last_number = self._last_number + 1
        order = _bare(Order)
        order.number = number
        order.order_id = order_id
        order.participant = participant
        order.holding = holding
        order.instrument = instrument
        order.side = side
        order.order_type = order_type
        order.time_in_force = time_in_force
        order.price_ticks = price_ticks
        order.quantity_lots = order.leaves_lots = quantity_lots
        order.cancelled_lots = 0
        order.replaced_at_lots = NEVER_REPLACED
        orders[order_id] = order
        if len(ids.retired) > RETIRED_ORDER_IDS_PER_ACCOUNT:
            ids.forget()
        return self._enter(seat, book, order, [])

    def replace_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int, order_type: int,
        time_in_force: int, price_ticks: int, quantity_lots: int, original_price_ticks: int, repeat_allowed: bool,
        now_ns: int, terms: OrderTerms | None = None,
    ) -> list[Event]:
        """Change price and total quantity of a resting order, or refuse and leave everything as it was.

        Only a mere decrease of the quantity keeps the place in the queue; all else goes to the end
        of it, and a price that crosses trades at once.
        """
        ids = self._seats[participant].ids
        order = ids.find_open(original_order_id)
        if order is None:
            return [OrderRejected(order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if terms is not None:
            return [OrderRejected(order_id, Reject.REPLACE_CHANGES_FIXED_FIELD)]
        fixed = (order.instrument, order.side, order.order_type, order.time_in_force)
        if (instrument, side, order_type, time_in_force) != fixed:
            reason = Reject.REPLACE_CHANGES_FIXED_FIELD
        elif original_price_ticks and original_price_ticks != order.price_ticks:
            reason = Reject.ORIGINAL_PRICE_DIFFERS
        elif order_id in ids.orders and not repeat_allowed:
            reason = Reject.ORDER_ID_REPEATED
        elif quantity_lots <= order.executed_lots():
            reason = Reject.REPLACE_BELOW_EXECUTED
        elif time_in_force == _POST_ONLY and self._books[instrument].crosses(side, price_ticks):
            reason = Reject.WOULD_TAKE
        elif not self._move_reservation(order, price_ticks, quantity_lots - order.executed_lots()):
            reason = Reject.NOT_ENOUGH_EQUITY
        else:
            return self._replace(order, order_id, price_ticks, quantity_lots)
        return [OrderRejected(order_id, reason)]

    def cancel_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int,
        original_price_ticks: int, now_ns: int,
    ) -> list[Event]:
        """Take a resting order out. The id of the request names no order and may be any; the side is not looked at."""
        order = self._seats[participant].ids.find_open(original_order_id)
        if order is None or order.instrument != instrument:
            return [OrderRejected(order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if original_price_ticks and original_price_ticks != order.price_ticks:
            return [OrderRejected(order_id, Reject.ORIGINAL_PRICE_DIFFERS)]
        order.level.remove(order)
        return [self._cancel(order, order_id)]

    def query_order(self, participant: int, order_id: int, now_ns: int) -> list[Event]:
        """Report an order by any id it ever had, as long as that id is remembered."""
        order = self._seats[participant].ids.orders.get(order_id)
        if order is None:
            return [OrderRejected(order_id, Reject.ORDER_UNKNOWN)]
        return [OrderReported(order.number, order.status(), order.executed_lots(), order.leaves_lots)]

    def withdraw_day_orders(self, participant: int, now_ns: int) -> list[Event]:
        """The participant logged out: its DAY orders leave, oldest first."""
        going = [order for order in self._seats[participant].open.values() if order.time_in_force == _DAY]
        for order in going:
            order.level.remove(order)
        return [self._cancel(order, 0) for order in going]

    def set_reference_price(self, instrument: int, trigger: int, price_ticks: int, now_ns: int) -> list[Event]:
        """Set the index or mark price; no order waits for it yet."""
        return []

    def open_orders(self, participant: int, instrument: int) -> list[OpenOrder]:
        """The orders that this participant entered and that rest in this instrument, oldest first."""
        return [
            OpenOrder(
                order.number,
                order.order_id,
                order.replaced_at_lots != NEVER_REPLACED,
                order.price_ticks,
                order.leaves_lots,
                order.executed_lots(),
                order.side,
                False,
            )
            for order in self._seats[participant].open.values()
            if order.instrument == instrument
        ]

    def exposure(self, account: int, instrument: int) -> Exposure:
        """What the account has open and executed in this instrument."""
        holding = self._accounts.holdings(account)[instrument]
        position = self._positions[holding]
        worth = position.tick_lot_atoms
        seats = [seat for seat in self._seats if seat.account == account]
        orders = [order for seat in seats for order in seat.open.values() if order.holding == holding]
        buys = [order for order in orders if order.side == _BUY]
        sells = [order for order in orders if order.side != _BUY]
        return Exposure(
            sum(order.leaves_lots for order in buys),
            position.held_atoms,
            position.held_lots,
            sum(order.leaves_lots * order.price_ticks for order in sells) * worth,
            position.bought_lots,
            position.bought_atoms,
            position.sold_lots,
            position.sold_atoms,
        )

    def equity(self, account: int) -> dict[str, int]:
        """Atoms per currency that the account may still use."""
        return self._accounts.equity(account)

    def reserved(self, account: int) -> dict[str, int]:
        """Atoms per currency that the account's open orders hold back."""
        return self._accounts.reserved(account)

    def state_hash(self) -> str:
        """SHA-256 of everything that later answers depend on, as canonical text."""
        digest = sha256(f"numbers {self._last_number} {self._last_exec_id}\n".encode())
        rooms = [self._accounts.describe()]
        rooms += [self._books[instrument].describe() for instrument in sorted(self._books)]
        rooms += [self._ids[account].describe() for account in sorted(self._ids)]
        for lines in rooms:
            for line in lines:
                digest.update(line.encode() + b"\n")
        return digest.hexdigest()

    def _covers_market(self, book: Book, holding: int, side: int, time_in_force: int, lots: int) -> bool:
        """Whether what a market order would meet is covered; it holds nothing back."""
        met_lots, lots_times_ticks = reachable(book.opposite[side], lots, ANY_PRICE_KEY)
        if time_in_force == _FILL_OR_KILL and met_lots < lots:
            return True
        position = self._positions[holding]
        return covers_purchase(position, lots_times_ticks) if side == _BUY else covers_sell(position, met_lots)

    def _reserve(self, holding: int, side: int, lots: int, price_ticks: int) -> bool:
        position = self._positions[holding]
        return position.reserve_buy(lots, price_ticks) if side == _BUY else position.reserve_sell(lots)

    def _release(self, holding: int, side: int, lots: int, price_ticks: int) -> None:
        position = self._positions[holding]
        if side == _BUY:
            position.release_buy(lots, price_ticks)
        else:
            position.release_sell(lots)

    def _enter(self, seat: _Seat, book: Book, order: Order, events: list[Event]) -> list[Event]:
        """Match an order; what is left of it rests or, if it may not, is cancelled."""
        side = order.side
        opposite = book.opposite[side]
        is_limit = order.order_type == _LIMIT
        time_in_force = order.time_in_force
        limit_key = order.price_ticks * opposite.sign if is_limit else ANY_PRICE_KEY
        lots = order.leaves_lots
        if (
            opposite.keys
            and opposite.keys[0] <= limit_key
            and (time_in_force != _FILL_OR_KILL or reachable(opposite, lots, limit_key)[0] == lots)
        ):
            fills = match(opposite, order, limit_key)
            if fills:
                self._settle(order, lots, fills, events)
                if not order.leaves_lots:
                    seat.ids.retired.append((order.order_id, order))
                    return events
        if is_limit and time_in_force in _RESTING_TIMES:
            book.own[side].rest(order)
            seat.open[order.number] = order
            if not events:
                events.append(OrderAccepted(order.number))
        else:
            events.append(self._cancel(order, 0))
        return events

    def _settle(self, incoming: Order, leaves: int, fills: list[tuple[Order, int]], events: list[Event]) -> None:
        """Number the fills of an order that came in with so many lots, and let money and goods change hands."""
        exec_id = self._last_exec_id
        positions = self._positions
        mine = positions[incoming.holding]
        buys = incoming.side == _BUY
        is_market = incoming.order_type == _MARKET
        instrument = incoming.instrument
        limit_ticks = incoming.price_ticks
        for resting, lots in fills:
            exec_id += 1
            leaves -= lots
            price_ticks = resting.price_ticks
            theirs = positions[resting.holding]
            if is_market:
                limit_ticks = price_ticks
                covered = self._reserve(incoming.holding, incoming.side, lots, price_ticks)
                assert covered, "a market order met more than was checked"
            if buys:
                settle(mine, theirs, lots, price_ticks, limit_ticks)
            else:
                settle(theirs, mine, lots, price_ticks, price_ticks)
            resting_leaves = resting.leaves_lots
            if not resting_leaves:
                owner = self._seats[resting.participant]
                del owner.open[resting.number]
                owner.ids.retired.append((resting.order_id, resting))
            events.append(
                Trade(exec_id, instrument, price_ticks, lots, resting.number, resting_leaves, incoming.number, leaves)
            )
        self._last_exec_id = exec_id

    def _cancel(self, order: Order, request_id: int) -> OrderCancelled:
        """End an order that has left the book or never was in it, and give back what it held."""
        leaves = order.leaves_lots
        if order.order_type == _LIMIT:
            self._release(order.holding, order.side, leaves, order.price_ticks)
        order.leaves_lots = 0
        order.cancelled_lots = leaves
        seat = self._seats[order.participant]
        seat.open.pop(order.number, None)
        seat.ids.retired.append((order.order_id, order))
        return OrderCancelled(order.number, request_id, leaves)

    def _move_reservation(self, order: Order, price_ticks: int, lots: int) -> bool:
        """Hold back what an order needs at a new price and quantity in place of what it held, if that is there."""
        position = self._positions[order.holding]
        old_lots, old_ticks = order.leaves_lots, order.price_ticks
        if order.side == _BUY:
            covered = covers_replaced_buy(position, old_lots, old_ticks, lots, price_ticks)
        else:
            covered = covers_replaced_sell(position, old_lots, lots)
        if covered:
            self._release(order.holding, order.side, old_lots, old_ticks)
            self._reserve(order.holding, order.side, lots, price_ticks)
        return covered

    def _replace(self, order: Order, order_id: int, price_ticks: int, quantity_lots: int) -> list[Event]:
        """Give an order its new id, price and quantity; its reservation was moved before."""
        seat = self._seats[order.participant]
        old_ticks = order.price_ticks
        executed_lots = order.executed_lots()
        leaves = quantity_lots - executed_lots
        events: list[Event] = [OrderReplaced(order.number, old_ticks, leaves)]
        seat.ids.rename(order, order_id)
        order.replaced_at_lots = executed_lots
        if price_ticks == old_ticks and quantity_lots < order.quantity_lots:
            order.level.shrink(order, leaves)
            order.quantity_lots = quantity_lots
            return events
        order.level.remove(order)
        order.price_ticks = price_ticks
        order.quantity_lots = quantity_lots
        order.leaves_lots = leaves
        self._enter(seat, self._books[order.instrument], order, events)
        if not order.leaves_lots:
            del seat.open[order.number]
        return events
