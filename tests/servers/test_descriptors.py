"""A real OES that runs out of files under a crowd (H4): it says so, goes on with those inside, and does not spin."""

import ast
import resource
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from base.access.leases import Leases
from base.access.state_file import StateFile
from base.client.trader import Trader
from base.clock import Clock
from base.messages import MessageType, Side
from base.servers.children import Child
from tests.kit.counts import count
from tests.kit.patience import PATIENCE_S, wait_until
from tests.kit.programs import rest_of
from tests.kit.source import ROOT

CROWD = count(ordinary=200, long=1_000)
RENEWALS = 4

SPINNING_S = 0.5 * RENEWALS
"""A loop that spins takes more of a core, and one that waits a fiftieth of this."""


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def cpu_seconds(process: int) -> float:
    return time.clock_gettime(~process << 3 | 2)


def order(trader: Trader) -> bool:
    """Whether an order is answered as it should be."""
    request = trader.new_order("BTCUSD", Side.BUY, quantity=0.001, price=100.0)
    return [reply.MessageType for reply in trader.replies(request)] == [MessageType.ORDER_ACK]


def test_those_inside_trade_on_and_newcomers_come_in_once_there_are_files_again(tmp_path: Path) -> None:
    options = ["--listen", "127.0.0.1:0", "--state", str(tmp_path / "state")]
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "oes.log").open("w+b"))
        oes, aes = (stack.enter_context(Child(kind, options, log)) for kind in ("oes", "aes"))
        (address, entrance), process = (oes.address(), aes.address()), oes._process.pid

        tables = StateFile(tmp_path / "state", Clock())
        stack.callback(tables.close)
        leases = Leases(tables)

        def trader(account: int, user: str) -> Trader:
            return stack.enter_context(Trader(*entrance, key=user, user=user, account=account, timeout_s=PATIENCE_S))

        inside = trader(1, "1")
        assert order(inside)
        bound = resource.prlimit(process, resource.RLIMIT_NOFILE)
        began_ns = Clock().now_ns()
        resource.prlimit(process, resource.RLIMIT_NOFILE, (open_files(process) + 5, bound[1]))
        crowd = stack.enter_context(ExitStack())
        sockets = [crowd.enter_context(socket.create_connection(address, PATIENCE_S)) for _ in range(CROWD)]
        turned_away = sum(sock.recv(1) == b"" for sock in sockets[10:])
        assert (turned_away, order(inside)) == (CROWD - 10, True)

        more = [crowd.enter_context(socket.create_connection(address, PATIENCE_S)) for _ in range(CROWD)]
        before = cpu_seconds(process)
        for _ in range(RENEWALS):  # each a second later than the one before
            last = leases.last_sign_of(process)
            wait_until(lambda last=last: leases.last_sign_of(process) != last, "a sign of life")  # type: ignore[misc]
        assert cpu_seconds(process) - before < SPINNING_S
        assert order(inside) and len(more) == CROWD

        crowd.close()
        ended_ns = Clock().now_ns()
        resource.prlimit(process, resource.RLIMIT_NOFILE, bound)
        assert order(trader(100700, "BOU7")), "a newcomer comes in"
        log.seek(0)
        lines = [line for line in log.read().decode().splitlines() if "turned away: Too many open files" in line]
        assert 0 < len(lines) < 3 + ended_ns // 10**9 - began_ns // 10**9, "one a second"


def test_a_server_that_may_open_few_files_says_so_in_one_line_and_keeps_some_back(tmp_path: Path) -> None:
    narrow = ["sh", "-c", 'ulimit -n 64 && exec "$0" "$@"', sys.executable, "-m", "base", "oes", "--stop-with-input"]
    options = ["--listen", "127.0.0.1:0", "--state", str(tmp_path / "state")]
    with (
        subprocess.Popen([*narrow, *options], stdin=-1, stdout=-1, stderr=-1, text=True, cwd=ROOT) as oes,
        ExitStack() as crowd,
    ):
        assert oes.stdin and oes.stdout
        address = ast.literal_eval(oes.stdout.readline().removeprefix("listening on "))
        for _ in range(64):
            crowd.enter_context(socket.create_connection(address, PATIENCE_S))
        last = crowd.enter_context(socket.create_connection(address, PATIENCE_S))
        assert last.recv(1) == b""
        oes.stdin.close()
        _, said = rest_of(oes)
    lines = [line for line in said.splitlines() if "may open" in line]
    assert len(lines) == 1 and "WARNING OES: this process may open 64 files: 32 connections fit, not 15000" in lines[0]
    assert "connections turned away: 32 connections are open already" in said
