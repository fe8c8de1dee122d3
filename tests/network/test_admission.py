"""Who is turned away, and how often that is said."""

import resource

import pytest

from base import limits
from base.network.admission import Admission, allow_many_files


def test_at_the_bound_of_one_address_and_one_past_it() -> None:
    admission = Admission(sessions=10, per_address=2)
    for _ in range(2):
        assert admission.why_refused("10.0.0.1") is None
        admission.enter("10.0.0.1")
    assert admission.why_refused("10.0.0.1") == "2 connections from 10.0.0.1 are open already"
    assert admission.why_refused("10.0.0.2") is None
    admission.leave("10.0.0.1")
    assert admission.why_refused("10.0.0.1") is None


def test_at_the_bound_of_all_and_one_past_it() -> None:
    admission = Admission(sessions=3, per_address=2)
    for host in ("a", "b", "c"):
        assert admission.why_refused(host) is None
        admission.enter(host)
    assert admission.why_refused("d") == "3 connections are open already"
    admission.leave("b")
    assert admission.why_refused("d") is None


def test_connections_never_take_the_last_files_of_the_process() -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    admission = Admission(sessions=files + 1, per_address=files + 1)
    for number in range(files - limits.SPARE_FILES):
        assert admission.why_refused(str(number)) is None
        admission.enter(str(number))
    assert admission.why_refused("one more") is not None


def test_one_line_per_second_counts_all() -> None:
    admission = Admission(1, 1)
    assert admission.notice(1, "full", 5) == "1 connections turned away: full"
    assert admission.notice(1, "full", 6) is None
    assert admission.notice(3, "full", 5 + limits.NOTICE_NS - 1) is None
    assert admission.notice(1, "full", 5 + limits.NOTICE_NS) == "5 connections turned away: full"


ENOUGH = limits.SESSIONS + limits.SPARE_FILES
UNBOUND = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    "soft, hard, raised, line",
    [
        (1_024, 20_000, ENOUGH, None),
        (1_024, UNBOUND, ENOUGH, None),
        (ENOUGH, ENOUGH, ENOUGH, None),
        (UNBOUND, UNBOUND, UNBOUND, None),
        (64, 64, 64, "this process may open 64 files: 32 connections fit, not 15000 (see ulimit -Hn)"),
        (256, 4_096, 4_096, "this process may open 4096 files: 4064 connections fit, not 15000 (see ulimit -Hn)"),
    ],
)
def test_a_process_takes_the_files_it_may_have_and_says_when_that_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int, line: str | None
) -> None:
    bounds = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda which: bounds[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda which, wanted: bounds.append(wanted))
    assert allow_many_files() == line
    assert bounds[-1] == (raised, hard)


def test_a_system_that_allows_less_than_it_says_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(which: int, wanted: tuple[int, int]) -> None:
        raise ValueError("not allowed to exceed maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, UNBOUND))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert allow_many_files() == "this process may open 256 files: 224 connections fit, not 15000 (see ulimit -Hn)"
