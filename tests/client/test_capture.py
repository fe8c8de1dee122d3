"""`handoff capture`: the file holds what the MDS sent, byte for byte, and nothing that is secret."""

import signal
import struct
import subprocess
import sys
from pathlib import Path

from base.client.capture import CaptureFile
from base.client.market_data import MarketData
from base.clock import Clock
from base.messages import ClientLogon, TopOfBook
from base.wire.framing import Framer
from base.wire.pcap import FILE_HEADER
from tests.kit.patience import wait_until
from tests.kit.programs import environment, over_a_pipe, rest_of
from tests.kit.source import ROOT
from tests.kit.whole_venue import trade, whole_venue


def streams(content: bytes) -> dict[int, bytes]:
    """What the server's end sent, by the client's port, read by the format's own description."""
    assert content[: len(FILE_HEADER)] == FILE_HEADER
    found: dict[int, bytes] = {}
    at = len(FILE_HEADER)
    while at < len(content):
        _, _, captured, _ = struct.unpack_from("<IIII", content, at)
        tcp = content[at + 16 + 34 : at + 16 + captured]
        source, target = struct.unpack_from(">HH", tcp)
        if source < 50_000 or target >= 50_000:
            found[target] = found.get(target, b"") + tcp[20:]
        at += 16 + captured
    return found


def frames_in(file: Path) -> list[bytes]:
    content = file.read_bytes() if file.exists() else b""
    return [frame for data in streams(content or FILE_HEADER).values() for frame in Framer().receive(data)]


def test_a_subscription_is_written_down(tmp_path: Path) -> None:
    file = tmp_path / "market.pcap"
    with whole_venue(tmp_path / "state") as venue:
        trade(venue.aes, 50_000.0)
        host, port = venue.aes.address
        command = [sys.executable, "-m", "base", "capture", str(file), host, str(port), "--user", "BOU7", "--account",
                   "100700", "--levels", "1", "--symbol", "BTCUSD", "--symbol", "BTCUSDT"]  # fmt: skip
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment()) as program:
            wait_until(lambda: program.poll() is not None or len(frames_in(file)) == 2, "both pictures are written")
            program.send_signal(signal.SIGINT)
            _, errors = rest_of(program)
    assert (program.returncode, errors) == (0, f"2 messages in {file}\n")
    frames = [TopOfBook.parse(frame) for frame in frames_in(file)]
    assert [(one.SymbolName, one.BuyPrice) for one in frames] == [("BTCUSD", 50_000.0), ("BTCUSDT", 0.0)]


class Market:
    trading_session = 7

    def address_of(self, server: str) -> tuple[str, int]:
        return "127.0.0.1", 4446


def test_each_session_is_a_connection_and_logons_are_left_out(tmp_path: Path) -> None:
    market, file = Market(), tmp_path / "x"
    with file.open("wb") as opened:
        capture = CaptureFile(market, opened, Clock())  # type: ignore[arg-type]
        capture.take(ClientLogon(Key=5))
        capture.take(TopOfBook(MsgSeqNum=1))
        market.trading_session = 8
        capture.take(TopOfBook(MsgSeqNum=1, SymbolEnum=2))
        capture.draw()
        capture.close()
    assert [TopOfBook.parse(data).SymbolEnum for data in streams(file.read_bytes()).values()] == [0, 2]
    assert capture.count == 2


def test_nothing_received_is_an_empty_capture(tmp_path: Path) -> None:
    file = tmp_path / "x"
    with file.open("wb") as opened:
        market = MarketData("127.0.0.1", 1, "1", "1", 1)
        CaptureFile(market, opened, Clock()).close()
        market.close()
    assert file.read_bytes() == FILE_HEADER


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with whole_venue(tmp_path) as venue:
        host, port = venue.aes.address
        code, _, errors = over_a_pipe(
            [sys.executable, "-m", "base", "capture", str(tmp_path), host, str(port), "--seconds", "0.1"]
        )
    assert (code, errors) == (1, f"error: {tmp_path} cannot be written: Is a directory\n")
