"""The one disk that both OES of a simulated machine write to: what each process sees, and what a power cut leaves.

In: the operations of base.journal.disk.Disk, faults that the world asks for. Out: bytes; the end of a process in the
middle of an operation. Never knows: what the bytes mean. Files are read from the system's memory; a sync brings the
dirty pages of a file to the platter. After a sync that failed the pages count as clean, whether they arrived or not.
"""

import errno
import os
from random import Random

from tests.kit.disk import SECTOR, Image, MemoryDisk, Operation

PAGE = 4_096


class ProcessKilled(BaseException):
    """The process ends here and now; nothing in it may notice."""


class PowerCut(BaseException):
    """Every process of the machine ends here and now, and what was not synced may be gone."""


class Plan:
    """What is to happen in some operations' time to the one process that gets there first, and what ``then``."""

    def __init__(self, what: str, operations: int, then: "Plan | None" = None) -> None:
        self.what = what
        self.operations = operations
        self.then = then


class Platter(MemoryDisk):
    """All files, as the system's memory has them (``files``) and as they would be after a power cut (``stable``)."""

    def __init__(self) -> None:
        super().__init__()
        self.stable: dict[str, bytearray] = {}
        self.dirty: set[tuple[str, int]] = set()
        self.plan: Plan | None = None

    def power_cut(self, chance: Random) -> None:
        """Lose what was not synced, each sector by itself."""
        for name, page in sorted(self.dirty):
            for at in range(page * PAGE, min((page + 1) * PAGE, len(self.files[name])), SECTOR):
                if chance.random() < 0.5:
                    self.stable[name][at : at + SECTOR] = self.files[name][at : at + SECTOR]
        self.files = {name: bytearray(content) for name, content in self.stable.items()}
        self.dirty.clear()
        self.plan = None

    def changed(self, operation: Operation) -> None:
        """Follow what an operation did to ``files``."""
        kind, name, offset, data, size, new = operation
        if kind == "create":
            self.stable[name] = bytearray(size)
        elif kind == "write" and data:
            self.dirty |= {(name, page) for page in range(offset // PAGE, (offset + len(data) - 1) // PAGE + 1)}
            missing = len(self.files[name]) - len(self.stable[name])
            self.stable[name].extend(bytes(max(missing, 0)))
        elif kind == "rename":
            self.stable[new] = self.stable.pop(name)
            self.dirty = {(new if one == name else one, page) for one, page in self.dirty if one != new}
        elif kind == "remove":
            del self.stable[name]
            self.dirty = {place for place in self.dirty if place[0] != name}

    def synced(self, name: str, arrived: bool, chance: Random) -> None:
        """Bring the dirty pages of a file to the platter, or only some while all count as clean."""
        for place in sorted(place for place in self.dirty if place[0] == name):
            at = place[1] * PAGE
            if arrived or chance.random() < 0.5:
                self.stable[name][at : at + PAGE] = self.files[name][at : at + PAGE]
            self.dirty.discard(place)

    def image(self) -> Image:
        """All files as every process sees them."""
        return {name: bytes(content) for name, content in self.files.items()}


class ProcessDisk:
    """The disk as one process has it open; ``plan`` of the platter may end the process inside an operation."""

    def __init__(self, platter: Platter, chance: Random) -> None:
        self._platter = platter
        self._chance = chance

    def names(self) -> list[str]:
        return self._platter.names()

    def read(self, name: str, offset: int, size: int) -> bytes:
        return self._platter.read(name, offset, size)

    def create(self, name: str, size: int) -> None:
        self._perform(Operation("create", name, size=size))

    def write(self, name: str, offset: int, data: bytes) -> None:
        self._perform(Operation("write", name, offset, bytes(data)))

    def sync(self, name: str) -> None:
        self._perform(Operation("sync", name))

    def rename(self, old: str, new: str) -> None:
        self._perform(Operation("rename", old, new=new))

    def remove(self, name: str) -> None:
        self._perform(Operation("remove", name))

    def close(self) -> None:
        """A process that ends without closing loses nothing either."""

    def _perform(self, operation: Operation) -> None:
        plan = self._platter.plan
        if plan is not None and plan.what == "failing sync" and operation.kind != "sync":
            plan = None
        if plan is not None:
            plan.operations -= 1
            if plan.operations <= 0:
                self._platter.plan = plan.then
                self._strike(plan.what, operation)
        self._carry_out(operation)

    def _strike(self, what: str, operation: Operation) -> None:
        """Let a fault happen before, in the middle of or after an operation."""
        if what == "failing sync":
            self._platter.synced(operation.name, False, self._chance)
            raise OSError(errno.EIO, os.strerror(errno.EIO), operation.name)
        if operation.kind == "write":
            sectors = self._chance.randint(0, len(operation.data) // SECTOR + 1)
            end = (operation.offset // SECTOR + sectors) * SECTOR  # the system copies no less than that in one go
            self._carry_out(operation._replace(data=operation.data[: max(end - operation.offset, 0)]))
        elif self._chance.random() < 0.5:
            self._carry_out(operation)
        raise PowerCut if what == "power cut" else ProcessKilled

    def _carry_out(self, operation: Operation) -> None:
        self._platter._perform(operation)
        self._platter.log.clear()
        if operation.kind == "sync":
            self._platter.synced(operation.name, True, self._chance)
        else:
            self._platter.changed(operation)
