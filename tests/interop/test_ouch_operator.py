"""``handoff operator open`` and ``close`` reach a running venue of OUCH: its members are told, orders are refused.

Both as one process of ``handoff ouch-server`` and as an OES with ports of OUCH.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from base.__main__ import main
from base.gateway.ouch_orders import OuchPort
from base.wire.ouch.japannext import JAPANNEXT
from base.wire.ouch.nasdaq42 import NASDAQ42
from base.wire.ouch.nasdaq50 import NASDAQ50
from tests.kit.ouch_floor import JP, N42, N50, jp, n42, n50, told
from tests.kit.ouch_sockets import Peer, running
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment

DIALECTS = {
    "japannext": (JP, JAPANNEXT, jp, (1, 2, 3, 4), "JR"),
    "nasdaq42": (N42, NASDAQ42, n42, ("a", "b", "c", "d"), "JC"),
    "nasdaq50": (N50, NASDAQ50, n50, (1, 2, 3, 4), "J02"),
}


def operate(state: Path, word: str, *symbols: str) -> None:
    assert main(["operator", "--state", str(state), word, *(symbols or ("--all",))]) == 0


def a_day(name: str, address: tuple[str, int], state: Path, login: str, password: str, symbol: str) -> None:
    """The market is closed in part, altogether, and opened again, while a member is there."""
    _, dialect, enter, tokens, refused = DIALECTS[name]
    names = {"orderbookId": 1} if name == "japannext" else {"stock" if name == "nasdaq42" else "symbol": symbol}
    peer = Peer(address, login, password=password)

    def answers(place: int) -> str:
        peer.say(enter(tokens[place], "B", 1, **names))
        return told(peer.hear(1, dialect))

    assert told(peer.hear(1, dialect)) == "SS"
    assert answers(0) == "AL"
    operate(state, "close", symbol)
    assert answers(1) == refused
    operate(state, "close")
    assert told(peer.hear(1, dialect)) == "SE"
    assert answers(2) == refused
    operate(state, "open")
    assert told(peer.hear(1, dialect)) == "SS"
    assert answers(3) == "AL"
    peer.close()


@pytest.mark.parametrize("name", DIALECTS)
def test_members_of_an_oes_hear_of_the_day_and_a_closed_market_refuses(name: str, tmp_path: Path) -> None:
    with running(tmp_path) as ports:
        a_day(name, ports[DIALECTS[name][0]], tmp_path, "A", "pwA", "BTCUSD")


@contextmanager
def ouch_server(directory: Path) -> Iterator[dict[str, tuple[str, int]]]:
    """The program; gives its addresses by the names that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "base", "ouch-server", "none", "--listen", "127.0.0.1:0", "--state", "state"],
        cwd=directory, env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        rows = [process.stderr.readline().split(" at ") for _ in OuchPort]
        addresses = [(name, *address.split(":")) for name, address in rows]
        yield {name: (host, int(port)) for name, host, port in addresses}
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def test_both_sides_are_told_of_a_broken_trade_also_after_a_restart(tmp_path: Path) -> None:
    names = {"stock": "BTCUSD"}
    with running(tmp_path) as ports:
        seller, buyer = Peer(ports[N42], "A"), Peer(ports[N50], "B")
        seller.say(n42("s", "S", 2, **names), n42("s", "S", 2, **names))
        assert told(seller.hear(2, NASDAQ42)) == "SS AL"
        buyer.say(n50(1, "B", 1), n50(2, "B", 1))
        assert told(buyer.hear(5, NASDAQ50)) == "SS AL ER AL ER"
        assert told(seller.hear(2, NASDAQ42)) == "EA EA"
        assert main(["operator", "--state", str(tmp_path), "break-trade", "2", "--reason", "consent"]) == 0
        assert told(seller.hear(1, NASDAQ42)) == told(buyer.hear(1, NASDAQ50)) == "BC"
        assert main(["operator", "--state", str(tmp_path), "break-trade", "2"]) == 1
        seller.close()
        buyer.close()
    with running(tmp_path) as ports:
        assert main(["operator", "--state", str(tmp_path), "break-trade", "2"]) == 1
        assert main(["operator", "--state", str(tmp_path), "break-trade", "1"]) == 0
        seller, buyer = Peer(ports[N42], "A", 3), Peer(ports[N50], "B", 6)
        (first, *_, last), heard = seller.hear(4, NASDAQ42), buyer.hear(2, NASDAQ50)
        assert (told([first, last]), told(heard)) == ("EA BS", "BC BS")
        assert (last.orderToken, heard[1].userRefNum, last.matchNumber) == ("s", 1, 1)
        seller.close()
        buyer.close()


def test_members_of_the_ouch_server_as_well(tmp_path: Path) -> None:
    with ouch_server(tmp_path) as addresses:
        for number, (name, (port, *_)) in enumerate(DIALECTS.items(), 1):
            a_day(name, addresses[port.name.lower()], tmp_path / "state", f"OUCH{number}", "ouch", "BTC")
        with socket.create_connection(addresses["japannext_bare"], PATIENCE_S) as bare:
            assert bare.recv(10, socket.MSG_WAITALL)[9:] == b"S"
            operate(tmp_path / "state", "close")
            assert bare.recv(10, socket.MSG_WAITALL)[9:] == b"E"
