"""Supervisors hear of the fills of orders that came by OUCH, in the words of BO.

In: members of OUCH on a floor with a supervising account. Out: verdicts on copies. Never knows: how they are written.
"""

import pytest

from base.messages import Message
from base.wire.bo.logon import ClientLogon
from tests.gateway.test_drop_copy import ACCOUNTS, SUPERVISOR
from tests.kit.floor import user_of
from tests.kit.ouch_floor import BARE, JP, N42, N50, UNIT, OuchFloor, jp, jp_replace, n42, n50, repeated

TERMS = {SUPERVISOR: {"drop_copy_of": (1,)}, 1: {"make_fee_ppm": 100, "take_fee_ppm": 1_000}}


def floor_with() -> OuchFloor:
    return OuchFloor(accounts=ACCOUNTS, terms=TERMS)


def copies(floor: OuchFloor) -> list[Message]:
    """The supervisor logs on and reads what it is sent."""
    floor.connect(50)
    logon = ClientLogon(LogonType=1, Account=SUPERVISOR, UserName=user_of(SUPERVISOR))
    welcome, *told = floor.send(50, logon)
    assert welcome.LoginStatus == 1
    return told


def test_both_ways_of_being_filled_and_what_is_left() -> None:
    floor = floor_with()
    member, other = floor.join(1, JP), floor.join(2, N42)
    floor.ask(member, jp(1, "S", 2 * UNIT, 1_005))
    number = member.live[1].number
    floor.ask(other, n42("a", "B", UNIT, 1_005_000))
    floor.ask(member, jp_replace(1, 2, 2 * UNIT, 1_000))
    floor.ask(other, n42("b", "B", 3 * UNIT, 1_000_000))
    floor.ask(member, jp(3, "S", UNIT // 2, 990, timeInForce=0))
    partial, whole, taken = copies(floor)
    assert [(one.MessageType, one.MsgSeqNum) for one in (partial, whole, taken)] == [(9, 1), (8, 2), (17, 3)]
    assert {(one.Account, one.Key, one.TraderID, one.BOSymbol) for one in (partial, whole)} == {
        (1, 0, user_of(1), "BTCUSD")
    }
    assert (partial.OrderID, partial.ExecShares, partial.RemainingQuantity, partial.BOOrderQty) == (number, 1, 1, 1)
    assert (partial.ExecPrice, partial.BOPrice, partial.ExecFee, partial.BOSide, partial.TIF) == (
        100.5, 100.5, 0.01005, 2, 6,
    )  # fmt: skip
    assert (whole.OrderID, whole.ExecShares, whole.RemainingQuantity, whole.BOPrice) == (number, 1, 0, 100)
    assert (taken.ExecPrice, taken.ExecFee, taken.TIF, taken.OrderType) == (100, 0.05, 3, 1)
    assert taken.ExecID == 3 and taken.SendingTime == floor.now_ns


@pytest.mark.parametrize(("port", "order"), [(BARE, jp(1)), (N42, n42("a")), (N50, n50(1))])
def test_by_every_port_and_beside_those_of_bo(port: int, order: object) -> None:
    floor = floor_with()
    floor.log_on(2, SUPERVISOR)
    floor.ask(floor.join(1, port), order)  # type: ignore[arg-type]
    assert floor.read(SUPERVISOR) == []
    floor.send(2, floor.order(2, BOSide=2))
    (copy,) = floor.read(SUPERVISOR)
    assert (copy.MessageType, copy.ExecShares, copy.ExecPrice) == (8, 1.0, 100.0)


def test_nobody_hears_of_those_who_are_not_seen() -> None:
    floor = floor_with()
    floor.ask(floor.join(2, JP), jp(1))
    floor.ask(floor.join(3, N42), n42("a", "S"))
    assert copies(floor) == []


def test_the_past_leads_to_the_same_copies() -> None:
    floor = floor_with()
    floor.log_on(2)
    member = floor.join(1, N50)
    for number in range(1, 4):
        floor.ask(member, n50(number))
        floor.send(2, floor.order(2, BOSide=2))
    again = repeated(floor, accounts=ACCOUNTS, terms=TERMS)
    first, second = copies(floor), copies(again)
    assert [one.encode() for one in first] == [one.encode() for one in second] and len(first) == 3
