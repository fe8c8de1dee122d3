"""The same commands give the same events and the same state, in any process.

In: one seeded stream of commands. Out: one SHA-256 over events and states, whatever PYTHONHASHSEED is.
Never knows: the exchange's insides. Test F6 of the reliability plan.
"""

import os
import subprocess
import sys
from hashlib import sha256

from base.exchange import Exchange
from base.vocabulary.commands import Command, NewOrder, ReplaceOrder, SetReferencePrice
from base.vocabulary.orders import TIMES_IN_FORCE, OrderType, Side, Trigger
from base.vocabulary.participants import AccountTerms
from tests.kit.counts import count
from tests.kit.source import ROOT
from tests.reference.market import ACCOUNTS, INSTRUMENTS, PARTICIPANTS, random_commands
from tests.reference.matcher import Matcher
from tests.reference.phrases import buy, cancel, order, replace, sell
from tests.reference.streams import Stream
from tests.reference.worlds import accounts

COMMANDS = count(ordinary=2_000, long=10_000)
HASH_SEEDS = ("0", "1", "2", "77777", "4294967295")
REPEATS = count(ordinary=2, long=20)
GOLDEN_SEED, GOLDEN_COMMANDS = 4, 2_000
GOLDEN = "3eabc5c0dc87ea592508bc4598d87475f66fdc6090ef7e63a9580854b44bfb55"
"""The hash of the state after the story of that seed. If it changes, so does what the venue does."""
BUY, SELL = int(Side.BUY), int(Side.SELL)
T = OrderType


def story(commands: int) -> str:
    """A digest of everything that happens, with the state every thousand commands."""
    exchange = Exchange(INSTRUMENTS, accounts(7), PARTICIPANTS)
    reference = Matcher(INSTRUMENTS, accounts(7), PARTICIPANTS)
    digest = sha256()
    for place, command in enumerate(Stream(7, frozenset(TIMES_IN_FORCE), reference).commands(commands)):
        reference.submit(command)
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
    assert set(told.values()) == {story(COMMANDS) for _ in range(REPEATS)}, told


def test_the_state_after_a_long_story_is_the_one_of_old() -> None:
    reference = Matcher(INSTRUMENTS, accounts(GOLDEN_SEED), PARTICIPANTS)
    exchange = Exchange(INSTRUMENTS, accounts(GOLDEN_SEED), PARTICIPANTS)
    stream = Stream(GOLDEN_SEED, frozenset(TIMES_IN_FORCE), reference)
    for place, command in enumerate(stream.commands(GOLDEN_COMMANDS)):
        reference.submit(command)
        exchange.submit(command, place)
    assert exchange.state_hash() == GOLDEN, "if the page or the stream has changed on purpose, keep the new hash"


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


def test_the_hash_sees_what_the_order_types_add() -> None:
    index, mark = int(Trigger.INDEX), int(Trigger.MARK)
    trail, best = order(T.TRAILING_STOP_MARKET, 1, SELL, 1, 0, stop=95, distance=3, trigger=index), buy(2, 1, 99)
    ice = order(T.ICE, 1, BUY, 4, layers=2, size_increment=2, price_increment=3)
    stories: list[list[Command]] = [
        [SetReferencePrice(1, index, 100)],
        [SetReferencePrice(1, index, 101)],
        [SetReferencePrice(1, mark, 100)],
        [SetReferencePrice(4, index, 100)],
        [order(T.STOP_MARKET, 1, BUY, 1, 0, stop=105)],
        [order(T.STOP_MARKET, 1, BUY, 1, 0, stop=106)],
        [order(T.STOP_MARKET, 1, BUY, 1, 0, stop=105, trigger=index)],
        [order(T.STOP_LIMIT, 1, BUY, 1, 1, stop=105)],
        [trail, SetReferencePrice(1, index, 100)],
        [trail, SetReferencePrice(1, index, 101), SetReferencePrice(1, index, 100)],
        [order(T.TRAILING_STOP_MARKET, 1, SELL, 1, 0, stop=95, distance=3)],
        [order(T.TRAILING_STOP_MARKET, 1, SELL, 1, 0, stop=95, distance=4)],
        [order(T.TRAILING_STOP_LIMIT, 1, SELL, 1, 0, stop=95, distance=3)],
        [order(T.LIMIT, 1, SELL, 5, hidden=1)],
        [order(T.LIMIT, 1, SELL, 5, display=1, refresh=2)],
        [order(T.LIMIT, 1, SELL, 5, display=2, refresh=2)],
        [order(T.LIMIT, 1, SELL, 5, display=2, refresh=1)],
        [order(T.PEG, 1, BUY, 2)],
        [order(T.PEG_HIDDEN, 1, BUY, 2, hidden=1)],
        [order(T.ONE_CANCELS_OTHER, 1, BUY, 4, stop=105)],
        [order(T.ONE_CANCELS_OTHER, 1, BUY, 4, stop=106)],
        [best, ice, cancel(best, 3)],
        [buy(2, 1, 98), ice, cancel(best, 3)],
        [order(T.ICE, 1, BUY, 4, layers=4, size_increment=1, price_increment=3)],
        [order(T.ICE, 1, BUY, 4, layers=2, size_increment=2, price_increment=3, price_offset=1)],
        [order(T.ONE_CANCELS_OTHER_ICE, 1, BUY, 4, stop=105, layers=2, size_increment=2, price_increment=3)],
        [order(T.BRACKET, 1, BUY, 2, second_leg=103)],
        [order(T.BRACKET, 1, BUY, 2, second_leg=104)],
        [order(T.SNIPER_LIMIT, 1, BUY, 4)],
        [order(T.SNIPER_MARKET, 1, BUY, 4)],
        [order(T.TAKE_PROFIT_STOP_MARKET, 1, BUY, 2, take_profit=104, stop=96)],
        [order(T.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 2, take_profit=104, stop=96)],
        [order(T.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 2, take_profit=104, stop=95)],
        [order(T.TAKE_PROFIT_STOP_LIMIT, 1, BUY, 2, take_profit=103, stop=95)],
    ]  # fmt: skip
    hashes = {}
    for place, commands in enumerate(stories):
        exchange = Exchange(INSTRUMENTS, ACCOUNTS, PARTICIPANTS)
        for command in commands:
            exchange.submit(command, 0)
        same = hashes.setdefault(exchange.state_hash(), place)
        assert same == place, (commands, stories[same])
