"""How another OES is found after a loss: refusals, dead and silent servers, one-time codes, and the end of it."""

from collections.abc import Iterable

import pytest

from base import limits
from base.client.logon import Stage
from base.errors import ConnectionLost, LogonRefused
from base.messages import ClientLogon, Message, RejectReason, Side
from base.one_time_code import PERIOD_S, totp
from tests.kit.clock import SECOND
from tests.kit.lost_oes import Loop, Venue, dead, refused_with
from tests.kit.patience import PATIENCE_S
from tests.kit.scripted_servers import (
    AES_KEY,
    Reply,
    Script,
    accepting_aes,
    accepting_oes,
    closed_port,
    refusing,
    silent,
)

STEP_NS = PERIOD_S * SECOND
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_the_aes_may_need_a_while_to_name_another_one(venue: Venue) -> None:
    loop = Loop(venue)
    venue.kill_primary()
    venue.aes_says = [refused_with(10), refused_with(10)]
    loop.run_until(lambda: venue.resumed)
    assert loop.pauses == [limits.CLIENT_RESUME_PAUSE_NS] * 2
    logons = list(venue.aes.received.queue)
    assert [(logon.LogonType, logon.Key) for logon in logons] == [(1, 0)] * 4
    assert loop.trader.address_of("OES") == venue.spare.address


def test_a_dead_address_first(venue: Venue) -> None:
    loop = Loop(venue)
    venue.kill_primary()
    venue.named = [dead(), venue.spare.text]
    loop.run_until(lambda: venue.resumed)
    assert loop.pauses == [], "the second address is tried at once"
    assert venue.spare.received.queue[0].Key == AES_KEY


def test_dead_addresses_for_longer_than_a_logon_would_try(venue: Venue) -> None:
    loop = Loop(venue)
    venue.kill_primary()
    venue.aes_says = [accepting_aes(dead()) for _ in range(2 * limits.CLIENT_OES_ATTEMPTS)]
    loop.run_until(lambda: venue.resumed)
    assert loop.trader.address_of("OES") == venue.spare.address


def test_the_same_address_again(venue: Venue) -> None:
    loop = Loop(venue)
    venue.primary.hang_up()
    loop.run_until(lambda: venue.resumed)
    assert loop.trader.address_of("OES") == venue.primary.address


def test_a_server_that_stays_silent_is_left(venue: Venue) -> None:
    loop = Loop(venue)
    stopped = venue.start(silent)
    venue.kill_primary()
    venue.aes_says = [accepting_aes(stopped.text)]
    loop.run_until(lambda: loop.trader.stage is Stage.OES_LOGON_SENT)
    assert loop.trader.address_of("OES") == stopped.address
    deadline_ns = loop.trader.next_deadline_ns()
    assert deadline_ns == loop.clock.now_ns() + limits.CLIENT_RESUME_STEP_NS
    loop.clock.advance(limits.CLIENT_RESUME_STEP_NS)
    loop.trader.deadline_passed(loop.clock.now_ns())
    loop.run_until(lambda: venue.resumed)


def test_a_session_that_the_server_still_has_is_waited_out(venue: Venue) -> None:
    loop = Loop(venue)
    venue.kill_primary()
    venue.named = [venue.start(refusing(RejectReason.USER_ALREADY_LGGGED_IN)).text]
    loop.run_until(lambda: len(loop.pauses) == 2)
    venue.named = [venue.spare.text]
    loop.run_until(lambda: venue.resumed)


def test_a_second_loss_has_all_the_time_again(venue: Venue) -> None:
    loop = Loop(venue, resume_s=2.0)
    venue.kill_primary()
    loop.run_until(lambda: venue.resumed)
    loop.clock.advance(3 * SECOND)
    venue.named = [venue.primary.text]
    venue.aes_says = [refused_with(10)]
    venue.spare.hang_up()
    loop.run_until(lambda: len(venue.resumed) == 2)
    assert loop.trader.address_of("OES") == venue.primary.address


