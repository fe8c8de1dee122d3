"""G9: one process writes a journal; a second one is told which; the right ends with the process, forks have none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from base.errors import JournalHeld
from base.journal.holder import LOCK_FILE, Holder, holder_of
from tests.kit.patience import PATIENCE_S
from tests.kit.source import ROOT

TAKE = """
import sys
from pathlib import Path
from base.errors import JournalHeld
from base.journal.holder import Holder
try:
    holder = Holder.take(Path(sys.argv[1]))
except JournalHeld as held:
    print("held by", held.pid, flush=True)
else:
    print("taken", flush=True)
    sys.stdin.read()
"""


def another(directory: Path) -> subprocess.Popen[str]:
    """A second process that takes the right if it can, says so, and keeps it until its input ends."""
    command = [sys.executable, "-c", TAKE, str(directory)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ends(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=PATIENCE_S)


def test_a_second_process_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    holder = Holder.take(tmp_path / "new")
    for _ in range(3):
        second = another(tmp_path / "new")
        assert says(second) == f"held by {os.getpid()}"
        ends(second)
    holder.release()
    holder.release()
    second = another(tmp_path / "new")
    assert says(second) == "taken"
    ends(second)


def test_the_right_goes_when_the_process_dies(tmp_path: Path) -> None:
    first = another(tmp_path)
    assert says(first) == "taken"
    assert holder_of(tmp_path) == first.pid
    with pytest.raises(JournalHeld, match=f"process {first.pid} writes the journal here") as held:
        Holder.take(tmp_path)
    assert held.value.pid == first.pid
    first.send_signal(signal.SIGKILL)
    ends(first)
    assert holder_of(tmp_path) is None
    Holder.take(tmp_path).release()


def test_the_same_process_is_refused_too_and_asking_does_not_lose_the_lock(tmp_path: Path) -> None:
    holder = Holder.take(tmp_path)
    assert holder_of(tmp_path) == os.getpid()
    with pytest.raises(JournalHeld, match=f"process {os.getpid()}"):
        Holder.take(tmp_path)
    second = another(tmp_path)
    assert says(second) == f"held by {os.getpid()}"
    ends(second)
    holder.release()


def test_nobody_holds_a_directory_without_a_lock(tmp_path: Path) -> None:
    assert holder_of(tmp_path) is None
    Holder.take(tmp_path).release()
    assert holder_of(tmp_path) is None


def test_a_forked_child_neither_has_the_right_nor_drops_it(tmp_path: Path) -> None:
    holder = Holder.take(tmp_path)
    child = os.fork()
    if not child:
        try:
            Holder.take(tmp_path)
        except JournalHeld as held:
            os._exit(held.pid != os.getppid())
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    second = another(tmp_path)
    assert says(second) == f"held by {os.getpid()}"
    ends(second)
    holder.release()


def test_the_file_tells_people_the_epoch(tmp_path: Path) -> None:
    holder = Holder.take(tmp_path)
    for epoch in (12345, 7):
        holder.say(epoch)
        assert (tmp_path / LOCK_FILE).read_text() == f"pid {os.getpid()} epoch {epoch}\n"
    assert (tmp_path / LOCK_FILE).stat().st_mode & 0o777 == 0o600
    holder.release()
