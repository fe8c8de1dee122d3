"""The order-entry desk of OUCH: messages of members in, the same calls of the market as BO makes, answers out.

In: messages and who sent them. Out: messages in members' streams, records of what was asked.
Never knows: sockets, sessions, clocks, how a member logged on, layouts (``translate_ouch`` does).
Follows the OUCH pages: a stale token gets no answer, an invalid replace ends the order, a replaced order keeps its
number. What the exchange does not have is made of what it has; docs/ouch.md says how.
"""

from collections.abc import Callable
from typing import Any

from base.gateway.ouch_members import Members
from base.gateway.ouch_orders import Member, OuchOrder, key_of
from base.gateway.translate_ouch import DEAD, LIVE, WHY, Cause, Kind, Tongue, Why, Wish
from base.vocabulary.events import Event, OrderAccepted, OrderCancelled, OrderRejected, Trade
from base.vocabulary.operator_commands import MarketState
from base.vocabulary.orders import OrderTerms, OrderType, Side, TimeInForce
from base.vocabulary.recorded import Recorded, RecordedKind
from base.vocabulary.rejects import Reject
from base.wire.ouch.appendage import AppendageError

NO_ROOM = "no room: orders and replaces are not taken now, send this one again later"
DAY_IS_FULL = "the day has too many messages: only cancels of whole orders are taken until the session is ended"
TIMES = {
    Kind.DAY: TimeInForce.DAY,
    Kind.POST_ONLY: TimeInForce.POST_ONLY,
    Kind.IMMEDIATE: TimeInForce.IMMEDIATE_OR_CANCEL,
}
FRESH_IN = "OCDE"
"""The types of messages that take a token and name no order."""
ABOUT_AN_ORDER = "XM"
SELLS = "STE"


