"""The members of OUCH: who is there, what becomes of their orders, and what is said to them in numbered messages.

In: joins and ends, the operator's doings, what the market did to orders that came by OUCH. Out: members' streams.
Never knows: sockets, sessions, clocks, requests. Follows the OUCH pages and docs/ouch.md: the day begins and ends with
the market, orders may leave with the connection, everything said is derived again from the journal.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any, Protocol

from base import limits
from base.deadlines import earliest
from base.gateway.absences import Absences
from base.gateway.order_entry import Market, Pending
from base.gateway.ouch_copies import OuchCopies
from base.gateway.ouch_orders import Lifetime, Matched, Member, OuchOrder, OuchPort, key_of
from base.gateway.reports import Entry, Reports
from base.gateway.translate_ouch import DAY_ENDS, DAY_STARTS, Cause, JapannextTongue, Tongue
from base.gateway.translate_ouch_nasdaq import Nasdaq42Tongue
from base.gateway.translate_ouch_nasdaq50 import Nasdaq50Tongue
from base.vocabulary.events import OrderCancelled, Trade, TradeBroken
from base.vocabulary.instruments import Instrument
from base.vocabulary.operator_commands import InstrumentStatus, MarketState
from base.vocabulary.participants import AccountTerms, Participant
from base.vocabulary.recorded import Departure, Recorded, RecordedKind
from base.vocabulary.rejects import Reject

END_SESSION = "end-session"
FIRST_ORDER_ID = 2**64
"""Orders that came by OUCH have ids that no BO client can name."""


class OuchMarket(Market, Protocol):
    """What OUCH wants of the exchange: what BO wants, and whether it is open."""

    def instrument_status(self, instrument: int, /) -> InstrumentStatus: ...


class Members:
    """Everything that the venue knows of OUCH, of which a picture can be taken."""

    def __init__(
        self,
        market: Any,
        instruments: Iterable[Instrument],
        accounts: Iterable[AccountTerms],
        participants: Iterable[Participant],
        reports: Reports,
        pending: Pending,
    ) -> None:
        listed = list(instruments)
        self._market: OuchMarket = market
        self._instruments = [one.number for one in listed]
        japannext = JapannextTongue(listed)
        self.tongues: dict[int, Tongue] = {
            OuchPort.JAPANNEXT: japannext,
            OuchPort.JAPANNEXT_BARE: japannext,
            OuchPort.NASDAQ_42: Nasdaq42Tongue(listed),
            OuchPort.NASDAQ_50: Nasdaq50Tongue(listed),
        }
        terms = {one.account: one.cancel_on_disconnect for one in accounts}
        everybody = list(participants)
        self._withdraws = {who.number: terms[who.account] for who in everybody}
        self._copies = OuchCopies(listed, everybody, reports.copies)
        self._reports = self.reports = reports
        reports.foreign = self
        self._pending = pending
        self.absences = Absences()
        self.members: dict[int, Member] = {}
        self._spoken_to: dict[int, None] = {}
        self.day = 1
        """Counts the trading days; each has streams and tokens of its own."""
        self._is_open: bool | None = None
        self._last_id = FIRST_ORDER_ID
        self._lifetimes: list[Lifetime] = []
        self._matches: dict[int, list[Matched]] = {}
        self._now_ns = 0
        self._cause = Cause.SUPERVISORY
        self._silent: OuchOrder | None = None
        self._incoming: OuchOrder | None = None
        self._met_lots = 0

    def say(self, member: Member, message: bytes) -> None:
        """A member is told something, as its next numbered message."""
        member.stream.append(message)
        self._spoken_to[member.key] = None

    def take_spoken_to(self) -> list[int]:
        """To whom something was said since the last call, by the numbers of their accounts."""
        keys = list(self._spoken_to)
        self._spoken_to.clear()
        return keys

    # -- who is there

    def join(self, participant: int, port: int, now_ns: int) -> Member:
        """A member logged on."""
        self._pending.append(Recorded(RecordedKind.OUCH_JOINED, participant, port, 0, b""))
        return self._join(participant, port, now_ns)

    def leave(self, member: Member, departure: Departure, now_ns: int) -> None:
        """A member's session ended; one that is HELD counts as still here and is awaited after a restart."""
        if departure is not Departure.HELD and self.members.get(member.key) is member:
            self._pending.append(Recorded(RecordedKind.OUCH_LEFT, member.participant, member.port, departure, b""))
            self._leave(member, now_ns)

    def is_here(self, member: Member) -> bool:
        """Whether this member's day goes on."""
        return self.members.get(member.key) is member

    def restarted(self, now_ns: int) -> None:
        """The venue begins again; those who were here have some time to come back."""
        self.absences.restarted(now_ns)

    def next_deadline_ns(self) -> int | None:
        """When somebody is late, or an order has lived as long as it was to."""
        return earliest(self._lifetimes[0].end_ns if self._lifetimes else None, self.absences.next_deadline_ns())

    def deadline_passed(self, now_ns: int) -> None:
        """Give up who is late, and withdraw orders whose time is over."""
        for key in self.absences.late(now_ns):
            member = self.members[key]
            self._pending.append(Recorded(RecordedKind.OUCH_RETURN_OVER, member.participant, member.port, 0, b""))
            self._give_up(member, now_ns)
        while self._lifetimes and self._lifetimes[0].end_ns <= now_ns:
            end_ns, number, key = heappop(self._lifetimes)
            order = self._find(key, number)
            if order is not None and order.until_ns == end_ns:
                member, text = self.members[key], str(number).encode()
                self._pending.append(
                    Recorded(RecordedKind.OUCH_TIME_OVER, member.participant, member.port, 0, text)
                )
                self._end(order, Cause.TIME_OVER, now_ns)

    # -- the day

    def operated(self, word: str, now_ns: int) -> None:
        """The operator did something: members are told when the day starts or ends by it."""
        self._now_ns = now_ns
        was_open, self._is_open = self._day_is_on(), self._look()
        if word == END_SESSION:
            with self._because(Cause.SUPERVISORY):
                for member in self.members.values():
                    self._withdraw_all(member)
            if was_open:
                self._tell_all(DAY_ENDS)
            self.members = {}
            self.absences = Absences()
            self._lifetimes = []
            self._matches = {}
            self.day += 1
        elif was_open != self._is_open:
            self._tell_all(DAY_STARTS if self._is_open else DAY_ENDS)

    def _day_is_on(self) -> bool:
        if self._is_open is None:
            self._is_open = self._look()
        return self._is_open

    def _look(self) -> bool:
        states = [self._market.instrument_status(number).state for number in self._instruments]
        return any(state != MarketState.CLOSED for state in states)

    def _tell_all(self, event: str) -> None:
        for member in self.members.values():
            self.say(member, self.tongues[member.port].system_event(self._now_ns, event))

    # -- what the market did (Reports calls this)

    def matched(self, entry: Entry, trade: Trade, *, rests: bool) -> None:
        """So much of an order was matched."""
        assert isinstance(entry, OuchOrder)
        lots = trade.quantity_lots
        entry.executed_lots += lots
        entry.open_lots -= lots
        tongue, member = self._of(entry)
        self.say(member, 
            tongue.executed(
                self._reports.now_ns, entry.token, entry.wish, lots, trade.price_ticks, trade.exec_id, rests=rests
            )
        )
        self._copies.matched(entry, trade, rests=rests)
        self._note_match(trade.exec_id, Matched(entry.key, entry.token, entry.label))
        if not entry.open_lots:
            member.live.pop(entry.token, None)

    def trade_broken(self, event: TradeBroken) -> None:
        """A trade does not count any more: those whose dialect has a word for that are told."""
        for side in self._matches.get(event.exec_id, ()):
            member = self.members[side.key]
            said = self.tongues[member.port].broken(
                self._reports.now_ns, side.token, side.label, event.exec_id, event.reason
            )
            if said is not None:
                self.say(member, said)

    def _note_match(self, exec_id: int, side: Matched) -> None:
        """Know whom to tell if the trade is broken, as long as the exchange would break it."""
        self._matches.setdefault(exec_id, []).append(side)
        if len(self._matches) > limits.BREAKABLE_TRADES:
            del self._matches[next(iter(self._matches))]

    def withdrawn(self, entry: Entry, event: OrderCancelled) -> None:
        """So much of an order left the market."""
        assert isinstance(entry, OuchOrder)
        if entry is self._silent:
            return
        lots = event.leaves_lots
        entry.open_lots -= lots
        tongue, member = self._of(entry)
        if event.reason == Reject.SELF_TRADE:
            said = self._prevented(tongue, entry, lots)
        else:
            said = tongue.cancelled(self._reports.now_ns, entry.token, lots, self._cause)
        self.say(member, said)
        if not entry.open_lots:
            member.live.pop(entry.token, None)

    def _prevented(self, tongue: Tongue, order: OuchOrder, lots: int) -> bytes:
        """Self-match: the quantity that would have traded is the smaller of the two, as far as both are known."""
        rests = order is not self._incoming
        other_lots = self._incoming.open_lots if rests and self._incoming is not None else self._met_lots
        self._met_lots = lots if rests else 0
        met_lots = min(lots, other_lots or lots)
        return tongue.prevented(self._reports.now_ns, order.token, lots, met_lots, order.wish, rests=rests)

    # -- a picture

    def describe_streams(self) -> str:
        """What a mark says of all numbered messages: account, how many, a checksum over them."""
        return " ".join([f"day:{self.day}", *(self.members[key].describe() for key in sorted(self.members))])

    def capture(self) -> tuple[object, ...]:
        """What is to be given to ``restore``."""
        return (
            self.members, self.absences.capture(), self.day, self._last_id, self._is_open, self._lifetimes,
            self._matches,
        )  # fmt: skip

    def restore(self, captured: tuple[Any, ...]) -> None:
        """Know what was captured."""
        self.members, absences, self.day, self._last_id, self._is_open, self._lifetimes, self._matches = captured
        self.absences.restore(absences)

    # -- inside

    def _of(self, order: OuchOrder) -> tuple[Tongue, Member]:
        member = self.members[order.key]
        return self.tongues[member.port], member

    def _find(self, key: int, number: int) -> OuchOrder | None:
        member = self.members.get(key)
        live = member.live.values() if member is not None else ()
        return next((order for order in live if order.number == number), None)

    def _join(self, participant: int, port: int, now_ns: int) -> Member:
        key = key_of(participant, port)
        member = self.members.get(key)
        if member is None or port == OuchPort.JAPANNEXT_BARE:  # nobody can ask a bare stream for its past
            member = self.members[key] = Member(participant, port)
            event = DAY_STARTS if self._day_is_on() else DAY_ENDS
            self.say(member, self.tongues[port].system_event(now_ns, event))
        self.absences.came(key)
        return member

    def _leave(self, member: Member, now_ns: int) -> None:
        self.absences.left(member.key)
        self._lose(member, now_ns)

    def _give_up(self, member: Member, now_ns: int) -> None:
        self.absences.given_up(member.key)
        self._lose(member, now_ns)

    def _lose(self, member: Member, now_ns: int) -> None:
        self._now_ns = now_ns
        if self.tongues[member.port].always_withdraws or self._withdraws[member.participant]:
            with self._because(Cause.LOGGED_OFF):
                self._withdraw_all(member)

    def _withdraw_all(self, member: Member, wanted: Callable[[OuchOrder], bool] = lambda order: True) -> None:
        for order in sorted(member.live.values(), key=lambda order: order.number):
            if wanted(order) and order.open_lots:
                self._take_out(order)

    def _end(self, order: OuchOrder, cause: Cause, now_ns: int) -> None:
        self._now_ns = now_ns
        with self._because(cause):
            self._take_out(order)

    def _take_out(self, order: OuchOrder) -> None:
        """Take an order out of the market; who asked is known from the cause."""
        events = self._market.cancel_order(
            order.owner, 0, order.order_id, order.wish.instrument, order.wish.side, 0, self._now_ns
        )
        self._reports.report_foreign(order, 0, events)

    def _let_live(self, order: OuchOrder, now_ns: int) -> None:
        """An order that is to leave at a time is remembered for that."""
        order.until_ns = now_ns + order.wish.lifetime_ns if order.wish.lifetime_ns else 0
        if order.until_ns and order.open_lots:
            heappush(self._lifetimes, Lifetime(order.until_ns, order.number, order.key))

    @contextmanager
    def _because(
        self, cause: Cause, incoming: OuchOrder | None = None, silent: OuchOrder | None = None
    ) -> Iterator[None]:
        self._reports.now_ns = self._now_ns
        self._cause, self._incoming, self._silent, self._met_lots = cause, incoming, silent, 0
        try:
            yield
        finally:
            self._cause, self._incoming, self._silent = Cause.SUPERVISORY, None, None
