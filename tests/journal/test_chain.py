"""Files that do not belong together are refused, with the file and what to do; the header of each proves itself."""

from functools import partial

import pytest

from base import errors
from base.journal import chain
from base.journal.chain import Chain, Segment, name_of, read_header, segment_header, survey
from base.journal.replay import Follower
from tests.journal.histories import IDENTITY, SMALL_SEGMENT_BYTES, contents, open_journal, passes, written
from tests.kit.disk import MemoryDisk


def test_a_header_says_what_it_was_told_and_one_wrong_bit_breaks_it() -> None:
    header = segment_header(3, IDENTITY, 4096, Chain(16, 99, 2))
    assert read_header(header + b"more", name_of(3)) == Segment(name_of(3), IDENTITY, 4096, 17, 99)
    for bit in range(len(header) * 8):
        broken = bytearray(header)
        broken[bit // 8] ^= 1 << bit % 8
        assert read_header(bytes(broken), name_of(3)) is None
    assert read_header(header[:-1], name_of(3)) is None
    assert read_header(bytes(40), name_of(3)) is None


def test_an_empty_directory_is_an_empty_journal() -> None:
    assert survey(MemoryDisk()) == ([], "", 0, None, None, 0)


def test_files_in_use_and_the_one_in_reserve_are_told_apart() -> None:
    disk = written(passes(1, 60))
    found = survey(disk)
    assert [segment.name for segment in found.used] + [found.spare] == chain.segment_names(disk)
    assert (found.spare_bytes, found.torn, found.identity, found.epoch) == (SMALL_SEGMENT_BYTES, None, IDENTITY, 2)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_missing_file_is_named(lost: int) -> None:
    disk = written(passes(1, 60))
    disk.remove(name_of(lost))
    with pytest.raises(errors.JournalDamaged, match=r"missing|begins with command") as damage:
        contents(disk)
    assert damage.value.file == name_of(lost if lost > 1 else 2)


def test_a_missing_last_file_shows_by_the_reserve_behind_it() -> None:
    disk = written(passes(1, 60))
    disk.remove(survey(disk).used[-1].name)
    with pytest.raises(errors.JournalDamaged, match="missing"):
        contents(disk)


def test_a_reserve_alone_is_not_taken_for_a_new_journal() -> None:
    disk = written(passes(1, 60))
    for segment in survey(disk).used:
        disk.remove(segment.name)
    with pytest.raises(errors.JournalDamaged, match="missing"):
        open_journal(disk)


def test_a_file_under_another_name_is_refused() -> None:
    disk = written(passes(1, 60))
    disk.files[name_of(2)] = disk.files[name_of(1)]
    with pytest.raises(errors.JournalDamaged, match="under another name"):
        contents(disk)


def test_a_file_of_another_journal_is_refused() -> None:
    disk, other = written(passes(1, 60)), MemoryDisk()
    journal = chain.segment_header(2, IDENTITY + 1, SMALL_SEGMENT_BYTES, Chain())
    other.files = disk.files | {name_of(2): bytearray(journal + bytes(100))}
    with pytest.raises(errors.JournalDamaged, match="another journal"):
        contents(other)


def test_a_file_that_does_not_continue_the_one_before_is_refused() -> None:
    mine, theirs = written(passes(1, 60)), written(passes(2, 60))
    mine.files[name_of(2)] = theirs.files[name_of(2)]
    for reader in (partial(contents, mine), Follower(mine).poll):
        with pytest.raises(errors.JournalDamaged, match=r"file before ends with|does not continue the file before"):
            reader()


def test_a_header_that_lost_its_checksum_in_the_middle_or_before_records_is_refused() -> None:
    disk = written(passes(1, 60))
    names = [segment.name for segment in survey(disk).used]
    disk.files[names[0]][9] ^= 1
    with pytest.raises(errors.JournalDamaged, match="later files are there"):
        contents(disk)
    disk = written(passes(1, 60))
    disk.remove(survey(disk).spare)
    disk.files[names[-1]][9] ^= 1
    with pytest.raises(errors.JournalDamaged, match="records follow it") as damage:
        contents(disk)
    assert (damage.value.file, damage.value.offset) == (names[-1], 0)


def test_a_newer_format_of_a_file_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("segment", "epoch"):
        with monkeypatch.context() as newer:
            newer.setattr(chain, "VERSION", 2)
            disk = written(passes(1, 3))
        if part == "segment":
            disk.remove(chain.EPOCH_FILE)
        with pytest.raises(errors.JournalTooNew, match="journal: written in format" if part == "segment" else "^epoch"):
            contents(disk)


def test_a_damaged_epoch_is_refused_and_can_be_done_without() -> None:
    history = passes(1, 5)
    disk = written(history)
    disk.files[chain.EPOCH_FILE][12] ^= 1
    with pytest.raises(errors.JournalDamaged, match="epoch, offset 0"):
        open_journal(disk)
    disk.remove(chain.EPOCH_FILE)
    assert open_journal(disk).begin_epoch() == 3
    assert contents(disk) == history
