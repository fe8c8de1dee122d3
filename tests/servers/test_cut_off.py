"""A client that is cut off at any byte of an order (H5): nothing half-way reaches the market or is left behind."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.wire.bo.requests import OpenOrderRequest
from base.wire.bo.transaction import Transaction
from tests.kit.counts import count
from tests.kit.driven_oes import DrivenOes, Trader

STEP = 250 // count(ordinary=25, long=250)
RESET_AT_ONCE = struct.pack("ii", 1, 0)


@pytest.fixture
def oes(tmp_path: Path) -> Iterator[DrivenOes]:
    oes = DrivenOes(tmp_path, users=1)
    yield oes
    oes.close()


def finish(trader: Trader) -> None:
    trader.sock.close()


def reset(trader: Trader) -> None:
    trader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
    trader.sock.close()


def finish_and_stay(trader: Trader) -> None:
    """Half a close: the client says that it sends no more, and still listens."""
    trader.sock.shutdown(socket.SHUT_WR)


def open_orders(oes: DrivenOes) -> int:
    """How many orders the user has, as it learns itself after coming back."""
    trader = Trader(oes, 1)
    welcome = trader.welcome
    trader.send(OpenOrderRequest(Account=1, TradingSessionID=welcome.TradingSessionID, SymbolEnum=1).encode())
    oes.run_pass()
    answers = len(trader.received())
    finish(trader)
    run_until_gone(oes)
    return answers


def run_until_gone(oes: DrivenOes) -> None:
    for _ in range(100):
        if not oes.server.loop._connections:
            return
        oes.run_pass()
    raise AssertionError("a connection stays for ever")


@pytest.mark.parametrize("end", [finish, reset, finish_and_stay])
def test_whoever_is_cut_off_leaves_whole_orders_and_nothing_else(oes: DrivenOes, end: object) -> None:
    run_until_gone(oes)
    files, sent = len(os.listdir("/proc/self/fd")), 0
    for cut in (*range(1, Transaction.SIZE, STEP), Transaction.SIZE):
        for before in (0, 1):  # behind a whole order in the same piece, and alone
            trader = Trader(oes, 1)
            pieces = trader.order(OrderID=1_000 * cut + before).encode() * before
            trader.send(pieces + trader.order(OrderID=2_000_000 + 2 * cut + before).encode()[:cut])
            end(trader)  # type: ignore[operator]
            run_until_gone(oes)
            trader.sock.close()
            sent += before + (cut == Transaction.SIZE)
    assert len(os.listdir("/proc/self/fd")) == files
    assert open_orders(oes) == sent
