"""Reports: bounds of what is remembered, orders that several users of one account share, and fees."""

import pytest

from base import limits
from base.vocabulary.events import Trade
from base.wire.bo.codes import MessageType
from base.wire.bo.transaction import Transaction, Transaction238
from tests.gateway.test_order_entry import older
from tests.kit.floor import ATOM, Floor


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


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("older_layout", [False, True])
@pytest.mark.parametrize(("making", "taking"), [(0, 0), (123, 0), (0, 250_000_000), (7, 2**53 + 2)])
def test_each_party_is_told_its_own_fee_in_the_quote_currency(
    making: int, taking: int, older_layout: bool, lenient: bool
) -> None:
    floor = Floor(lenient=lenient)
    floor.log_on(1, 2)
    orders = [floor.order(1, ExecFee=5.0), floor.order(2, BOSide=2, BOPrice=101.0, ExecFee=5.0)]
    for account, order in enumerate(orders, 1):
        (answer,) = floor.send(account, older(order) if older_layout else order)
        assert (answer.MessageType, answer.ExecFee) == (14, 0.0)
    trade = Trade(1, 1, 201, 60_000, 1, 40_000, 2, 40_000, making, taking)
    floor.venue._front._order_entry.reports.report_unasked([trade])  # type: ignore[attr-defined]
    floor.collect()
    for account, atoms in ((1, making), (2, taking)):
        (fill,) = floor.read(account)
        assert type(fill) is (Transaction238 if older_layout else Transaction)
        assert (fill.ExecShares, fill.ExecFee) == (0.6, float(atoms * ATOM))


def test_both_parties_of_a_match_pay_what_their_accounts_are_set_to() -> None:
    floor = Floor(terms={1: {"make_fee_ppm": 100, "take_fee_ppm": 7}, 2: {"make_fee_ppm": 9, "take_fee_ppm": 250}})
    floor.log_on(1, 2)
    floor.send(1, floor.order(1))
    (taker,) = floor.send(2, floor.order(2, BOSide=2, BOOrderQty=0.5))
    (maker,) = floor.read(1)
    assert (maker.MessageType, maker.ExecFee, taker.MessageType, taker.ExecFee) == (9, 0.005, 17, 0.0125)


def test_a_status_shows_no_fee() -> None:
    floor = Floor()
    floor.log_on(1, 2)
    order = floor.order(1)
    floor.send(1, order)
    floor.send(2, floor.order(2, BOSide=2, BOPrice=101.0))
    trade = Trade(1, 1, 201, 60_000, 1, 40_000, 2, 40_000, 3, 4)
    floor.venue._front._order_entry.reports.report_unasked([trade])  # type: ignore[attr-defined]
    (status,) = floor.send(1, floor.order(1, MessageType=5, OrigOrderID=order.OrderID))[1:]
    assert (status.MessageType, status.ExecFee) == (9, 0.0)


@pytest.mark.parametrize(
    "order_type, prices, other",
    [(11, ("SecondLegPrice", 102.0, 103.0), {}), (17, ("TakeProfitPrice", 102.0, 103.0), {"StopLimitPrice": 90.0})],
    ids=["bracket", "take profit"],
)
def test_after_a_replace_of_the_second_leg_reports_still_show_that_leg(
    order_type: int, prices: tuple[str, float, float], other: dict[str, float]
) -> None:
    field, before, after = prices
    floor = Floor()
    floor.log_on(1, 2)
    first = floor.order(1, OrderType=order_type, **{field: before}, **other)
    floor.send(1, first)
    floor.send(2, floor.order(2, BOSide=2))
    floor.read(1)
    change = floor.order(1, MessageType=2, OrigOrderID=first.OrderID, OrderType=order_type, **{field: after}, **other)
    (replaced,) = floor.send(1, change)
    assert replaced.MessageType == MessageType.REPLACED
    floor.send(2, floor.order(2, BOPrice=after))
    (filled,) = floor.read(1)
    assert (filled.MessageType, filled.BOSide, filled.BOPrice, filled.ExecPrice) == (
        MessageType.EXECUTION, 2, after, after
    )  # fmt: skip
