"""A door for programs of this machine: one line in, one line out, whoever holds the lock serves the path."""

import errno
import os
import selectors
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from base import limits
from base.network.local_door import LocalDoor, ask
from tests.kit.patience import PATIENCE_S
from tests.kit.source import ROOT
from tests.network.conftest import Hall

DIES_WITH_ITS_DOOR_OPEN = """
import os, selectors, sys
from pathlib import Path
from base.network.local_door import LocalDoor
door = LocalDoor(selectors.DefaultSelector(), Path(sys.argv[1]), bytes.upper, print)
print(flush=True)
input()
os._exit(1)
"""


class Hut:
    """A door on a selector, served pass by pass."""

    def __init__(self, path: Path, answer: Callable[[bytes], bytes] = bytes.upper) -> None:
        self.path = path
        self.selector = selectors.DefaultSelector()
        try:
            self.door = LocalDoor(self.selector, path, answer, lambda reason, count: None)
        except BaseException:
            self.selector.close()
            raise

    def caller(self) -> socket.socket:
        caller = socket.socket(socket.AF_UNIX)
        caller.settimeout(PATIENCE_S)
        caller.connect(str(self.path))
        self.work()
        return caller

    def work(self) -> None:
        """Serve until nothing is ready."""
        while ready := self.selector.select(0):
            for key, mask in ready:
                if key.fileobj.fileno() >= 0:  # type: ignore[union-attr]
                    key.data.process_events(mask)

    def close(self) -> None:
        self.door.close()
        self.selector.close()


@pytest.fixture
def make_hut(tmp_path: Path) -> Iterator[Callable[..., Hut]]:
    huts: list[Hut] = []

    def make(name: str = "a.sock", answer: Callable[[bytes], bytes] = bytes.upper) -> Hut:
        huts.append(Hut(tmp_path / name, answer))
        return huts[-1]

    yield make
    for hut in huts:
        hut.close()


def test_a_line_is_answered_in_any_cut_and_the_caller_let_go(make_hut: Callable[..., Hut]) -> None:
    hut = make_hut()
    with hut.caller() as caller:
        for part in (b"he", b"llo", b"\nand more\n"):
            caller.sendall(part)
            hut.work()
        assert caller.recv(100) == b"HELLO\n"
        assert caller.recv(100) == b""
    assert len(hut.selector.get_map()) == 1, "only the door itself"
    assert not hut.door._callers


