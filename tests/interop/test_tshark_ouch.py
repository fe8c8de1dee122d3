"""tshark's own dissectors of SoupBinTCP and OUCH find nothing malformed in sessions that our venue holds.

A real client talks to the venue, against the offer of another one; what each side received becomes a capture file.
"""

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from base.client.ouch import DIALECTS
from base.client.ouch.link import Link
from base.network.application import Observer
from base.wire.pcap import Capture, Peer
from tests.interop.test_nasdaq_protocols import Venue, offering
from tests.interop.whole_life import PORTS, whole_life
from tests.kit.ouch_sockets import running
from tests.kit.patience import PATIENCE_S

PORT = 31421
LETTERS = "SOAUUXCOAE"


class Recording(Observer):
    """A capture of the second client: what it receives, and what the venue receives from it."""

    def __init__(self) -> None:
        self._capture = Capture(Peer("10.0.0.1", 40_000), Peer("10.0.0.2", PORT))
        self._parts = [self._capture.opened(1)]
        self._links: list[Link] = []
        self.over = threading.Event()
        self._connections: list[int] = []

    def received(self, connection: int, data: bytes) -> None:
        """The venue hears this."""
        if _is_second(self._connections, connection):
            self._parts.append(self._capture.sent(data, len(self._parts) + 1))

    def ended(self, connection: int) -> None:
        """The venue is through with this one."""
        if _is_second(self._connections, connection):
            self.over.set()

    def heard(self, link: Link, data: bytes) -> None:
        """A client hears this."""
        if _is_second(self._links, link):
            self._parts.append(self._capture.received(data, len(self._parts) + 1))

    def file(self) -> bytes:
        """The capture file."""
        return b"".join([*self._parts, self._capture.closed(len(self._parts) + 1)])


def _is_second(known: list[Any], one: Any) -> bool:
    if one not in known:
        known.append(one)
    return bool(known.index(one) == 1)


def held(name: str, state: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Hold a session and give its capture file."""
    application, recording = DIALECTS[name], Recording()
    hear = Link.data_received

    def record(link: Link, data: bytes) -> None:
        recording.heard(link, data)
        hear(link, data)

    monkeypatch.setattr(Link, "data_received", record)
    with running(state, recording) as ports, offering(Venue(name, ports)):
        with application.connect(ports[PORTS[name]], "B", "pwB", sequence=1) as session:
            for kind, fields, answers in whole_life(name):
                if kind:
                    session.send_message(getattr(application, kind)(**fields))
                for _ in range(answers):
                    session.receive_message(PATIENCE_S)
        assert recording.over.wait(PATIENCE_S), "the venue hears the logout"
    return recording.file()


def said(directory: Path, capture: bytes, *columns: str) -> list[list[str]]:
    """What tshark says of the packets, column by column."""
    file = directory / "held.pcap"
    file.write_bytes(capture)
    fields = [word for column in columns for word in ("-e", column)]
    command = ["tshark", "-r", str(file), "-d", f"tcp.port=={PORT},soupbintcp", "-T", "fields", *fields]
    run = subprocess.run(
        [*command, "-E", "separator=/t", "-E", "aggregator=,"], capture_output=True, text=True, timeout=PATIENCE_S,
        check=True, env={"HOME": str(directory), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return [line.replace("'", "").split("\t") for line in run.stdout.splitlines()]


@pytest.mark.parametrize("name", DIALECTS)
def test_nothing_is_malformed_and_every_packet_is_known(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = held(name, tmp_path, monkeypatch)
    rows = said(tmp_path, capture, "soupbintcp.packet_type", "_ws.malformed", "ouch.packet_type")
    assert {row[1] for row in rows} == {""}
    packets = "".join(letter for row in rows for letter in row[0].split(","))
    assert (packets[:2], *map(packets.count, "USO")) == ("LA", 4, 6, 1)
    if name == "nasdaq42":  # the dialect that tshark's dissector knows
        assert "".join(letter for row in rows for letter in row[2].split(",")) == LETTERS


def test_a_message_that_is_cut_short_would_be_found(tmp_path: Path) -> None:
    capture = Capture(Peer("10.0.0.1", 40_000), Peer("10.0.0.2", PORT))
    broken = capture.opened(1) + capture.sent(bytes.fromhex("0003") + b"L  ", 2) + capture.closed(3)
    rows = said(tmp_path, broken, "soupbintcp.packet_type", "_ws.malformed")
    assert any(row[1] for row in rows), rows
