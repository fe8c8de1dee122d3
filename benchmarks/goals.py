"""One table of all goals: what was measured, in this run, on this machine, and whether it is enough.

In: options. Out: the table on the standard output, progress on the standard error; with --check, as exit code, whether
a row fell against `baselines.json`. Never knows: how a row is measured.

    python -m benchmarks.goals [--only KEY...] [--rounds N] [--seconds S] [--check | --keep]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks import contests
from benchmarks.baselines import Baselines, keep
from benchmarks.books import books
from benchmarks.c_programs import compiler
from benchmarks.codec import codec
from benchmarks.fairness import fairness
from benchmarks.figures import HEADER, Plan, Row, machine
from benchmarks.orders import MIX
from benchmarks.processes import CLIENT_CORES, SERVER_CORES, pin
from benchmarks.replay import replay
from benchmarks.sessions import many_sessions
from benchmarks.start_up import start_up

ROUNDS, ROUND_S = 11, 0.5

Benchmark = Callable[[Plan], Iterator[Row]]

BENCHMARKS: dict[str, Benchmark] = {
    "codec": codec,
    "throughput": contests.throughput,
    "durable": contests.durable,
    "latency": contests.latency,
    "nasdaq": contests.nasdaq,
    "asyncio": contests.streams,
    "books": books,
    "memory": many_sessions,
    "fairness": fairness,
    "start": start_up,
    "replay": replay,
}
"""In the order of the goals."""


def circumstances(rounds: int, seconds: float) -> str:
    """What the figures depend on, and what they leave out."""
    cores = "client and servers on different cores" if SERVER_CORES else "all on the one core of this machine"
    return "\n".join(
        (
            f"machine   {machine()}; C: {compiler() or 'no compiler'}",
            f"rounds    {rounds} of {seconds:g} s each, contestants in turns; medians, lowest and highest round",
            f"cores     {cores}",
            f"mix       {MIX}",
            "left out  logons, the warm-up of each round, market data, other order types, the kernel's memory;"
            " only ratios within one run count",
        )
    )


def measure(keys: Iterable[str], plan: Plan) -> Iterator[Row]:
    """Run benchmarks one after the other; the rows come as soon as they are there."""
    for key in keys:
        yield from BENCHMARKS[key](plan.named(key))


def show(rows: Iterable[Row]) -> list[Row]:
    """Print the table row by row; gives all rows."""
    print(HEADER, flush=True)
    shown: list[Row] = []
    for row in rows:
        if not shown or shown[-1].axis != row.axis:
            print(row.axis)
        print(row.line(), flush=True)
        shown.append(row)
    met = [row.rounds and row.goal.verdict(row.figure) == "met" for row in shown]
    print(f"\n{sum(map(bool, met))} of {len(met)} figures met their goal")
    return shown


def check(rows: list[Row], baselines: Baselines, again: Callable[[str], Iterable[Row]]) -> bool:
    """Print what became of each row; one that fell is measured once more. Whether none fell."""
    fallen = {row.key for row in rows if baselines.fell(row)}
    second = {row.key: row for key in {benchmark_of(key) for key in fallen} for row in again(key)}
    rows = [second.get(row.key, row) if row.key in fallen else row for row in rows]
    print("\n" + "\n".join(baselines.line(row) for row in rows))
    return not any(baselines.fell(row) for row in rows)


def benchmark_of(row: str) -> str:
    """The benchmark that measures a row: the row's key begins with its name, but for what comes with the memory."""
    name = row.split()[0]
    return {"idle": "memory", "book": "books"}.get(name, name)


def main() -> int:
    """Run the benchmarks that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.goals", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=BENCHMARKS, metavar="KEY", help="these rows")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    parser.add_argument("--original", type=Path, metavar="DIR", help="a checkout of the original library")
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--check", action="store_true", help="fail when a row is more than a fifth below its baseline")
    after.add_argument("--keep", action="store_true", help="write what was measured into the baselines")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(circumstances(options.rounds, options.seconds), end="\n\n")
    start = time.monotonic()

    def progress(text: str) -> None:
        print(f"[{time.monotonic() - start:4.0f} s] {text}", file=sys.stderr, flush=True)

    plan = Plan(options.rounds, options.seconds, progress, options.original)
    rows = show(measure(options.only, plan))
    if options.keep:
        keep(rows)
    return 0 if not options.check or check(rows, Baselines(), lambda key: measure([key], plan)) else 1


if __name__ == "__main__":
    sys.exit(main())
