"""With fees, leverage and limits no atom is made or lost, and nobody owes more than the collateral reaches.

In: seeded streams of commands over all order types, the operator's included. Out: verdicts after every command.
Never knows: which events are right; the reference says that. Follows docs/risk.md.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from base.exchange import Exchange
from base.vocabulary.events import Event, OrderCancelled, OrderRejected, Trade, TradeBroken
from base.vocabulary.orders import TIMES_IN_FORCE
from base.vocabulary.participants import AccountTerms, OrderLimits, SelfTrade
from base.vocabulary.rejects import Reject
from tests.exchange.test_desk import CURRENCIES, check_equity
from tests.kit.counts import count
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.streams import Stream
from tests.reference.worlds import accounts

COMMANDS = count(ordinary=700, long=20_000)
SEEDS = range(600, 606)
MODES = ((), (SelfTrade.CANCEL_OLDEST, SelfTrade.NONE, SelfTrade.CANCEL_NEWEST))
LIMITS = {1: OrderLimits(400, 20_000_000, 100_000), 4: OrderLimits(most_lots=300, band_ppm=500_000)}
HAPPENS = {
    "margin refused", "set free without margin", "size", "value", "band", "a fee", "no fee", "owed", "paid back",
    "all paid back", "below nothing", "two currencies",
}  # fmt: skip


def terms(seed: int) -> tuple[AccountTerms, ...]:
    first, second, third = accounts(seed, MODES[seed % 2])
    return (
        replace(first, make_fee_ppm=250, take_fee_ppm=1010, leverage=3),
        replace(second, make_fee_ppm=701, leverage=10 if seed % 2 else 100, limits=LIMITS),
        replace(third, take_fee_ppm=100_000 if seed % 2 else 0, leverage=1),
    )


def owned(exchange: Exchange) -> dict[str, int]:
    """Everything that all have together: less what is owed, with what the venue took."""
    sums = {name: exchange.fees().get(name, 0) for name in CURRENCIES}
    for account in (1, 2, 100700):
        available, reserved, owed = exchange.equity(account), exchange.reserved(account), exchange.owed(account)
        for name in CURRENCIES:
            sums[name] += available[name] + reserved[name] - owed.get(name, 0)
    return sums


def check_collateral(exchange: Exchange) -> Iterator[str]:
    """Nobody is beyond what the collateral reaches; tell what was seen."""
    for account in (1, 2, 100700):
        positions = [exchange._positions[place] for place in exchange._accounts.holdings(account).values()]
        assert exchange.equity(account)["BTC"] >= 0 <= min(exchange.reserved(account).values())
        for position in positions:
            quote = position.quote
            assert quote.available + sum(one.collateral_atoms for one in positions if one.quote is quote) >= 0
            if quote.available < 0:
                yield "below nothing"
        if all(position.short_lots for position in positions):
            yield "two currencies"


def seen(events: list[Event]) -> Iterator[str]:
    named = {
        Reject.MARGIN_EXCEEDED: "margin refused", Reject.ORDER_TOO_LARGE: "size",
        Reject.ORDER_VALUE_TOO_LARGE: "value", Reject.PRICE_OUT_OF_BAND: "band",
    }  # fmt: skip
    for event in events:
        if isinstance(event, OrderRejected) and event.reason in named:
            yield named[Reject(event.reason)]
        elif isinstance(event, OrderCancelled) and event.reason == Reject.MARGIN_EXCEEDED:
            yield "set free without margin"
        elif isinstance(event, Trade):
            yield "a fee" if event.incoming_fee_atoms or event.resting_fee_atoms else "no fee"


def follow(seed: int) -> set[str]:
    """Run a stream and check after every command; what happened in it."""
    exchange = Exchange(INSTRUMENTS, terms(seed), PARTICIPANTS)
    reference = Matcher(INSTRUMENTS, accounts(seed, MODES[seed % 2]), PARTICIPANTS)
    stream = Stream(seed, frozenset(TIMES_IN_FORCE), reference, operated=bool(seed % 2))
    before, happened, debts = owned(exchange), set(), {"": 0}
    charged = dict.fromkeys(CURRENCIES, 0)
    paid: dict[int, tuple[str, int]] = {}
    for place, command in enumerate(stream.commands(COMMANDS)):
        reference.submit(command)
        events = exchange.submit(command, place)
        check_equity(exchange, [order for seat in exchange._seats for order in seat.open.values()])
        assert owned(exchange) == before, f"seed {seed}, command {place}"
        for event in events:
            if isinstance(event, Trade):
                quote = next(one.quote.name for one in INSTRUMENTS if one.number == event.instrument)
                charged[quote] += event.resting_fee_atoms + event.incoming_fee_atoms
                paid[event.exec_id] = quote, event.resting_fee_atoms + event.incoming_fee_atoms
            elif isinstance(event, TradeBroken):
                quote, atoms = paid.pop(event.exec_id)
                charged[quote] -= atoms
        assert {name: atoms for name, atoms in exchange.fees().items() if atoms} == {
            name: atoms for name, atoms in charged.items() if atoms
        }, "what is told is what is taken"
        happened |= {*check_collateral(exchange), *seen(events)}
        for holding, position in enumerate(exchange._positions):
            owed, debts[str(holding)] = debts.get(str(holding), 0), position.short_lots
            if position.short_lots != owed:
                lower = "paid back" if position.short_lots else "all paid back"
                happened.add("owed" if position.short_lots > owed else lower)
    return happened


def test_every_sum_is_kept_with_fees_and_debts() -> None:
    happened = set().union(*map(follow, SEEDS))
    assert happened >= HAPPENS, "the streams went where it is hard"


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_same_commands_give_the_same_state(seed: int) -> None:
    hashes = []
    for _ in range(2):
        exchange = Exchange(INSTRUMENTS, terms(seed), PARTICIPANTS)
        reference = Matcher(INSTRUMENTS, accounts(seed), PARTICIPANTS)
        for place, command in enumerate(Stream(seed, frozenset(TIMES_IN_FORCE), reference).commands(200)):
            reference.submit(command)
            exchange.submit(command, place)
        hashes.append(exchange.state_hash())
    assert hashes[0] == hashes[1]
