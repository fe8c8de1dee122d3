"""Orders per second with and without many subscribers at an MDS beside the OES.

In: options. Out: both rates, their ratio and whether it meets the goal, what became of the subscribers that do not
read, and the memory of the MDS, on the standard output. Never knows: what an order or a book looks like.
Two venues take turns: one has an MDS with all its subscribers, the other has none; what belongs to the first
is stopped while the second has its turn. The OES has a core of its own; everything else shares the rest. The MDS
stands back as its settings say by default, and the subscribers as it does: they stand for other machines.
Then orders come at half of what the venue can do, and how old the news is then is asked for.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from base import limits
from base.clock import Clock
from benchmarks.figures import machine
from benchmarks.load import Load
from benchmarks.processes import ACCOUNT, BALANCES, CLIENT_CORES, INSTRUMENT, ROOT, USER, Server, log_on, pin, server

TRADERS, SUBSCRIBERS, SILENT = 20, 200, 10
ROUNDS, ROUND_S = 9, 0.5
GOAL = 0.8
INTERVAL_MS = 100
PATIENCE_NS = 10_000_000_000

MORE_INSTRUMENTS = "".join(
    f'[[instruments]]\nnumber = {number}\nname = "{base}{quote}"\nbase = "{base}"\nquote = "{quote}"\n'
    'tick = "0.5"\nlot = "0.001"\nmin = "0.001"\nmax = "1000"\n'
    for number, base, quote in ((2, "USD", "USDT"), (3, "FLY", "USDT"), (4, "BTC", "USDT"))
)


@dataclass(frozen=True)
class Figures:
    """What came of it. Memory is that of the MDS, in MiB; ``ended`` the sessions that its log has a reason for."""

    without: list[float]
    beside: list[float]
    rejected: int
    received_bytes: int
    readers_lost: int
    silent_closed: int
    memory_before: float
    memory_after: float
    ended: int
    oes_us: tuple[float, float]
    """Processor time of the OES for one message, in microseconds: without and beside."""
    half_rate: float
    median_age_ms: float
    late_age_ms: float

    @property
    def ratio(self) -> float:
        """Medians of the rounds, one by the other."""
        return statistics.median(self.beside) / statistics.median(self.without)


def settings_for(accounts: int) -> str:
    """Four instruments, an interval, and so many accounts."""
    head = INSTRUMENT.replace("[[instruments]]", f'[mds]\nlisten = "127.0.0.1:0"\ninterval_ms = {INTERVAL_MS}\n'
                              "[[instruments]]", 1)  # fmt: skip
    people = "".join(ACCOUNT.format(account=account, user=USER) + BALANCES for account in range(1, accounts + 1))
    return head + MORE_INSTRUMENTS + people


class Audience:
    """An MDS and its subscribers, which can be made to stand still."""

    def __init__(self, mds: Server, subscribers: "subprocess.Popen[str]", log: Path) -> None:
        self._processes = (mds.process, subscribers.pid)
        self._mds = mds.process
        self._subscribers = subscribers
        self._log = log

    def signal(self, number: signal.Signals) -> None:
        """Stop or continue both."""
        for process in self._processes:
            os.kill(process, number)

    def memory(self) -> float:
        """Resident memory of the MDS in MiB."""
        status = Path(f"/proc/{self._mds}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def catch_up(self) -> None:
        """Wait until all that happened was told, and have the subscribers forget how old that was."""
        assert self._subscribers.stdin is not None and self._subscribers.stdout is not None, "opened as pipes"
        print(file=self._subscribers.stdin, flush=True)
        assert self._subscribers.stdout.readline() == "quiet\n"

    def finish(self) -> dict[str, Any]:
        """Have the subscribers tell what they saw; those that were not closed are still there."""
        assert self._subscribers.stdin is not None and self._subscribers.stdout is not None, "opened as pipes"
        self._subscribers.stdin.close()
        found: dict[str, Any] = json.loads(self._subscribers.stdout.readline())
        return found

    def ended(self, at_least: int) -> int:
        """Sessions that are over as the log of the MDS has it, each with its reason.

        The kernel may have closed some before the MDS, which runs when nobody else wants to, could notice.
        """
        clock = Clock()
        until_ns = clock.now_ns() + PATIENCE_NS
        while (count := self._log.read_text().count("closed: account")) < at_least and clock.now_ns() < until_ns:
            Event().wait(0.05)
        return count


class Floor:
    """A venue with its traders."""

    def __init__(self, oes: Server, load: Load, audience: Audience | None) -> None:
        self._oes = oes
        self.load = load
        self.audience = audience
        self._used_s = 0.0

    def run(self, seconds: float) -> float:
        """Messages answered per second."""
        before = self._oes.cpu_seconds()
        rate = self.load.run(seconds)
        self._used_s += self._oes.cpu_seconds() - before
        return rate

    @property
    def oes_us(self) -> float:
        """Processor time of the OES for one message, in microseconds."""
        return self._used_s / self.load.answered * 1e6


@contextmanager
def start_venue(traders: int, audience: tuple[int, int] | None) -> Iterator[Floor]:
    """A venue with its traders; with an MDS and an audience (those that read, those that do not), or without."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings, log = directory / "venue.toml", directory / "mds.log"
        settings.write_text(settings_for(traders + sum(audience or ())))
        options = ("--settings", str(settings), "--state", str(directory / "state"))
        oes = stack.enter_context(server("base", "oes", *options))
        aes = stack.enter_context(server("base", "aes", *options))
        watching = None
        if audience is not None:
            mds = stack.enter_context(server("base", "mds", *options, log=log))
            pin(mds.process, CLIENT_CORES)
            host, port = aes.address
            command = [sys.executable, "-m", "benchmarks.subscribers", host, port, *audience, traders + 1]
            subscribers = stack.enter_context(
                subprocess.Popen(
                    [str(word) for word in command], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            stack.callback(subscribers.kill)
            os.setpriority(os.PRIO_PROCESS, subscribers.pid, limits.MDS_NICE)
            assert subscribers.stdout is not None, "opened as a pipe"
            if subscribers.stdout.readline() != "ready\n":
                raise RuntimeError("the subscribers were not let in")
            watching = Audience(mds, subscribers, log)
        load = Load([log_on(aes.address, account) for account in range(1, traders + 1)])
        stack.callback(load.close)
        yield Floor(oes, load, watching)


def measure(traders: int, subscribers: int, silent: int, rounds: int, seconds: float) -> Figures:
    """Both venues, in turns."""
    with (
        start_venue(traders, None) as alone,
        start_venue(traders, (subscribers - silent, silent)) as watched,
    ):
        audience = watched.audience
        assert audience is not None, "asked for"
        before = audience.memory()
        without, beside = [], []
        for _ in range(rounds):
            audience.signal(signal.SIGSTOP)
            without.append(alone.run(seconds))
            audience.signal(signal.SIGCONT)
            beside.append(watched.run(seconds))
        after = audience.memory()
        audience.catch_up()
        oes_us, half_rate = (alone.oes_us, watched.oes_us), statistics.median(without) / 2
        watched.load.run_at(half_rate, rounds * seconds)
        told = audience.finish()
        return Figures(
            without, beside, alone.load.rejected + watched.load.rejected, **told, memory_before=before,
            memory_after=after, ended=audience.ended(told["silent_closed"]), oes_us=oes_us, half_rate=half_rate,
        )  # fmt: skip


def report(traders: int, subscribers: int, silent: int, figures: Figures) -> str:
    """The lines that `make bench` prints."""
    ratio = figures.ratio
    verdict = "met" if ratio >= GOAL else f"not met, {ratio / GOAL:.0%} of it"
    return "\n".join(
        (
            f"machine  {machine()}",
            f"load     {traders} traders; {subscribers} subscribers to four instruments every {INTERVAL_MS} ms,"
            f" {silent} of them do not read",
            f"without  {statistics.median(figures.without):>11,.0f} messages/s answered by the order-entry server",
            f"with     {statistics.median(figures.beside):>11,.0f} messages/s beside a market-data server",
            f"ratio    {ratio:>11.3f} goal {GOAL}: {verdict}",
            f"cost     {figures.oes_us[1]:>11.1f} us of the order-entry server's own time for a message;"
            f" {figures.oes_us[0]:.1f} without",
            f"silent   {figures.silent_closed:>11} of {silent} closed, the others held back;"
            f" {figures.readers_lost} of those that read were cut off",
            f"received {figures.received_bytes / 1e6:>11,.1f} MB by the others; news is behind while trading is at its"
            " limit",
            f"at half  {figures.half_rate:>11,.0f} messages/s trades are {figures.median_age_ms:.1f} ms old when they"
            f" are read, and 99 of 100 at most {figures.late_age_ms:.1f} ms",
            f"memory   {figures.memory_after:>11,.0f} MiB of the market-data server;"
            f" {figures.memory_before:,.0f} before",
        )
    )


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.market_data", description=__doc__)
    parser.add_argument("--traders", type=int, default=TRADERS, help=f"default {TRADERS}")
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS, help=f"default {SUBSCRIBERS}")
    parser.add_argument("--silent", type=int, default=SILENT, help=f"of these, default {SILENT}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    size = (options.traders, options.subscribers, options.silent)
    print(report(*size, measure(*size, options.rounds, options.seconds)))


if __name__ == "__main__":
    main()
