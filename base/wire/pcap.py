"""What two peers said, as a capture file that Wireshark opens.

In: bytes with their times and directions. Out: the bytes of a pcap file. Never knows: files, sockets, clocks, messages.
Each connection begins with TCP's handshake and counts on from there; checksums are right, lengths fit an Ethernet
frame. Follows the classic pcap format with nanoseconds, RFC 791 and RFC 9293.
"""

import ipaddress
import struct
from typing import NamedTuple

FILE_HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65_535, 1)
"""Nanosecond times, link type Ethernet."""

SEGMENT_BYTES = 1_460
"""Bytes of one TCP segment in an Ethernet frame."""

ETHERNET = bytes.fromhex("020000000002 020000000001 0800".replace(" ", ""))
SYN, ACK, PUSH, FIN = 0x02, 0x10, 0x08, 0x01
WINDOW = 65_535
NANOSECONDS = 1_000_000_000


class Peer(NamedTuple):
    """One end of a connection: an IPv4 address and a port."""

    address: str
    port: int


class Capture:
    """One connection from a client to a server, packet by packet; each method gives the bytes to append to the file."""

    def __init__(self, client: Peer, server: Peer) -> None:
        self._ends = (client, server)
        self._next = [1_000, 2_000]
        self._identification = 0

    def opened(self, now_ns: int) -> bytes:
        """The file's own header, and the three packets that a connection begins with."""
        packets = [self._packet(0, SYN, b"", now_ns)]
        self._next[0] += 1
        packets.append(self._packet(1, SYN | ACK, b"", now_ns))
        self._next[1] += 1
        packets.append(self._packet(0, ACK, b"", now_ns))
        return FILE_HEADER + b"".join(packets)

    def sent(self, data: bytes, now_ns: int) -> bytes:
        """The client wrote these bytes."""
        return self._segments(0, data, now_ns)

    def received(self, data: bytes, now_ns: int) -> bytes:
        """The server wrote these bytes."""
        return self._segments(1, data, now_ns)

    def closed(self, now_ns: int) -> bytes:
        """Both ends are done."""
        packets = []
        for end in (0, 1):
            packets.append(self._packet(end, FIN | ACK, b"", now_ns))
            self._next[end] += 1
        packets.append(self._packet(0, ACK, b"", now_ns))
        return b"".join(packets)

    def _segments(self, end: int, data: bytes, now_ns: int) -> bytes:
        packets = []
        for start in range(0, len(data), SEGMENT_BYTES):
            part = data[start : start + SEGMENT_BYTES]
            packets.append(self._packet(end, PUSH | ACK, part, now_ns))
            self._next[end] += len(part)
        return b"".join(packets)

    def _packet(self, end: int, flags: int, data: bytes, now_ns: int) -> bytes:
        source, target = self._ends[end], self._ends[1 - end]
        addresses = ipaddress.IPv4Address(source.address).packed + ipaddress.IPv4Address(target.address).packed
        sequence = self._next[end] % 2**32
        acknowledged = self._next[1 - end] % 2**32 if flags & ACK else 0
        head = struct.pack(
            ">HHIIBBHHH", source.port, target.port, sequence, acknowledged, 5 << 4, flags, WINDOW, 0, 0
        )  # fmt: skip
        tcp_bytes = len(head) + len(data)
        check = checksum(addresses + struct.pack(">BBH", 0, 6, tcp_bytes) + head + data)
        tcp = head[:16] + struct.pack(">H", check) + head[18:] + data
        self._identification = (self._identification + 1) % 2**16
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + tcp_bytes, self._identification, 0x4000, 64, 6, 0) + addresses
        frame = ETHERNET + ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + tcp
        seconds, rest = divmod(now_ns, NANOSECONDS)
        return struct.pack("<IIII", seconds, rest, len(frame), len(frame)) + frame


def checksum(data: bytes) -> int:
    """The internet checksum of RFC 1071.

    >>> hex(checksum(bytes.fromhex("0001f203f4f5f6f7")))
    '0x220d'
    """
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
