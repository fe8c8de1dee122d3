"""A server's lease lasts as long as the server, and a failed renewal costs a line in the log."""

import logging
from pathlib import Path

import pytest

from base import limits
from base.access.leases import Leases
from base.access.state_file import StateFile
from base.clock import Clock
from base.errors import AccessUnavailable
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from base.socket_controller import format_address
from base.vocabulary.logons import ORDER_ENTRY


def test_the_lease_is_renewed_each_second_and_withdrawn_first(tmp_path: Path) -> None:
    tables = StateFile(tmp_path, Clock())
    leases = Leases(tables)
    leases.announce(ORDER_ENTRY, ["127.0.0.1:9"])
    with build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path) as server:
        assert leases.live(ORDER_ENTRY, "127.0.0.1") == (format_address(server.address),)
        deadlines_ns = sorted(deadline_ns for deadline_ns, *_ in server.loop.timers._heap)
        assert server.loop.now_ns + limits.LEASE_RENEW_NS in deadlines_ns
        server.stop()
        server.run(signals=False)
        assert leases.live(ORDER_ENTRY, "127.0.0.1") == ()
    tables.close()


def test_a_failed_renewal_is_logged_and_trading_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with build_oes(demo_settings(), ("127.0.0.1", 0), tmp_path) as server, caplog.at_level(logging.WARNING):

        def refuse(leases: Leases) -> None:
            raise AccessUnavailable("locked")

        monkeypatch.setattr(Leases, "renew", refuse)
        monkeypatch.setattr(limits, "SHUT_DOWN_NS", 0)
        for timer in server.loop.timers.due(server.loop.now_ns + limits.LEASE_RENEW_NS):
            timer.action(server.loop.now_ns)
    assert "the lease could not be renewed: locked" in caplog.text
