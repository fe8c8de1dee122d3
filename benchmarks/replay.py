"""How long a past takes: from the start of an OES that has to carry out a million commands again to the first logon.

In: a plan. Out: a row of the table. Never knows: what a journal holds, pictures; there are none, so nothing is skipped.
"""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.contests import full_load
from benchmarks.durability import SESSIONS_OF_THE_PAST, copied, first_logon, last_record, venue
from benchmarks.figures import Goal, Plan, Row

REPLAYED = 1_000_000
REPLAY = Row("replay", "replay of 1 M journaled commands", "start to first logon", Goal(20, " s", is_ceiling=True))


def replay(plan: Plan) -> Iterator[Row]:
    """The row of the table; one round."""
    with tempfile.TemporaryDirectory() as name:
        past = Path(name) / "past"
        plan.progress(f"writing a past of {REPLAYED:,} commands")
        write_past(past, REPLAYED)
        bare = copied(past, Path(name) / "bare")
        records = last_record(bare)
        plan.progress("carrying it out again")
        cold = first_logon(bare)
    note = f"{records:,} records, no picture; {cold.cpu_seconds:.1f} s of processor time"
    yield REPLAY.measured([cold.seconds], note)


def write_past(directory: Path, records: int) -> None:
    """Trade until so many commands were carried out, then kill the OES without warning."""
    with (
        venue(directory, SESSIONS_OF_THE_PAST, "none") as target,
        closing(full_load(target)) as load,
    ):
        while load.answered < records:
            load.run(0.5)
        os.kill(target.server.process, signal.SIGKILL)
