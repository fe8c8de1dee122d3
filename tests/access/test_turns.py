"""Turns: whoever waits comes before who has just written, however often that one writes."""

import threading
from pathlib import Path

import pytest

from base.access.state_file import StateFile
from base.access.turns import Turns
from base.clock import Clock
from tests.kit.patience import PATIENCE_S

WRITING_S = 0.02
"""How long a slow disk takes."""


def test_one_has_it_at_a_time_and_passes_it_on(tmp_path: Path) -> None:
    first, second = (Turns(tmp_path / "turns") for _ in range(2))
    assert first.take(7) == 7
    assert second.take(0) is second.take(3) is None
    first.give()
    assert second.take(0) == 0
    second.close()
    second.close()
    assert first.take(0) == 0, "who ends has none any more"
    first.close()
    assert (tmp_path / "turns").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("writers", [1, 4])
def test_who_writes_without_a_pause_keeps_nobody_out(tmp_path: Path, writers: int) -> None:
    """A crowd that logs on at an AES over a slow disk: the sign of life of an OES may wait for a few writes only."""
    over, busy = threading.Event(), threading.Barrier(writers + 1, timeout=PATIENCE_S)
    written: list[int] = []

    def write_without_a_pause() -> None:
        state = StateFile(tmp_path, Clock())
        busy.wait()
        while not over.is_set():
            with state.transaction(durable=False, wait_ms=60_000):
                written.append(1)
                over.wait(WRITING_S)
        state.close()

    threads = [threading.Thread(target=write_without_a_pause) for _ in range(writers)]
    for thread in threads:
        thread.start()
    state = StateFile(tmp_path, Clock())
    busy.wait()
    before = len(written)
    for _ in range(20):
        with state.transaction(durable=False, wait_ms=60_000):
            pass
    between = len(written) - before
    over.set()
    for thread in threads:
        thread.join()
    state.close()
    assert between < 20 * 5 * writers, f"{between} writes of others between 20 of ours"
