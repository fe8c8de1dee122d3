"""Two scripted clients of OUCH and a client of BO trade in one book over real sockets.

Both sides hear of the same fills, and the money adds up as the operator sees it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from base.__main__ import main
from base.client.trader import Trader
from base.messages import MessageType, Side
from base.servers.aes import build_aes
from tests.kit.ouch_floor import JP, N42
from tests.kit.ouch_sockets import running, settings
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment, rest_of
from tests.kit.serving import serving

OFFER = {
    "message_type": "O", "order_token": 1, "client_reference": "desk", "buy_sell_indicator": "S", "quantity": 100,
    "orderbook_id": 1, "group": "DAY", "price": 2300.0, "time_in_force": 99_999, "firm_id": 7, "display": " ",
    "capacity": "P", "minimum_quantity": 0, "order_classification": "1", "cash_margin_type": "1",
}  # fmt: skip
MADE = {"message_type": "E", "order_token": 1, "execution_price": 2300.0, "liquidity_indicator": "A"}
SELLER = [
    OFFER
    | {
        "expect": [
            {"message_type": "A", "order_state": "L"},
            MADE | {"executed_quantity": 60},
            MADE | {"executed_quantity": 40},
        ]
    },
    OFFER
    | {
        "order_token": 2, "quantity": 30, "price": 2299.5,
        "expect": [
            {"message_type": "A", "order_token": 2},
            {"message_type": "E", "order_token": 2, "executed_quantity": 30, "execution_price": 2299.5},
        ],
    },
]  # fmt: skip
BUYER = [
    {
        "message_type": "O", "order_token": "a", "side": "B", "shares": 60, "stock": "BTCUSD", "price": 2300.0,
        "time_in_force": 99_999, "firm": "ABCD", "display": "Y", "capacity": "P", "iso": "N", "minimum_quantity": 0,
        "cross_type": "N", "customer_type": "N",
        "expect": [
            {"message_type": "A", "order_token": "a"},
            {"message_type": "E", "executed_shares": 60, "execution_price": 2300.0, "liquidity_flag": "R"},
        ],
    }
]  # fmt: skip
LOT = Decimal("0.00001")


@contextmanager
def scripted(
    directory: Path, address: tuple[str, int], name: str, dialect: str, actions: list[dict[str, Any]]
) -> Iterator["subprocess.Popen[str]"]:
    """A scripted client that plays."""
    script = directory / f"{name}.json"
    script.write_text(json.dumps({"actions": actions}))
    words = ["--host", address[0], "--port", str(address[1]), "--dialect", dialect, "--timeout", str(PATIENCE_S)]
    words += ["--user", name, "--password", f"pw{name}", str(script)]
    process = subprocess.Popen(
        [sys.executable, "-m", "base", "ouch-client", "--play", *words],
        cwd=directory, env=environment(PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def balances(state: Path, account: int, capsys: pytest.CaptureFixture[str]) -> dict[str, Decimal]:
    """What an account has, as the operator's inquiry shows it."""
    assert main(["operator", "--state", str(state), "account", str(account)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    return {row[0]: Decimal(row[1].replace(",", "")) for row in rows if row and row[0] in ("USD", "BTC")}


def test_two_scripts_and_a_bo_client_trade_in_one_book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        running(tmp_path) as ports,
        serving(lambda: build_aes(settings(), ("127.0.0.1", 0), tmp_path)) as aes,
        Trader(*aes.address, key="3", user="3", account=3, timeout_s=PATIENCE_S) as trader,
        scripted(tmp_path, ports[JP], "A", "japannext", SELLER) as seller,
    ):
        assert seller.stdout is not None
        assert any('"orderState": "L"' in line for line in seller.stdout)
        with scripted(tmp_path, ports[N42], "B", "nasdaq42", BUYER) as buyer:
            told, _ = buyer.communicate(timeout=PATIENCE_S)
            assert buyer.returncode == 0, told
        bid = trader.new_order("BTCUSD", Side.BUY, 0.0003, 2299.5)
        assert trader.replies(bid)[0].MessageType == MessageType.ORDER_ACK
        taken = trader.new_order("BTCUSD", Side.BUY, 0.0004, 2300.0)
        fill = trader.replies(taken)[-1]
        made = trader.wait_for(lambda message: getattr(message, "OrderID", 0) == bid.OrderID)
        rest, _ = rest_of(seller)
        assert seller.returncode == 0, rest
        assert (fill.ExecPrice, round(fill.ExecShares * 100_000)) == (2300.0, 40)
        assert (made.ExecPrice, round(made.ExecShares * 100_000)) == (2299.5, 30)
        after = [balances(tmp_path, account, capsys) for account in (1, 2, 3)]
    start = {"USD": Decimal(1_000_000), "BTC": Decimal(1_000)}
    prices = {60: Decimal("2300"), 40: Decimal("2300"), 30: Decimal("2299.5")}
    paid = {lots: lots * LOT * one for lots, one in prices.items()}
    changes = [{name: one[name] - start[name] for name in start} for one in after]
    assert changes == [
        {"USD": sum(paid.values()), "BTC": -130 * LOT},
        {"USD": -paid[60], "BTC": 60 * LOT},
        {"USD": -paid[40] - paid[30], "BTC": 70 * LOT},
    ]
    assert [sum(change[name] for change in changes) for name in start] == [0, 0]
