"""Servers under the same load, in turns: the venue against the C limit, durable against not, round trips of one order.

In: how many rounds of how many seconds. Out: rows of the table. Never knows: how a server starts, what a frame holds.
All contestants of a row stay up and take short turns on the same core, because absolute rates move with the machine
and the hour; who is not at turn is stopped, so that a server that spins leaves its core to the others.
"""

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from statistics import median
from time import perf_counter
from typing import Protocol

from benchmarks.c_programs import compiler
from benchmarks.conversation import Round
from benchmarks.figures import Goal, Plan, Row, ratios
from benchmarks.limit import CLoad, start_limit
from benchmarks.load import WINDOW, Load
from benchmarks.nasdaq import start_nasdaq
from benchmarks.processes import Target, start_venue

SESSIONS, MANY_SESSIONS = 10, 100

THROUGHPUT = Row(
    "throughput", f"order throughput {SESSIONS} x {WINDOW}, pure CPython, journal on without sync, through the rooms",
    "of the C limit (floor 0.15)", Goal(0.25, ""),
)  # fmt: skip
DURABLE = Row(
    "durable", f"the same, durable (group commit), {MANY_SESSIONS} x {WINDOW}", "of the undurable figure", Goal(0.9, "")
)
LATENCY = Row("latency", "busy-poll p50 of one order, 1 x 1", "of C", Goal(1.3, "x", is_ceiling=True))
NASDAQ = Row(
    "nasdaq", "against a nasdaq-protocols server doing less", f"accepts only, {SESSIONS} x {WINDOW}", Goal(30, "x")
)
STREAMS = Row("asyncio", "against the same engine behind asyncio streams", f"{SESSIONS} x {WINDOW}", Goal(4, "x"))
NO_COMPILER = "no C compiler here; install one, or name it in CC"


class Client(Protocol):
    """What loads a server."""

    @property
    def answered(self) -> int: ...

    def run(self, seconds: float, /) -> Round: ...

    def close(self) -> None: ...


class PlainLoad:
    """The load client in Python, whose rounds are told like those of the other one."""

    def __init__(self, target: Target) -> None:
        self._load = Load(target.sessions)
        self.close = self._load.close

    @property
    def answered(self) -> int:
        """All messages that were answered."""
        return self._load.answered

    def run(self, seconds: float) -> Round:
        """One round, without latencies."""
        return Round(round(self._load.run(seconds) * seconds), seconds)


def full_load(target: Target) -> Client:
    """The load client in C; in Python where no compiler is, which slows all contestants alike."""
    return CLoad(target) if compiler() else PlainLoad(target)


def ping_pong(target: Target) -> Client:
    """One message at a time, from a client that never sleeps."""
    return CLoad(target, window=1, spins=True)


class Contestant:
    """One server under its load; it does nothing between its turns."""

    def __init__(self, target: Target, client: Client) -> None:
        self._server = target.server
        self._load = client
        self._shares: list[float] = []
        self.rounds: list[Round] = []
        self.costs_us: list[float] = []
        """The server's processor time per message, of each round."""
        os.kill(self._server.process, signal.SIGSTOP)

    def play(self, seconds: float) -> None:
        """One round."""
        os.kill(self._server.process, signal.SIGCONT)
        start, cpu_before, answered_before = perf_counter(), self._server.cpu_seconds(), self._load.answered
        try:
            self.rounds.append(self._load.run(seconds))
        finally:
            os.kill(self._server.process, signal.SIGSTOP)
        cpu_seconds = self._server.cpu_seconds() - cpu_before
        self._shares.append(cpu_seconds / (perf_counter() - start))
        self.costs_us.append(cpu_seconds / (self._load.answered - answered_before) * 1e6)

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
        return median(self.costs_us)

    @property
    def share(self) -> float:
        """The part of its core that the server had during its rounds; much below 1, something else was in its way."""
        return median(self._shares)

    def close(self) -> None:
        """End the load; the server goes on, so that it can end in its own way."""
        os.kill(self._server.process, signal.SIGCONT)
        self._load.close()


@contextmanager
def contest(
    servers: Sequence[AbstractContextManager[Target]], plan: Plan, clients: Sequence[Callable[[Target], Client]]
) -> Iterator[list[Contestant]]:
    """Start all and let them take turns; they are still there when the figures are read."""
    with ExitStack() as stack:
        contestants = []
        for target, client in zip([stack.enter_context(server) for server in servers], clients, strict=True):
            contestants.append(Contestant(target, client(target)))
            stack.callback(contestants[-1].close)
        for number in range(1, plan.rounds + 1):
            plan.progress(f"round {number} of {plan.rounds}")
            for one in contestants:
                one.play(plan.seconds)
        yield contestants


