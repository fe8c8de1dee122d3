"""One-time codes: each time step's once, the constant one as often as wanted."""

import pytest

from base.client.codes import Codes
from base.errors import FieldError
from base.one_time_code import PERIOD_S, totp
from tests.kit.clock import SECOND, ManualClock

STEP_NS = PERIOD_S * SECOND
START_NS = 1_000 * STEP_NS


def test_a_code_of_a_step_is_waited_for_once_it_was_used() -> None:
    clock = ManualClock(wall_ns=START_NS + 10 * SECOND)
    codes = Codes("1234567890123456", "totp", clock)
    assert codes.wait_ns() == 0
    assert codes.take() == totp(b"1234567890123456", clock.wall_ns() // SECOND)
    assert codes.wait_ns() == STEP_NS - 10 * SECOND
    clock.advance(codes.wait_ns() - 1)
    assert codes.wait_ns() == 1
    clock.advance(1)
    assert codes.wait_ns() == 0
    assert codes.take() == totp(b"1234567890123456", clock.wall_ns() // SECOND)


def test_the_constant_code_needs_no_wait() -> None:
    codes = Codes("1", "constant", ManualClock())
    assert [codes.take(), codes.wait_ns(), codes.take()] == ["517846", 0, "517846"]


def test_an_unknown_mode_is_our_mistake() -> None:
    with pytest.raises(FieldError, match="mode 'often'"):
        Codes("1", "often", ManualClock()).take()


@pytest.mark.parametrize(
    "key, mode, says",
    [
        ("!!", "totp", "key: has 2 characters, and mode 'totp' needs at least 16"),
        ("123456789012345", "totp", "key: has 15 characters"),
        ("", "constant", "key: must be a text of printable characters"),
        ("\udcff", "constant", "key: must be a text"),
    ],
)
def test_a_key_that_no_venue_gave_is_refused_by_its_field(key: str, mode: str, says: str) -> None:
    with pytest.raises(FieldError, match=says) as refused:
        Codes(key, mode, ManualClock())
    assert not key or key not in str(refused.value)
