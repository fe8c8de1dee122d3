"""Settings of the whole test run: how hypothesis searches, how long a test may take.

In: HANDOFF_LONG of the environment. Out: a hypothesis profile, an end of every test. Never knows: a single test.
The ordinary run is the same on every machine and every day; the long run searches new ground, and what it
finds is printed as a blob that `@reproduce_failure` takes back.
"""

import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.kit.counts import is_long
from tests.kit.patience import LONGEST_TEST_S, no_longer_than

_SLOW_MACHINES_ARE_NO_FAILURE = [HealthCheck.too_slow]

settings.register_profile(
    "ordinary", derandomize=True, print_blob=True, deadline=None, suppress_health_check=_SLOW_MACHINES_ARE_NO_FAILURE
)
settings.register_profile(
    "long", max_examples=5_000, print_blob=True, deadline=None, suppress_health_check=_SLOW_MACHINES_ARE_NO_FAILURE
)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell that starts something in the background makes it deaf to Ctrl-C, and so would be what the tests start
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.load_profile("long" if is_long() else "ordinary")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that waits for what never happens fails, and does not keep the whole run."""
    with no_longer_than(LONGEST_TEST_S):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: object, request: object) -> Generator[None, object, object]:
    """What a test needs first is part of it."""
    with no_longer_than(LONGEST_TEST_S):
        return (yield)
