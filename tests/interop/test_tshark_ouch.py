"""tshark's own dissectors of SoupBinTCP and OUCH find nothing malformed in sessions that we hold.

A real client talks to a real server; what each side received is written as a capture file.
"""

import subprocess
from pathlib import Path

import pytest

from base.client.ouch import DIALECTS
from base.client.ouch.link import Link
from base.session.soupbintcp import SoupClientSession
from base.wire.pcap import Capture, Peer
from tests.client.ouch.peers import PATIENCE_S
from tests.interop.answering import Answering
from tests.interop.test_nasdaq_protocols import whole_life

PORT = 31421
LETTERS = "OAUUXCOAE"


def held(name: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Hold a session and give its capture file."""
    capture = Capture(Peer("10.0.0.1", 40_000), Peer("10.0.0.2", PORT))
    parts = [capture.opened(1)]
    hear = Link.data_received

    def record(link: Link, data: bytes) -> None:
        at_client = isinstance(link.conversation, SoupClientSession)
        parts.append((capture.received if at_client else capture.sent)(data, len(parts) + 1))
        hear(link, data)

    monkeypatch.setattr(Link, "data_received", record)
    application = DIALECTS[name]
    with (
        Answering(name).in_thread() as server,
        application.connect(server.address, "user", "secret", sequence=1) as session,
    ):
        for kind, fields, answers in whole_life(name):
            session.send_message(getattr(application, kind)(**fields))
            for _ in range(answers):
                session.receive_message(PATIENCE_S)
    return b"".join([*parts, capture.closed(len(parts) + 1)])


def said(directory: Path, capture: bytes, *columns: str) -> list[list[str]]:
    """What tshark says of the packets, column by column."""
    file = directory / "held.pcap"
    file.write_bytes(capture)
    fields = [word for column in columns for word in ("-e", column)]
    command = ["tshark", "-r", str(file), "-d", f"tcp.port=={PORT},soupbintcp", "-T", "fields", *fields]
    run = subprocess.run(
        [*command, "-E", "separator=/t", "-E", "aggregator=,"], capture_output=True, text=True, timeout=PATIENCE_S * 3,
        check=True, env={"HOME": str(directory), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return [line.replace("'", "").split("\t") for line in run.stdout.splitlines()]


@pytest.mark.parametrize("name", DIALECTS)
def test_nothing_is_malformed_and_every_packet_is_known(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = held(name, monkeypatch)
    rows = said(tmp_path, capture, "soupbintcp.packet_type", "_ws.malformed", "ouch.packet_type")
    assert {row[1] for row in rows} == {""}
    packets = "".join(letter for row in rows for letter in row[0].split(","))
    assert (packets[:2], packets.count("U"), packets.count("S"), packets[-1]) == ("LA", 4, 5, "O")
    if name == "nasdaq42":  # the dialect that tshark's dissector knows
        assert "".join(letter for row in rows for letter in row[2].split(",")) == LETTERS


def test_a_message_that_is_cut_short_would_be_found(tmp_path: Path) -> None:
    capture = Capture(Peer("10.0.0.1", 40_000), Peer("10.0.0.2", PORT))
    broken = capture.opened(1) + capture.sent(bytes.fromhex("0003") + b"L  ", 2) + capture.closed(3)
    rows = said(tmp_path, broken, "soupbintcp.packet_type", "_ws.malformed")
    assert any(row[1] for row in rows), rows
