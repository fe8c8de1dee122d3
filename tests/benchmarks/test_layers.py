"""The server that looks at itself names rooms and functions; the table adds them up to the whole."""

import sys
from collections import Counter
from types import FrameType

import pytest

from base.gateway.translate_bo import write_cancelled
from base.messages import Transaction
from base.wire.framing import Framer
from benchmarks import sampled
from benchmarks.layers import samples, table


def test_a_short_run_sees_the_rooms_of_an_order() -> None:
    seen = samples(0.5)
    rooms = {room for room, _ in seen}
    assert "base/gateway" in rooms
    assert all(room.startswith(("base", "benchmarks")) for room in rooms)


def test_the_innermost_function_of_the_project_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    monkeypatch.setattr(sampled, "seen", seen)
    frames: list[FrameType] = []

    def catch(frame: FrameType, event: str, argument: object) -> None:
        frames.append(frame)

    sys.setprofile(catch)
    try:
        Framer().receive(bytes(3))
        write_cancelled(bytearray(Transaction.SIZE), 1, 1.0)
    finally:
        sys.setprofile(None)
    for frame in frames:
        sampled.note(0, frame)
    assert seen["base/wire", "framing.receive"] and seen["base/wire", "generated"]


def test_the_table_adds_up_to_the_whole() -> None:
    gateway = "base/gateway"
    seen = Counter({(gateway, "order_entry.take"): 6, (gateway, "reports.report"): 2, ("base/wire", "x.y"): 2})
    lines = table(seen, 5.0, functions=2).splitlines()
    assert [line.split() for line in lines if line] == [
        ["room", "us", "share"],
        ["base/gateway", "4.00", "80.0%"],
        ["base/wire", "1.00", "20.0%"],
        ["all", "5.00"],
        ["function", "us", "share"],
        ["base/gateway", "order_entry.take", "3.00", "60.0%"],
        ["base/gateway", "reports.report", "1.00", "20.0%"],
    ]
