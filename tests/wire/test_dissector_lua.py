"""The dissector made from the declarations decodes every message in the real tshark, however TCP cut it.

In: messages of every class in a capture file. Out: verdicts on what tshark says of it. Never knows: Lua.
"""

import random
import struct
import subprocess
from pathlib import Path

import pytest

from base.__main__ import main
from base.wire.bo.requests import InstrumentResponse
from base.wire.dissector_lua import dissector_lua
from base.wire.layout import Message
from base.wire.pcap import Capture, Peer
from base.wire.registry import CLASSES
from tests.kit.counts import count
from tests.kit.patience import PATIENCE_S
from tests.wire.samples import VECTORS, seeded

RIGHT_BY_CLASS = {vector["class"]: vector for vector in VECTORS if "wrong" not in vector}
CLIENT, SERVER = Peer("127.0.0.1", 50_000), Peer("127.0.0.1", 4446)


def decoded(folder: Path, capture: bytes, *columns: str) -> list[list[str]]:
    """What tshark says of each packet that holds a message, column by column; of several messages with a | between."""
    (folder / "bo.lua").write_text(dissector_lua())
    (folder / "said.pcap").write_bytes(capture)
    fields = [word for column in columns for word in ("-e", column)]
    run = subprocess.run(
        ["tshark", "-X", f"lua_script:{folder / 'bo.lua'}", "-r", str(folder / "said.pcap"), "-Y", "bo",
         "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", *fields],
        capture_output=True, text=True, timeout=PATIENCE_S, check=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "lua" not in run.stderr.lower(), run.stderr
    return [line.split("\t") for line in run.stdout.splitlines()]


def said(messages: list[Message], cuts: random.Random, opened: Capture) -> bytes:
    """All of it as one stream from the server, in segments of any size, some of a byte; the first has a header."""
    data, file, at = b"".join(one.encode() for one in messages), opened.opened(1), 0
    while at < len(data):
        size = cuts.choice((1, 3, 7, 200, 1_460)) if at else 4
        file += opened.received(data[at : at + size], at + 2)
        at += size
    return file + opened.closed(len(data) + 2)


def test_every_message_of_every_class_is_decoded_and_none_is_malformed(tmp_path: Path) -> None:
    chance = random.Random(7)
    messages = [cls.parse(seeded(cls, chance)) for cls in CLASSES for _ in range(count(ordinary=5, long=200))]
    chance.shuffle(messages)
    columns = [f"bo.{cls.__name__.lower()}.messagelen" for cls in CLASSES]
    rows = decoded(tmp_path, said(messages, chance, Capture(CLIENT, SERVER)), "_ws.malformed", "bo.malformed", *columns)
    assert {(row[0], row[1]) for row in rows} == {("", "")}
    found = {
        cls.__name__: [size for row in rows for size in row[place].split("|") if size]
        for place, cls in enumerate(CLASSES, 2)
    }
    assert found == {cls.__name__: [str(cls.SIZE)] * count(ordinary=5, long=200) for cls in CLASSES}


def test_golden_vectors_show_their_numbers(tmp_path: Path) -> None:
    capture = Capture(CLIENT, SERVER)
    file, columns, wanted = capture.opened(1), [], []
    for name, vector in RIGHT_BY_CLASS.items():
        file += capture.sent(bytes.fromhex(vector["hex"]), 2)
        for field, value in vector["fields"].items():
            if isinstance(value, int):
                columns.append(f"bo.{name.lower()}.{field.lower()}")
                wanted.append((len(columns) - 1, str(value)))
    rows = decoded(tmp_path, file, *columns)
    assert len(rows) == len(RIGHT_BY_CLASS)
    shown = [(place, text) for row in rows for place, text in enumerate(row) if text]
    assert shown == wanted


def test_half_floats_are_shown_as_the_numbers_they_are(tmp_path: Path) -> None:
    """The smallest and largest, both zeros, what is no number, and any others: in the long run all there are."""
    cls, names = InstrumentResponse, [spec.name for spec in InstrumentResponse.FIELDS if spec.code == "e"]
    edges = [0, 1, 0x03FF, 0x0400, 0x3BFF, 0x3C00, 0x7BFF, 0x7C00, 0x7C01, 0x7E00, 0xFFFF]
    others = random.Random(3).sample(range(65_536), count(ordinary=500, long=65_536))
    wanted = [bits ^ sign for bits in edges for sign in (0, 0x8000)] + others
    wanted += [0] * (-len(wanted) % len(names))
    capture = Capture(CLIENT, SERVER)
    file = capture.opened(1)
    values = [struct.unpack("<e", struct.pack("<H", bits))[0] for bits in wanted]
    for start in range(0, len(values), len(names)):
        frame = bytearray(cls().encode())
        offsets = [spec.offset for spec in cls.FIELDS if spec.code == "e"]
        for offset, bits in zip(offsets, wanted[start : start + len(names)], strict=True):
            frame[offset : offset + 2] = struct.pack("<H", bits)
        file += capture.received(bytes(frame), start + 2)
    rows = decoded(tmp_path, file, *(f"bo.{cls.__name__.lower()}.{name.lower()}" for name in names))
    shown = [f"{float(text):.15g}" for row in rows for text in row]
    assert shown == [f"{value:.15g}" for value in values], "tshark shows fifteen digits"


def test_what_is_no_message_is_called_malformed(tmp_path: Path) -> None:
    capture = Capture(CLIENT, SERVER)
    good = CLASSES[0]().encode()
    file = capture.opened(1) + capture.sent(good, 2) + capture.sent(b"?\0\x08\0abcd", 3)
    assert [bool(row[0]) for row in decoded(tmp_path, file, "bo.malformed")] == [False, True]


def test_other_talk_is_left_alone(tmp_path: Path) -> None:
    capture = Capture(CLIENT, SERVER)
    assert decoded(tmp_path, capture.opened(1) + capture.sent(b"GET / HTTP/1.1\r\n\r\n", 2), "bo.malformed") == []


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissector"]) == 0
    assert capsys.readouterr().out == dissector_lua()
