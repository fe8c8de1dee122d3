"""The writer: what it acknowledged stays, it goes on where it ended, and after one failure it never writes again."""

import errno
from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from base import errors, limits
from base.journal import segments
from base.journal.chain import EPOCH, SEGMENT, TornTail, name_of, segment_names, survey
from base.journal.records import ENTRY, HEADER
from base.journal.replay import read
from base.journal.segments import Journal
from base.journal.syncing import InThread
from base.vocabulary.recorded import Recorded
from tests.journal.histories import SMALL_SEGMENT_BYTES, contents, open_journal, passes, write_all, written
from tests.kit.counts import count
from tests.kit.disk import Fault, MemoryDisk
from tests.kit.platter import Plan, Platter, ProcessDisk, ProcessKilled

ONE = [Recorded(1, 2, 3, 4, b"body")]
FIXED_BYTES = SEGMENT.size + HEADER.size + ENTRY.size


def begun(disk: MemoryDisk, *, durable: bool = True) -> Journal:
    journal = open_journal(disk, durable=durable)
    journal.begin_epoch()
    return journal


def test_a_journal_goes_on_where_it_ended() -> None:
    history, disk = passes(3, 40), MemoryDisk()
    for number, entries in enumerate(history):
        journal = begun(disk)
        assert journal.trimmed is None
        assert journal.epoch == number + 1
        journal.commit(number, entries)
    assert contents(disk) == history
    assert journal.sequence == sum(map(len, history))
    assert [commit.now_ns for commit in read(disk)] == list(range(40))


def test_one_write_and_one_sync_per_commit_and_no_sync_when_not_durable() -> None:
    for durable in (True, False):
        disk = MemoryDisk()
        journal = begun(disk, durable=durable)
        journal.commit(1, ONE)
        disk.log.clear()
        journal.commit(2, ONE * 5)
        assert [operation.kind for operation in disk.log] == ["write", "sync"][: 1 + durable]


def test_a_commit_that_was_begun_is_synced_before_anything_else_happens() -> None:
    finishing: list[Callable[[Journal], object]] = [
        Journal.finish, Journal.make_room, Journal.begin_epoch, lambda journal: journal.commit(3, []),
        lambda journal: journal.commit(3, ONE), lambda journal: journal.begin_commit(3, ONE),
    ]  # fmt: skip
    for finish in finishing:
        disk = MemoryDisk()
        journal = begun(disk)
        journal.commit(1, ONE)
        disk.log.clear()
        journal.begin_commit(2, ONE)
        assert ([operation.kind for operation in disk.log], journal.sequence) == (["write"], 2)
        finish(journal)
        assert [operation.kind for operation in disk.log][:2] == ["write", "sync"]
    assert [operation.kind for operation in disk.log] == ["write", "sync", "write"]


def test_a_file_that_goes_into_use_is_synced_before_the_next_is_made() -> None:
    disk = MemoryDisk()
    begun(disk).begin_commit(1, ONE)
    assert [operation.kind for operation in disk.log][-3:] == ["write", "sync", "create"]


def test_a_sync_that_was_begun_and_fails_ends_the_journal() -> None:
    disk = MemoryDisk()
    journal = begun(disk)
    journal.commit(1, ONE)
    disk.fault = Fault("sync", disk.calls["sync"] + 1)
    journal.begin_commit(2, ONE)
    with pytest.raises(errors.JournalFailed, match="cannot be written any more"):
        journal.finish()
    for use in (journal.finish, journal.make_room, journal.begin_epoch, partial(journal.commit, 3, ONE)):
        with pytest.raises(errors.JournalFailed, match="failed before"):
            use()


def test_nothing_is_waited_for_without_durability() -> None:
    disk = MemoryDisk()
    journal = begun(disk, durable=False)
    journal.commit(1, ONE)
    disk.log.clear()
    journal.begin_commit(2, ONE)
    journal.finish()
    assert [operation.kind for operation in disk.log] == ["write"]


