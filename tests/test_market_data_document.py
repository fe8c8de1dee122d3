"""docs/market-data.md is true: its example runs, its table names every message, its numbers are the limits."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from base import limits
from base.messages import ClientLogon, MarketDataSubscribe
from base.wire.bo import market_data
from base.wire.layout import Message
from tests.kit.floor import START_NS
from tests.kit.gallery import Scene
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT
from tests.kit.whole_venue import whole_venue
from tests.kit.worked import shown, worked

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


def story() -> dict[str, Message]:
    """Every message of the page by its heading: one session at an MDS, from its logon to its end."""
    scene = Scene()
    scene.gallery.now_ns = scene.floor.now_ns
    for price, size in ((50_000.0, 2.0), (49_999.5, 1.0), (49_999.0, 4.0)):
        scene.trade(1, BOSide=1, BOPrice=price, BOOrderQty=size)
    scene.trade(1, BOSide=1, BOPrice=49_999.5, BOOrderQty=0.5)
    scene.trade(2, BOSide=2, BOPrice=50_000.5, BOOrderQty=1.5)
    logon = ClientLogon(LogonType=1, Account=3, TwoFA="517846", UserName="u3", SendingTime=START_NS, Key=81_985_529)
    scene.gallery.connect(3)
    (welcome,) = scene.gallery.send(3, logon)
    told: dict[str, Message] = {"H, the logon": logon, "H, the answer": welcome}
    entry = {"SymbolEnum": 1, "Symbol": "BTCUSD", "SymbolType": 1, "Layers": 1, "Subscribe": "S"}
    subscribe = MarketDataSubscribe(
        MessageType=1, Account=3, Key=welcome.Key, TradingSessionID=welcome.TradingSessionID, SendingTime=START_NS,
        MsgSeqNum=1, Subscribes=[entry],
    )  # fmt: skip
    told["s"] = subscribe
    (told["t"],) = scene.gallery.send(3, subscribe)
    scene.trade(2, BOSide=2, BOPrice=50_000.0, BOOrderQty=0.5)
    told["V"], told["t, after the trade"] = scene.gallery.read(3)
    for kind, letter in ((2, "M"), (3, "m"), (4, "O"), (5, "S"), (6, "U")):
        (told[letter],) = scene.gallery.send(3, subscribe.replace(MessageType=kind, MsgSeqNum=kind))
    unknown = subscribe.replace(MsgSeqNum=7, Subscribes=[{"SymbolEnum": 9, "Layers": 1, "Subscribe": "S"}])
    (told["T, a refusal"],) = scene.gallery.send(3, unknown)
    scene.gallery.venue.shut_down(START_NS)
    scene.gallery.collect()
    (told["H, the end"],) = scene.gallery.read(3)
    return told


EXAMPLES = dict(re.findall(r"^### `(\w`?[^\n]*)\n.*?```bytes\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL))


def test_every_message_type_has_a_worked_example() -> None:
    told = story()
    assert {heading.replace("`", "") for heading in EXAMPLES} == set(told)
    assert {one.LETTER for one in told.values()} == {"H", "T", *(message.LETTER for message in MESSAGES)}


@pytest.mark.parametrize("heading, message", story().items(), ids=story())
def test_a_worked_example_is_what_is_sent(heading: str, message: Message) -> None:
    lines = EXAMPLES[heading[0] + "`" + heading[1:]].splitlines()
    assert lines == worked(message)
    assert shown(lines) == message.encode()
    assert type(message).parse(shown(lines)) == message


def test_the_bounds_are_those_of_the_code() -> None:
    assert limits.BOOK_WAITING_BYTES == 64 * 1024 and f"64 KiB or {limits.BOOK_WAITING_FRAMES} messages" in TEXT
    assert limits.TRADES_WAITING_BYTES == 1024**2 and "Above 1 MiB it is closed" in TEXT
    assert f"it looks every {limits.MDS_LOOK_NS // 1_000_000} ms" in TEXT
    assert f"more every {limits.MDS_TURN_NS // 1_000_000} ms, while it has a core" in TEXT
    assert f"{limits.MDS_NICE} unless said otherwise" in TEXT
    assert f"{limits.DROP_COPIES_KEPT:,} are" in TEXT
