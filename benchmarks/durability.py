"""How fast a past is carried out again, and how soon a client is back after a kill.

In: options. Out: records replayed per second; the seconds from a start to the first logon, on the standard output.
Never knows: what an order looks like, what a record holds.

    python -m benchmarks.durability [--records N] [--directory DIR]
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from base import limits
from base.servers.pictures import QUIET_PART
from benchmarks.contests import full_load
from benchmarks.figures import machine
from benchmarks.load import Load
from benchmarks.processes import CLIENT_CORES, ROOT, Target, log_on, pin, server, settings_for

ROUND_S = 0.5
RECORDS = 1_000_000
SESSIONS_OF_THE_PAST = 10
GOAL_COLD_S, GOAL_PICTURE_S = 20.0, 5.0
NEAR = 100_000
"""Records behind the newest picture in the recovery time of the reliability plan (G8)."""
FOR_A_PICTURE = limits.PICTURE_EVERY // QUIET_PART
"""New records of which a venue that is left in peace takes a picture."""
SHORT_ROUND_S = 0.05
PICTURE_PATIENCE_S = 60.0
MARGIN = 1.02
"""A past is written a little longer than asked for, because logons and hashes are records too."""


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

    ``near`` is a start from a picture with no more than ``NEAR`` records behind it; None for a past too short for one.
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


def write_past(directory: Path, records: int) -> None:
    """Trade until so many records are there, then kill the OES without warning."""
    with venue(directory, SESSIONS_OF_THE_PAST, "none") as target, closing(full_load(target)) as load:
        while load.answered < records * MARGIN:
            load.run(ROUND_S)
        os.kill(target.server.process, signal.SIGKILL)


def trade_past_a_picture(directory: Path) -> None:
    """Trade on, pause until a picture was taken, trade nearly ``NEAR`` records more, then kill the OES."""
    before = newest_picture(directory)
    with venue(directory, SESSIONS_OF_THE_PAST, "none") as target:
        load = Load(target.sessions)
        while load.answered < FOR_A_PICTURE:
            load.run(SHORT_ROUND_S)
        until, pause = time.monotonic() + PICTURE_PATIENCE_S, threading.Event()
        while newest_picture(directory) == before:
            if time.monotonic() > until:
                raise TimeoutError(f"no picture within {PICTURE_PATIENCE_S:g} s")
            pause.wait(SHORT_ROUND_S)
        while load.answered < FOR_A_PICTURE + 0.8 * NEAR:
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
    if records >= FOR_A_PICTURE:
        trade_past_a_picture(past)
        near = from_picture(past)
    return Comeback(picture.records, size, cold, picture, near, empty)


def verdict(is_met: bool, goal: str) -> str:
    """Whether a goal was met."""
    return f"goal {goal}: {'met' if is_met else 'not met'}"


def comeback_lines(one: Comeback) -> list[str]:
    """Times to the first logon."""
    goal = verdict(one.cold.seconds <= GOAL_COLD_S, f"{GOAL_COLD_S:g} s")
    return [
        f"past     {one.records:>11,} records, {one.journal_bytes / 1e6:,.0f} MB; then kill -9 at full speed",
        f"replay   {one.replayed_per_second:>11,.0f} records/s carried out again",
        f"cold     {_times(one.cold)}, everything carried out again; {goal}",
        f"picture  {_from_picture(one.picture)}",
        *([f"near     {_from_picture(one.near)}; {_near_verdict(one.near)}"] if one.near else []),
        f"empty    {_times(one.empty)}, no past; less processor time than seconds: others use the machine",
    ]


def _from_picture(one: FromPicture) -> str:
    if not one.picture_record:
        return f"{_times(one.start)}, no picture yet: a busy venue takes one every {limits.PICTURE_EVERY:,} records"
    return f"{_times(one.start)}, from {one.picture_bytes / 1e6:,.0f} MB, {one.behind:,} records behind"


def _near_verdict(one: FromPicture) -> str:
    return verdict(one.start.seconds <= GOAL_PICTURE_S, f"{GOAL_PICTURE_S:g} s")


def _times(start: Start) -> str:
    return f"{start.seconds:>11.2f} s to the first logon ({start.cpu_seconds:.2f} s of processor time)"


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.durability", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--records", type=int, default=RECORDS, help=f"length of the past, default {RECORDS:,}")
    parser.add_argument(
        "--directory", type=Path, help="make a directory for the state here, on the disk to be measured"
    )
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(f"machine  {machine()}")
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        print("\n".join(comeback_lines(come_back(Path(name), options.records))), flush=True)


if __name__ == "__main__":
    main()
