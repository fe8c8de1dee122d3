"""A disk in memory that knows what a power cut leaves, and that fails when it is told to.

In: the operations of base.journal.disk.Disk. Out: bytes; the log of the operations; every state that a crash
at any moment may leave behind. Never knows: what the bytes mean. A write reaches the platter in pieces of 512 bytes,
in any order, until its sync returns; making, renaming and removing a file is durable when it returns.
"""

import errno
import os
import random
from collections.abc import Iterator
from typing import NamedTuple

SECTOR = 512
EXHAUSTIVE_PIECES = 5
RANDOM_SUBSETS = 8
Image = dict[str, bytes]


class Operation(NamedTuple):
    """One call that changes the disk."""

    kind: str
    name: str
    offset: int = 0
    data: bytes = b""
    size: int = 0
    new: str = ""


class Fault(NamedTuple):
    """The k-th call of a kind fails (from 1), a write after ``keep`` of its bytes."""

    kind: str
    call: int
    code: int = errno.EIO
    keep: int = 0


class MemoryDisk:
    """Files in memory. ``room`` bounds the bytes of all files together; ``fault`` is one call that fails."""

    def __init__(self, files: Image | None = None, *, room: int | None = None, fault: Fault | None = None) -> None:
        self.files = {name: bytearray(content) for name, content in (files or {}).items()}
        self.room = room
        self.fault = fault
        self.log: list[Operation] = []
        self.calls: dict[str, int] = {}

    def image(self) -> Image:
        """All files as they are now."""
        return {name: bytes(content) for name, content in self.files.items()}

    def names(self) -> list[str]:
        return sorted(self.files)

    def create(self, name: str, size: int) -> None:
        self._perform(Operation("create", name, size=size))

    def read(self, name: str, offset: int, size: int) -> bytes:
        return bytes(self._content(name)[offset : offset + size])

    def write(self, name: str, offset: int, data: bytes) -> None:
        self._perform(Operation("write", name, offset, bytes(data)))

    def sync(self, name: str) -> None:
        self._perform(Operation("sync", name))

    def rename(self, old: str, new: str) -> None:
        self._perform(Operation("rename", old, new=new))

    def remove(self, name: str) -> None:
        self._perform(Operation("remove", name))

    def _content(self, name: str) -> bytearray:
        if name not in self.files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self.files[name]

    def _perform(self, operation: Operation) -> None:
        kind, name = operation.kind, operation.name
        self.calls[kind] = self.calls.get(kind, 0) + 1
        if self.fault is not None and (kind, self.calls[kind]) == self.fault[:2]:
            kept = operation._replace(data=operation.data[: self.fault.keep])
            if kept.data:
                self.log.append(kept)
                apply(self.files, kept)
            raise OSError(self.fault.code, os.strerror(self.fault.code), name)
        if kind == "create":
            if name in self.files:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
            if self.room is not None and sum(map(len, self.files.values())) + operation.size > self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
        else:
            self._content(name)
        self.log.append(operation)
        apply(self.files, operation)


def apply(files: dict[str, bytearray], operation: Operation) -> None:
    """Carry out one operation."""
    kind, name, offset, data, size, new = operation
    if kind == "create":
        files[name] = bytearray(size)
    elif kind == "write":
        content = files[name]
        content.extend(bytes(max(offset - len(content), 0)))
        content[offset : offset + len(data)] = data
    elif kind == "rename":
        files[new] = files.pop(name)
    elif kind == "remove":
        del files[name]


def crash_states(
    start: Image, log: list[Operation], seed: int = 0, *, durable_names: bool = True
) -> Iterator[tuple[int, Image]]:
    """Give every state that a crash during or before operation ``i`` may leave, as (i, files).

    With ``durable_names`` false, files made, renamed and removed without a sync of the directory, which is what
    this disk then does, may come back as they were: the fault that a test plants.
    """
    chance = random.Random(seed)
    stable = {name: bytearray(content) for name, content in start.items()}
    pending: list[Operation] = []
    for position, operation in enumerate([*log, None]):
        in_flight = [operation] if operation is not None and operation.kind == "write" else []
        for image in _partly_written(stable, pending + in_flight, chance):
            yield position, image
        if operation is None:
            return
        if operation.kind == "create":
            for size in {0, operation.size // 2, operation.size}:
                yield position, _image(stable) | {operation.name: bytes(size)}
        if operation.kind == "write":
            pending.append(operation)
        elif operation.kind == "sync":
            for write in (write for write in pending if write.name == operation.name):
                apply(stable, write)
            pending = [write for write in pending if write.name != operation.name]
        else:
            before = _image(stable)
            pending = [_renamed(write, operation) for write in pending if _survives(write, operation)]
            apply(stable, operation)
            if not durable_names:
                yield from _names_lost(before, stable, position, log)


def _names_lost(
    before: Image, stable: dict[str, bytearray], position: int, log: list[Operation]
) -> Iterator[tuple[int, Image]]:
    """The states from here to the end of the log in which one change of names never reached the disk."""
    later = {name: bytearray(content) for name, content in stable.items()}
    changed = {name for name in before.keys() | stable.keys() if before.get(name) != stable.get(name)}
    for index, operation in enumerate(log[position + 1 :], position + 1):
        apply(later, operation)
        image = _image(later)
        for name in changed:
            image.pop(name, None)
        yield index + 1, image | {name: before[name] for name in changed & before.keys()}


def _survives(write: Operation, change: Operation) -> bool:
    return write.name not in (change.new, change.name if change.kind == "remove" else "")


def _renamed(write: Operation, change: Operation) -> Operation:
    return write._replace(name=change.new) if change.kind == "rename" and write.name == change.name else write


def _image(files: dict[str, bytearray]) -> Image:
    return {name: bytes(content) for name, content in files.items()}


def _partly_written(stable: dict[str, bytearray], writes: list[Operation], chance: random.Random) -> Iterator[Image]:
    """Every subset of the sectors of unsynced writes; of many sectors all beginnings, all single gaps, some others."""
    pieces = [piece for write in writes for piece in _sectors(write)]
    everything = (1 << len(pieces)) - 1
    if len(pieces) <= EXHAUSTIVE_PIECES:
        subsets = set(range(everything + 1))
    else:
        subsets = {everything >> count for count in range(len(pieces) + 1)}
        subsets |= {everything ^ (1 << index) for index in range(len(pieces))}
        subsets |= {chance.getrandbits(len(pieces)) for _ in range(RANDOM_SUBSETS)}
    for subset in sorted(subsets):
        files = {name: bytearray(content) for name, content in stable.items()}
        for index, piece in enumerate(pieces):
            if subset >> index & 1:
                apply(files, piece)
        yield _image(files)


def _sectors(write: Operation) -> Iterator[Operation]:
    at, end = write.offset, write.offset + len(write.data)
    while at < end:
        stop = min((at // SECTOR + 1) * SECTOR, end)
        yield write._replace(offset=at, data=write.data[at - write.offset : stop - write.offset])
        at = stop
