"""The servers under load, each a process of its own on a core of its own, and sessions ready to trade on them.

In: how many sessions. Out: logged-on sessions for the load client; the processes end with the context.
Never knows: rates, rounds. The logon is written out by hand, over plain sockets: first to the AES, then with
its key to the OES that it names.
"""

import ast
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from base.messages import ClientLogon, LoginStatus, LogonType
from base.one_time_code import hotp, secret_of
from benchmarks.load import Session
from benchmarks.orders import Replies, Ring

ROOT = Path(__file__).resolve().parents[1]
USER = "load"
NOW_NS = 1
"""SendingTime of all messages; no server judges it."""


INSTRUMENT = """
[aes]
listen = "127.0.0.1:0"
[oes]
listen = "127.0.0.1:0"
[[instruments]]
number = 1
name = "BTCUSD"
base = "BTC"
quote = "USD"
tick = "0.5"
lot = "0.001"
min = "0.001"
max = "1000"
"""

ACCOUNT = """
[[accounts]]
number = {account}
user = "{user}"
key = "{account}"
mode = "constant"
"""

BALANCES = """balances = { BTC = "1000000", USD = "1000000000" }
"""


CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
CLIENT_CORES, SERVER_CORES = set(CORES[-1:]), set(CORES[:-1])


def pin(process: int, cores: set[int]) -> None:
    """Keep a process (0 is this one) on these cores, if the machine has enough of them to go apart."""
    if SERVER_CORES:
        os.sched_setaffinity(process, cores)


@dataclass(frozen=True)
class Server:
    """A running server process."""

    address: tuple[str, int]
    process: int

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far; on Linux every process has a clock of this number."""
        return time.clock_gettime(~self.process << 3 | 2)


@dataclass(frozen=True)
class Target:
    """A server and sessions that are ready to trade on it."""

    server: Server
    sessions: list[Session]


@contextmanager
def start_venue(sessions: int, *, durability: str = "commit", module: str = "base") -> Iterator[Target]:
    """An OES with sessions logged on, each of another account; ``module`` is the program, `handoff` or a variant."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = directory / "venue.toml"
        settings.write_text(settings_for(sessions))
        options = ("--settings", str(settings), "--state", str(directory / "state"))
        oes = stack.enter_context(server(module, "oes", "--durability", durability, *options))
        aes = stack.enter_context(server("base", "aes", *options))
        yield Target(oes, [log_on(aes.address, account) for account in range(1, sessions + 1)])


@contextmanager
def server(module: str, *arguments: str, log: Path | None = None) -> Iterator[Server]:
    """A server of Python, as a process of its own; see ``started``."""
    with started([sys.executable, "-m", module, *arguments], log) as one:
        yield one


@contextmanager
def started(command: list[str], log: Path | None = None) -> Iterator[Server]:
    """A server process, which stays off the client's core and ends with the context; it may log to a file."""
    with log.open("w+") if log is not None else tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            pin(process.pid, SERVER_CORES)
            yield Server(announced_address(process, errors), process.pid)
        finally:
            process.terminate()
            process.communicate()


def announced_address(process: subprocess.Popen[str], log: IO[str]) -> tuple[str, int]:
    """The address in the line with which every server says that it accepts."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("listening on "):
            host, port = ast.literal_eval(line.removeprefix("listening on "))
            return host, port
    log.seek(0)
    raise RuntimeError(f"{process.args!r} ended without listening:\n{log.read()}")


def logon_of(account: int) -> ClientLogon:
    """What an account of the load client says when it comes in."""
    return ClientLogon(
        LogonType=LogonType.LOGIN, Account=account, UserName=USER, TwoFA=code_of(account), SendingTime=NOW_NS
    )


def log_on(aes: tuple[str, int], account: int, source: str = "127.0.0.1") -> Session:
    """A session that went through both stages, from this address."""
    request = logon_of(account)
    with socket.create_connection(aes, source_address=(source, 0)) as sock:
        grant = answer(sock, request)
    host, _, port = grant.PrimaryOrderEntryIP.partition(":")
    return enter((host, int(port)), request.replace(Key=grant.Key), source)


def enter(oes: tuple[str, int], request: ClientLogon, source: str = "127.0.0.1") -> Session:
    """The second stage: a session at the server that trades."""
    sock = socket.create_connection(oes, source_address=(source, 0))
    welcome = answer(sock, request)
    ring = Ring(
        Account=request.Account, TraderID=USER, TradingSessionID=welcome.TradingSessionID, Key=welcome.Key,
        SendingTime=NOW_NS,
    )  # fmt: skip
    return Session(sock, ring, Replies())


def answer(sock: socket.socket, request: ClientLogon) -> ClientLogon:
    """Send a logon and wait for its reply, which must be a welcome."""
    sock.sendall(request.encode())
    reply = ClientLogon.parse(sock.recv(ClientLogon.SIZE, socket.MSG_WAITALL))
    if reply.LoginStatus != LoginStatus.SUCCESS:
        raise RuntimeError(f"account {request.Account} was refused with reason {reply.RejectReason}")
    return reply


def code_of(account: int) -> str:
    """The constant code of an account of the load client; its key is its number."""
    return hotp(secret_of(str(account)), 0)


def settings_for(sessions: int, balances: str = BALANCES) -> str:
    """A venue with one instrument and so many accounts, rich enough for any run unless told otherwise."""
    accounts = (ACCOUNT.format(account=account, user=USER) + balances for account in range(1, sessions + 1))
    return INSTRUMENT + "".join(accounts)