def test_a_thread_waits_for_the_disk_if_the_journal_has_one() -> None:
    disk, history, syncing = MemoryDisk(), passes(5, 30), InThread()
    journal = Journal.open(disk, durable=True, segment_bytes=SMALL_SEGMENT_BYTES, syncing=syncing)
    journal.begin_epoch()
    for number, entries in enumerate(history):
        journal.begin_commit(number, entries)
    journal.finish()
    syncing.close()
    assert contents(disk) == history and disk.calls["sync"] >= len(history)


def test_a_commit_of_nothing_writes_nothing() -> None:
    disk = MemoryDisk()
    journal = begun(disk)
    disk.log.clear()
    journal.commit(1, [])
    assert (disk.log, journal.sequence) == ([], 0)


def test_the_first_commit_needs_an_epoch() -> None:
    with pytest.raises(AssertionError, match="begin_epoch"):
        open_journal(MemoryDisk()).commit(1, ONE)


def test_a_record_fills_its_file_to_the_last_byte_and_one_more_begins_the_next() -> None:
    for excess, files in ((0, 2), (1, 3)):
        disk = MemoryDisk()
        journal = begun(disk)
        journal.commit(1, ONE)
        left = SMALL_SEGMENT_BYTES - FIXED_BYTES - len(ONE[0].body) - HEADER.size - ENTRY.size
        journal.commit(2, [ONE[0]._replace(body=bytes(left + excess))])
        assert len(segment_names(disk)) == files
        assert begun(disk).sequence == 2


def test_a_record_larger_than_a_segment_gets_one_of_its_own_size() -> None:
    disk = MemoryDisk()
    history = [ONE, [ONE[0]._replace(body=b"L" * 3 * SMALL_SEGMENT_BYTES)], ONE, ONE]
    journal = begun(disk)
    for entries in history:
        journal.commit(1, entries)
    sizes = [len(content) for name, content in sorted(disk.files.items()) if name != "epoch"]
    large = FIXED_BYTES + 3 * SMALL_SEGMENT_BYTES
    assert sizes == [SMALL_SEGMENT_BYTES, large, SMALL_SEGMENT_BYTES, SMALL_SEGMENT_BYTES]
    assert contents(disk) == history
    assert begun(disk).sequence == 4


def test_a_commit_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = HEADER.size + ENTRY.size + 5_000
    monkeypatch.setattr(limits, "JOURNAL_RECORD_BYTES", largest)
    journal = begun(MemoryDisk())
    journal.commit(1, [ONE[0]._replace(body=bytes(5_000))])
    with pytest.raises(errors.JournalFailed, match=f"{largest + 1} bytes; {largest} are allowed"):
        journal.commit(2, [ONE[0]._replace(body=bytes(5_001))])


def test_a_torn_end_is_trimmed_reported_and_written_over() -> None:
    history = passes(4, 10)
    disk = written(history)
    last = list(read(disk))[-1]
    content = disk.files[last.segment]
    content[last.offset + 60 :] = bytes(len(content) - last.offset - 60)
    torn = TornTail(last.segment, last.offset, len(bytes(content[last.offset :]).rstrip(b"\0")))
    replay = read(disk)
    assert [commit.entries for commit in replay] == history[:-1]
    assert replay.torn == torn
    disk.log.clear()
    journal = begun(disk)
    assert journal.trimmed == torn
    assert [operation[:2] for operation in disk.log[:2]] == [("write", torn.file), ("sync", torn.file)]
    assert not any(disk.files[last.segment][last.offset :])
    journal.commit(9, ONE)
    assert contents(disk) == [*history[:-1], ONE]
    assert open_journal(disk).trimmed is None


def test_a_reserve_of_another_size_or_half_made_is_made_anew() -> None:
    history = passes(4, 10)
    disk = written(history)
    spare = survey(disk).spare
    for size in (0, 100, 2 * SMALL_SEGMENT_BYTES):
        disk.files[spare] = bytearray(size)
        assert begun(disk).has_room
        assert disk.files[spare] == bytes(SMALL_SEGMENT_BYTES)


