"""`handoff ouch-server`: an OES that speaks OUCH, with the book on the terminal once a second.

In: options. Out: a running venue; a table, debug lines or nothing; a CSV file of the book on SIGUSR1; an exit code.
Never knows: messages. Follows the inventory of The OUCH Project, 1.1; bare clients need no login there.
"""

import logging
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TextIO

from base import limits
from base.errors import HandoffError, SettingsError
from base.gateway.ouch_orders import OuchPort
from base.network.admission import allow_many_files
from base.network.application import Observer
from base.network.wakeup import in_front
from base.servers.exposure import is_loopback, judge_constant_codes
from base.servers.log import start_logging
from base.servers.oes import Oes
from base.servers.ouch_settings import OuchSettings
from base.servers.ouch_view import book_csv, book_rows, book_table, connection_lines
from base.servers.program import STANDARD_INPUT
from base.servers.settings import Settings, load_settings, parse_settings
from base.socket_controller import format_address

log = logging.getLogger("handoff")

TABLE, DEBUG, NONE = "table", "debug", "none"
CLEAR = "\x1b[2J\x1b[H"
CSV_FILE = "orderbook.csv"
DEMO = "built-in settings of ouch-server"
NAMES = ("BTC", "ETH", "BNB", "SOL", "ADA", "XRP", "DOT", "LUNA", "AVAX", "DOGE")
USERS = 32
HEAD = "[oes]\ninstrument_layout = 74\n"
INSTRUMENT = """
[[instruments]]
number = {number}
name = "{name}"
base = "{name}"
quote = "USD"
tick = "0.1"
lot = "1"
min = "1"
max = "2147483647"
"""
USER = """
[[accounts]]
number = {number}
user = "{number}"
key = "{number}"
mode = "constant"
balances = {{ USD = "1000000000000000", {goods} }}

[[ouch.logins]]
name = "OUCH{number}"
password = "ouch"
account = {number}
user = "{number}"
"""


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How an OUCH server is asked for."""

    mode: str = TABLE
    bare: tuple[str, int] = ("127.0.0.1", 31_421)
    settings: Path | None = None
    state: Path = Path("state")
    directory: Path = Path(".")


def built_in_settings(bare: tuple[str, int]) -> Settings:
    """Ten instruments and users for whoever connects, all of them on this machine; SoupBinTCP at the ports behind."""
    goods = ", ".join(f'{name} = "1000000000000"' for name in NAMES)
    text = HEAD + "".join(INSTRUMENT.format(number=number, name=name) for number, name in enumerate(NAMES, 1))
    text += "".join(USER.format(number=number, goods=goods) for number in range(1, USERS + 1))
    settings = parse_settings(DEMO, text)
    host, port = bare
    ports = (OuchPort.JAPANNEXT_BARE, OuchPort.JAPANNEXT, OuchPort.NASDAQ_42, OuchPort.NASDAQ_50)
    addresses = tuple((one, (host, port + place if port else 0)) for place, one in enumerate(ports))
    names = tuple(login.name for login in settings.ouch.logins)
    return replace(settings, oes=(host, 0), ouch=OuchSettings(addresses, settings.ouch.logins, names))


class BookView:
    """Shows the book of a running OES, and writes it to a file when asked."""

    def __init__(self, oes: Oes, settings: Settings, options: ViewOptions, out: TextIO) -> None:
        self._oes = oes
        self._settings = settings
        self._options = options
        self._out = out
        self.dump_asked = False

    def look(self, now_ns: int) -> None:
        """Show what is there now, and write the file if that was asked."""
        rows = book_rows(
            self._oes.exchange,
            range(len(self._settings.participants)),
            self._settings.instruments,
            (order for member in self._oes.ouch.front.desk.members.values() for order in member.live.values()),
        )
        if self.dump_asked:
            self.dump_asked = False
            file = self._options.directory / CSV_FILE
            file.write_text("".join(f"{line}\n" for line in book_csv(rows)))
            print(f"the book was written to {file}", file=sys.stderr)
        if self._options.mode == TABLE:
            connections = connection_lines(self._oes.ouch.venue.lines, lambda port: OuchPort(port).name.lower())
            text = "\n".join([*book_table(rows), "", *connections])
            self._out.write((CLEAR if self._out.isatty() else "") + text + "\n")
            self._out.flush()


class MessageLog(Observer):
    """Shows what comes, byte by byte, for people who look for mistakes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def received(self, connection: int, data: bytes) -> None:
        """These bytes came."""
        print(f"connection {connection}: {data.hex(' ')}", file=self._out, flush=True)

    def ended(self, connection: int) -> None:
        """The connection is over."""
        print(f"connection {connection} ended", file=self._out, flush=True)


def run_ouch_server(options: ViewOptions) -> int:
    """Serve until stopped; gives the exit code."""
    if options.mode == DEBUG:
        start_logging()
    if too_few := allow_many_files():
        log.warning("%s", too_few)
    settings = load_settings(options.settings) if options.settings else built_in_settings(options.bare)
    if options.settings is None and not is_loopback(options.bare[0]):
        raise SettingsError(
            f"other machines reach {options.bare[0]}, and everybody knows the built-in logins:"
            " give --settings FILE with [ouch], or listen on 127.0.0.1"
        )
    judge_constant_codes(settings, settings.oes[0], False)
    if not settings.ouch.addresses:
        raise SettingsError(f"{settings.source}: says nowhere to speak OUCH: give [ouch] an address")
    oes = Oes(settings, options.state)
    try:
        oes.take()
        observer = MessageLog(sys.stdout) if options.mode == DEBUG else None
        server = oes.open(settings.oes, observer=observer, forks=True)
    except OSError as error:
        oes.close()
        raise HandoffError(f"cannot listen for OUCH: {error.strerror or error}") from error
    except BaseException:
        oes.close()
        raise
    view = BookView(oes, settings, options, sys.stdout)

    def ask_for_dump(number: int, frame: FrameType | None) -> None:
        view.dump_asked = True

    with server:
        signal.signal(signal.SIGUSR1, ask_for_dump)
        server.loop.timers.every(limits.BOOK_LOOK_NS, view.look, server.loop.now_ns + limits.BOOK_LOOK_NS)
        for port, address in oes.ouch.addresses.items():
            print(f"{OuchPort(port).name.lower()} at {format_address(address)}", file=sys.stderr, flush=True)
        if in_front(STANDARD_INPUT):
            server.loop.stop_with_input(STANDARD_INPUT, enter=True)
            print("Enter stops the server", file=sys.stderr, flush=True)
        server.run()
    return 0
