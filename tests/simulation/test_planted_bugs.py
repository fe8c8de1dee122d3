"""M1: the simulation can fail. Each of seven bugs, planted in the code, is found within the first seeds."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from base.access.grants import Grants, _Row
from base.journal import chain, records
from base.journal.disk import Disk
from base.journal.records import HEADER, MAGIC, Head
from base.journal.segments import Journal
from base.servers.recorder import Recorder
from base.venue import Outbound
from tests.kit.platter import ProcessDisk
from tests.simulation.test_simulation import EVERYTHING, quiet_log
from tests.simulation.world import Profile, SimulationFailed, simulate

__all__ = ["quiet_log"]

SEEDS = 500


DISK = replace(EVERYTHING, kinds=("failing sync", "kill inside an operation", "cut inside an operation"), trouble=(20,))


def first_found(profile: Profile = EVERYTHING) -> str:
    """Run seeds until one fails; give what it says."""
    for seed in range(SEEDS):
        try:
            simulate(seed, profile)
        except SimulationFailed as error:
            return str(error).splitlines()[0]
    return "nothing was found"


def test_an_acknowledgement_before_its_commit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def outbound(recorder: Recorder) -> Iterator[Outbound]:
        taken = list(recorder._records._pending)
        recorder._records.committed()
        yield from recorder._venue.outbound()
        recorder._records._pending[:] = taken
        if taken:
            recorder._commit()

    monkeypatch.setattr(Recorder, "outbound", outbound)
    assert "an acknowledged report is lost" in first_found()


def test_answers_that_were_held_and_leave_before_their_sync_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    outbound = Recorder.outbound

    def hurry(recorder: Recorder) -> list[Outbound]:
        leaving = [*outbound(recorder), *recorder._held]
        recorder._held = ()
        return leaving  # type: ignore[return-value]

    monkeypatch.setattr(Recorder, "outbound", hurry)
    assert "an acknowledged report is lost" in first_found()


def test_a_grant_that_can_be_redeemed_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = Grants._newest

    def forgetful(grants: Grants, account: int, user: str, spent_column: str) -> _Row | None:
        row = newest(grants, account, user, spent_column)
        return row and row._replace(is_spent=0)

    monkeypatch.setattr(Grants, "_newest", forgetful)
    monkeypatch.setattr(Grants, "_change", lambda *arguments: True)
    assert "was redeemed twice" in first_found()


def test_a_checksum_that_is_not_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(data: bytes, offset: int, identity: int) -> Head | None:
        if offset + HEADER.size > len(data):
            return None
        magic, *fields = HEADER.unpack_from(data, offset)
        head = Head(*fields)
        is_whole = magic == MAGIC and HEADER.size <= head.length <= len(data) - offset
        return head if is_whole else None

    for room in (chain, records):
        monkeypatch.setattr(room, "look", look)
    assert "seed" in first_found()


def test_a_sync_that_is_tried_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sync = ProcessDisk.sync

    def insist(disk: Disk, name: str) -> None:
        try:
            sync(disk, name)  # type: ignore[arg-type]
        except OSError:
            sync(disk, name)  # type: ignore[arg-type]

    monkeypatch.setattr(ProcessDisk, "sync", insist)
    found = first_found()
    assert "is damaged" in found or "is lost" in found


def test_an_epoch_that_is_not_looked_at_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "_refuse_when_stale", lambda journal: None)
    assert "after another process had taken over" in first_found()


def test_going_on_behind_a_record_in_doubt_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that the simulation found when it was new: the record before may be readable and not on the disk."""
    monkeypatch.setattr(Journal, "_settle_last", lambda journal: None)
    found = first_found(DISK)  # the record is missing behind a later one, or to a picture that was taken with it
    assert "JournalDamaged" in found or "the journal ends with" in found
