"""Settings of the whole test run: how hypothesis searches.

In: HANDOFF_LONG of the environment. Out: a hypothesis profile. Never knows: a single test.
The ordinary run is the same on every machine and every day; the long run searches new ground, and what it
finds is printed as a blob that `@reproduce_failure` takes back.
"""

from hypothesis import HealthCheck, settings

from tests.kit.counts import is_long

_SLOW_MACHINES_ARE_NO_FAILURE = [HealthCheck.too_slow]

settings.register_profile(
    "ordinary", derandomize=True, print_blob=True, deadline=None, suppress_health_check=_SLOW_MACHINES_ARE_NO_FAILURE
)
settings.register_profile(
    "long", max_examples=5_000, print_blob=True, deadline=None, suppress_health_check=_SLOW_MACHINES_ARE_NO_FAILURE
)
settings.load_profile("long" if is_long() else "ordinary")
