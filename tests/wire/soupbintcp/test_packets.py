"""SoupBinTCP packets: golden bytes, both paddings, every cut of the stream, every limit of the length field.

In: tests/golden/soupbintcp.json and drawn streams. Out: the packets again, or one error.
Never knows: sockets, sessions.
"""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import FieldError, ParseError
from base.limits import SOUP_PAYLOAD_BYTES
from base.wire.soupbintcp import packets
from base.wire.soupbintcp.packets import (
    LoginAccepted,
    LoginRejected,
    LoginRejectReason,
    LoginRequest,
    LoginRequest410,
    Packet,
    PacketFramer,
    PacketType,
    login_request,
)
from tests.kit.counts import count
from tests.wire.samples import SEED, exactly

GOLDEN = Path(__file__).parents[2] / "golden" / "soupbintcp.json"
VECTORS: list[dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))
WITH_FIELDS: dict[str, type[Packet]] = {
    "LoginRequest": LoginRequest, "LoginAccepted": LoginAccepted, "LoginRejected": LoginRejected
}  # fmt: skip
CLASSES = (LoginRequest, LoginRequest410, LoginAccepted, LoginRejected)
NAMES = {
    "session": {"LoginRequest": "requestedSession"}, "sequenceNumber": {"LoginRequest": "requestedSequenceNumber"},
    "reason": {"LoginRejected": "rejectReasonCode"},
}  # fmt: skip
BODIES = st.binary(min_size=1, max_size=300)


def built(vector: dict[str, Any]) -> bytes:
    """The packet that our own builders make of the fields of a vector."""
    name, fields = vector["message"], vector["fields"]
    if name in WITH_FIELDS:
        own = {NAMES.get(key, {}).get(name, key): value for key, value in fields.items()}
        return WITH_FIELDS[name](**own).packet()
    if name == "Debug":
        return packets.debug(fields["text"])
    if name in ("SequencedData", "UnsequencedData"):
        wrap = packets.sequenced if name == "SequencedData" else packets.unsequenced
        return wrap(bytes.fromhex(fields["payloadHex"]))
    constants = {
        "ClientHeartbeat": packets.CLIENT_HEARTBEAT, "ServerHeartbeat": packets.SERVER_HEARTBEAT,
        "EndOfSession": packets.END_OF_SESSION, "LogoutRequest": packets.LOGOUT_REQUEST,
    }  # fmt: skip
    return constants[name]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['message']}-{vector['hex'][-20:]}")
