"""A grant is redeemed once, by whom it was made for, in its seconds; everything else changes nothing."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from base import limits
from base.access.grants import Grants
from base.access.state_file import StateFile
from base.clock import Clock
from base.vocabulary.logons import MARKET_DATA, ORDER_ENTRY, Grant, Outcome
from tests.kit.clock import ManualClock
from tests.kit.counts import count
from tests.kit.programs import rest_of
from tests.kit.source import ROOT

MILLISECOND = 1_000_000
Opener = Callable[..., StateFile]


def outcome(grants: Grants, grant: Grant, account: int = 1, user: str = "1", code: str = "517846") -> Outcome:
    return grants.redeem(account, user, code, grant.key, ORDER_ENTRY).outcome


def test_one_grant_is_one_logon_to_each_service(open_state: Opener) -> None:
    aes, oes = Grants(open_state()), Grants(open_state())
    grant = aes.issue(1, "1", "517846")
    for service in (ORDER_ENTRY, MARKET_DATA):
        first = oes.redeem(1, "1", "517846", grant.key, service)
        assert first.outcome is Outcome.REDEEMED
        assert first.trading_session == grant.trading_session
        assert 0 < first.key < 2**31
        second = oes.redeem(1, "1", "517846", grant.key, service)
        assert second == (Outcome.SPENT, 0, 0)


def test_keys_are_fresh_and_fit_their_field(state: StateFile) -> None:
    grants = Grants(state)
    keys = [grants.issue(1, "1", "1").key for _ in range(count(ordinary=200, long=20_000))]
    assert len(set(keys)) > 0.99 * len(keys)
    assert all(0 < key < 2**32 for key in keys)
    assert max(keys) > 2**31, "all 32 bits are used"


def test_trading_sessions_count_up_over_restarts_and_wrap_before_the_sign(open_state: Opener) -> None:
    assert [Grants(open_state()).issue(1, "1", "1").trading_session for _ in range(3)] == [1, 2, 3]
    state = open_state()
    with state.transaction(durable=True) as tables:
        tables.execute("UPDATE venue SET trading_session = ?", (limits.TRADING_SESSION_MAX - 1,))
    assert [Grants(state).issue(1, "1", "1").trading_session for _ in range(2)] == [limits.TRADING_SESSION_MAX, 1]


def test_only_the_newest_grant_is_good(open_state: Opener) -> None:
    """C10."""
    aes, other_aes, oes = (Grants(open_state()) for _ in range(3))
    for _ in range(count(ordinary=50, long=1_000)):
        old, new = aes.issue(1, "1", "517846"), other_aes.issue(1, "1", "517846")
        assert outcome(oes, old) is Outcome.WRONG_KEY
        assert outcome(oes, new) is Outcome.REDEEMED
        assert outcome(oes, old) is Outcome.WRONG_KEY


def test_a_grant_lives_ten_seconds_whatever_the_wall_clock_does(open_state: Opener, clock: ManualClock) -> None:
    """C4: up to 50 ms before the end it is good, from the end to 50 ms after it is not."""
    grants = Grants(open_state())
    seed = 4
    chance = random.Random(seed)
    edges = [0, 1, 50 * MILLISECOND] + [chance.randrange(50 * MILLISECOND) for _ in range(count(ordinary=40, long=997))]
    for edge in edges:
        for age_ns, expected in (
            (limits.GRANT_LIFE_NS - 1 - edge, Outcome.REDEEMED),
            (limits.GRANT_LIFE_NS + edge, Outcome.EXPIRED),
        ):
            grant = grants.issue(1, "1", "517846")
            clock.wall += chance.choice([-86_400, -3_600, 3_600, 86_400]) * 1_000 * MILLISECOND
            clock.advance(age_ns)
            assert outcome(grants, grant) is expected, f"age {age_ns} ns, seed {seed}"


def test_a_grant_from_the_future_is_not_good(open_state: Opener, clock: ManualClock) -> None:
    grant = Grants(open_state()).issue(1, "1", "517846")
    oes = Grants(open_state())
    clock.system -= 1
    assert outcome(oes, grant) is Outcome.EXPIRED


def test_only_the_diagonal_of_the_binding_matrix_is_good(open_state: Opener) -> None:
    """C5: everything that belongs to one account is worth nothing for another one."""
    aes, oes = Grants(open_state()), Grants(open_state())
    accounts = range(1, count(ordinary=20, long=100) + 1)
    codes = {account: f"{account * 7919 % 1_000_000:06}" for account in accounts}
    bundles = {account: aes.issue(account, "U", codes[account]) for account in accounts}
    stolen = {
        (thief, owner): outcome(oes, bundles[owner], thief, "U", codes[owner])
        for owner in accounts for thief in accounts if thief != owner
    }  # fmt: skip
    assert set(stolen.values()) == {Outcome.WRONG_KEY}
    assert [outcome(oes, bundles[owner], owner, "U", codes[owner]) for owner in accounts] == [
        Outcome.REDEEMED for _ in accounts
    ]


def test_another_accounts_key_is_no_good_with_ones_own_code(open_state: Opener) -> None:
    """C5, by somebody who has an account and a grant of his own."""
    aes, oes = Grants(open_state()), Grants(open_state())
    owners = range(2, count(ordinary=20, long=2_000) + 1)
    for owner in owners:
        aes.issue(1, "U", "111111")
        theirs = aes.issue(owner, "U", "222222")
        assert outcome(oes, theirs, 1, "U", "111111") is Outcome.WRONG_KEY
        assert outcome(oes, theirs, owner, "U", "222222") is Outcome.REDEEMED


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"account": 2}, Outcome.NO_GRANT),
        ({"account": 2**32 - 1}, Outcome.NO_GRANT),
        ({"user": "2"}, Outcome.NO_GRANT),
        ({"user": ""}, Outcome.NO_GRANT),
        ({"user": "1 "}, Outcome.NO_GRANT),
        ({"code": "517847"}, Outcome.WRONG_CODE),
        ({"code": ""}, Outcome.WRONG_CODE),
        ({"code": "ünï\0"}, Outcome.WRONG_CODE),
        ({"code": "\udcff"}, Outcome.WRONG_CODE),
    ],
)
def test_whatever_else_is_wrong_is_refused_and_leaves_the_grant(
    open_state: Opener, change: dict[str, object], expected: Outcome
) -> None:
    grants = Grants(open_state())
    grant = grants.issue(1, "1", "517846")
    assert outcome(grants, grant, **change) is expected  # type: ignore[arg-type]
    assert outcome(grants, grant) is Outcome.REDEEMED


@pytest.mark.parametrize("right", ["key", "code"])
def test_the_sixth_try_is_not_evaluated(open_state: Opener, right: str) -> None:
    """Whoever knows one of the two secrets has five tries for the other, over all processes together."""
    grants, other_oes = Grants(open_state()), Grants(open_state())
    grant = grants.issue(1, "1", "517846")
    tried: list[Outcome] = []
    for number in range(limits.GRANT_TRIES):
        key = grant.key if right == "key" else grant.key ^ (1 << number)
        code = "517846" if right == "code" else f"{number:06}"
        tried.append((grants, other_oes)[number % 2].redeem(1, "1", code, key, ORDER_ENTRY).outcome)
        if number == limits.GRANT_TRIES - 2:
            last_good = grants.redeem(1, "1", "517846", grant.key, MARKET_DATA)
    assert last_good.outcome is Outcome.REDEEMED, "four wrong tries leave the fifth"
    assert set(tried) == {Outcome.WRONG_CODE if right == "key" else Outcome.WRONG_KEY}
    assert outcome(grants, grant) is Outcome.BURNT
    assert outcome(grants, grants.issue(1, "1", "517846")) is Outcome.REDEEMED, "a new grant starts anew"


@pytest.mark.usefixtures("impatient")
def test_a_flood_of_guesses_writes_nothing_and_locks_nobody_out(open_state: Opener) -> None:
    """C6 and B10: neither secret right, or no such identity; another process writes meanwhile and is not waited for."""
    writer, grants = open_state(), Grants(open_state())
    grant = grants.issue(1, "1", "517846")
    chance = random.Random(6)
    with writer.transaction(durable=False):
        for _ in range(count(ordinary=2_000, long=1_000_000)):
            guess = Grant(chance.randrange(2**32), 0)
            assert outcome(grants, guess, chance.choice([1, 1, 1, 2]), "1", "000000") is not Outcome.REDEEMED
    assert outcome(grants, grant) is Outcome.REDEEMED


@pytest.mark.usefixtures("impatient")
def test_a_second_use_writes_nothing(open_state: Opener) -> None:
    writer, grants = open_state(), Grants(open_state())
    grant = grants.issue(1, "1", "517846")
    assert outcome(grants, grant) is Outcome.REDEEMED
    with writer.transaction(durable=False):
        assert outcome(grants, grant) is Outcome.SPENT


def test_the_file_shows_no_key_and_no_code(open_state: Opener, tmp_path: Path) -> None:
    grants = [Grants(open_state()).issue(account, "CANARY"[:6], "908172") for account in range(5)]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"CANARY" in written
    assert b"908172" not in written
    for grant in grants:
        assert str(grant.key).encode() not in written
        assert grant.key.to_bytes(4, "big") not in written


def test_four_redeemers_in_two_processes_have_one_winner_per_grant(tmp_path: Path) -> None:
    """C3."""
    state = StateFile(tmp_path, Clock())
    aes = Grants(state)
    processes = [
        subprocess.Popen([sys.executable, "-m", "tests.kit.redeemers", str(tmp_path), "2"], cwd=ROOT, text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]  # fmt: skip
    accounts = range(count(ordinary=200, long=1_000))
    grants = json.dumps([(account, "U", "123456", aes.issue(account, "U", "123456").key) for account in accounts])
    for process in processes:
        assert process.stdin and process.stdout
        process.stdin.write(grants + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
    outcomes: list[list[str]] = []
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.close()
    for process in processes:
        outcomes += json.loads(rest_of(process)[0])
        assert process.stdout is not None
        process.stdout.close()
    state.close()
    assert [len(mine) for mine in outcomes] == [len(accounts)] * 4
    assert {tuple(sorted(Counter(four).items())) for four in zip(*outcomes, strict=True)} == {
        (("REDEEMED", 1), ("SPENT", 3))
    }
