"""The `handoff` command with an event loop that never sleeps: it asks for readiness again and again.

In: the arguments of `handoff`. Out: its exit code. Never knows: what runs. Only for measuring round trips: a loop that
sleeps measures how long the kernel takes to wake it.
"""

import sys

from base.__main__ import main
from base.network.event_loop import EventLoop


def never_sleep() -> None:
    """Let every event loop of this process spin."""
    EventLoop._timeout_s = lambda loop: 0.0  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    never_sleep()
    sys.exit(main())
