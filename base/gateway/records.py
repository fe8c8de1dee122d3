"""What a venue writes down, and how it becomes again what it was: records out, records and pictures in.

In: what the desks took since the last commit; records of the past in their order, with their times. Out: records;
the state that they led to. Never knows: files, sockets, clocks, how and where a record is kept.
Follows decision 5: commands are kept, consequences are derived again, and nobody is told a second time.
"""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from itertools import zip_longest
from typing import Protocol

from base.errors import OperatorRefused, ParseError, RecoveryFailed
from base.gateway.absences import Absences
from base.gateway.clients import Client
from base.gateway.operator import OperatorDesk
from base.gateway.operator_requests import read_request
from base.gateway.order_entry import OrderEntry, Pending
from base.gateway.ouch_entry import OuchEntry
from base.vocabulary.participants import Participant
from base.vocabulary.recorded import Departure, Recorded, RecordedKind, RecordedRun, Row, count_of

REQUEST = int(RecordedKind.REQUEST)
OF_OUCH = frozenset(
    map(
        int,
        (
            RecordedKind.OUCH_JOINED, RecordedKind.OUCH_LEFT, RecordedKind.OUCH_REQUEST,
            RecordedKind.OUCH_RETURN_OVER, RecordedKind.OUCH_TIME_OVER,
        ),
    )
)  # fmt: skip


class Ledger(Protocol):
    """What this room wants of the exchange: a picture of it, and what it amounts to."""

    def capture(self) -> dict[str, object]: ...

    def restore(self, captured: dict[str, object], /) -> None: ...

    def figures_hash(self) -> str: ...

    def standing_still(self) -> AbstractContextManager[None]: ...

    def state_hash(self) -> str: ...


