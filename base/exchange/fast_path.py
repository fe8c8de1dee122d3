"""The short way of plain limit orders: the same outcome as ``requests``, without an object that nobody reads.

In: a new order or a cancel by position, checked by the gateway. Out: whole numbers, or None for whatever is not of
the common kind; then nothing has changed, and the way through ``requests`` is to be taken.
Never knows: bytes, order types beyond limit, the clock.
Follows "The fast path" of the behaviour page. ``requests`` defines what happens; a test holds both ways together
in every byte and in the state. The functions are long on purpose: a call costs a fiftieth of an order.
"""

from typing import TypeAlias

from base.exchange.control import Control
from base.exchange.desk import BUY, DAY, GOOD_TILL_CANCEL, LIMIT, SELL_SHORT
from base.limits import RETIRED_ORDER_IDS_PER_ACCOUNT
from base.matching.price_level import NEVER_REPLACED, Order
from base.risk.settling import settle_with_terms

FAST_TIMES_IN_FORCE = frozenset({GOOD_TILL_CANCEL, DAY})
"""Those of the orders that may take this way."""

Fill: TypeAlias = tuple[int, int, int, int, int]
"""A match: the resting order's number, the lots, what that order leaves; its fee and the incoming one's, in atoms."""

Filled: TypeAlias = tuple[int, int, int, list[Fill]]
"""An order that was matched whole: its number, the price in ticks, the last execution's number before, the matches."""

_bare = object.__new__


