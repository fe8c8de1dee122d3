"""`handoff watch` as people run it: into a pipe, and on a terminal until Ctrl-C."""

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.client.watch import Screen, Watch, WatchRefused
from base.messages import ClientLogon, FiveLevelData, Side, Transaction
from base.wire.bo.market_data import Level
from tests.kit.programs import ANSI, Terminal, environment, over_a_pipe, rest_of
from tests.kit.source import ROOT
from tests.kit.whole_venue import WholeVenue, trade, whole_venue

FRAME = ["AAA", "BB"]
LEVEL = Level(BuyPrice=99.5, BuyVolume=2.0, NumBuyOrders=3, SellPrice=100.5, SellVolume=1.0, NumSellOrders=1)


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[WholeVenue]:
    with whole_venue(tmp_path) as venue:
        trade(venue.aes, 50_000.0, quantity=1.5)
        yield venue


def command(venue: WholeVenue, *arguments: object) -> list[str]:
    host, port = venue.aes.address
    return [sys.executable, "-m", "base", "watch", *map(str, arguments[:1]), host, str(port), *map(str, arguments[1:])]


def shown_until_ctrl_c(line: list[str], *expected: str) -> str:
    """What a program prints into a pipe until all of this is there and Ctrl-C ends it."""
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    ) as program:
        assert program.stdout is not None
        shown = ""
        while not all(text in shown for text in expected):
            line_shown = program.stdout.readline()
            assert line_shown, f"it ended after {shown!r}"
            shown += line_shown
        program.send_signal(signal.SIGINT)
        rest, errors = rest_of(program)
        assert (program.returncode, errors) == (0, "")
    return shown + rest


def test_plain_lines_go_into_a_pipe(venue: WholeVenue) -> None:
    line = command(venue, "btcusd", "--user", "BOU7", "--account", 100700)
    assert shown_until_ctrl_c(line, "\n") == "BTCUSD  book   bid 1.5 at 50000  no ask\n"


def test_it_ends_after_the_seconds_that_were_asked_for(venue: WholeVenue) -> None:
    code, _, errors = over_a_pipe(command(venue, "BTCUSD", "--user", "BOU7", "--account", 100700, "--seconds", 0.1))
    assert (code, errors) == (0, "")


def test_deep_books_bring_the_figures_of_the_day_from_the_top(venue: WholeVenue) -> None:
    trade(venue.aes, 50_000.0, side=Side.SELL, quantity=0.5)
    line = command(venue, "BTCUSD", "--user", "BOU7", "--account", 100700, "--levels", 10)
    book = "BTCUSD  book   bid 1 at 50000  no ask"
    shown = shown_until_ctrl_c(line, f"{book}\n", f"{book}  last 50000  volume 0.5  high 50000  low 50000\n")
    assert shown.count("\n") == 2


def test_what_cannot_be_watched_is_told(venue: WholeVenue) -> None:
    code, shown, errors = over_a_pipe(command(venue, "NOTHING", "--user", "BOU7", "--account", 100700))
    assert (code, shown) == (1, "")
    assert errors.startswith("error: NOTHING cannot be watched: ")


@pytest.mark.parametrize("changes", [{}, {"NO_COLOR": "1"}], ids=["coloured", "plain"])
def test_a_terminal_is_drawn_over_until_ctrl_c(venue: WholeVenue, changes: dict[str, str]) -> None:
    with Terminal(command(venue, "BTCUSD", "--user", "BOU7", "--account", 100700), TERM="xterm", **changes) as terminal:
        terminal.wait_for("traded at")
        trader = threading.Thread(target=lambda: trade(venue.aes, 50_001.0, side=Side.SELL, quantity=0.25))
        trader.start()
        terminal.wait_for("50001")
        terminal.wait_for("traded at")
        trader.join()
        terminal.press("c")
        assert terminal.end() == 0
    assert "Traceback" not in terminal.shown
    assert terminal.shown.startswith("\x1b[?25l") and terminal.shown.rstrip().endswith("\x1b[?25h")
    assert "\x1b[6F\x1b[J" in terminal.shown, "the second drawing begins where the first did"
    assert bool(ANSI.search(terminal.shown)) is (not changes)


def test_a_terminal_that_cannot_draw_over_gets_plain_lines(venue: WholeVenue) -> None:
    line = command(venue, "BTCUSD", "--user", "BOU7", "--account", 100700)
    with Terminal(line, TERM="dumb") as terminal:
        terminal.wait_for("bid 1.5 at 50000")
        terminal.press("c")
        assert terminal.end() == 0
    assert "\x1b" not in terminal.shown


def test_a_pipe_that_is_closed_ends_it_without_a_word(venue: WholeVenue) -> None:
    line = command(venue, "BTCUSD", "--user", "BOU7", "--account", 100700)
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    ) as program:
        assert program.stdout is not None and program.stderr is not None
        assert program.stdout.readline()
        program.stdout.close()
        trade(venue.aes, 50_001.0, quantity=0.5)
        assert program.stderr.read() == ""
    assert program.returncode == 141


class TerminalText(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_screen_draws_over_what_it_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "2")
    monkeypatch.setenv("LINES", "24")
    output = TerminalText()
    screen = Screen(output)
    screen.draw(FRAME)
    screen.draw(FRAME[:1])
    screen.close()
    assert output.getvalue() == "\x1b[?25l\x1b[JAA\nBB\n\x1b[2F\x1b[JAA\n\x1b[?25h"


def test_a_low_terminal_shows_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "2")
    output = TerminalText()
    Screen(output).draw(FRAME)
    assert "AAA" in output.getvalue() and "BB" not in output.getvalue()


def test_sellers_and_buyers_have_their_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("LINES", "30")
    monkeypatch.setenv("COLUMNS", "80")
    output = TerminalText()
    watch = Watch("BTCUSD", output)
    watch.take(FiveLevelData(Levels=[LEVEL]))
    watch.take(ClientLogon())
    watch.draw()
    lines = output.getvalue().splitlines()
    green, red = ([line for line in lines if line.startswith(colour)] for colour in ("\x1b[32m", "\x1b[31m"))
    assert [("99.5" in green[0], len(green)), ("100.5" in red[0], len(red))] == [(True, 1), (True, 1)]
    before = output.getvalue()
    watch.draw()
    assert output.getvalue() == before, "nothing new, nothing drawn"


def test_a_refusal_ends_it() -> None:
    with pytest.raises(WatchRefused, match="BTCUSD cannot be watched"):
        Watch("BTCUSD", io.StringIO()).take(Transaction(MessageType=12, RejectReason=8))
