"""What an operator can stop, docs/market-control.md, rule by rule.

In: short conversations. Out: verdicts on the last command's events. Never knows: how books are kept.
Participants 2 and 3 share account 100700.
"""

import pytest

from base.vocabulary.commands import Command, LoseParticipant
from base.vocabulary.operator_commands import EndSession, KillAccount, MassCancel, ReleaseAccount
from base.vocabulary.orders import OrderType, Side
from tests.exchange.stories import market, told
from tests.reference.phrases import DAY, buy, cancel, log_out, order, query, replace, sell

SELL = int(Side.SELL)
BIDS: list[Command] = [buy(1, 1, 90, by=3), buy(2, 2, 90, by=2), buy(3, 3, 90), buy(4, 4, 90, by=2, on=4)]
KILL, RELEASE = KillAccount(1), ReleaseAccount(1)
SLICED = order(OrderType.LIMIT, 5, SELL, 8, display=1, refresh=2)
STOP = order(OrderType.STOP_MARKET, 6, SELL, 1, 0, stop=80)

Case = tuple[str, list[Command], list[str]]
CASES: list[Case] = [
    ("of an account, whoever entered it, by number", [*BIDS, MassCancel(100700)],
     ["1 cancelled 1", "2 cancelled 2", "4 cancelled 4"]),
    ("of an account in an instrument", [*BIDS, MassCancel(100700, 1)], ["1 cancelled 1", "2 cancelled 2"]),
    ("of an instrument", [*BIDS, MassCancel(0, 1)], ["1 cancelled 1", "2 cancelled 2", "3 cancelled 3"]),
    ("of all", [*BIDS, MassCancel()], ["1 cancelled 1", "2 cancelled 2", "3 cancelled 3", "4 cancelled 4"]),
    ("of nobody", [*BIDS, MassCancel(2)], []),
    ("what waits and what is not shown too", [SLICED, STOP, MassCancel(1)],
     ["1 cancelled 8", "1 shows 0@100", "2 cancelled 1"]),
    ("then the book is settled", [buy(1, 1, 90), buy(2, 1, 80, by=1), order(OrderType.PEG, 3, 1, 1, 95, by=1),
     MassCancel(1)], ["1 cancelled 1", "3 shows 1@80"]),
    ("a killed account has no orders", [*BIDS, KILL], ["3 cancelled 3"]),
    ("enters none", [KILL, buy(1, 1)], ["refused ACCOUNT_DISABLED"]),
    ("none of any type", [KILL, STOP], ["refused ACCOUNT_DISABLED"]),
    ("replaces none", [buy(1, 1), KILL, replace(buy(1, 1), 2, 3)], ["refused ACCOUNT_DISABLED"]),
    ("nobody of it", [KillAccount(100700), buy(1, 1, by=3)], ["refused ACCOUNT_DISABLED"]),
    ("others do", [KILL, buy(1, 1, by=1)], ["1 accepted"]),
    ("its requests are answered", [buy(1, 1), KILL, query(1)], ["1 4 executed 0 leaves 0"]),
    ("its cancels too", [buy(1, 1), KILL, cancel(buy(1, 1), 2)], ["refused ORIGINAL_ORDER_UNKNOWN"]),
    ("killed twice", [KILL, KILL], []),
    ("released", [KILL, RELEASE, buy(1, 1)], ["1 accepted"]),
    ("released without need", [RELEASE], []),
    ("one of two released", [KILL, KillAccount(2), RELEASE, buy(1, 1, by=1)], ["refused ACCOUNT_DISABLED"]),
    ("day orders leave at the end, by number",
     [buy(1, 1, tif=DAY, by=3), buy(2, 2), buy(3, 3, tif=DAY), EndSession()], ["1 cancelled 1", "3 cancelled 3"]),
    ("then ids are free again", [buy(1, 1, tif=DAY), EndSession(), buy(1, 2)], ["2 accepted"]),
    ("those of open orders are not", [buy(1, 1), EndSession(), buy(1, 2)], ["refused ORDER_ID_REPEATED"]),
    ("nor their former ids", [buy(1, 1), replace(buy(1, 1), 2, 3), EndSession(), buy(1, 2)],
     ["refused ORDER_ID_REPEATED"]),
    ("finished orders are forgotten", [sell(1, 1), buy(2, 1, by=1), EndSession(), query(1)], ["refused ORDER_UNKNOWN"]),
    ("a lost user's orders leave", [*BIDS, LoseParticipant(2)], ["2 cancelled 2", "4 cancelled 4"]),
    ("unless the account wants them to stay", [*BIDS, LoseParticipant(0)], []),
    ("the day ends for one at logout", [buy(1, 1, tif=DAY, by=3), buy(3, 3, tif=DAY), log_out(3)], ["1 cancelled 1"]),
]  # fmt: skip


@pytest.mark.parametrize("rule, commands, events", CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: str, commands: list[Command], events: list[str]) -> None:
    assert told(*commands, on=market()) == events, rule


def test_a_killed_account_keeps_its_balances() -> None:
    exchange = market(5, 500)
    before = exchange.equity(1)
    told(buy(1, 1), SLICED, KILL, on=exchange)
    assert exchange.equity(1) == before
    assert set(exchange.reserved(1).values()) == {0}


def test_the_hash_sees_who_is_killed() -> None:
    killed, other, released = market(), market(), market()
    told(KILL, on=killed)
    told(KillAccount(2), on=other)
    told(KILL, RELEASE, on=released)
    assert len({one.state_hash() for one in (killed, other, released)}) == 3
    assert released.state_hash() == market().state_hash()
