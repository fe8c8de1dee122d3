"""What one session that pipelines thousands of orders costs the others: time to their answers beside it and without.

In: options. Out: a row of the table. Never knows: how a server shares its passes.
Times are processor time of the server, from an order to its answer, so that whoever else uses the machine does not
count. The loud session belongs to a process of its own; quiet and loud rounds take turns on one server.
"""

import argparse
import pickle
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from statistics import median

from benchmarks.figures import HEADER, Goal, Plan, Row, machine, ratios
from benchmarks.load import PATIENCE_S, READ_BYTES, Session
from benchmarks.loud import PIPELINED
from benchmarks.processes import CLIENT_CORES, ROOT, Server, pin, start_venue

OTHERS = 10
ROUNDS, ROUND_S = 7, 1.0
FAIRNESS = Row(
    "fairness", f"beside a session that pipelines {PIPELINED:,} orders", f"p99 of {OTHERS} others",
    Goal(5, "x", is_ceiling=True),
)  # fmt: skip


def fairness(plan: Plan, others: int = OTHERS) -> Iterator[Row]:
    """The row of the table."""
    with ExitStack() as stack:
        target = stack.enter_context(start_venue(others + 1))
        for session in target.sessions:
            stack.enter_context(session.sock)
        *sessions, noisy = target.sessions
        quiet, beside = [], []
        with closing(Loud(noisy)) as loud:
            for _ in range(plan.rounds):
                quiet.append(slowest_us(target.server, sessions, plan.seconds))
                with loud.at_work():
                    beside.append(slowest_us(target.server, sessions, plan.seconds))
        yield FAIRNESS.measured(
            ratios(beside, quiet),
            f"{median(quiet):.0f} us of the server's core without, {median(beside):.0f} beside it, from an order to its"
            " answer; one order of each session on its way",
        )


def slowest_us(server: Server, sessions: list[Session], seconds: float) -> float:
    """The microseconds of the server within which 99 of 100 orders are answered; each session has one on its way."""
    times: list[float] = []
    sent_at: dict[int, float] = {}
    with selectors.DefaultSelector() as selector:
        for session in sessions:
            session.sock.setblocking(False)
            selector.register(session.sock, selectors.EVENT_READ, session)
            sent_at[id(session)] = send_one(server, session)
        end = time.perf_counter() + seconds
        while sent_at:
            ready = selector.select(PATIENCE_S)
            if not ready:
                raise TimeoutError(f"no answer within {PATIENCE_S:g} s")
            for session in [key.data for key, _ in ready]:
                if session.replies.count(session.sock.recv(READ_BYTES)):
                    times.append(server.cpu_seconds() - sent_at.pop(id(session)))
                    if time.perf_counter() < end:
                        sent_at[id(session)] = send_one(server, session)
        if rejected := sum(session.replies.rejected for session in sessions):
            raise RuntimeError(f"{rejected} messages were refused; the mix holds only good ones")
    return sorted(times)[len(times) * 99 // 100] * 1e6


def send_one(server: Server, session: Session) -> float:
    """Send the next order; gives the time of the server's processor at which that was."""
    now = server.cpu_seconds()
    session.sock.sendall(session.ring.take(1))
    return now


class Loud:
    """A process that pipelines on a session while it is told to, and then takes what is still to come."""

    def __init__(self, session: Session) -> None:
        command = [sys.executable, "-m", "benchmarks.loud", str(session.sock.fileno())]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[session.sock.fileno()]
        )
        assert self._process.stdin is not None
        self._process.stdin.write(pickle.dumps(session.ring))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """It pipelines as long as the block lasts; afterwards nothing of it is on its way."""
        self._say(b"go\n")
        yield
        self._say(b"stop\n")

    def _say(self, word: bytes) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(word)
        self._process.stdin.flush()
        if self._process.stdout.readline() != word:
            raise RuntimeError(f"the loud session ended with code {self._process.wait()}")

    def close(self) -> None:
        """End it."""
        with self._process:  # closes both pipes, whereupon it ends
            pass


def main() -> None:
    """Run the benchmark as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--others", type=int, default=OTHERS, help=f"default {OTHERS}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help=f"seconds of one round, default {ROUND_S:g}")
    options = parser.parse_args()
    pin(0, CLIENT_CORES)
    print(machine(), HEADER, sep="\n\n")
    for row in fairness(Plan(options.rounds, options.seconds), options.others):
        print(row.axis, row.line(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
