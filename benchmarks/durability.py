"""What durability costs, how fast a past is carried out again, and how soon a client is back after a kill.

In: options. Out: orders per second with every commit synced and without, and their ratio; records replayed per
second; the seconds from a start to the first logon, on the standard output. Never knows: what an order looks like, what
a record holds. Two venues take turns in short rounds and medians are compared, because absolute rates move with the
machine and the hour.

    python -m benchmarks.durability [--rounds N] [--seconds S] [--records N] [--directory DIR]
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from base import limits
from benchmarks.load import WINDOW, Load
from benchmarks.processes import CLIENT_CORES, ROOT, Target, log_on, pin, server, settings_for
from benchmarks.throughput import machine

CROWDS = (10, 100)
ROUNDS, ROUND_S = 7, 0.5
RECORDS = 1_000_000
SESSIONS_OF_THE_PAST = 10
GOAL_RATIO = {100: 0.9}
GOAL_COLD_S, GOAL_PICTURE_S = 20.0, 5.0
NEAR = 100_000
"""Records behind the newest picture in the recovery time of the reliability plan (G8)."""
SHORT_ROUND_S = 0.05
PICTURE_PATIENCE_S = 60.0
MARGIN = 1.02
"""A past is written a little longer than asked for, because logons and hashes are records too."""


@dataclass(frozen=True)
class Comparison:
    """Orders per second of each round, of the two venues that took turns."""

    sessions: int
    durable: list[float]
    not_waiting: list[float]

    @property
    def ratio(self) -> float:
        """The durable one's median as a part of the other one's."""
        return statistics.median(self.durable) / statistics.median(self.not_waiting)


@dataclass(frozen=True)
class Start:
    """Seconds from the start of an OES to the first logon on it, and its processor time until then."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class FromPicture:
    """A start from a picture, and the records of the journal and of the picture by then."""

    start: Start
    records: int
    picture_record: int
    picture_bytes: int

    @property
    def behind(self) -> int:
        """Records that are carried out again."""
        return self.records - self.picture_record


@dataclass(frozen=True)
class Comeback:
    """A past, and its starts: with all of it to be carried out again, from a picture, and with no past at all.

    ``near`` is a start from a picture with no more than ``NEAR`` records behind it; None for a past without pictures.
    """

    records: int
    journal_bytes: int
    cold: Start
    picture: FromPicture
    near: FromPicture | None
    empty: Start

    @property
    def replayed_per_second(self) -> float:
        """Records carried out again per second; what a start costs anyway is left out."""
        return self.records / max(self.cold.seconds - self.empty.seconds, 1e-9)


@contextmanager
def venue(directory: Path, sessions: int, durability: str) -> Iterator[Target]:
    """An OES of this durability on a state directory, with sessions logged on."""
    options = options_for(directory, sessions)
    with ExitStack() as stack:
        oes = stack.enter_context(server("base", "oes", "--durability", durability, *options))
        aes = stack.enter_context(server("base", "aes", *options))
        yield Target(oes, [log_on(aes.address, account) for account in range(1, sessions + 1)])


