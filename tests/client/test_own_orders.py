"""Which orders a session remembers, and which of them are open as far as reports tell."""

import pytest

from base import limits
from base.client.own_orders import OwnOrders
from base.messages import Transaction

ORDER, REPLACE, CANCEL = 1, 2, 6


def orders(*sent: tuple[int, int]) -> OwnOrders:
    own = OwnOrders()
    for kind, number in sent:
        own.sent(Transaction(MessageType=kind, OrderID=number, OrigOrderID=7 if kind != ORDER else 0))
    return own


# reports as (MessageType, OrderID, OrigOrderID, RejectReason), then the newest open order
COURSES = [
    ("nothing heard", [], None),
    ("acknowledged", [(14, 7, 0, 0)], 7),
    ("filled in part", [(18, 7, 0, 0), (9, 7, 0, 0)], 7),
    ("filled as the maker", [(14, 7, 0, 0), (8, 7, 0, 0)], None),
    ("filled at once", [(18, 7, 0, 0), (17, 7, 0, 0)], None),
    ("refused", [(12, 7, 0, 14)], None),
    ("cancelled", [(14, 7, 0, 0), (15, 9, 7, 0)], None),
    ("withdrawn by the venue", [(14, 7, 0, 0), (15, 7, 7, 0)], None),
    ("replaced", [(14, 7, 0, 0), (16, 8, 7, 0)], 8),
    ("replaced, then cancelled", [(14, 7, 0, 0), (16, 8, 7, 0), (15, 9, 8, 0)], None),
    ("replace refused", [(14, 7, 0, 0), (12, 8, 7, 14)], 7),
    ("gone before the replace came", [(14, 7, 0, 0), (12, 8, 7, 54)], None),
    ("unknown when asked about", [(14, 7, 0, 0), (12, 7, 7, 1)], None),
    ("the newest of two finished", [(14, 7, 0, 0), (14, 6, 0, 0), (8, 6, 0, 0)], 7),
    ("listed", [(1, 500, 0, 0)], 500),
    ("somebody else's", [(9, 600, 0, 0)], None),
]


@pytest.mark.parametrize("reports, newest", [row[1:] for row in COURSES], ids=[row[0] for row in COURSES])
def test_the_newest_open_order(reports: list[tuple[int, int, int, int]], newest: int | None) -> None:
    own = orders((ORDER, 7), (ORDER, 6), (REPLACE, 8), (CANCEL, 9))
    for kind, number, original, reason in reports:
        own.received(Transaction(MessageType=kind, OrderID=number, OrigOrderID=original, RejectReason=reason))
    assert own.newest_open == newest


def test_orders_and_replaces_are_remembered_as_sent_and_cancels_are_not() -> None:
    own = orders((ORDER, 7), (REPLACE, 8), (CANCEL, 9))
    assert [own.get(number) is not None for number in (7, 8, 9)] == [True, True, False]


def test_what_is_forgotten_is_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLIENT_REMEMBERED_ORDERS", 1)
    own = orders((ORDER, 7))
    own.received(Transaction(MessageType=14, OrderID=7))
    own.sent(Transaction(MessageType=ORDER, OrderID=8))
    assert (own.get(7), own.newest_open) == (None, None)
