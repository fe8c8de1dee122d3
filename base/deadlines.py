"""The next moment at which something is due, where several may have one.

In: moments in nanoseconds; None stands for never. Out: the earliest. Never knows: what is due, what time it is.
"""


def earliest(*moments_ns: int | None) -> int | None:
    """Give the earliest of these moments, or None. Written out, because every pass of a loop asks several times.

    >>> earliest(7, None, 5), earliest(None, None)
    (5, None)
    """
    found = None
    for moment_ns in moments_ns:
        if moment_ns is not None and (found is None or moment_ns < found):
            found = moment_ns
    return found
