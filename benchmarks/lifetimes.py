"""What a server costs that does not trade: a session that idles, a start with nothing, a start with a past.

In: how many rounds. Out: rows of the table. Never knows: matching, what a journal holds. Memory is what the process has
in memory (VmRSS), so the kernel's buffers of the sockets are left out; seconds run from the start of the process to the
answer to the first logon, the AES being there.
"""

import os
import resource
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from base import limits
from benchmarks.c_programs import compiler
from benchmarks.durability import copied, first_logon, last_record, venue
from benchmarks.figures import Goal, Plan, Row
from benchmarks.limit import CLoad
from benchmarks.load import Load, Session
from benchmarks.processes import Server, log_on, server, settings_for

IDLE_SESSIONS, STEP, CLIENTS = 10_000, 1_000, 8
SPARE_FILES = 64
REPLAYED = 1_000_000
SESSIONS_OF_THE_PAST = 10

MEMORY = Row(
    "memory",
    "memory per idle logged-on session; 10,000 sessions",
    "growth of the OES",
    Goal(64, " KiB", is_ceiling=True),
)
START = Row("start", "start to first logon, empty journal", "seconds", Goal(0.5, " s", is_ceiling=True))
REPLAY = Row("replay", "replay of 1 M journaled commands", "seconds", Goal(20, " s", is_ceiling=True))


def memory(plan: Plan) -> Iterator[Row]:
    """What an OES grows by with each idle session, up to ten thousand."""
    number = min(IDLE_SESSIONS, _files_allowed() - SPARE_FILES) // STEP * STEP
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_memory_directory())))
        settings = directory / "venue.toml"
        settings.write_text(settings_for(number, balances=""))
        options = ("--settings", str(settings), "--state", str(directory / "state"))
        oes = stack.enter_context(server("base", "oes", "--durability", "none", *options))
        aes = stack.enter_context(server("base", "aes", *options))
        grown = [resident_kib(oes)]
        clients = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        for first in range(1, number, STEP):
            for session in clients.map(partial(_log_on, aes.address), range(first, first + STEP)):
                stack.enter_context(session.sock)
            grown.append(resident_kib(oes))
            plan.progress(f"{first + STEP - 1:,} of {number:,} sessions logged on")
    note = f"{number:,} sessions, each thousand a round; from {grown[0] / 1024:.0f} to {grown[-1] / 1024:.0f} MiB"
    yield MEMORY.measured([(after - before) / STEP for before, after in pairwise(grown)], note)


def _log_on(aes: tuple[str, int], account: int) -> Session:
    return log_on(aes, account, f"127.0.0.{1 + account // limits.SESSIONS_PER_ADDRESS}")


def _memory_directory() -> Path | None:
    """A place whose files need no disk, because ten thousand logons write twenty thousand times."""
    return next((path for path in (Path("/dev/shm"),) if os.access(path, os.W_OK)), None)


def _files_allowed() -> int:
    """Files that this process may have open, after asking for as many as it may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else IDLE_SESSIONS + SPARE_FILES


def resident_kib(one: Server) -> int:
    """What a server has in memory."""
    status = Path(f"/proc/{one.process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def start(plan: Plan) -> Iterator[Row]:
    """From the start of an OES without a past to the first logon."""
    starts = []
    for number in range(1, plan.rounds + 1):
        plan.progress(f"start {number} of {plan.rounds}")
        with tempfile.TemporaryDirectory() as name:
            starts.append(first_logon(Path(name)))
    note = f"processor time {median(one.cpu_seconds for one in starts):.2f} s"
    yield START.measured([one.seconds for one in starts], note)


def replay(plan: Plan) -> Iterator[Row]:
    """From the start of an OES that has to carry out a million commands again to the first logon."""
    with tempfile.TemporaryDirectory() as name:
        past = Path(name) / "past"
        plan.progress(f"writing a past of {REPLAYED:,} commands")
        write_past(past, REPLAYED)
        bare = copied(past, Path(name) / "bare", with_pictures=False)
        records = last_record(bare)
        plan.progress("carrying it out again")
        cold = first_logon(bare)
    note = f"{records:,} records without a picture, to the first logon; processor time {cold.cpu_seconds:.1f} s"
    yield REPLAY.measured([cold.seconds], note)


def write_past(directory: Path, records: int) -> None:
    """Trade until so many commands were carried out, then kill the OES without warning."""
    with (
        venue(directory, SESSIONS_OF_THE_PAST, "none") as target,
        closing(CLoad(target) if compiler() else Load(target.sessions)) as load,
    ):
        while load.answered < records:
            load.run(0.5)
        os.kill(target.server.process, signal.SIGKILL)
