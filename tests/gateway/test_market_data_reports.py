"""The tape equals what the owners of the orders were told: each execution once, in order, with price, size and side.

In: a seeded crowd of all order types with its operator, a supervisor who sees all accounts, a gallery. Out: verdicts.
"""

import pytest

from base.wire.bo.logon import ClientLogon
from tests.kit.counts import count
from tests.kit.floor import Floor, user_of
from tests.kit.gallery import TOB, Gallery
from tests.kit.traffic import Traffic

SUPERVISOR = 9
TAKER = (17, 18)
"""Answers to ORDER_STATUS repeat these types, without an ExecID."""


@pytest.mark.parametrize("seed", range(2))
def test_trades_are_those_that_were_reported(seed: int) -> None:
    floor = Floor(accounts=(1, 2, 3, SUPERVISOR), terms={SUPERVISOR: {"drop_copy_of": (1, 2, 3)}}, overheard=True)
    floor.connect(50)
    floor.send(50, ClientLogon(LogonType=1, Account=SUPERVISOR, UserName=user_of(SUPERVISOR)))
    gallery = Gallery(floor.feed_of_events)
    gallery.log_on(1)
    gallery.subscribe(1, TOB, {"SymbolEnum": 1}, {"SymbolEnum": 4})
    traffic = Traffic(seed)
    reported, told = [], []
    for _ in range(count(ordinary=1_500, long=50_000)):
        traffic.step(floor)
        gallery.tell()
        reported += [one for one in floor.read(50) if one.MessageType in TAKER and one.ExecID]
        told += [one for one in gallery.read(1) if one.LETTER == "V"]
    assert len(reported) > 100
    assert [one.ExecID for one in reported] == list(range(1, len(reported) + 1))
    assert [(one.SymbolEnum, one.Price, one.Volume, one.Side) for one in told] == [
        (one.SymbolEnum, one.ExecPrice, one.ExecShares, min(one.BOSide, 2)) for one in reported
    ]
