"""How long a past takes: from the start of an OES that has to carry out a million commands again to the first logon.

In: a plan. Out: a row of the table. Never knows: what a journal holds, pictures; there are none, so nothing is skipped.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.durability import copied, first_logon, last_record, write_past
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
