"""Everything that carries a checksum or a hash is checked, and what is wrong is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from base import limits
from base.errors import HandoffError, JournalDamaged, RecoveryFailed
from base.journal import snapshots
from base.journal.disk import FileDisk
from base.servers.journal_checking import Checking
from base.servers.journal_reading import JOURNAL, Reading
from base.servers.journal_retelling import Retelling
from base.servers.state_image import image_of
from tests.kit.journals import crowd_settings, kept, write_crowd

FIRST = "00000001.journal"
Change = Callable[[Path], None]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MARK_EVERY", 50)
    monkeypatch.setattr(limits, "PICTURE_EVERY", 100)


def checking(state: Path, *, raw: bool = False) -> Checking:
    return Checking(Reading(state), None if raw else crowd_settings(), lambda text: None)


def counts(one: Checking) -> dict[str, int]:
    return {check.what: check.number for check in one.checks}


def pictures(state: Path) -> list[Path]:
    return sorted((state / JOURNAL).glob("*.snapshot"))


@pytest.mark.parametrize("raw", [False, True])
def test_what_was_checked_is_counted(raw: bool, tmp_path: Path) -> None:
    write_crowd(tmp_path, 400)
    commits = list(Reading(tmp_path).commits())
    one = checking(tmp_path, raw=raw)
    one.run()
    records = sum(len(commit.entries) for commit in commits)
    assert counts(one) == {
        "files": 2, "commits": len(commits), "records": records, "state hashes": records // 50, "pictures": 2,
    }  # fmt: skip
    assert one.notes == []
    assert any("not" in check.how or "only" in check.how for check in one.checks) == raw


def flip(name: str, offset: int) -> Change:
    def change(state: Path) -> None:
        path = state / JOURNAL / name
        content = bytearray(path.read_bytes())
        content[offset] ^= 1
        path.write_bytes(content)

    return change


def flip_picture(state: Path) -> None:
    flip(pictures(state)[0].name, 500)(state)


def rename_picture(state: Path) -> None:
    first, _ = pictures(state)
    first.rename(first.with_name(snapshots.name_of(7)))


def remake(state: Path, **fields: object) -> None:
    """Write the first picture anew, sealed, with other content."""
    first = pictures(state)[0]
    picture, reason = snapshots.decode(first.read_bytes())
    assert picture is not None, reason
    first.write_bytes(snapshots.encode(picture._replace(**fields)))


def state_after(state: Path, until: int) -> bytes:
    market = Retelling(crowd_settings(), lambda text: None)
    market.carry_out(Reading(state).commits(until))
    return image_of(market.records.capture())


@pytest.mark.parametrize(
    "change, error, says",
    [
        (flip(FIRST, 3_000), JournalDamaged, rf"{FIRST}, offset \d+: the record here is damaged, and a whole one"),
        (flip(FIRST, 20), JournalDamaged, f"{FIRST}, offset 0: the header is damaged"),
        (flip("epoch", 9), JournalDamaged, "epoch, offset 0: the checksum is wrong; remove it"),
        (flip_picture, JournalDamaged, r"\d{20}.snapshot, offset 0: its checksum is wrong; remove it, the journal"),
        (rename_picture, JournalDamaged, r"0+7.snapshot, offset 0: it is \d{20}.snapshot under another name"),
        (lambda state: remake(state, state_hash="0" * 64), JournalDamaged, "the picture is of 00000000"),
        (lambda state: remake(state, body=b"x"), JournalDamaged, "the picture cannot be read"),
        (lambda state: remake(state, body=state_after(state, 30)), JournalDamaged, "leads to another state"),
    ],
)
def test_damage_is_named(change: Change, error: type[HandoffError], says: str, tmp_path: Path) -> None:
    write_crowd(tmp_path, 400)
    change(tmp_path)
    with pytest.raises(error, match=says):
        checking(tmp_path).run()


def test_what_is_whole_before_the_damage_is_counted(tmp_path: Path) -> None:
    write_crowd(tmp_path, 400)
    commits = list(Reading(tmp_path).commits())
    flip(FIRST, commits[150].offset + 100)(tmp_path)
    one = checking(tmp_path)
    with pytest.raises(JournalDamaged, match=f"offset {commits[150].offset}: "):
        one.run()
    assert counts(one)["commits"] == 150
    assert list(Reading(tmp_path).commits(until=commits[140].first_sequence))[-1].offset == commits[140].offset


def test_a_picture_of_another_version_is_noted_and_no_error(tmp_path: Path) -> None:
    write_crowd(tmp_path, 400)
    remake(tmp_path, versions="0-older")
    one = checking(tmp_path)
    one.run()
    assert counts(one)["pictures"] == 1
    assert len(one.notes) == 1 and "made by another version" in one.notes[0]


def test_a_picture_of_later_than_the_end_tells_that_records_are_gone(tmp_path: Path) -> None:
    write_crowd(tmp_path, 400)
    commits = list(Reading(tmp_path).commits())
    path = tmp_path / JOURNAL / FIRST
    cut = commits[150].offset
    path.write_bytes(path.read_bytes()[:cut] + bytes(path.stat().st_size - cut))
    with pytest.raises(JournalDamaged, match=r"snapshot, offset 0: the journal ends with record \d+, before"):
        checking(tmp_path).run()


def test_a_recorded_hash_that_is_not_led_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from base.gateway.records import Records
    from base.vocabulary.recorded import Recorded, RecordedKind

    with monkeypatch.context() as patched:
        patched.setattr(Records, "mark", lambda records: Recorded(RecordedKind.MARK, 0, 0, 0, b"f" * 64))
        write_crowd(tmp_path, 100)
    one = checking(tmp_path)
    with pytest.raises(RecoveryFailed, match=rf"record \d+ \({FIRST}, offset \d+\): the state hash is .*; restore"):
        one.run()
    assert counts(one)["records"] >= 50
    raw = checking(tmp_path, raw=True)
    raw.run()


def test_a_torn_end_is_noted(tmp_path: Path) -> None:
    write_crowd(tmp_path, 90)
    last = list(Reading(tmp_path).commits())[-1]
    flip(FIRST, last.offset + 60)(tmp_path)
    one = checking(tmp_path)
    one.run()
    assert len(one.notes) == 1 and one.notes[0].startswith(f"{FIRST}, offset {last.offset}: ")


def test_beside_a_writer_a_picture_may_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept(tmp_path, crowd_settings()) as floor:
        floor.log_on(1)
    names = FileDisk.names
    monkeypatch.setattr(FileDisk, "names", lambda disk: [*names(disk), snapshots.name_of(3)])
    one = checking(tmp_path)
    one.run()
    assert counts(one)["pictures"] == 0
