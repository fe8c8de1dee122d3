"""Many sessions on one OES: an idle one costs some memory, and those who trade nothing per pass."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import pytest

from benchmarks.load import Load
from benchmarks.processes import log_on
from benchmarks.sessions import MEMORY, allow_many_files, fall_asleep, resident_kib, started_for
from tests.kit.counts import count
from tests.kit.driven_oes import DrivenOes

IDLE = count(ordinary=300, long=10_000)
ACTIVE = count(ordinary=10, long=100)
ROUND_S = 0.3
MORE = count(ordinary=150, long=1_000)


def test_idle_sessions_stay_and_take_little_while_others_trade() -> None:
    allow_many_files(IDLE + 2 * ACTIVE)
    with ExitStack() as stack, started_for(IDLE + ACTIVE) as (oes, aes):
        load = Load([log_on(aes.address, account) for account in range(1, ACTIVE + 1)])
        stack.callback(load.close)
        before_kib = resident_kib(oes.process)
        idle = [
            stack.enter_context(fall_asleep(aes, account)) for account in range(ACTIVE + 1, ACTIVE + IDLE + 1)
        ]
        assert resident_kib(oes.process) - before_kib <= MEMORY.goal.bound * IDLE
        assert load.run(ROUND_S) > 0
        assert load.rejected == 0
        for sock in idle:
            sock.setblocking(False)
            with pytest.raises(BlockingIOError):  # neither a word nor the end
                sock.recv(1)


@pytest.fixture
def oes(tmp_path: Path) -> Iterator[DrivenOes]:
    oes = DrivenOes(tmp_path, users=MORE + 20)
    yield oes
    oes.close()


def calls_in(action: Callable[[], object]) -> int:
    """How many functions of Python are called meanwhile; the same work gives the same number."""
    calls = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


def calls_of_an_order(oes: DrivenOes) -> int:
    """What a pass with one order costs."""
    trader, answers = oes.traders[0], oes.answers_to(oes.traders[0])
    for _ in range(2):  # the first one fills what remembers
        trader.send(trader.order().encode())
        oes.let_arrive()
        calls = calls_in(oes.run_pass)
    assert oes.answers_to(trader) == answers + 2
    return calls


def calls_of_nothing(oes: DrivenOes) -> int:
    """What a pass costs in which nothing is ready."""
    return calls_in(oes.run_pass)


@pytest.mark.parametrize("cost", [calls_of_an_order, calls_of_nothing])
@pytest.mark.parametrize("enter", [DrivenOes.enter, DrivenOes.enter_by_ouch])
def test_a_pass_costs_the_same_however_many_sessions_are_there(
    oes: DrivenOes, enter: Callable[[DrivenOes, int], object], cost: Callable[[DrivenOes], int]
) -> None:
    oes.enter(10)
    oes.enter_by_ouch(10)
    with oes.time_stands_still():
        few = cost(oes)
    enter(oes, MORE)
    with oes.time_stands_still():
        assert cost(oes) == few > 0
