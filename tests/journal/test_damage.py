"""G6: whatever happens to the bytes of a journal, it is reported or refused, and never read as something else.

What may be recovered: after damage to the last record, everything before it, with a report; after damage to the zeros
behind it or to the file in reserve, everything, with a report; after any other damage nothing: JournalDamaged names
the file, and an offset at or before the damage. The one thing that no log can see by itself is whole records at the
very end that have become zeros from their first byte on: what then comes back is the journal as it was before them.
"""

import itertools
import random
from typing import NamedTuple

import pytest

from base.errors import JournalDamaged
from base.journal.chain import SEGMENT, name_of, number_of, survey
from base.journal.replay import Commit, TornTail, read
from tests.journal.histories import Pass, contents, open_journal, passes, written
from tests.kit.counts import count, is_long
from tests.kit.disk import Image, MemoryDisk

HISTORY = passes(30, 50)
WHOLE = written(HISTORY).image()
COMMITS = list(read(MemoryDisk(WHOLE)))
LAST = COMMITS[-1]
SPARE = survey(MemoryDisk(WHOLE)).spare
END = LAST.offset + int.from_bytes(WHOLE[LAST.segment][LAST.offset + 4 : LAST.offset + 8], "little")
PAGE = 4_096


class Outcome(NamedTuple):
    """What reading came to: the commits and the report, or the refusal."""

    recovered: list[Pass]
    torn: TornTail | None
    refused: JournalDamaged | None


def attempt(image: Image) -> Outcome:
    """Read; then open for writing, which has to agree, and whose repair has to leave a clean journal."""
    commits: list[Commit] = []
    reading = read(MemoryDisk(image))
    try:
        commits.extend(reading)
    except JournalDamaged as damage:
        return Outcome([], None, damage)
    disk = MemoryDisk(image)
    journal = open_journal(disk)
    assert journal.trimmed == reading.torn
    after = read(disk)
    assert [commit.entries for commit in after] == [commit.entries for commit in commits]
    assert after.torn is None
    return Outcome([commit.entries for commit in commits], reading.torn, None)


def changed(name: str, offset: int, content: bytes) -> Image:
    whole = WHOLE[name]
    return WHOLE | {name: whole[:offset] + content + whole[offset + len(content) :]}


def check_flip(name: str, offset: int, bit: int) -> None:
    outcome = attempt(changed(name, offset, bytes([WHOLE[name][offset] ^ 1 << bit])))
    if name == SPARE:
        assert (outcome.recovered, outcome.torn) == (HISTORY, TornTail(SPARE, 0, offset + 1))
    elif name == LAST.segment and offset >= END:
        assert (outcome.recovered, outcome.torn) == (HISTORY, TornTail(name, END, offset + 1 - END))
    elif name == LAST.segment and offset >= LAST.offset:
        assert outcome.recovered == HISTORY[:-1]
        assert outcome.torn is not None and outcome.torn[:2] == (name, LAST.offset)
    else:
        assert outcome.refused is not None, "damage was not noticed"
        assert outcome.refused.file == name
        assert outcome.refused.offset <= offset


def test_one_wrong_bit_anywhere() -> None:
    chance = random.Random(6)
    files = sorted(name for name in WHOLE if name.endswith(".journal"))
    for _ in range(count(ordinary=500, long=10_000)):
        name = chance.choice(files)
        check_flip(name, chance.randrange(len(WHOLE[name])), chance.randrange(8))


def test_every_wrong_bit_of_the_last_two_records_and_the_header() -> None:
    every = 1 if is_long() else 5
    spots = [*range(SEGMENT.size), *range(COMMITS[-2].offset, min(END + 50, len(WHOLE[LAST.segment])))]
    for offset in spots[::every]:
        for bit in range(8):
            check_flip(LAST.segment, offset, bit)


def test_a_wrong_bit_in_the_epoch_is_refused_by_a_writer_and_a_reader() -> None:
    for offset in range(len(WHOLE["epoch"])):
        outcome = attempt(changed("epoch", offset, bytes([WHOLE["epoch"][offset] ^ 4])))
        assert outcome.refused is not None
        assert outcome.refused.file == "epoch"


