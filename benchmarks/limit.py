"""The C gateway that does the venue's work on plain limit orders, and the C client that loads either of them.

In: how many sessions; logged-on sessions. Out: a target with sessions at the limit; rounds with their latencies.
Never knows: what the figures are held against. The load client inherits the sockets, so it never sees a logon, and
reads the ready-made frames of each session from a file.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.c_programs import program
from benchmarks.conversation import Round
from benchmarks.load import WINDOW
from benchmarks.processes import CLIENT_CORES, Target, enter, logon_of, pin, started


@contextmanager
def start_limit(
    sessions: int, directory: Path | None = None, *, durability: str = "commit", spins: bool = False
) -> Iterator[Target]:
    """The limit gateway with sessions logged on; its journal goes to a temporary directory unless one is given."""
    with ExitStack() as stack:
        place = directory or stack.enter_context(tempfile.TemporaryDirectory())
        command = [str(program("limit")), str(sessions), str(place), durability, "spin" if spins else "wait"]
        gateway = stack.enter_context(started(command))
        yield Target(gateway, [enter(gateway.address, logon_of(account)) for account in range(1, sessions + 1)])


class CLoad:
    """The C load client at work; ``answered`` counts the messages of all its runs and of what was around them."""

    def __init__(self, target: Target, window: int = WINDOW, *, spins: bool = False) -> None:
        self._target = target
        self.answered = self.refused = self.reports = 0
        with tempfile.NamedTemporaryFile() as rings:
            rings.write(b"".join(session.ring.buffer for session in target.sessions))
            rings.flush()
            sockets = [session.sock.fileno() for session in target.sessions]
            command = [str(program("load")), rings.name, str(window), "spin" if spins else "wait", *map(str, sockets)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=sockets
            )
            pin(self._process.pid, CLIENT_CORES)
            self.run(0.0)  # the rings are read when this is answered

    def run(self, seconds: float) -> Round:
        """Load the target for so long, after a warm-up; everything in flight is waited for at the end."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"run {seconds}\n")
        self._process.stdin.flush()
        words = self._process.stdout.readline().split()
        if not words:
            raise ConnectionError(f"the load client ended with code {self._process.wait()}")
        self.answered, self.refused, self.reports = map(int, words[2:5])
        pairs = (word.split(":") for word in words[5:])
        return Round(int(words[0]), float(words[1]), {int(upper): int(number) for upper, number in pairs})

    def close(self) -> None:
        """End the client and its sessions."""
        with self._process:  # closes both pipes, whereupon the client ends
            pass
        code = self._process.returncode
        for session in self._target.sessions:
            session.sock.close()
        if code or self.refused:
            raise RuntimeError(f"code {code}, {self.refused} messages refused; the mix holds only good ones")
