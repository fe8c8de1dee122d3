"""A supervisor receives every report of the accounts it sees: once, in order, numbered, also those it missed.

In: traffic on a floor with a supervising account. Out: verdicts on copies. Never knows: how reports are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from base import limits
from base.errors import RecoveryFailed
from base.gateway.translate_bo import without_key
from base.messages import Message, OpenOrderRequest, Transaction
from base.vocabulary.recorded import Recorded, RecordedKind
from base.wire.bo.logon import ClientLogon
from tests.kit.counts import count
from tests.kit.floor import SESSION, Floor, user_of
from tests.kit.recorded import one_by_one
from tests.kit.traffic import Traffic

SUPERVISOR = 9
ACCOUNTS = (1, 2, 3, SUPERVISOR)


def floor_with(*seen: int, **terms: object) -> Floor:
    return Floor(accounts=ACCOUNTS, terms={SUPERVISOR: {"drop_copy_of": seen}, **terms})  # type: ignore[arg-type]


def come(floor: Floor, connection: int, wanted: int = 0) -> list[Message]:
    """The supervisor logs on, asking for copies from this number on; gives what follows the welcome."""
    floor.connect(connection)
    logon = ClientLogon(LogonType=1, Account=SUPERVISOR, UserName=user_of(SUPERVISOR), LastSeqNum=wanted)
    welcome, *copies = floor.send(connection, logon)
    assert welcome.LoginStatus == 1
    return copies


def go(floor: Floor, connection: int) -> None:
    floor.venue.disconnected(connection, floor.now_ns)
    floor.collect()


def plain(message: Message) -> Message:
    """A report as a copy has it, but for its number."""
    return Transaction.parse(without_key(message.replace(MsgSeqNum=0).encode()))


def test_every_report_of_a_seen_account_is_copied_in_order_without_its_key() -> None:
    floor = floor_with(1)
    floor.log_on(1, 2, SUPERVISOR)
    order = floor.order(1, BOOrderQty=2.0)
    floor.send(1, order)
    floor.send(2, floor.order(2, BOSide=2))
    floor.send(1, floor.order(1, MessageType=5, OrderID=order.OrderID))
    floor.send(1, floor.order(1, MessageType=6, OrigOrderID=order.OrderID))
    floor.send(1, floor.order(1, BOPrice=0.3))
    copies = floor.read(SUPERVISOR)
    assert [one.MsgSeqNum for one in copies] == [1, 2, 3, 4, 5]
    assert [one.MessageType for one in copies] == [14, 9, 9, 15, 12]
    assert {(one.Account, one.Key) for one in copies} == {(1, 0)}


def test_answers_to_inquiries_and_other_accounts_are_not_copied() -> None:
    floor = floor_with(1)
    floor.log_on(1, 2, SUPERVISOR)
    floor.send(2, floor.order(2))
    assert floor.read(SUPERVISOR) == []
    floor.send(1, floor.order(1, BOPrice=90.0))
    asked = OpenOrderRequest(Account=1, SymbolEnum=1, TradingSessionID=SESSION)
    assert len(floor.send(1, asked)) == 1
    assert len(floor.read(SUPERVISOR)) == 1


def test_what_happens_while_nobody_is_there_is_copied_too() -> None:
    floor = floor_with(1)
    floor.log_on(1, 2)
    floor.send(1, floor.order(1))
    go(floor, 1)
    floor.send(2, floor.order(2, BOSide=2))
    assert [(one.MessageType, one.MsgSeqNum) for one in come(floor, 50)] == [(14, 1), (8, 2)]


@pytest.mark.parametrize("wanted, numbers", [(0, [1, 2, 3]), (1, [1, 2, 3]), (3, [3]), (4, []), (1_500_201, [])])
def test_a_supervisor_begins_with_the_number_that_it_names(wanted: int, numbers: list[int]) -> None:
    floor = floor_with(1)
    floor.log_on(1)
    for _ in range(3):
        floor.send(1, floor.order(1))
    assert [one.MsgSeqNum for one in come(floor, 50, wanted)] == numbers
    floor.send(1, floor.order(1))
    assert [one.MsgSeqNum for one in floor.read(50)] == [4]


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DROP_COPIES_KEPT", 2)
    floor = floor_with(1)
    floor.log_on(1)
    for _ in range(3):
        floor.send(1, floor.order(1))
    assert [one.MsgSeqNum for one in come(floor, 50)] == [2, 3]


def test_a_client_of_the_older_layout_is_copied_in_the_newer_one() -> None:
    floor = floor_with(1)
    floor.log_on(1, SUPERVISOR)
    full = floor.order(1).encode()
    floor.feed(1, full[:2] + (238).to_bytes(2, "little") + full[4:226] + full[238:])
    (short,), (copy,) = floor.read(1), floor.read(SUPERVISOR)
    assert (len(short.encode()), len(copy.encode())) == (238, 250)
    assert copy.OrderID == short.OrderID


def test_supervisors_of_supervisors_see_reports_and_not_copies() -> None:
    floor = Floor(accounts=ACCOUNTS, terms={SUPERVISOR: {"drop_copy_of": (2,)}, 2: {"drop_copy_of": (1,)}})
    floor.log_on(1, 2, SUPERVISOR)
    floor.send(1, floor.order(1))
    assert [one.Account for one in floor.read(2)] == [1]
    assert floor.read(SUPERVISOR) == []


def test_a_late_supervisor_is_sent_its_copies_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COPIES_WAITING_FRAMES", 4)
    floor = floor_with(1)
    floor.log_on(1)
    for _ in range(9):
        floor.send(1, floor.order(1))
    numbers = [one.MsgSeqNum for one in come(floor, 50)]
    assert numbers == [1, 2, 3], "the welcome is one of the four"
    floor.send(1, floor.order(1))
    while (deadline_ns := floor.venue.next_deadline_ns()) is not None:
        floor.now_ns = deadline_ns
        floor.venue.deadline_passed(floor.now_ns)
        floor.collect()
        part = [one.MsgSeqNum for one in floor.read(50)]
        assert 0 < len(part) <= 4
        numbers += part
    assert numbers == list(range(1, 11))


def test_a_supervisor_that_does_not_read_is_closed_once_copies_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DROP_COPIES_KEPT", 3)
    floor = floor_with(1)
    floor.log_on(1, SUPERVISOR)
    floor.venue.unsent_bytes = lambda connection: limits.COPIES_WAITING_BYTES if connection == SUPERVISOR else 0
    for lost in range(2):
        for _ in range(3 - 2 * lost):
            floor.send(1, floor.order(1))
        floor.now_ns += limits.COPIES_RETRY_NS
        floor.venue.deadline_passed(floor.now_ns)
        floor.collect()
        assert (SUPERVISOR in floor.closed) == bool(lost)
    assert "reads too slowly: 1 copies" in floor.closed[SUPERVISOR]
    assert 1 not in floor.closed


def test_who_was_taken_over_gets_nothing_more() -> None:
    floor = Floor(accounts=ACCOUNTS, terms={SUPERVISOR: {"drop_copy_of": (1,)}}, takeover=True)
    floor.log_on(1, SUPERVISOR)
    come(floor, 50)
    floor.send(1, floor.order(1))
    assert [one.LETTER for one in floor.read(SUPERVISOR)] == ["H"]
    assert [one.MsgSeqNum for one in floor.read(50)] == [1]


@dataclass
class Story:
    """A floor under traffic that is written down: records with their times, and what each account was told."""

    floor: Floor = field(default_factory=lambda: floor_with(1, 2, 3))
    records: list[tuple[Recorded, int]] = field(default_factory=list)
    copies: list[Message] = field(default_factory=list)

    def run(self, seed: int, steps: int) -> None:
        traffic = Traffic(seed)
        come(self.floor, 50)
        assert self.floor.venue.records is not None
        written = self.floor.venue.records
        let_go = written.let_go

        def commit() -> None:
            self.records += [(one, self.floor.now_ns) for one in one_by_one(written.pending())]
            written.committed()
            let_go()

        written.let_go = commit  # type: ignore[method-assign]  # a journal in one line
        for _ in range(steps):
            traffic.step(self.floor)
            self.copies += self.floor.read(50)


def repeated(records: Sequence[tuple[Recorded, int]]) -> Floor:
    floor = floor_with(1, 2, 3)
    assert floor.venue.records is not None
    for one, now_ns in records:
        floor.venue.records.repeat(one, now_ns)
    return floor


@pytest.fixture(scope="module")
def story() -> Story:
    story = Story()
    story.run(3, count(ordinary=1_500, long=20_000))
    return story


def test_the_copies_of_a_crowd_are_all_of_its_reports(story: Story) -> None:
    assert [one.MsgSeqNum for one in story.copies] == list(range(1, len(story.copies) + 1))
    told = [one for _, messages in sorted(story.floor._unread.items()) for one in messages if one.LETTER == "T"]
    for account in (1, 2, 3):
        copies = iter([plain(one) for one in story.copies if one.Account == account])
        for one in told:
            if one.Account == account:
                assert plain(one) in copies, "told, and not copied in this order"
    assert len(told) < len(story.copies), "some of it was told to nobody but the supervisor"
    assert {one.MessageType for one in story.copies} >= {8, 9, 12, 14, 15, 17, 18}


def test_copies_survive_by_repeating_what_was_recorded(story: Story) -> None:
    kept = story.copies[-limits.DROP_COPIES_KEPT :]
    floor = repeated(story.records)
    copies = come(floor, 50)
    while (deadline_ns := floor.venue.next_deadline_ns()) is not None:
        floor.now_ns = deadline_ns
        floor.venue.deadline_passed(deadline_ns)
        floor.collect()
        copies += floor.read(50)
    assert copies == kept


def test_copies_survive_in_a_picture_of_the_state(story: Story) -> None:
    other = floor_with(1, 2, 3)
    assert story.floor.venue.records is not None and other.venue.records is not None
    other.venue.records.restore(story.floor.venue.records.capture())
    last = len(story.copies)
    assert [one.MsgSeqNum for one in come(other, 50, last)] == [last]


def test_a_copy_that_is_derived_otherwise_ends_the_recovery(story: Story) -> None:
    kinds = [one.kind for one, _ in story.records]
    one_led_to = [RecordedKind.REQUEST, RecordedKind.COPIED]
    place = next(place for place in range(40, len(kinds)) if kinds[place - 1 : place + 1] == one_led_to)
    wrong, now_ns = story.records[place]
    changed = wrong._replace(body=wrong.body[:20] + bytes([wrong.body[20] ^ 1]) + wrong.body[21:])
    with pytest.raises(RecoveryFailed, match="copied"):
        repeated([*story.records[:place], (changed, now_ns)])