class FastPath(Control):
    """Entering and cancelling where nothing unusual is near: no special order, and no refusal."""

    def enter_plain(
        self, participant: int, order_id: int, instrument: int, side: int, time_in_force: int, price_ticks: int,
        quantity_lots: int,
    ) -> int | Filled | None:  # fmt: skip
        """Enter a limit order that comes to rest untouched, which gives its number, or that the best level fills.

        ``time_in_force`` is one of FAST_TIMES_IN_FORCE, the id is a new one or the answer None.
        """
        seat = self._seats[participant]
        book = self._books[instrument]
        ids = seat.ids
        if (
            book.watched
            or order_id in ids.orders
            or len(seat.open) >= seat.most_open_orders
            or (self._is_restrained and not (book.is_open and seat.account not in self._killed))
            or (seat.limits and self._excess(seat, book, side, LIMIT, price_ticks, quantity_lots, None))
        ):
            return None
        positions = self._positions
        holding = seat.holdings[instrument]
        mine = positions[holding]
        is_simple = mine.is_simple
        opposite = book.opposite[side]
        keys = opposite.keys
        met = None
        if keys and keys[0] <= (limit_key := price_ticks * opposite.sign):
            met = opposite.levels[keys[0]]
            if met.first is None and not met.specials:  # it ran empty; the next one is mostly out of reach
                met = None
                if len(keys) > 1 and (keys[1] <= limit_key or (len(keys) > 2 and keys[2] <= limit_key)):
                    met = opposite.best()
                if met is not None and met.key > limit_key:
                    met = None
        if met is not None:
            if met.specials or met.lots < quantity_lots:
                return None
            missing, resting = quantity_lots, met.first
            while missing > 0:
                assert resting is not None, "a level has fewer lots than it says"
                if seat.self_trade and resting.holding == holding:
                    return None
                if not positions[resting.holding].is_simple:
                    is_simple = False
                missing -= resting.leaves_lots
                resting = resting.next

        if not is_simple:
            if not self._reserve(holding, side, quantity_lots, price_ticks):
                return None
        elif side == BUY:
            quote = mine.quote
            atoms = quantity_lots * price_ticks * mine.tick_lot_atoms
            if atoms > quote.available:
                return None
            if met is None:
                quote.available -= atoms
                mine.held_atoms += atoms
        else:
            base = mine.base
            atoms = quantity_lots * mine.lot_atoms
            if atoms > base.available:
                return None
            base.available -= atoms
            if met is None:
                mine.held_lots += quantity_lots

        order = _bare(Order)
        order.number = number = self._last_number = self._last_number + 1
        order.order_id = order_id
        order.participant = participant
        order.holding = holding
        order.instrument = instrument
        order.side = side
        order.order_type = LIMIT
        order.time_in_force = time_in_force
        order.price_ticks = price_ticks
        order.quantity_lots = quantity_lots
        order.cancelled_lots = 0
        order.replaced_at_lots = NEVER_REPLACED
        order.special = None
        ids.orders[order_id] = order
        if len(ids.retired) > RETIRED_ORDER_IDS_PER_ACCOUNT:
            ids.forget()

        if met is None:
            order.leaves_lots = quantity_lots
            own = book.own[side]
            key = price_ticks * own.sign
            level = own.levels.get(key)
            if level is None:
                level = own.open_level(key, price_ticks)
            order.level = level
            level.lots += quantity_lots
            order.previous = last = level.last
            order.next = None
            if last is None:
                level.first = order
            else:
                last.next = order
            level.last = order
            seat.open[number] = order
            return number

        # Money and goods change hands at the price of the level. Without fees and short sales, what the order would
        # have held back until then is not written down and off again, and its own side is settled once for all.
        order.leaves_lots = 0
        limit_ticks, price_ticks = price_ticks, met.price_ticks
        worth = price_ticks * mine.tick_lot_atoms
        lot_atoms = mine.lot_atoms
        atoms = quantity_lots * worth
        if not is_simple:
            pass
        elif side == BUY:
            quote.available -= atoms
            mine.base.available += quantity_lots * lot_atoms
            mine.bought_lots += quantity_lots
            mine.bought_atoms += atoms
        else:
            mine.quote.available += atoms
            mine.sold_lots += quantity_lots
            mine.sold_atoms += atoms
        met.lots -= quantity_lots
        exec_id, buys, remember = self._last_exec_id, side == BUY, self._breakable.rows.append
        missing, resting = quantity_lots, met.first
        fills: list[Fill] = []
        fee_atoms = own_fee_atoms = 0
        while missing:
            assert resting is not None
            lots = resting.leaves_lots
            theirs = positions[resting.holding]
            following: Order | None = resting
            if lots > missing:
                resting.leaves_lots = leaves = lots - missing
                lots = missing
            else:
                leaves = resting.leaves_lots = 0
                owner = self._seats[resting.participant]
                del owner.open[resting.number]
                owner.ids.retired.append(resting)
                following = resting.next
                if following is None:
                    met.last = None
                else:
                    resting.next = following.previous = None
            missing -= lots
            exec_id += 1
            atoms = lots * worth
            if not is_simple:
                buyer, seller, sell = (mine, theirs, resting) if buys else (theirs, mine, order)
                fee_atoms, own_fee_atoms = settle_with_terms(
                    buyer, seller, lots, price_ticks, limit_ticks if buys else price_ticks,
                    price_ticks if buys else limit_ticks, is_short=sell.side == SELL_SHORT and seller.leverage > 0,
                    buyer_rests=not buys,
                )  # fmt: skip
            elif buys:
                theirs.held_lots -= lots
                theirs.quote.available += atoms
                theirs.sold_lots += lots
                theirs.sold_atoms += atoms
                assert theirs.held_lots >= 0, "a trade took more than was reserved"
            else:
                theirs.held_atoms -= atoms
                theirs.base.available += lots * lot_atoms
                theirs.bought_lots += lots
                theirs.bought_atoms += atoms
                assert theirs.held_atoms >= 0, "a trade took more than was reserved"
            remember((
                exec_id, instrument, price_ticks, lots, resting.number, number, resting.holding, holding, buys,
                fee_atoms, own_fee_atoms,
            ))  # fmt: skip
            fills.append((resting.number, lots, leaves, fee_atoms, own_fee_atoms))
            resting = following
        met.first = resting
        ids.retired.append(order)
        book.last_ticks = price_ticks
        self._last_exec_id = exec_id
        return number, price_ticks, exec_id - len(fills), fills

    def cancel_plain(
        self, participant: int, original_order_id: int, instrument: int, original_price_ticks: int
    ) -> tuple[int, int] | None:
        """Take out a plain order of this participant; gives its number and the lots that it left."""
        seat = self._seats[participant]
        ids = seat.ids
        order = ids.orders.get(original_order_id)
        if (
            order is None
            or not order.leaves_lots
            or order.special is not None
            or order.order_id != original_order_id
            or order.instrument != instrument
            or order.participant != participant
            or (original_price_ticks and original_price_ticks != order.price_ticks)
            or self._books[instrument].watched
        ):
            return None
        mine = self._positions[order.holding]
        lots = order.leaves_lots
        level = order.level
        level.lots -= lots
        previous, following = order.previous, order.next
        if previous is None:
            level.first = following
        else:
            previous.next = following
            order.previous = None
        if following is None:
            level.last = previous
        else:
            following.previous = previous
            order.next = None
        if not mine.is_simple:
            self._release(order.holding, order.side, lots, order.price_ticks)
        elif order.side == BUY:
            atoms = lots * order.price_ticks * mine.tick_lot_atoms
            mine.quote.available += atoms
            mine.held_atoms -= atoms
            assert mine.held_atoms >= 0, "more was released than buys had reserved"
        else:
            mine.base.available += lots * mine.lot_atoms
            mine.held_lots -= lots
            assert mine.held_lots >= 0, "more was released than sells had reserved"
        order.leaves_lots = 0
        order.cancelled_lots = lots
        del seat.open[order.number]
        ids.retired.append(order)
        return order.number, lots
