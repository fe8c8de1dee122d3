"""One-time codes: RFC 4226 (counter) and RFC 6238 (time) as pure functions.

In: the bytes of a secret and a counter or a time in seconds. Out: decimal digits as text.
Never knows: clocks, accounts, which codes were used before. Follows the protocol's section on TwoFA:
HMAC-SHA-1, 6 digits, 30 seconds, and the characters of the API trading key themselves as the secret.
"""

import hmac

DIGITS = 6
"""Characters of a code: the size of the wire's TwoFA field."""

PERIOD_S = 30
"""Seconds that one time step lasts."""


def secret_of(key: str) -> bytes:
    """Give the secret that an API trading key stands for: its characters, as every known client uses it.

    An authenticator app wants ``base64.b32encode`` of this.
    """
    return key.encode("utf-8")


def hotp(secret: bytes, counter: int, digits: int = DIGITS) -> str:
    """Give the code of a counter (RFC 4226).

    >>> hotp(b"1", 0)  # the code that the original client sends for key "1", always
    '517846'
    """
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_at(unix_seconds: int, period_s: int = PERIOD_S) -> int:
    """Give the number of the time step in which a moment lies, in whole periods since 1970."""
    return unix_seconds // period_s


def totp(secret: bytes, unix_seconds: int, period_s: int = PERIOD_S, digits: int = DIGITS) -> str:
    """Give the code of a moment (RFC 6238).

    >>> totp(b"12345678901234567890", 59, digits=8)
    '94287082'
    """
    return hotp(secret, step_at(unix_seconds, period_s), digits)
