"""The values of a logon show no secret, however they are printed."""

import pytest

from base.vocabulary.logons import TOTP, Credential, Grant, Outcome, Redemption

SECRETS = ("CANARYKEY234567", "3141592653", "2718281828")
VALUES = [
    Credential(7, "BOU7", SECRETS[0], TOTP, 3),
    Grant(int(SECRETS[1]), 12),
    Redemption(Outcome.REDEEMED, 12, int(SECRETS[2])),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_no_text_of_a_value_shows_its_secret(value: object) -> None:
    for text in (repr(value), str(value), f"{value}", f"{[value]}"):
        assert not any(secret in text for secret in SECRETS)


def test_the_text_still_says_whose_it_is() -> None:
    assert "BOU7" in repr(VALUES[0])
    assert "12" in repr(VALUES[1])
    assert "REDEEMED" in repr(VALUES[2])
