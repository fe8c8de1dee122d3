"""Who hears what: the exchange's events written as frames to the clients concerned.

In: events, and the request that caused them. Out: frames to the sessions of the orders' owners.
Never knows: sockets, why an order was accepted, how a client logged on.
Follows section 6 of the protocol: makers first, a report is a copy of the order's own request with
the figures of the event written into it.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from base import limits
from base.gateway.clients import Client
from base.gateway.drop_copy import CapturedCopies, DropCopies
from base.gateway.translate_bo import (
    MESSAGE_TYPE_AT,
    REJECT_CODES,
    InstrumentScales,
    in_second_leg,
    read_asker,
    write_asker,
    write_cancelled,
    write_fill,
    write_leg,
    write_reject,
    write_replaced,
    write_state,
    write_withdrawn,
)
from base.vocabulary.events import (
    Event,
    LegEntered,
    OrderAccepted,
    OrderCancelled,
    OrderMoved,
    OrderRejected,
    OrderReplaced,
    OrderReported,
    Trade,
    TradeBroken,
)
from base.vocabulary.orders import OpenOrder
from base.vocabulary.rejects import Reject
from base.wire.bo.codes import MessageType
from base.wire.bo.transaction import Transaction
from base.wire.layout import projection

# Plain integers, because comparing with an enumeration's member costs four times as much.
NEW = int(MessageType.ORDER_NEW)
ACK = int(MessageType.ORDER_ACK)
REJECT = int(MessageType.REJECT)
CANCELLED = int(MessageType.CANCELLED)
REPLACED = int(MessageType.REPLACED)
MAKER_FILLED, MAKER_FILLED_IN_PART = int(MessageType.EXECUTION), int(MessageType.EXECUTION_PARTIAL)
TAKER_FILLED, TAKER_FILLED_IN_PART = int(MessageType.QUOTE_FILL), int(MessageType.QUOTE_FILL_PARTIAL)

_read_order_id = projection(Transaction, "OrderID").unpack


class Entry:
    """An order as its owner knows it: who that is, the request as received, the last report's MessageType."""

    __slots__ = ("frame", "instrument", "is_finished", "last_message_type", "participant")

    def __init__(self, participant: int, instrument: int, frame: bytes) -> None:
        self.participant = participant
        self.instrument = instrument
        self.frame = frame
        self.last_message_type = ACK
        self.is_finished = False


class LeggedEntry(Entry):
    """An order of a type with two legs; the second one may come long after the first is done, when its market opens."""

    __slots__ = ("has_second_leg",)

    def __init__(self, participant: int, instrument: int, frame: bytes) -> None:
        super().__init__(participant, instrument, frame)
        self.has_second_leg = False

    @property
    def awaits_leg(self) -> bool:
        """Whether the first leg was matched and the second may still come."""
        return not self.has_second_leg and self.last_message_type in (MAKER_FILLED, TAKER_FILLED)


CapturedReports: TypeAlias = tuple[list[int], tuple[list[Any], ...], dict[int, Entry], list[int], CapturedCopies]
"""Numbers of plain entries, columns of what these keep, other entries by number, finished orders, copies."""

FOREIGN = -1
"""Stands for the participant in the entry of an order that came by another protocol; nobody is there under it."""


class ForeignReports(Protocol):
    """Who reports the orders that came by another protocol; their entries say FOREIGN."""

    def matched(self, entry: Entry, trade: Trade, *, rests: bool) -> None: ...

    def withdrawn(self, entry: Entry, event: OrderCancelled) -> None: ...

    def trade_broken(self, event: TradeBroken) -> None: ...


