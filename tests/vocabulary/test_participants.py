"""Participants, terms and exposures are values.

In: the classes. Out: verdicts on their shape. Never knows: settings, the exchange.
"""

import pytest

from base.vocabulary.participants import AccountTerms, Exposure, Participant


def test_an_account_opens_with_nothing_unless_told() -> None:
    one, other = AccountTerms(1), AccountTerms(2)
    assert one.balances == {} and one.balances is not other.balances


def test_they_are_equal_by_value_and_cannot_be_changed() -> None:
    assert Participant(0, 1, "1") == Participant(0, 1, "1") != Participant(0, 1, "2")
    assert Exposure(*range(8)) == Exposure(*range(8)) != Exposure(*range(1, 9))
    with pytest.raises(AttributeError):
        Participant(0, 1, "1").user = "2"  # type: ignore[misc]
