"""What a client did and heard, in its order and with times, in a file of its own.

In: facts as they happen. Out: the facts again. Never knows: what is right.
Every fact has ``at`` (monotonic nanoseconds), ``client`` and ``kind``; numbers are whole ticks, lots and atoms.

    on                  logged on; everything before it on another connection is over
    new, cancel         invoked: id, symbol, side, ticks (0: at any price), lots, rests; or id, of
    report              type, id, of, exec, lots, leaves, ticks, reject, fee
    info                ids: requests whose fate is not known, because the line was lost
    open                orders: [id, executed, leaves] of all open orders, as the venue lists them
    status              id, found, type, executed, leaves
    repeat              id, reject: an order sent once more
    money               equity: atoms per currency that are not held back
"""

import json
import time
from pathlib import Path
from typing import Any

Fact = dict[str, Any]


class Writer:
    """Appends the facts of one client to a file."""

    def __init__(self, path: Path, client: int) -> None:
        self._client = client
        self._file = path.open("w")

    def note(self, kind: str, **more: Any) -> None:
        """Write a fact down."""
        self._file.write(json.dumps({"at": time.monotonic_ns(), "client": self._client, "kind": kind, **more}) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def read(path: Path) -> list[Fact]:
    """Give the facts of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]
