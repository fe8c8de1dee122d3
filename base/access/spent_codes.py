"""Which one-time codes were used: the last accepted time step of each account and user.

In: an identity and the step of a code that was right. Out: whether this is its first use. Never knows:
codes, keys, clocks. Follows RFC 6238 section 5.2: a code is good once; steps only grow, whatever the wall
clock does, and a use is on disk before anybody hears of it.
"""

from base.access.state_file import StateFile


class SpentCodes:
    """The memory of used steps, shared by all AES processes and kept over restarts."""

    def __init__(self, state: StateFile) -> None:
        self._state = state

    def spend(self, account: int, user: str, step: int) -> bool:
        """Use a step: True once, and only when it is later than every step used before."""
        rows = self._state.read("SELECT step FROM spent_codes WHERE account = ? AND user = ?", (account, user))
        if rows and rows[0][0] >= step:
            return False
        with self._state.transaction(durable=True) as tables:
            changed = tables.execute(
                "INSERT INTO spent_codes VALUES (?, ?, ?) ON CONFLICT (account, user)"
                " DO UPDATE SET step = excluded.step WHERE excluded.step > step",
                (account, user, step),
            )
            return changed.rowcount == 1
