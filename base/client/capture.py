"""`handoff capture`: what a subscription receives, as a file that Wireshark opens.

In: a command line, the messages of a subscription. Out: a pcap file, one TCP connection for each session at an MDS.
Never knows: the pcap format, how books are made. Only what the MDS sends after the logon is written: logons and
requests carry keys and codes, which have no business in a file that is passed on.
"""

import sys
from pathlib import Path
from typing import BinaryIO

from base.client.console import run_program
from base.client.logon import MDS
from base.client.market_data import MarketData
from base.client.viewer_options import KINDS, make_parser, market_data_for
from base.client.watch import follow
from base.clock import Clock
from base.errors import HandoffError
from base.wire.bo.logon import ClientLogon
from base.wire.layout import Message
from base.wire.pcap import FILE_HEADER, Capture, Peer

CLIENT = "127.0.0.1"
FIRST_PORT = 50_000
"""The client's end as the file shows it: one port after the other for each session; the real one tells nothing."""


class CaptureFailed(HandoffError):
    """The file cannot be written, or the MDS has no address that the file could show."""


class CaptureFile:
    """Writes messages of one MarketData to a file."""

    def __init__(self, market: MarketData, file: BinaryIO, clock: Clock) -> None:
        self.count = 0
        self._market = market
        self._file = file
        self._clock = clock
        self._session = 0
        self._port = FIRST_PORT - 1
        self._capture: Capture | None = None

    def take(self, message: Message) -> None:
        """Write a message; one of a further session goes into a connection of its own."""
        if isinstance(message, ClientLogon):
            return
        now_ns = self._clock.wall_ns()
        if self._capture is None or self._session != self._market.trading_session:
            self._begin(now_ns)
        assert self._capture is not None, "no connection was begun"
        self._file.write(self._capture.received(message.encode(), now_ns))
        self.count += 1

    def draw(self) -> None:
        """Let others see what was written so far."""
        self._file.flush()

    def close(self) -> None:
        """End the connection in the file."""
        if self._capture is None:
            self._file.write(FILE_HEADER)
        else:
            self._file.write(self._capture.closed(self._clock.wall_ns()))

    def _begin(self, now_ns: int) -> None:
        address = self._market.address_of(MDS)
        if address is None or ":" in address[0]:
            raise CaptureFailed("a capture needs an MDS with an IPv4 address")
        header = FILE_HEADER
        if self._capture is not None:
            self._file.write(self._capture.closed(now_ns))
            header = b""
        self._port += 1
        self._session = self._market.trading_session
        self._capture = Capture(Peer(CLIENT, self._port), Peer(*address))
        self._file.write(header + self._capture.opened(now_ns)[len(FILE_HEADER) :])


def main(argv: list[str], program: str = "handoff capture") -> int:
    """Run the program; gives the exit code."""
    parser = make_parser(
        program, "Write what a subscription receives to a pcap file.", "FILE", "the file, which is written anew"
    )
    parser.add_argument(
        "--symbol", metavar="SYMBOL", action="append", help="name of an instrument (default BTCUSD); repeatable"
    )
    options = parser.parse_args(argv)

    def story() -> None:
        clock = Clock()
        with market_data_for(options) as market, _opened(options.subject) as file:
            market.subscribe(*(options.symbol or ["BTCUSD"]), kind=KINDS[options.levels])
            capture = CaptureFile(market, file, clock)
            try:
                follow(market, capture, options.seconds, clock)
            finally:
                capture.close()
        print(f"{capture.count} messages in {options.subject}", file=sys.stderr)

    return run_program(story)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("wb")
    except OSError as error:
        raise CaptureFailed(f"{path} cannot be written: {error.strerror}") from error
