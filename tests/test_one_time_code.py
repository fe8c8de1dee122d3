"""One-time codes against the figures of the RFCs, of the protocol, and of another implementation."""

import base64

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.one_time_code import hotp, secret_of, step_at, totp

RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
RFC_6238 = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]
OF_THE_PROTOCOL = [("1", 0, "517846"), ("1234", 0, "110366"), ("123456", 0, "186818"), ("", 0, "328482"),
                   ("1", 1, "711154")]  # fmt: skip
SECRET = b"12345678901234567890"


def test_codes_of_rfc_4226() -> None:
    assert [hotp(SECRET, counter) for counter in range(10)] == RFC_4226


@pytest.mark.parametrize("unix_seconds, code", RFC_6238)
def test_codes_of_rfc_6238(unix_seconds: int, code: str) -> None:
    assert totp(SECRET, unix_seconds, digits=8) == code
    assert totp(SECRET, unix_seconds) == code[2:]


@pytest.mark.parametrize("key, counter, code", OF_THE_PROTOCOL)
def test_codes_of_the_protocol(key: str, counter: int, code: str) -> None:
    assert hotp(secret_of(key), counter) == code


@given(secret=st.binary(min_size=16, max_size=80), counter=st.integers(0, 2**63), digits=st.integers(6, 8))
def test_codes_by_counter_agree_with_pyotp(secret: bytes, counter: int, digits: int) -> None:
    assert hotp(secret, counter, digits) == pyotp.HOTP(base64.b32encode(secret).decode(), digits=digits).at(counter)


@given(key=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=26, max_size=64), unix_seconds=st.integers(0, 2**37))
def test_codes_by_time_agree_with_pyotp(key: str, unix_seconds: int) -> None:
    in_an_app = base64.b32encode(secret_of(key)).decode()
    assert totp(secret_of(key), unix_seconds) == pyotp.TOTP(in_an_app).at(unix_seconds)


def test_a_step_begins_with_its_first_second() -> None:
    assert [step_at(second) for second in (0, 29, 30, 59, 60)] == [0, 0, 1, 1, 2]
