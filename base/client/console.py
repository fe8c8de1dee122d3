"""Questions and answers by plain lines, the same on a terminal and over a pipe.

In: lines of a stream, the words of a program. Out: answers that make sense, and an exit code. Never
knows: sessions, messages. Follows the dialogues of the owner's README.
"""

import os
import select
import selectors
import sys
from collections.abc import Callable
from typing import Protocol, TextIO, TypeVar

from base import limits
from base.clock import Clock
from base.errors import HandoffError

Answer = TypeVar("Answer")
INTERRUPTED = 130
NOBODY_READS = 141
"""What a shell shows of a program that SIGPIPE ended."""


class InputEnded(HandoffError):
    """The input ended while an answer was expected."""


class Timed(Protocol):
    """Whoever has to act at a time although no socket is ready."""

    def next_deadline_ns(self) -> int | None:
        """Give the time, on the console's clock; None for never."""

    def deadline_passed(self, now_ns: int) -> None:
        """The time has come, or will come later."""


class Console:
    """Asks on ``output`` and reads ``source`` line by line.

    ``selector`` is one that sockets share, so that ``serve_until_line`` can wait for both.
    """

    def __init__(self, source: TextIO | None = None, output: TextIO | None = None) -> None:
        self.clock = Clock()
        self.selector = selectors.DefaultSelector()
        self._descriptor = (source or sys.stdin).fileno()
        self._output = output or sys.stdout
        self._buffer = b""
        self._ended = False

    def say(self, *words: object) -> None:
        """Write one line."""
        self._output.write(" ".join(map(str, words)) + "\n")
        self._output.flush()

    def ask(self, prompt: str, on_loss: Callable[[], object] | None = None) -> str:
        """Give the next line without surrounding blanks; InputEnded when there is none.

        With ``on_loss`` a socket of the shared selector whose peer hangs up meanwhile is served, then ``on_loss`` is
        called and the prompt shown again; whatever else comes is left for later.
        """
        self._show(prompt)
        while not self._line_is_there():
            if on_loss is None or self._input_is_ready():
                self._read()
            else:
                on_loss()
                self._show(prompt)
        if not self._buffer:
            self.say()
            raise InputEnded("the input ended")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def ask_until(
        self,
        prompt: str,
        understand: Callable[[str], Answer],
        default: Answer | None = None,
        on_loss: Callable[[], object] | None = None,
    ) -> Answer:
        """Ask until ``understand`` raises no ValueError, whose text explains; an empty line is the default."""
        while True:
            line = self.ask(prompt, on_loss)
            if not line and default is not None:
                return default
            try:
                return understand(line)
            except ValueError as explanation:
                self.say(explanation)

    def serve_until_line(self, timed: Timed | None = None) -> None:
        """Serve the sockets of the shared selector until a line comes, the input ends, or nothing is left to serve.

        ``timed`` is told of its deadlines meanwhile, and is something to serve while it has one. The line is
        swallowed.
        """
        try:
            self.selector.register(self._descriptor, selectors.EVENT_READ, self)
        except PermissionError:  # a regular file cannot be waited for: its next line is there already
            while not self._line_is_there():
                self._read()
        else:
            try:
                while not self._line_is_there() and self._is_serving(timed):
                    self._serve_once(timed)
            finally:
                self.selector.unregister(self._descriptor)
        if self._line_is_there():
            _, _, self._buffer = self._buffer.partition(b"\n")

    def _show(self, prompt: str) -> None:
        self._output.write(prompt)
        self._output.flush()

    def _input_is_ready(self) -> bool:
        """Wait for input, or for the end of a connection; serves such a one and says that there is no input."""
        connections = {key.fd: key.data for key in self.selector.get_map().values()}
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLIN)
        for descriptor in connections:
            waiting.register(descriptor, select.POLLRDHUP)  # and not for what it may have sent before
        ready = dict(waiting.poll())
        if self._descriptor in ready:
            return True
        self._output.write("\n")
        for descriptor in ready:
            for _ in range(limits.DISCARD_READS):  # what it sent before its end comes first
                if not connections[descriptor].closed:
                    connections[descriptor].process_events(selectors.EVENT_READ)
        return False

    def _is_serving(self, timed: Timed | None) -> bool:
        waits = timed is not None and timed.next_deadline_ns() is not None
        return waits or len(self.selector.get_map()) > 1

    def _serve_once(self, timed: Timed | None) -> None:
        deadline_ns = timed.next_deadline_ns() if timed is not None else None
        wait_s = None if deadline_ns is None else max(0.0, (deadline_ns - self.clock.now_ns()) / 1e9)
        for key, mask in self.selector.select(wait_s):
            if key.data is self:
                self._read()
            else:
                key.data.process_events(mask)
        if timed is not None:
            timed.deadline_passed(self.clock.now_ns())

    def _line_is_there(self) -> bool:
        return b"\n" in self._buffer or self._ended

    def _read(self) -> None:
        data = os.read(self._descriptor, limits.CLIENT_INPUT_BYTES)
        self._ended = not data
        self._buffer += data
        if len(self._buffer) > limits.CLIENT_INPUT_BYTES and b"\n" not in self._buffer:
            self._buffer = self._buffer[: limits.CLIENT_INPUT_BYTES] + b"\n"


def run_program(story: Callable[[], int | None]) -> int:
    """Run a program and give its exit code; what goes wrong becomes one line on standard error.

    0 for a story that ends well, 1 for one that fails, 130 for Ctrl-C, 141 when nobody reads the output any more.
    """
    try:
        return story() or 0
    except HandoffError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # nobody reads our output any more; the interpreter must not trip over it while it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
