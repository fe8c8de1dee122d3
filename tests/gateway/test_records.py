"""What was recorded leads to the same state again, whatever happened."""

import pytest

from base.errors import RecoveryFailed
from base.gateway.operator_requests import OperatorRequest
from base.vocabulary.recorded import Recorded, RecordedKind
from tests.kit.counts import count
from tests.kit.floor import KEY, Floor
from tests.kit.recorded import one_by_one
from tests.kit.traffic import SECOND_NS, Traffic

STEPS = 400


def records_of(floor: Floor) -> list[tuple[int, Recorded]]:
    """Take what is pending, as a journal would, with the time."""
    assert floor.venue.records is not None
    taken = [(floor.now_ns, one) for one in one_by_one(floor.venue.records.pending())]
    floor.venue.records.committed()
    return taken


class RecordedFloor(Floor):
    """A floor whose past is kept; ``history`` is it."""

    def __init__(self, **settings: bool) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self.history: list[tuple[int, Recorded]] = []
        assert self.venue.records is not None
        self.records = self.venue.records
        self.records.begin(b"", self.now_ns)

    def collect(self) -> None:
        self.history += records_of(self)
        super().collect()

    def begin_again(self) -> None:
        """A process ended and another one goes on with what this one kept."""
        self.records.begin(b"", self.now_ns)
        self.collect()


def repeated(floor: RecordedFloor, **settings: bool) -> RecordedFloor:
    """A new floor with the past of another one."""
    other = RecordedFloor(**settings)
    other.records.committed()
    other.now_ns = floor.now_ns
    for now_ns, one in floor.history:
        other.records.repeat(one, now_ns)
    return other


@pytest.mark.parametrize("seed", range(count(ordinary=20, long=500)))
@pytest.mark.parametrize("lenient", [False, True])
def test_the_past_leads_to_the_same_state(seed: int, lenient: bool) -> None:
    floor, traffic = RecordedFloor(lenient=lenient, cancel_on_disconnect=True), Traffic(seed)
    for _ in range(STEPS):
        traffic.step(floor)
    other = repeated(floor, lenient=lenient, cancel_on_disconnect=True)
    assert other.exchange.state_hash() == floor.exchange.state_hash()
    assert other.exchange.figures_hash() == floor.exchange.figures_hash()
    assert any(one.kind == RecordedKind.REQUEST for _, one in floor.history)


@pytest.mark.parametrize("seed", range(count(ordinary=10, long=200)))
def test_the_future_is_the_same_as_well(seed: int) -> None:
    """After a restart both go on with the same crowd, and every byte for every client is the same."""
    floor, traffic = RecordedFloor(cancel_on_disconnect=True), Traffic(seed)
    for _ in range(STEPS):
        traffic.step(floor)
    other = repeated(floor, cancel_on_disconnect=True)
    floors = (repeated(floor, cancel_on_disconnect=True), other)
    for one in floors:
        one.begin_again()
        crowd = Traffic(seed + 1)
        for _ in range(STEPS):
            crowd.step(one)
    first, second = floors
    assert first._unread == second._unread
    assert first.exchange.state_hash() == second.exchange.state_hash() != floor.exchange.state_hash()


def test_an_answer_cannot_leave_before_its_commit() -> None:
    floor = RecordedFloor()
    floor.collect()
    floor.connect(1)
    floor.venue.receive(1, floor.logon(1, "u1").encode(), floor.now_ns)
    with pytest.raises(AssertionError, match="before its commit"):
        floor.venue.outbound()


def test_no_key_of_a_session_is_recorded() -> None:
    floor = RecordedFloor()
    floor.log_on(1)
    floor.send(1, floor.order(1))
    (request,) = [one for _, one in floor.history if one.kind == RecordedKind.REQUEST]
    assert (KEY + 1).to_bytes(4, "little") in floor.order(1).encode()
    assert (KEY + 1).to_bytes(4, "little") not in request.body


def test_inquiries_and_refused_requests_are_not_recorded() -> None:
    floor = RecordedFloor()
    floor.log_on(1)
    before = len(floor.history)
    floor.send(1, floor.order(1, MessageType=5, OrigOrderID=77))
    floor.send(1, floor.order(1, BOPrice=0.1))
    floor.venue.operate(OperatorRequest("status"), floor.now_ns)
    assert len(floor.history) == before


def test_orders_of_who_does_not_come_back_leave_ten_seconds_after_the_restart() -> None:
    floor = RecordedFloor(cancel_on_disconnect=True)
    floor.log_on(1, 2)
    for account in (1, 2):
        floor.send(account, floor.order(account))
    other = repeated(floor, cancel_on_disconnect=True)
    other.begin_again()
    other.log_on(2)
    deadline_ns = other.venue.next_deadline_ns()
    assert deadline_ns == other.now_ns + 10 * SECOND_NS
    other.venue.deadline_passed(deadline_ns - 1)
    assert other.exchange.open_orders(0, 1) and other.exchange.open_orders(1, 1)
    other.venue.deadline_passed(deadline_ns)
    other.collect()
    assert not other.exchange.open_orders(0, 1) and other.exchange.open_orders(1, 1)
    assert repeated(other, cancel_on_disconnect=True).exchange.state_hash() != floor.exchange.state_hash()


def test_a_record_that_does_not_fit_is_refused() -> None:
    floor = RecordedFloor()
    floor.log_on(1)
    with pytest.raises(RecoveryFailed, match="kind 99"):
        floor.records.repeat(Recorded(99, 0, 0, 0, b""), 0)
    with pytest.raises(RecoveryFailed, match="cannot be repeated"):
        floor.records.repeat(Recorded(RecordedKind.REQUEST, 0, 0, 0, floor.order(2).encode()), 0)
    with pytest.raises(RecoveryFailed, match="state hash"):
        floor.records.repeat(Recorded(RecordedKind.MARK, 0, 0, 0, b"0" * 64), 0)
    floor.records.repeat(floor.records.mark(), 0)
