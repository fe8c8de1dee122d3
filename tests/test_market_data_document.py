"""docs/market-data.md is true: its example runs, its table names every message, its numbers are the limits."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from base import limits
from base.wire.bo import market_data
from base.wire.layout import Message
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT
from tests.kit.whole_venue import whole_venue

TEXT = (ROOT / "docs/market-data.md").read_text()
MESSAGES = [
    one
    for one in vars(market_data).values()
    if isinstance(one, type) and issubclass(one, Message) and one is not Message
]


def test_the_example_prints_what_stands_below_it(tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (expected,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    with whole_venue(tmp_path) as venue:
        file = tmp_path / "example.py"
        file.write_text(script.replace("4444", str(venue.aes.address[1])))
        done = subprocess.run(
            [sys.executable, file], capture_output=True, text=True, timeout=PATIENCE_S, env=environment(), check=False
        )
    assert (done.stdout, done.stderr) == (expected, "")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: one.NAME)
def test_every_message_has_its_row(message: type[Message]) -> None:
    (row,) = re.findall(rf"^\| {message.NAME} \| `{message.LETTER}` \|.*$", TEXT, re.MULTILINE)
    if message.LETTER != "s":
        has_number = "MsgSeqNum" in {spec.name for spec in message.FIELDS}
        assert row.endswith("| yes |" if has_number else "| no |")


def test_the_bounds_are_those_of_the_code() -> None:
    assert limits.BOOK_WAITING_BYTES == 64 * 1024 and f"64 KiB or {limits.BOOK_WAITING_FRAMES} messages" in TEXT
    assert limits.TRADES_WAITING_BYTES == 1024**2 and "Above 1 MiB it is closed" in TEXT
    assert f"{limits.DROP_COPIES_KEPT:,} are" in TEXT and f"{limits.MDS_LOOK_NS // 1_000_000} ms later" in TEXT
