"""The market has no favourites: mirrored, shifted or renamed commands have mirrored, shifted or renamed events.

In: a seeded stream of commands, and the same stream seen in a glass. Out: a verdict about the two answers.
Never knows: what the right events are. Test F3 of the reliability plan, over every traded order type.
"""

from collections.abc import Callable
from dataclasses import fields
from dataclasses import replace as copy_of
from typing import NamedTuple

import pytest

from base.exchange import Exchange
from base.vocabulary.commands import Command
from base.vocabulary.events import Event
from base.vocabulary.orders import TIMES_IN_FORCE, OrderTerms, OrderType, Side
from base.vocabulary.participants import AccountTerms
from tests.kit.counts import count
from tests.reference.comparison import in_short
from tests.reference.market import INSTRUMENTS, PARTICIPANTS
from tests.reference.matcher import Matcher
from tests.reference.streams import Stream
from tests.reference.worlds import accounts

SEEDS = range(2, 2 + 3 * count(ordinary=2, long=60), 3)
"""Seeds of the world of plenty: equity is not the same on both sides of a mirror."""
COMMANDS = 1_500
RAISED = 1_000
MIRROR = 4_000
SHIFT = 37
PRICES = {"price_ticks", "original_price_ticks", "old_price_ticks"}
TERM_PRICES = {"stop_ticks", "take_profit_ticks", "second_leg_ticks"}
IDS = {"order_id", "original_order_id", "request_id"}
PLENTY = {"BTC": 10**15, "USD": 10**18, "USDT": 10**18}
RICH = tuple(AccountTerms(one.account, dict(PLENTY)) for one in accounts(2))


def unchanged(value: int) -> int:
    return value


class Glass(NamedTuple):
    """What becomes of prices, sides, ids and participants; a price of 0 means that there is none."""

    price: Callable[[int], int] = unchanged
    side: Callable[[int], int] = unchanged
    order_id: Callable[[int], int] = unchanged
    participant: Callable[[int], int] = unchanged

    def seen(self, value: Command | Event | OrderTerms) -> dict[str, object]:
        """The changed fields of a command or an event."""
        changes: dict[str, object] = {}
        for name in (one.name for one in fields(value)):
            field = getattr(value, name)
            if name in PRICES | TERM_PRICES:
                changes[name] = self.price(field) if field else 0
            elif name == "side":
                changes[name] = self.side(field)
            elif name in IDS:
                changes[name] = self.order_id(field) if field else 0
            elif name == "participant":
                changes[name] = self.participant(field)
            elif name == "terms" and field is not None:
                changes[name] = copy_of(field, **self.seen(field))
        return changes


GLASSES = {
    "mirrored": Glass(price=lambda ticks: MIRROR - ticks, side=lambda side: 3 - side),
    "shifted": Glass(price=lambda ticks: ticks + SHIFT),
    "other ids": Glass(order_id=lambda order_id: 7 * order_id + 3),
    "other names": Glass(participant=lambda number: (1, 0, 3, 2)[number]),
    "all at once": Glass(
        lambda ticks: MIRROR - SHIFT - ticks, lambda side: 3 - side,
        lambda order_id: 1_000_000 - order_id, lambda number: (1, 0, 3, 2)[number],
    ),
}  # fmt: skip


def raised(command: Command) -> Command:
    """Far from the price of nothing, and with one kind of sale, so that a mirror loses nothing."""
    glass = Glass(lambda ticks: ticks + RAISED, lambda side: min(side, int(Side.SELL)))
    return copy_of(command, **glass.seen(command))


def story(seed: int) -> list[Command]:
    """A stream without brackets, which only buy."""
    reference = Matcher(INSTRUMENTS, accounts(seed), PARTICIPANTS)
    types = frozenset(TIMES_IN_FORCE) - {OrderType.BRACKET}
    commands = []
    for command in Stream(seed, types, reference).commands(COMMANDS):
        reference.submit(command)
        commands.append(raised(command))
    return commands


@pytest.mark.parametrize("seed", SEEDS)
def test_the_market_looks_the_same_in_every_glass(seed: int) -> None:
    commands = story(seed)
    plain = Exchange(INSTRUMENTS, RICH, PARTICIPANTS)
    told = [plain.submit(command, place) for place, command in enumerate(commands)]
    for what, glass in GLASSES.items():
        exchange = Exchange(INSTRUMENTS, RICH, PARTICIPANTS)
        for place, command in enumerate(commands):
            events = exchange.submit(copy_of(command, **glass.seen(command)), place)
            expected = [copy_of(event, **glass.seen(event)) for event in told[place]]
            assert events == expected, f"{what}, seed {seed}, command {place}: {in_short(command)}"