class Records:
    """The past of one OES. It stands for all clients and for the operator when the past is repeated.

    Whoever keeps the records calls ``begin`` first; from then on nothing leaves the venue that is not ``committed``.
    """

    def __init__(
        self,
        ledger: Ledger,
        order_entry: OrderEntry,
        operator: OperatorDesk,
        ouch: OuchEntry,
        absences: Absences,
        participants: Iterable[Participant],
        pending: Pending,
    ) -> None:
        self._ledger = ledger
        self._order_entry = order_entry
        self._operator = operator
        self._ouch = ouch
        self._absences = absences
        self._copies = order_entry.reports.copies
        self._shadows = [self._copies.seen(_shadow(who)) for who in participants]
        self._pending = pending
        self._is_kept = False

    # -- what is new

    def begin(self, settings: bytes, now_ns: int) -> None:
        """A process begins to keep records; those who were logged on before are awaited from now on."""
        self._is_kept = True
        self._pending.append(Recorded(RecordedKind.STARTED, 0, 0, 0, settings))
        self._absences.restarted(now_ns)
        self._ouch.restarted(now_ns)

    def pending(self) -> list[Row]:
        """What was taken since the last commit; the runs say where the keys of sessions are, which are not kept."""
        return list(self._pending)

    @property
    def pending_count(self) -> int:
        """How much was taken since the last commit."""
        return count_of(self._pending)

    @property
    def pending_end(self) -> tuple[int, int]:
        """Where what is pending ends: another place once anything more was begun, (0, 0) when nothing is pending."""
        rows = self._pending
        if not rows:
            return 0, 0
        last = rows[-1]
        return len(rows), len(last.bodies) if isinstance(last, RecordedRun) else 0

    def committed(self) -> None:
        """What was pending is kept."""
        self._pending.clear()

    def let_go(self) -> None:
        """Answers are about to leave; nothing of what led to them may be pending if records are kept at all."""
        if self._is_kept:
            assert not self._pending, "an answer was to leave before its commit"
        else:
            self._pending.clear()

    @property
    def takes_new(self) -> bool:
        """Whether new orders and replaces are taken; whoever keeps the records refuses them while there is no room."""
        return self._order_entry.takes_new

    @takes_new.setter
    def takes_new(self, taken: bool) -> None:
        self._order_entry.takes_new = self._ouch.takes_new = taken

    # -- the past

    def repeat(self, recorded: Recorded, now_ns: int) -> None:
        """Carry one record out once more; RecoveryFailed when that does not go as it went."""
        kind, participant, trading_session, flags, body = recorded
        self._order_entry.reports.now_ns = now_ns
        try:
            if kind == REQUEST:
                shadow = self._shadows[participant]
                shadow.trading_session, shadow.repeats_ids = trading_session, bool(flags)
                self._order_entry.repeat(shadow, body, now_ns)
            elif kind == RecordedKind.JOINED:
                self._absences.came(participant)
            elif kind == RecordedKind.LEFT:
                self._leave(participant, flags, now_ns)
            elif kind == RecordedKind.RETURN_OVER:
                self._absences.given_up(participant)
                self._order_entry.lose(participant, now_ns)
            elif kind == RecordedKind.STARTED:
                self._absences.restarted(now_ns)
                self._ouch.restarted(now_ns)
            elif kind in OF_OUCH:
                self._ouch.repeat(recorded, now_ns)
            elif kind == RecordedKind.OPERATED:
                self._operate(body, now_ns)
            elif kind == RecordedKind.MARK:
                self._compare(body)
            elif kind == RecordedKind.COPIED:
                self._copies.compare(participant, body)
            else:
                raise RecoveryFailed(f"a record of kind {kind} is not known to this version")
        except (AssertionError, LookupError, ParseError, ValueError) as error:
            raise RecoveryFailed(f"a record cannot be repeated: {type(error).__name__}: {error}") from error
        finally:
            if kind != RecordedKind.COPIED:
                self._copies.repeated()
            self._pending.clear()

    def mark(self) -> Recorded:
        """A record of what the state amounts to now, and what was said in numbered messages."""
        return Recorded(RecordedKind.MARK, 0, 0, 0, self._described().encode())

    def state_hash(self) -> str:
        """SHA-256 of the whole market."""
        return self._ledger.state_hash()

    def standing_still(self) -> AbstractContextManager[None]:
        """Nothing is carried out within: ``state_hash`` and a picture cost less together than one after the other."""
        return self._ledger.standing_still()

    def capture(self) -> tuple[object, ...]:
        """A picture of everything that the past led to, to be given to ``restore``."""
        return (
            self._ledger.capture(), self._order_entry.reports.capture(), self._absences.capture(), self._ouch.capture()
        )  # fmt: skip

    def restore(self, captured: tuple[object, ...]) -> None:
        """Become what was captured under the same settings."""
        ledger, reports, absences, ouch = captured
        self._ledger.restore(ledger)  # type: ignore[arg-type]  # capture() gave it
        self._order_entry.reports.restore(reports)  # type: ignore[arg-type]
        self._absences.restore(absences)  # type: ignore[arg-type]
        self._ouch.restore(ouch)  # type: ignore[arg-type]

    def _leave(self, participant: int, departure: int, now_ns: int) -> None:
        self._absences.left(participant)
        if departure == Departure.LOGGED_OUT:
            self._order_entry.log_out(participant, now_ns)
        elif departure == Departure.LOST:
            self._order_entry.lose(participant, now_ns)

    def _operate(self, body: bytes, now_ns: int) -> None:
        request = read_request(json.loads(body))
        with suppress(OperatorRefused):  # the exchange refused a step then as well; those before it stand
            self._operator.take(request, now_ns)
        self._ouch.operated(request.word, now_ns)

    def _compare(self, recorded: bytes) -> None:
        (figures, *streams), derived = recorded.decode().split(), self._described().split()
        if figures != derived[0]:
            raise RecoveryFailed(f"the state hash is {derived[0][:16]}..., the recorded one {figures[:16]}...")
        for was, now in zip_longest(streams, derived[1:] if streams else ()):  # older marks tell of no streams
            if was != now:
                raise RecoveryFailed(f"the numbered messages of OUCH are {now}, the recorded ones {was}")

    def _described(self) -> str:
        return f"{self._ledger.figures_hash()} {self._ouch.describe_streams()}"


def _shadow(who: Participant) -> Client:
    """A client to whom nothing is said. Its requests were checked when they came, so it is held to no key."""
    return Client(
        who.number, who.account, who.user,
        connection=0, key=0, trading_session=0, lenient=True, send=lambda frame: None, waiting=lambda: 0,
    )  # fmt: skip
