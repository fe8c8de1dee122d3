"""The market-data client: with servers that do as told, and with real ones that come and go."""

import selectors
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from base import limits
from base.client import MarketData, Trader
from base.client.logon import Stage
from base.errors import ConnectionLost, LocalProtocolError
from base.messages import (
    ClientLogon,
    MarketDataExecReport,
    MarketDataSubscribe,
    Message,
    Side,
    ThreeLevelData,
    TopOfBook,
    Transaction,
)
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.mds import build_mds
from base.servers.oes import build_oes
from base.wire.bo.codes import SubscribeType
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import AES_KEY, OES_KEY, SESSION, Reply, ScriptedServer, accepting_aes, accepting_oes
from tests.kit.serving import serving
from tests.kit.whole_venue import LOOPBACK, trade, whole_venue


def tops(message: Message) -> Iterable[Reply]:
    """Answer a subscription with one top of book for each instrument."""
    assert isinstance(message, MarketDataSubscribe)
    for number, entry in enumerate(entry for entry in message.Subscribes if entry.SymbolEnum or entry.Symbol):
        yield TopOfBook(SymbolEnum=entry.SymbolEnum, SymbolName=entry.Symbol[:12], MsgSeqNum=number + 1)


def naming(address: str) -> ScriptedServer:
    """An AES that names an MDS and no OES."""

    def script(message: Message) -> Iterable[Reply]:
        for reply in accepting_aes("")(message):
            yield reply.replace(PrimaryMarketDataIP=address) if isinstance(reply, ClientLogon) else reply

    return ScriptedServer(script)


