"""Servers as child processes of this one.

In: the arguments of a server. Out: its address once it accepts, its end. Never knows: messages.
A child has our end of its standard input: when we end, however that happens, it ends in an orderly way.
"""

import ast
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from base import limits
from base.clock import Clock
from base.errors import ServerFailed

ANNOUNCEMENT = b"listening on "
SECOND_NS = 1_000_000_000


class Child:
    """One server; ``kind`` is "aes" or "oes". Leaving the ``with`` block stops it."""

    def __init__(self, kind: str, arguments: Sequence[str], errors: IO[bytes] | None = None) -> None:
        self.kind = kind
        house = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (house, os.environ.get("PYTHONPATH", ""))))
        # a group of its own, so that Ctrl-C reaches only us and we stop it in our order; not a session of its own,
        # or Linux would share cores among sessions and not look at how nice the processes in them are
        self._process = subprocess.Popen(
            [sys.executable, "-m", "base", kind, "--stop-with-input", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            env=os.environ | {"PYTHONPATH": path},
            process_group=0,
        )

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def output(self) -> IO[bytes]:
        """Its standard output; readable for ever once the server is gone."""
        assert self._process.stdout is not None, "opened as a pipe"
        return self._process.stdout

    def address(self) -> tuple[str, int]:
        """Wait until it accepts and give its real address; raises ServerFailed when it ends instead."""
        line = b""
        allowed_ns = limits.SERVER_START_NS if self.kind == "aes" else limits.RECOVERY_NS
        until_ns = (clock := Clock()).now_ns() + allowed_ns
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0, until_ns - clock.now_ns()) / SECOND_NS):
                    raise ServerFailed(f"the {self.kind.upper()} does not accept in time")
                part = os.read(self.output.fileno(), 1)
                if not part:
                    raise ServerFailed(f"the {self.kind.upper()} ended with exit code {self.stop()}")
                line += part
        host, port = ast.literal_eval(line.removeprefix(ANNOUNCEMENT).decode())
        return host, port

    def stop(self) -> int:
        """End it, in an orderly way if it can, and give its exit code."""
        assert self._process.stdin is not None, "opened as a pipe"
        self._process.stdin.close()
        try:
            code = self._process.wait(limits.SERVER_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self.output.close()
        return code
