"""A server as ``python -m base`` runs it, with other limits and with a fault at a chosen place.

In: a plan as JSON, then the arguments of ``python -m base``. Out: that server, until the fault happens.
Never knows: who wants it to fail. ``python -m tests.crash.start PLAN oes --state DIR``.

    {"limits": {"PICTURE_EVERY": 300}, "fault": {"at": "write", "file": ".journal", "call": 7, "do": "kill"}}

``at`` is a method of the disk (write, sync, create, rename) or "repeat", one commit of the past; ``file`` is part of
the file's name. Beside ``fault``, ``"no_room": PATH`` lets no file of the journal be made while PATH exists.
"""

import errno
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from base import limits


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def kill_myself(call: Callable[[], Any]) -> None:
    kill(os.getpid())


def kill_afterwards(call: Callable[[], Any]) -> None:
    call()
    kill(os.getpid())


def kill_my_parent(call: Callable[[], Any]) -> Any:
    """For the child that writes a picture: it ends as well, wherever it is by then."""
    kill(os.getppid())
    return call()


def kill_both(call: Callable[[], Any]) -> None:
    kill(os.getppid())
    kill(os.getpid())


def kill_both_afterwards(call: Callable[[], Any]) -> None:
    call()
    kill_both(call)


def fail(call: Callable[[], Any]) -> None:
    print(f"fault at {time.monotonic_ns()}", file=sys.stderr, flush=True)
    raise OSError(errno.EIO, "Input/output error")


DEEDS: dict[str, Callable[[Callable[[], Any]], Any]] = {
    "kill": kill_myself,
    "kill afterwards": kill_afterwards,
    "kill parent": kill_my_parent,
    "kill both": kill_both,
    "kill both afterwards": kill_both_afterwards,
    "fail": fail,
}


def plant(owner: type, method: str, file: str, number: int, do: str) -> None:
    """Let call ``number`` of a method, counted over those that concern ``file``, do something else."""
    original = getattr(owner, method)
    calls = 0

    @wraps(original)
    def planted(self: Any, *arguments: Any) -> Any:
        nonlocal calls
        calls += not file or file in arguments[0]
        if calls != number or (file and file not in arguments[0]):
            return original(self, *arguments)
        if do == "tear":  # half of it arrives
            name, offset, data = arguments
            original(self, name, offset, data[: len(data) // 2])
            kill(os.getpid())
        return DEEDS[do](lambda: original(self, *arguments))

    setattr(owner, method, planted)


def let_no_room(owner: Any, sign: Path) -> None:
    """Let no file of the journal be made while another file exists."""
    original = owner.create

    def create(self: Any, name: str, size: int) -> None:
        if name.endswith(".journal") and sign.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        original(self, name, size)

    owner.create = create


def main() -> int:
    plan = json.loads(sys.argv[1])
    for name, value in plan.get("limits", {}).items():
        assert isinstance(getattr(limits, name), int), name
        setattr(limits, name, value)  # before anything else reads them
    from base.__main__ import main as run
    from base.journal.disk import FileDisk
    from base.servers.past import Past

    if fault := plan.get("fault"):
        owner: type = Past if fault["at"] == "repeat" else FileDisk
        plant(owner, fault["at"], fault.get("file", ""), fault["call"], fault["do"])
    if "no_room" in plan:
        let_no_room(FileDisk, Path(plan["no_room"]))
    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
