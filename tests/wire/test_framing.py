"""Framing: the same messages however the bytes are cut or glued, and a clear end when they are none.

In: encoded messages of every type. Out: the frames again, or one error.
Never knows: sockets.
"""

import random
from itertools import pairwise

import pytest

from base.errors import ParseError
from base.limits import MESSAGE_BYTES
from base.wire.framing import Framer, header_fault
from base.wire.registry import CLASSES, SIZES, header_class
from tests.kit.counts import count, is_long
from tests.wire.samples import SEED, seeded

EVERY_CLASS = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
LEGAL = {(ord(letter), length) for letter, lengths in SIZES.items() for length in lengths}


def framed(parts: list[bytes]) -> list[bytes]:
    """The frames in a stream that arrives in ``parts``; nothing may be left and nothing may be wrong."""
    framer = Framer()
    frames = []
    for part in parts:
        frames += framer.receive(part)
        assert framer.pending < MESSAGE_BYTES
    assert framer.error is None
    assert framer.pending == 0
    return frames


@EVERY_CLASS
def test_every_cut_in_two_parts(cls: type) -> None:
    """A2: all parts of a message, alone and between two others."""
    rng = random.Random(SEED)
    before, message, after = (seeded(each, rng) for each in (CLASSES[0], cls, CLASSES[5]))
    stream = before + message + after
    for cut in range(len(stream) + 1):
        assert framed([stream[:cut], stream[cut:]]) == [before, message, after], f"cut at {cut}"
    for cut in range(len(message) + 1):
        frames = framed([message[:cut], message[cut:]])
        assert [cls.parse(frame) for frame in frames] == [cls.parse(message)], f"cut at {cut}"


@EVERY_CLASS
def test_one_byte_at_a_time(cls: type) -> None:
    message = seeded(cls, random.Random(SEED))
    framer = Framer()
    for position in range(len(message) - 1):
        assert framer.receive(message[position : position + 1]) == []
        assert framer.pending == position + 1
    assert framer.receive(message[-1:]) == [message]
    assert framer.pending == 0


@pytest.mark.parametrize("number", range(2, 65))
def test_messages_glued_together(number: int) -> None:
    rng = random.Random(SEED + number)
    messages = [seeded(rng.choice(CLASSES), rng) for _ in range(number)]
    assert framed([b"".join(messages)]) == messages


def test_random_cuts() -> None:
    for seed in range(SEED, SEED + count(ordinary=100, long=10_000)):
        rng = random.Random(seed)
        messages = [seeded(rng.choice(CLASSES), rng) for _ in range(rng.randint(1, 20))]
        stream = b"".join(messages)
        cuts = sorted(rng.randrange(len(stream) + 1) for _ in range(rng.randint(0, 60)))
        parts = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
        assert framed(parts) == messages, f"seed {seed}"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_frames_are_bytes_whatever_arrives(kind: type) -> None:
    message = seeded(CLASSES[0], random.Random(SEED))
    framer = Framer()
    frames = framer.receive(kind(message[:100])) + framer.receive(kind(message[100:]))
    assert frames == [message]
    assert type(frames[0]) is bytes


def test_a_buffer_that_is_used_again_does_not_change_a_frame() -> None:
    message, buffer, framer = seeded(CLASSES[0], random.Random(SEED)), bytearray(200), Framer()
    buffer[:100] = message[:100]
    assert framer.receive(memoryview(buffer)[:100]) == []
    buffer[:43] = message[100:]
    frames = framer.receive(memoryview(buffer)[:43])
    buffer[:] = bytes(200)
    assert frames == [message]


def test_the_whole_header_space() -> None:
    """A5: of 256 letters x 65,536 lengths exactly the legal pairs announce a message."""
    rng = random.Random(SEED)
    drawn = range(1 << 24) if is_long() else (rng.getrandbits(24) for _ in range(1_000_000))
    found = set()
    for number in drawn:
        if header_class(b"%c\0%c%c" % (number >> 16, number & 255, number >> 8 & 255)) is not None:
            found.add((number >> 16, number & 0xFFFF))
    assert found == LEGAL if is_long() else found <= LEGAL
    for letter, length in LEGAL:
        cls = header_class(bytes([letter, 0]) + length.to_bytes(2, "little"))
        assert cls is not None
        assert cls.SIZE == length


def test_a_sample_of_the_header_space_through_the_framer() -> None:
    rng = random.Random(SEED)
    letters = [*map(ord, SIZES), *range(256)]
    lengths = [length for legal in SIZES.values() for length in legal]
    for _ in range(count(ordinary=50_000, long=1_000_000)):
        letter = rng.choice(letters)
        length = rng.choice(lengths) + rng.randint(-1, 1) if rng.random() < 0.5 else rng.getrandbits(16)
        framer = Framer()
        assert framer.receive(bytes([letter, rng.getrandbits(8)]) + length.to_bytes(2, "little")) == []
        assert (framer.error is None) == ((letter, length) in LEGAL), f"seed {SEED}: {letter} {length}"
        assert framer.pending == (4 if framer.error is None else 0)


@pytest.mark.parametrize(
    "header, words",
    [
        (b"?\0\x8f\0", ["Data1", "'?'", "no message type"]),
        (b"\xff\0\x8f\0", ["Data1", "'\\xff'", "no message type"]),
        (b"\n\0\x8f\0", ["Data1", "'\\n'", "no message type"]),
        (b"H\0\x90\0", ["MessageLen", "144", "143"]),
        (b"H\0\x03\0", ["MessageLen", "3", "143"]),
        (b"T\0\0\0", ["MessageLen", "0", "250 or 238"]),
    ],
)
def test_the_error_says_what_is_wrong(header: bytes, words: list[str]) -> None:
    framer = Framer()
    good = seeded(CLASSES[0], random.Random(SEED))
    assert framer.receive(good + header[:3]) == [good]
    assert framer.error is None
    assert framer.receive(header[3:] + good) == []
    assert isinstance(framer.error, ParseError)
    assert all(word in str(framer.error) for word in words)
    assert str(framer.error) == header_fault(header)
    assert str(framer.error).isprintable()


def test_frames_before_the_error_are_delivered_and_nothing_after_it() -> None:
    good, framer = seeded(CLASSES[0], random.Random(SEED)), Framer()
    assert framer.receive(good + good + b"?\0\0\0" + good) == [good, good]
    first = framer.error
    assert first is not None
    assert framer.receive(good) == []
    assert (framer.error, framer.pending) == (first, 0)


def test_a_megabyte_of_noise_leaves_nothing_behind() -> None:
    framer = Framer()
    rng = random.Random(SEED)
    for _ in range(16):
        framer.receive(rng.randbytes(65_536))
        assert framer.pending < MESSAGE_BYTES
    assert framer.error is not None