def options_for(directory: Path, sessions: int) -> tuple[str, ...]:
    """The options of both servers; their settings are written on the way."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = directory / "venue.toml"
    settings.write_text(settings_for(sessions))
    return ("--settings", str(settings), "--state", str(directory / "state"))


def compare(directory: Path, sessions: int, rounds: int, seconds: float) -> Comparison:
    """Let a durable venue and one that does not wait take turns."""
    with ExitStack() as stack:
        loads = []
        for durability in ("commit", "none"):
            target = stack.enter_context(venue(directory / f"{durability}-{sessions}", sessions, durability))
            loads.append(Load(target.sessions))
        rates: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for load, own in zip(loads, rates, strict=True):
                own.append(load.run(seconds))
        for load in loads:
            load.close()
    return Comparison(sessions, *rates)


def write_past(directory: Path, records: int) -> None:
    """Trade until so many records are there and a picture is among them, then kill the OES without warning."""
    with venue(directory, SESSIONS_OF_THE_PAST, "none") as target:
        load = Load(target.sessions)
        while load.answered < records * MARGIN:
            load.run(ROUND_S)
        os.kill(target.server.process, signal.SIGKILL)


def trade_past_a_picture(directory: Path) -> None:
    """Trade on until a picture lies nearly ``NEAR`` records before the end, then kill the OES."""
    before = newest_picture(directory)
    with venue(directory, SESSIONS_OF_THE_PAST, "none") as target:
        load = Load(target.sessions)
        while load.answered < limits.PICTURE_EVERY:
            load.run(SHORT_ROUND_S)
        until, pause = time.monotonic() + PICTURE_PATIENCE_S, threading.Event()
        while newest_picture(directory) == before:
            if time.monotonic() > until:
                raise TimeoutError(f"no picture within {PICTURE_PATIENCE_S:g} s")
            pause.wait(SHORT_ROUND_S)
        while load.answered < limits.PICTURE_EVERY + 0.8 * NEAR:
            load.run(SHORT_ROUND_S)
        os.kill(target.server.process, signal.SIGKILL)


def newest_picture(directory: Path) -> Path | None:
    """The file of the newest picture."""
    return max((directory / "state" / "journal").glob("*.snapshot"), default=None)


def from_picture(directory: Path) -> FromPicture:
    """Start on a past with its newest picture, if there is one."""
    newest = newest_picture(directory)
    record, size = (int(newest.stem), newest.stat().st_size) if newest else (0, 0)
    records = last_record(directory)
    return FromPicture(first_logon(directory), records, record, size)


def first_logon(directory: Path) -> Start:
    """Start an OES on this state and log on as soon as it lets us, the AES being there already."""
    options = options_for(directory, SESSIONS_OF_THE_PAST)
    with server("base", "aes", *options) as aes:
        start = time.perf_counter()
        with server("base", "oes", *options) as oes:
            log_on(aes.address, 1).sock.close()
            return Start(time.perf_counter() - start, oes.cpu_seconds())


def copied(past: Path, copy: Path) -> Path:
    """A copy of a past without its pictures and without what belonged to the killed process."""
    return shutil.copytree(past, copy, ignore=shutil.ignore_patterns("operator.*", "snapshot.new", "*.snapshot"))


def last_record(directory: Path) -> int:
    """The number of the last record, as the tool for people tells it."""
    command = [sys.executable, "-m", "base", "journal", "--state", str(directory / "state"), "verify", "--raw"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return int(said.split()[-1].replace(",", ""))


def come_back(directory: Path, records: int) -> Comeback:
    """Write a past, then measure starts: with nothing, without a picture, with one, and with one close to the end."""
    past = directory / "past"
    empty = first_logon(directory / "empty")
    write_past(past, records)
    slow = copied(past, directory / "without")
    size = sum(file.stat().st_size for file in slow.rglob("*.journal"))
    cold = first_logon(slow)
    shutil.rmtree(slow)
    picture = from_picture(past)
    near = None
    if picture.picture_record:
        trade_past_a_picture(past)
        near = from_picture(past)
    return Comeback(picture.records, size, cold, picture, near, empty)


def verdict(is_met: bool, goal: str) -> str:
    """Whether a goal was met."""
    return f"goal {goal}: {'met' if is_met else 'not met'}"


def comparison_lines(one: Comparison) -> list[str]:
    """Both rates and their ratio."""
    single = [first / second for first, second in zip(one.durable, one.not_waiting, strict=True)]
    goal = GOAL_RATIO.get(one.sessions)
    judged = f"; {verdict(one.ratio >= goal, f'{goal:g}')}" if goal else ""
    return [
        f"load     {one.sessions} sessions, {WINDOW} messages in flight each, {len(single)} rounds in turns; medians",
        f"commit   {statistics.median(one.durable):>11,.0f} messages/s, each answered when it is on the disk",
        f"none     {statistics.median(one.not_waiting):>11,.0f} messages/s, written and not waited for",
        f"ratio    {one.ratio:>11.3f} (single rounds {min(single):.3f} to {max(single):.3f}){judged}",
    ]


def comeback_lines(one: Comeback) -> list[str]:
    """Times to the first logon."""
    goal = verdict(one.cold.seconds <= GOAL_COLD_S, f"{GOAL_COLD_S:g} s")
    return [
        f"past     {one.records:>11,} records, {one.journal_bytes / 1e6:,.0f} MB; then kill -9 at full speed",
        f"replay   {one.replayed_per_second:>11,.0f} records/s carried out again",
        f"cold     {_times(one.cold)}, everything carried out again; {goal}",
        f"picture  {_from_picture(one.picture)}",
        *([f"near     {_from_picture(one.near)}"] if one.near else []),
        f"empty    {_times(one.empty)}, no past; less processor time than seconds: others use the machine",
    ]


def _from_picture(one: FromPicture) -> str:
    goal = verdict(one.start.seconds <= GOAL_PICTURE_S, f"{GOAL_PICTURE_S:g} s")
    return f"{_times(one.start)}, from {one.picture_bytes / 1e6:,.0f} MB, {one.behind:,} records behind; {goal}"


def _times(start: Start) -> str:
    return f"{start.seconds:>11.2f} s to the first logon ({start.cpu_seconds:.2f} s of processor time)"


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.durability", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    parser.add_argument("--records", type=int, default=RECORDS, help=f"length of the past, default {RECORDS:,}")
    parser.add_argument("--sessions", type=int, nargs="+", default=CROWDS, help=f"default {CROWDS}")
    parser.add_argument(
        "--directory", type=Path, help="make a directory for the state here, on the disk to be measured"
    )
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(f"machine  {machine()}")
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        for sessions in options.sessions:
            one = compare(Path(name), sessions, options.rounds, options.seconds)
            print("\n".join(comparison_lines(one)), flush=True)
        print("\n".join(comeback_lines(come_back(Path(name), options.records))), flush=True)


if __name__ == "__main__":
    main()
