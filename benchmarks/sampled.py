"""The `handoff` command that looks at itself: a thousand times per second of processor time it notes where it is.

In: the arguments of `handoff`; the name of a file in SAMPLES. Out: how often each function of each room was seen, as
JSON in that file once SIGUSR1 comes. Never knows: what runs. A call into C counts for the function that made it.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from base.__main__ import main

EVERY_S = 0.001
ROOT = str(Path(__file__).resolve().parents[1]) + os.sep
GENERATED = "<string>"
FILE = "SAMPLES"

seen: Counter[tuple[str, str]] = Counter()


def note(number: int, frame: FrameType | None) -> None:
    """Count the innermost function of this project; what it generated stands for the room that generates."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name == GENERATED:
            seen["base/wire", "generated"] += 1
            return
        if name.startswith(ROOT):
            path = Path(name.removeprefix(ROOT))
            room = path.parent if path.parent.name != "base" else path
            seen[room.as_posix(), f"{path.stem}.{frame.f_code.co_name}"] += 1
            return
        frame = frame.f_back


def tell(number: int, frame: FrameType | None) -> None:
    """Write what was seen so far, and begin anew."""
    rows = [[room, function, count] for (room, function), count in seen.items()]
    seen.clear()
    new = Path(os.environ[FILE] + ".new")
    new.write_text(json.dumps(rows))
    new.rename(os.environ[FILE])


if __name__ == "__main__":
    signal.signal(signal.SIGPROF, note)
    signal.signal(signal.SIGUSR1, tell)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    sys.exit(main())
