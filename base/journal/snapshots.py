"""Whole states beside the journal, so that a start replays only what came later.

In: a Disk, a state as bytes, and after which command it was taken. Out: the newest one that can be trusted, and why
others cannot. Never knows: what a state is made of. Follows docs/journal.md. A snapshot gets its name when it
is complete and durable; the journal keeps everything, so any snapshot may be lost.
"""

import re
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from base import limits
from base.journal.chain import WHOLE_FILE
from base.journal.disk import Disk

FORMAT_VERSION = 1
MAGIC = b"HJsn"
HEADER = Struct("<4sHHHHIQQI")
HEADER_FIELDS = (
    *("magic", "version", "versions_length", "hash_length", "reserved", "epoch", "sequence", "body_length", "crc"),
)
UNFINISHED = "snapshot.new"

_NAME = re.compile(r"\d{20}\.snapshot")
_CRC_OFFSET = HEADER.size - 4


class Snapshot(NamedTuple):
    """A state. ``versions`` is what made it: another maker may not understand the body."""

    sequence: int
    epoch: int
    state_hash: str
    versions: str
    body: bytes


class PassedOver(NamedTuple):
    """A snapshot that was not used."""

    file: str
    reason: str


class Newest(NamedTuple):
    """The newest snapshot that can be used, or None, and those passed over on the way to it."""

    snapshot: Snapshot | None
    passed_over: tuple[PassedOver, ...]


def name_of(sequence: int) -> str:
    """Give the name of the snapshot taken after a command."""
    return f"{sequence:020d}.snapshot"


def write(disk: Disk, sequence: int, epoch: int, state_hash: str, versions: str, body: bytes) -> str:
    """Keep a state durably, remove all but the newest ones, give its file name; an OSError leaves the others alone."""
    content = encode(Snapshot(sequence, epoch, state_hash, versions, body))
    if UNFINISHED in disk.names():
        disk.remove(UNFINISHED)
    disk.create(UNFINISHED, len(content))
    disk.write(UNFINISHED, 0, content)
    disk.sync(UNFINISHED)
    disk.rename(UNFINISHED, name_of(sequence))
    for name in _newest_first(disk)[limits.SNAPSHOTS_KEPT :]:
        disk.remove(name)
    return name_of(sequence)


def newest(disk: Disk, versions: str) -> Newest:
    """Give the newest whole snapshot that these versions made; one that cannot be used is passed over and named."""
    passed_over: list[PassedOver] = []
    for name in _newest_first(disk):
        try:
            content = disk.read(name, 0, WHOLE_FILE)
        except FileNotFoundError:  # it was removed because a newer one has come meanwhile
            return newest(disk, versions)
        snapshot, reason = decode(content)
        if snapshot is not None and name != name_of(snapshot.sequence):
            reason = f"it is {name_of(snapshot.sequence)} under another name"
        elif snapshot is not None and snapshot.versions != versions:
            reason = f"made by {snapshot.versions!r}, this is {versions!r}"
        elif snapshot is not None:
            return Newest(snapshot, tuple(passed_over))
        passed_over.append(PassedOver(name, reason))
    return Newest(None, tuple(passed_over))


def encode(snapshot: Snapshot) -> bytes:
    """Give the content of the file."""
    sequence, epoch, state_hash, versions, body = snapshot
    texts = [versions.encode(), state_hash.encode()]
    head = HEADER.pack(MAGIC, FORMAT_VERSION, len(texts[0]), len(texts[1]), 0, epoch, sequence, len(body), 0)
    payload = b"".join((*texts, body))
    crc = crc32(payload, crc32(head[:_CRC_OFFSET]))
    return head[:_CRC_OFFSET] + crc.to_bytes(4, "little") + payload


def decode(content: bytes) -> tuple[Snapshot | None, str]:
    """Give the snapshot, or None and what is wrong with it."""
    if len(content) < HEADER.size:
        return None, f"only {len(content)} bytes long"
    magic, version, versions_length, hash_length, _, epoch, sequence, length, crc = HEADER.unpack_from(content)
    payload = memoryview(content)[HEADER.size :]
    if magic != MAGIC:
        return None, "it does not begin like a snapshot"
    if len(payload) != versions_length + hash_length + length:
        return None, "its length is not what its header says"
    if crc32(payload, crc32(content[:_CRC_OFFSET])) != crc:
        return None, "its checksum is wrong"
    if version > FORMAT_VERSION:
        return None, f"format version {version}; this program reads up to {FORMAT_VERSION}"
    texts = bytes(payload[: versions_length + hash_length])
    body = bytes(payload[versions_length + hash_length :])
    state_hash = texts[versions_length:].decode()
    return Snapshot(sequence, epoch, state_hash, texts[:versions_length].decode(), body), ""


def _newest_first(disk: Disk) -> list[str]:
    return sorted((name for name in disk.names() if _NAME.fullmatch(name)), reverse=True)
