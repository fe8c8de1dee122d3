"""The receiving door: every code is reachable, and nothing that comes in is answered by an exception.

In: right, short, wrong and drawn input. Out: a ReceiveResult.
Never knows: how a message is decoded.
"""

import random
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.process_message import (
    RECV_ERROR_INVALID_MSG_TYPE,
    RECV_ERROR_NOT_ENOUGH_BODY,
    RECV_ERROR_NOT_ENOUGH_HEADER,
    RECV_ERROR_PARSE,
    RECV_NO_ERROR,
    ReceiveResult,
    process_message,
)
from base.wire.layout import Message
from base.wire.registry import CLASSES, HEADERS, SIZES
from tests.kit.counts import count
from tests.wire.samples import BY_NAME, SEED, VECTORS, seeded, text_specs

EVERY_CLASS = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


def test_the_codes_have_their_values() -> None:
    codes = (
        RECV_NO_ERROR,
        RECV_ERROR_NOT_ENOUGH_HEADER,
        RECV_ERROR_NOT_ENOUGH_BODY,
        RECV_ERROR_INVALID_MSG_TYPE,
        RECV_ERROR_PARSE,
    )
    assert codes == (-1, 0, 1, 2, 3)
    assert ReceiveResult._fields == ("ok", "code", "message", "length")


@EVERY_CLASS
def test_every_length_up_to_the_whole_and_beyond(cls: type[Message]) -> None:
    data = seeded(cls, random.Random(SEED))
    for length in range(4):
        assert process_message(data[:length]) == (False, RECV_ERROR_NOT_ENOUGH_HEADER, None, 4)
    for length in range(4, cls.SIZE):
        assert process_message(data[:length]) == (False, RECV_ERROR_NOT_ENOUGH_BODY, None, cls.SIZE)
    for rest in (b"", b"?", data):
        assert process_message(data + rest) == (True, RECV_NO_ERROR, cls.parse(data), cls.SIZE)


@pytest.mark.parametrize(
    "data, code",
    [
        (b"?\0\0\0", RECV_ERROR_INVALID_MSG_TYPE),
        (b"\0\0\0\0", RECV_ERROR_INVALID_MSG_TYPE),
        (b"\xff" * 250, RECV_ERROR_INVALID_MSG_TYPE),
        (b"H\0\x90\0" + bytes(140), RECV_ERROR_PARSE),
        (b"T\0\xff\xff", RECV_ERROR_PARSE),
        (b"T\0\0\0", RECV_ERROR_PARSE),
        (b"T\0\x03\0", RECV_ERROR_PARSE),
        (b"H\0\x8f\0" + b"\xff" * 139, RECV_ERROR_PARSE),
    ],
)
def test_what_is_no_message(data: bytes, code: int) -> None:
    assert process_message(data) == (False, code, None, 0)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_golden_vectors(vector: dict[str, Any]) -> None:
    result = process_message(bytes.fromhex(vector["hex"]))
    if "wrong" in vector:
        assert (result.ok, result.message) == (False, None)
    else:
        assert (result.ok, result.length) == (True, len(vector["hex"]) // 2)
        assert type(result.message) is BY_NAME[vector["class"]]
        assert result.message is not None
        assert result.message.fields() == vector["fields"]


class Teller:
    """Has a length and items, but no bytes."""

    def __len__(self) -> int:
        return 10

    def __getitem__(self, key: object) -> object:
        raise RuntimeError("not yours")


def released() -> memoryview:
    """A view that may not be read any more."""
    view = memoryview(b"H\0\x8f\0")
    view.release()
    return view


@pytest.mark.parametrize("odd", [None, 7, 10**12, 1.5, "H", [72, 0, 143, 0], {}, object(), Teller(), bytes, released()])
def test_what_has_no_bytes_cannot_be_parsed(odd: Any) -> None:
    assert process_message(odd) == (False, RECV_ERROR_PARSE, None, 0)


def test_every_kind_of_buffer_is_read() -> None:
    data = seeded(CLASSES[0], random.Random(SEED)) + b"\0"
    every_second = memoryview(bytes(byte for pair in zip(data, data, strict=True) for byte in pair))[::2]
    rows = memoryview(data).cast("B", (12, 12))
    buffers = [bytearray(data), memoryview(data), array("H", data), array("d", data), every_second, rows]
    for buffer in buffers:
        assert process_message(buffer) == process_message(data)  # type: ignore[arg-type]
    assert process_message(memoryview(b"")) == process_message(b"")


@EVERY_CLASS
def test_every_byte_value_in_every_text_field(cls: type[Message]) -> None:
    """A7: any byte, alone, filling the field, in front of NULs, behind text."""
    rng = random.Random(SEED)
    usual = seeded(cls, rng)
    for spec in text_specs(cls):
        for value in range(256):
            fillings = (bytes([value]) * spec.size, bytes([value]), b"A" * (spec.size - 1) + bytes([value]))
            for filling in fillings:
                data = bytearray(usual)
                data[spec.offset : spec.offset + spec.size] = filling.ljust(spec.size, b"\0")
                result = process_message(bytes(data))
                if spec.name == "Data1":
                    assert result.code in (-1, 2, 3, 1)
                else:
                    assert result.code == (RECV_NO_ERROR if value < 128 else RECV_ERROR_PARSE), (spec, value)
                assert repr(result).isprintable()


@given(st.binary(max_size=1100))
@settings(max_examples=count(ordinary=200, long=50_000))
def test_noise_is_answered(data: bytes) -> None:
    answered(process_message(data), data)


@given(st.sampled_from(sorted(HEADERS)), st.binary(max_size=1100), st.booleans())
@settings(max_examples=count(ordinary=300, long=50_000))
def test_noise_behind_a_right_header_is_answered(header: bytes, rest: bytes, is_ascii: bool) -> None:
    data = header + (bytes(byte & 0x7F for byte in rest) if is_ascii else rest)
    answered(process_message(data), data)


def test_a_sample_of_the_header_space() -> None:
    """A5, spot checks: the code says whether letter or length is wrong."""
    rng = random.Random(SEED)
    for _ in range(count(ordinary=30_000, long=1_000_000)):
        letter, length = rng.getrandbits(8) if rng.random() < 0.5 else ord(rng.choice([*SIZES])), rng.getrandbits(16)
        code = process_message(bytes([letter, 0]) + length.to_bytes(2, "little")).code
        if chr(letter) not in SIZES:
            assert code == RECV_ERROR_INVALID_MSG_TYPE
        else:
            assert code == (1 if length in SIZES[chr(letter)] else RECV_ERROR_PARSE)


def answered(result: ReceiveResult, data: bytes) -> None:
    """Check that an answer is consistent in itself."""
    assert result.ok == (result.code == RECV_NO_ERROR) == (result.message is not None)
    if result.message is not None:
        again = process_message(result.message.encode())
        assert again.message == result.message
        assert result.length == len(result.message.encode()) <= len(data)
        assert repr(result.message).isprintable()
    elif result.code in (RECV_ERROR_NOT_ENOUGH_HEADER, RECV_ERROR_NOT_ENOUGH_BODY):
        assert result.length > len(data)
    else:
        assert result.length == 0