class Reports:
    """Keeps what each order's owner sent, and writes every report from it."""

    def __init__(self, scales: dict[int, InstrumentScales], copies: DropCopies) -> None:
        self._scales = scales
        self.copies = copies
        self._clients: dict[int, Client] = {}
        self._stand_ins = copies.stand_ins()
        self.hearing: dict[int, Client] = dict(self._stand_ins)
        """Who is told of the orders of each participant."""
        self.entries: dict[int, Entry] = {}
        """The orders that are kept, by number."""
        self._finished: deque[int] = deque()
        self.foreign: ForeignReports | None = None
        self.elsewhere: set[int] = set()
        """The participants that are here by another protocol."""
        self.now_ns = 0
        """When what is reported happens, for those who write the time into a report."""

    # -- who is there

    def client_of(self, participant: int) -> Client | None:
        """Give the live session of a participant, or None."""
        return self._clients.get(participant)

    def join(self, client: Client) -> None:
        """Route the reports of the client's participant to it from now on."""
        former = self._clients.get(client.participant)
        if former is not None:
            self.copies.end(former)
        self._clients[client.participant] = self.hearing[client.participant] = self.copies.seen(client)

    def leave(self, client: Client) -> None:
        """Forget a client that is gone; its orders stay, their reports have nowhere to go."""
        if self._clients.get(client.participant) is client:
            del self._clients[client.participant], self.hearing[client.participant]
            if client.participant in self._stand_ins:
                self.hearing[client.participant] = self._stand_ins[client.participant]
        self.copies.end(client)

    def capture(self) -> CapturedReports:
        """What is kept of all orders, to be given to ``restore``; who is there is not part of it.

        Plain entries are given as columns: there are many, and as objects they take ten times as long.
        """
        plain = {number: entry for number, entry in self.entries.items() if type(entry) is Entry}
        columns = (
            [entry.participant for entry in plain.values()],
            [entry.instrument for entry in plain.values()],
            [entry.frame for entry in plain.values()],
            [entry.last_message_type for entry in plain.values()],
            [entry.is_finished for entry in plain.values()],
        )
        apart = {number: entry for number, entry in self.entries.items() if number not in plain}
        return list(plain), columns, apart, list(self._finished), self.copies.capture()

    def restore(self, captured: CapturedReports) -> None:
        """Keep what was captured."""
        numbers, columns, apart, finished, copies = captured
        self.entries = dict(apart)
        for number, participant, instrument, frame, message_type, is_finished in zip(numbers, *columns, strict=True):
            entry = self.entries[number] = Entry(participant, instrument, frame)
            entry.last_message_type, entry.is_finished = message_type, is_finished
        self._finished = deque(finished)
        self.copies.restore(copies)

    # -- what is said

    def refuse(self, client: Client, frame: bytes, reject: int) -> None:
        """Send the request back as a REJECT with the protocol's code for ``reject``."""
        reply = bytearray(frame)
        write_reject(reply, REJECT, REJECT_CODES[Reject(reject)])
        client.report(reply)

    def report(self, client: Client, request: Entry, events: Sequence[Event]) -> None:
        """Report what a client's request caused, in the order in which it happened."""
        for event in events:
            if isinstance(event, Trade):
                self._report_trade(event, request)
            elif isinstance(event, OrderAccepted):
                self._report_accepted(client, event, request)
            else:
                self._report_rest(client, event, request)

    def report_unasked(self, events: Iterable[Event]) -> None:
        """Report what no client's request caused: a logout, the operator, and what follows in the books."""
        for event in events:
            if isinstance(event, Trade):
                self._report_trade(event, self.entries[event.incoming_number])
            elif isinstance(event, OrderCancelled):
                self._withdraw(event, self.entries[event.number])
            elif isinstance(event, LegEntered):
                self._enter_leg(event)
            elif isinstance(event, TradeBroken):  # this protocol has no word for it
                if self.foreign is not None:
                    self.foreign.trade_broken(event)
            else:
                assert isinstance(event, OrderMoved), event

    def knows(self, number: int) -> bool:
        """Whether there is an entry for this order."""
        return number in self.entries

    def report_foreign(self, request: Entry, number: int, events: Iterable[Event]) -> None:
        """Report what a request caused that came by another protocol; ``number`` is that of its order, if it has one.

        What concerns that order alone is reported by whoever reads the protocol.
        """
        if number:
            self.entries[number] = request
        self.report_unasked(
            event for event in events if not isinstance(event, OrderAccepted | OrderReplaced | OrderRejected)
        )

    def list_open_orders(self, client: Client, orders: Iterable[OpenOrder]) -> None:
        """Send one transaction per open order: MessageType 1, or 16 when it was replaced."""
        for order in orders:
            entry = self.entries[order.number]
            if entry.participant == FOREIGN:
                continue
            quantity = self._scales[entry.instrument].quantity
            reply = bytearray(entry.frame)
            write_state(
                reply,
                REPLACED if order.replaced else NEW,
                quantity[order.executed_lots],
                quantity[order.leaves_lots],
            )
            client.send(reply)

    # -- one event each

    def _report_accepted(self, client: Client, event: OrderAccepted, request: Entry) -> None:
        self.entries[event.number] = request
        reply = bytearray(request.frame)
        reply[MESSAGE_TYPE_AT] = ACK
        client.report(reply)

    def _report_trade(self, trade: Trade, request: Entry) -> None:
        entries = self.entries
        resting = entries[trade.resting_number]
        incoming = entries.get(trade.incoming_number)
        if incoming is None:
            incoming = entries[trade.incoming_number] = request
        scales = self._scales[trade.instrument]
        quantity = scales.quantity
        price = scales.price[trade.price_ticks]
        shares = quantity[trade.quantity_lots]
        for number, entry, leaves_lots, fee_atoms, filled, filled_in_part in (
            (
                trade.resting_number, resting, trade.resting_leaves_lots, trade.resting_fee_atoms,
                MAKER_FILLED, MAKER_FILLED_IN_PART,
            ),
            (
                trade.incoming_number, incoming, trade.incoming_leaves_lots, trade.incoming_fee_atoms,
                TAKER_FILLED, TAKER_FILLED_IN_PART,
            ),
        ):  # fmt: skip
            entry.last_message_type = message_type = filled_in_part if leaves_lots else filled
            if not leaves_lots:
                self._finish(number, entry)
            client = self.hearing.get(entry.participant)
            if client is not None:
                leaves = quantity[leaves_lots]
                reply = bytearray(entry.frame)
                fee = scales.cash[fee_atoms] if fee_atoms else 0.0
                write_fill(reply, message_type, leaves, trade.exec_id, shares, leaves, fee, price, 0)
                client.report(reply)
            elif entry.participant == FOREIGN and self.foreign is not None:
                self.foreign.matched(entry, trade, rests=number == trade.resting_number)

    def _report_rest(self, client: Client, event: Event, request: Entry) -> None:
        if isinstance(event, OrderRejected):
            self.refuse(client, request.frame, event.reason)
        elif isinstance(event, OrderCancelled):
            entry = self.entries.setdefault(event.number, request)
            if event.request_id:
                self._confirm_cancel(client, event, entry, request)
            else:
                self._withdraw(event, entry)
        elif isinstance(event, OrderReplaced):
            self._report_replaced(client, event, request)
        elif isinstance(event, OrderReported):
            self._report_state(client, event, request)
        elif isinstance(event, LegEntered):
            self._enter_leg(event)

    def _confirm_cancel(self, client: Client, event: OrderCancelled, entry: Entry, request: Entry) -> None:
        if entry.participant != client.participant:
            self._withdraw(event, entry)  # its owner is another user of the account, who did not ask
        else:
            self._close(event.number, entry)
        reply = bytearray(request.frame)
        write_cancelled(reply, CANCELLED, self._scales[entry.instrument].quantity[event.leaves_lots])
        client.report(reply)

    def _withdraw(self, event: OrderCancelled, entry: Entry) -> None:
        self._close(event.number, entry)
        owner = self.hearing.get(entry.participant)
        if owner is not None:
            reply = bytearray(entry.frame)
            cancelled = self._scales[entry.instrument].quantity[event.leaves_lots]
            reason = REJECT_CODES[Reject(event.reason)] if event.reason else 0
            write_withdrawn(reply, CANCELLED, _read_order_id(entry.frame)[0], cancelled, 0.0, reason)
            owner.report(reply)
        elif entry.participant == FOREIGN and self.foreign is not None:
            self.foreign.withdrawn(entry, event)

    def _enter_leg(self, event: LegEntered) -> None:
        """From now on the order's reports show its second leg; it is alive again, though its first leg is done."""
        entry = self.entries[event.number]
        entry.is_finished = False
        if isinstance(entry, LeggedEntry):
            entry.has_second_leg = True
        frame = bytearray(entry.frame)
        write_leg(frame, self._scales[entry.instrument].price[event.price_ticks], event.side)
        entry.frame = bytes(frame)

    def _report_replaced(self, client: Client, event: OrderReplaced, request: Entry) -> None:
        scales = self._scales[request.instrument]
        entry = self.entries[event.number]
        is_in_second_leg = isinstance(entry, LeggedEntry) and entry.has_second_leg
        entry.frame = in_second_leg(request.frame, entry.frame) if is_in_second_leg else request.frame
        entry.participant, entry.last_message_type = request.participant, REPLACED
        reply = bytearray(request.frame)
        write_replaced(reply, REPLACED, scales.quantity[event.leaves_lots], scales.price[event.old_price_ticks])
        client.report(reply)

    def _report_state(self, client: Client, event: OrderReported, request: Entry) -> None:
        entry = self.entries.get(event.number)
        if entry is None:  # forgotten here before the exchange forgets it
            self.refuse(client, request.frame, Reject.ORDER_UNKNOWN)
            return
        quantity = self._scales[entry.instrument].quantity
        reply = bytearray(entry.frame)
        write_state(
            reply,
            entry.last_message_type,
            quantity[event.executed_lots],
            quantity[event.leaves_lots],
        )
        write_asker(reply, *read_asker(request.frame))
        client.report(reply)

    # -- book-keeping

    def _close(self, number: int, entry: Entry) -> None:
        entry.last_message_type = CANCELLED
        self._finish(number, entry)

    def _finish(self, number: int, entry: Entry) -> None:
        """Keep a finished order for queries, within a bound; a second leg that is entered later revives it."""
        entry.is_finished = True
        finished = self._finished
        finished.append(number)
        if len(finished) > limits.FINISHED_ORDERS_KEPT:
            self._forget(finished.popleft())
            if len(finished) > limits.FINISHED_ORDERS_KEPT:  # those which stayed longer do not add up
                self._forget(finished.popleft())

    def finish_all(self, numbers: list[int]) -> None:
        """Keep these finished orders in the same way; their entries say already that they are."""
        finished, entries = self._finished, self.entries
        for number in numbers:
            finished.append(number)
            if len(finished) > limits.FINISHED_ORDERS_KEPT:
                oldest = finished.popleft()
                entry = entries.get(oldest)
                if type(entry) is Entry and entry.is_finished:
                    del entries[oldest]
                else:
                    self._forget(oldest)
                if len(finished) > limits.FINISHED_ORDERS_KEPT:
                    self._forget(finished.popleft())

    def _forget(self, number: int) -> None:
        """Let go of a finished order, or keep it a while longer when its second leg may still come."""
        entry = self.entries.get(number)
        if entry is None or not entry.is_finished:
            return
        if isinstance(entry, LeggedEntry) and entry.awaits_leg:
            self._finished.append(number)
        else:
            del self.entries[number]
