"""The files of a journal and how they hang together: names, headers, the order of records, where it ends.

In: a Disk. Out: segments, commits, a torn end; JournalDamaged for whatever is neither whole nor a torn end.
Never knows: who writes, what entries mean. Follows docs/journal.md. A file is used, or it is the last one and lies
in reserve; a record continues the one before by sequence number, checksum and epoch.
"""

import re
from collections.abc import Generator
from struct import Struct
from typing import NamedTuple, TypeAlias
from zlib import crc32

from base.errors import JournalDamaged, JournalTooNew
from base.journal.disk import Disk
from base.journal.records import decode, find, look
from base.vocabulary.recorded import Recorded

VERSION = 1
SEGMENT_MAGIC = b"HJsg"
SEGMENT = Struct("<4sHHIIQQII")
SEGMENT_FIELDS = (
    *("magic", "version", "reserved", "number", "identity", "size", "first_sequence", "previous_crc", "crc"),
)
EPOCH_FILE = "epoch"
EPOCH_MAGIC = b"HJep"
EPOCH = Struct("<4sHHIII")
EPOCH_FIELDS = ("magic", "version", "reserved", "identity", "epoch", "crc")
WHOLE_FILE = 2**48
"""More bytes than any file has, to read one to its end."""

ADVICE = "restore the files from a copy, or keep them and start with an empty directory"

_NAME = re.compile(r"\d{8}\.journal")
_NUMBER_DIGITS = 8
_CRC_BYTES = 4


class Commit(NamedTuple):
    """What one pass of the loop committed, and where it stands."""

    first_sequence: int
    epoch: int
    now_ns: int
    entries: list[Recorded]
    segment: str
    offset: int


class TornTail(NamedTuple):
    """The end of a write that a crash cut off; nothing of it was ever acknowledged by a durable journal."""

    file: str
    offset: int
    bytes: int


class Chain(NamedTuple):
    """What the next record has to continue."""

    sequence: int = 0
    crc: int = 0
    epoch: int = 0


class Segment(NamedTuple):
    """A file in use, as its header describes it."""

    name: str
    identity: int
    size: int
    first_sequence: int
    previous_crc: int

    def chain(self) -> Chain:
        """What its first record has to continue."""
        return Chain(self.first_sequence - 1, self.previous_crc)


Walk: TypeAlias = Generator[Commit, None, tuple[Chain, int]]


class Survey(NamedTuple):
    """All files of a journal. ``spare`` is the one in reserve, if any; ``torn`` what a cut-off write left in it."""

    used: list[Segment]
    spare: str
    spare_bytes: int
    torn: TornTail | None
    identity: int | None
    epoch: int


def name_of(number: int) -> str:
    """Give the name of the segment with a number; they count from 1."""
    return f"{number:08d}.journal"


def number_of(name: str) -> int:
    """Give the number of the segment with a name."""
    return int(name[:_NUMBER_DIGITS])


def segment_names(disk: Disk) -> list[str]:
    """Give the names of all segments in order."""
    return [name for name in disk.names() if _NAME.fullmatch(name)]


def segment_header(number: int, identity: int, size: int, chain: Chain) -> bytes:
    """Give the header of a segment whose first record continues ``chain``."""
    fields = (SEGMENT_MAGIC, VERSION, 0, number, identity, size, chain.sequence + 1, chain.crc, 0)
    return _sealed(SEGMENT.pack(*fields))


def read_header(data: bytes, name: str) -> Segment | None:
    """Give what the header says; None when it is not whole."""
    if len(data) < SEGMENT.size or data[: SEGMENT.size] != _sealed(data[: SEGMENT.size]):
        return None
    magic, version, _, number, identity, size, first_sequence, previous_crc, _ = SEGMENT.unpack_from(data)
    if magic != SEGMENT_MAGIC:
        return None
    _refuse_newer(name, version)
    if name_of(number) != name:
        raise JournalDamaged(name, 0, f"this is file {name_of(number)} under another name", ADVICE)
    return Segment(name, identity, size, first_sequence, previous_crc)


def epoch_content(identity: int, epoch: int) -> bytes:
    """Give the content of the file ``epoch``."""
    return _sealed(EPOCH.pack(EPOCH_MAGIC, VERSION, 0, identity, epoch, 0))


def read_epoch(disk: Disk) -> tuple[int | None, int]:
    """Give the identity and the newest epoch of a journal; None and 0 as long as nobody began one."""
    data = disk.read(EPOCH_FILE, 0, EPOCH.size) if EPOCH_FILE in disk.names() else b""
    if not data.strip(b"\0"):
        return None, 0
    if len(data) == EPOCH.size and data == _sealed(data) and data.startswith(EPOCH_MAGIC):
        _, version, _, identity, epoch, _ = EPOCH.unpack(data)
        _refuse_newer(EPOCH_FILE, version)
        return identity, epoch
    advice = "remove it when no process uses this directory; the newest record tells the epoch too"
    raise JournalDamaged(EPOCH_FILE, 0, "the checksum is wrong", advice)


