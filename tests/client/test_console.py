"""Plain lines in, plain words out: over a pipe, from a file, and to the bitter end of the input."""

import io
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from base import limits
from base.client.answers import whole_number
from base.client.console import Console, InputEnded, run_program
from base.errors import LogonRefused
from base.socket_controller import SocketController
from tests.kit.patience import PATIENCE_S

NUMBER = whole_number("number", 1, 9)


class Keyboard:
    """The writing end of a console's input."""

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self.source = os.fdopen(reading)
        self.output = io.StringIO()
        self.console = Console(self.source, self.output)

    def type(self, text: bytes) -> None:
        os.write(self._writing, text)

    def end(self) -> None:
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    keyboard = Keyboard()
    yield keyboard
    keyboard.end()
    keyboard.source.close()


def test_lines_are_answers(keyboard: Keyboard) -> None:
    keyboard.type(b" one \r\ntwo\nhal")
    assert keyboard.console.ask("? ") == "one"
    assert keyboard.console.ask("! ") == "two"
    keyboard.type(b"f")
    keyboard.end()
    assert keyboard.console.ask("... ") == "half"
    with pytest.raises(InputEnded):
        keyboard.console.ask("more? ")
    assert keyboard.output.getvalue() == "? ! ... more? \n"


def test_a_bad_answer_is_explained_and_asked_again(keyboard: Keyboard) -> None:
    keyboard.type(b"x\n0\n\n5\n")
    assert keyboard.console.ask_until("n: ", NUMBER) == 5
    assert keyboard.output.getvalue().count("n: ") == 4
    assert "'x' is not a valid number: enter a whole number from 1 to 9" in keyboard.output.getvalue()


def test_an_empty_line_is_the_default_where_there_is_one(keyboard: Keyboard) -> None:
    keyboard.type(b"\n")
    assert keyboard.console.ask_until("n: ", NUMBER, 7) == 7


def test_bytes_that_are_no_text_are_still_an_answer(keyboard: Keyboard) -> None:
    keyboard.type(b"\xff\xfe\n")
    assert keyboard.console.ask("? ") == "\ufffd\ufffd"


def test_a_line_without_an_end_is_cut(keyboard: Keyboard) -> None:
    keyboard.type(b"x" * (limits.CLIENT_INPUT_BYTES + 1))
    assert keyboard.console.ask("? ") == "x" * limits.CLIENT_INPUT_BYTES


def test_sockets_are_served_until_a_line_comes(keyboard: Keyboard) -> None:
    ours, peer = socket.socketpair()
    read = []

    class Typist(SocketController):
        """Types a line as soon as bytes arrive, so the line cannot come first."""

        def received(self, data: bytes) -> None:
            read.append(data)
            keyboard.type(b"\n")

    with ours, peer:
        controller = Typist(keyboard.console.selector, ours, "", None)
        peer.send(b"bytes")
        keyboard.console.serve_until_line()
        assert read == [b"bytes"]
        controller.close()


def test_serving_ends_with_the_input(keyboard: Keyboard) -> None:
    keyboard.end()
    keyboard.console.serve_until_line()
    keyboard.console.serve_until_line()


def test_serving_ends_with_the_last_socket_and_leaves_the_next_line(keyboard: Keyboard) -> None:
    guard = threading.Timer(PATIENCE_S, keyboard.end)
    guard.start()
    ours, peer = socket.socketpair()
    controller = SocketController(keyboard.console.selector, ours, "", None)
    peer.close()
    keyboard.console.serve_until_line()
    assert controller.closed
    keyboard.console.serve_until_line()
    guard.cancel()
    keyboard.type(b"next\n")
    assert keyboard.console.ask("") == "next"


class Alarm:
    """Is due once."""

    def __init__(self, due_ns: int) -> None:
        self.due_ns: int | None = due_ns

    def next_deadline_ns(self) -> int | None:
        return self.due_ns

    def deadline_passed(self, now_ns: int) -> None:
        if self.due_ns is not None and now_ns >= self.due_ns:
            self.due_ns = None


def test_a_deadline_is_served_without_any_socket(keyboard: Keyboard) -> None:
    guard = threading.Timer(PATIENCE_S, keyboard.end)
    guard.start()
    alarm = Alarm(keyboard.console.clock.now_ns() + 1_000_000)
    keyboard.console.serve_until_line(alarm)
    guard.cancel()
    assert alarm.due_ns is None
    keyboard.type(b"next\n")
    assert keyboard.console.ask("") == "next"


def test_half_a_line_does_not_stop_the_sockets(keyboard: Keyboard) -> None:
    guard = threading.Timer(PATIENCE_S, keyboard.end)
    guard.start()
    ours, peer = socket.socketpair()
    read = []

    class Reading(Console):
        """Sees to it that the socket has its turn after the half line."""

        def _read(self) -> None:
            super()._read()
            peer.send(b"bytes")

    class Typist(SocketController):
        def received(self, data: bytes) -> None:
            read.append(data)
            keyboard.type(b"\n")

    with ours, peer:
        console = Reading(keyboard.source, keyboard.output)
        controller = Typist(console.selector, ours, "", None)
        keyboard.type(b"half")
        console.serve_until_line()
        guard.cancel()
        assert read == [b"bytes"]
        controller.close()


def test_at_a_prompt_the_end_of_a_connection_is_served_and_nothing_else(keyboard: Keyboard) -> None:
    ours, peer = socket.socketpair()
    read: list[bytes] = []

    class Reading(SocketController):
        def received(self, data: bytes) -> None:
            read.append(data)

    def lost() -> None:
        keyboard.output.write("it is lost\n")
        keyboard.type(b"answer\n")

    controller = Reading(keyboard.console.selector, ours, "", None)
    peer.send(b"unread")
    keyboard.type(b"one\n")
    assert keyboard.console.ask("? ", lost) == "one"
    assert read == [], "what comes waits"
    peer.close()
    assert keyboard.console.ask("! ", lost) == "answer"
    assert (b"".join(read), controller.closed) == (b"unread", True)
    assert keyboard.output.getvalue() == "? ! \nit is lost\n! "


def test_serving_swallows_one_line_only(keyboard: Keyboard) -> None:
    keyboard.type(b"a\nb\nc\n")
    assert keyboard.console.ask("") == "a"
    keyboard.console.serve_until_line()
    assert keyboard.console.ask("") == "c"


def test_a_file_is_input_like_any_other(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("\nnext\n")
    with script.open() as source:
        console = Console(source, io.StringIO())
        console.serve_until_line()
        assert console.ask("") == "next"


def refused() -> None:
    raise LogonRefused("the AES refused the logon: INVALID_KEY (4)", 4)


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "story, code, said",
    [
        (lambda: None, 0, ""),
        (lambda: 1, 1, ""),
        (refused, 1, "error: the AES refused the logon: INVALID_KEY (4)\n"),
        (interrupted, 130, "\ninterrupted\n"),
    ],
)
def test_a_story_ends_with_a_code_and_a_line(
    story: object, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(story)
    assert run_program(story) == code
    assert capsys.readouterr().err == said


def test_a_closed_output_is_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as output:
        monkeypatch.setattr("sys.stdout", output)
        assert run_program(lambda: broken(output)) == 141


def broken(output: TextIO) -> None:
    raise BrokenPipeError(output.name)
