"""Files of one directory, as few operations as the journal needs.

In: names, offsets, bytes. Out: bytes, and what is promised to survive a power cut. Never knows: what the bytes
mean. Only ``write`` may be lost before its ``sync``; the other operations are durable when they return, the entry
in the directory included. Every failure is an OSError; tests put a disk of their own in this place.
"""

import os
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

from base import limits

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600


class Disk(Protocol):
    """What a journal wants of a disk."""

    def names(self) -> list[str]:
        """Give the names of all files, sorted."""

    def create(self, name: str, size: int) -> None:
        """Make a file of that many zero bytes and reserve room for them; no file is left when that fails."""

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Give up to that many bytes, fewer only where the file ends."""

    def write(self, name: str, offset: int, data: bytes | bytearray) -> None:
        """Write all bytes or fail."""

    def sync(self, name: str) -> None:
        """Return when all that was written to the file survives a power cut."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another name; a file that had it is gone."""

    def remove(self, name: str) -> None:
        """Remove a file."""


class FileDisk:
    """A directory that only its owner may read. Descriptors are kept open; not for several threads at once.

    ``read_only`` neither makes the directory nor opens a file for writing: for readers beside the writer.
    """

    def __init__(self, directory: Path, *, read_only: bool = False) -> None:
        if not read_only:
            directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        self.directory = directory
        self._flags = (os.O_RDONLY if read_only else os.O_RDWR) | os.O_CLOEXEC
        self._descriptors: OrderedDict[str, int] = OrderedDict()

    def names(self) -> list[str]:
        """Give the names of all files, sorted."""
        return sorted(entry.name for entry in os.scandir(self.directory) if entry.is_file(follow_symlinks=False))

    def create(self, name: str, size: int) -> None:
        """Make a file of zero bytes; a full disk shows here (ENOSPC), not at a later write."""
        descriptor = os.open(self._path(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            if size:
                os.posix_fallocate(descriptor, 0, size)
            os.fsync(descriptor)
        except OSError:
            os.close(descriptor)
            os.unlink(self._path(name))
            raise
        self._keep(name, descriptor)
        self._sync_directory()

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Give up to that many bytes of the file that has the name now."""
        descriptor = self._descriptor(name)
        status = os.fstat(descriptor)
        if not status.st_nlink:  # another process removed or replaced the file behind the kept descriptor
            self._forget(name)
            descriptor = self._descriptor(name)
            status = os.fstat(descriptor)
        parts = []
        end = min(offset + size, status.st_size)
        while offset < end and (part := os.pread(descriptor, end - offset, offset)):
            parts.append(part)
            offset += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def write(self, name: str, offset: int, data: bytes | bytearray) -> None:
        """Write all bytes, in several calls when the system takes only a part of them."""
        descriptor = self._descriptor(name)
        written = os.pwrite(descriptor, data, offset)
        while written < len(data):
            more = os.pwrite(descriptor, memoryview(data)[written:], offset + written)
            if not more:
                raise OSError(f"{name}: the system wrote {written} of {len(data)} bytes and takes no more")
            written += more

    def sync(self, name: str) -> None:
        """Wait for the bytes of the file, and its size when that changed."""
        os.fdatasync(self._descriptor(name))

    def rename(self, old: str, new: str) -> None:
        """Give a file another name."""
        self._forget(old)
        self._forget(new)
        os.rename(self._path(old), self._path(new))
        self._sync_directory()

    def remove(self, name: str) -> None:
        """Remove a file."""
        self._forget(name)
        os.unlink(self._path(name))
        self._sync_directory()

    def close(self) -> None:
        """Close the descriptors; the disk may be used again."""
        while self._descriptors:
            os.close(self._descriptors.popitem()[1])

    def _path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def _descriptor(self, name: str) -> int:
        descriptor = self._descriptors.get(name)
        if descriptor is None:
            descriptor = os.open(self._path(name), self._flags)
            self._keep(name, descriptor)
        else:
            self._descriptors.move_to_end(name)
        return descriptor

    def _keep(self, name: str, descriptor: int) -> None:
        self._descriptors[name] = descriptor
        if len(self._descriptors) > limits.JOURNAL_OPEN_FILES:
            os.close(self._descriptors.popitem(last=False)[1])

    def _forget(self, name: str) -> None:
        descriptor = self._descriptors.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)

    def _sync_directory(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