@pytest.mark.parametrize("kind", ["sync", "write"])
def test_after_the_first_failure_nothing_is_acknowledged_or_written(kind: str) -> None:
    """G4: a failing sync at call k; the process that starts afterwards finds all that was acknowledged."""
    calls = count(ordinary=60, long=200)
    history = passes(5, calls)
    for call in range(2, calls):
        disk = MemoryDisk(fault=Fault(kind, call))
        journal = begun(disk)
        acknowledged = 0
        with pytest.raises(errors.JournalFailed, match=r"cannot be written any more: \[Errno 5\]"):
            for entries in history:
                journal.commit(1, entries)
                acknowledged += 1
        operations = len(disk.log)
        for refused in (partial(journal.commit, 2, ONE), journal.make_room, journal.begin_epoch):
            with pytest.raises(errors.JournalFailed, match="failed before"):
                refused()
        assert len(disk.log) == operations
        open_journal(disk)
        recovered = contents(disk)
        assert recovered == history[: len(recovered)]
        assert acknowledged <= len(recovered) <= acknowledged + 1


def test_a_short_write_that_fails_leaves_a_torn_end() -> None:
    history = passes(6, 30)
    for keep in range(1, 60):
        disk = MemoryDisk(fault=Fault("write", 12, errno.ENOSPC, keep))
        with pytest.raises(errors.JournalFullError):
            write_all(disk, history)
        open_journal(disk)
        assert contents(disk) == history[:10]


def test_a_full_disk_shows_one_file_ahead_and_space_that_returns_is_used() -> None:
    """G5: the reserve is there when the next file cannot be made, and holds a whole file of commits."""
    disk = MemoryDisk(room=4 * SMALL_SEGMENT_BYTES)
    journal, acknowledged, inside = begun(disk), 0, 0
    with pytest.raises(errors.JournalFullError, match="the reserve is used up"):
        while True:
            journal.commit(1, ONE)
            acknowledged += 1
            inside += not journal.has_room
    record_bytes = HEADER.size + ENTRY.size + len(ONE[0].body)
    assert inside == (SMALL_SEGMENT_BYTES - SEGMENT.size) // record_bytes
    with pytest.raises(errors.JournalFailed, match="failed before"):
        journal.commit(1, ONE)
    assert len(contents(disk)) == acknowledged

    journal = begun(disk)
    assert not journal.has_room
    disk.room = 6 * SMALL_SEGMENT_BYTES
    assert journal.make_room() and journal.has_room
    journal.commit(1, ONE)
    assert len(contents(disk)) == acknowledged + 1


def test_space_that_returns_in_time_stops_nothing() -> None:
    disk = MemoryDisk(room=3 * SMALL_SEGMENT_BYTES)
    journal = begun(disk)
    while journal.has_room:
        journal.commit(1, ONE)
    assert not journal.make_room()
    disk.room = None
    sequence = journal.sequence
    for _ in range(100):
        journal.commit(1, ONE)
    assert journal.has_room
    assert len(contents(disk)) == sequence + 100


def test_a_disk_without_room_for_a_first_file_and_one_that_fails_at_once_are_refused() -> None:
    with pytest.raises(errors.JournalFullError, match=f"its first file takes {SMALL_SEGMENT_BYTES} bytes"):
        open_journal(MemoryDisk(room=100))
    with pytest.raises(errors.JournalFailed, match="cannot open the journal"):
        open_journal(MemoryDisk(fault=Fault("create", 1)))


def test_another_failure_than_a_full_disk_while_the_reserve_is_made_ends_the_journal() -> None:
    journal = begun(MemoryDisk(fault=Fault("create", 3)))
    with pytest.raises(errors.JournalFailed, match="Errno 5"):
        journal.commit(1, ONE)


def test_who_has_been_taken_over_can_commit_no_more() -> None:
    disk = MemoryDisk()
    old = begun(disk)
    old.commit(1, ONE)
    new = begun(disk)
    operations = len(disk.log)
    for reason in ("taken the journal over from epoch 1", "failed before"):
        with pytest.raises(errors.JournalFailed, match=reason):
            old.commit(2, ONE)
    assert len(disk.log) == operations
    new.commit(3, ONE)
    assert [commit.epoch for commit in read(disk)] == [1, 2]