def test_when_the_time_is_over_the_session_is(venue: Venue) -> None:
    loop = Loop(venue, resume_s=2.0)
    lost_ns = loop.clock.now_ns()
    venue.kill_primary()
    venue.named = [dead()]
    loop.run_until(lambda: loop.trader.stage is Stage.OVER)
    assert loop.clock.now_ns() - lost_ns == 2 * SECOND
    assert isinstance(loop.trader.failure, ConnectionLost)
    words = str(loop.trader.failure)
    assert words.startswith(f"the connection to the OES at {venue.primary.text} is over: ")
    assert "trading did not go on elsewhere within 2 s (no OES can be used" in words
    assert not loop.sel.get_map()
    assert loop.trader.next_deadline_ns() is None


def test_servers_that_are_lost_over_our_questions_do_not_prolong_it(venue: Venue) -> None:
    loop = Loop(venue, resume_s=2.0)
    loop.trader.new_order(1, Side.BUY, 1.0, 100.0)
    venue.spare.script = accepting_oes(lambda message: (None,))
    lost_ns = loop.clock.now_ns()
    venue.kill_primary()
    loop.run_until(lambda: loop.trader.stage is Stage.OVER)
    assert loop.clock.now_ns() - lost_ns == 2 * SECOND
    assert isinstance(loop.trader.failure, ConnectionLost)
    assert sum(loop.pauses) == 2 * SECOND, "no server is called without a pause"


def test_a_blocking_call_ends_with_it(venue: Venue) -> None:
    trader = venue.trader(resume_s=0.05)
    trader.log_on()
    venue.kill_primary()
    venue.named = [dead()]
    with pytest.raises(ConnectionLost, match=r"trading did not go on elsewhere within 0\.05 s"):
        trader.wait_for(lambda message: False)


def goodbye(reason: int) -> Script:
    return ScriptedGoodbye(reason)


class ScriptedGoodbye:
    """Says goodbye instead of answering."""

    def __init__(self, reason: int) -> None:
        self._reply = ClientLogon(LogonType=2, LoginStatus=2 if reason else 0, RejectReason=reason)

    def __call__(self, message: Message) -> Iterable[Reply]:
        return (self._reply, None)


@pytest.mark.parametrize("reason", [RejectReason.USER_ALREADY_LOGGED_IN, RejectReason.INVALID_LOGON_TYPE])
def test_a_goodbye_with_a_reason_is_final(venue: Venue, reason: int) -> None:
    trader = venue.trader()
    trader.log_on()
    venue.primary.script = goodbye(reason)
    trader.collateral()
    venue.named = [venue.spare.text]
    with pytest.raises(ConnectionLost, match=f"it logged us out: {RejectReason(reason).name}"):
        list(trader.messages(PATIENCE_S))
    assert venue.logons == 0


@pytest.mark.parametrize("reason", [0, RejectReason.NONE])
def test_a_goodbye_without_one_is_a_shutdown(venue: Venue, reason: int) -> None:
    trader = venue.trader()
    trader.log_on()
    venue.primary.script = goodbye(reason)
    venue.named = [venue.spare.text]
    (balances,) = trader.replies(trader.collateral())
    assert balances.USDEquity == 1000.0


def test_a_refusal_that_will_not_change_is_final(venue: Venue) -> None:
    trader = venue.trader()
    trader.log_on()
    venue.aes_says = [refused_with(RejectReason.INVALID_KEY)]
    venue.kill_primary()
    with pytest.raises(LogonRefused, match="INVALID_KEY"):
        list(trader.messages(PATIENCE_S))


def test_our_own_logout_is_no_loss(venue: Venue) -> None:
    trader = venue.trader()
    trader.log_on()
    trader.logout()
    assert (trader.stage, trader.failure, trader.next_deadline_ns()) == (Stage.OVER, None, None)
    assert venue.logons == 1  # the goodbye


def test_a_logout_while_resuming_ends_it(venue: Venue) -> None:
    loop = Loop(venue)
    venue.aes_says = [refused_with(10)]
    venue.kill_primary()
    loop.run_until(lambda: loop.trader.stage is Stage.PAUSING)
    loop.trader.logout()
    assert (loop.trader.stage, loop.trader.failure) == (Stage.OVER, None)


