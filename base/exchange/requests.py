"""What others ask of the exchange: each request a method, each answer the list of its events.

In: commands, as values or by position, with the time. Out: events, open orders, figures, one hash.
Never knows: bytes, sessions, the clock, chance.
Follows "Requests and replies" of the behaviour page and docs/order-types.md.

Times are passed in and not used yet: priority comes from the order of arrival alone.
Quantities, prices, sides and instruments were checked by the gateway.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256

from base.exchange.desk import (
    BUY,
    FILL_OR_KILL,
    IMMEDIATE_OR_CANCEL,
    LIMIT,
    MARKET,
    POST_ONLY,
    REDUCE_ONLY,
    RESTING_TIMES,
    Seat,
)
from base.exchange.fast_path import FastPath
from base.exchange.order_types import HIDDEN, PEGS, STOPS
from base.exchange.special_orders import special_of
from base.limits import RETIRED_ORDER_IDS_PER_ACCOUNT
from base.matching.book import Book
from base.matching.price_level import NEVER_REPLACED, Order, Special
from base.risk.checks import reduces
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
from base.vocabulary.events import Event, OrderRejected, OrderReported
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import (
    BreakTrade,
    EndSession,
    KillAccount,
    MassCancel,
    ReleaseAccount,
    SetMarketState,
    Uncross,
)
from base.vocabulary.orders import TIMES_IN_FORCE, OpenOrder, OrderTerms, OrderType, is_plain, with_trigger
from base.vocabulary.participants import AccountTerms, Exposure, Participant
from base.vocabulary.rejects import Reject

_LIMIT_TIMES = RESTING_TIMES | {IMMEDIATE_OR_CANCEL, FILL_OR_KILL}
_AT_ONCE = frozenset({IMMEDIATE_OR_CANCEL, FILL_OR_KILL})
_ALWAYS_HIDDEN = frozenset({HIDDEN, int(OrderType.PEG_HIDDEN)})
_bare = object.__new__


class Exchange(FastPath):
    """Books, accounts and order ids of one venue. Each request returns its events; nothing is called back."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
    ) -> None:
        super().__init__(instruments, accounts, participants)
        self._methods: dict[type[Command], Callable[..., list[Event]]] = {
            NewOrder: self.new_order,
            ReplaceOrder: self.replace_order,
            CancelOrder: self.cancel_order,
            QueryOrder: self.query_order,
            WithdrawDayOrders: self.withdraw_day_orders,
            LoseParticipant: self.lose_participant,
            SetReferencePrice: self.set_reference_price,
            SetMarketState: self.set_market_state,
            Uncross: self.uncross,
            MassCancel: self.mass_cancel,
            KillAccount: self.kill_account,
            ReleaseAccount: self.release_account,
            EndSession: self.end_session,
            BreakTrade: self.break_trade,
        }

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        """Carry out any command; the same as calling the method of its name with its fields."""
        fields = {name: getattr(command, name) for name in command.__match_args__}
        return self._methods[type(command)](**fields, now_ns=now_ns)

    def new_order(
        self, participant: int, order_id: int, instrument: int, side: int, order_type: int, time_in_force: int,
        price_ticks: int, quantity_lots: int, repeat_allowed: bool, now_ns: int, terms: OrderTerms | None = None,
    ) -> list[Event]:
        """Enter an order. A crossing one answers with trades alone, also when its rest then rests."""
        if self._is_restrained:
            restraint = self._restraint(self._seats[participant].account, instrument, order_type, time_in_force)
            if restraint is not None:
                return [OrderRejected(order_id, restraint)]
        if order_type == LIMIT and terms is None and time_in_force in _LIMIT_TIMES:
            pass  # by far most orders; the questions below cost a hundredth of them
        elif order_type not in TIMES_IN_FORCE:
            return [OrderRejected(order_id, Reject.ORDER_TYPE_INVALID)]
        elif time_in_force not in TIMES_IN_FORCE[order_type]:
            return [OrderRejected(order_id, Reject.FIELD_INVALID)]
        elif not is_plain(order_type, time_in_force, terms):
            return self._new_special(
                participant, order_id, instrument, side, order_type, time_in_force, price_ticks, quantity_lots,
                repeat_allowed, with_trigger(terms),
            )
        seat = self._seats[participant]
        ids = seat.ids
        if order_id in ids.orders and not repeat_allowed:
            return [OrderRejected(order_id, Reject.ORDER_ID_REPEATED)]
        book, holding = self._books[instrument], seat.holdings[instrument]
        assert quantity_lots > 0, "an order for nothing reached the exchange"
        if seat.limits and (excess := self._excess(seat, book, side, order_type, price_ticks, quantity_lots, None)):
            return [OrderRejected(order_id, excess)]
        if order_type == LIMIT:
            if time_in_force == POST_ONLY and book.crosses(side, price_ticks):
                return [OrderRejected(order_id, Reject.WOULD_TAKE)]
            if not self._reserve(holding, side, quantity_lots, price_ticks):
                return [OrderRejected(order_id, self._uncovered(holding, side))]
            if len(seat.open) >= seat.most_open_orders and time_in_force in RESTING_TIMES:
                self._release(holding, side, quantity_lots, price_ticks)
                return [OrderRejected(order_id, Reject.TOO_MANY_OPEN_ORDERS)]
        elif not self._covers_market(seat, book, side, time_in_force, quantity_lots):
            return [OrderRejected(order_id, self._uncovered(holding, side))]
        order = _bare(Order)
        order.number = self._last_number = self._last_number + 1
        order.order_id = order_id
        order.participant = participant
        order.holding = holding
        order.instrument, order.side = instrument, side
        order.order_type = order_type
        order.time_in_force = time_in_force
        order.price_ticks = price_ticks
        order.quantity_lots = order.leaves_lots = quantity_lots
        order.cancelled_lots = 0
        order.replaced_at_lots = NEVER_REPLACED
        order.special = None
        ids.orders[order_id] = order
        if len(ids.retired) > RETIRED_ORDER_IDS_PER_ACCOUNT:
            ids.forget()
        events = self._enter(seat, book, order, [])
        if book.watched:
            self._settle_book(book, events)
        return events

    def replace_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int, order_type: int,
        time_in_force: int, price_ticks: int, quantity_lots: int, original_price_ticks: int, repeat_allowed: bool,
        now_ns: int, terms: OrderTerms | None = None,
    ) -> list[Event]:
        """Change price, total quantity and terms of an open order, or refuse and leave everything as it was.

        Of a plain order only a mere decrease of the quantity keeps the place in the queue; all else goes to
        the end of it, and a price that crosses trades at once.
        """
        seat = self._seats[participant]
        ids = seat.ids
        if seat.account in self._killed:
            return [OrderRejected(order_id, Reject.ACCOUNT_DISABLED)]
        order = ids.find_open(original_order_id)
        if order is None or order.participant != participant:
            return [OrderRejected(order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if self._is_restrained:
            restraint = self._restraint(seat.account, order.instrument, order.order_type, order.time_in_force)
            if restraint is not None:
                return [OrderRejected(order_id, restraint)]
        fixed = (instrument, side, order_type, time_in_force)
        if order.special is not None:
            return self._replace_special(
                order, order_id, fixed, price_ticks, quantity_lots, original_price_ticks, repeat_allowed,
                with_trigger(terms),
            )
        if fixed != (order.instrument, order.side, order.order_type, order.time_in_force) or not is_plain(
            order_type, time_in_force, terms
        ):
            reason = Reject.REPLACE_CHANGES_FIXED_FIELD
        elif original_price_ticks and original_price_ticks != order.price_ticks:
            reason = Reject.ORIGINAL_PRICE_DIFFERS
        elif order_id in ids.orders and not repeat_allowed:
            reason = Reject.ORDER_ID_REPEATED
        elif quantity_lots <= order.executed_lots():
            reason = Reject.REPLACE_BELOW_EXECUTED
        elif seat.limits and (
            excess := self._excess(seat, self._books[instrument], side, order_type, price_ticks, quantity_lots, None)
        ):
            reason = excess
        elif time_in_force == POST_ONLY and self._books[instrument].crosses(side, price_ticks):
            reason = Reject.WOULD_TAKE
        elif not self._move_reservation(
            order, order.price_ticks, quantity_lots - order.executed_lots(), price_ticks
        ):
            reason = self._uncovered(order.holding, side)
        else:
            events = self._replace_plain(order, order_id, price_ticks, quantity_lots)
            book = self._books[instrument]
            if book.watched:
                self._settle_book(book, events)
            return events
        return [OrderRejected(order_id, reason)]

    def cancel_order(
        self, participant: int, order_id: int, original_order_id: int, instrument: int, side: int,
        original_price_ticks: int, now_ns: int,
    ) -> list[Event]:
        """Take an order out. The id of the request names no order and may be any; the side is not looked at."""
        order = self._seats[participant].ids.find_open(original_order_id)
        if order is None or order.instrument != instrument:
            return [OrderRejected(order_id, Reject.ORIGINAL_ORDER_UNKNOWN)]
        if original_price_ticks and original_price_ticks != order.price_ticks:
            return [OrderRejected(order_id, Reject.ORIGINAL_PRICE_DIFFERS)]
        if order.special is None:
            order.level.remove(order)
            events: list[Event] = [self._cancel(order, order_id)]
        else:
            self._cancel_special(order, order_id, 0, events := [])
        book = self._books[instrument]
        if book.watched:
            self._settle_book(book, events)
        return events

    def query_order(self, participant: int, order_id: int, now_ns: int) -> list[Event]:
        """Report an order by any id it ever had, as long as that id is remembered."""
        order = self._seats[participant].ids.orders.get(order_id)
        if order is None:
            return [OrderRejected(order_id, Reject.ORDER_UNKNOWN)]
        return [OrderReported(order.number, order.status(), order.executed_lots(), order.leaves_lots)]

    def open_orders(self, participant: int, instrument: int) -> list[OpenOrder]:
        """The orders that this participant entered and that are open in this instrument, oldest first."""
        return [
            OpenOrder(
                order.number,
                order.order_id,
                order.replaced_at_lots != NEVER_REPLACED or (order.special is not None and order.special.was_replaced),
                order.price_ticks,
                order.leaves_lots,
                order.executed_lots(),
                order.side,
                not self._is_in_book(order),
            )
            for order in self._seats[participant].open.values()
            if order.instrument == instrument
        ]

    def exposure(self, account: int, instrument: int) -> Exposure:
        """What the account has open and executed in this instrument; orders that hold nothing back do not count."""
        holding = self._accounts.holdings(account)[instrument]
        position = self._positions[holding]
        worth = position.tick_lot_atoms
        seats = [seat for seat in self._seats if seat.account == account]
        orders = [order for seat in seats for order in seat.open.values() if order.holding == holding]
        orders = [order for order in orders if order.special is None or order.special.held_ticks]
        buys = [order for order in orders if order.side == BUY]
        sells = [order for order in orders if order.side != BUY]
        return Exposure(
            sum(order.leaves_lots for order in buys),
            position.held_atoms,
            sum(order.leaves_lots for order in sells),
            sum(order.leaves_lots * order.price_ticks for order in sells) * worth,
            position.bought_lots,
            position.bought_atoms,
            position.sold_lots,
            position.sold_atoms,
            position.held_fee_atoms,
            position.margin_atoms,
            position.short_lots,
            position.collateral_atoms,
        )

    def equity(self, account: int) -> dict[str, int]:
        """Atoms per currency that the account may still use."""
        return self._accounts.equity(account)

    def reserved(self, account: int) -> dict[str, int]:
        """Atoms per currency that the account's open orders hold back, and the collateral of what it owes."""
        return self._accounts.reserved(account)

    def owed(self, account: int) -> dict[str, int]:
        """Atoms per base currency that the account sold short and has not bought back."""
        return self._accounts.owed(account)

    def fees(self) -> dict[str, int]:
        """Atoms per quote currency that the venue took as fees."""
        return self._accounts.fees()

    def state_hash(self) -> str:
        """SHA-256 of everything that later answers depend on, as canonical text and columns."""
        digest = sha256(f"numbers {self._last_number} {self._last_exec_id}\n".encode())
        rooms = [self._describe_control(), self._accounts.describe()]
        rooms += [self._books[instrument].describe() for instrument in sorted(self._books)]
        for lines in rooms:
            for line in lines:
                digest.update(line.encode() + b"\n")
        for account in sorted(self._ids):
            for part in self._ids[account].describe():
                digest.update(part)
        return digest.hexdigest()

    def figures_hash(self) -> str:
        """SHA-256 of the counters, market states and the money of all who ever traded or held something back.

        It costs no more however many orders rest, so it is affordable every few thousand commands.
        """
        digest = sha256(f"{self._last_number} {self._last_exec_id} {sorted(self._killed)}\n".encode())
        for number, book in sorted(self._books.items()):
            digest.update(f"book {number} {book.state:d} {book.last_ticks}\n".encode())
        for seat in self._seats:
            if seat.open:
                digest.update(f"{seat.account} {len(seat.open)}\n".encode())
        for line in (*self._breakable.describe_broken(), *self._accounts.describe_active()):
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()

    def capture(self) -> dict[str, object]:
        """Everything that this exchange is, to be given to ``restore`` of one with the same settings."""
        return {name: value for name, value in vars(self).items() if name != "_methods"}

    def restore(self, captured: dict[str, object]) -> None:
        """Be what was captured."""
        vars(self).update(captured)

    def _new_special(
        self, participant: int, order_id: int, instrument: int, side: int, order_type: int, time_in_force: int,
        price_ticks: int, quantity_lots: int, repeat_allowed: bool, terms: OrderTerms,
    ) -> list[Event]:
        """Enter an order that is not plain."""
        seat = self._seats[participant]
        book = self._books[instrument]
        assert quantity_lots > 0, "an order for nothing reached the exchange"
        if order_id in seat.ids.orders and not repeat_allowed:
            return [OrderRejected(order_id, Reject.ORDER_ID_REPEATED)]
        follows = order_type in PEGS
        order = _bare(Order)
        order.order_id = order_id
        order.participant = participant
        order.holding = seat.holdings[instrument]
        order.instrument = instrument
        order.side = side
        order.order_type = order_type
        order.time_in_force = time_in_force
        order.price_ticks = price_ticks
        order.quantity_lots = order.leaves_lots = quantity_lots
        order.cancelled_lots = 0
        order.replaced_at_lots = NEVER_REPLACED
        hidden = terms.hidden or order_type in _ALWAYS_HIDDEN
        order.special = Special(terms, side, hidden=hidden, follows=follows)
        reason = self._why_refuse(seat, book, order)
        if reason is not None:
            return [OrderRejected(order_id, reason)]
        order.number = self._last_number = self._last_number + 1
        seat.ids.orders[order_id] = order
        seat.ids.forget()
        events: list[Event] = []
        self._join(book, order)
        self._begin(book, order, events)
        self._settle_book(book, events)
        return events

    def _why_refuse(self, seat: Seat, book: Book, order: Order) -> Reject | None:
        """Why a special order may not come in, or None: then what it reserves is held back."""
        order_type, time_in_force, lots = order.order_type, order.time_in_force, order.leaves_lots
        side, holding = order.side, order.holding
        terms = special_of(order).terms
        if seat.limits and (excess := self._excess(seat, book, side, order_type, order.price_ticks, lots, terms)):
            return excess
        if time_in_force == POST_ONLY and order_type not in PEGS and book.crosses(side, order.price_ticks):
            return Reject.WOULD_TAKE
        if time_in_force == REDUCE_ONLY and not reduces(self._positions[holding], lots, buys=side == BUY):
            return Reject.WOULD_NOT_REDUCE
        if order_type == MARKET:
            covered = self._covers_market(seat, book, side, time_in_force, lots)
        else:
            covered = order_type in STOPS or self._hold(order, order.price_ticks, lots)
        if not covered:
            return self._uncovered(holding, side)
        at_once = order_type == MARKET or (order_type in (LIMIT, HIDDEN) and time_in_force in _AT_ONCE)
        if len(seat.open) >= seat.most_open_orders and not at_once:
            self._let_go(order)
            return Reject.TOO_MANY_OPEN_ORDERS
        return None

    def _is_in_book(self, order: Order) -> bool:
        if order.special is None or order.special.rests:
            return True
        return any(special_of(layer).rests for layer in order.special.layers)
