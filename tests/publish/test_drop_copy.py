"""A row of copies is numbered without gaps and keeps the newest, at its bound and one past it."""

import pytest

from base import limits
from base.publish.drop_copy import Copies


def test_copies_are_numbered_from_one() -> None:
    copies = Copies[str]()
    assert (copies.first, copies.last, list(copies.since(1, 9))) == (1, 0, [])
    for word in "abc":
        copies.append(word)
    assert list(copies.since(2, 9)) == [(2, "b"), (3, "c")]
    assert list(copies.since(3, 9)) == [(3, "c")]
    assert list(copies.since(1, 2)) == [(1, "a"), (2, "b")]
    assert list(copies.since(3, 0)) == list(copies.since(4, 9)) == []


def test_the_oldest_go_beyond_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DROP_COPIES_KEPT", 2)
    copies = Copies[str]()
    for number, word in enumerate("abc", 1):
        copies.append(word)
        assert copies.first == max(1, number - 1)
    assert list(copies.since(1, 9)) == [(2, "b"), (3, "c")]


def test_a_row_goes_on_from_what_was_captured() -> None:
    copies, other = Copies[str](), Copies[str]()
    for word in "abc":
        copies.append(word)
    other.restore(copies.capture())
    other.append("d")
    assert (other.first, list(other.since(3, 9)), copies.last) == (1, [(3, "c"), (4, "d")], 3)
