"""Journals to try things on: commits by seed, written to a disk and read back.

In: seeds and disks. Out: commits, journals, what was acknowledged. Never knows: what is tested.
"""

import random
from typing import NamedTuple

from base.journal.disk import Disk
from base.journal.replay import read
from base.journal.segments import Journal
from base.vocabulary.recorded import Recorded, RecordedKind
from tests.kit.disk import MemoryDisk

IDENTITY = 0xC0FFEE
SMALL_SEGMENT_BYTES = 4_096
KINDS = list(RecordedKind)[:7]  # no more, so that a new kind does not change what the seeds of tests lead to

Pass = list[Recorded]


def passes(seed: int, count: int, longest_body: int = 400) -> list[Pass]:
    """What ``count`` passes of a loop commit; some have bodies that look like records, some are large."""
    chance = random.Random(seed)
    return [[entry(chance, longest_body) for _ in range(chance.choice((1, 1, 2, 3, 6)))] for _ in range(count)]


def entry(chance: random.Random, longest_body: int) -> Recorded:
    body = chance.randbytes(chance.randrange(longest_body))
    if chance.random() < 0.1:
        body = b"HJrc" + body + bytes(600)
    return Recorded(chance.choice(KINDS), chance.getrandbits(32), chance.getrandbits(31), chance.getrandbits(8), body)


class Acknowledged(NamedTuple):
    """After so many operations of the disk, so many commits had been acknowledged."""

    operations: int
    commits: int


def open_journal(disk: Disk, *, durable: bool = True, segment_bytes: int = SMALL_SEGMENT_BYTES) -> Journal:
    return Journal.open(disk, durable=durable, segment_bytes=segment_bytes, identity=IDENTITY)


def write_all(
    disk: MemoryDisk, history: list[Pass], *, durable: bool = True, holds: bool = False
) -> list[Acknowledged]:
    """Write a history, with a new process taking over in the middle.

    One that ``holds`` acknowledges each commit when the next one is at hand, and has it synced by then.
    """
    acknowledged = []
    journal = open_journal(disk, durable=durable)
    journal.begin_epoch()
    for count, entries in enumerate(history, 1):
        if holds:
            journal.finish()
            acknowledged.append(Acknowledged(len(disk.log), count - 1))
        if count == len(history) // 2:
            journal = open_journal(disk, durable=durable)
            journal.begin_epoch()
        if holds:
            journal.begin_commit(count, entries)
            continue
        journal.commit(count, entries)
        acknowledged.append(Acknowledged(len(disk.log), count))
    if holds:
        journal.finish()
        acknowledged.append(Acknowledged(len(disk.log), len(history)))
    return acknowledged


def contents(disk: Disk) -> list[Pass]:
    """The entries of all commits that can be read."""
    return [commit.entries for commit in read(disk)]


def written(history: list[Pass]) -> MemoryDisk:
    disk = MemoryDisk()
    write_all(disk, history)
    return disk
