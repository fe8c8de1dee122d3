"""The operator's door of a running OES: JSON lines in and out, one venue per state directory, gone after it."""

import json
import logging
import socket
import stat
import threading
from pathlib import Path

import pytest

from base import limits
from base.__main__ import main
from base.client.trader import Trader
from base.messages import MessageType, OrderType, Side
from base.network.local_door import ask
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from base.servers.operator_door import SOCKET_NAME, answer
from base.servers.server import Server
from tests.kit.floor import Floor
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)


def oes(state: Path) -> Server:
    return build_oes(demo_settings(), LOOPBACK, state)


def reply_to(line: bytes) -> dict[str, object]:
    floor = Floor()
    reply = answer(floor.venue, line, floor.now_ns)
    assert b"\n" not in reply
    fields = json.loads(reply)
    assert isinstance(fields, dict)
    return fields


def test_a_command_is_answered_with_lines() -> None:
    assert reply_to(b'{"command": "mark", "symbols": ["BTCUSD"], "price": "0.5"}') == {
        "ok": True, "lines": ["the mark price of BTCUSD is 0.5"], "instruments": [], "tables": [],
    }  # fmt: skip


def test_the_status_is_answered_with_instruments() -> None:
    instruments = reply_to(b'{"command": "status"}')["instruments"]
    assert isinstance(instruments, list)
    assert [one["symbol"] for one in instruments] == ["BTCUSD", "BTCUSDT"]
    assert set(instruments[0]) == {"symbol", "state", "last", "index", "mark"}


def test_what_an_account_has_is_answered_with_tables() -> None:
    tables = reply_to(b'{"command": "account", "account": 1}')["tables"]
    assert isinstance(tables, list)
    assert [table["title"] for table in tables] == ["balances of account 1", "settings"]
    (fees,) = reply_to(b'{"command": "fees"}')["tables"]  # type: ignore[misc]
    assert fees == {"title": "fees", "columns": ["currency", "collected"], "rows": [["USD", "0"], ["USDT", "0"]]}


@pytest.mark.parametrize(
    "line, says",
    [
        (b"", "a request must be one line of JSON"),
        (b"status", "a request must be one line of JSON"),
        (b"\xff\xfe\x00", "a request must be one line of JSON"),
        (b"[" * limits.LOCAL_LINE_BYTES, "a request must be one line of JSON"),
        (b'{"command": "kill", "account": ' + b"9" * 5_000 + b"}", "a request must be one line of JSON"),
        (b"[]", "a request must be a JSON object"),
        (b"{}", "field command: must be a word, such as status"),
        (b'{"command": "halt", "all": "yes"}', "field all: must be true or false"),
        (b'{"command": "mark", "symbols": ["X"], "price": "1"}', "instrument 'X': unknown; known are BTCUSD, BTCUSDT"),
    ],
)
def test_anything_else_is_answered_with_an_error(line: bytes, says: str) -> None:
    assert reply_to(line) == {"ok": False, "error": says}


def test_all_instruments_of_the_largest_venue_fit_a_request() -> None:
    line = json.dumps({"command": "halt", "symbols": ["X" * 12] * limits.INSTRUMENTS})
    assert len(line) < limits.LOCAL_LINE_BYTES


def test_the_door_is_there_while_the_venue_serves_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / SOCKET_NAME
    with serving(lambda: oes(tmp_path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(ask(path, b'{"command": "status"}'))["ok"]
    assert not path.exists()
    with serving(lambda: oes(tmp_path)):
        assert json.loads(ask(path, b'{"command": "status"}'))["ok"]


def test_a_venue_whose_door_cannot_be_opened_trades_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / SOCKET_NAME).mkdir()
    with caplog.at_level(logging.WARNING, "handoff"), serving(lambda: oes(tmp_path)):
        (record,) = caplog.records
        assert record.message.startswith(f"the operator cannot reach this venue by {tmp_path / SOCKET_NAME}: ")


def test_an_index_price_sets_an_order_free_and_both_sides_hear_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        serving(lambda: oes(tmp_path)),
        serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path)) as aes,
        Trader(*aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S) as buyer,
        Trader(*aes.address, key="BOU7", user="BOU7", account=100700, timeout_s=PATIENCE_S) as seller,
    ):
        sale = seller.new_order("BTCUSD", Side.SELL, 1.0, 50_000.0)
        assert seller.replies(sale)[0].MessageType == MessageType.ORDER_ACK
        stop = buyer.new_order(
            "BTCUSD", Side.BUY, 0.25, order_type=OrderType.STOP_MKT, StopLimitPrice=49_000.5, TriggerType=2
        )
        assert buyer.replies(stop)[0].MessageType == MessageType.ORDER_ACK
        command = ["operator", "--state", str(tmp_path), "index", "BTCUSD"]
        assert main([*command, "49000"]) == 0
        assert main([*command, "49000.5"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "the index price of BTCUSD is 49000", "the index price of BTCUSD is 49000.5; trades: 1",
        ]  # fmt: skip
        assert buyer.replies(stop)[-1].MessageType == MessageType.QUOTE_FILL
        assert seller.replies(sale)[-1].MessageType == MessageType.EXECUTION_PARTIAL


def test_callers_who_say_nothing_keep_nobody_from_trading(tmp_path: Path) -> None:
    with (
        serving(lambda: oes(tmp_path)),
        serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path)) as aes,
    ):
        idle = [socket.socket(socket.AF_UNIX) for _ in range(limits.LOCAL_CALLERS + 1)]
        for caller in idle:
            caller.connect(str(tmp_path / SOCKET_NAME))
            caller.sendall(b'{"command":')
        with Trader(*aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S) as trader:
            order = trader.new_order("BTCUSD", Side.BUY, 1.0, 50_000.0)
            assert trader.replies(order)[0].MessageType == MessageType.ORDER_ACK
        assert json.loads(ask(tmp_path / SOCKET_NAME, b'{"command": "status"}'))["ok"]
        for caller in idle:
            caller.close()


def test_many_ask_at_once_and_each_gets_its_own_answer(tmp_path: Path) -> None:
    answers: dict[str, bytes] = {}

    def mark(price: str) -> None:
        line = json.dumps({"command": "mark", "symbols": ["BTCUSD"], "price": price})
        answers[price] = ask(tmp_path / SOCKET_NAME, line.encode())

    with serving(lambda: oes(tmp_path)):
        threads = [threading.Thread(target=mark, args=(str(price),)) for price in range(1, limits.LOCAL_CALLERS + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    for price in map(str, range(1, limits.LOCAL_CALLERS + 1)):
        assert json.loads(answers[price])["lines"] == [f"the mark price of BTCUSD is {price}"]