def test_a_file_cut_at_every_byte_of_the_last_three_records() -> None:
    last_three = COMMITS[-3:]
    assert {commit.segment for commit in last_three} == {LAST.segment}
    for size in range(last_three[0].offset, len(WHOLE[LAST.segment])):
        outcome = attempt(WHOLE | {LAST.segment: WHOLE[LAST.segment][:size]})
        lost = sum(size < end for end in (*(commit.offset for commit in last_three[1:]), END))
        assert outcome.recovered == HISTORY[: len(HISTORY) - lost]
        place = [*(commit.offset for commit in last_three), END][3 - lost]
        assert outcome.torn is not None and outcome.torn[:2] == (LAST.segment, place)


def test_a_page_of_zeros_anywhere() -> None:
    chance = random.Random(7)
    files = sorted(name for name in WHOLE if name.endswith(".journal"))
    starts = {(commit.segment, commit.offset) for commit in COMMITS}
    for _ in range(count(ordinary=300, long=5_000)):
        name = chance.choice(files)
        offset = chance.randrange(len(WHOLE[name]))
        image = changed(name, offset, bytes(min(PAGE, len(WHOLE[name]) - offset)))
        outcome = attempt(image)
        if image[name] == WHOLE[name]:
            assert outcome == (HISTORY, None, None)
        elif outcome.refused is not None:  # whole records gone at the end of a file show in the next one
            assert outcome.refused.file in (name, name_of(number_of(name) + 1))
        else:
            assert name == LAST.segment
            assert outcome.recovered == HISTORY[: len(outcome.recovered)]
            first = next(at for at in range(offset, len(WHOLE[name])) if image[name][at] != WHOLE[name][at])
            assert outcome.torn is not None or (name, first) in starts


def test_a_page_of_zeros_in_large_files(large: Image) -> None:
    """In files of many pages, as they are in use: a page in the middle is refused, always."""
    whole = [commit.entries for commit in read(MemoryDisk(large))]
    (name, *_) = sorted(large)
    for offset in range(0, len(large[name]), PAGE):
        page = large[name][offset : offset + PAGE]
        if page.strip(b"\0"):
            disk = MemoryDisk(large | {name: large[name][:offset] + bytes(PAGE) + large[name][offset + PAGE :]})
            if page[-1] or large[name][offset + PAGE :].strip(b"\0"):
                with pytest.raises(JournalDamaged) as damage:
                    contents(disk)
                assert damage.value.file == name
                assert damage.value.offset <= offset + PAGE
            else:
                reading = read(disk)
                recovered = [commit.entries for commit in reading]
                assert recovered == whole[: len(recovered)]
                assert reading.torn is not None


@pytest.fixture
def large() -> Image:
    disk = MemoryDisk()
    journal = open_journal(disk, segment_bytes=64 * PAGE)
    journal.begin_epoch()
    for entries in passes(31, 150):
        journal.commit(1, entries)
    return disk.image()


def test_two_records_that_changed_places_are_refused() -> None:
    for first, second in itertools.pairwise(COMMITS):
        if first.segment != second.segment:
            continue
        content = WHOLE[first.segment]
        end = second.offset + int.from_bytes(content[second.offset + 4 : second.offset + 8], "little")
        swapped = content[second.offset : end] + content[first.offset : second.offset]
        outcome = attempt(changed(first.segment, first.offset, swapped))
        assert outcome.refused is not None
        assert (outcome.refused.file, outcome.refused.offset) == (first.segment, first.offset)


def test_a_record_that_stands_there_twice_is_refused() -> None:
    record = WHOLE[LAST.segment][LAST.offset : END]
    assert END + len(record) <= len(WHOLE[LAST.segment])
    outcome = attempt(changed(LAST.segment, END, record))
    assert outcome.refused is not None
    assert outcome.refused.offset == END


def test_a_whole_record_of_the_right_number_from_another_life_is_refused() -> None:
    """As when one file system block comes back from an older copy: only the chain of checksums tells."""
    other = [[entry._replace(flags=entry.flags ^ 1) for entry in entries] for entries in HISTORY]
    strange = written(other).image()
    for commit, follower in itertools.pairwise(COMMITS):
        if commit.segment == follower.segment:
            record = strange[commit.segment][commit.offset : follower.offset]
            outcome = attempt(changed(commit.segment, commit.offset, record))
            assert outcome.refused is not None
            assert outcome.refused.offset in (commit.offset, follower.offset)


def test_nothing_wrong_is_nothing_reported() -> None:
    assert attempt(WHOLE) == (HISTORY, None, None)
