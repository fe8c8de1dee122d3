"""When a picture is taken, by whom, and what a failure does."""

import hashlib
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from base import limits
from base.servers.pictures import Photographer
from base.servers.state_image import captured_in
from tests.kit.floor import Floor
from tests.kit.patience import PATIENCE_S, wait_until
from tests.kit.source import ROOT


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 10)


def floor() -> Floor:
    traded = Floor()
    traded.log_on(1)
    traded.send(1, traded.order(1))
    return traded


def test_it_is_taken_when_enough_is_new() -> None:
    taken: list[tuple[int, str, bytes]] = []
    traded = floor()
    assert traded.venue.records is not None
    photographer = Photographer(traded.venue.records, lambda *one: taken.append(one), 5, forks=False)
    due = []
    for sequence in (6, 14, 15, 16, 24, 25):
        due += [sequence] * photographer.is_due(sequence)
        photographer.look(sequence)
    assert due == [15, 25]
    assert [sequence for sequence, *_ in taken] == [15, 25]
    sequence, state_hash, image = taken[0]
    other = Floor()
    assert other.venue.records is not None
    other.venue.records.restore(captured_in(image))
    assert other.exchange.state_hash() == state_hash == traded.exchange.state_hash()


def test_a_quiet_moment_wants_less() -> None:
    taken: list[int] = []
    records = floor().venue.records
    assert records is not None
    photographer = Photographer(records, lambda sequence, *_: taken.append(sequence), 0, forks=False)
    limits.PICTURE_EVERY = 1_000
    for sequence in (99, 100, 199, 200, 1_199, 1_200):
        photographer.look(sequence)
        photographer.look(sequence, quiet=sequence < 1_000)
    assert taken == [100, 200, 1_200]


def test_a_child_writes_it_with_nothing_of_its_parent_open(tmp_path: Path) -> None:
    traded = floor()
    assert traded.venue.records is not None

    def store(sequence: int, state_hash: str, image: bytes) -> None:
        opened = sorted(os.listdir("/proc/self/fd"))
        (tmp_path / "picture").write_text(f"{sequence} {state_hash} {hashlib.sha256(image).hexdigest()}")
        (tmp_path / "open").write_text(" ".join(opened))

    photographer = Photographer(traded.venue.records, store, 0, forks=True)
    photographer.look(10)
    photographer.look(20)  # one at a time
    photographer.close()
    sequence, state_hash, _ = (tmp_path / "picture").read_text().split()
    assert (sequence, state_hash) == ("10", traded.exchange.state_hash())
    assert (tmp_path / "open").read_text() == "0 1 2 3"  # three that lead nowhere, and the listing itself
    photographer.look(30)
    photographer.close()
    assert (tmp_path / "picture").read_text().startswith("30 ")


def test_a_child_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    program = """if True:
        import os, sys
        from base import limits
        from base.servers.pictures import Photographer
        from tests.servers.test_pictures import floor
        def store(*picture):
            with open(sys.argv[1], "w") as started:
                started.write(str(os.getpid()))
            os.read(os.pipe()[0], 1)  # for ever
        limits.PICTURE_EVERY = 1
        Photographer(floor().venue.records, store, 0, forks=True).look(1)
        os.read(os.pipe()[0], 1)
    """
    with subprocess.Popen([sys.executable, "-c", program, str(started)], cwd=ROOT) as parent:
        child = os.pidfd_open(int(started.read_text()))
        parent.kill()
    try:
        assert select.select([child], [], [], PATIENCE_S)[0], "the child outlives its parent"
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(child, signal.SIGKILL)
        os.close(child)


def test_a_child_that_fails_costs_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    traded = floor()
    assert traded.venue.records is not None

    def store(sequence: int, state_hash: str, image: bytes) -> None:
        raise OSError("no room")

    photographer = Photographer(traded.venue.records, store, 0, forks=True)
    photographer.look(10)
    wait_until(lambda: photographer.reap() or photographer._child is None, "the child ends")
    assert "a picture of the state could not be written (exit code 1)" in caplog.text
    photographer.reap()


def test_a_picture_that_cannot_be_written_in_our_own_process_costs_no_more(caplog: pytest.LogCaptureFixture) -> None:
    traded = floor()
    assert traded.venue.records is not None

    def store(sequence: int, state_hash: str, image: bytes) -> None:
        raise OSError("no room")

    Photographer(traded.venue.records, store, 0, forks=False).look(10)
    assert "a picture of the state could not be written (no room)" in caplog.text