def throughput(plan: Plan) -> Iterator[Row]:
    """Messages per second, journal on without sync, against the C limit.

    Where others use the machine, or the client is the slower one, a rate says too little of the limit; its processor
    time per message does not. So of each round the lower of the two ratios counts.
    """
    if compiler() is None:
        yield THROUGHPUT.not_measured(NO_COMPILER)
        return
    servers = (start_venue(SESSIONS, durability="none"), start_limit(SESSIONS, durability="none"))
    with contest(servers, plan, (full_load, full_load)) as (venue, limit):
        by_rate, by_cost = ratios(venue.rates, limit.rates), ratios(limit.costs_us, venue.costs_us)
        note = f"by rate {median(by_rate):.3f}, by processor time {median(by_cost):.3f}"
        lower = list(map(min, by_rate, by_cost))
        yield THROUGHPUT.measured(lower, f"{note}; {told({'venue': venue, 'C': limit})}")


def durable(plan: Plan) -> Iterator[Row]:
    """Messages per second with every pass on the disk before it is answered, against the same without."""
    servers = (start_venue(MANY_SESSIONS), start_venue(MANY_SESSIONS, durability="none"))
    with contest(servers, plan, (full_load, full_load)) as (synced, unsynced):
        note = told({"durable": synced, "undurable": unsynced})
        yield DURABLE.measured(ratios(synced.rates, unsynced.rates), note)


def latency(plan: Plan) -> Iterator[Row]:
    """The median round trip of one order at a time, all sides asking for readiness without sleeping.

    Whoever else uses the core makes that longer by whole slices of time and never shorter, so the least disturbed round
    of each side counts.
    """
    if compiler() is None:
        yield LATENCY.not_measured(NO_COMPILER)
        return
    servers = (
        start_venue(1, durability="none", module="benchmarks.spinning"),
        start_limit(1, durability="none", spins=True),
    )
    with contest(servers, plan, (ping_pong, ping_pong)) as (venue, limit):
        least = [min(one.latencies_us(0.5)) for one in (venue, limit)]
        p50, p99 = ([median(one.latencies_us(part)) for one in (venue, limit)] for part in (0.5, 0.99))
        yield LATENCY.measured(
            [least[0] / least[1]],
            f"p50 of the least disturbed round: venue {least[0]:.1f} us, C {least[1]:.1f} us; medians of the rounds:"
            f" p50 {p50[0]:.1f} us, C {p50[1]:.1f} us; p99 {p99[0]:.1f} us, C {p99[1]:.1f} us",
        )


def nasdaq(plan: Plan) -> Iterator[Row]:
    """Messages per second, against a server that decodes an order and accepts it."""
    if importlib.util.find_spec("nasdaq_protocols") is None:
        yield NASDAQ.not_measured("nasdaq-protocols is not installed; pip install '.[bench]'")
        return
    servers = (start_venue(SESSIONS, durability="none"), start_nasdaq(SESSIONS))
    with contest(servers, plan, (full_load, PlainLoad)) as (venue, peer):
        yield NASDAQ.measured(ratios(venue.rates, peer.rates), told({"venue": venue, "nasdaq-protocols": peer}))


def streams(plan: Plan) -> Iterator[Row]:
    """Messages per second, against the same engine and journal behind asyncio streams."""
    servers = [start_venue(SESSIONS, durability="none", module=one) for one in ("base", "benchmarks.streams")]
    with contest(servers, plan, (full_load, full_load)) as (venue, streams):
        yield STREAMS.measured(ratios(venue.rates, streams.rates), told({"venue": venue, "asyncio": streams}))


def told(contestants: dict[str, Contestant]) -> str:
    """Rates, processor time, and how much of its core each had."""
    rates = ", ".join(f"{name} {median(one.rates):,.0f}/s" for name, one in contestants.items())
    cpu = ", ".join(f"{name} {one.cpu_us:.2f} us" for name, one in contestants.items())
    shares = ", ".join(f"{name} {one.share:.0%}" for name, one in contestants.items())
    return f"{rates}; processor time a message: {cpu}; of its core: {shares}"
