"""A one-time code is good once: over processes, restarts and a wall clock that is set back (B4)."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from base.access.spent_codes import SpentCodes
from base.access.state_file import StateFile
from base.errors import AccessUnavailable
from tests.kit.clock import ManualClock
from tests.kit.patience import PATIENCE_S

Opener = Callable[..., StateFile]


def test_a_step_is_spent_once_and_steps_only_grow(state: StateFile) -> None:
    spent = SpentCodes(state)
    tried = [(step, spent.spend(1, "1", step)) for step in (100, 100, 99, 101, 100, 101, 500, 102, 0)]
    assert [step for step, first in tried if first] == [100, 101, 500]


def test_each_user_has_steps_of_his_own(state: StateFile) -> None:
    spent = SpentCodes(state)
    assert all(spent.spend(account, user, 100) for account in (1, 2) for user in ("1", "2"))
    assert not any(spent.spend(account, user, 100) for account in (1, 2) for user in ("1", "2"))


def test_a_step_is_spent_for_other_processes_and_after_a_restart(open_state: Opener) -> None:
    first, other = open_state(), open_state()
    assert SpentCodes(first).spend(1, "1", 100)
    assert not SpentCodes(other).spend(1, "1", 100)
    first.close()
    other.close()
    assert not SpentCodes(open_state()).spend(1, "1", 100)
    assert SpentCodes(open_state()).spend(1, "1", 101)


def test_a_use_is_on_disk_before_it_is_known(open_state: Opener) -> None:
    state = open_state()
    SpentCodes(state).spend(1, "1", 100)
    assert state.read("PRAGMA synchronous") == [(2,)], "2 is FULL: the log is flushed at each commit"


def test_rivals_for_one_step_have_one_winner(tmp_path: Path, clock: ManualClock) -> None:
    rivals, steps = 4, range(100, 140)
    wins: list[list[int]] = [[] for _ in range(rivals)]
    barrier = threading.Barrier(rivals, timeout=PATIENCE_S)

    def spend_all(mine: list[int]) -> None:
        state = StateFile(tmp_path, clock)
        spent = SpentCodes(state)
        for step in steps:
            barrier.wait()
            if spent.spend(1, "1", step):
                mine.append(step)
        state.close()

    threads = [threading.Thread(target=spend_all, args=(mine,)) for mine in wins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(step for mine in wins for step in mine) == list(steps)


@pytest.mark.usefixtures("impatient")
def test_an_old_step_is_refused_without_a_write(open_state: Opener) -> None:
    writer, spent = open_state(), SpentCodes(open_state())
    assert spent.spend(1, "1", 100)
    with writer.transaction(durable=False):
        assert not spent.spend(1, "1", 100)
        with pytest.raises(AccessUnavailable):
            spent.spend(1, "1", 101)
