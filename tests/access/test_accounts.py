"""Credentials are found by account and user; weak keys do not come in, new ones are strong (B7)."""

import base64

import pytest

from base.access.accounts import CONSTANT, TOTP, Accounts, Credential, check_credential, key_bits, new_key
from base.errors import SettingsError
from tests.kit.counts import count

STRONG = base64.b32encode(bytes(range(7, 27))).decode()


def of_key(key: str, mode: str = TOTP) -> Credential:
    return Credential(100700, "BOU7", key, mode, 0)


def test_new_keys_have_160_bits_and_never_repeat() -> None:
    keys = [new_key() for _ in range(count(ordinary=20_000, long=1_000_000))]
    assert len(set(keys)) == len(keys)
    assert {len(base64.b32decode(key)) for key in keys} == {20}
    used = [set(column) for column in zip(*keys[:5_000], strict=True)]
    assert used == [set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")] * 32
    check_credential(of_key(keys[0]))


@pytest.mark.parametrize(
    "key, bits",
    [
        ("", 0),
        ("BOU7", 20),
        ("0" * 31, 124),
        ("0123456789abcdef" * 2, 128),
        (STRONG, 160),
        (STRONG[:25], 125),
        (STRONG[:26], 130),
        ("a+/b" * 6, 144),
        ("JBSWY3DP====", 40),
    ],
)
def test_a_key_holds_as_many_bits_as_its_alphabet_says(key: str, bits: int) -> None:
    assert key_bits(key) == bits


@pytest.mark.parametrize(
    "key, says",
    [
        ("1", "the key has at most 4 bits; one-time codes need 128"),
        (STRONG[:25], "the key has at most 125 bits"),
        ("0123456789abcdef" * 2 + "f", ""),
        ("0123456789abcdef" * 2, ""),
        ("0123456789abcdef0123456789abcde", "at most 124 bits"),
        ("A" * 32, "repeats a few characters"),
        ("ABCDEFG" * 5, "repeats a few characters"),
        ("ABCDEFGH" * 4, ""),
        ("K" * 65, "has 65 characters; must be 1 to 64"),
        ("", "has 0 characters"),
        ("schlüssel" * 4, "other than printable ASCII"),
        ("A\nB" * 10, "other than printable ASCII"),
    ],
)
def test_keys_for_one_time_codes_must_be_strong(key: str, says: str) -> None:
    if not says:
        return check_credential(of_key(key))
    with pytest.raises(SettingsError, match="account 100700, user 'BOU7': ") as refused:
        check_credential(of_key(key))
    assert says in str(refused.value)
    assert len(key) < 2 or key not in str(refused.value)


def test_the_constant_mode_takes_the_keys_of_the_original_client() -> None:
    for key in ("1", "BOU7", "1234"):
        check_credential(of_key(key, CONSTANT))


def test_an_unknown_mode_is_named() -> None:
    with pytest.raises(SettingsError, match=r"mode 'hotp'; must be 'constant' or 'totp'"):
        check_credential(of_key(STRONG, "hotp"))


def test_a_user_has_one_key() -> None:
    with pytest.raises(SettingsError, match="there twice"):
        Accounts([of_key("1", CONSTANT), of_key("2", CONSTANT)])


def test_a_key_for_one_time_codes_has_one_owner() -> None:
    with pytest.raises(SettingsError, match=r"account 8, user 'B': has the key of account 7, user 'A'") as refused:
        Accounts([Credential(7, "A", STRONG, TOTP, 0), Credential(8, "B", STRONG, TOTP, 1)])
    assert STRONG not in str(refused.value)
    Accounts([Credential(7, "A", "1", CONSTANT, 0), Credential(8, "B", "1", CONSTANT, 1)])


def test_credentials_are_found_by_the_exact_pair() -> None:
    ours = Credential(7, "A", "1", CONSTANT, 0)
    accounts = Accounts([ours, Credential(8, "B", "2", CONSTANT, 1, enabled=False)])
    assert accounts.find(7, "A") is ours
    assert accounts.find(8, "B") is not None
    assert [accounts.find(*place) for place in ((7, "B"), (8, "A"), (7, "a"), (7, ""), (0, ""))] == [None] * 5
