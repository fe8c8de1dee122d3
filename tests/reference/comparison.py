"""The exchange and the reference side by side, and the shortest story of where they part.

In: a seed and the order types that are traded. Out: the situations that were reached, or an AssertionError
that shows the first difference, made short. Never knows: how either side works.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from base.exchange import Exchange
from base.publish.depth import Depth, Level
from base.vocabulary.commands import Command, NewOrder, ReplaceOrder
from base.vocabulary.events import OrderMoved, OrderRejected
from base.vocabulary.operator_commands import MarketState
from base.vocabulary.orders import OpenOrder, OrderType, Side, TimeInForce, Trigger
from base.vocabulary.participants import AccountTerms, Exposure, SelfTrade
from tests.reference.entries import Entry, need
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.streams import Stream
from tests.reference.worlds import accounts, charged_accounts

STATES_EVERY = 20
"""Commands between two looks at money, open orders, exposures and depth; events are compared after each command."""

MOST_REPEATED = 150_000
"""Commands that are done again at most while a story is tried with parts left out, to make it shorter."""


@dataclass
class Difference:
    """After the command at ``place`` the two are not of one mind."""

    place: int
    exchange: object
    reference: object


class Pair:
    """An exchange and a reference that are given the same commands."""

    def __init__(self, terms: Sequence[AccountTerms]) -> None:
        self.accounts = terms
        self.exchange = Exchange(INSTRUMENTS, terms, PARTICIPANTS)
        self.reference = Matcher(INSTRUMENTS, terms, PARTICIPANTS)
        self.depth = Depth([one.number for one in INSTRUMENTS])
        self.done = 0
        self.answers: Counter[object] = Counter()

    def step(self, command: Command, look: bool) -> Difference | None:
        """Do one command on both sides; ``look`` compares the states as well."""
        expected = self.reference.submit(command)
        try:
            events = self.exchange.submit(command, self.done)
            self.depth.apply(command, events)
        except Exception as broken:
            return Difference(self.done, broken, expected)
        self.done += 1
        told = [event for event in events if not isinstance(event, OrderMoved)]
        if told != expected:
            return Difference(self.done - 1, told, expected)
        self.answers.update(event.reason if isinstance(event, OrderRejected) else type(event) for event in told)
        return self.look() if look else None

    def look(self) -> Difference | None:
        """Compare money, open orders, exposures and depth."""
        for number, state in self.reference.states.items():
            bids, asks = self.depth.levels(number, 1)
            if state == MarketState.OPEN and bids and asks and bids[0].price_ticks >= asks[0].price_ticks:
                return Difference(self.done - 1, (bids, asks), "a book that is not crossed, as the instrument is open")
        for sees, holds in (
            (self.money(), expected_money(self.reference)),
            (without_zeros(self.exchange.fees()), without_zeros(self.reference.fees)),
            (self.owed(), {number: self.reference.owed(number) for number in self.reference.owned}),
            (self.open_orders(), expected_open_orders(self.reference)),
            (self.exposures(), expected_exposures(self.reference)),
            ({i.number: self.depth.levels(i.number, 99) for i in INSTRUMENTS}, expected_levels(self.reference)),
        ):
            if sees != holds:
                return Difference(self.done - 1, sees, holds)
        return None

    def money(self) -> dict[int, tuple[dict[str, int], dict[str, int]]]:
        numbers = [one.account for one in self.accounts]
        return {number: (self.exchange.equity(number), self.exchange.reserved(number)) for number in numbers}

    def owed(self) -> dict[int, dict[str, int]]:
        return {one.account: without_zeros(self.exchange.owed(one.account)) for one in self.accounts}

    def exposures(self) -> dict[tuple[int, int], Exposure]:
        return {
            (one.account, i.number): self.exchange.exposure(one.account, i.number)
            for one in self.accounts
            for i in INSTRUMENTS
        }

    def open_orders(self) -> dict[tuple[int, int], list[OpenOrder]]:
        return {
            (one.number, i.number): list(self.exchange.open_orders(one.number, i.number))
            for one in PARTICIPANTS
            for i in INSTRUMENTS
        }


def without_zeros(atoms: Mapping[str, int]) -> dict[str, int]:
    return {currency: amount for currency, amount in atoms.items() if amount}


def expected_money(reference: Matcher) -> dict[int, tuple[dict[str, int], dict[str, int]]]:
    """What is free, and what is not: held back by orders, or the collateral of what is owed."""
    return {
        account: (
            {currency: reference.available(account, currency) for currency in owned},
            {
                currency: reference.reserved(account, currency) + reference.all_collateral(account, currency)
                for currency in owned
            },
        )
        for account, owned in reference.owned.items()
    }


def expected_exposures(reference: Matcher) -> dict[tuple[int, int], Exposure]:
    """What is open are the orders that hold equity back, at the prices of their legs."""
    exposures = {}
    for account in reference.owned:
        for number, book in reference.books.items():
            figures = []
            for buys in (True, False):
                mine = [e for e in book if e.account == account and e.buys == buys and e.reserves()]
                atoms = sum(need(e.instrument, True, e.leaves, e.price) for e in mine)
                figures += [sum(entry.leaves for entry in mine), atoms]
            for buys in (True, False):
                key = (account, number, buys)
                figures += [reference.traded_lots[key], reference.traded_atoms[key]]
            mine = [entry for entry in book if entry.account == account]
            fees = [e.reserves() - need(e.instrument, True, e.leaves, e.price) for e in mine if e.buys and e.reserves()]
            figures += [sum(fees), sum(entry.reserves() for entry in mine if entry.is_short)]
            figures += [reference.owed_lots[account, number], reference.collateral[account, number]]
            exposures[account, number] = Exposure(*figures)
    return exposures


def expected_open_orders(reference: Matcher) -> dict[tuple[int, int], list[OpenOrder]]:
    def listed(entry: Entry) -> OpenOrder:
        rests = any(piece.rests for piece in entry.pieces)
        return OpenOrder(
            entry.number, entry.order_id, entry.is_replaced, entry.price, entry.leaves, entry.executed,
            entry.leg_side, not rests,
        )  # fmt: skip

    return {
        (one.number, number): [
            listed(entry) for entry in sorted(book, key=lambda e: e.number) if entry.participant == one.number
        ]
        for one in PARTICIPANTS
        for number, book in reference.books.items()
    }


def expected_levels(reference: Matcher) -> dict[int, tuple[list[Level], list[Level]]]:
    """The visible book: slices only, nothing hidden; each layer counts as an order."""
    levels = {}
    for number, book in reference.books.items():
        pieces = [piece for entry in book if not entry.is_hidden for piece in entry.pieces if piece.rests]
        sides = []
        for buys in (True, False):
            here = [piece for piece in pieces if piece.entry.buys == buys]
            prices = sorted({piece.price for piece in here}, reverse=buys)
            at = {price: [piece.shown for piece in here if piece.price == price] for price in prices}
            sides.append([Level(price, sum(shown), len(shown)) for price, shown in at.items()])
        levels[number] = (sides[0], sides[1])
    return levels


def first_difference(commands: Sequence[Command], terms: Sequence[AccountTerms]) -> Difference | None:
    """Do a finished story, with a look at the states at its end."""
    pair = Pair(terms)
    for place, command in enumerate(commands, 1):
        difference = pair.step(command, look=place == len(commands))
        if difference:
            return difference
    return None


def shortened(commands: list[Command], terms: Sequence[AccountTerms]) -> list[Command]:
    """Leave out what the difference does not need: the end, then ever smaller parts."""
    repeated = 0
    size = max(1, len(commands) // 2)
    while size:
        at = 0
        while at < len(commands) and repeated < MOST_REPEATED:
            shorter = commands[:at] + commands[at + size :]
            repeated += len(shorter)
            difference = first_difference(shorter, terms)
            if difference:
                commands = shorter[: difference.place + 1]
            else:
                at += size
        size //= 2
    return commands


def compare(
    seed: int, types: Collection[int], count: int, modes: Sequence[SelfTrade] = (), *,
    operated: bool = False, charged: bool = False,
) -> Pair:  # fmt: skip
    """One stream of commands at both; the pair at its end, or an AssertionError about the first difference."""
    terms = charged_accounts(seed, modes) if charged else accounts(seed, modes)
    pair = Pair(terms)
    given: list[Command] = []
    for command in Stream(seed, types, pair.reference, operated=operated).commands(count):
        given.append(command)
        difference = pair.step(command, look=len(given) % STATES_EVERY == 0 or len(given) == count)
        if difference:
            raise AssertionError(report(seed, given, terms, difference))
    return pair


def report(seed: int, given: list[Command], terms: Sequence[AccountTerms], difference: Difference) -> str:
    """What a reader needs to repeat and understand it."""
    short = shortened(given, terms)
    again = first_difference(short, terms) or difference
    lines = [
        f"seed {seed}, command {difference.place}: the exchange and the reference differ",
        f"again: HANDOFF_SEED={seed} python -m pytest -q {os.environ.get('PYTEST_CURRENT_TEST', '').split('[')[0]}",
        f"exchange:  {difference.exchange!r}",
        f"reference: {difference.reference!r}",
        f"shortest story found, {len(short)} commands, accounts:",
        *(f"  {one}" for one in terms),
        *(f"  {in_short(command)}" for command in short),
        f"exchange:  {again.exchange!r}",
        f"reference: {again.reference!r}",
    ]
    return "\n".join(lines)


def in_short(command: Command) -> str:
    """A command in one line: what it is, and the fields that say something."""
    words = {"side": Side, "order_type": OrderType, "time_in_force": TimeInForce, "trigger": Trigger}
    named = dict(_fields(command))
    if isinstance(command, NewOrder | ReplaceOrder):
        named.pop("terms", None)
        named |= dict(_fields(command.terms)) if command.terms else {}
    said = [
        f"{name.removesuffix('_ticks').removesuffix('_lots')}={words[name](value).name if name in words else value}"
        for name, value in named.items()
        if value or name == "participant"
    ]
    return f"{type(command).__name__} {' '.join(said)}"


def _fields(value: object) -> Iterator[tuple[str, int]]:
    for one in fields(value):  # type: ignore[arg-type]
        yield one.name, getattr(value, one.name)