def test_only_the_owner_may_call(make_hut: Callable[..., Hut]) -> None:
    hut = make_hut()
    assert stat.S_IMODE(hut.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(hut.path.with_suffix(".lock").stat().st_mode) == 0o600


@pytest.mark.parametrize("surplus, answered", [(0, True), (1, False)])
def test_a_line_may_have_so_many_bytes(
    make_hut: Callable[..., Hut], monkeypatch: pytest.MonkeyPatch, surplus: int, answered: bool
) -> None:
    monkeypatch.setattr(limits, "LOCAL_LINE_BYTES", 10)
    hut = make_hut()
    for end in (b"\n", b""):
        with hut.caller() as caller:
            caller.sendall(b"x" * (10 + surplus) + end)
            hut.work()
            if end or not answered:
                assert caller.recv(100) == (b"XXXXXXXXXX\n" if answered else b"")


def test_an_answer_longer_than_the_systems_buffer_arrives_whole(make_hut: Callable[..., Hut]) -> None:
    hut = make_hut(answer=lambda line: line * 1_000_000)
    with hut.caller() as caller:
        caller.sendall(b"x\n")
        hut.work()
        reply = b""
        while not reply.endswith(b"\n"):
            reply += caller.recv(65_536)
            hut.work()
    assert len(reply) == 1_000_001


def test_the_oldest_idle_caller_goes_for_a_new_one(
    make_hut: Callable[..., Hut], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOCAL_CALLERS", 2)
    hut = make_hut()
    callers = [hut.caller() for _ in range(3)]
    assert callers[0].recv(1) == b""
    for caller in callers[1:]:
        caller.sendall(b"x\n")
        hut.work()
        assert caller.recv(100) == b"X\n"
    for caller in callers:
        caller.close()


def test_a_fault_in_the_answer_costs_the_caller_alone(make_hut: Callable[..., Hut]) -> None:
    def fail(line: bytes) -> bytes:
        raise RuntimeError(line)

    hut = make_hut(answer=fail)
    with hut.caller() as caller:
        caller.sendall(b"x\n")
        with pytest.raises(RuntimeError):
            hut.work()
        assert caller.recv(1) == b""
    hut.caller().close()


def test_a_second_living_one_is_refused_and_disturbs_nothing(make_hut: Callable[..., Hut]) -> None:
    hut = make_hut()
    with pytest.raises(OSError, match=f"process {os.getpid()} serves it") as refused:
        make_hut()
    assert refused.value.errno == errno.EADDRINUSE
    with hut.caller() as caller:
        caller.sendall(b"x\n")
        hut.work()
        assert caller.recv(100) == b"X\n"


def test_closing_removes_the_socket_and_frees_the_path(make_hut: Callable[..., Hut]) -> None:
    hut = make_hut()
    idle = hut.caller()
    hut.door.close()
    assert idle.recv(1) == b""
    idle.close()
    assert not hut.path.exists()
    assert len(hut.selector.get_map()) == 0
    make_hut().caller().close()


def test_what_a_dead_process_left_is_replaced(make_hut: Callable[..., Hut], tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with subprocess.Popen(
        [sys.executable, "-c", DIES_WITH_ITS_DOOR_OPEN, path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        process.stdout.readline()
        with pytest.raises(OSError, match=f"process {process.pid} serves it"):
            make_hut()
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.wait(PATIENCE_S)
    assert path.is_socket()
    make_hut().caller().close()


def test_a_file_that_is_no_socket_is_left_alone(make_hut: Callable[..., Hut], tmp_path: Path) -> None:
    (tmp_path / "a.sock").write_text("mine")
    with pytest.raises(OSError, match="Address already in use"):
        make_hut()
    assert (tmp_path / "a.sock").read_text() == "mine"
    make_hut("b.sock")


def test_a_directory_may_be_deep(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    hut = Hut(deep / "a.sock")
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(ask(hut.path, b"deep")))
    asking.start()
    while asking.is_alive():
        hut.selector.select(0.01)
        hut.work()
    assert answers == [b"DEEP"]
    hut.close()


def test_nobody_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    for path in (tmp_path / "none.sock", tmp_path / "none" / "a.sock"):
        with pytest.raises(FileNotFoundError):
            ask(path, b"x")


def test_the_loop_serves_a_door_until_its_shutdown(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    hall.loop.open_local_door(path, lambda line, now_ns: b"%s at %d" % (line, now_ns))
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(ask(path, b"hello")))
    asking.start()
    hall.until(lambda: answers or not asking.is_alive())
    asking.join(PATIENCE_S)
    assert answers == [b"hello at %d" % hall.loop.now_ns]
    hall.loop.stop()
    hall.loop.run(signals=False)
    assert not path.exists()


def test_a_loop_that_never_ran_removes_its_door(hall: Hall, tmp_path: Path) -> None:
    hall.loop.open_local_door(tmp_path / "a.sock", lambda line, now_ns: line)
    hall.loop.close()
    assert not (tmp_path / "a.sock").exists()


def test_a_door_without_files_opens_again(hall: Hall, tmp_path: Path) -> None:
    hall.loop.open_local_door(tmp_path / "a.sock", lambda line, now_ns: line)
    door = hall.loop._listeners[1]
    door.pause()
    door._exhausted("no files", 1)
    hall.clock.advance(limits.ACCEPT_PAUSE_NS)
    hall.loop.run_pass(wait=False)
    assert (tmp_path / "a.sock").is_socket() and door._listening
