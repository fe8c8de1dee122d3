"""Servers as processes that a test may kill, stop and start again.

In: a state directory, what a server is to do wrong. Out: its address, its log, its end. Never knows: messages.
Leaving the ``with`` block kills whatever was started, also when the test failed.
"""

import ast
import json
import os
import selectors
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from base.clock import Clock
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT

USUAL_START_S = 1.0
"""Seconds in which a server starts on a machine with nothing else to do, and more."""

ANNOUNCEMENT = b"listening on "
KILLED = -signal.SIGKILL


class ServerEnded(Exception):
    """A server ended instead of listening."""


class Process:
    """One server; what it logs stands in a file."""

    def __init__(self, log: Path, arguments: list[str], **plan: Any) -> None:
        self.log = log
        self.is_spare = "--spare" in arguments
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.start", json.dumps(plan), *arguments, "--stop-with-input"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0,
                cwd=ROOT, env=environment(), start_new_session=True,
            )  # fmt: skip
        self.pid = self._process.pid
        self._began_ns = Clock().now_ns()
        self.start_s: float | None = None
        """How long it took until it listened."""

    def address(self) -> tuple[str, int]:
        """Wait until it listens; ServerEnded when it does not."""
        assert self._process.stdout is not None, "opened as a pipe"
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                assert selector.select(PATIENCE_S), f"it neither listens nor ends:\n{self.said()}"
                part = os.read(self._process.stdout.fileno(), 200)
                if not part:
                    raise ServerEnded(f"exit code {self.wait()}:\n{self.said()}")
                line += part
        self.start_s = self.start_s or (Clock().now_ns() - self._began_ns) / 1e9
        host, port = ast.literal_eval(line.removeprefix(ANNOUNCEMENT).decode())
        return host, port

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def said(self) -> str:
        """Everything that it logged."""
        return self.log.read_text()

    def kill(self) -> int:
        """End it at once, as it is; give its exit code."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it is gone."""
        if not self.ended:
            self._process.send_signal(number)

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        """Wait for its end and give its exit code."""
        return self._process.wait(patience_s)

    def stop(self) -> int:
        """Let it end in an orderly way."""
        assert self._process.stdin is not None, "opened as a pipe"
        self._process.stdin.close()
        return self.wait()

    def close(self) -> None:
        """Kill it and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Site:
    """A state directory with its settings, and the servers that run on it."""

    def __init__(self, directory: Path, settings: str) -> None:
        self.directory = directory
        self.state = directory / "state"
        self._settings = directory / "venue.toml"
        self._settings.write_text(settings)
        self.held = ExitStack()
        """What is to be closed at the end, before the servers."""
        self._started: list[Process] = []

    def __enter__(self) -> "Site":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.held.close()
        for process in self._started:
            process.close()

    @property
    def slowness(self) -> float:
        """How much more time to give here than on a machine of one's own, judged by how long servers take to start."""
        starts_s = [one.start_s for one in self._started if one.start_s is not None and not one.is_spare]
        return max(1.0, max(starts_s, default=0.0) / USUAL_START_S)

    def start(self, kind: str, *options: str, **plan: Any) -> Process:
        """Start a server on a free port."""
        listen = [*("--listen", "127.0.0.1:0"), *("--state", str(self.state)), *("--settings", str(self._settings))]
        process = Process(self.directory / f"{kind}{len(self._started)}.log", [kind, *listen, *options], **plan)
        self._started.append(process)
        return process
