"""Many sessions on one order-entry server: what an idle one costs in memory, and what it costs those who trade.

In: options. Out: rows of the table: memory per session; the rate and the latency of those who trade beside idle ones,
against the same without. Never knows: what a session is inside the server.
Two servers with the same accounts take turns on the same core; one has idle sessions beside those that trade.
"""

import argparse
import resource
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from statistics import median
from threading import Event

from base import limits
from benchmarks.contests import Contestant, full_load
from benchmarks.figures import HEADER, Goal, Plan, Row, machine, ratios
from benchmarks.load import WINDOW
from benchmarks.processes import CLIENT_CORES, Server, Target, answer, log_on, logon_of, pin, server, settings_for

IDLE, ACTIVE = 10_000, 100
ROUNDS, ROUND_S = 9, 0.5
ADDRESSES = 8
"""Idle clients come from so many addresses of this machine: a server takes 2,000 connections from each."""
SPARE_FILES = 200
ATTEMPTS = 10
MEMORY = Row(
    "memory", f"memory per idle logged-on session; {IDLE:,} sessions", "all of the OES, each",
    Goal(64, " KiB", is_ceiling=True),
)  # fmt: skip
BESIDE = f"{ACTIVE} x {WINDOW} beside {IDLE:,} idle sessions, against the same without them"
RATE = Row("idle", BESIDE, "orders per second", Goal(0.8, ""))
LATENCY = Row("idle p99", BESIDE, "p99 of an answer", Goal(3, "x", is_ceiling=True))


def resident_kib(process: int) -> int:
    """Memory of a process that is really there."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


@contextmanager
def started_for(users: int) -> Iterator[tuple[Server, Server]]:
    """An OES and its AES with so many accounts."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = directory / "venue.toml"
        settings.write_text(settings_for(users))
        options = ("--settings", str(settings), "--state", str(directory / "state"))
        oes = stack.enter_context(server("base", "oes", *options))
        aes = stack.enter_context(server("base", "aes", *options))
        yield oes, aes


def fall_asleep(aes: Server, account: int) -> socket.socket:
    """Log on from one of several addresses, and do nothing more.

    An OES that a busy machine let wait for seconds is named again once it has given a sign of life.
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(RuntimeError):
            return log_on_from_afar(aes, account)
        Event().wait(limits.LEASE_RENEW_NS / 1e9)
    return log_on_from_afar(aes, account)


def log_on_from_afar(aes: Server, account: int) -> socket.socket:
    """One attempt."""
    source, request = (f"127.0.0.{2 + account % ADDRESSES}", 0), logon_of(account)
    with socket.create_connection(aes.address, source_address=source) as sock:
        grant = answer(sock, request)
    host, _, port = grant.PrimaryOrderEntryIP.partition(":")
    sock = socket.create_connection((host, int(port)), source_address=source)
    try:
        answer(sock, request.replace(Key=grant.Key))
    except BaseException:
        sock.close()
        raise
    return sock


def many_sessions(plan: Plan, idle: int = IDLE, active: int = ACTIVE) -> Iterator[Row]:
    """The rows of memory and of those who trade beside idle sessions."""
    allow_many_files(idle + 2 * active)
    with ExitStack() as stack:
        accounts = range(1, active + 1)
        venues = [stack.enter_context(started_for(idle + active)) for _ in range(2)]
        targets = [Target(oes, [log_on(aes.address, account) for account in accounts]) for oes, aes in venues]
        oes, aes = venues[1]
        empty_kib = resident_kib(oes.process)
        for count, account in enumerate(range(active + 1, active + idle + 1)):
            stack.enter_context(fall_asleep(aes, account))
            if count % 2_000 == 0:
                plan.progress(f"{count} idle sessions")
        full_kib = resident_kib(oes.process)
        yield MEMORY.measured(
            [full_kib / (idle + active)],
            f"all of the process, {full_kib / 1024:.0f} MiB, by its sessions; it had {empty_kib / 1024:.0f} MiB before"
            f" the {idle:,} idle ones: {(full_kib - empty_kib) / max(idle, 1):.1f} KiB came with each",
        )
        alone, beside = [stack.enter_context(closing(Contestant(target, full_load(target)))) for target in targets]
        for _ in range(plan.rounds):
            alone.play(plan.seconds)
            beside.play(plan.seconds)
        yield RATE.measured(
            ratios(beside.rates, alone.rates),
            f"{alone.cpu_us:.2f} us of the server's core per message without, {beside.cpu_us:.2f} beside them",
        )
        slowest = [one.latencies_us(0.99) for one in (beside, alone)]
        p99 = [median(one) for one in slowest]
        yield LATENCY.measured(ratios(*slowest), f"{p99[0]:,.0f} us beside them, {p99[1]:,.0f} us without")


def allow_many_files(sockets: int) -> None:
    """Raise this process's own bound as far as it goes; RuntimeError when that is not far enough."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < sockets + SPARE_FILES:
        raise RuntimeError(f"this process may open {hard} files; {sockets + SPARE_FILES} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sessions", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--idle", type=int, default=IDLE, help=f"default {IDLE}")
    parser.add_argument("--active", type=int, default=ACTIVE, help=f"default {ACTIVE}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(machine(), HEADER, sep="\n\n")
    for row in many_sessions(Plan(options.rounds, options.seconds), options.idle, options.active):
        print(row.axis, row.line(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
