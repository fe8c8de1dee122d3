"""What each room costs per order: an order-entry server under load that looks at itself.

In: options. Out: a table, microseconds of processor time per message and room, and the dearest functions. Never knows:
what the rooms do. The looking costs something itself: only the shares are taken, of the whole without it.

    python -m benchmarks.layers [--seconds S] [--functions N]
"""

import argparse
import json
import os
import signal
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from time import monotonic

from benchmarks.contests import SESSIONS, full_load
from benchmarks.figures import machine
from benchmarks.load import WINDOW
from benchmarks.orders import MIX
from benchmarks.processes import CLIENT_CORES, Target, pin, start_venue
from benchmarks.sampled import FILE

PATIENCE_S = 60.0


def cpu_us(seconds: float) -> float:
    """Processor time per message of a server that does not look at itself."""
    with start_venue(SESSIONS, durability="none") as target, closing(full_load(target)) as load:
        load.run(0.2)
        before, answered = target.server.cpu_seconds(), load.answered
        load.run(seconds)
        return (target.server.cpu_seconds() - before) / (load.answered - answered) * 1e6


def samples(seconds: float) -> Counter[tuple[str, str]]:
    """How often each function was seen under load, by room and function."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "samples.json"
        os.environ[FILE] = str(file)
        with (
            start_venue(SESSIONS, durability="none", module="benchmarks.sampled") as target,
            closing(full_load(target)) as load,
        ):
            load.run(0.2)
            told(target, file)
            load.run(seconds)
            return Counter({(room, function): count for room, function, count in told(target, file)})


def told(target: Target, file: Path) -> list[tuple[str, str, int]]:
    """What the server has seen since it was last asked."""
    file.unlink(missing_ok=True)
    os.kill(target.server.process, signal.SIGUSR1)
    until = monotonic() + PATIENCE_S
    while not file.exists():
        if monotonic() > until:
            raise TimeoutError("the server does not tell what it has seen")
    rows: list[tuple[str, str, int]] = json.loads(file.read_text())
    return rows


def table(seen: Counter[tuple[str, str]], whole_us: float, functions: int) -> str:
    """Both tables."""
    total = seen.total()
    rooms: Counter[str] = Counter()
    for (room, _), count in seen.items():
        rooms[room] += count
    lines = [f"{'room':<28} {'us':>6}  share", *_lines(rooms, total, whole_us), f"{'all':<28} {whole_us:>6.2f}"]
    lines += ["", f"{'function':<52} {'us':>6}  share"]
    names = Counter({f"{room} {function}": count for (room, function), count in seen.items()})
    return "\n".join([*lines, *_lines(names, total, whole_us, 52, functions)])


def _lines(counts: Counter[str], total: int, whole_us: float, width: int = 28, most: int | None = None) -> list[str]:
    shares = ((name, count / total) for name, count in counts.most_common(most))
    return [f"{name:<{width}} {share * whole_us:>6.2f}  {share:.1%}" for name, share in shares]


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="seconds of load, default 5")
    parser.add_argument("--functions", type=int, default=25, help="functions to list, default 25")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(f"machine  {machine()}\nload     {SESSIONS} x {WINDOW}, journal on without sync\nmix      {MIX}\n")
    print(table(samples(options.seconds), cpu_us(options.seconds), options.functions))


if __name__ == "__main__":
    main()
