"""C11: a user that logs on again and again, from two places, has one live session at most, whatever else happens.

The old session is live, half open, or lies in a process that just then is taken over or recovers; the policy refuses
the newcomer or ends the old session. HANDOFF_SEED=17 repeats one interleaving.
"""

from collections import Counter

from tests.simulation.test_simulation import quiet_log, seeds
from tests.simulation.world import Profile, simulate

__all__ = ["quiet_log"]

DUPLICATES = Profile(
    "tests/simulation/test_duplicate_logons.py",
    turns=300,
    devices=(2, 3),
    users=1,
    trouble=(25, 50),
    kinds=(
        *("dead link",) * 4, *("pause",) * 3,
        *("kill", "kill inside an operation", "cut inside an operation", "stalled link"),
    ),
    audits=False,
    restless=True,
)  # fmt: skip
SITUATIONS = {
    *("displaced, live", "displaced, half open", "refused as a second session"),
    *("takeover under live sessions", "call that nobody takes", "StaleEpoch"),
}


def test_a_user_has_one_live_session_at_most() -> None:
    happened: Counter[str] = Counter()
    tried = seeds(ordinary=500, long=10_000)
    for seed in tried:
        happened += simulate(seed, DUPLICATES).machine.happened
    if len(tried) > 1:
        assert not SITUATIONS - happened.keys()
        duplicates = happened["displaced, live"] + happened["displaced, half open"]
        assert duplicates + happened["refused as a second session"] > len(tried) / 2, "hardly anybody came twice"
