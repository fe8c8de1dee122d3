"""G7: the newest snapshot that is whole and ours is used; a damaged, half-written or foreign one is passed over."""

import random

import pytest

from base.journal import snapshots
from base.journal.snapshots import HEADER, PassedOver, Snapshot, decode, encode, name_of, newest, write
from tests.kit.counts import count
from tests.kit.disk import Fault, MemoryDisk, crash_states

BODIES = {10: b"first" * 200, 20: b"second" * 200, 30: b"third" * 200}


def kept(*sequences: int) -> MemoryDisk:
    disk = MemoryDisk()
    for sequence in sequences:
        write(disk, sequence, 2, f"hash {sequence}", "v1", BODIES[sequence])
    return disk


def snapshot(sequence: int) -> Snapshot:
    return Snapshot(sequence, 2, f"hash {sequence}", "v1", BODIES[sequence])


def test_the_newest_comes_back_and_two_are_kept() -> None:
    disk = kept(10, 20, 30)
    assert disk.names() == [name_of(20), name_of(30)]
    assert newest(disk, "v1") == (snapshot(30), ())


def test_without_a_snapshot_there_is_none() -> None:
    assert newest(MemoryDisk(), "v1") == (None, ())


def test_a_second_one_after_the_same_command_takes_the_place_of_the_first() -> None:
    disk = kept(10, 20)
    write(disk, 20, 3, "other", "v1", b"again")
    assert newest(disk, "v1").snapshot == Snapshot(20, 3, "other", "v1", b"again")
    assert disk.names() == [name_of(10), name_of(20)]


def test_a_foreign_one_is_passed_over_and_named() -> None:
    disk = kept(10)
    write(disk, 20, 2, "hash", "v2", b"")
    assert newest(disk, "v1") == (snapshot(10), (PassedOver(name_of(20), "made by 'v2', this is 'v1'"),))
    assert newest(disk, "v3").snapshot is None
    assert [name for name, _ in newest(disk, "v3").passed_over] == [name_of(20), name_of(10)]


def test_one_that_goes_while_it_is_looked_for_has_a_newer_one_in_its_place() -> None:
    class Busy(MemoryDisk):
        def read(self, name: str, offset: int, size: int) -> bytes:
            if name == name_of(20) and name_of(30) not in self.names():
                write(self, 25, 2, "hash 25", "v1", b"")
                write(self, 30, 2, "hash 30", "v1", BODIES[30])
            return super().read(name, offset, size)

    disk = Busy()
    for sequence in (10, 20):
        write(disk, sequence, 2, f"hash {sequence}", "v1", BODIES[sequence])
    assert newest(disk, "v1") == (snapshot(30), ())


def test_every_wrong_bit_and_every_cut_is_noticed() -> None:
    content = encode(snapshot(30))
    chance = random.Random(1)
    bits = [*range(HEADER.size * 8), *chance.sample(range(len(content) * 8), count(ordinary=300, long=6_000))]
    for bit in bits:
        broken = bytearray(content)
        broken[bit // 8] ^= 1 << bit % 8
        found, reason = decode(bytes(broken))
        assert found is None and reason
    for size in range(len(content)):
        assert decode(content[:size])[0] is None


def test_the_one_before_serves_when_the_newest_is_damaged() -> None:
    disk = kept(20, 30)
    disk.files[name_of(30)][100] ^= 1
    assert newest(disk, "v1") == (snapshot(20), (PassedOver(name_of(30), "its checksum is wrong"),))
    disk.files[name_of(20)][:4] = b"else"
    assert newest(disk, "v1").passed_over[1].reason == "it does not begin like a snapshot"
    assert newest(disk, "v1").snapshot is None


def test_one_under_another_name_and_one_of_a_newer_format_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = kept(10, 20)
    disk.files[name_of(20)] = bytearray(disk.files[name_of(10)])
    assert newest(disk, "v1") == (snapshot(10), (PassedOver(name_of(20), f"it is {name_of(10)} under another name"),))
    with monkeypatch.context() as newer:
        newer.setattr(snapshots, "FORMAT_VERSION", 2)
        write(disk, 30, 2, "hash", "v1", b"")
    assert newest(disk, "v1").passed_over[0] == (name_of(30), "format version 2; this program reads up to 1")


def test_a_crash_at_any_moment_leaves_the_old_or_the_new_one() -> None:
    """G1 for snapshots: every state that a power cut may leave while the third of three is written."""
    start = kept(10, 20).image()
    disk = MemoryDisk(start)
    write(disk, 30, 2, "hash 30", "v1", BODIES[30])
    states = 0
    for operations, image in crash_states(start, disk.log):
        crashed = MemoryDisk(image)
        found = newest(crashed, "v1").snapshot
        assert found in (snapshot(20), snapshot(30))
        assert found == snapshot(30) or operations < len(disk.log)
        write(crashed, 30, 2, "hash 30", "v1", BODIES[30])
        assert newest(crashed, "v1") == (snapshot(30), ())
        assert crashed.names() == [name_of(20), name_of(30)]
        states += 1
    assert states > 20


@pytest.mark.parametrize("kind, call", [("create", 1), ("write", 1), ("sync", 1), ("rename", 1), ("remove", 1)])
def test_a_failing_disk_leaves_the_others_alone(kind: str, call: int) -> None:
    disk = MemoryDisk(kept(10, 20).image(), fault=Fault(kind, call, keep=50))
    with pytest.raises(OSError, match="Input/output"):
        write(disk, 30, 2, "hash 30", "v1", BODIES[30])
    assert newest(disk, "v1").snapshot in (snapshot(20), snapshot(30))
    write(disk, 30, 2, "hash 30", "v1", BODIES[30])
    assert newest(disk, "v1") == (snapshot(30), ())
