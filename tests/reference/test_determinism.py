"""The same commands give the same events and the same state, in any process.

In: one seeded stream of commands. Out: one SHA-256 over events and states, whatever PYTHONHASHSEED is.
Never knows: the exchange's insides. Test F6 of the reliability plan.
"""

import os
import subprocess
import sys
from hashlib import sha256

from base.exchange import Exchange
from base.vocabulary.commands import NewOrder, ReplaceOrder
from base.vocabulary.participants import AccountTerms
from tests.kit.counts import count
from tests.kit.source import ROOT
from tests.reference.market import ACCOUNTS, INSTRUMENTS, PARTICIPANTS, random_commands
from tests.reference.phrases import buy, cancel, replace, sell

COMMANDS = count(ordinary=3_000, long=100_000)
HASH_SEEDS = ("0", "1", "4294967295")


def story(commands: int) -> str:
    """A digest of everything that happens, with the state every thousand commands."""
    exchange = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
    digest = sha256()
    for place, command in enumerate(random_commands(7, commands)):
        digest.update(repr(exchange.submit(command, place)).encode())
        if place % 1000 == 0:
            digest.update(exchange.state_hash().encode())
    digest.update(exchange.state_hash().encode())
    return digest.hexdigest()


def test_one_story_under_every_hash_seed() -> None:
    program = f"from tests.reference.test_determinism import story; print(story({COMMANDS}))"
    told = {
        seed: subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in HASH_SEEDS
    }
    assert set(told.values()) == {story(COMMANDS)}, told


def test_the_time_of_a_command_changes_nothing() -> None:
    exchanges = [Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS) for _ in range(2)]
    for command in random_commands(11, 500):
        assert exchanges[0].submit(command, 0) == exchanges[1].submit(command, 10**18)
    assert exchanges[0].state_hash() == exchanges[1].state_hash()


def test_the_hash_sees_every_part_of_the_state() -> None:
    ask, other = sell(1, 5, by=1), sell(2, 5, by=1)

    def to_the_end(order: NewOrder) -> ReplaceOrder:
        return replace(order, order.order_id, 5, again=True)

    stories = {
        "nothing": [],
        "an order": [ask],
        "its id": [sell(2, 5, by=1)],
        "its owner": [sell(1, 5, by=2)],
        "its price": [sell(1, 5, 101, by=1)],
        "a cancel": [ask, cancel(ask, 9)],
        "a replace": [ask, replace(ask, 9, 4)],
        "a trade": [ask, buy(9, 5)],
        "a trade in two steps": [ask, buy(9, 2), buy(10, 3)],
        "two in a queue": [ask, other],
        "the same two, the first now last": [ask, other, to_the_end(ask)],
        "both to the end": [ask, other, to_the_end(ask), to_the_end(other)],
        "both to the end, the other way round": [ask, other, to_the_end(other), to_the_end(ask)],
    }
    hashes = set()
    for commands in stories.values():
        exchange = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
        for command in commands:
            exchange.submit(command, 0)
        hashes.add(exchange.state_hash())
    poorer = [AccountTerms(terms.account) for terms in ACCOUNTS]
    hashes.add(Exchange(INSTRUMENTS, poorer, PARTICIPANTS).state_hash())
    assert len(hashes) == len(stories) + 1, "balances count as well"


def test_the_order_of_the_settings_is_no_part_of_the_state() -> None:
    one = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
    other = Exchange(INSTRUMENTS[::-1], ACCOUNTS[::-1], PARTICIPANTS)
    for command in random_commands(3, 300):
        assert one.submit(command, 0) == other.submit(command, 0)
    assert one.state_hash() == other.state_hash()
