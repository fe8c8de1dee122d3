"""Servers under the same load, in turns: the venue against the C limit, durable against not, round trips of one order.

In: how many rounds of how many seconds. Out: rows of the table. Never knows: how a server starts, what a frame holds.
All contestants of a row stay up and take short turns on the same core, because absolute rates move with the machine
and the hour; who is not at turn is stopped, so that a server that spins leaves its core to the others.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from statistics import median

from benchmarks.figures import Goal, Plan, Row, ratios
from benchmarks.limit import CLoad, Round, start_limit
from benchmarks.load import WINDOW
from benchmarks.processes import Target, start_venue

SESSIONS, MANY_SESSIONS = 10, 100


class Contestant:
    """One server under its load; it does nothing between its turns."""

    def __init__(self, target: Target, window: int, *, spins: bool = False) -> None:
        self._server = target.server
        self._cpu_before = self._server.cpu_seconds()
        self._load = CLoad(target, window, spins=spins)
        self.rounds: list[Round] = []
        os.kill(self._server.process, signal.SIGSTOP)

    def play(self, seconds: float) -> None:
        """One round."""
        os.kill(self._server.process, signal.SIGCONT)
        try:
            self.rounds.append(self._load.run(seconds))
        finally:
            os.kill(self._server.process, signal.SIGSTOP)

    @property
    def rates(self) -> list[float]:
        """Messages answered per second, of each round."""
        return [one.rate for one in self.rounds]

    def latencies_us(self, part: float) -> list[float]:
        """The microseconds within which this part was answered, of each round."""
        return [one.latency_ns(part) / 1000 for one in self.rounds]

    @property
    def cpu_us(self) -> float:
        """The server's processor time per message."""
        return (self._server.cpu_seconds() - self._cpu_before) / self._load.answered * 1e6

    def close(self) -> None:
        """End the load; the server goes on, so that it can end in its own way."""
        os.kill(self._server.process, signal.SIGCONT)
        self._load.close()


@contextmanager
def contest(
    servers: Sequence[AbstractContextManager[Target]], window: int, plan: Plan, *, spins: bool = False
) -> Iterator[list[Contestant]]:
    """Start all and let them take turns; they are still there when the figures are read."""
    with ExitStack() as stack:
        contestants = []
        for target in [stack.enter_context(server) for server in servers]:
            contestants.append(Contestant(target, window, spins=spins))
            stack.callback(contestants[-1].close)
        for number in range(1, plan.rounds + 1):
            plan.progress(f"round {number} of {plan.rounds}")
            for one in contestants:
                one.play(plan.seconds)
        yield contestants


def throughput(plan: Plan) -> Iterator[Row]:
    """Messages per second, journal on without sync, against the C limit."""
    servers = (start_venue(SESSIONS, durability="none"), start_limit(SESSIONS, durability="none"))
    with contest(servers, WINDOW, plan) as (venue, limit):
        yield Row(
            "throughput", f"orders per second, {SESSIONS} x {WINDOW}, journal on without sync, of the C limit",
            Goal(0.25, " of C"), ratios(venue.rates, limit.rates),
            f"floor 0.15; venue {median(venue.rates):,.0f}/s, C {median(limit.rates):,.0f}/s; processor time a message:"
            f" venue {venue.cpu_us:.2f} us, C {limit.cpu_us:.2f} us, ratio {limit.cpu_us / venue.cpu_us:.3f}",
        )  # fmt: skip


def durable(plan: Plan) -> Iterator[Row]:
    """Messages per second with every pass on the disk before it is answered, against the same without."""
    servers = (start_venue(MANY_SESSIONS), start_venue(MANY_SESSIONS, durability="none"))
    with contest(servers, WINDOW, plan) as (synced, unsynced):
        yield Row(
            "durable", f"durable orders per second, {MANY_SESSIONS} x {WINDOW}, of the undurable figure",
            Goal(0.9, ""), ratios(synced.rates, unsynced.rates),
            f"durable {median(synced.rates):,.0f}/s, undurable {median(unsynced.rates):,.0f}/s",
        )  # fmt: skip


def latency(plan: Plan) -> Iterator[Row]:
    """The median round trip of one order at a time, all sides asking for readiness without sleeping."""
    servers = (start_venue(1, durability="none", spins=True), start_limit(1, durability="none", spins=True))
    with contest(servers, 1, plan, spins=True) as (venue, limit):
        p50, p99 = ([median(one.latencies_us(part)) for one in (venue, limit)] for part in (0.5, 0.99))
        yield Row(
            "latency", "busy-poll p50 of one order, 1 x 1, of C", Goal(1.3, "x", is_ceiling=True),
            ratios(venue.latencies_us(0.5), limit.latencies_us(0.5)),
            f"p50: venue {p50[0]:.1f} us, C {p50[1]:.1f} us; p99: venue {p99[0]:.1f} us, C {p99[1]:.1f} us",
        )  # fmt: skip
