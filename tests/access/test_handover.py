"""Both desks over the real tables: two AES and two OES processes, restarts, and what the file shows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from base import limits
from base.access.accounts import CONSTANT, TOTP, Accounts, Credential, new_key
from base.access.grants import Grants
from base.access.leases import Leases
from base.access.spent_codes import SpentCodes
from base.access.state_file import StateFile
from base.clock import Clock
from base.errors import SettingsError
from base.gateway.authorization import AesDesk, LogonDecision, OesDesk
from base.one_time_code import secret_of, totp
from base.vocabulary.logons import ORDER_ENTRY
from tests.kit.clock import SECOND, ManualClock
from tests.kit.counts import count

Opener = Callable[..., StateFile]
KEY = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
CONSTANT_CODE = "517846"
ACCOUNTS = Accounts([Credential(1, "1", "1", CONSTANT, 0), Credential(7, "T", KEY, TOTP, 1)])


def aes_over(state: StateFile) -> AesDesk:
    return AesDesk(ACCOUNTS, SpentCodes(state), Grants(state), Leases(state), state.clock)


def oes_over(state: StateFile, address: str = "127.0.0.1:9002") -> OesDesk:
    Leases(state).announce(ORDER_ENTRY, [address])
    return OesDesk(ACCOUNTS, Grants(state))


def log_on(desk: AesDesk, code: str, account: int = 7, user: str = "T") -> LogonDecision:
    return desk.logon(account, user, code, "10.0.0.1", "127.0.0.1", 0)


def test_accepted_codes_are_not_good_again_in_any_process_nor_after_a_restart(
    open_state: Opener, clock: ManualClock
) -> None:
    """B4: the code just used and the one before it, both of which would be good if they were unused."""
    oes_over(open_state())
    state, other = open_state(), aes_over(open_state())
    desk, codes = aes_over(state), []
    for _ in range(count(ordinary=10, long=500)):
        codes.append(totp(secret_of(KEY), clock.wall_ns() // SECOND))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(limits, "LEASE_STALE_NS", 10**15)
            assert log_on(desk, codes[-1]).accepted
        state.close()
        state = open_state()
        desk = aes_over(state)
        for code in codes[-2:]:
            for _ in range(count(ordinary=3, long=300)):
                assert not log_on(desk, code).accepted
                assert not log_on(other, code).accepted
        clock.advance(30 * SECOND)


def test_two_aes_and_two_oes_hand_over_without_a_spurious_refusal(tmp_path: Path) -> None:
    """C1 with all four over one file: what an AES has said, every OES knows at once, and redeems once."""
    rounds = count(ordinary=30, long=2_500)
    accounts = Accounts(Credential(number, "U", "1", CONSTANT, number) for number in range(2))
    announced = StateFile(tmp_path, Clock())
    Leases(announced).announce(ORDER_ENTRY, ["127.0.0.1:9002"])

    def hand_over(number: int) -> list[int]:
        states = [StateFile(tmp_path, Clock()) for _ in range(2)]
        aes = AesDesk(accounts, SpentCodes(states[0]), Grants(states[0]), Leases(states[0]), states[0].clock)
        oes = OesDesk(accounts, Grants(states[1]))
        sessions = []
        for round_ in range(rounds):
            if round_ % 20 == 0:
                Leases(states[1]).announce(ORDER_ENTRY, ["127.0.0.1:9002"])
            granted = log_on(aes, CONSTANT_CODE, number, "U")
            assert granted.accepted, granted.why
            redeemed = oes.logon(number, "U", CONSTANT_CODE, granted.key, "10.0.0.1", 0)
            assert redeemed.accepted, redeemed.why
            assert redeemed.trading_session == granted.trading_session
            assert not oes.logon(number, "U", CONSTANT_CODE, granted.key, "10.0.0.1", 0).accepted
            sessions.append(granted.trading_session)
        for state in states:
            state.close()
        return sessions

    with ThreadPoolExecutor(2) as pool:
        sessions = [session for mine in pool.map(hand_over, range(2)) for session in mine]
    announced.close()
    assert sorted(sessions) == list(range(1, 2 * rounds + 1))


@pytest.mark.usefixtures("impatient")
def test_a_refused_logon_writes_nothing(open_state: Opener) -> None:
    """B10: not even a write that changes nothing, which would wait for the writer that is at work meanwhile."""
    writer, state = open_state(), open_state()
    aes, oes = aes_over(state), oes_over(state)
    with writer.transaction(durable=False):
        for number in range(count(ordinary=500, long=100_000)):
            code = f"{number % 500_000:06}"
            assert log_on(aes, code, account=1 + number % 3, user="1").reject == 4
            assert oes.logon(1 + number % 3, "1", code, number, "10.0.0.1", 0).reject == 4
    assert log_on(aes, CONSTANT_CODE, 1, "1").reject == 4, "this address has used up its tries"


def test_a_disabled_user_is_not_let_in_with_a_grant_from_before(open_state: Opener) -> None:
    state = open_state()
    oes_over(state)
    granted = log_on(aes_over(state), CONSTANT_CODE, 1, "1")
    assert granted.accepted
    disabled = Accounts([Credential(1, "1", "1", CONSTANT, 0, enabled=False)])
    refused = OesDesk(disabled, Grants(state)).logon(1, "1", CONSTANT_CODE, granted.key, "10.0.0.1", 0)
    assert refused.reject == 4


def test_no_secret_is_in_the_files_nor_in_a_message_about_them(open_state: Opener, tmp_path: Path) -> None:
    """B9: canaries through every path of this room."""
    clock, key = ManualClock(), new_key()
    code = totp(secret_of(key), clock.wall_ns() // SECOND)
    canary = Credential(7, "T", key, TOTP, 0)
    state = open_state(clock)
    oes = oes_over(state)
    aes = AesDesk(Accounts([canary]), SpentCodes(state), Grants(state), Leases(state), clock)
    granted = log_on(aes, code)
    redeemed = oes.logon(7, "T", code, granted.key, "10.0.0.1", 0)
    decisions = [granted, redeemed, log_on(aes, code), oes.logon(7, "T", code, granted.key, "10.0.0.1", 0)]
    messages = []
    for credentials in ([canary, canary], [canary, Credential(8, "T", key, TOTP, 1)], [Credential(7, "T", key, "", 0)]):
        with pytest.raises(SettingsError) as refused:
            Accounts(credentials)
        messages.append(str(refused.value))
    texts = "".join(map(repr, [*decisions, *messages, canary, aes, oes, state, Grants(state), ACCOUNTS]))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert granted.accepted and redeemed.accepted
    for secret in (key, code, str(granted.key), str(redeemed.key)):
        assert secret not in texts
        assert secret.encode() not in written
