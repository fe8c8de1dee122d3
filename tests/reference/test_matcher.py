"""The exchange and the naive reference give the same events for the same commands.

In: seeded streams of commands. Out: a verdict, with seed and command of the first difference.
Never knows: how either side works. Test F2 of the reliability plan.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest

from base.exchange import Exchange
from base.vocabulary.events import OrderAccepted, OrderCancelled, OrderRejected, OrderReplaced, OrderReported, Trade
from base.vocabulary.rejects import Reject
from tests.kit.counts import count
from tests.reference.market import ACCOUNTS, INSTRUMENTS, PARTICIPANTS, random_commands
from tests.reference.matcher import Matcher

COMMANDS_PER_STREAM = 5_000
STREAMS = count(ordinary=30_000, long=1_000_000) // COMMANDS_PER_STREAM
SEEN_IN_EVERY_STREAM = {
    OrderAccepted, OrderCancelled, OrderReplaced, OrderReported, Trade,
    Reject.ORDER_TYPE_INVALID, Reject.FIELD_INVALID, Reject.NOT_ENOUGH_EQUITY, Reject.ORDER_UNKNOWN,
    Reject.ORIGINAL_ORDER_UNKNOWN, Reject.ORIGINAL_PRICE_DIFFERS, Reject.ORDER_ID_REPEATED, Reject.WOULD_TAKE,
    Reject.REPLACE_CHANGES_FIXED_FIELD, Reject.REPLACE_BELOW_EXECUTED,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(STREAMS))
def test_exchange_and_reference_tell_the_same_story(seed: int) -> None:
    exchange = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
    reference = Matcher(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
    seen: Counter[object] = Counter()
    for place, command in enumerate(random_commands(seed, COMMANDS_PER_STREAM)):
        events = exchange.submit(command, place)
        expected = reference.submit(command)
        assert events == expected, f"seed {seed}, command {place}: {command}"
        seen.update(event.reason if isinstance(event, OrderRejected) else type(event) for event in events)
        if place % 1000 == 0:
            _same_money(exchange, reference, f"seed {seed}, command {place}")
    _same_money(exchange, reference, f"seed {seed}, at the end")
    assert not SEEN_IN_EVERY_STREAM - seen.keys(), "the stream leaves cases out"


def _same_money(exchange: Exchange, reference: Matcher, where: str) -> None:
    for terms in ACCOUNTS:
        equity, held = exchange.equity(terms.account), exchange.reserved(terms.account)
        for currency, owned in reference.owned[terms.account].items():
            assert equity[currency] + held[currency] == owned, f"{where}: {terms.account} {currency}"
            assert equity[currency] == reference.available(terms.account, currency), where


def test_the_reference_shares_no_code_with_what_it_checks() -> None:
    tree = ast.parse(Path(__file__).with_name("matcher.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert {module.rsplit(".", 1)[0] for module in imported if module.startswith("base")} == {"base.vocabulary"}
    assert imported - {"collections.abc", "dataclasses"} == {m for m in imported if m.startswith("base.vocabulary.")}