def test_a_grant_that_the_user_asked_for_is_not_taken_for_ours(venue: Venue) -> None:
    loop = Loop(venue)
    keys = iter([111, 222])
    venue.spare.script = lambda message: accepting_oes(venue.book)(message)

    def with_own_key(message: Message) -> Iterable[Reply]:
        for reply in accepting_aes(venue.spare.text)(message):
            yield reply.replace(Key=next(keys)) if isinstance(reply, ClientLogon) else reply

    venue.aes_says = [with_own_key, with_own_key]
    loop.trader.fresh_grant()
    venue.kill_primary()
    loop.trader._handover.server.close("lost")  # before the grant is read  # type: ignore[union-attr]
    loop.run_until(lambda: venue.resumed)
    assert venue.spare.received.queue[0].Key == 222
    assert [message.Key for message in loop.trader.messages(0)] == [111]


class TestWithoutTheAes:
    """The connection to the AES is gone as well: a new one, with a new one-time code."""

    def hang_up_both(self, venue: Venue, loop: Loop) -> None:
        venue.aes.hang_up()
        loop.run_until(lambda: loop.trader.address_of("AES") is None)
        venue.kill_primary()

    def test_the_constant_code_is_used_again(self, venue: Venue) -> None:
        loop = Loop(venue)
        self.hang_up_both(venue, loop)
        loop.run_until(lambda: venue.resumed)
        assert [logon.TwoFA for logon in venue.aes.received.queue] == ["517846"] * 2
        assert loop.pauses == []

    def test_a_time_based_code_is_used_once(self, venue: Venue) -> None:
        loop = Loop(venue, key=TOTP_KEY, mode="totp", resume_s=60.0)
        first_ns = loop.clock.wall_ns()
        self.hang_up_both(venue, loop)
        loop.run_until(lambda: venue.resumed)
        assert loop.pauses == [STEP_NS - first_ns % STEP_NS]
        codes = [totp(TOTP_KEY.encode(), moment // SECOND) for moment in (first_ns, first_ns + STEP_NS)]
        assert [logon.TwoFA for logon in venue.aes.received.queue] == codes
        assert venue.spare.received.queue[0].TwoFA == codes[1]

    def test_after_the_step_no_time_is_lost(self, venue: Venue) -> None:
        loop = Loop(venue, key=TOTP_KEY, mode="totp")
        loop.clock.advance(STEP_NS)
        self.hang_up_both(venue, loop)
        loop.run_until(lambda: venue.resumed)
        assert loop.pauses == []

    def test_a_code_that_comes_too_late_is_not_waited_for(self, venue: Venue) -> None:
        loop = Loop(venue, key=TOTP_KEY, mode="totp", resume_s=5.0)
        self.hang_up_both(venue, loop)
        loop.run_until(lambda: loop.trader.stage is Stage.OVER)
        assert "the next unused one-time code comes later" in str(loop.trader.failure)
        assert loop.pauses == []

    def test_a_blocking_call_outlasts_a_moment_without_any_connection(self, venue: Venue) -> None:
        trader = venue.trader()
        trader.log_on()
        venue.aes_says = [refusing(RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED)] * 2
        venue.aes.hang_up()
        while trader.address_of("AES"):
            list(trader.messages(0.01))
        venue.kill_primary()
        (balances,) = trader.replies(trader.collateral())
        assert balances.USDEquity == 1000.0
        assert trader.address_of("OES") == venue.spare.address

    def test_a_logout_in_such_a_moment_leaves_nothing_to_wait_for(self, venue: Venue) -> None:
        loop = Loop(venue)
        venue.aes_says = [refusing(RejectReason.OES_NOT_AVAILABLE_TRADING_DISABLED)]
        self.hang_up_both(venue, loop)
        loop.run_until(lambda: loop.trader.stage is Stage.PAUSING and not loop.sel.get_map())
        loop.trader.start_logout()
        assert (loop.trader.stage, loop.trader.next_deadline_ns()) == (Stage.OVER, None)

    def test_an_aes_that_cannot_be_reached_is_tried_until_the_end(self, venue: Venue) -> None:
        loop = Loop(venue, resume_s=2.0)
        loop.trader._handover._aes_address = closed_port()
        self.hang_up_both(venue, loop)
        loop.run_until(lambda: loop.trader.stage is Stage.OVER)
        assert "the AES at" in str(loop.trader.failure)
        assert sum(loop.pauses) == 2 * SECOND
