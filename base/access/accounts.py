"""Accounts: who may come in, and the keys that prove it.

In: credentials from the settings. Out: the credential of an account and user; new keys. Never knows: codes,
sessions, sockets. Keys for one-time codes must be too long to search (RFC 4226 section 4, R6: 128 bits at
least, 160 recommended), because whoever saw one code can try keys offline.
"""

import base64
import hashlib
import secrets
import string
from collections.abc import Iterable

from base import limits
from base.errors import SettingsError
from base.vocabulary.logons import CONSTANT, TOTP, Credential

__all__ = ["CONSTANT", "TOTP", "Accounts", "Credential", "check_credential", "key_bits", "new_key"]

ALPHABETS = (
    (frozenset(string.hexdigits), 4),
    (frozenset(string.ascii_letters + "234567="), 5),
)
"""Characters of the usual ways to write a key, with the bits that each carries; anything else counts as base64."""

OTHER_BITS = 6


class Accounts:
    """The credentials of a venue, found by account and user."""

    def __init__(self, credentials: Iterable[Credential]) -> None:
        """Take credentials; SettingsError for one that is weak, malformed or there twice."""
        self._credentials: dict[tuple[int, str], Credential] = {}
        self._owners: dict[bytes, Credential] = {}
        for credential in credentials:
            check_credential(credential)
            place = credential.account, credential.user
            if place in self._credentials:
                raise SettingsError(f"{_named(credential)}: there twice; an account has one key per user")
            self._refuse_shared_key(credential)
            self._credentials[place] = credential

    def find(self, account: int, user: str) -> Credential | None:
        """Give the credential of a user, enabled or not; None when there is no such pair."""
        return self._credentials.get((account, user))

    def _refuse_shared_key(self, credential: Credential) -> None:
        digest = hashlib.sha256(credential.key.encode()).digest()
        other = self._owners.setdefault(digest, credential)
        if other is not credential and TOTP in (credential.mode, other.mode):
            raise SettingsError(f"{_named(credential)}: has the key of {_named(other)}; make a new one")


def new_key() -> str:
    """Make a key of 160 random bits, as 32 characters of base32 text."""
    return base64.b32encode(secrets.token_bytes(limits.NEW_KEY_BYTES)).decode()


def key_bits(key: str) -> int:
    """Give the most bits that a key can hold by how it is written.

    >>> key_bits("JBSWY3DPEHPK3PXPJBSWY3DPEH")
    130
    """
    characters = frozenset(key)
    each = next((bits for alphabet, bits in ALPHABETS if characters <= alphabet), OTHER_BITS)
    return len(key.rstrip("=")) * each


def check_credential(credential: Credential) -> None:
    """Refuse a credential that cannot work or would protect nothing; SettingsError never shows the key."""
    if credential.mode not in (CONSTANT, TOTP):
        raise SettingsError(f"{_named(credential)}: mode {credential.mode!r}; must be {CONSTANT!r} or {TOTP!r}")
    if not all(" " <= character <= "~" for character in credential.key):
        raise SettingsError(f"{_named(credential)}: the key has characters other than printable ASCII")
    if not 0 < len(credential.key) <= limits.KEY_CHARACTERS:
        raise SettingsError(
            f"{_named(credential)}: the key has {len(credential.key)} characters; must be 1 to {limits.KEY_CHARACTERS}"
        )
    if credential.mode == TOTP:
        _refuse_weak_key(credential)


def _refuse_weak_key(credential: Credential) -> None:
    bits = key_bits(credential.key)
    if bits < limits.TOTP_KEY_BITS:
        raise SettingsError(
            f"{_named(credential)}: the key has at most {bits} bits; one-time codes need {limits.TOTP_KEY_BITS},"
            " for example 32 characters of base32 (or set mode to 'constant', which protects nothing)"
        )
    if len(set(credential.key)) < limits.KEY_DISTINCT_CHARACTERS:
        raise SettingsError(f"{_named(credential)}: the key repeats a few characters; make a random one")


def _named(credential: Credential) -> str:
    return f"account {credential.account}, user {credential.user!r}"
