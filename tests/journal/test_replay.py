"""Reading back gives every commit once and in order, from any command on; following does so while another writes."""

import random
import threading
from pathlib import Path

import pytest

from base import errors, limits
from base.journal.chain import SEGMENT, survey
from base.journal.disk import FileDisk
from base.journal.replay import Commit, Follower, read
from base.journal.segments import Journal
from base.vocabulary.recorded import Recorded
from tests.journal.histories import SMALL_SEGMENT_BYTES, contents, open_journal, passes, write_all, written
from tests.kit.counts import count
from tests.kit.disk import MemoryDisk, Operation, apply


def flat(commits: list[Commit]) -> list[tuple[int, Recorded]]:
    """Every entry with its sequence number."""
    return [
        (number, entry)
        for commit in commits
        for number, entry in enumerate(commit.entries, commit.first_sequence)
    ]


def test_commits_come_back_from_any_command_on() -> None:
    history = passes(7, 60)
    disk = written(history)
    expected = list(enumerate((entry for entries in history for entry in entries), 1))
    for after in range(len(expected) + 1):
        assert flat(list(read(disk, after))) == expected[after:]
        assert flat(Follower(disk, after).poll()) == expected[after:]


def test_a_commit_says_where_it_stands() -> None:
    disk = written(passes(7, 20))
    for commit in read(disk):
        assert disk.files[commit.segment][commit.offset :].startswith(b"HJrc")


def test_a_journal_that_ends_before_a_snapshot_has_lost_something() -> None:
    disk = written(passes(7, 20))
    last = sum(len(entries) for entries in contents(disk))
    assert list(read(disk, last)) == []
    with pytest.raises(errors.JournalDamaged, match=f"ends with command {last}, but {last + 1} has been carried out"):
        list(read(disk, last + 1))
    with pytest.raises(errors.JournalDamaged, match="no file, offset 0"):
        list(read(MemoryDisk(), 1))


def test_a_journal_whose_beginning_was_taken_away_serves_later_readers() -> None:
    disk = written(passes(7, 60))
    second = survey(disk).used[1]
    disk.remove(survey(disk).used[0].name)
    assert next(read(disk, second.first_sequence - 1)).first_sequence == second.first_sequence
    for reader in (lambda: list(read(disk, 0)), Follower(disk).poll):
        with pytest.raises(errors.JournalDamaged, match="it is needed from 1 on"):
            reader()


def test_a_follower_waits_for_what_is_half_visible() -> None:
    history = passes(8, 40)
    whole = written(history)
    disk = MemoryDisk()
    follower, seen = Follower(disk), []
    for operation in whole.log:
        if operation.kind == "write":
            cuts = sorted({0, 1, 20, 39, 41, len(operation.data) // 2, len(operation.data)})
            before = bytes(disk.files[operation.name])
            for cut in cuts:
                disk.files[operation.name][:] = before
                disk.write(operation.name, operation.offset, operation.data[:cut])
                seen += follower.poll()
        elif operation.kind == "create":
            disk.create(operation.name, operation.size)
            seen += follower.poll()
    assert [commit.entries for commit in seen] == history
    assert follower.poll() == []


class LiveDisk(MemoryDisk):
    """A disk that another process is writing: during each read a few of its operations happen."""

    def __init__(self, operations: list[Operation], chance: random.Random) -> None:
        super().__init__()
        self.coming = operations[::-1]
        self._chance = chance

    def read(self, name: str, offset: int, size: int) -> bytes:
        """The first part is from before the operations, the rest from after them."""
        first = super().read(name, offset, min(size, self._chance.randrange(1_000)))
        self.go_on(self._chance.choice((0, 0, 0, 1, 2, 3)))
        rest = bytes(self.files.get(name, b""))[offset : offset + size]
        return first + rest[len(first) :]

    def go_on(self, operations: int) -> None:
        for _ in range(min(operations, len(self.coming))):
            apply(self.files, self.coming.pop())


def test_a_follower_is_not_confused_by_what_happens_while_it_reads() -> None:
    """Every commit once, in order, and never taken for damage, whichever way reads and writes overlap."""
    for seed in range(count(ordinary=60, long=2_000)):
        chance = random.Random(seed)
        history = passes(seed, 100, longest_body=chance.choice((20, 400, 800)))
        disk = LiveDisk([one for one in written(history).log if one.kind != "sync"], chance)
        follower, seen = Follower(disk), []
        while disk.coming:
            disk.go_on(1)
            seen += follower.poll()
        seen += follower.poll()
        seen += follower.poll()
        assert [commit.entries for commit in seen] == history


def test_a_follower_sees_through_a_restart_of_the_writer() -> None:
    history = passes(8, 20)
    disk = written(history)
    follower = Follower(disk)
    assert len(follower.poll()) == 20
    disk.write(survey(disk).used[-1].name, follower._offset, b"HJrc torn")
    assert follower.poll() == []
    journal = open_journal(disk)
    assert journal.trimmed is not None
    journal.begin_epoch()
    for entries in history:
        journal.commit(1, entries)
    assert [commit.entries for commit in follower.poll()] == history


def test_a_follower_takes_records_longer_than_what_it_reads_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "JOURNAL_FOLLOWED_BYTES", 64)
    history = passes(9, 30)
    assert [commit.entries for commit in Follower(written(history)).poll()] == history


def test_a_follower_refuses_damage_that_others_have_passed() -> None:
    disk = written(passes(8, 60))
    commits = list(read(disk))
    for victim in (commits[3], commits[-2]):
        broken = MemoryDisk(disk.image())
        broken.files[victim.segment][victim.offset + 50] ^= 1
        with pytest.raises(errors.JournalDamaged) as damage:
            Follower(broken).poll()
        assert (damage.value.file, damage.value.offset) == (victim.segment, victim.offset)
    last_of_first = [commit for commit in commits if commit.segment == commits[0].segment][-1]
    disk.files[last_of_first.segment][last_of_first.offset + 50] ^= 1
    with pytest.raises(errors.JournalDamaged, match="later files are in use"):
        Follower(disk).poll()


def test_a_follower_sees_every_commit_once_while_another_thread_writes(tmp_path: Path) -> None:
    history = passes(10, count(ordinary=2_000, long=50_000))
    writing = FileDisk(tmp_path)
    journal = Journal.open(writing, durable=False, segment_bytes=16 * SMALL_SEGMENT_BYTES)
    journal.begin_epoch()

    def write() -> None:
        for number, entries in enumerate(history):
            journal.commit(number, entries)

    follower, seen = Follower(FileDisk(tmp_path)), []
    writer = threading.Thread(target=write)
    writer.start()
    polls = 0
    while writer.is_alive():
        seen += follower.poll()
        polls += 1
    writer.join()
    seen += follower.poll()
    assert [commit.entries for commit in seen] == history
    assert [commit.now_ns for commit in seen] == list(range(len(history)))
    assert polls > 3


def test_all_files_end_at_a_size_that_their_header_says() -> None:
    disk = MemoryDisk()
    write_all(disk, passes(12, 60))
    for segment in survey(disk).used:
        assert segment.size == len(disk.files[segment.name]) >= SEGMENT.size
