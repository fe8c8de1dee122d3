"""Every failure of identity looks the same, codes are good once and in their minute, and 10 is said to friends only."""

import pytest

from base import limits, one_time_code
from base.errors import AccessUnavailable
from base.gateway.authorization import AesDesk, LogonDecision, OesDesk
from base.one_time_code import secret_of, totp
from base.vocabulary.logons import MARKET_DATA, ORDER_ENTRY, TOTP, Credential, Grant, Outcome, Redemption
from base.wire.bo.codes import RejectReason
from tests.kit.clock import SECOND, ManualClock
from tests.kit.counts import count
from tests.kit.door import KEYS, LOCAL, MemoryAccounts, MemoryDoor, aes_desk, credentials

PEER = "10.0.0.1"
OES = "127.0.0.1:9002"
CONSTANT_CODE = "517846"


def code_of(key: str, clock: ManualClock, skew_s: int = 0) -> str:
    return totp(secret_of(key), clock.wall_ns() // SECOND + skew_s)


def log_on(desk: AesDesk, account: int, user: str, code: str, peer: str = PEER, now_ns: int = 0) -> LogonDecision:
    return desk.logon(account, user, code, peer, LOCAL, now_ns)


def seen(decision: LogonDecision) -> LogonDecision:
    """What of a decision reaches the peer."""
    return decision._replace(why="")


REFUSED = LogonDecision(False, -1, 0, 0, ("", "", "", ""), RejectReason.INVALID_KEY, "")

# -- AES: one answer (B1)

CLOCK = ManualClock()
FAILURES = {
    "unknown account": (5, "1", CONSTANT_CODE, "unknown account or user"),
    "unknown user": (1, "2", CONSTANT_CODE, "unknown account or user"),
    "user of another account": (1, "T", code_of(KEYS[0], CLOCK), "unknown account or user"),
    "no user": (1, "", CONSTANT_CODE, "unknown account or user"),
    "account 0": (0, "", CONSTANT_CODE, "unknown account or user"),
    "wrong code": (1, "1", "517847", "wrong one-time code"),
    "no code": (1, "1", "", "wrong one-time code"),
    "the longest code": (1, "1", "9" * 6, "wrong one-time code"),
    "a code with a control character": (1, "1", "51784\x1b", "wrong one-time code"),
    "a code beyond ASCII": (1, "1", "é٣", "wrong one-time code"),
    "a code that is no text": (1, "1", "\udcff", "wrong one-time code"),
    "the constant code of a one-time key": (7, "T", one_time_code.hotp(secret_of(KEYS[0]), 0), "wrong one-time code"),
    "a one-time code of a constant key": (1, "1", code_of("1", CLOCK), "wrong one-time code"),
    "the code of another user": (7, "T", code_of(KEYS[1], CLOCK), "wrong one-time code"),
    "the code of the next step": (7, "T", code_of(KEYS[0], CLOCK, 30), "wrong one-time code"),
    "the code before the last one": (7, "T", code_of(KEYS[0], CLOCK, -60), "wrong one-time code"),
    "disabled, right code": (9, "D", one_time_code.hotp(b"9", 0), "account disabled"),
    "disabled, wrong code": (9, "D", "000000", "account disabled"),
    "the dummy's code": (0, "", code_of("nobody has this key", CLOCK), "unknown account or user"),
}


@pytest.mark.parametrize("addresses", [(OES,), ()], ids=["an OES is live", "no OES is live"])
@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_of_identity_gets_the_same_answer(name: str, addresses: tuple[str, ...]) -> None:
    account, user, code, why = FAILURES[name]
    door = MemoryDoor(*addresses)
    decision = log_on(aes_desk(door, CLOCK), account, user, code)
    assert seen(decision) == REFUSED
    assert decision.why == why
    assert door.touched == 0, "a refusal reads and writes nothing (B10)"


def test_a_used_code_and_a_used_up_budget_get_the_same_answer() -> None:
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    code = code_of(KEYS[0], CLOCK)
    assert log_on(desk, 7, "T", code).accepted
    again = log_on(desk, 7, "T", code)
    assert (seen(again), again.why) == (REFUSED, "one-time code used before")
    for _ in range(limits.LOGON_TRIES_PER_SOURCE):
        log_on(desk, 1, "1", "000000")
    stopped = log_on(desk, 1, "1", CONSTANT_CODE)
    assert (seen(stopped), stopped.why) == (REFUSED, "too many wrong codes, not evaluated")


def test_every_failure_takes_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[int] = []
    real = one_time_code.hotp

    def counted(secret: bytes, counter: int, digits: int = 6) -> str:
        worked[-1] += 1
        return real(secret, counter, digits)

    monkeypatch.setattr(one_time_code, "hotp", counted)
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    for account, user, code, _ in (*FAILURES.values(), *FAILURES.values()):
        worked.append(0)
        log_on(desk, account, user, code)
    assert set(worked) == {3}


# -- AES: codes


def test_the_original_clients_code_is_good_any_number_of_times() -> None:
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    decisions = [log_on(desk, 1, "1", CONSTANT_CODE) for _ in range(3)]
    assert [decision.accepted for decision in decisions] == [True] * 3
    assert [decision.trading_session for decision in decisions] == [1, 2, 3]
    assert len({decision.key for decision in decisions}) == 3
    assert decisions[0].participant == 0
    assert decisions[0].addresses == (OES, "", "", "")


@pytest.mark.parametrize("second", [0, 1, 15, 29])
def test_the_current_and_the_previous_step_are_good_at_any_skew(second: int) -> None:
    """B5: the skew of the client's clock against ours, second by second."""
    clock = ManualClock(wall_ns=(1_635_000_000 // 30 * 30 + second) * SECOND)
    accepted = set()
    for skew_s in range(-91, 92):
        desk = aes_desk(MemoryDoor(OES), clock)
        if log_on(desk, 7, "T", code_of(KEYS[0], clock, skew_s)).accepted:
            accepted.add(skew_s)
    assert accepted == set(range(-30 - second, 30 - second))


@pytest.mark.parametrize("jump_s", [-30, -3_600, -86_400, -29, -1])
def test_no_code_is_good_again_after_the_wall_clock_went_back(jump_s: int) -> None:
    clock = ManualClock()
    door = MemoryDoor(OES)
    desk = aes_desk(door, clock)
    used = []
    for _ in range(5):
        used.append(code_of(KEYS[0], clock))
        assert log_on(desk, 7, "T", used[-1]).accepted
        clock.advance(30 * SECOND)
    clock.wall += jump_s * SECOND
    for second in range(0, 200, 5):
        for code in (*used, code_of(KEYS[0], clock, -30), code_of(KEYS[0], clock)):
            if log_on(desk, 7, "T", code, peer=f"{second}").accepted:
                assert code not in used
                used.append(code)
        clock.advance(5 * SECOND)
    assert len(used) == len(set(used))
    assert (len(used) > 5) == (jump_s > -3_600), "the next code is good as soon as the clock has caught up"


def test_of_two_codes_in_one_minute_the_older_is_good_first_only() -> None:
    clock = ManualClock()
    desk = aes_desk(MemoryDoor(OES), clock)
    previous, current = code_of(KEYS[0], clock, -30), code_of(KEYS[0], clock)
    assert log_on(desk, 7, "T", current).accepted
    assert not log_on(desk, 7, "T", previous).accepted
    clock.advance(60 * SECOND)
    previous, current = code_of(KEYS[0], clock, -30), code_of(KEYS[0], clock)
    assert log_on(desk, 7, "T", previous).accepted
    assert log_on(desk, 7, "T", current).accepted
    assert log_on(desk, 7, "U", code_of(KEYS[1], clock)).accepted, "steps are each user's own"


def test_accepted_codes_are_never_good_again() -> None:
    """B4, inside one process; tests/access holds the other processes and the restarts."""
    clock = ManualClock()
    door = MemoryDoor(OES)
    desk, other_desk = aes_desk(door, clock), aes_desk(door, clock)
    retries = count(ordinary=20, long=1_000)
    for _ in range(count(ordinary=40, long=1_000)):
        code = code_of(KEYS[0], clock)
        assert log_on(desk, 7, "T", code).accepted
        for retry in range(retries):
            again = log_on((desk, other_desk)[retry % 2], 7, "T", code)
            assert (again.accepted, again.why) == (False, "one-time code used before")
            clock.advance(59 * SECOND // retries)
        clock.advance(60 * SECOND - 59 * SECOND // retries * retries)


# -- AES: no OES, and what comes after the first logon


def test_that_no_oes_is_live_is_said_after_the_code_was_right_only() -> None:
    door = MemoryDoor()
    desk = aes_desk(door, CLOCK)
    refused = log_on(desk, 1, "1", CONSTANT_CODE)
    assert seen(refused) == REFUSED._replace(reject=10)
    assert door.issued == []


def test_a_code_that_was_told_right_is_used_even_when_no_oes_is_live() -> None:
    door = MemoryDoor()
    desk, code = aes_desk(door, CLOCK), code_of(KEYS[0], CLOCK)
    assert log_on(desk, 7, "T", code).reject == 10
    door.addresses[ORDER_ENTRY] = (OES,)
    assert seen(log_on(desk, 7, "T", code)) == REFUSED


def test_two_servers_of_each_kind_are_named_in_order() -> None:
    door = MemoryDoor("a:1", "b:2", "c:3")
    door.addresses[MARKET_DATA] = ("m:5",)
    assert log_on(aes_desk(door, CLOCK), 1, "1", CONSTANT_CODE).addresses == ("a:1", "b:2", "m:5", "")


def test_a_further_logon_needs_no_new_code_and_is_bound_to_the_code_it_shows() -> None:
    door = MemoryDoor(OES)
    desk = aes_desk(door, CLOCK)
    code = code_of(KEYS[0], CLOCK)
    first = log_on(desk, 7, "T", code)
    again = desk.regrant(1, PEER, LOCAL, 0, code)
    shown = desk.regrant(1, PEER, LOCAL, 0, "123456")
    assert again.accepted and shown.accepted
    assert len({first.key, again.key, shown.key}) == 3
    assert again.participant == first.participant == 1
    assert door.issued == [(7, "T", code), (7, "T", code), (7, "T", "123456")]
    door.addresses.clear()
    assert desk.regrant(1, PEER, LOCAL, 0, "").reject == 10


def test_a_further_logon_of_a_disabled_user_is_refused() -> None:
    accounts, door = MemoryAccounts(*credentials()), MemoryDoor(OES)
    desk = aes_desk(door, CLOCK, accounts)
    assert log_on(desk, 1, "1", CONSTANT_CODE).accepted
    accounts.by_place[1, "1"] = Credential(1, "1", "1", "constant", 0, enabled=False)
    assert seen(desk.regrant(0, PEER, LOCAL, 0, "")) == REFUSED
    del accounts.by_place[1, "1"]
    assert seen(desk.regrant(0, PEER, LOCAL, 0, "")) == REFUSED


def test_further_logons_are_bounded() -> None:
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    log_on(desk, 1, "1", CONSTANT_CODE)
    decisions = [desk.regrant(0, PEER, LOCAL, 0, "") for _ in range(limits.REGRANTS_PER_WINDOW + 1)]
    assert [decision.accepted for decision in decisions] == [True] * limits.REGRANTS_PER_WINDOW + [False]
    assert decisions[-1].reject == RejectReason.OUTSTANDING_OPEN_REQUESTS_EXCEEDED
    assert desk.regrant(0, PEER, LOCAL, limits.REGRANTS_WINDOW_NS, "").accepted


# -- AES: budgets


def test_a_guesser_stops_nobody_at_another_address() -> None:
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    for number in range(1_000):
        log_on(desk, 1, "1", f"{number:06}", peer="guesser")
    assert not log_on(desk, 1, "1", CONSTANT_CODE, peer="guesser").accepted
    assert log_on(desk, 1, "1", CONSTANT_CODE, peer="owner").accepted
    assert log_on(desk, 1, "1", CONSTANT_CODE, "guesser", limits.LOGON_TRIES_WINDOW_NS).accepted


def test_guessers_everywhere_stop_neither_regular_addresses_nor_listed_ones() -> None:
    accounts = MemoryAccounts(Credential(1, "1", "1", "constant", 0, sources=("office",)))
    desk = aes_desk(MemoryDoor(OES), CLOCK, accounts)
    assert log_on(desk, 1, "1", CONSTANT_CODE, peer="home").accepted
    for number in range(500):
        log_on(desk, 1, "1", f"{number:06}", peer=f"guesser {number}")
    owner = {peer: log_on(desk, 1, "1", CONSTANT_CODE, peer).accepted for peer in ("home", "office", "elsewhere")}
    assert owner == {"home": True, "office": True, "elsewhere": False}


def test_unknown_accounts_take_no_memory() -> None:
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    for account in range(100, 2_000):
        log_on(desk, account, "x", "000000")
    assert len(desk._attempts._sources) == 1
    assert log_on(desk, 1, "1", CONSTANT_CODE).accepted


def test_using_a_code_twice_is_no_guess() -> None:
    desk, code = aes_desk(MemoryDoor(OES), CLOCK), code_of(KEYS[0], CLOCK)
    log_on(desk, 7, "T", code)
    for _ in range(limits.LOGON_TRIES_PER_SOURCE + 1):
        assert not log_on(desk, 7, "T", code).accepted
    assert log_on(desk, 7, "U", code_of(KEYS[1], CLOCK)).accepted


# -- when the tables fail


class BrokenDoor(MemoryDoor):
    def spend(self, account: int, user: str, step: int) -> bool:
        raise AccessUnavailable("the disk is full")

    def redeem(self, account: int, user: str, two_fa: str, key: int, service: str) -> Redemption:
        raise AccessUnavailable("the disk is full")


def test_nobody_comes_in_when_the_tables_fail() -> None:
    door = BrokenDoor(OES)
    refused = log_on(aes_desk(door, CLOCK), 7, "T", code_of(KEYS[0], CLOCK))
    assert seen(refused) == REFUSED._replace(reject=10)
    assert refused.why == "the disk is full"
    assert seen(log_on(aes_desk(door, CLOCK), 7, "T", "000000")) == REFUSED
    desk = OesDesk(MemoryAccounts(*credentials()), door)
    assert seen(desk.logon(1, "1", CONSTANT_CODE, 1, PEER, 0)) == REFUSED


# -- OES


class OneGrant:
    """Answers every attempt with one outcome and remembers the attempts."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.attempts: list[tuple[int, str, str, int, str]] = []

    def redeem(self, account: int, user: str, two_fa: str, key: int, service: str) -> Redemption:
        self.attempts.append((account, user, two_fa, key, service))
        return Redemption(self.outcome, 12, 345) if self.outcome is Outcome.REDEEMED else Redemption(self.outcome)


@pytest.mark.parametrize("service", [ORDER_ENTRY, MARKET_DATA])
def test_an_oes_lets_in_who_brings_a_grant(service: str) -> None:
    grants = OneGrant(Outcome.REDEEMED)
    decision = OesDesk(MemoryAccounts(*credentials()), grants, service).logon(7, "U", "123456", 99, PEER, 0)
    assert decision == (True, 2, 12, 345, ("", "", "", ""), 0, "redeemed trading session 12")
    assert grants.attempts == [(7, "U", "123456", 99, service)]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.REDEEMED])
def test_an_oes_answers_every_failure_alike(outcome: Outcome) -> None:
    decision = OesDesk(MemoryAccounts(*credentials()), OneGrant(outcome)).logon(1, "1", "123456", 99, PEER, 0)
    assert (seen(decision), decision.why) == (REFUSED, outcome.value)


@pytest.mark.parametrize("account, user", [(5, "1"), (1, "2"), (9, "D")])
def test_an_oes_asks_for_no_grant_of_users_it_does_not_let_in(account: int, user: str) -> None:
    grants = OneGrant(Outcome.REDEEMED)
    decision = OesDesk(MemoryAccounts(*credentials()), grants).logon(account, user, CONSTANT_CODE, 99, PEER, 0)
    assert seen(decision) == REFUSED
    assert grants.attempts == []


# -- no secret in any text (B9)


def test_no_text_of_the_desks_shows_a_code_or_a_key() -> None:
    canary = Credential(7, "T", KEYS[0], TOTP, 1)
    code, clock = code_of(KEYS[0], CLOCK), CLOCK
    door = MemoryDoor(OES)
    desk = aes_desk(door, clock, MemoryAccounts(canary))
    oes = OesDesk(MemoryAccounts(canary), OneGrant(Outcome.REDEEMED))
    grant_key, wrong = 3_141_592_653, "271828"
    door.issue = lambda account, user, two_fa: Grant(grant_key, 5)  # type: ignore[method-assign]
    decisions = [
        log_on(desk, 7, "T", wrong), log_on(desk, 7, "T", code), log_on(desk, 7, "T", code),
        desk.regrant(1, PEER, LOCAL, 0, ""), oes.logon(7, "T", code, grant_key, PEER, 0), log_on(desk, 8, wrong, wrong),
    ]  # fmt: skip
    assert decisions[1].key == grant_key
    for decision in decisions:
        for text in (repr(decision), str(decision), decision.why, repr(desk), repr(oes), repr(canary)):
            assert not any(secret in text for secret in (code, wrong, KEYS[0], str(grant_key)))
            assert text.isprintable()


def test_guesses_at_user_names_do_not_lock_out_the_real_user_of_the_account() -> None:
    desk = aes_desk(MemoryDoor(OES), CLOCK)
    for number in range(50):
        assert not log_on(desk, 1, f"x{number}", CONSTANT_CODE).accepted
    assert log_on(desk, 1, "1", CONSTANT_CODE).accepted
