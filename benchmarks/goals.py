"""One table of all goals: what was measured, in this run, on this machine, and whether it is enough.

In: options. Out: the table on the standard output, progress on the standard error. Never knows: how a row is measured.

    python -m benchmarks.goals [--only KEY...] [--rounds N] [--seconds S]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks import contests
from benchmarks.c_programs import compiler
from benchmarks.figures import HEADER, Plan, Row, machine
from benchmarks.orders import MIX
from benchmarks.processes import CLIENT_CORES, SERVER_CORES, pin

ROUNDS, ROUND_S = 11, 0.5

Benchmark = Callable[[Plan], Iterator[Row]]

BENCHMARKS: dict[str, Benchmark] = {
    "throughput": contests.throughput,
    "durable": contests.durable,
    "latency": contests.latency,
}
"""In the order of the table."""


def circumstances(rounds: int, seconds: float) -> str:
    """What the figures depend on, and what they leave out."""
    cores = "client and servers on different cores" if SERVER_CORES else "all on the one core of this machine"
    return "\n".join(
        (
            f"machine   {machine()}; C: {compiler() or 'no compiler'}",
            f"rounds    {rounds} of {seconds:g} s each, contestants in turns; medians, lowest and highest round",
            f"cores     {cores}",
            f"mix       {MIX}",
            "left out  logons, warm-up of each round, market data, other order types; only ratios within one run count",
        )
    )


def main() -> None:
    """Run the benchmarks that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.goals", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=BENCHMARKS, metavar="KEY", help="these rows")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(circumstances(options.rounds, options.seconds), HEADER, sep="\n\n", flush=True)
    start = time.monotonic()
    for key in options.only:

        def progress(text: str, key: str = key) -> None:
            print(f"[{time.monotonic() - start:4.0f} s] {key}: {text}", file=sys.stderr, flush=True)

        for row in BENCHMARKS[key](Plan(options.rounds, options.seconds, progress)):
            print("\n".join(row.lines()), flush=True)


if __name__ == "__main__":
    main()
