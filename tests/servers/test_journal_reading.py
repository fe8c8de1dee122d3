"""A journal is read beside its writer, without its lock and without changing anything."""

import os
from pathlib import Path

import pytest

from base.errors import JournalDamaged, JournalMissing
from base.journal.disk import FileDisk
from base.journal.replay import TornTail
from base.servers import oes
from base.servers.journal_reading import JOURNAL, Reading
from tests.kit.journals import kept, write_crowd

FIRST = "00000001.journal"


def test_there_is_one_name_for_the_folder() -> None:
    assert oes.JOURNAL == JOURNAL == "journal"


@pytest.mark.parametrize("what", ["nothing", "an empty folder", "a file"])
def test_where_there_is_none_it_says_so_and_makes_nothing(what: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    if what == "an empty folder":
        (state / JOURNAL).mkdir(parents=True)
    elif what == "a file":
        state.mkdir()
        (state / JOURNAL).write_text("x")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(JournalMissing, match="there is no journal in the state directory"):
        Reading(state)
    assert sorted(tmp_path.rglob("*")) == before


def test_it_stops_where_it_is_told_to(tmp_path: Path) -> None:
    with kept(tmp_path) as floor:
        floor.log_on(1)
        floor.feed(1, floor.order(1).encode() + floor.order(1).encode() + floor.order(1).encode())
    for until, sequences in ((0, []), (1, [1]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (5, [*range(1, 6)]), (99, None)):
        reading = Reading(tmp_path)
        seen = [number for commit in reading.commits(until) for number in range(
            commit.first_sequence, commit.first_sequence + len(commit.entries)
        )]  # fmt: skip
        assert seen == (sequences if sequences is not None else [1, 2, 3, 4, 5])
        assert reading.sequence == len(seen)


def test_a_running_writer_is_not_disturbed(tmp_path: Path) -> None:
    with kept(tmp_path) as floor:
        floor.log_on(1)
        for written in range(3, 40):
            floor.send(1, floor.order(1))
            reading = Reading(tmp_path)
            assert sum(len(commit.entries) for commit in reading.commits()) == written
            assert reading.torn is None and not reading.is_written()  # nobody took the lock in this test
            reading.close()


def test_nothing_is_opened_for_writing(tmp_path: Path) -> None:
    write_crowd(tmp_path, 20)
    reading = Reading(tmp_path)
    assert list(reading.commits())
    with pytest.raises(OSError):
        reading.disk.write(FIRST, 0, b"x")
    reading.close()


def torn(tmp_path: Path) -> int:
    """Cut the last record in half; gives its offset."""
    write_crowd(tmp_path, 60)
    last = list(Reading(tmp_path).commits())[-1]
    path = tmp_path / JOURNAL / last.segment
    content = path.read_bytes()
    path.write_bytes(content[: last.offset + 50] + bytes(len(content) - last.offset - 50))
    return last.offset


def test_a_torn_end_is_reported_unless_somebody_writes_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offset = torn(tmp_path)
    reading = Reading(tmp_path)
    assert list(reading.commits())
    assert reading.torn is not None and reading.torn[:2] == TornTail(FIRST, offset, 0)[:2]
    monkeypatch.setattr(Reading, "is_written", lambda reading: True)
    beside = Reading(tmp_path)
    assert list(beside.commits()) and beside.torn is None


def test_damage_that_a_follower_takes_for_the_end_is_found(tmp_path: Path) -> None:
    write_crowd(tmp_path, 60)
    folder = tmp_path / JOURNAL
    os.rename(folder / "00000002.journal", folder / "00000003.journal")
    with pytest.raises(JournalDamaged, match=r"00000002.journal, offset 0: the file is missing"):
        list(Reading(tmp_path).commits())


def test_beside_a_writer_a_second_look_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_crowd(tmp_path, 60)
    monkeypatch.setattr(Reading, "is_written", lambda reading: True)
    looks: list[str] = []
    names = FileDisk.names

    def half_visible(disk: FileDisk) -> list[str]:
        looks.append("")
        found = names(disk)
        return [*found[:1], *found[2:], "00000009.journal"] if len(looks) == 4 else found

    monkeypatch.setattr(FileDisk, "names", half_visible)
    reading = Reading(tmp_path)
    assert sum(1 for _ in reading.commits()) > 40
    assert len(looks) > 4
