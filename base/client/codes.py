"""The one-time codes of one user, and when the next one may be used.

In: a key, its mode, a clock. Out: codes, each time step's at most once; how long to wait for an unused one.
Never knows: sockets, messages, what a server thinks of a code.
Follows the protocol's section on TwoFA and RFC 6238, section 5.2: a code of a time step is used once.
"""

from base import limits
from base.client.requests import CONSTANT, TOTP, one_time_code
from base.clock import Clock
from base.errors import FieldError
from base.one_time_code import PERIOD_S, step_at

SECOND_NS = 1_000_000_000
NEVER = -1
SHORTEST_TOTP_KEY = limits.TOTP_KEY_BITS // 8
"""Characters of a key for time-based codes, of which none holds more than eight bits."""


def check_key(key: str, mode: str) -> None:
    """Refuse a key that no venue can have given; FieldError names the field and never shows the key."""
    if not key or not key.isprintable():
        raise FieldError("key: must be a text of printable characters, the API trading key")
    if mode == TOTP and len(key) < SHORTEST_TOTP_KEY:
        raise FieldError(
            f"key: has {len(key)} characters, and mode {TOTP!r} needs at least {SHORTEST_TOTP_KEY}"
            f" (RFC 4226, R6); an account with a shorter one has the mode {CONSTANT!r}"
        )


class Codes:
    """Gives the TwoFA of each new connection to an AES."""

    def __init__(self, key: str, mode: str, clock: Clock) -> None:
        check_key(key, mode)
        self._key = key
        self._mode = mode
        self._clock = clock
        self._used_step = NEVER

    def take(self) -> str:
        """Give the code of now, which counts as used from here on."""
        wall_ns = self._clock.wall_ns()
        code = one_time_code(self._key, self._mode, wall_ns)
        if self._mode == TOTP:
            self._used_step = step_at(wall_ns // SECOND_NS)
        return code

    def wait_ns(self) -> int:
        """Give the nanoseconds until there is a code that was not used; 0 for now."""
        next_step_ns = (self._used_step + 1) * PERIOD_S * SECOND_NS
        return max(0, next_step_ns - self._clock.wall_ns())
