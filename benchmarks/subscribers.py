"""Many subscribers in one process: most of them read all the time, some never do.

In: the address of an AES, how many of each, accounts from a number on; a line on the input, and its end. Out: "ready"
once all are subscribed; "quiet" for a line once nothing more comes; at the end one line of JSON: what the readers
received, how old trades were since then when one of them read them, and what became of those that did not read; it
stays until it is killed. Never knows: who trades, what a book looks like.

    python -m benchmarks.subscribers HOST PORT READERS SILENT FIRST_ACCOUNT
"""

import json
import os
import selectors
import signal
import socket
import sys

from base.clock import Clock
from base.messages import ClientLogon, FiveLevelData, LogonType, MarketDataExecReport, MarketDataSubscribe
from base.wire.bo.codes import SubscribeType
from base.wire.bo.market_data import Subscription
from base.wire.framing import Framer
from base.wire.layout import projection
from benchmarks.processes import NOW_NS, USER, answer, code_of

INSTRUMENTS = (1, 2, 3, 4)
TRADE = ord("V")
sending_time = projection(MarketDataExecReport, "SendingTime").unpack
READ_BYTES = 1 << 18
QUIET_S = 1.0
SMALL_BYTES = 4_096
"""Receive buffer of those that do not read: the kernel must not keep for them what the server should."""


def subscriber(aes: tuple[str, int], account: int, *, reads: bool) -> socket.socket:
    """A session at the MDS with subscriptions to five levels of all instruments."""
    logon = ClientLogon(
        LogonType=LogonType.LOGIN, Account=account, UserName=USER, TwoFA=code_of(account), SendingTime=NOW_NS
    )
    with socket.create_connection(aes) as sock:
        grant = answer(sock, logon)
    host, _, port = grant.PrimaryMarketDataIP.strip().partition(":")
    sock = socket.socket()
    if not reads:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
    sock.connect((host, int(port)))
    welcome = answer(sock, logon.replace(Key=grant.Key))
    sock.sendall(
        MarketDataSubscribe(
            MessageType=SubscribeType.FIVELAYERS, Account=account, Key=welcome.Key,
            TradingSessionID=welcome.TradingSessionID,
            Subscribes=[Subscription(Subscribe="S", SymbolEnum=number, Layers=1) for number in INSTRUMENTS],
        ).encode()
    )  # fmt: skip
    sock.recv(FiveLevelData.SIZE * len(INSTRUMENTS), socket.MSG_WAITALL)
    return sock


class Ages:
    """How old the news is that one session gets: of each trade, from its commit to its being read here."""

    def __init__(self) -> None:
        self._framer = Framer()
        self._clock = Clock()
        self._ages_ns: list[int] = []

    def take(self, data: bytes) -> None:
        """Look at what was just read."""
        now_ns = self._clock.now_ns()
        for frame in self._framer.receive(data):
            if frame[0] == TRADE:
                self._ages_ns.append(now_ns - sending_time(frame)[0])

    def begin_anew(self) -> None:
        """Forget what was so far."""
        self._ages_ns.clear()

    def milliseconds(self, share: float) -> float:
        """The age that this share of the trades did not exceed; 0 when there was none."""
        ages_ns = sorted(self._ages_ns) or [0]
        return round(ages_ns[int((len(ages_ns) - 1) * share)] / 1e6, 1)


def serve(readers: list[socket.socket], ages: Ages) -> tuple[int, int]:
    """Read until the input ends and nothing more comes; gives the bytes received and how many were cut off."""
    received = lost = 0
    patience_s: float | None = None
    is_asked = is_over = False
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        for sock in readers:
            selector.register(sock, selectors.EVENT_READ)
        while (ready := selector.select(patience_s)) or not is_over:
            if not ready and is_asked:
                ages.begin_anew()
                is_asked, patience_s = False, None
                print("quiet", flush=True)
            for key, _ in ready:
                if not isinstance(key.fileobj, socket.socket):
                    patience_s = QUIET_S
                    if os.read(sys.stdin.fileno(), 100):
                        is_asked = True
                    else:
                        is_over = True
                        selector.unregister(key.fileobj)
                    continue
                data = key.fileobj.recv(READ_BYTES)
                received += len(data)
                if key.fileobj is readers[0]:
                    ages.take(data)
                if not data:
                    lost += 1
                    selector.unregister(key.fileobj)
    return received, lost


def is_closed(sock: socket.socket) -> bool:
    """Whether the server closed a session; reads what is there at most."""
    sock.settimeout(1.0)
    try:
        while sock.recv(READ_BYTES):
            continue
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def main() -> None:
    """Subscribe, say so, read, tell."""
    host, port, readers, silent, first = sys.argv[1], *map(int, sys.argv[2:])
    last = first + readers
    reading = [subscriber((host, port), account, reads=True) for account in range(first, last)]
    resting = [subscriber((host, port), account, reads=False) for account in range(last, last + silent)]
    print("ready", flush=True)
    ages = Ages()
    received, lost = serve(reading, ages)
    told = {
        "received_bytes": received, "readers_lost": lost, "silent_closed": sum(map(is_closed, resting)),
        "median_age_ms": ages.milliseconds(0.5), "late_age_ms": ages.milliseconds(0.99),
    }  # fmt: skip
    print(json.dumps(told), flush=True)
    signal.pause()  # whoever asked looks at the server now, before our leaving fills its log


if __name__ == "__main__":
    main()
