"""A spare takes over from a process that ended or hangs, with everything that it had answered."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from base import limits
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.client.trader import Trader
from base.clock import Clock
from base.errors import ServerFailed
from base.messages import Side
from base.servers.aes import build_aes
from base.servers.children import Child
from base.servers.demo_settings import demo_settings
from base.servers.oes import JOURNAL
from base.servers.spare import SignsOfLife, Spare
from base.socket_controller import format_address
from base.vocabulary.logons import ORDER_ENTRY
from tests.kit.clock import SECOND, ManualClock
from tests.kit.serving import serving

LOOPBACK = ("127.0.0.1", 0)


class Pair:
    """A primary and its spare, as processes; ``say`` is the spare's log."""

    def __init__(self, state: Path, stack: ExitStack) -> None:
        self.state = state
        common = ["--listen", "127.0.0.1:0", "--state", str(state)]
        self.primary = stack.enter_context(Child("oes", common))
        self.old_address = self.primary.address()
        reader, writer = os.pipe()
        self.log = stack.enter_context(os.fdopen(reader, "rb"))
        with os.fdopen(writer, "wb") as log:
            self.spare = stack.enter_context(Child("oes", [*common, "--spare"], log))
        self.standing_by = self.log.readline().decode()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.primary._process.pid, number)

    def live(self) -> tuple[str, ...]:
        tables = StateFile(self.state, Clock())
        try:
            return Leases(tables).live(ORDER_ENTRY, "127.0.0.1")
        finally:
            tables.close()

    def said(self) -> str:
        """What the spare said in all, once it ended."""
        assert self.spare.stop() == 0
        return self.standing_by + self.log.read().decode()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(tmp_path, stack)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_a_spare_goes_on_where_the_primary_ended(pair: Pair, number: signal.Signals) -> None:
    with serving(lambda: build_aes(demo_settings(), LOOPBACK, pair.state)) as aes:
        with Trader(*aes.address, key="1", user="1", account=1) as trader:
            order = trader.new_order("BTCUSD", Side.BUY, 0.01, 50_000.0)
            trader.replies(order)
        pair.signal(number)
        address = pair.spare.address()
        assert address != pair.old_address
        assert pair.live() == (format_address(address),)
        with Trader(*aes.address, key="1", user="1", account=1) as trader:
            assert trader.address_of("OES") == address
            trader.open_orders("BTCUSD")
            found = trader.wait_for(lambda message: getattr(message, "OrderID", 0) == order.OrderID)
            assert (found.BOPrice, found.RemainingQuantity) == (50_000.0, 0.01)
    said = pair.said()
    assert f"process {pair.primary._process.pid}, which held the journal, ended" in said
    hangs = "gives no sign of life; it is ended" in said
    assert hangs == (number == signal.SIGSTOP)


def test_a_spare_that_is_stopped_while_it_waits_leaves_the_primary_alone(pair: Pair) -> None:
    with pytest.raises(ServerFailed, match="does not accept in time"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "RECOVERY_NS", 1_000_000_000)
        pair.spare.address()
    assert f"standing by: process {pair.primary._process.pid} holds" in pair.said()
    assert pair.live() == (format_address(pair.old_address),)
    assert pair.primary.stop() == 0


class Nobody:
    """Follows nothing."""

    def catch_up(self) -> None:
        """There is nothing to carry out."""


@contextmanager
def a_primary_watched(state: Path) -> Iterator[tuple[Child, Spare]]:
    """A primary as a process, and in this one what a spare looks at it with."""
    clock = Clock()
    with (
        Child("oes", ["--listen", "127.0.0.1:0", "--state", str(state)]) as primary,
        closing(StateFile(state, clock)) as tables,
        Spare(state / JOURNAL, Leases(tables), clock, Nobody()) as spare,
    ):
        primary.address()
        yield primary, spare


def test_a_spare_that_another_process_forestalls_goes_on_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_primary_watched(tmp_path) as (primary, spare):
        with monkeypatch.context() as patch:
            patch.setattr("base.servers.spare.holder_of", lambda directory: None)  # it was free a moment ago
            assert spare._try() is None
        assert spare._try() is None
        assert spare._watched == primary._process.pid


def test_the_end_of_a_primary_is_said_when_its_lock_is_seen_free_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with a_primary_watched(tmp_path) as (primary, spare):
        assert spare._try() is None
        primary.stop()
        holder = spare._try()
        assert holder is not None
        holder.release()
    assert f"process {primary._process.pid}, which held the journal, ended" in caplog.text


def test_without_a_primary_a_spare_trades_at_once(tmp_path: Path) -> None:
    with Child("oes", ["--spare", "--listen", "127.0.0.1:0", "--state", str(tmp_path)]) as spare:
        assert spare.address()[1]


def test_signs_of_life_are_missed_by_who_gave_some_only(tmp_path: Path) -> None:
    clock = ManualClock()
    with closing(StateFile(tmp_path, clock)) as tables:
        leases, signs = Leases(tables), SignsOfLife(Leases(tables), clock)
        clock.advance(100 * SECOND)
        assert not signs.are_missing(os.getpid())
        leases.announce(ORDER_ENTRY, ["127.0.0.1:1"])
        assert not are_missing_after(clock, signs, limits.LEASE_STALE_NS)
        leases.withdraw()  # the last sign is remembered
        clock.advance(1)
        assert signs.are_missing(os.getpid())
        signs.forget()
        assert not signs.are_missing(os.getpid())


def are_missing_after(clock: ManualClock, signs: SignsOfLife, time_ns: int) -> bool:
    """Look as often as a spare does."""
    for _ in range(time_ns // limits.SPARE_LOOK_NS):
        signs.are_missing(os.getpid())
        clock.advance(limits.SPARE_LOOK_NS)
    return signs.are_missing(os.getpid())


def test_a_machine_that_stood_still_costs_nobody_his_life(tmp_path: Path) -> None:
    clock = ManualClock()
    with closing(StateFile(tmp_path, clock)) as tables:
        Leases(tables).announce(ORDER_ENTRY, ["127.0.0.1:1"])
        signs = SignsOfLife(Leases(tables), clock)
        assert not signs.are_missing(os.getpid())
        clock.advance(600 * SECOND)
        assert not signs.are_missing(os.getpid()), "it was as little able to give a sign as we to look for one"
        assert are_missing_after(clock, signs, limits.LEASE_STALE_NS), "but it has to go on then"


def test_who_finds_no_room_for_signs_of_life_is_not_taken_for_dead(tmp_path: Path) -> None:
    clock = ManualClock()
    with closing(StateFile(tmp_path, clock)) as tables, closing(StateFile(tmp_path, clock)) as own:
        signs = SignsOfLife(Leases(own), clock)
        Leases(tables).announce(ORDER_ENTRY, ["127.0.0.1:1"])
        assert not signs.are_missing(os.getpid())
        own._connection.execute("PRAGMA query_only = ON")  # whatever we write fails, as on a full disk
        assert not are_missing_after(clock, signs, limits.LEASE_STALE_NS + limits.SPARE_LOOK_NS)
        own._connection.execute("PRAGMA query_only = OFF")
        # there is room again, and the next sign may take as long as ever
        assert not are_missing_after(clock, signs, limits.LEASE_STALE_NS)
        clock.advance(1)
        with tables.transaction(durable=False):  # who hangs may hang in the middle of writing
            assert signs.are_missing(os.getpid())
