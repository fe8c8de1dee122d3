"""One commit as bytes: a sealed header, then the entries.

In: entries and what the record before left behind. Out: bytes, and back. Never knows: files, what an entry's
body means. Follows docs/journal.md. A record proves itself: its checksum covers the header and all entries and begins
with the journal's identity, so bytes that a client chose never pass for a record.
"""

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from base.errors import JournalDamaged, JournalTooNew
from base.vocabulary.recorded import Recorded, RecordedKind, RecordedRun, Row

MAGIC = b"HJrc"
COMMIT = 1
"""The only type of record so far."""

VERSION = 1
HEADER = Struct("<4sIHHIQqII")
HEADER_FIELDS = ("magic", "length", "type", "version", "epoch", "first_sequence", "time_ns", "previous_crc", "crc")
ENTRY = Struct("<BBIII")
ENTRY_FIELDS = ("kind", "flags", "participant", "trading_session", "body_length")

_UNSEALED = Struct("<4sIHHIQqI")
_CRC = Struct("<I")
_KINDS = frozenset(map(int, RecordedKind))
_bare = tuple.__new__
FEW = 6
"""Entries of a run that are sooner done one by one."""
_ASK_SUPPORT = "restore the file from a copy, or keep it and start with an empty directory"


class Head(NamedTuple):
    """The header of a record."""

    length: int
    type: int
    version: int
    epoch: int
    first_sequence: int
    time_ns: int
    previous_crc: int
    crc: int


def encode(
    rows: Sequence[Row], identity: int, epoch: int, first_sequence: int, now_ns: int, previous_crc: int
) -> tuple[bytearray, int]:
    """Give the record of one commit and its checksum, which the next record repeats."""
    parts: list[bytes | bytearray] = [bytes(HEADER.size)]
    add = parts.append
    pack = ENTRY.pack
    for row in rows:
        if isinstance(row, RecordedRun):
            add(_encode_run(row))
        else:
            kind, participant, trading_session, flags, body = row
            add(pack(kind, flags, participant, trading_session, len(body)))
            add(body)
    record = bytearray().join(parts)
    head = _UNSEALED.pack(MAGIC, len(record), COMMIT, VERSION, epoch, first_sequence, now_ns, previous_crc)
    with memoryview(record) as view, view[HEADER.size :] as payload:
        crc = crc32(payload, crc32(head, identity))
    record[: HEADER.size] = head + _CRC.pack(crc)
    return record, crc


def _encode_run(run: RecordedRun) -> bytes | bytearray:
    """All entries of a run: a few one by one, many in as few steps as one byte of all of them takes."""
    kind, participant, trading_session, flags, bodies, secret_from, secret_to = run
    size = len(bodies[0])
    head = ENTRY.pack(kind, flags, participant, trading_session, size)
    if len(bodies) < FEW:
        zeros = bytes(secret_to - secret_from)
        return b"".join([head + body[:secret_from] + zeros + body[secret_to:] for body in bodies])
    entries = bytearray(head).join((b"", *bodies))
    for place in range(ENTRY.size + secret_from, ENTRY.size + secret_to):
        entries[place :: ENTRY.size + size] = bytes(len(bodies))
    return entries


def look(data: bytes, offset: int, identity: int) -> Head | None:
    """Give the header of the record that begins there; None when no whole record with a right checksum does."""
    if offset + HEADER.size > len(data):
        return None
    magic, *fields = HEADER.unpack_from(data, offset)
    head = Head(*fields)
    end = offset + head.length
    if magic != MAGIC or head.length < HEADER.size or end > len(data):
        return None
    view = memoryview(data)
    crc = crc32(view[offset : offset + _UNSEALED.size], identity)
    return head if crc32(view[offset + HEADER.size : end], crc) == head.crc else None


def find(data: bytes, offset: int, identity: int) -> int:
    """Give the offset of the next record that proves itself, at or after ``offset``; -1 when there is none."""
    offset = data.find(MAGIC, offset)
    while offset >= 0 and look(data, offset, identity) is None:
        offset = data.find(MAGIC, offset + 1)
    return offset


def decode(data: bytes, offset: int, head: Head, file: str, file_offset: int) -> list[Recorded]:
    """Give the entries of a record that ``look`` accepted; file and offset are for the text of an error."""
    if head.version > VERSION or head.type != COMMIT:
        raise JournalTooNew(
            f"{file}, offset {file_offset}: a record of type {head.type}, version {head.version}; this program reads"
            f" type {COMMIT} up to version {VERSION}: use the program that wrote it, or a newer one"
        )
    entries = []
    unpack, size = ENTRY.unpack_from, ENTRY.size
    at, end = offset + HEADER.size, offset + head.length
    while at + size <= end:
        kind, flags, participant, trading_session, length = unpack(data, at)
        if kind not in _KINDS:
            raise JournalTooNew(
                f"{file}, offset {file_offset + at - offset}: an entry of kind {kind}, unknown to this program:"
                " use the program that wrote it, or a newer one"
            )
        at += size + length
        entries.append(_bare(Recorded, (kind, participant, trading_session, flags, data[at - length : at])))
    if at != end or not entries:
        raise JournalDamaged(file, file_offset, "the entries of a record do not fill it", _ASK_SUPPORT)
    return entries
