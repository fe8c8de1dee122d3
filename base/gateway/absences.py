"""Who is logged on, and who was when the venue was cut off and may still come back.

In: participants that come and go, restarts. Out: those whose time to come back is over.
Never knows: sockets, orders, what becomes of those who stay away.
Follows "Cancel on disconnect" of the behaviour page: no waiting normally, ten seconds after a restart or a takeover.
"""

from base import limits


class Absences:
    """Participants by number. A restart turns everybody who is present into somebody awaited."""

    def __init__(self) -> None:
        self._present: set[int] = set()
        self._awaited: dict[int, int] = {}
        self._next_ns = 0
        """No later than the first of those awaited is late; asked in every pass, so it is not looked for then."""

    def came(self, participant: int) -> None:
        """A participant logged on."""
        self._present.add(participant)
        self._awaited.pop(participant, None)

    def left(self, participant: int) -> None:
        """A participant's session ended, however it did."""
        self._present.discard(participant)

    def restarted(self, now_ns: int) -> None:
        """The venue begins again: nobody is logged on, and those who were have some time to come back."""
        for participant in sorted(self._present):
            self._awaited[participant] = now_ns + limits.RETURN_NS
        self._present.clear()
        self._look()

    def given_up(self, participant: int) -> None:
        """A participant did not come back."""
        self._awaited.pop(participant, None)

    def next_deadline_ns(self) -> int | None:
        """When the first of those awaited may be late, or None; ``late`` says whether it is."""
        return self._next_ns if self._awaited else None

    def late(self, now_ns: int) -> list[int]:
        """Those whose time is over, by number."""
        if not self._awaited or now_ns < self._next_ns:
            return []
        self._look()
        return sorted(who for who, deadline_ns in self._awaited.items() if deadline_ns <= now_ns)

    def capture(self) -> tuple[set[int], dict[int, int]]:
        """What this knows, to be given to ``restore``."""
        return self._present, self._awaited

    def restore(self, captured: tuple[set[int], dict[int, int]]) -> None:
        """Know what was captured."""
        present, awaited = captured
        self._present, self._awaited = set(present), dict(awaited)
        self._look()

    def _look(self) -> None:
        self._next_ns = min(self._awaited.values(), default=0)