def survey(disk: Disk) -> Survey:
    """Look at all files, without reading those in use beyond their header."""
    identity, epoch = read_epoch(disk)
    names = segment_names(disk)
    used: list[Segment] = []
    spare, content = "", b""
    for name in names:
        expected = name_of(number_of(names[0]) + len(used))
        if name != expected:
            raise JournalDamaged(expected, 0, f"the file is missing, but {name} is there", ADVICE)
        segment = read_header(disk.read(name, 0, SEGMENT.size), name)
        if segment is None and name == names[-1]:
            spare, content = name, disk.read(name, 0, WHOLE_FILE)
            segment = read_header(content, name)
        if segment is not None:
            used.append(segment)
            identity = segment.identity if identity is None else identity
            if segment.identity != identity:
                raise JournalDamaged(name, 0, "the file belongs to another journal", ADVICE)
        elif name != names[-1]:
            raise JournalDamaged(name, 0, "the header is damaged, and later files are there", ADVICE)
    if used and used[-1].name == spare:  # taken into use between the two looks
        spare, content = "", b""
    if names and not used and names[0] != name_of(1):
        raise JournalDamaged(name_of(1), 0, f"the file is missing, but {names[0]} is there", ADVICE)
    return Survey(used, spare, len(content), _torn_spare(spare, content, identity), identity, epoch)


def walk(segment: Segment, data: bytes, at: int, base: int, chain: Chain) -> Walk:
    """Give the commits that lie in ``data`` from ``at`` on; ``base`` is the offset of ``data`` in the file.

    Returns what the next record continues and where in ``data`` it would begin.
    """
    while (head := look(data, at, segment.identity)) is not None:
        name, offset = segment.name, base + at
        entries = decode(data, at, head, name, offset)
        if head.first_sequence != chain.sequence + 1 or head.previous_crc != chain.crc:
            wrong = f"a whole record stands here that does not continue command {chain.sequence}"
            raise JournalDamaged(name, offset, wrong, ADVICE)
        if head.epoch < chain.epoch:
            wrong = f"epoch {head.epoch} wrote here after epoch {chain.epoch} had taken over"
            raise JournalDamaged(name, offset, wrong, ADVICE)
        yield Commit(head.first_sequence, head.epoch, head.time_ns, entries, name, offset)
        chain = Chain(chain.sequence + len(entries), head.crc, head.epoch)
        at += head.length
    return chain, at


def check_link(segment: Segment, chain: Chain) -> None:
    """Raise unless a segment begins where the one before ends."""
    if segment.chain() != chain._replace(epoch=0):
        wrong = f"the file begins with command {segment.first_sequence}, but the file before ends with {chain.sequence}"
        if segment.first_sequence == chain.sequence + 1:
            wrong = "the file does not continue the file before: the checksums differ"
        raise JournalDamaged(segment.name, 0, wrong, ADVICE)


def torn_end(segment: Segment, data: bytes, at: int, *, base: int = 0, last: bool) -> TornTail | None:
    """Look at what follows the last whole record: nothing, or a torn write, or else raise JournalDamaged.

    ``base`` is the offset of ``data`` in the file.
    Only the last file may end torn. One that is shorter than when it was made counts as torn, for a commit may
    have stood in the part that is gone.
    """
    rest = data[at:].rstrip(b"\0")
    offset = base + at
    if not rest and (not last or len(data) >= segment.size):
        return None
    if not last:
        raise JournalDamaged(segment.name, offset, "the record here is damaged, and later files are in use", ADVICE)
    follower = find(data, at, segment.identity)
    if follower >= 0:
        wrong = f"the record here is damaged, and a whole one follows at offset {base + follower}"
        raise JournalDamaged(segment.name, offset, wrong, ADVICE)
    return TornTail(segment.name, offset, len(rest))


def _torn_spare(name: str, content: bytes, identity: int | None) -> TornTail | None:
    """Look at the file without a header: empty, or the torn beginning of its first commit, or damaged."""
    written = content.rstrip(b"\0")
    if not written:
        return None
    if identity is None or find(content, 0, identity) >= 0:
        raise JournalDamaged(name, 0, "the header is damaged, and records follow it", ADVICE)
    return TornTail(name, 0, len(written))


def _sealed(content: bytes) -> bytes:
    """Put the checksum of all before it into the last four bytes."""
    body = content[:-_CRC_BYTES]
    return body + crc32(body).to_bytes(_CRC_BYTES, "little")


def _refuse_newer(name: str, version: int) -> None:
    if version > VERSION:
        raise JournalTooNew(
            f"{name}: written in format version {version}; this program reads up to version {VERSION}:"
            " use the program that wrote it, or a newer one"
        )
