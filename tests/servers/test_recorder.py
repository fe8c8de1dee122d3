"""Nothing leaves before its commit, and a command that was not finished ends everything."""

from collections.abc import Sequence

import pytest

from base import limits
from base.errors import JournalFailed, MarketBroken, OperatorRefused
from base.gateway.operator_requests import OperatorRequest
from base.servers.recorder import Recorder
from base.vocabulary.recorded import Recorded, RecordedKind
from base.wire.bo.transaction import Transaction
from tests.kit.floor import Floor
from tests.kit.recorded import one_by_one


class Journal:
    """Keeps commits in memory; ``fails`` says that the disk does not."""

    def __init__(self) -> None:
        self.commits: list[tuple[int, list[Recorded]]] = []
        self.sequence = 0
        self.fails = False
        self.begun = 0

    def commit(self, now_ns: int, entries: Sequence[Recorded]) -> None:
        self.begin_commit(now_ns, entries)
        self.finish()

    def begin_commit(self, now_ns: int, entries: Sequence[Recorded]) -> None:
        self.finish()
        self.begun += 1
        self.commits.append((now_ns, one_by_one(entries)))
        self.sequence += len(self.commits[-1][1])

    def finish(self) -> None:
        if self.fails:
            raise JournalFailed("the disk is gone")
        self.begun = 0

    def kinds(self) -> list[int]:
        return [one.kind for _, entries in self.commits for one in entries]


class Desk:
    """A floor with a recorder in front, driven as the loop drives it."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.journal = Journal()
        self.recorder = Recorder(self.floor.venue, self.journal)
        self.recorder.begin(b"{}", self.floor.now_ns)
        self.sent: list[bytes] = []

    def receive(self, *messages: bytes) -> None:
        self.recorder.receive(1, b"".join(messages), self.floor.now_ns)

    def deliver(self) -> int:
        frames = [frame for outbound in self.recorder.outbound() for frame in outbound.frames]
        return len(frames)

    def log_on(self) -> None:
        self.recorder.connected(1, ("127.0.0.1", 50_001), ("127.0.0.1", 4445), self.floor.now_ns)
        self.receive(self.floor.logon(1, "u1").encode())
        assert self.deliver() == 1


def test_all_of_a_pass_is_one_commit_before_its_answers() -> None:
    desk = Desk()
    desk.log_on()
    before = len(desk.journal.commits)
    desk.receive(desk.floor.order(1).encode(), desk.floor.order(1).encode())
    assert len(desk.journal.commits) == before
    assert desk.deliver() == 2
    assert len(desk.journal.commits) == before + 1
    assert desk.journal.kinds() == [RecordedKind.STARTED, RecordedKind.JOINED, *[RecordedKind.REQUEST] * 2]
    assert desk.deliver() == 0 and len(desk.journal.commits) == before + 1


def test_what_changes_nothing_is_not_committed() -> None:
    desk = Desk()
    desk.log_on()
    before = len(desk.journal.commits)
    desk.receive(desk.floor.order(1, BOPrice=0.1).encode())
    assert desk.deliver() == 1 and len(desk.journal.commits) == before


def holding_desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk that holds answers back, however few there are."""
    monkeypatch.setattr(limits, "HELD_RECORDS", 1)
    desk = Desk()
    desk.log_on()
    return desk


def test_answers_are_held_until_the_next_pass_when_that_begins_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = holding_desk(monkeypatch)
    for held in (1, 2):
        desk.receive(*[desk.floor.order(1).encode()] * held)
        desk.recorder.more_is_waiting()
        assert desk.deliver() == held - 1, "those of the pass before"
        assert desk.journal.begun == 1 and len(desk.journal.commits[-1][1]) == held
    desk.receive(desk.floor.order(1).encode())
    assert desk.deliver() == 2 + 1 and not desk.journal.begun
    assert desk.deliver() == 0


def test_what_was_held_leaves_before_what_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = holding_desk(monkeypatch)
    orders = [desk.floor.order(1) for _ in range(3)]
    desk.receive(orders[0].encode())
    desk.recorder.more_is_waiting()
    assert not desk.recorder.outbound()
    desk.receive(orders[1].encode(), orders[2].encode())
    frames = [bytes(frame) for outbound in desk.recorder.outbound() for frame in outbound.frames]
    assert [Transaction.parse(frame).OrderID for frame in frames] == [order.OrderID for order in orders]


