"""An open state file over a clock that stands still, closed after the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from base import limits
from base.access.state_file import StateFile
from base.clock import Clock
from tests.kit.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def open_state(tmp_path: Path, clock: ManualClock) -> Iterator[Callable[..., StateFile]]:
    """Opens the state file of this test once more, as another process would."""
    states: list[StateFile] = []

    def open_once_more(other_clock: Clock | None = None) -> StateFile:
        states.append(StateFile(tmp_path, other_clock or clock))
        return states[-1]

    yield open_once_more
    for state in states:
        state.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """State files opened from here on do not wait for a writer, so waiting for one shows as a failure."""
    monkeypatch.setattr(limits, "STATE_BUSY_MS", 0)


@pytest.fixture
def state(open_state: Callable[..., StateFile]) -> StateFile:
    return open_state()
