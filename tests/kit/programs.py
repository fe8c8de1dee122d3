"""The example programs as their users run them: servers beside the test, clients over a pipe or a terminal.

In: command lines and typed lines. Out: what the programs print, and their exit codes. Never knows:
what a program should say.
"""

import os
import re
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from types import TracebackType

import pexpect

from tests.kit.patience import PATIENCE_S
from tests.kit.source import ROOT

OURS_ALONE = ("NO_COLOR", "PYTHONWARNINGS", "COLUMNS", "LINES")

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def command(program: str, *arguments: object) -> list[str]:
    """Give the command line of an example program."""
    return [sys.executable, str(ROOT / program), *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """Give the environment of a program: ours, without what would colour, silence or narrow it."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS_ALONE}
    return kept | {"PYTHONPATH": str(ROOT)} | changes


class Server:
    """An example server on a free port, in a directory of its own; it ends when its input does."""

    def __init__(self, program: str, directory: Path, *arguments: object) -> None:
        self.lines: list[str] = []
        self._announced: Queue[str] = Queue()
        self._process = subprocess.Popen(
            command(program, "127.0.0.1", 0, "--stop-with-input", *arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=directory, env=environment(),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.announcement = self._announced.get(timeout=PATIENCE_S)
        found = re.fullmatch(r"listening on \('([\d.]+)', (\d+)\)", self.announcement)
        assert found, "\n".join(self.lines)
        self.host, self.port = found[1], int(found[2])

    @property
    def text(self) -> str:
        """Everything that the server printed so far."""
        return "\n".join(self.lines)

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        code = self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        self._process.stdout.close()
        assert code == 0, self.text
        assert "Traceback" not in self.text, self.text

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("listening on"):
                self._announced.put(self.lines[-1])
        self._announced.put("the server ended")


def rest_of(process: subprocess.Popen[str], patience_s: float = PATIENCE_S) -> tuple[str, str]:
    """Wait until a program ends of which lines were read already; gives the rest of its output and errors.

    `communicate` reads below the text layer: it loses the lines that the last `readline` took along.
    """
    with ThreadPoolExecutor(2) as readers:
        out, err = (readers.submit(pipe.read) if pipe else None for pipe in (process.stdout, process.stderr))
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return out.result() if out else "", err.result() if err else ""


def over_a_pipe(line: list[str], *typed: str, **changes: str) -> tuple[int, str, str]:
    """Run a program with these lines as its input; gives exit code, output and errors."""
    done = subprocess.run(
        line, input="".join(f"{one}\n" for one in typed), capture_output=True, text=True,
        timeout=PATIENCE_S, cwd=ROOT, env=environment(**changes),
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, line: list[str], **changes: str) -> None:
        with warnings.catch_warnings():
            # newer interpreters warn of forking beside the threads of a parallel test run
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child = pexpect.spawn(
                line[0], line[1:], encoding="utf-8", timeout=PATIENCE_S, cwd=str(ROOT), env=environment(**changes)
            )
        self.shown = ""
        """What the terminal showed so far, line ends as the program wrote them."""

    def enter(self, line: str) -> None:
        """Type a line."""
        self._child.sendline(line)

    def answer(self, prompt: str, line: str) -> None:
        """Wait for a prompt, then type a line."""
        self.wait_for(prompt)
        self.enter(line)

    def wait_for(self, text: str) -> str:
        """Wait until the program has shown this text; gives what came before it."""
        self._child.expect_exact(text)
        before = str(self._child.before)
        self.shown += (before + text).replace("\r\n", "\n")
        return before

    def press(self, key: str) -> None:
        """Press a control key: "c" interrupts, "d" ends the input."""
        self._child.sendcontrol(key)

    def end(self) -> int:
        """Wait until the program ends; gives its exit code, negative for a signal."""
        self._child.expect(pexpect.EOF)
        self.shown += str(self._child.before).replace("\r\n", "\n")
        self._child.close()
        code = self._child.exitstatus
        return int(code) if code is not None else -int(self._child.signalstatus)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._child.close(force=True)
