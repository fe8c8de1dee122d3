"""Orders per second through the whole order-entry server, held against a loop that only sends back.

In: options. Out: both rates, their ratio and whether it meets the goal, on the standard output.
Never knows: what an order looks like, how a logon works.
Absolute rates move with the machine and the hour; only the ratio within one run counts. So both servers
stay up, take short turns on the same core, and the medians of the rounds are compared.
"""

import argparse
import os
import platform
import statistics
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import WINDOW, Load
from benchmarks.orders import MIX
from benchmarks.processes import CLIENT_CORES, SERVER_CORES, Target, pin, start_echo, start_venue

SESSIONS = 10
ROUNDS = 15
ROUND_S = 0.5
GOAL = 0.15


@dataclass(frozen=True)
class Figures:
    """What one server did: messages per second of each round, and its processor time per message."""

    rates: list[float]
    cpu_us: float

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)


class Contestant:
    """One of the two servers under its load."""

    def __init__(self, target: Target) -> None:
        self._server = target.server
        self._load = Load(target.sessions)
        self._cpu_seconds_before = target.server.cpu_seconds()
        self._rates: list[float] = []

    def play(self, seconds: float) -> None:
        """One round."""
        self._rates.append(self._load.run(seconds))

    def finish(self) -> Figures:
        """The figures of all rounds."""
        cpu_seconds = self._server.cpu_seconds() - self._cpu_seconds_before
        self._load.close()
        if self._load.rejected:
            raise RuntimeError(f"{self._load.rejected} messages were refused; the mix holds only good ones")
        return Figures(self._rates, cpu_seconds / self._load.answered * 1e6)


def measure(sessions: int, rounds: int, seconds: float) -> tuple[Figures, Figures]:
    """Figures of the venue and of the echo, which take turns."""
    with start_venue(sessions) as venue_target, start_echo(sessions) as echo_target:
        venue, echo = Contestant(venue_target), Contestant(echo_target)
        for _ in range(rounds):
            venue.play(seconds)
            echo.play(seconds)
        return venue.finish(), echo.finish()


def machine() -> str:
    """The machine, its processors and the interpreter."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = models[0] if models else model
    return f"{model}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"


def report(sessions: int, venue: Figures, echo: Figures) -> str:
    """The lines that `make bench` prints."""
    ratio, cpu_ratio = venue.rate / echo.rate, echo.cpu_us / venue.cpu_us
    single = [one / other for one, other in zip(venue.rates, echo.rates, strict=True)]
    verdict = "met" if ratio >= GOAL else f"not met, {ratio / GOAL:.0%} of it"
    cores = "client and servers on different cores" if SERVER_CORES else "all on the one core of this machine"
    return "\n".join(
        (
            f"machine  {machine()}",
            f"load     {sessions} sessions, {WINDOW} messages in flight each; {cores}",
            f"mix      {MIX}",
            f"rounds   {len(single)}, venue and echo in turns; medians",
            f"venue    {venue.rate:>11,.0f} messages/s answered by the order-entry server",
            f"echo     {echo.rate:>11,.0f} messages/s framed and sent back by the same loop",
            f"ratio    {ratio:>11.3f} (single rounds {min(single):.3f} to {max(single):.3f}); goal {GOAL}: {verdict}",
            f"cpu      {cpu_ratio:>11.3f} (echo {echo.cpu_us:.2f} us, venue {venue.cpu_us:.2f} us per message on the"
            " server's core); differs from the ratio when others use the machine",
        )
    )


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"default {SESSIONS}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(report(options.sessions, *measure(options.sessions, options.rounds, options.seconds)))


if __name__ == "__main__":
    main()