class House:
    """An AES that names a scripted MDS."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.mds = stack.enter_context(ScriptedServer(accepting_oes(tops)))
        self.aes = stack.enter_context(naming(self.mds.text))

    def market(self, **options: object) -> MarketData:
        given: dict[str, object] = {"key": "1", "user": "1", "account": 1, "timeout_s": PATIENCE_S} | options
        market = MarketData(*self.aes.address, **given)  # type: ignore[arg-type]
        self.stack.callback(market.close)
        return market

    def asked(self) -> list[MarketDataSubscribe]:
        received = [self.mds.received.get(timeout=PATIENCE_S) for _ in range(self.mds.received.qsize())]
        return [message for message in received if isinstance(message, MarketDataSubscribe)]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(limits, "CLIENT_RESUME_PAUSE_NS", 1_000_000)
    with ExitStack() as stack:
        yield House(stack)


def test_the_key_of_the_aes_leads_to_the_mds_and_its_key_into_the_requests(house: House) -> None:
    market = house.market()
    market.log_on()
    assert (market.address_of("AES"), market.address_of("MDS")) == (house.aes.address, house.mds.address)
    assert house.mds.received.get(timeout=PATIENCE_S).Key == AES_KEY
    (request,) = market.subscribe("BTCUSD", 4, kind=SubscribeType.FIVELAYERS)
    assert market.wait_for(lambda message: message.SymbolEnum == 4)
    assert (request.Key, request.TradingSessionID, request.Account, request.MessageType) == (OES_KEY, SESSION, 1, 3)
    assert [(one.SymbolEnum, one.Symbol, one.Layers, one.Subscribe) for one in request.Subscribes[:3]] == [
        (0, "BTCUSD", 1, "S"), (4, "", 1, "S"), (0, "", 0, ""),
    ]  # fmt: skip
    market.logout()
    assert market.failure is None


def test_more_than_five_instruments_take_several_requests(house: House) -> None:
    with house.market() as market:
        sent = market.subscribe(*range(1, 13), kind=SubscribeType.TENLAYERS, layer=2)
        market.wait_for(lambda message: message.SymbolEnum == 12)
    assert house.asked() == sent
    assert [[one.SymbolEnum for one in request.Subscribes] for request in sent] == [
        [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 0, 0, 0],
    ]  # fmt: skip
    assert {one.Layers for request in sent for one in request.Subscribes if one.SymbolEnum} == {2}


def test_a_number_that_is_left_out_is_noticed(house: House) -> None:
    def gaps(message: Message) -> Iterable[Reply]:
        yield TopOfBook(SymbolEnum=1, MsgSeqNum=1)
        yield ThreeLevelData(SymbolEnum=1)
        yield Transaction(MessageType=12, MsgSeqNum=77)
        yield MarketDataExecReport(SymbolEnum=1, MsgSeqNum=2)
        yield MarketDataExecReport(SymbolEnum=1, MsgSeqNum=5)
        yield MarketDataExecReport(SymbolEnum=9, MsgSeqNum=6)

    house.mds.script = accepting_oes(gaps)
    with house.market() as market:
        market.subscribe(1)
        market.wait_for(lambda message: isinstance(message, MarketDataExecReport) and message.SymbolEnum == 9)
        assert market.missed == 2


def test_it_subscribes_again_where_it_goes_on(house: House) -> None:
    resumed: list[int] = []
    with house.market(on_resume=lambda: resumed.append(1)) as market:
        market.subscribe(1, 2)
        market.unsubscribe(2)
        market.subscribe(3, kind=SubscribeType.TENLAYERS, layer=2)
        market.wait_for(lambda message: message.SymbolEnum == 3)
        house.asked()
        list(market.messages(0))
        house.mds.hang_up()
        market.wait_for(lambda message: message.SymbolEnum == 3)
        assert resumed == [1]
        assert [
            (request.MessageType, [one.SymbolEnum for one in request.Subscribes if one.SymbolEnum])
            for request in house.asked()
        ] == [(1, [1]), (4, [3])]


def test_without_resumption_a_loss_is_the_end(house: House) -> None:
    market = house.market(resume_s=0.0)
    market.log_on()
    house.mds.hang_up()
    with pytest.raises(ConnectionLost, match=r"the connection to the MDS at .* is over"):
        market.wait_for(lambda message: False)
    with pytest.raises(ConnectionLost):
        market.subscribe(1)


def test_an_aes_that_names_no_mds_is_told(house: House) -> None:
    house.aes.script = accepting_aes("127.0.0.1:1")
    with pytest.raises(ConnectionLost, match="no MDS can be used"):
        house.market().log_on()


def test_in_a_loop_of_ones_own(house: House) -> None:
    told: list[Message] = []
    with selectors.DefaultSelector() as selector:
        market = house.market(selector=selector, on_message=told.append)
        with pytest.raises(LocalProtocolError, match="call log_on first"):
            market.subscribe(1)
        market.start_logon()
        while market.stage is not Stage.TRADING:
            for key, mask in selector.select(PATIENCE_S):
                key.data.process_events(mask)
        market.subscribe(1)
        while not any(isinstance(message, TopOfBook) for message in told):
            for key, mask in selector.select(PATIENCE_S):
                key.data.process_events(mask)
        with pytest.raises(LocalProtocolError, match="a MarketData logs on once"):
            market.start_logon()
        market.close()


def test_one_grant_serves_a_trader_and_its_market_data(tmp_path: Path) -> None:
    with (
        whole_venue(tmp_path) as venue,
        Trader(*venue.aes.address, key="1", user="1", account=1, timeout_s=PATIENCE_S) as trader,
    ):
        (grant,) = trader.replies(trader.fresh_grant())
        assert isinstance(grant, ClientLogon)
        with MarketData.beside(trader, grant) as market:
            market.subscribe("BTCUSD")
            market.wait_for(lambda message: isinstance(message, TopOfBook))
            trader.replies(trader.new_order("BTCUSD", Side.BUY, 1.0, 50_000.0))
            market.wait_for(lambda message: isinstance(message, TopOfBook) and message.BuyPrice == 50_000.0)
            assert (market.missed, market.address_of("MDS")) == (0, venue.mds.address)


def test_it_goes_on_at_the_mds_that_the_aes_names_next(tmp_path: Path) -> None:
    settings = demo_settings()
    with ExitStack() as stack, ExitStack() as first:
        stack.enter_context(serving(lambda: build_oes(settings, LOOPBACK, tmp_path)))
        aes = stack.enter_context(serving(lambda: build_aes(settings, LOOPBACK, tmp_path)))
        first.enter_context(serving(lambda: build_mds(settings, LOOPBACK, tmp_path)))
        trade(aes, 50_000.0)
        market = MarketData(*aes.address, key="BOU7", user="BOU7", account=100700, timeout_s=PATIENCE_S)
        with market:
            market.subscribe("BTCUSD")
            market.wait_for(lambda message: message.BuyPrice == 50_000.0)
            list(market.messages(0))
            first.close()
            trade(aes, 50_001.0)
            second = stack.enter_context(serving(lambda: build_mds(settings, LOOPBACK, tmp_path)))
            top = market.wait_for(lambda message: isinstance(message, TopOfBook), PATIENCE_S)
            assert (top.BuyPrice, top.MsgSeqNum) == (50_001.0, 1)
            assert (market.address_of("MDS"), market.missed) == (second.address, 0)
