"""Every bound of the library in one place, each with its unit and its reason.

In: nothing. Out: integers. Never knows: who obeys them.
Follows decision 7: "everything has a bound"; a test stands at each bound and one past it.
Sorted by room, outermost first.
"""

# -- socket_controller

MESSAGE_BYTES = 1058
"""Bytes of the longest message of the protocol, the 30-level picture; no reader waits for more."""

RECEIVE_BYTES = 65_536
"""Bytes read from one socket per readiness: enough for 262 orders, few enough that others do not wait for long."""

DISCARD_READS = 16
"""Reads (1 MiB in all) that throw input away before a close, so that a reset does not overtake the last message."""

SEND_BUFFER_BYTES = 4 * 1024 * 1024
"""Bytes that may wait for a peer that does not read: 16,000 replies; a slower reader is closed."""

# -- network

SLOW_READER_BYTES = 1024 * 1024
"""Bytes that may wait for a peer longer than ``SLOW_READER_NS``; a reader that stays behind is closed."""

SLOW_READER_NS = 10 * 1_000_000_000
"""Nanoseconds that a peer may stay behind: a pause of a whole garbage collection or a short network loss."""

SESSIONS = 15_000
"""Connections of one server: below the 20,000 files that one process commonly may open."""

SESSIONS_PER_ADDRESS = 2_000
"""Connections from one address: a loaded trading firm behind one router, and no more than an eighth of all."""

SPARE_FILES = 32
"""Files that connections may not use up: logs, access tables and their journals, the selector."""

BACKLOG_CONNECTIONS = 1_024
"""Connections that the kernel holds while a pass is at work; a burst larger than that is delayed, not lost."""

ACCEPTS_PER_PASS = 64
"""Connections accepted in one pass, so that a flood of them does not stop the sessions that trade."""

ACCEPT_PAUSE_NS = 100_000_000
"""Nanoseconds without accepting after the process ran out of files: at most ten failed attempts per second."""

KEEP_ALIVE_IDLE_S = 5
"""Seconds of silence before TCP asks whether the peer lives."""

KEEP_ALIVE_INTERVAL_S = 3
"""Seconds between two such questions."""

KEEP_ALIVE_PROBES = 3
"""Unanswered questions until the peer counts as dead: 5 + 3 x 3 = 14 seconds, inside the promised 15."""

UNACKNOWLEDGED_MS = 15_000
"""Milliseconds that sent bytes may stay unacknowledged by the peer's machine; keep-alive is silent meanwhile."""

SHUT_DOWN_NS = 3 * 1_000_000_000
"""Nanoseconds for the last messages of an orderly shutdown; a peer that does not take them is cut."""

DEADLINE_PAUSE_NS = 100_000_000
"""Nanoseconds until a deadline whose handling failed is tried again, so that a fault cannot spin."""

NOTICE_NS = 1_000_000_000
"""Nanoseconds between two log lines about refused connections; those between are counted."""

# -- servers

SETTINGS_BYTES = 1024 * 1024
"""Bytes of a settings file: thousands of accounts fit; anything larger is the wrong file."""

ACCOUNTS = 10_000
"""Users of all accounts together: twice what a large class or a test farm needs."""

INSTRUMENTS = 1_000
"""Instruments of a venue: the protocol numbers them with 16 bits; each costs a book."""
