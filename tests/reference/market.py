"""A small market for tests, and seeded streams of commands at it.

In: a seed and a count. Out: instruments, accounts, participants; commands of every kind.
Never knows: the exchange. Few prices, small balances and ids from a narrow window, so that
crossings, refusals, repeats and stale ids all happen often and books stay short.
"""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from base.vocabulary.commands import CancelOrder, Command, NewOrder, QueryOrder, ReplaceOrder, WithdrawDayOrders
from base.vocabulary.instruments import Currency, Instrument
from base.vocabulary.orders import OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, Participant

ATOM = Fraction(1, 10**8)
BTC, USD, USDT = Currency("BTC", ATOM), Currency("USD", ATOM), Currency("USDT", ATOM)
BTCUSD = Instrument(1, "BTCUSD", 1, BTC, USD, Fraction(1, 2), Fraction(1, 10**5), 1, 10**8)
BTCUSDT = Instrument(4, "BTCUSDT", 1, BTC, USDT, Fraction(1, 100), Fraction(1, 10**5), 1, 10**8)
INSTRUMENTS = (BTCUSD, BTCUSDT)
ACCOUNTS = (
    AccountTerms(1, {"BTC": 250_000, "USD": 12_000_000, "USDT": 250_000}),
    AccountTerms(2, {"BTC": 250_000, "USD": 12_000_000, "USDT": 250_000}),
    AccountTerms(100700, {"BTC": 100_000, "USD": 4_000_000}),
)
PARTICIPANTS = (
    Participant(0, 1, "1"),
    Participant(1, 2, "BOU7"),
    Participant(2, 100700, "first"),
    Participant(3, 100700, "second"),
)

_TIMES = [TimeInForce.GOOD_TILL_CANCEL] * 8 + [
    TimeInForce.DAY, TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL, TimeInForce.POST_ONLY,
] * 2  # fmt: skip
_TYPES = [OrderType.LIMIT] * 14 + [OrderType.MARKET] * 3
_SIDES = (Side.BUY, Side.BUY, Side.BUY, Side.SELL, Side.SELL, Side.SELL_SHORT)
_WINDOW = 100


def random_commands(seed: int, count: int) -> Iterator[Command]:
    """That many commands, always the same for a seed, all values plain integers."""
    random = Random(seed)
    entered: list[NewOrder] = []
    for order_id in range(1, count + 1):
        command = _random_command(random, order_id, entered)
        if isinstance(command, NewOrder):
            if _may_rest(command) or random.random() < 0.1:
                entered.append(command)
            del entered[:-_WINDOW]
        elif isinstance(command, ReplaceOrder):
            entered[:] = [one for one in entered if one.order_id != command.original_order_id or random.random() < 0.2]
            entered.append(NewOrder(*(getattr(command, name) for name in NewOrder.__match_args__)))
        elif isinstance(command, CancelOrder):
            entered[:] = [one for one in entered if one.order_id != command.original_order_id or random.random() < 0.2]
        yield command


def _may_rest(command: NewOrder) -> bool:
    return command.order_type == OrderType.LIMIT and command.time_in_force in (
        TimeInForce.GOOD_TILL_CANCEL,
        TimeInForce.DAY,
        TimeInForce.POST_ONLY,
    )


def _random_command(random: Random, order_id: int, entered: list[NewOrder]) -> Command:
    participant = random.randrange(len(PARTICIPANTS))
    kind = random.random()
    if not entered or kind < 0.45:
        return _random_order(random, participant, order_id)
    original = entered[-1 - int(len(entered) * random.random() ** 2)]
    if random.random() < 0.9:
        participant = original.participant
    if kind < 0.62:
        fields = [original.instrument, original.side, original.order_type, original.time_in_force]
        if random.random() < 0.1:
            fields[random.randrange(4)] = random.randint(1, 4)
        price = original.price_ticks if random.random() < 0.4 else _random_price(random, original.side)
        lots = random.randint(1, 14)
        return ReplaceOrder(
            participant, _random_id(random, order_id), original.order_id, *fields, price, lots,
            random.choice((0, 0, 0, original.price_ticks, 99)), random.random() < 0.1,
        )  # fmt: skip
    if kind < 0.92:
        instrument = original.instrument if random.random() < 0.95 else random.choice(INSTRUMENTS).number
        price = random.choice((0, 0, 0, original.price_ticks, 99))
        return CancelOrder(participant, order_id, original.order_id, instrument, original.side, price)
    if kind < 0.99:
        return QueryOrder(participant, original.order_id)
    return WithdrawDayOrders(participant)


def _random_order(random: Random, participant: int, order_id: int) -> NewOrder:
    side, order_type = int(random.choice(_SIDES)), int(random.choice(_TYPES))
    times = _TIMES if order_type == OrderType.LIMIT else [one for one in _TIMES if one != TimeInForce.POST_ONLY]
    return NewOrder(
        participant,
        _random_id(random, order_id),
        random.choice(INSTRUMENTS).number,
        side,
        order_type,
        int(random.choice(times)),
        _random_price(random, side),
        random.randint(1, 12),
        random.random() < 0.1,
    )


def _random_price(random: Random, side: int) -> int:
    away = random.randint(-4, 6)
    return 100 - away if side == Side.BUY else 100 + away


def _random_id(random: Random, order_id: int) -> int:
    return order_id if random.random() < 0.9 else max(1, order_id - random.randrange(_WINDOW))
