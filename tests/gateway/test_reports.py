"""Reports: bounds of what is remembered, and orders that several users of one account share."""

import pytest

from base import limits
from tests.kit.floor import Floor


def test_finished_orders_are_forgotten_at_the_bound_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FINISHED_ORDERS_KEPT", 2)
    floor = Floor()
    floor.log_on(1)
    orders = [floor.order(1) for _ in range(3)]
    for order in orders:
        floor.send(1, order, floor.order(1, MessageType=6, OrigOrderID=order.OrderID))
    answers = [floor.send(1, floor.order(1, MessageType=5, OrigOrderID=o.OrderID))[0] for o in orders]
    assert [(a.MessageType, a.RejectReason) for a in answers] == [(12, 1), (15, 0), (15, 0)]


def test_reports_for_somebody_who_is_not_there_are_dropped_and_the_state_is_kept() -> None:
    floor = Floor()
    floor.log_on(1, 2)
    order = floor.order(1)
    floor.send(1, order)
    floor.venue.disconnected(1, floor.now_ns)
    floor.collect()
    assert floor.send(2, floor.order(2, BOSide=2, BOOrderQty=0.25))[0].MessageType == 17
    floor.log_on(1)
    (status,) = floor.send(1, floor.order(1, MessageType=5, OrigOrderID=order.OrderID))
    assert (status.MessageType, status.ExecShares, status.RemainingQuantity) == (9, 0.25, 0.75)


def test_an_order_that_another_user_of_the_account_cancels_is_reported_to_both() -> None:
    floor = Floor(second_user=True)
    floor.log_on(1)
    floor.connect(9)
    assert floor.send(9, floor.logon(1, "other"))[0].LoginStatus == 1
    order = floor.order(1)
    floor.send(1, order)
    cancel = floor.order(1, MessageType=6, OrigOrderID=order.OrderID)
    (confirmed,) = floor.send(9, cancel)
    assert (confirmed.MessageType, confirmed.OrderID) == (15, cancel.OrderID)
    (told,) = floor.read(1)
    assert (told.MessageType, told.OrderID, told.OrigOrderID) == (15, order.OrderID, order.OrderID)


def test_a_replace_is_for_the_user_who_entered_the_order() -> None:
    floor = Floor(second_user=True)
    floor.log_on(1)
    floor.connect(9)
    floor.send(9, floor.logon(1, "other"))
    order = floor.order(1)
    floor.send(1, order)
    (refused,) = floor.send(9, floor.order(1, MessageType=2, OrigOrderID=order.OrderID, BOPrice=99.0))
    assert (refused.MessageType, refused.RejectReason) == (12, 54)
    assert floor.read(1) == []
