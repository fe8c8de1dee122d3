"""The short way of plain limit orders and cancels: the same bytes as ``order_entry``, with one loop for a whole read.

In: the frames that one client sent. Out: reports; how many frames were taken. Never knows: sockets, clocks, matching.
Follows "The fast path" of the behaviour page. ``order_entry`` and ``reports`` define what happens, and every frame that
is not of the common kind is left to them; a test holds both ways together in every byte and in the state.
The function is long on purpose: a call costs a fiftieth of an order.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

from base.gateway.clients import Client
from base.gateway.drop_copy import DropCopies
from base.gateway.order_entry import CANCEL, Market, OrderEntry, Pending
from base.gateway.reports import (
    ACK,
    CANCELLED,
    FOREIGN,
    MAKER_FILLED,
    MAKER_FILLED_IN_PART,
    NEW,
    TAKER_FILLED,
    TAKER_FILLED_IN_PART,
    Entry,
)
from base.gateway.translate_bo import (
    MESSAGE_TYPE_AT,
    is_sane,
    read_order_and_pieces,
    write_cancelled,
    write_fill,
)
from base.vocabulary.events import OrderCancelled, Trade
from base.vocabulary.instruments import Instrument
from base.vocabulary.orders import OrderType, TimeInForce
from base.vocabulary.recorded import RecordedRun
from base.wire.bo.transaction import Transaction

LIMIT = int(OrderType.LIMIT)
GOOD_TILL_CANCEL, DAY = int(TimeInForce.GOOD_TILL_CANCEL), int(TimeInForce.DAY)
_SIZE = Transaction.SIZE
_bare = object.__new__

Filled: TypeAlias = tuple[int, int, int, list[tuple[int, int, int, int, int]]]


class FastMarket(Market, Protocol):
    """A market that has a short way too; see ``exchange.fast_path``."""

    def enter_plain(
        self, participant: int, order_id: int, instrument: int, side: int, time_in_force: int, price_ticks: int,
        quantity_lots: int, /,
    ) -> int | Filled | None: ...  # fmt: skip

    def cancel_plain(
        self, participant: int, original_order_id: int, instrument: int, original_price_ticks: int, /
    ) -> tuple[int, int] | None: ...


class FastEntry(OrderEntry):
    """An order-entry desk that takes what most clients mostly send in one go."""

    def __init__(
        self,
        market: FastMarket,
        instruments: Iterable[Instrument],
        pending: Pending,
        copies: DropCopies | None = None,
    ) -> None:
        super().__init__(market, instruments, pending, copies)
        self._enter, self._cancel_plain = market.enter_plain, market.cancel_plain

    def take_run(self, client: Client, frames: Sequence[bytes], at: int) -> int:
        """Take frames from this place on; gives the place of the first one that has to go the other way."""
        if client.lenient or client.rates is not None or client.speaks_238 or not self.takes_new:
            return at
        participant = client.participant
        quiet_0, quiet_1, quiet_2, quiet_3, quiet_4, quiet_5 = client.quiet_pieces
        said: list[bytes | bytearray] = []
        report = said.append if client.report is client.send else client.report
        scales_of, pending, enter, cancel = self._scales, self._pending, self._enter, self._cancel_plain
        reports = self.reports
        entries, hearing = reports.entries, reports.hearing
        finished: list[int] = []
        run: RecordedRun | None = None
        for place, frame in enumerate(frames[at:], at):  # noqa: B007  # asked for behind the loop
            if len(frame) != _SIZE:
                break
            (
                message_type, piece_0, order_id, instrument, order_type, price, side, quantity, time_in_force, piece_1,
                original_id, piece_2, sending_time, piece_3, original_price, piece_4, piece_5,
            ) = read_order_and_pieces(frame)  # fmt: skip
            scales = scales_of.get(instrument)
            if (
                scales is None
                or piece_0 != quiet_0
                or order_type != LIMIT
                or not order_id
                or not 1 <= side <= 3
                or not sending_time
                or piece_1 != quiet_1
                or piece_2 != quiet_2
                or piece_3 != quiet_3
                or piece_4 != quiet_4
                or piece_5 != quiet_5
            ):
                break
            if message_type == NEW:
                lots, ticks = scales.lots[quantity], scales.ticks[price]
                if (
                    ticks <= 0
                    or not scales.min_lots <= lots <= scales.max_lots
                    or original_price
                    or (time_in_force != GOOD_TILL_CANCEL and time_in_force != DAY)
                ):
                    break
                if run is None or pending[-1] is not run:  # something of another kind was written down since
                    run = self._begin_run(client)
                run.bodies.append(frame)
                outcome = enter(participant, order_id, instrument, side, time_in_force, ticks, lots)
                if outcome is None:
                    _take_back(pending, run)
                    break
                entry = _bare(Entry)
                entry.participant, entry.instrument, entry.frame = participant, instrument, frame
                entry.is_finished = False
                if isinstance(outcome, int):
                    entries[outcome] = entry
                    entry.last_message_type = ACK
                    reply = bytearray(frame)
                    reply[MESSAGE_TYPE_AT] = ACK
                    report(reply)
                    continue
                number, ticks, exec_id, fills = outcome
                entries[number] = entry
                missing = lots
                price, double_of = scales.price[ticks], scales.quantity
                for resting_number, lots, leaves, fee_atoms, own_fee_atoms in fills:
                    exec_id += 1
                    missing -= lots
                    resting = entries[resting_number]
                    left, shares = double_of[leaves], double_of[lots]
                    resting.last_message_type = message_type = MAKER_FILLED_IN_PART if leaves else MAKER_FILLED
                    if not leaves:
                        resting.is_finished = True
                        finished.append(resting_number)
                    owner = hearing.get(resting.participant)
                    if owner is not None:
                        reply = bytearray(resting.frame)
                        fee = scales.cash[fee_atoms] if fee_atoms else 0.0
                        write_fill(reply, message_type, left, exec_id, shares, left, fee, price, 0)
                        if owner is client:
                            report(reply)
                        else:
                            owner.report(reply)
                    elif resting.participant == FOREIGN and reports.foreign is not None:
                        trade = Trade(
                            exec_id, instrument, ticks, lots, resting_number, leaves, number, missing, fee_atoms,
                            own_fee_atoms,
                        )  # fmt: skip
                        reports.foreign.matched(resting, trade, rests=True)
                    entry.last_message_type = message_type = TAKER_FILLED_IN_PART if missing else TAKER_FILLED
                    if not missing:
                        entry.is_finished = True
                        finished.append(number)
                    left = double_of[missing]
                    fee = scales.cash[own_fee_atoms] if own_fee_atoms else 0.0
                    reply = bytearray(frame)
                    write_fill(reply, message_type, left, exec_id, shares, left, fee, price, 0)
                    report(reply)
            elif message_type == CANCEL:
                original_ticks = scales.ticks[original_price]
                if not original_id or not is_sane(quantity) or not is_sane(price):
                    break
                if run is None or pending[-1] is not run:
                    run = self._begin_run(client)
                run.bodies.append(frame)
                cancelled = cancel(participant, original_id, instrument, original_ticks)
                if cancelled is None:
                    _take_back(pending, run)
                    break
                number, lots = cancelled
                entry = entries[number]
                if entry.participant != participant:
                    event = OrderCancelled(number, order_id, lots)
                    reports.finish_all(finished)
                    client.send_all(said)
                    finished.clear()
                    said.clear()
                    reports.report(client, Entry(participant, instrument, frame), (event,))
                    continue
                entry.last_message_type = CANCELLED
                entry.is_finished = True
                finished.append(number)
                reply = bytearray(frame)
                write_cancelled(reply, CANCELLED, scales.quantity[lots])
                report(reply)
            else:
                break
        else:
            place = len(frames)
        reports.finish_all(finished)
        client.send_all(said)
        return place


def _take_back(pending: Pending, run: RecordedRun) -> None:
    """The last request of a run has to go the other way, and is written down there."""
    run.bodies.pop()
    if not run.bodies:
        pending.pop()
