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
from contextlib import ExitStack
from pathlib import Path

from benchmarks.load import WINDOW, Load
from benchmarks.orders import MIX
from benchmarks.processes import CLIENT_CORES, SERVER_CORES, pin, start_echo, start_venue

SESSIONS = 10
ROUNDS = 15
ROUND_S = 0.5
GOAL = 0.15


def measure(sessions: int, rounds: int, seconds: float) -> tuple[list[float], list[float]]:
    """Rates of the venue and of the echo, one of each per round."""
    venue_rates, echo_rates = [], []
    with ExitStack() as stack:
        venue = Load(stack.enter_context(start_venue(sessions)))
        stack.callback(venue.close)
        echo = Load(stack.enter_context(start_echo(sessions)))
        stack.callback(echo.close)
        for _ in range(rounds):
            venue_rates.append(venue.run(seconds))
            echo_rates.append(echo.run(seconds))
        if venue.rejected:
            raise AssertionError(f"{venue.rejected} messages were refused; the mix holds only good ones")
    return venue_rates, echo_rates


def machine() -> str:
    """The machine, its processors and the interpreter."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = models[0] if models else model
    return f"{model}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"


def report(sessions: int, venue_rates: list[float], echo_rates: list[float]) -> str:
    """The lines that `make bench` prints."""
    venue, echo = statistics.median(venue_rates), statistics.median(echo_rates)
    ratio = venue / echo
    single = [one / other for one, other in zip(venue_rates, echo_rates, strict=True)]
    verdict = "met" if ratio >= GOAL else f"not met, {ratio / GOAL:.0%} of it"
    cores = "client and servers on different cores" if SERVER_CORES else "all on the one core of this machine"
    return "\n".join(
        (
            f"machine  {machine()}",
            f"load     {sessions} sessions, {WINDOW} messages in flight each; {cores}",
            f"mix      {MIX}",
            f"rounds   {len(single)}, venue and echo in turns; medians",
            f"venue    {venue:>11,.0f} messages/s answered by the order-entry server",
            f"echo     {echo:>11,.0f} messages/s framed and sent back by the same loop",
            f"ratio    {ratio:>11.3f} (single rounds {min(single):.3f} to {max(single):.3f}); goal {GOAL}: {verdict}",
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
