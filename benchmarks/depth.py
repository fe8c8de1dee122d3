"""What one operation costs in a book of ten, ten thousand and a million resting orders.

In: nothing. Out: a table, nanoseconds per operation (median of rounds), on the standard output. Never knows:
sockets, messages. The cost must not depend on how many orders rest; absolute figures move with the machine.

    python -m benchmarks.depth [--largest N]
"""

import argparse
import gc
import random
import statistics
from collections.abc import Callable
from fractions import Fraction

from base.clock import Clock
from base.exchange import Exchange
from base.limits import OPEN_ORDERS_PER_PARTICIPANT
from base.vocabulary.instruments import Currency, Instrument
from base.vocabulary.orders import OrderType, Side, TimeInForce
from base.vocabulary.participants import AccountTerms, Participant

RESTING = (10, 10_000, 1_000_000)
ROUNDS, OPERATIONS = 15, 400
MIDDLE_TICKS, LEVELS = 100_000, 2_000
LIMIT, GTC = int(OrderType.LIMIT), int(TimeInForce.GOOD_TILL_CANCEL)
BUY, SELL = int(Side.BUY), int(Side.SELL)


class Market:
    """An exchange with one instrument and so many orders at rest, half on each side, over some thousand prices."""

    def __init__(self, resting: int) -> None:
        atom = Fraction(1, 10**8)
        instrument = Instrument(
            1, "BTCUSD", 1, Currency("BTC", atom), Currency("USD", atom), Fraction(1, 2), Fraction(1, 10**5), 1, 10**9
        )
        traders = resting // (OPEN_ORDERS_PER_PARTICIPANT // 2) + 2
        plenty = {"BTC": 10**20, "USD": 10**20}
        self._exchange = Exchange(
            [instrument],
            [AccountTerms(number + 1, dict(plenty)) for number in range(traders)],
            [Participant(number, number + 1, "u") for number in range(traders)],
        )
        self._random = random.Random(resting)
        self._traders = traders
        self._order_id = 0
        self.orders = [self.rest() for _ in range(resting)]

    def rest(self) -> tuple[int, int]:
        """Enter an order that rests; gives its participant and id."""
        side = self._random.choice((BUY, SELL))
        away = self._random.randint(1, LEVELS)
        price_ticks = MIDDLE_TICKS - away if side == BUY else MIDDLE_TICKS + away
        self._order_id += 1
        participant = self._order_id % self._traders
        self._exchange.new_order(participant, self._order_id, 1, side, LIMIT, GTC, price_ticks, 100, False, 0)
        return participant, self._order_id

    def cancel(self) -> None:
        """Cancel any order of the book."""
        place = self._random.randrange(len(self.orders))
        self.orders[place], self.orders[-1] = self.orders[-1], self.orders[place]
        participant, order_id = self.orders.pop()
        self._exchange.cancel_order(participant, 0, order_id, 1, BUY, 0, 0)

    def trade(self) -> None:
        """Rest an order in the middle and match it."""
        for side in (SELL, BUY):
            self._order_id += 1
            self._exchange.new_order(0, self._order_id, 1, side, LIMIT, GTC, MIDDLE_TICKS, 100, False, 0)


def nanoseconds_each(operation: Callable[[], object], clock: Clock) -> float:
    """Time an operation, many times in a row."""
    start_ns = clock.system_ns()
    for _ in range(OPERATIONS):
        operation()
    return (clock.system_ns() - start_ns) / OPERATIONS


def measure(resting: int, clock: Clock) -> dict[str, float]:
    """Median nanoseconds of each operation; what is entered is cancelled again, so that the depth stays."""
    market = Market(resting)
    gc.collect()
    gc.freeze()
    rounds: dict[str, list[float]] = {"enter": [], "cancel": [], "rest and match": []}
    for _ in range(ROUNDS):
        rounds["enter"].append(nanoseconds_each(lambda: market.orders.append(market.rest()), clock))
        rounds["cancel"].append(nanoseconds_each(market.cancel, clock))
        rounds["rest and match"].append(nanoseconds_each(market.trade, clock))
    gc.unfreeze()
    return {name: statistics.median(times) for name, times in rounds.items()}


def report(largest: int) -> str:
    """Measure and write the table."""
    clock = Clock()
    lines = [f"{'resting orders':>15} {'enter':>10} {'cancel':>10} {'rest and match':>16}   ns, this machine, now"]
    for resting in RESTING:
        if resting <= largest:
            figures = measure(resting, clock)
            cells = f"{figures['enter']:>10,.0f} {figures['cancel']:>10,.0f} {figures['rest and match']:>16,.0f}"
            lines.append(f"{resting:>15,} {cells}")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--largest", type=int, default=RESTING[-1], metavar="N", help="leave larger books out")
    print(report(parser.parse_args().largest))


if __name__ == "__main__":
    main()
