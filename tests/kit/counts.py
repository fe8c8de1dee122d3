"""How often a test repeats: a small number every day, the full one when asked.

In: an ordinary and a long count, and HANDOFF_LONG of the environment. Out: the one that applies.
Never knows: what is counted. `make test` uses ordinary counts, `make test-long` sets HANDOFF_LONG=1;
both do the same thing, so an ordinary run is a sample of the long one.
"""

import os


def is_long() -> bool:
    """True in the long run."""
    return os.environ.get("HANDOFF_LONG", "") not in ("", "0")


def count(*, ordinary: int, long: int) -> int:
    """The number of repetitions of this run; a long run that does less than the ordinary one is a mistake."""
    if not 0 < ordinary <= long:
        raise ValueError(f"counts must be positive and ordinary <= long, not ordinary={ordinary}, long={long}")
    return long if is_long() else ordinary
