"""A capture file holds what was said, in packets whose headers add up.

In: bytes in both directions. Out: verdicts on packets, read by hand. Never knows: messages.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from base.wire.pcap import FILE_HEADER, SEGMENT_BYTES, Capture, Peer, checksum

CLIENT, SERVER = Peer("127.0.0.1", 50_000), Peer("127.0.0.2", 4446)


class Packet(NamedTuple):
    time_ns: int
    source: int
    sequence: int
    acknowledged: int
    flags: int
    data: bytes


def packets(file: bytes) -> Iterator[Packet]:
    assert file.startswith(FILE_HEADER)
    at = len(FILE_HEADER)
    while at < len(file):
        seconds, rest, kept, length = struct.unpack_from("<IIII", file, at)
        frame = file[at + 16 : at + 16 + kept]
        assert kept == length == len(frame) and frame[12:14] == b"\x08\x00"
        ip = frame[14:34]
        assert checksum(ip) == 0 and struct.unpack(">H", ip[2:4])[0] == length - 14
        tcp = frame[34:]
        assert checksum(ip[12:20] + struct.pack(">BBH", 0, 6, len(tcp)) + tcp) == 0
        source, _, sequence, acknowledged, _, flags = struct.unpack(">HHIIBB", tcp[:14])
        yield Packet(seconds * 10**9 + rest, source, sequence, acknowledged, flags, tcp[20:])
        at += 16 + kept


def test_a_conversation_counts_its_bytes_from_handshake_to_end() -> None:
    capture = Capture(CLIENT, SERVER)
    long = bytes(range(256)) * 8
    file = capture.opened(5) + capture.sent(b"hello", 7) + capture.received(long, 2 * 10**9 + 1) + capture.closed(9)
    syn, syn_ack, ack, hello, first, second, fin, other_fin, last = packets(file)
    assert [one.flags for one in (syn, syn_ack, ack)] == [0x02, 0x12, 0x10]
    assert (ack.sequence, ack.acknowledged) == (syn.sequence + 1, syn_ack.sequence + 1)
    assert (hello.source, hello.data, hello.time_ns, hello.sequence) == (50_000, b"hello", 7, ack.sequence)
    assert first.data + second.data == long and len(first.data) == SEGMENT_BYTES
    assert (first.time_ns, first.acknowledged) == (2 * 10**9 + 1, hello.sequence + 5)
    assert second.sequence == first.sequence + SEGMENT_BYTES
    assert fin.acknowledged == second.sequence + len(second.data)
    assert (other_fin.acknowledged, last.acknowledged) == (fin.sequence + 1, other_fin.sequence + 1)


def test_nothing_said_is_no_packet() -> None:
    assert Capture(CLIENT, SERVER).sent(b"", 1) == b""


def test_numbers_wrap_as_tcp_has_them() -> None:
    capture = Capture(CLIENT, SERVER)
    file = capture.opened(0)
    capture._next[0] = 2**32 - 2
    wrapped = list(packets(file + capture.sent(b"abcd", 0) + capture.sent(b"e", 0)))
    assert [one.sequence for one in wrapped[-2:]] == [2**32 - 2, 2]