def test_golden_packets(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    (body,) = PacketFramer().receive(data)
    assert (len(data), len(body), chr(body[0])) == (vector["length"], vector["lengthField"], vector["type"])
    cls = WITH_FIELDS.get(vector["message"])
    if cls is not None:
        message = cls.parse(body)
        for key, value in vector["fields"].items():
            assert message.fields()[NAMES.get(key, {}).get(vector["message"], key)] == value
        assert message.packet() == data, "another padding stays as it was"
    if "left-justif" not in vector.get("note", ""):
        assert built(vector) == data


def test_golden_packets_cover_every_type() -> None:
    assert {vector["type"] for vector in VECTORS} == set(PacketType)


def test_the_login_of_4_10_ends_with_the_timeout() -> None:
    fields = {"username": "u1", "password": "pw", "requestedSession": "S1", "requestedSequenceNumber": 7}
    login = LoginRequest410(**fields, heartbeatTimeout=15000)
    assert login.packet() == (b"\x00\x34Lu1    pw                S1" + b"7".rjust(20) + b"15000")
    assert len(login.packet()) == 54
    assert login_request(login.encode()) == login
    assert login_request(login.encode()[:-5]) == LoginRequest(**fields)
    for wrong in (46, 48, 51, 53):
        with pytest.raises(ParseError, match="takes 47 bytes"):
            login_request(login.encode().ljust(60)[:wrong])


def test_sizes_and_offsets_of_the_page() -> None:
    def places(cls: type[Packet]) -> dict[str, int]:
        return {spec.name: spec.offset + 2 for spec in cls.FIELDS}

    assert [2 + cls.SIZE for cls in CLASSES] == [49, 54, 33, 4]
    assert list(places(LoginRequest410).values()) == [2, 3, 9, 19, 29, 49]
    assert list(places(LoginAccepted).values()) == [2, 3, 13]


def test_no_login_shows_its_password() -> None:
    for login in (LoginRequest(username="u", password="s3cret"), LoginRequest410(username="u", password="s3cret")):
        assert "s3cret" not in repr(login) + str(login)
        assert "password='***'" in repr(login)
        assert login.password == "s3cret"


@pytest.mark.parametrize("raw", [b"x", b"1 2", b"-1", b"", b"1.0"], ids=repr)
def test_a_sequence_number_that_is_no_number_is_refused(raw: bytes) -> None:
    body = LoginRequest(username="u").encode()[:27] + raw.ljust(20)
    with pytest.raises(ParseError, match="requestedSequenceNumber"):
        login_request(body)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_codec_equals_construct_in_both_directions(cls: type[Packet]) -> None:
    texts = st.text(st.characters(min_codepoint=33, max_codepoint=126))
    digits = {"requestedSequenceNumber": 20, "sequenceNumber": 20, "heartbeatTimeout": 5}
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for spec in cls.FIELDS:
        if spec.name in digits:
            fields[spec.name] = st.integers(0, 10 ** digits[spec.name] - 1)
        else:
            fields[spec.name] = texts.map(lambda text, size=spec.size: text[:size])
    fields["packetType"] = st.just(str(cls.LETTER))
    if cls is LoginRejected:
        fields["rejectReasonCode"] = st.sampled_from(list(LoginRejectReason))

    @settings(max_examples=count(ordinary=50, long=5000))
    @given(st.fixed_dictionaries(fields))
    def check(values: dict[str, Any]) -> None:
        message = cls(**values)
        assert message.encode() == cls.LAYOUT.build(values)
        assert cls.parse(message.encode()).fields() == exactly(cls.LAYOUT.parse(message.encode())) == values

    check()


def test_another_letter_is_refused() -> None:
    with pytest.raises(ParseError, match="packetType: b'J' is no letter of LoginAccepted"):
        LoginAccepted.parse(b"J" + LoginAccepted().encode()[1:])


def framed(parts: list[bytes]) -> list[bytes]:
    framer = PacketFramer()
    bodies = [body for part in parts for body in framer.receive(part)]
    assert framer.error is None
    assert framer.pending == 0
    return bodies


def test_every_cut_in_two_and_one_byte_at_a_time() -> None:
    stream = b"".join(bytes.fromhex(vector["hex"]) for vector in VECTORS)
    whole = framed([stream])
    assert len(whole) == len(VECTORS)
    for cut in range(len(stream) + 1):
        assert framed([stream[:cut], stream[cut:]]) == whole, f"cut at {cut}"
    assert framed([stream[at : at + 1] for at in range(len(stream))]) == whole


@settings(max_examples=count(ordinary=100, long=10_000))
@given(st.lists(BODIES, max_size=8), st.randoms(use_true_random=False))
def test_any_packets_however_cut(bodies: list[bytes], rng: random.Random) -> None:
    stream = b"".join(map(packets.packet, bodies))
    cuts = sorted(rng.randrange(len(stream) + 1) for _ in range(rng.randint(0, 20)))
    assert framed([stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]) == bodies


@pytest.mark.parametrize("wrap", [packets.sequenced, packets.unsequenced, lambda data: packets.debug(data.decode())])
def test_the_largest_payload_passes_and_one_byte_more_does_not(wrap: Any) -> None:
    data = wrap(bytes(SOUP_PAYLOAD_BYTES))
    assert data[:2] == b"\xff\xff"
    assert framed([data[:40_000], data[40_000:]]) == [data[2:]]
    with pytest.raises(FieldError, match="65535 bytes, a packet carries at most 65534"):
        wrap(bytes(SOUP_PAYLOAD_BYTES + 1))


def test_a_length_of_zero_is_an_error_and_what_came_before_it_is_not_lost() -> None:
    framer = PacketFramer()
    assert framer.receive(b"\0\1R\0\2Ux\0\0\0\1R") == [b"R", b"Ux"]
    assert isinstance(framer.error, ParseError)
    assert "length: 0" in str(framer.error)
    assert framer.receive(b"\0\1R") == []
    assert framer.pending == 0


@given(st.lists(st.binary(max_size=200), max_size=10))
@settings(max_examples=count(ordinary=100, long=10_000))
def test_noise_never_raises_and_never_grows(parts: list[bytes]) -> None:
    framer = PacketFramer()
    for part in parts:
        for body in framer.receive(part):
            try:
                login_request(body)
            except ParseError as error:
                assert str(error).startswith(
                    ("packetType", "LoginRequest", "username", "password", "requested", "heart")
                )
        assert framer.pending <= SOUP_PAYLOAD_BYTES + 2


def test_a_buffer_that_is_used_again_does_not_change_a_body() -> None:
    framer, buffer = PacketFramer(), bytearray(b"\0\3Uab\0\1")
    bodies = framer.receive(buffer)
    buffer[:] = bytes(len(buffer))
    assert bodies + framer.receive(b"R") == [b"Uab", b"R"]


def test_a_remark_is_always_ascii() -> None:
    assert packets.debug("schließt um 18:00") == b"\x00\x12+schlie?t um 18:00"


def test_noise_by_the_megabyte_stays_bounded() -> None:
    framer, rng = PacketFramer(), random.Random(SEED)
    for _ in range(16):
        framer.receive(rng.randbytes(65_536))
        assert framer.pending <= SOUP_PAYLOAD_BYTES + 1
