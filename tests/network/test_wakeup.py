"""Interrupting a wait: from a thread, by a signal, by the end of a file."""

import os
import selectors
import signal
import threading
from collections.abc import Iterator

import pytest

from base.network.wakeup import EndOfInput, Wakeup, in_front, stop_on_signals
from tests.kit.patience import PATIENCE_S


@pytest.fixture
def selector() -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as selector:
        yield selector


@pytest.fixture
def wakeup(selector: selectors.BaseSelector) -> Iterator[Wakeup]:
    wakeup = Wakeup(selector)
    yield wakeup
    wakeup.close()


def run_pass(selector: selectors.BaseSelector) -> None:
    events = selector.select(PATIENCE_S)
    assert events
    for key, mask in events:
        key.data.process_events(mask)


def test_a_thread_wakes_the_selector_once(selector: selectors.BaseSelector, wakeup: Wakeup) -> None:
    thread = threading.Thread(target=wakeup.wake)
    thread.start()
    run_pass(selector)
    thread.join()
    assert selector.select(0) == []


def test_more_wakes_than_the_socket_holds_do_no_harm(selector: selectors.BaseSelector, wakeup: Wakeup) -> None:
    for _ in range(100_000):
        wakeup.wake()
    while selector.select(0):
        run_pass(selector)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_calls_stop_and_wakes(selector: selectors.BaseSelector, wakeup: Wakeup, number: int) -> None:
    before = signal.getsignal(number)
    stops: list[bool] = []
    with stop_on_signals(lambda: stops.append(True), wakeup):
        os.kill(os.getpid(), number)
        run_pass(selector)
    assert stops == [True]
    assert signal.getsignal(number) is before


def test_the_end_of_a_file_is_told_once(selector: selectors.BaseSelector) -> None:
    reader, writer = os.pipe()
    ends: list[bool] = []
    EndOfInput(selector, reader, lambda: ends.append(True))
    os.write(writer, b"ignored")
    run_pass(selector)
    assert not ends
    os.close(writer)
    run_pass(selector)
    assert ends == [True]
    assert not selector.get_map()
    os.close(reader)


def test_a_file_that_nobody_keeps_open_has_ended(selector: selectors.BaseSelector) -> None:
    ends: list[bool] = []
    with open(os.devnull, "rb") as nothing:
        EndOfInput(selector, nothing.fileno(), lambda: ends.append(True))
    assert ends == [True]
    assert not selector.get_map()


def test_waking_after_the_end_is_harmless(selector: selectors.BaseSelector) -> None:
    wakeup = Wakeup(selector)
    wakeup.close()
    wakeup.wake()


@pytest.mark.parametrize("is_ours, ended", [(True, [True]), (False, [])])
def test_enter_ends_a_terminal_that_is_ours(
    is_ours: bool, ended: list[bool], selector: selectors.BaseSelector, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyboard, terminal = os.openpty()
    try:
        assert not in_front(terminal) and not in_front(keyboard + 100), "it is not that of this process"
        monkeypatch.setattr(os, "tcgetpgrp", lambda descriptor: os.getpgrp() + (not is_ours))
        assert in_front(terminal) == is_ours
        seen: list[bool] = []
        EndOfInput(selector, terminal, lambda: seen.append(True), enter=True)
        os.write(keyboard, b"\n")
        run_pass(selector)
        assert seen == ended and selector.select(0) == [], "it is looked at once"
    finally:
        os.close(keyboard)
        os.close(terminal)
