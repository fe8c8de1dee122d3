"""The benchmark of many sessions runs, with few of them; what the figures are is not judged here."""

import resource

import pytest

from benchmarks.c_programs import compiler
from benchmarks.figures import Plan
from benchmarks.sessions import allow_many_files, many_sessions


@pytest.fixture
def compiled() -> None:
    if compiler() is None:
        pytest.fail("no C compiler here: install one (cc, gcc or clang), or name it in CC")


@pytest.mark.usefixtures("compiled")
def test_a_short_run_gives_memory_and_what_those_who_trade_notice() -> None:
    told: list[str] = []
    rows = {row.key: row for row in many_sessions(Plan(2, 0.1, told.append), idle=20, active=2)}
    assert list(rows) == ["memory", "idle", "idle p99"]
    assert 0 < rows["memory"].figure < 100_000
    assert all(len(rows[key].rounds) == 2 and min(rows[key].rounds) > 0 for key in ("idle", "idle p99"))
    assert told == ["0 idle sessions"]


def test_more_sockets_than_this_machine_allows_are_refused_with_both_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (64, 128))
    with pytest.raises(RuntimeError, match="may open 128 files; 300 are needed"):
        allow_many_files(100)
