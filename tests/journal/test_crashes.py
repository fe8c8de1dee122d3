"""G1: after a crash all that was acknowledged is there, and what is there is a beginning of what was sent.

Every state of the disk that a power cut may leave is recovered, read, written on, and read again; so are the states
that a second crash leaves during such a recovery. The same check is run on writers and disks with a planted fault,
and has to notice each.
"""

import itertools
from collections.abc import Iterator

import pytest

from base.errors import JournalDamaged, JournalTooNew
from base.journal import chain
from base.journal.chain import TornTail
from base.journal.records import HEADER, MAGIC, Head
from base.vocabulary.recorded import Recorded
from tests.journal.histories import Acknowledged, Pass, contents, open_journal, passes, write_all
from tests.kit.counts import count
from tests.kit.disk import Image, MemoryDisk, crash_states

COMMITS = 24
ONE_MORE = [Recorded(1, 2, 3, 4, b"after the crash")]


class Trace:
    """One history as it went to a disk, and how much of it had been acknowledged after each operation."""

    def __init__(self, seed: int, *, durable: bool = True, holds: bool = False) -> None:
        self.history = passes(seed, COMMITS, longest_body=700)
        self.disk = MemoryDisk()
        self._acknowledged = write_all(self.disk, self.history, durable=durable, holds=holds)

    def acknowledged(self, operations: int) -> int:
        """Commits whose call had returned before the operation with this index began."""
        done = [step.commits for step in self._acknowledged if step.operations <= operations]
        return max(done, default=0)

    def states(self, *, durable_names: bool = True) -> Iterator[tuple[int, Image]]:
        return crash_states({}, self.disk.log, COMMITS, durable_names=durable_names)


def check_recovery(history: list[Pass], acknowledged: int, disk: MemoryDisk) -> TornTail | None:
    """Recover, and hold what comes back against what was sent and what was acknowledged."""
    journal = open_journal(disk)
    recovered = contents(disk)
    assert recovered == history[: len(recovered)], "not a beginning of what was sent"
    assert acknowledged <= len(recovered), "acknowledged commits are gone"
    assert len(recovered) <= acknowledged + 1, "more is there than was sent"
    assert journal.sequence == sum(map(len, recovered))
    journal.begin_epoch()
    journal.commit(1, ONE_MORE)
    assert contents(disk) == [*recovered, ONE_MORE]
    return journal.trimmed


def test_every_crash_state_is_recovered() -> None:
    states = torn = 0
    for seed in itertools.count():
        trace = Trace(seed, holds=seed % 2 == 1)
        for operations, image in trace.states():
            torn += check_recovery(trace.history, trace.acknowledged(operations), MemoryDisk(image)) is not None
            states += 1
        if states >= count(ordinary=500, long=10_000):
            break
    assert torn > states // 20, "hardly any state had a torn end, so little was tried"


def test_every_crash_state_of_a_recovery_is_recovered() -> None:
    states = 0
    for seed in itertools.count(1_000):
        trace = Trace(seed)
        for operations, image in itertools.islice(trace.states(), seed % 7, None, 13):
            recovering = MemoryDisk(image)
            open_journal(recovering).begin_epoch()
            for _, again in crash_states(image, recovering.log):
                check_recovery(trace.history, trace.acknowledged(operations), MemoryDisk(again))
                states += 1
        if states >= count(ordinary=300, long=5_000):
            return


def test_the_end_of_the_process_alone_loses_nothing_even_without_durability() -> None:
    """A killed process leaves all that it wrote, and of a write in progress some beginning."""
    trace = Trace(5, durable=False)
    disk = MemoryDisk()
    for operations, operation in enumerate(trace.disk.log):
        if operation.kind == "write":
            for cut in range(0, len(operation.data), 97):
                crashed = MemoryDisk(disk.image())
                crashed.write(operation.name, operation.offset, operation.data[:cut])
                check_recovery(trace.history, trace.acknowledged(operations), crashed)
        if operation.kind == "create":
            disk.create(operation.name, operation.size)
        elif operation.kind == "write":
            disk.write(operation.name, operation.offset, operation.data)


def failures(trace: Trace, states: Iterator[tuple[int, Image]]) -> int:
    """How many states the check refuses."""
    refused = 0
    for operations, image in states:
        try:
            check_recovery(trace.history, trace.acknowledged(operations), MemoryDisk(image))
        except (AssertionError, JournalDamaged, JournalTooNew):
            refused += 1
    return refused


def test_the_check_notices_an_acknowledgement_before_the_sync() -> None:
    trace = Trace(1, durable=False)
    assert failures(trace, itertools.islice(trace.states(), 2_000)) > 0


def test_the_check_notices_an_acknowledgement_at_the_begin_of_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Trace(1, holds=True)
    assert failures(trace, trace.states()) == 0
    early = [Acknowledged(step.operations, step.commits + 1) for step in trace._acknowledged]
    monkeypatch.setattr(trace, "_acknowledged", early)
    assert failures(trace, trace.states()) > 0


def test_the_check_notices_a_directory_that_is_not_synced() -> None:
    trace = Trace(1)
    assert failures(trace, trace.states()) == 0
    assert failures(trace, itertools.islice(trace.states(durable_names=False), 1_000)) > 0


def test_the_check_notices_a_checksum_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(data: bytes, offset: int, identity: int) -> Head | None:
        if offset + HEADER.size > len(data) or data[offset : offset + 4] != MAGIC:
            return None
        head = Head(*HEADER.unpack_from(data, offset)[1:])
        return head if offset + head.length <= len(data) else None

    monkeypatch.setattr(chain, "look", look)
    trace = Trace(1)
    assert failures(trace, trace.states()) > 0


def test_the_trace_knows_what_was_acknowledged_when() -> None:
    trace = Trace(1)
    assert trace.acknowledged(0) == 0
    assert trace.acknowledged(len(trace.disk.log)) == COMMITS
    assert Acknowledged(len(trace.disk.log), COMMITS) == trace._acknowledged[-1]