def test_who_has_been_taken_over_makes_no_files_either() -> None:
    disk = MemoryDisk(room=SMALL_SEGMENT_BYTES + EPOCH.size)
    old = begun(disk)
    old.commit(1, ONE)
    begun(disk)
    disk.room = None
    for reason in ("taken the journal over from epoch 1", "failed before"):
        with pytest.raises(errors.JournalFailed, match=reason):
            old.make_room()
    assert segment_names(disk) == [name_of(1)]


@pytest.mark.parametrize("seed", range(count(ordinary=20, long=500)))
def test_what_a_failed_sync_left_in_doubt_is_written_again_before_anything_follows_it(seed: int) -> None:
    """The pages count as clean although they did not arrive; only the power cut shows it, with acknowledged commits
    behind them."""
    platter, chance = Platter(), Random(seed)
    large, many = [Recorded(1, 2, 3, 4, bytes([seed % 255 + 1]) * 9_000)], 5
    journal = platter_journal(platter, chance)
    journal.commit(1, ONE)
    platter.plan = Plan("failing sync", 1)
    with pytest.raises(errors.JournalFailed, match="Errno 5"):
        journal.commit(2, large)
    journal = platter_journal(platter, chance)
    for _ in range(many):
        journal.commit(3, ONE)
    platter.power_cut(chance)
    assert contents(platter) == [ONE, large, *[ONE] * many]


@pytest.mark.parametrize("seed", range(count(ordinary=20, long=500)))
def test_what_a_process_wrote_and_did_not_sync_is_synced_before_the_next_file_begins(seed: int) -> None:
    platter, chance = Platter(), Random(seed)
    large = [Recorded(1, 2, 3, 4, bytes(20_000))]
    journal = platter_journal(platter, chance)
    journal.commit(1, large)
    platter.plan = Plan("kill", 2)
    with pytest.raises(ProcessKilled):
        journal.commit(2, ONE)
    journal = platter_journal(platter, chance)
    journal.commit(3, large)
    assert len(survey(platter).used) == 2
    platter.power_cut(chance)
    assert contents(platter) == [large, ONE, large]


def platter_journal(platter: Platter, chance: Random) -> Journal:
    journal = open_journal(ProcessDisk(platter, chance), segment_bytes=32 * 1024)
    journal.begin_epoch()
    return journal


def test_an_epoch_is_higher_than_any_that_began_since_the_journal_was_opened() -> None:
    disk = MemoryDisk()
    first, second = open_journal(disk), open_journal(disk)
    assert [first.begin_epoch(), second.begin_epoch(), first.begin_epoch()] == [1, 2, 3]
    with pytest.raises(errors.StaleEpoch):
        second.commit(1, ONE)


def test_a_record_of_an_older_epoch_than_the_one_before_is_refused() -> None:
    disk = MemoryDisk()
    journal = begun(disk)
    journal.begin_epoch()
    journal.commit(1, ONE)
    journal._chain = journal._chain._replace(epoch=1)
    journal.commit(2, ONE)
    with pytest.raises(errors.JournalDamaged, match="epoch 1 wrote here after epoch 2"):
        contents(disk)
    with pytest.raises(errors.JournalDamaged, match="epoch 1 wrote here after epoch 2"):
        open_journal(disk)


def test_a_record_that_leaves_numbers_out_is_refused() -> None:
    disk = MemoryDisk()
    journal = begun(disk)
    journal.commit(1, ONE)
    journal._chain = journal._chain._replace(sequence=5)
    journal.commit(2, ONE)
    with pytest.raises(errors.JournalDamaged, match="does not continue command 1"):
        contents(disk)


def test_the_identity_of_a_journal_is_drawn_by_lot_once() -> None:
    disks = [MemoryDisk() for _ in range(3)]
    for disk in disks:
        Journal.open(disk, durable=True, segment_bytes=SMALL_SEGMENT_BYTES).begin_epoch()
    drawn = [survey(disk).identity for disk in disks]
    assert len(set(drawn)) == 3
    assert segments.Journal.open(disks[0], durable=True)._identity == drawn[0]


def test_the_first_file_has_the_first_number() -> None:
    disk = written([ONE])
    assert segment_names(disk) == [name_of(1), name_of(2)]
