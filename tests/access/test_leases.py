"""Live servers are named, primary first; dead ones are not; addresses that no reply can carry are refused (C14)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from base import limits
from base.access.leases import FixedAddresses, Leases, check_redirect
from base.access.state_file import StateFile
from base.errors import SettingsError
from base.vocabulary.logons import MARKET_DATA, ORDER_ENTRY
from tests.kit.clock import SECOND, ManualClock

Opener = Callable[..., StateFile]
LOCAL = "10.0.0.9"


def test_the_oldest_live_server_is_named_first(open_state: Opener, clock: ManualClock) -> None:
    aes = Leases(open_state())
    servers = []
    for port in (9003, 9001, 9002):
        servers.append(Leases(open_state()))
        servers[-1].announce(ORDER_ENTRY, [f"127.0.0.1:{port}"])
        clock.advance(1)
    assert aes.live(ORDER_ENTRY, LOCAL) == ("127.0.0.1:9003", "127.0.0.1:9001", "127.0.0.1:9002")
    servers[0].withdraw()
    assert aes.live(ORDER_ENTRY, LOCAL) == ("127.0.0.1:9001", "127.0.0.1:9002")


def test_a_server_without_a_sign_of_life_is_named_for_three_seconds(open_state: Opener, clock: ManualClock) -> None:
    aes, server = Leases(open_state()), Leases(open_state())
    server.announce(ORDER_ENTRY, ["127.0.0.1:9001"])
    clock.advance(limits.LEASE_STALE_NS - 1)
    assert aes.live(ORDER_ENTRY, LOCAL) == ("127.0.0.1:9001",)
    clock.advance(1)
    assert aes.live(ORDER_ENTRY, LOCAL) == ()


def test_a_server_that_renews_stays_and_comes_back_after_a_pause(open_state: Opener, clock: ManualClock) -> None:
    aes, server, other = Leases(open_state()), Leases(open_state()), Leases(open_state())
    server.announce(ORDER_ENTRY, ["127.0.0.1:9001"])
    other.announce(ORDER_ENTRY, ["127.0.0.1:9002"])
    for _ in range(10):
        clock.advance(limits.LEASE_RENEW_NS)
        server.renew()
    assert aes.live(ORDER_ENTRY, LOCAL) == ("127.0.0.1:9001",)
    other.renew()
    assert set(aes.live(ORDER_ENTRY, LOCAL)) == {"127.0.0.1:9001", "127.0.0.1:9002"}


def test_renewing_clears_what_is_stale_so_the_table_stays_small(open_state: Opener, clock: ManualClock) -> None:
    state = open_state()
    for port in range(9_000, 9_020):
        Leases(open_state()).announce(ORDER_ENTRY, [f"127.0.0.1:{port}"])
        clock.advance(SECOND)
    assert state.read("SELECT count(*) FROM leases") == [(3,)]


def test_who_takes_over_ends_the_leases_of_its_kind_and_no_others(open_state: Opener) -> None:
    aes, dead, heir = Leases(open_state()), Leases(open_state()), Leases(open_state())
    dead.announce(ORDER_ENTRY, ["127.0.0.1:9001"])
    dead.announce(MARKET_DATA, ["127.0.0.1:9003"])
    heir.announce(ORDER_ENTRY, ["127.0.0.1:9002"])
    heir.supersede(ORDER_ENTRY)
    assert aes.live(ORDER_ENTRY, LOCAL) == ("127.0.0.1:9002",)
    assert aes.live(MARKET_DATA, LOCAL) == ("127.0.0.1:9003",)


def test_the_last_sign_of_a_process_is_that_of_its_newest_lease(open_state: Opener, clock: ManualClock) -> None:
    aes, server = Leases(open_state()), Leases(open_state())
    assert aes.last_sign_of(os.getpid()) is None
    server.announce(ORDER_ENTRY, ["127.0.0.1:9001"])
    clock.advance(SECOND)
    server.renew()
    assert aes.last_sign_of(os.getpid()) == clock.system_ns()
    assert aes.last_sign_of(1) is None


def test_a_lease_from_before_the_machine_started_is_stale(open_state: Opener, clock: ManualClock) -> None:
    aes = Leases(open_state())
    Leases(open_state()).announce(ORDER_ENTRY, ["127.0.0.1:9001"])
    clock.system -= 1
    assert aes.live(ORDER_ENTRY, LOCAL) == ()


def test_services_are_apart_and_a_server_may_have_several_addresses(open_state: Opener) -> None:
    aes, server = Leases(open_state()), Leases(open_state())
    server.announce(ORDER_ENTRY, ["10.0.0.2:9002", "10.0.0.1:9001"])
    server.announce(MARKET_DATA, ["10.0.0.1:9005"])
    assert aes.live(ORDER_ENTRY, LOCAL) == ("10.0.0.2:9002", "10.0.0.1:9001")
    assert aes.live(MARKET_DATA, LOCAL) == ("10.0.0.1:9005",)
    server.withdraw()
    server.renew()
    assert aes.live(ORDER_ENTRY, LOCAL) + aes.live(MARKET_DATA, LOCAL) == ()


def test_announcing_again_replaces_every_address(open_state: Opener) -> None:
    aes, server = Leases(open_state()), Leases(open_state())
    server.announce(ORDER_ENTRY, ["10.0.0.2:9002", "10.0.0.1:9001"])
    server.announce(ORDER_ENTRY, ["10.0.0.3:9003"])
    assert aes.live(ORDER_ENTRY, LOCAL) == ("10.0.0.3:9003",)


@pytest.mark.parametrize("bound", ["0.0.0.0:9001", "[::]:9001", ":::9001", "*:9001", ":9001"])
@pytest.mark.parametrize(
    "local, named",
    [
        ("192.168.1.20", ("192.168.1.20:9001",)),
        ("127.0.0.1", ("127.0.0.1:9001",)),
        ("::ffff:10.1.2.3", ("10.1.2.3:9001",)),
        ("::FFFF:10.1.2.3", ("10.1.2.3:9001",)),
        ("::1", ()),
        ("0.0.0.0", ()),
        ("", ()),
    ],
)
def test_a_wildcard_is_named_as_the_client_reached_us(
    open_state: Opener, bound: str, local: str, named: tuple[str, ...]
) -> None:
    server = Leases(open_state())
    server.announce(ORDER_ENTRY, [bound])
    assert server.live(ORDER_ENTRY, local) == named
    assert FixedAddresses([bound]).live(ORDER_ENTRY, local) == named


def test_addresses_named_by_hand_are_taken_as_alive() -> None:
    addresses = FixedAddresses(["10.0.0.1:9001", "spare:9001"], ["10.0.0.1:9005"])
    assert addresses.live(ORDER_ENTRY, LOCAL) == ("10.0.0.1:9001", "spare:9001")
    assert addresses.live(MARKET_DATA, LOCAL) == ("10.0.0.1:9005",)
    assert FixedAddresses(["10.0.0.1:9001"]).live(MARKET_DATA, LOCAL) == ()


@pytest.mark.parametrize("address", [
    "127.0.0.1:9001", "255.255.255.255:65535", "a:1", "exchange.example:10001", "x" * 18 + ":65535", "0.0.0.0:9001",
])  # fmt: skip
def test_an_address_that_fits_is_taken(address: str) -> None:
    assert check_redirect(address) == address
    assert len(address) <= limits.REDIRECT_BYTES


@pytest.mark.parametrize(
    "address, says",
    [
        ("x" * 19 + ":65535", "25 bytes long, the logon reply carries 24"),
        ("a-rather-long-host-name.example.net:9001", "40 bytes long, the logon reply carries 24"),
        ("[::1]:9001", "IPv6 cannot be sent"),
        ("::1:9001", "IPv6 cannot be sent"),
        ("[2001:db8::17]:9001", "IPv6 cannot be sent"),
        ("fe80::1%eth0:9001", "IPv6 cannot be sent"),
        ("localhost", "must be HOST:PORT"),
        ("localhost:", "must be HOST:PORT"),
        ("localhost:0", "port from 1 to 65535"),
        ("localhost:65536", "port from 1 to 65535"),
        ("localhost:-1", "port from 1 to 65535"),
        ("localhost:9 1", "port from 1 to 65535"),
        ("localhost:९", "port from 1 to 65535"),
        ("localhost:" + "0" * 5_000 + "1", "port from 1 to 65535"),
        ("local host:9001", "printable ASCII without spaces"),
        ("börse:9001", "printable ASCII without spaces"),
        ("a\x1bb:9001", "printable ASCII without spaces"),
        ("", "must be HOST:PORT"),
    ],
)
def test_an_address_that_no_reply_can_carry_is_refused_with_the_reason(
    state: StateFile, tmp_path: Path, address: str, says: str
) -> None:
    for refuse in (
        lambda: check_redirect(address),
        lambda: FixedAddresses([address]),
        lambda: Leases(state).announce(ORDER_ENTRY, ["127.0.0.1:9001", address]),
    ):
        with pytest.raises(SettingsError, match=r"^address ") as refused:
            refuse()
        assert says in str(refused.value)
        assert str(refused.value).isprintable()
    assert Leases(state).live(ORDER_ENTRY, LOCAL) == ()


def test_asking_whether_a_lease_can_be_renewed_leaves_nothing_behind(state: StateFile) -> None:
    leases = Leases(state)
    leases.announce(ORDER_ENTRY, ["127.0.0.1:9001"])
    before = state.read("SELECT * FROM leases")
    assert leases.can_be_renewed()
    assert state.read("SELECT * FROM leases") == before


def test_an_unknown_service_is_refused(state: StateFile) -> None:
    with pytest.raises(SettingsError, match="service 'orders': must be one of order-entry, market-data"):
        Leases(state).announce("orders", ["127.0.0.1:9001"])