def test_a_pass_that_changes_nothing_lets_out_what_was_held(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = holding_desk(monkeypatch)
    desk.receive(desk.floor.order(1).encode())
    desk.recorder.more_is_waiting()
    assert desk.deliver() == 0
    desk.receive(desk.floor.order(1, BOPrice=0.1).encode())
    desk.recorder.more_is_waiting()
    assert desk.deliver() == 2 and not desk.journal.begun


def test_nothing_that_was_held_leaves_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = holding_desk(monkeypatch)
    desk.receive(desk.floor.order(1).encode())
    desk.recorder.more_is_waiting()
    assert desk.deliver() == 0
    desk.journal.fails = True
    with pytest.raises(JournalFailed):
        desk.recorder.outbound()


def test_a_goodbye_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = holding_desk(monkeypatch)
    desk.receive(desk.floor.order(1).encode(), desk.floor.logon(1, "u1").replace(LogonType=2).encode())
    desk.recorder.more_is_waiting()
    outbound = list(desk.recorder.outbound())
    assert outbound[0].close_reason and len(outbound[0].frames) == 1 and not desk.journal.begun


def test_few_records_are_not_worth_a_thread_and_a_picture_wants_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.log_on()
    monkeypatch.setattr(limits, "HELD_RECORDS", 2)
    asked: list[int] = []
    for may_hold, records, sent in ((True, 1, 1), (False, 2, 2), (True, 2, 0)):

        def judge(sequence: int, may: bool = may_hold) -> bool:
            asked.append(sequence)
            return may

        desk.recorder.may_hold = judge
        desk.receive(*[desk.floor.order(1).encode()] * records)
        desk.recorder.more_is_waiting()
        assert desk.deliver() == sent
    assert asked == [6, 8], "what stands in the journal by then, with a mark"


def test_the_operator_waits_for_what_was_held(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = holding_desk(monkeypatch)
    desk.receive(desk.floor.order(1).encode())
    desk.recorder.more_is_waiting()
    assert desk.deliver() == 0
    desk.recorder.operate(OperatorRequest("kill", account=1), desk.floor.now_ns)
    assert not desk.journal.begun and desk.journal.kinds()[-1] == RecordedKind.OPERATED
    assert desk.deliver() == 2, "the acknowledgement, then the cancel"


def test_a_failed_commit_lets_nothing_out() -> None:
    desk = Desk()
    desk.log_on()
    desk.journal.fails = True
    desk.receive(desk.floor.order(1).encode())
    with pytest.raises(JournalFailed):
        desk.recorder.outbound()


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_command_that_was_begun_and_not_finished_ends_everything(
    before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    desk.log_on()
    for _ in range(before):  # in the same pass, and of a kind that is written down in one run with what fails
        desk.receive(desk.floor.order(1, OrderType=2).encode())

    def break_down(*command: object) -> None:
        raise AssertionError("an invariant")

    monkeypatch.setattr(desk.floor.exchange, "new_order", break_down)
    with pytest.raises(MarketBroken, match="AssertionError: an invariant"):
        desk.receive(desk.floor.order(1, OrderType=2).encode())


def test_a_fault_that_left_the_market_alone_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.log_on()

    def break_down(*query: object) -> None:
        raise RuntimeError("a table")

    monkeypatch.setattr(desk.floor.exchange, "query_order", break_down)
    with pytest.raises(RuntimeError, match="a table"):
        desk.receive(desk.floor.order(1, MessageType=5, OrigOrderID=1).encode())


def test_the_operator_is_answered_after_the_commit() -> None:
    desk = Desk()
    desk.recorder.operate(OperatorRequest("kill", account=1), desk.floor.now_ns)
    assert desk.journal.kinds()[-1] == RecordedKind.OPERATED
    desk.journal.fails = True
    with pytest.raises(JournalFailed):
        desk.recorder.operate(OperatorRequest("release", account=1), desk.floor.now_ns)


def test_what_the_operator_is_refused_is_kept_as_far_as_it_went() -> None:
    desk = Desk()
    with pytest.raises(OperatorRefused, match="is not in pre-open"):
        desk.recorder.operate(OperatorRequest("uncross", ("BTCUSD",)), desk.floor.now_ns)
    assert desk.journal.kinds()[-1] == RecordedKind.OPERATED
    with pytest.raises(OperatorRefused, match="unknown"):
        desk.recorder.operate(OperatorRequest("dance"), desk.floor.now_ns)
    assert len(desk.journal.commits) == 2


def test_deadlines_and_lost_connections_are_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.log_on()
    desk.recorder.disconnected(1, desk.floor.now_ns)
    desk.recorder.outbound()
    assert desk.journal.kinds()[-1] == RecordedKind.LEFT
    desk.log_on()
    desk.recorder.begin(b"{}", desk.floor.now_ns)
    deadline_ns = desk.recorder.next_deadline_ns()
    assert deadline_ns == desk.floor.now_ns + limits.RETURN_NS
    desk.recorder.deadline_passed(deadline_ns)
    desk.recorder.outbound()
    assert desk.journal.kinds()[-1] == RecordedKind.RETURN_OVER


def test_the_state_hash_stands_behind_every_so_many_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MARK_EVERY", 10)
    desk = Desk()
    desk.log_on()
    for _ in range(20):
        desk.receive(desk.floor.order(1).encode())
        desk.deliver()
    places = [place for place, kind in enumerate(desk.journal.kinds(), 1) if kind == RecordedKind.MARK]
    assert places == [11, 21]
    last = desk.journal.commits[-1]
    assert last[1][-1].kind == RecordedKind.REQUEST


def test_others_are_told_after_the_commit_and_before_the_answers() -> None:
    desk = Desk()
    desk.log_on()
    told: list[int] = []
    desk.recorder.after_commit.append(lambda now_ns: told.append(desk.journal.sequence))
    desk.receive(desk.floor.order(1).encode())
    desk.deliver()
    assert told == [3]
