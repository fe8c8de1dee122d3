"""`handoff watch`: one instrument live in the terminal, or line by line where there is none.

In: a command line, the messages of a subscription. Out: a ladder and a tape that are drawn over again in place; plain
lines into a pipe. Never knows: sockets, how books are made. Follows https://no-color.org for its colours.
"""

import os
import shutil
import sys
from typing import Any, TextIO

import colorama

from base.client.console import run_program
from base.client.ladder import COLUMNS, Ladder
from base.client.market_data import MarketData
from base.client.transcript import reject_name, wants_colour
from base.client.viewer_options import KINDS, make_parser, market_data_for
from base.clock import Clock
from base.errors import HandoffError
from base.wire.bo.codes import SubscribeType
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

DRAW_EVERY_S = 0.1
"""Seconds between two drawings: more nobody sees."""

FIGURES_UP_TO = 5
"""Levels of the deepest book message that carries the day's figures; deeper ones leave them to the top of book."""

HIDE_CURSOR, SHOW_CURSOR, CLEAR_BELOW = "\x1b[?25l", "\x1b[?25h", "\x1b[J"


NO_CURSOR = ("dumb", "")
"""What TERM says of a terminal on which nothing can be drawn over."""


class WatchRefused(HandoffError):
    """The instrument cannot be seen."""


class Screen:
    """Draws lines over those of the time before; what does not fit on the terminal is left out."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._drawn = 0
        self._colour = wants_colour(output)
        output.write(HIDE_CURSOR)

    def draw(self, lines: list[str]) -> None:
        """Show these lines in place of the last ones."""
        size = shutil.get_terminal_size((COLUMNS, 24))
        shown = [line[: size.columns] for line in lines[: size.lines - 1]]
        up = f"\x1b[{self._drawn}F" if self._drawn else ""
        self._output.write(up + CLEAR_BELOW + "".join(f"{self._paint(line)}\n" for line in shown))
        self._output.flush()
        self._drawn = len(shown)

    def close(self) -> None:
        """Give the terminal back."""
        self._output.write(SHOW_CURSOR)
        self._output.flush()

    def _paint(self, line: str) -> str:
        colour = ""
        if self._colour and line:
            buys, sells = line[:16].strip(), line[34:50].strip()
            if line[17:33].strip() and buys.replace(".", "").isdigit() != sells.replace(".", "").isdigit():
                colour = colorama.Fore.RED if sells else colorama.Fore.GREEN
        return f"{colour}{line}{colorama.Style.RESET_ALL}" if colour else line


class Watch:
    """Shows what comes of one instrument."""

    def __init__(self, name: str, output: TextIO) -> None:
        self._ladder = Ladder(name)
        self._output = output
        self._screen = Screen(output) if output.isatty() and os.environ.get("TERM") not in NO_CURSOR else None
        self._has_news = False

    def take(self, message: Message) -> None:
        """Show a message; WatchRefused for one that says no."""
        if isinstance(message, Transaction):
            raise WatchRefused(f"{self._ladder.name} cannot be watched: {reject_name(message.RejectReason)}")
        if isinstance(message, ClientLogon):
            return
        line = self._ladder.take(message)
        if self._screen is None:
            self._output.write(f"{line}\n")
            self._output.flush()
        self._has_news = True

    def draw(self) -> None:
        """Draw anew, if there is something new and a terminal to draw on."""
        if self._screen is not None and self._has_news:
            self._screen.draw(self._ladder.lines())
        self._has_news = False

    def close(self) -> None:
        """Leave a terminal as it was found."""
        if self._screen is not None:
            self._screen.close()


def follow(market: MarketData, watch: Any, seconds: float | None, clock: Clock) -> None:
    """Give every message to ``watch`` until the time is over or Ctrl-C; for ever without a time."""
    until_ns = None if seconds is None else clock.now_ns() + int(seconds * 1e9)
    try:
        while until_ns is None or clock.now_ns() < until_ns:
            for message in market.messages(DRAW_EVERY_S):
                watch.take(message)
            watch.draw()
    except KeyboardInterrupt:  # the usual way to end it
        if sys.stderr.isatty():
            print(file=sys.stderr)  # behind the ^C that the terminal shows


def main(argv: list[str], program: str = "handoff watch") -> int:
    """Run the program; gives the exit code."""
    options = make_parser(
        program, "Show an instrument live: its ladder and its tape.", "SYMBOL", "name of the instrument"
    ).parse_args(argv)
    name = options.subject.upper()

    def story() -> None:
        with market_data_for(options) as market:
            market.subscribe(name, kind=KINDS[options.levels])
            if options.levels > FIGURES_UP_TO:
                market.subscribe(name, kind=SubscribeType.TOB)
            watch = Watch(name, sys.stdout)
            try:
                follow(market, watch, options.seconds, Clock())
            finally:
                watch.close()

    return run_program(story)
