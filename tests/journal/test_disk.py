"""Files behave as the disk in memory does, are private, are durable when they must be; a full disk shows at once."""

import errno
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from base import limits
from base.journal.disk import Disk, FileDisk
from base.journal.replay import read
from tests.journal.histories import SMALL_SEGMENT_BYTES, open_journal, passes
from tests.kit.counts import count
from tests.kit.disk import MemoryDisk
from tests.kit.patience import PATIENCE_S
from tests.kit.source import ROOT

NAMES = [f"file{number}" for number in range(limits.JOURNAL_OPEN_FILES + 4)]


@pytest.fixture
def disk(tmp_path: Path) -> FileDisk:
    return FileDisk(tmp_path / "journal")


def outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except OSError as error:
        return error.errno


def random_call(chance: random.Random) -> Callable[[Disk], object]:
    name, other = chance.choice(NAMES), chance.choice(NAMES)
    offset, size = chance.randrange(6_000), chance.randrange(3_000)
    data = chance.randbytes(size)
    calls: list[Callable[[Disk], object]] = [
        lambda disk: disk.create(name, size),
        lambda disk: disk.write(name, offset, data),
        lambda disk: disk.read(name, offset, size),
        lambda disk: disk.sync(name),
        lambda disk: disk.rename(name, other) if name != other else None,
        lambda disk: disk.remove(name),
        lambda disk: disk.names(),
    ]
    return chance.choices(calls, [4, 8, 8, 2, 2, 1, 1])[0]


def test_files_and_memory_behave_the_same(disk: FileDisk) -> None:
    for seed in range(count(ordinary=4, long=100)):
        memory, chance = MemoryDisk(), random.Random(seed)
        for name in disk.names():
            disk.remove(name)
        for _ in range(300):
            call = random_call(chance)
            assert outcome(partial(call, disk)) == outcome(partial(call, memory))
        assert {name: (disk.directory / name).read_bytes() for name in disk.names()} == memory.image()


def test_only_the_owner_may_read(disk: FileDisk) -> None:
    disk.create("file", 10)
    assert disk.directory.stat().st_mode & 0o777 == 0o700
    assert (disk.directory / "file").stat().st_mode & 0o777 == 0o600


def test_room_is_really_reserved(disk: FileDisk) -> None:
    disk.create("file", 1024 * 1024)
    assert (disk.directory / "file").stat().st_blocks * 512 >= 1024 * 1024


def test_few_descriptors_stay_open(disk: FileDisk) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for name in NAMES:
        disk.create(name, 10)
    assert len(os.listdir("/proc/self/fd")) == before + limits.JOURNAL_OPEN_FILES
    disk.close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert disk.read(NAMES[0], 0, 100) == bytes(10)


def test_a_file_that_another_process_replaced_is_read_anew(disk: FileDisk) -> None:
    other = FileDisk(disk.directory)
    for content in (b"first", b"second"):
        disk.create("new", 6)
        disk.write("new", 0, content)
        disk.rename("new", "file")
        assert other.read("file", 0, 6).rstrip(b"\0") == content
    disk.remove("file")
    with pytest.raises(FileNotFoundError):
        other.read("file", 0, 6)


class Calls:
    """Notes which files are synced and in what order names change, by watching the functions of ``os``."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.log: list[tuple[str, str]] = []
        for name in ("fsync", "fdatasync"):
            patch.setattr(os, name, self._noting(name, getattr(os, name)))
        for name in ("rename", "unlink"):
            patch.setattr(os, name, self._noting(name, getattr(os, name)))

    def _noting(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(what: int | str, *rest: str) -> object:
            path = os.readlink(f"/proc/self/fd/{what}") if isinstance(what, int) else what
            self.log.append((name, os.path.basename(path)))
            return real(what, *rest)

        return call


def test_names_are_durable_when_the_call_returns(disk: FileDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch)
    directory = ("fsync", disk.directory.name)
    disk.create("a", 10)
    disk.write("a", 0, b"x")
    disk.sync("a")
    disk.rename("a", "b")
    disk.remove("b")
    expected = [("fsync", "a"), directory, ("fdatasync", "a"), ("rename", "a"), directory, ("unlink", "b"), directory]
    assert calls.log == expected


def test_a_short_write_is_completed(disk: FileDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.create("file", 0)
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: real(fd, bytes(data)[:40], offset))
    content = random.Random(1).randbytes(1_001)
    disk.write("file", 3, content)
    assert disk.read("file", 0, 2_000) == bytes(3) + content


def test_a_write_of_which_nothing_more_is_taken_is_raised(disk: FileDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.create("file", 0)
    taken = iter([5, 0])
    monkeypatch.setattr(os, "pwrite", lambda *_: next(taken))
    with pytest.raises(OSError, match="wrote 5 of 9 bytes"):
        disk.write("file", 0, b"nine byte")


def test_a_full_disk_shows_at_create_and_leaves_no_file(disk: FileDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        disk.create("file", 10)
    assert disk.names() == []


FILL = f"""
import resource, signal, sys
from pathlib import Path
from base.errors import JournalFullError
from base.journal.disk import FileDisk
from base.vocabulary.recorded import Recorded
from tests.journal.histories import open_journal
limit = int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = open_journal(FileDisk(Path(sys.argv[1])))
journal.begin_epoch()
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, {resource.RLIM_INFINITY}))
acknowledged = inside = 0
entry = Recorded(1, 2, 3, 4, b"body")
try:
    while True:
        journal.commit(1, [entry])
        acknowledged += 1
        inside += not journal.has_room
        if not inside:
            continue
        if sys.argv[3] == "returns" and inside == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, ({resource.RLIM_INFINITY}, {resource.RLIM_INFINITY}))
            assert journal.make_room() and journal.has_room
            for _ in range(200):
                journal.commit(1, [entry])
                acknowledged += 1
            break
except JournalFullError:
    print("full", end=" ")
print(acknowledged, inside)
"""


@pytest.mark.parametrize("room, verdict", [("stays away", "full"), ("returns", "")])
def test_a_system_that_gives_no_more_room(tmp_path: Path, room: str, verdict: str) -> None:
    """G5 with the real system: files may not grow, so the next cannot be made; the reserve takes the rest."""
    command = [sys.executable, "-c", FILL, str(tmp_path), str(SMALL_SEGMENT_BYTES - 1), room]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert run.returncode == 0, run.stderr
    *said, acknowledged, inside = run.stdout.split()
    assert said == ([verdict] if verdict else [])
    assert int(inside) >= 5
    disk = FileDisk(tmp_path)
    assert open_journal(disk).sequence == int(acknowledged)
    assert len(list(read(disk))) == int(acknowledged)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_journal_on_files_is_that_in_memory(disk: FileDisk) -> None:
    memory, history = MemoryDisk(), passes(20, 100)
    for target in (disk, memory):
        journal = open_journal(target)
        journal.begin_epoch()
        for number, entries in enumerate(history):
            journal.commit(number, entries)
    assert {name: (disk.directory / name).read_bytes() for name in disk.names()} == memory.image()
