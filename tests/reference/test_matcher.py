"""The exchange and the naive reference give the same events for the same commands.

In: seeded streams of commands. Out: a verdict, with seed and command of the first difference.
Never knows: how either side works. Test F2 of the reliability plan. HANDOFF_SEED=n does stream n alone.
"""

import ast
import os
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from base.vocabulary.events import OrderAccepted, OrderCancelled, OrderReplaced, OrderReported, Trade
from base.vocabulary.operator_commands import OperatorCommand
from base.vocabulary.orders import TIMES_IN_FORCE
from base.vocabulary.participants import SelfTrade
from base.vocabulary.rejects import Reject
from tests.kit.counts import count
from tests.reference.comparison import compare
from tests.reference.situations import situations

COMMANDS_PER_STREAM = 5_000
STREAMS_PER_BATCH = 6
BATCHES = -(-count(ordinary=30_000, long=1_000_000) // (COMMANDS_PER_STREAM * STREAMS_PER_BATCH))
ONE_SEED = os.environ.get("HANDOFF_SEED", "")
ANSWERS = {
    OrderAccepted, OrderCancelled, OrderReplaced, OrderReported, Trade,
    Reject.NOT_ENOUGH_EQUITY, Reject.ORDER_UNKNOWN, Reject.ORIGINAL_ORDER_UNKNOWN, Reject.ORIGINAL_PRICE_DIFFERS,
    Reject.ORDER_ID_REPEATED, Reject.WOULD_TAKE, Reject.REPLACE_CHANGES_FIXED_FIELD, Reject.REPLACE_BELOW_EXECUTED,
}  # fmt: skip
OPERATED = ANSWERS | {Reject.ACCOUNT_DISABLED, Reject.MARKET_STATE}


@pytest.mark.parametrize("batch", range(1 if ONE_SEED else BATCHES))
def test_exchange_and_reference_tell_the_same_story(batch: int) -> None:
    if ONE_SEED:
        compare(int(ONE_SEED), frozenset(TIMES_IN_FORCE), COMMANDS_PER_STREAM)
        return
    seen: Counter[str] = Counter()
    answers: Counter[object] = Counter()
    for seed in range(batch * STREAMS_PER_BATCH, (batch + 1) * STREAMS_PER_BATCH):
        pair = compare(seed, frozenset(TIMES_IN_FORCE), COMMANDS_PER_STREAM)
        answers += pair.answers
        seen += pair.reference.seen
    print("\n".join(f"{times:6} {what}" for what, times in sorted(seen.items())))
    assert not ANSWERS - answers.keys(), "the streams leave answers out"
    if batch == 0:
        missing = sorted(situations(frozenset(TIMES_IN_FORCE)) - {what for what, times in seen.items() if times})
        assert not missing, "the streams leave situations out"


@pytest.mark.parametrize("batch", range(0 if ONE_SEED else BATCHES))
def test_the_same_story_when_accounts_do_not_trade_with_themselves(batch: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(batch * STREAMS_PER_BATCH, (batch + 1) * STREAMS_PER_BATCH):
        modes = [SelfTrade((seed + place) % len(SelfTrade)) for place in (1, 2, 3)]
        seen += compare(seed, frozenset(TIMES_IN_FORCE), COMMANDS_PER_STREAM, modes).reference.seen
    apart = {what for what in seen if what.startswith("kept apart")}
    assert len(apart) > len(frozenset(TIMES_IN_FORCE)), "the streams keep too few kinds of orders apart"
    assert {f"kept apart by {mode.name}" for mode in SelfTrade if mode} <= apart


@pytest.mark.parametrize("batch", range(0 if ONE_SEED else BATCHES))
def test_the_same_story_when_an_operator_steps_in(batch: int) -> None:
    seen: Counter[str] = Counter()
    answers: Counter[object] = Counter()
    for seed in range(batch * STREAMS_PER_BATCH, (batch + 1) * STREAMS_PER_BATCH):
        modes = [SelfTrade(seed % len(SelfTrade))] * 3
        pair = compare(seed, frozenset(TIMES_IN_FORCE), COMMANDS_PER_STREAM, modes, operated=True)
        seen += pair.reference.seen
        answers += pair.answers
    assert OPERATED <= answers.keys(), "the streams leave answers out"
    assert {command.__name__ for command in get_args(OperatorCommand)} | {"uncrossed"} <= seen.keys()


def test_the_reference_shares_no_code_with_what_it_checks() -> None:
    for module in ("matcher", "floor", "control", "entries", "wishes", "streams", "situations"):
        tree = ast.parse(Path(__file__).with_name(f"{module}.py").read_text())
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
        assert all(name.startswith(("base.vocabulary.", "tests.reference.")) for name in _of_the_house(imported))


def _of_the_house(modules: set[str]) -> set[str]:
    return {module for module in modules if module.split(".")[0] in ("base", "tests")}
