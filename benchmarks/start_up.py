"""How long a venue takes from nothing to the first session that may trade, with an empty journal.

In: options. Out: a row of the table. Never knows: what a server does when it starts.
AES and OES are started at once, as `handoff aes` and `handoff oes` would be; the clock stops when the OES has answered
a logon that went through both. The first start is not counted: it may compile what an installation compiles.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.figures import HEADER, Goal, Plan, Row, machine
from benchmarks.processes import CORES, ROOT, Server, announced_address, log_on, settings_for

ROUNDS = 9
START = Row("start", "start to first logon, empty journal", "AES and OES", Goal(0.5, " s", is_ceiling=True))
KEEPS_NO_CODE = "PYTHONDONTWRITEBYTECODE"
"""Where this is set every start compiles the whole library; nobody runs a server like that."""


def start_up(plan: Plan) -> Iterator[Row]:
    """The row of the table."""
    starts = [one_start() for _ in range(plan.rounds + 1)][1:]
    walls, cpus = [wall for wall, _ in starts], sorted(cpu for _, cpu in starts)
    note = f"on {len(CORES)} cores; {cpus[len(cpus) // 2]:.2f} s of processor time, both servers together"
    yield START.measured(walls, note)


def one_start() -> tuple[float, float]:
    """Seconds until the first session is there, and processor seconds of both servers."""
    environment = {name: value for name, value in os.environ.items() if name != KEEPS_NO_CODE}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = directory / "venue.toml"
        settings.write_text(settings_for(1))
        log = stack.enter_context((directory / "log").open("w+"))
        start = time.perf_counter()
        processes = []
        for kind in ("oes", "aes"):
            command = [sys.executable, "-m", "base", kind, "--settings", str(settings), "--state", str(directory / "s")]
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
            processes.append(stack.enter_context(process))
            stack.callback(process.terminate)
        oes, aes = [Server(announced_address(process, log), process.pid) for process in processes]
        session = log_on(aes.address, 1)
        seconds = time.perf_counter() - start
        session.sock.close()
        return seconds, oes.cpu_seconds() + aes.cpu_seconds()


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start_up", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    print(machine(), HEADER, sep="\n\n")
    for row in start_up(Plan(parser.parse_args().rounds, 0.0)):
        print(row.axis, row.line(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
