"""Guessing stops; whoever logs on from an address of his own is not stopped with the guesser (T15)."""

from base import limits
from base.gateway.attempts import Attempts
from tests.kit.counts import count

ACCOUNT = 1
START_NS = 1_000_000_000_000


def fail_until_stopped(attempts: Attempts, source: str, now_ns: int, account: int = ACCOUNT, most: int = 1_000) -> int:
    tries = 0
    while tries < most and attempts.allowed(source, account, (), now_ns):
        attempts.failed(source, account, (), now_ns)
        tries += 1
    return tries


def test_an_address_has_five_tries_a_minute() -> None:
    attempts = Attempts()
    assert fail_until_stopped(attempts, "a", START_NS) == limits.LOGON_TRIES_PER_SOURCE
    assert fail_until_stopped(attempts, "a", START_NS + limits.LOGON_TRIES_WINDOW_NS - 1) == 0
    assert fail_until_stopped(attempts, "a", START_NS + limits.LOGON_TRIES_WINDOW_NS) == limits.LOGON_TRIES_PER_SOURCE


def test_another_address_and_another_account_are_not_stopped() -> None:
    attempts = Attempts()
    fail_until_stopped(attempts, "a", START_NS)
    assert attempts.allowed("b", ACCOUNT, (), START_NS)
    assert attempts.allowed("a", 2, (), START_NS)


def test_fifty_addresses_get_a_hundred_guesses_in_ten_minutes() -> None:
    """B3: 10,000 tries a second from 50 addresses for 10 minutes, thinned out."""
    attempts, evaluated = Attempts(), 0
    attempts.succeeded("home", ACCOUNT)
    for number in range(count(ordinary=30_000, long=6_000_000)):
        now_ns = START_NS + number * limits.LOGON_TRIES_ACCOUNT_WINDOW_NS // count(ordinary=30_000, long=6_000_000)
        source = f"attacker {number % 50}"
        if attempts.allowed(source, ACCOUNT, (), now_ns):
            attempts.failed(source, ACCOUNT, (), now_ns)
            evaluated += 1
        if number % 1_000 == 0:
            assert attempts.allowed("home", ACCOUNT, (), now_ns)
            assert attempts.allowed("office", ACCOUNT, ("office",), now_ns)
    assert evaluated == limits.LOGON_TRIES_PER_ACCOUNT


def test_the_stop_of_an_account_ends_and_spares_familiar_addresses_only_within_their_own_count() -> None:
    attempts = Attempts()
    attempts.succeeded("home", ACCOUNT)
    for number in range(limits.LOGON_TRIES_PER_ACCOUNT):
        attempts.failed(f"attacker {number}", ACCOUNT, (), START_NS)
    assert not attempts.allowed("stranger", ACCOUNT, (), START_NS)
    assert attempts.allowed("stranger", 2, (), START_NS)
    assert fail_until_stopped(attempts, "home", START_NS) == limits.LOGON_TRIES_PER_SOURCE
    end_ns = START_NS + limits.LOGON_TRIES_ACCOUNT_WINDOW_NS
    assert not attempts.allowed("stranger", ACCOUNT, (), end_ns - 1)
    assert attempts.allowed("stranger", ACCOUNT, (), end_ns)


def test_tries_of_familiar_addresses_do_not_stop_the_account() -> None:
    attempts = Attempts()
    attempts.succeeded("home", ACCOUNT)
    for _ in range(limits.LOGON_TRIES_PER_ACCOUNT):
        attempts.failed("home", ACCOUNT, (), START_NS)
        attempts.failed("office", ACCOUNT, ("office",), START_NS)
    assert attempts.allowed("stranger", ACCOUNT, (), START_NS)


def test_memory_is_bounded_and_the_oldest_is_forgotten() -> None:
    attempts = Attempts()
    for number in range(limits.LOGON_SOURCES + 1):
        attempts.failed(f"s{number}", number, (), START_NS)
    for _ in range(limits.LOGON_TRIES_PER_SOURCE - 1):
        attempts.failed("s1", 1, (), START_NS)
    for _ in range(limits.LOGON_TRIES_PER_SOURCE - 1):
        attempts.failed("s0", 0, (), START_NS)
    assert attempts.allowed("s0", 0, (), START_NS), "its first try was forgotten, four are left"
    assert not attempts.allowed("s1", 1, (), START_NS), "remembered from the first try on"
    assert len(attempts._sources) == limits.LOGON_SOURCES


def test_familiar_addresses_are_bounded_and_the_least_recent_is_forgotten() -> None:
    attempts = Attempts()
    for number in range(limits.KNOWN_SOURCES_PER_ACCOUNT):
        attempts.succeeded(f"h{number}", ACCOUNT)
    attempts.succeeded("h0", ACCOUNT)
    attempts.succeeded("one more", ACCOUNT)
    for number in range(limits.LOGON_TRIES_PER_ACCOUNT):
        attempts.failed(f"attacker {number}", ACCOUNT, (), START_NS)
    assert attempts.allowed("h0", ACCOUNT, (), START_NS)
    assert not attempts.allowed("h1", ACCOUNT, (), START_NS)