class OuchEntry(Members):
    """Checks messages of members, asks the market, and writes the outcome into the streams."""

    takes_new = True
    """False while there is no room to keep more orders."""

    def take(self, member: Member, data: bytes, now_ns: int, *, throttled: bool = False) -> str:
        """Carry a message out; gives a remark for the client, mostly empty. ParseError when it is no message."""
        message, flaw = self._read(member, data)
        if message is None or not self._is_of_use(member, message):
            return ""
        if throttled and message.LETTER not in "OU":
            return "too many messages: not carried out"
        if not self.takes_new and message.LETTER in "OU":
            return NO_ROOM
        if member.is_full and not self._cancels(member, message):
            return DAY_IS_FULL
        self._pending.append(
            Recorded(RecordedKind.OUCH_REQUEST, member.participant, member.port, int(throttled), data)
        )
        self._carry_out(member, message, data, Why.THROTTLED if throttled else flaw, now_ns)
        return ""

    def repeat(self, recorded: Recorded, now_ns: int) -> None:
        """Carry out once more what was recorded."""
        kind, participant, port, flags, body = recorded
        if kind == RecordedKind.OUCH_JOINED:
            self._join(participant, port, now_ns)
            return
        member = self.members[key_of(participant, port)]
        if kind == RecordedKind.OUCH_LEFT:
            self._leave(member, now_ns)
        elif kind == RecordedKind.OUCH_RETURN_OVER:
            self._give_up(member, now_ns)
        elif kind == RecordedKind.OUCH_TIME_OVER:
            order = self._find(member.key, int(body))
            assert order is not None, "an order whose time was over is not there"
            self._end(order, Cause.TIME_OVER, now_ns)
        else:
            message, flaw = self._read(member, body)
            assert message is not None and self._is_of_use(member, message), "a recorded message is of no use"
            self._carry_out(member, message, body, Why.THROTTLED if flags else flaw, now_ns)

    # -- reading

    def _read(self, member: Member, data: bytes) -> tuple[Any, Why | None]:
        """The message, and what is wrong with it already; None for one that is dropped."""
        try:
            return self.tongues[member.port].decode(data), None
        except AppendageError as error:
            return (error.head, Why.OTHER) if error.head.LETTER in "OU" else (None, None)

    def _is_of_use(self, member: Member, message: Any) -> bool:
        """Whether a message can have an effect: its token is fresh, the order that it names is live."""
        tongue, letter = self.tongues[member.port], message.LETTER
        if letter in ABOUT_AN_ORDER:
            return tongue.old_token(message) in member.live
        if letter == "U" and tongue.old_token(message) not in member.live:
            return False
        if letter in FRESH_IN or letter == "U":
            return member.is_fresh(tongue.new_token(message), rises=tongue.tokens_rise)
        return bool(letter == "Q")

    def _cancels(self, member: Member, message: Any) -> bool:
        """Whether a message takes an order out as a whole."""
        tongue = self.tongues[member.port]
        return message.LETTER == "X" and tongue.lots(message) <= member.live[tongue.old_token(message)].executed_lots

    def _carry_out(self, member: Member, message: Any, data: bytes, flaw: Why | None, now_ns: int) -> None:
        self._now_ns = now_ns
        tongue, letter = self.tongues[member.port], message.LETTER
        if letter in FRESH_IN or letter == "U":
            member.use(tongue.new_token(message), rises=tongue.tokens_rise)
        if letter == "O":
            self._enter(member, message, data, flaw)
        elif letter == "U":
            self._replace(member, member.live[tongue.old_token(message)], message, flaw)
        elif letter == "X":
            self._cut_down(member, member.live[tongue.old_token(message)], message)
        elif letter == "M":
            self._modify(member, member.live[tongue.old_token(message)], message)
        else:
            self._about_many(member, tongue, message)

    # -- enter

    def _enter(self, member: Member, message: Any, data: bytes, flaw: Why | None) -> None:
        tongue = self.tongues[member.port]
        wish = flaw or tongue.read_enter(message)
        if isinstance(wish, Wish) and wish.firm in member.disabled_firms:
            wish = Why.FIRM
        if isinstance(wish, Why):
            self.say(member, tongue.rejected(self._now_ns, message, wish))
            return
        order = OuchOrder(member.participant, member.key, tongue.new_token(message), data, wish, self._now_ns)
        order.label = tongue.label(message)
        outcome = self._submit(order)
        if isinstance(outcome, Why):
            self.say(member, tongue.rejected(self._now_ns, message, outcome))
            return
        order.number = self._number_in(outcome)
        self._begin(
            member, order, outcome, lambda state: tongue.accepted(self._now_ns, data, order.number, state)
        )

    def _submit(self, order: OuchOrder) -> list[Event] | Why:
        """Enter what is open of an order; one with a minimum begins with that quantity, all of it or nothing."""
        wish = order.wish
        lots, time_in_force = order.open_lots, TIMES[wish.kind]
        if wish.minimum_lots:
            lots, time_in_force = wish.minimum_lots, TimeInForce.FILL_OR_KILL
        return self._new_order(order, lots, time_in_force)

    def _new_order(self, order: OuchOrder, lots: int, time_in_force: int) -> list[Event] | Why:
        wish = order.wish
        self._last_id += 1
        order.order_id = self._last_id
        order_type = OrderType.HIDDEN if wish.hidden else OrderType.LIMIT if wish.ticks else OrderType.MARKET
        events = self._market.new_order(
            order.owner, order.order_id, wish.instrument, wish.side, int(order_type), int(time_in_force), wish.ticks,
            lots, False, self._now_ns, _terms(wish),
        )  # fmt: skip
        return self._why(events[0].reason, wish) if isinstance(events[0], OrderRejected) else events

    def _begin(
        self, member: Member, order: OuchOrder, events: list[Event], say: Callable[[str], bytes]
    ) -> None:
        """Say that an order is in, or was and is gone again, and then what happened to it."""
        number = self._number_in(events)
        traded = any(isinstance(event, Trade) and event.incoming_number == number for event in events)
        gone = any(isinstance(event, OrderCancelled) and event.number == number for event in events)
        prevented = any(isinstance(event, OrderCancelled) and event.reason for event in events)
        is_dead = gone and not traded and not prevented
        self.say(member, say(DEAD if is_dead else LIVE))
        if is_dead:
            order.open_lots = 0
            member.live.pop(order.token, None)
        else:
            member.live[order.token] = order
        with self._because(Cause.IMMEDIATE, incoming=order, silent=order if is_dead else None):
            self._reports.report_foreign(order, number, events)
            if traded and order.wish.minimum_lots and order.open_lots:
                self._go_on(member, order)
        self._let_live(order, self._now_ns)

    def _go_on(self, member: Member, order: OuchOrder) -> None:
        """The least quantity was matched: what is left may be matched at the same price, the rest is cancelled."""
        events = self._new_order(order, order.open_lots, TimeInForce.IMMEDIATE_OR_CANCEL)
        if isinstance(events, Why):
            self._drop(member, order, Cause.IMMEDIATE)
        else:
            self._reports.report_foreign(order, self._number_in(events), events)

    def _drop(self, member: Member, order: OuchOrder, cause: Cause | Why) -> None:
        """End an order of which nothing is in the market any more."""
        lots, order.open_lots = order.open_lots, 0
        member.live.pop(order.token, None)
        self.say(member, self.tongues[member.port].cancelled(self._now_ns, order.token, lots, cause))

    def _number_in(self, events: list[Event]) -> int:
        """The number of the order that caused these events."""
        for event in events:
            if isinstance(event, OrderAccepted):
                return event.number
            if isinstance(event, Trade):
                return event.incoming_number
            if isinstance(event, OrderCancelled) and not self._reports.knows(event.number):
                return event.number
        raise AssertionError("an order was taken and has no number")

    def _why(self, reason: int, wish: Wish) -> Why:
        why = WHY.get(Reject(reason), Why.OTHER)
        if why is Why.CLOSED and self._market.instrument_status(wish.instrument).state == MarketState.HALTED:
            return Why.HALTED
        return Why.SHORT if why is Why.VALUE and wish.side == Side.SELL_SHORT else why

    # -- replace

    def _replace(self, member: Member, order: OuchOrder, message: Any, flaw: Why | None) -> None:
        tongue = self.tongues[member.port]
        wish = flaw or tongue.read_replace(message, order.wish)
        if isinstance(wish, Wish) and wish.firm in member.disabled_firms:
            wish = Why.FIRM
        if isinstance(wish, Why):
            self._refuse_replace(member, order, message, wish)
            return
        if wish.lots <= order.executed_lots:
            self._take_out_silently(order)
            member.live.pop(order.token, None)
            self.say(member, tongue.replaced(self._now_ns, order.frame, message, order.number, 0, DEAD))
            return
        old = order.wish
        same = (wish.kind, wish.hidden, wish.shown_lots) == (old.kind, old.hidden, old.shown_lots)
        if same and wish.kind is not Kind.IMMEDIATE:
            self._change(member, order, wish, message)
        else:
            self._enter_anew(member, order, wish, message)

    def _refuse_replace(self, member: Member, order: OuchOrder, message: Any, why: Why) -> None:
        """Where the market's refusals leave the order alone the new token is rejected; else the order is cancelled."""
        tongue = self.tongues[member.port]
        if tongue.keeps_on_refusal and why in KEPT:
            self.say(member, tongue.rejected(self._now_ns, message, why))
        else:
            self._take_out_silently(order, keep_lots=True)
            self._drop(member, order, why)

    def _take_out_silently(self, order: OuchOrder, *, keep_lots: bool = False) -> None:
        with self._because(Cause.USER, silent=order):
            self._take_out(order)
        if not keep_lots:
            order.open_lots = 0

    def _change(self, member: Member, order: OuchOrder, wish: Wish, message: Any) -> None:
        """Let the exchange replace the order; it keeps its number there, and its place when it only becomes smaller."""
        events = self._replace_in_market(order, wish, wish.lots)
        if isinstance(events, Why):
            self._refuse_replace(member, order, message, events)
            return
        self._rename(member, order, wish, message)
        self.say(member, self._say_replaced(member, order, message)(LIVE))
        with self._because(Cause.IMMEDIATE, incoming=order):
            self._reports.report_foreign(order, 0, events)
        self._let_live(order, self._now_ns)

    def _replace_in_market(self, order: OuchOrder, wish: Wish, total_lots: int) -> list[Event] | Why:
        order_type = OrderType.HIDDEN if wish.hidden else OrderType.LIMIT
        self._last_id += 1
        events = self._market.replace_order(
            order.owner, self._last_id, order.order_id, wish.instrument, wish.side, int(order_type),
            int(TIMES[wish.kind]), wish.ticks, total_lots - order.base_lots, 0, False, self._now_ns, _terms(wish),
        )  # fmt: skip
        if isinstance(events[0], OrderRejected):
            return self._why(events[0].reason, wish)
        order.order_id = self._last_id
        return events

    def _enter_anew(self, member: Member, order: OuchOrder, wish: Wish, message: Any) -> None:
        """The order becomes one of another kind: it leaves the market and comes in again, under its number."""
        self._take_out_silently(order, keep_lots=True)
        former, left_lots = order.wish, order.open_lots
        order.wish = wish
        order.base_lots, order.open_lots = order.executed_lots, wish.lots - order.executed_lots
        events = self._submit(order)
        if isinstance(events, Why):
            order.wish, order.open_lots = former, left_lots
            self._drop(member, order, events)
            return
        self._rename(member, order, wish, message)
        self._begin(member, order, events, self._say_replaced(member, order, message))

    def _rename(self, member: Member, order: OuchOrder, wish: Wish, message: Any) -> None:
        del member.live[order.token]
        tongue = self.tongues[member.port]
        order.token, order.label, order.wish = tongue.new_token(message), tongue.label(message), wish
        order.open_lots = wish.lots - order.executed_lots
        member.live[order.token] = order

    def _say_replaced(self, member: Member, order: OuchOrder, message: Any) -> Callable[[str], bytes]:
        tongue, lots = self.tongues[member.port], order.open_lots
        return lambda state: tongue.replaced(self._now_ns, order.frame, message, order.number, lots, state)

    # -- cancel, modify

    def _cut_down(self, member: Member, order: OuchOrder, message: Any) -> None:
        """The quantity of a Cancel is the new total; 0, or what is executed already, cancels the rest."""
        tongue = self.tongues[member.port]
        lots = tongue.lots(message)
        if lots <= order.executed_lots:
            self._end(order, Cause.USER, self._now_ns)
        elif lots < order.total_lots:
            decrement = order.total_lots - lots
            if self._shrink(order, lots):
                self.say(member, tongue.cancelled(self._now_ns, order.token, decrement, Cause.USER))
            elif said := tongue.cancel_refused(self._now_ns, message):
                self.say(member, said)

    def _modify(self, member: Member, order: OuchOrder, message: Any) -> None:
        """How a sale is marked shows in reports and changes nothing else; the quantity may become smaller."""
        tongue: Any = self.tongues[member.port]
        frame, lots = tongue.decode(order.frame), tongue.lots(message)
        if message.side != frame.side and not (message.side in SELLS and frame.side in SELLS):
            return
        smaller = order.executed_lots < lots < order.total_lots
        if lots > order.total_lots or (message.side == frame.side and not smaller):
            return
        if smaller and not self._shrink(order, lots):
            return
        order.frame = frame.replace(side=message.side).encode()
        self.say(member, tongue.modified(self._now_ns, message))

    def _shrink(self, order: OuchOrder, lots: int) -> bool:
        """Make an order smaller, in its place; the market refuses that while it is not open."""
        events = self._replace_in_market(order, order.wish, lots)
        if isinstance(events, Why):
            return False
        order.open_lots = lots - order.executed_lots
        order.wish = order.wish._replace(lots=lots)
        with self._because(Cause.USER):
            self._reports.report_foreign(order, 0, events)
        return True

    # -- what only 5.0 has

    def _about_many(self, member: Member, tongue: Any, message: Any) -> None:
        letter = message.LETTER
        if letter == "Q":
            number = member.next_number(int(message.appendage.get("UserRefIdx", 0)))
            self.say(member, tongue.next_number(self._now_ns, number, message))
        elif letter == "C" and message.symbol and message.symbol not in tongue.scales.by_name:
            self.say(member, tongue.rejected(self._now_ns, message, Why.BOOK))
        else:
            self.say(member, tongue.confirmed(self._now_ns, message))
            if letter == "D":
                member.disabled_firms.add(message.firm)
            elif letter == "E":
                member.disabled_firms.discard(message.firm)
            else:
                with self._because(Cause.USER):
                    self._withdraw_all(member, _chosen_by(tongue, message))


KEPT = frozenset({Why.TOO_LARGE, Why.VALUE, Why.SHORT, Why.CLOSED, Why.HALTED, Why.THROTTLED, Why.FIRM, Why.OTHER})
"""What the market says against a replace, not its own fields."""


def _terms(wish: Wish) -> OrderTerms | None:
    if not wish.shown_lots:
        return None
    return OrderTerms(display_lots=wish.shown_lots, refresh_lots=wish.shown_lots)


def _chosen_by(tongue: Tongue, message: Any) -> Callable[[OuchOrder], bool]:
    """Which orders a Mass Cancel means."""
    tags = message.appendage

    def wanted(order: OuchOrder) -> bool:
        frame: Any = tongue.decode(order.frame)
        return (
            order.wish.firm == message.firm
            and message.symbol in ("", frame.symbol)
            and tags.get("Side", frame.side) == frame.side
            and tags.get("GroupID", frame.appendage.get("GroupID")) == frame.appendage.get("GroupID")
            and tags.get("UserRefIdx", order.token[0]) == order.token[0]
        )

    return wanted
