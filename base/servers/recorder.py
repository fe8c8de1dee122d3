"""Between the loop and the venue of an OES: what a pass changed is committed before an answer leaves.

In: what the loop tells its application. Out: the same to the venue; its records to the journal, then its answers.
Never knows: messages, how a journal keeps what it gets. Follows decision 5, "a pass of the loop".

When more is waiting to be read, the answers of a pass are held back until the next one has been worked and the disk
has the records of the first: the two go on side by side.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from base import limits
from base.errors import MarketBroken, OperatorRefused
from base.gateway.operator_requests import OperatorReply, OperatorRequest
from base.gateway.records import Records
from base.network.application import Application, Outbound
from base.vocabulary.recorded import Row


class Keeper(Protocol):
    """What this room wants of a journal."""

    @property
    def sequence(self) -> int: ...

    def commit(self, now_ns: int, rows: Sequence[Row], /) -> None: ...

    def begin_commit(self, now_ns: int, rows: Sequence[Row], /) -> None: ...

    def finish(self) -> None: ...


class Recordable(Application, Protocol):
    """What is recorded: an application with a past, which an operator may command."""

    @property
    def records(self) -> Records | None: ...

    def operate(self, request: OperatorRequest, now_ns: int, /) -> OperatorReply: ...


class Recorder:
    """An application for the loop: the venue, with a commit in front of whatever leaves it.

    ``after_commit`` is called with the time once a pass is committed and before its answers leave, unless these are
    held back: then the market has gone on by then. ``may_hold`` says whether that may be after so many records.
    """

    def __init__(self, venue: Recordable, journal: Keeper) -> None:
        assert venue.records is not None, "only an OES has a past"
        self._venue = venue
        self._records: Records = venue.records
        self._journal = journal
        self._now_ns = 0
        self._marked = journal.sequence // limits.MARK_EVERY
        self.after_commit: list[Callable[[int], object]] = []
        self.may_hold: Callable[[int], bool] = lambda sequence: True
        self._held: Sequence[Outbound] = ()
        self._is_held = self._more_is_waiting = False

    @property
    def frame_by_frame(self) -> bool:
        """As the venue wants it."""
        return self._venue.frame_by_frame

    def begin(self, settings: bytes, now_ns: int) -> None:
        """Commit that this process goes on from here."""
        self._now_ns = now_ns
        self._records.begin(settings, now_ns)
        self._commit()

    def connected(self, connection: int, peer: tuple[str, int], local: tuple[str, int], now_ns: int) -> None:
        """Tell the venue."""
        self._now_ns = now_ns
        self._venue.connected(connection, peer, local, now_ns)

    def receive(self, connection: int, data: bytes, now_ns: int) -> None:
        """Tell the venue."""
        self._now_ns = now_ns
        end = self._records.pending_end
        try:  # as in _guarded; a context costs more than the rest of this, and here comes every order
            self._venue.receive(connection, data, now_ns)
        except Exception as error:
            self._judge(error, end)
            raise

    def disconnected(self, connection: int, now_ns: int) -> None:
        """Tell the venue."""
        with self._guarded(now_ns):
            self._venue.disconnected(connection, now_ns)

    def more_is_waiting(self) -> None:
        """The next pass begins at once: what ``outbound`` has to say now may wait until its end."""
        self._more_is_waiting = True

    def outbound(self) -> Sequence[Outbound]:
        """Commit, then give what is to be sent: what was held back, and what is not held back now."""
        held, self._held = self._held, ()
        if self._is_held:
            self._is_held = False
            self._journal.finish()
        more, self._more_is_waiting = self._more_is_waiting, False
        if more and self._may_hold():
            self._journal.begin_commit(self._now_ns, self._rows())
            self._records.committed()
            now = self._venue.outbound()
            if not any(one.close_reason for one in now):
                self._held, self._is_held = now, True
                return held
            self._journal.finish()  # who is to go does so before anything else is heard of it
        else:
            if self._records.pending_count:
                self._commit()
            now = self._venue.outbound()
        return [*held, *now] if held else now

    def next_deadline_ns(self) -> int | None:
        """The venue's."""
        return self._venue.next_deadline_ns()

    def deadline_passed(self, now_ns: int) -> None:
        """Tell the venue."""
        with self._guarded(now_ns):
            self._venue.deadline_passed(now_ns)

    def shut_down(self, now_ns: int) -> None:
        """Tell the venue."""
        with self._guarded(now_ns):
            self._venue.shut_down(now_ns)

    def operate(self, request: OperatorRequest, now_ns: int) -> OperatorReply:
        """Let the venue carry out what the operator asks; the reply is given when that is committed."""
        refusal: OperatorRefused | None = None
        with self._guarded(now_ns):
            try:
                reply = self._venue.operate(request, now_ns)
            except OperatorRefused as error:  # the steps before it stand
                refusal = error
        if self._records.pending_count:
            self._commit()
        if refusal is not None:
            raise refusal
        return reply

    def log_lines(self) -> Sequence[str]:
        """The venue's."""
        return self._venue.log_lines()

    def _may_hold(self) -> bool:
        count = self._records.pending_count
        return count >= limits.HELD_RECORDS and self.may_hold(self._journal.sequence + count + 1)

    def _rows(self) -> list[Row]:
        """What is pending, and the hash of the state when one is due."""
        rows = self._records.pending()
        due = (self._journal.sequence + self._records.pending_count) // limits.MARK_EVERY
        if due > self._marked:
            self._marked = due
            rows.append(self._records.mark())
        return rows

    def _commit(self) -> None:
        self._journal.commit(self._now_ns, self._rows())
        self._records.committed()
        for action in self.after_commit:
            action(self._now_ns)

    @contextmanager
    def _guarded(self, now_ns: int) -> Iterator[None]:
        """Let an error pass that left the market alone; after any other nothing of this pass may be kept or told."""
        self._now_ns = now_ns
        end = self._records.pending_end
        try:
            yield
        except Exception as error:
            self._judge(error, end)
            raise

    def _judge(self, error: Exception, end: tuple[int, int]) -> None:
        """Raise MarketBroken unless after an error as much is pending as was before."""
        if self._records.pending_end != end:
            raise MarketBroken(f"a command was begun and not finished: {type(error).__name__}: {error}") from error
