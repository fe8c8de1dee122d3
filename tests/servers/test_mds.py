"""An MDS beside an OES shows what the OES committed, and either may end and come back."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from base import limits
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.client.requests import CONSTANT, one_time_code
from base.client.trader import Trader
from base.clock import Clock
from base.errors import ServerMustStop
from base.messages import Side
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.mds import build_mds
from base.servers.oes import build_oes
from base.servers.server import Server
from base.socket_controller import format_address, split_address
from base.vocabulary.logons import MARKET_DATA
from base.wire.bo.codes import SubscribeType
from base.wire.bo.logon import ClientLogon
from base.wire.bo.market_data import MarketDataExecReport, MarketDataSubscribe, Subscription, TopOfBook
from base.wire.framing import Framer
from base.wire.layout import Message
from base.wire.registry import message_class
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)


class Viewer:
    """A plain socket client of AES and MDS."""

    def __init__(self, aes: tuple[str, int], account: int, user: str) -> None:
        code = one_time_code(user, CONSTANT, Clock())
        logon = ClientLogon(LogonType=1, Account=account, UserName=user, TwoFA=code)
        self._framer = Framer()
        self._messages: list[Message] = []
        with socket.create_connection(aes, PATIENCE_S) as self._socket:
            self._socket.sendall(logon.encode())
            granted = self.read()
        assert isinstance(granted, ClientLogon) and granted.LoginStatus == 1
        self.address = split_address(granted.PrimaryMarketDataIP.strip())
        self._framer = Framer()
        self._socket = socket.create_connection(self.address, PATIENCE_S)
        self._socket.sendall(logon.replace(Key=granted.Key, TradingSessionID=granted.TradingSessionID).encode())
        welcome = self.read()
        assert isinstance(welcome, ClientLogon) and welcome.LoginStatus == 1
        self._welcome = welcome

    def subscribe(self, subscribe_type: int, *instruments: int) -> None:
        entries = [Subscription(Subscribe="S", SymbolEnum=one, Layers=1) for one in instruments]
        self._socket.sendall(
            MarketDataSubscribe(
                MessageType=subscribe_type,
                Account=self._welcome.Account,
                TradingSessionID=self._welcome.TradingSessionID,
                Key=self._welcome.Key,
                Subscribes=entries,
            ).encode()
        )

    def read(self) -> Message:
        while not self._messages:
            data = self._socket.recv(65_536)
            assert data, "the connection is over"
            for frame in self._framer.receive(data):
                cls = message_class(chr(frame[0]), len(frame))
                assert cls is not None
                self._messages.append(cls.parse(frame))
        return self._messages.pop(0)

    def wait_for(self, right: Callable[[Message], object]) -> Message:
        while not right(message := self.read()):
            pass
        return message

    def close(self) -> None:
        self._socket.close()


def named(state: Path) -> tuple[str, ...]:
    tables = StateFile(state, Clock())
    try:
        return Leases(tables).live(MARKET_DATA, "127.0.0.1")
    finally:
        tables.close()


@contextmanager
def venue(state: Path, interval_ns: int = 0) -> Iterator[tuple[Server, Server, Server]]:
    settings = replace(demo_settings(), book_interval_ns=interval_ns)
    with (
        serving(lambda: build_oes(settings, LOOPBACK, state)) as oes,
        serving(lambda: build_mds(settings, LOOPBACK, state)) as mds,
        serving(lambda: build_aes(settings, LOOPBACK, state)) as aes,
    ):
        yield oes, mds, aes


def trade(aes: Server, price: float, *, side: Side = Side.BUY, quantity: float = 1.0) -> None:
    with Trader(*aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S) as trader:
        trader.replies(trader.new_order("BTCUSD", side, quantity, price))


def test_it_is_named_by_the_aes_while_it_accepts(tmp_path: Path) -> None:
    with venue(tmp_path) as (_, mds, aes):
        assert named(tmp_path) == (format_address(mds.address),)
        viewer = Viewer(aes.address, 1, "1")
        assert viewer.address == mds.address
        viewer.close()
    assert named(tmp_path) == ()


@pytest.mark.parametrize("interval_ns", [0, 60_000_000], ids=["every change", "an interval"])
def test_a_subscriber_sees_what_is_there_then_what_changes_and_every_trade(tmp_path: Path, interval_ns: int) -> None:
    with venue(tmp_path, interval_ns) as (_, _, aes):
        trade(aes, 50_000.0)
        viewer = Viewer(aes.address, 100700, "BOU7")
        viewer.subscribe(SubscribeType.TOB, 1)
        viewer.wait_for(lambda one: isinstance(one, TopOfBook) and one.BuyPrice == 50_000.0)
        trade(aes, 50_001.0)
        viewer.wait_for(lambda one: isinstance(one, TopOfBook) and one.BuyPrice == 50_001.0)
        trade(aes, 50_001.0, side=Side.SELL, quantity=0.5)
        sold = viewer.wait_for(lambda one: isinstance(one, MarketDataExecReport))
        assert isinstance(sold, MarketDataExecReport)
        assert (sold.Price, sold.Volume, sold.Side) == (50_001.0, 0.5, 2)
        top = viewer.wait_for(lambda one: isinstance(one, TopOfBook) and one.BuyVolume == 0.5)
        assert isinstance(top, TopOfBook)
        assert (top.LastTradePrice, top.Last24Vol, top.High, top.Low) == (50_001.0, 0.5, 50_001.0, 50_001.0)
        viewer.close()


def test_it_outlives_the_oes_and_goes_on_with_the_next_one(tmp_path: Path) -> None:
    settings = demo_settings()
    with (
        serving(lambda: build_mds(settings, LOOPBACK, tmp_path)),
        serving(lambda: build_aes(settings, LOOPBACK, tmp_path)) as aes,
    ):
        with serving(lambda: build_oes(settings, LOOPBACK, tmp_path)):
            trade(aes, 50_000.0)
            viewer = Viewer(aes.address, 100700, "BOU7")
        viewer.subscribe(SubscribeType.TOB, 1)
        viewer.wait_for(lambda one: isinstance(one, TopOfBook) and one.BuyPrice == 50_000.0)
        with serving(lambda: build_oes(settings, LOOPBACK, tmp_path)):
            trade(aes, 50_002.0)
            viewer.wait_for(lambda one: isinstance(one, TopOfBook) and one.BuyPrice == 50_002.0)
        viewer.close()


def test_the_day_is_right_after_its_own_restart_although_there_is_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PICTURE_EVERY", 3)
    with venue(tmp_path) as (_, _, aes):
        trade(aes, 50_000.0)
        trade(aes, 50_000.0, side=Side.SELL, quantity=0.25)
        trade(aes, 50_003.0, side=Side.SELL)
    assert list((tmp_path / "journal").glob("*.snapshot"))
    with venue(tmp_path) as (_, _, aes):
        viewer = Viewer(aes.address, 100700, "BOU7")
        viewer.subscribe(SubscribeType.TOB, 1)
        top = viewer.wait_for(lambda one: isinstance(one, TopOfBook))
        assert isinstance(top, TopOfBook)
        assert (top.BuyVolume, top.SellPrice, top.Last24Vol, top.LastTradePrice) == (0.75, 50_003.0, 0.25, 50_000.0)
        viewer.close()


def test_a_journal_that_cannot_be_followed_ends_it(tmp_path: Path) -> None:
    with serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)):
        server = build_mds(demo_settings(), LOOPBACK, tmp_path)
    first = tmp_path / "journal" / "00000001.journal"
    for _ in range(2):
        with serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)):
            pass
    content = bytearray(first.read_bytes())
    last_but_one = content.rindex(b"HJrc", 0, content.rindex(b"HJrc"))
    content[last_but_one + 50] ^= 1
    first.write_bytes(content)
    with server, pytest.raises(ServerMustStop, match="the journal cannot be followed: 00000001"):
        while True:
            server.loop.run_pass()
