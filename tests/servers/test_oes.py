"""The OES as a server: its lease, and orders from logon to logout."""

import dataclasses
import logging
import threading
from pathlib import Path

import pytest

from base import limits
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.client.trader import Trader
from base.clock import Clock
from base.errors import ConnectionLost, LogonRefused
from base.journal.disk import FileDisk
from base.journal.replay import read
from base.messages import MessageType, RejectReason, Side
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.journal_reading import JOURNAL
from base.servers.oes import build_oes
from base.servers.server import Server
from base.socket_controller import format_address
from base.vocabulary.logons import ORDER_ENTRY
from base.vocabulary.recorded import RecordedKind
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)


def live(state: Path) -> tuple[str, ...]:
    tables = StateFile(state, Clock())
    try:
        return Leases(tables).live(ORDER_ENTRY, "127.0.0.1")
    finally:
        tables.close()


def trader(aes: Server, account: int, user: str) -> Trader:
    return Trader(*aes.address, key=user, user=user, account=account, timeout_s=PATIENCE_S, resume_s=0)


def test_its_address_is_known_while_it_accepts_and_no_longer(tmp_path: Path) -> None:
    assert live(tmp_path) == ()
    with serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)) as server:
        assert live(tmp_path) == (format_address(server.address),)
    assert live(tmp_path) == ()


def test_the_lease_is_renewed_each_second(tmp_path: Path) -> None:
    with build_oes(demo_settings(), LOOPBACK, tmp_path) as server:
        deadlines_ns = sorted(deadline_ns for deadline_ns, *_ in server.loop.timers._heap)
        assert server.loop.now_ns + limits.LEASE_RENEW_NS in deadlines_ns


def test_an_advertised_address_is_named_instead(tmp_path: Path) -> None:
    settings = dataclasses.replace(demo_settings(), advertised=("203.0.113.5:4445",))
    with serving(lambda: build_oes(settings, LOOPBACK, tmp_path)):
        assert live(tmp_path) == ("203.0.113.5:4445",)


def test_an_address_in_use_leaves_no_lease(tmp_path: Path) -> None:
    with serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)) as server:
        with pytest.raises(OSError, match="Address already in use"):
            build_oes(demo_settings(), server.address, tmp_path / "other")
        assert live(tmp_path / "other") == ()
    journal = FileDisk(tmp_path / "other" / JOURNAL)
    assert list(read(journal)) == [], "who never listened never began"
    with serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path / "other")):
        pass  # nothing was left locked
    assert [one.kind for commit in read(journal) for one in commit.entries] == [RecordedKind.STARTED]
    journal.close()


@pytest.mark.parametrize("durable", [True, False])
def test_answers_are_held_only_while_the_disk_is_waited_for(tmp_path: Path, durable: bool) -> None:
    with build_oes(demo_settings(), LOOPBACK, tmp_path, durable=durable) as server:
        assert (server.loop.when_more_is_waiting is not None) is durable


def test_two_accounts_trade_through_both_servers(tmp_path: Path) -> None:
    with (
        serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)) as oes,
        serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path)) as aes,
        trader(aes, 1, "1") as buyer,
        trader(aes, 100700, "BOU7") as seller,
    ):
        assert buyer.address_of("OES") == oes.address
        order = buyer.new_order("BTCUSD", Side.BUY, 1.0, 50_000.0)
        assert buyer.replies(order)[0].MessageType == MessageType.ORDER_ACK
        sale = seller.new_order("BTCUSD", Side.SELL, 1.0, 50_000.0)
        assert seller.replies(sale)[0].MessageType == MessageType.QUOTE_FILL
        fill = buyer.wait_for(lambda message: getattr(message, "MessageType", 0) == MessageType.EXECUTION)
        assert (fill.OrderID, fill.ExecShares) == (order.OrderID, 1.0)


def test_a_second_logon_is_refused_or_takes_over(tmp_path: Path) -> None:
    for takeover in (False, True):
        settings = dataclasses.replace(demo_settings(), takeover=takeover)
        state = tmp_path / str(takeover)
        with (
            serving(lambda settings=settings, state=state: build_oes(settings, LOOPBACK, state)),
            serving(lambda settings=settings, state=state: build_aes(settings, LOOPBACK, state)) as aes,
        ):
            first, second = trader(aes, 1, "1"), trader(aes, 1, "1")
            first.log_on()
            if takeover:
                second.log_on()
                with pytest.raises(ConnectionLost):
                    first.wait_for(lambda message: False, PATIENCE_S)
            else:
                with pytest.raises(LogonRefused):
                    second.log_on()
            first.close()
            second.close()


def test_what_the_settings_say_of_an_account_reaches_its_sessions(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, *others = demo_settings().accounts
    terms = dataclasses.replace(first, orders_per_second=1, leverage=3)
    settings = dataclasses.replace(demo_settings(), accounts=(terms, *others))
    codes = []
    with (
        caplog.at_level(logging.INFO, "handoff"),
        serving(lambda: build_oes(settings, LOOPBACK, tmp_path)),
        serving(lambda: build_aes(settings, LOOPBACK, tmp_path)) as aes,
        trader(aes, 1, "1") as client,
    ):
        assert client.replies(client.risk("BTCUSD"))[0].Leverage == 3.0
        with pytest.raises(ConnectionLost):
            for _ in range(1_000):
                codes.append(client.replies(client.new_order("BTCUSD", Side.BUY, 1.0, 50_000.0))[0].RejectReason)
    assert codes[-2:] == [0, RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED]
    assert "3 orders within a second, the budget is 1" in caplog.text


def test_a_shutdown_tells_its_clients(tmp_path: Path) -> None:
    with (
        serving(lambda: build_aes(demo_settings(), LOOPBACK, tmp_path)) as aes,
        serving(lambda: build_oes(demo_settings(), LOOPBACK, tmp_path)) as oes,
    ):
        client = trader(aes, 1, "1")
        client.log_on()
        threading.Thread(target=oes.stop).start()
        with pytest.raises(ConnectionLost):
            client.wait_for(lambda message: False, PATIENCE_S)
        client.close()
