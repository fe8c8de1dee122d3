"""Reading and writing one order: our codecs against `struct` alone, against construct, against the original library.

In: how many rounds; optionally a checkout of the original library. Out: rows of the table. Never knows: servers. All
take turns within a round, in one process; only the original, whose packages are named like ours, has its own.
"""

import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from base.gateway.translate_bo import read_order
from base.messages import Transaction
from benchmarks.figures import Goal, Plan, Row, ratios
from benchmarks.orders import Ring

Contestants = dict[str, tuple[Callable[..., object], tuple[Any, ...], int]]
"""What is called, with what, and how often in a round."""

AXIS = "full decode / hot projection / encode, against raw struct"
AGAINST_STRUCT = {
    name: Row(f"codec {name}", AXIS, name, Goal(bound, "x", is_ceiling=True))
    for name, bound in (("full decode", 1.7), ("hot projection", 0.40), ("encode", 2.0))
}
AXIS_OF_OTHERS = "full decode against construct interpreted / the original library"
AGAINST_CONSTRUCT = Row("codec construct", AXIS_OF_OTHERS, "construct interpreted", Goal(50, "x"))
AGAINST_ORIGINAL = Row("codec original", AXIS_OF_OTHERS, "the original library", Goal(80, "x"))
OFTEN, SELDOM = 20_000, 300


def contestants() -> Contestants:
    """Everything that is measured in this process, on one and the same order."""
    raw = struct.Struct(Transaction.BYTE_ORDER + Transaction.CODE)
    frame = bytes(Ring(Account=1, Key=7, TraderID="load", SendingTime=1).take(1))
    order, layout, compiled = Transaction.parse(frame), Transaction.LAYOUT, Transaction.LAYOUT.compile()
    return {
        "struct unpack": (raw.unpack, (frame,), OFTEN),
        "struct pack": (raw.pack, raw.unpack(frame), OFTEN),
        "full decode": (Transaction.parse, (frame,), OFTEN),
        "hot projection": (read_order, (frame,), OFTEN),
        "encode": (order.encode, (), OFTEN),
        "construct": (layout.parse, (frame,), SELDOM),
        "construct compiled": (compiled.parse, (frame,), SELDOM),
    }


def us_each(function: Callable[..., object], arguments: tuple[Any, ...], number: int) -> float:
    """Microseconds of one call."""
    start = process_time()
    for _ in repeat(None, number):
        function(*arguments)
    return (process_time() - start) / number * 1e6


def codec(plan: Plan) -> Iterator[Row]:
    """All ratios of the codec."""
    plan.progress(f"{plan.rounds} rounds")
    measured = contestants()
    us: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(plan.rounds):
        for name, call in measured.items():
            us[name].append(us_each(*call))
    for name, row in AGAINST_STRUCT.items():
        raw = "struct pack" if name == "encode" else "struct unpack"
        yield row.measured(ratios(us[name], us[raw]), f"{median(us[name]):.3f} us, {raw} {median(us[raw]):.3f} us")
    compiled = median(ratios(us["construct compiled"], us["full decode"]))
    yield AGAINST_CONSTRUCT.measured(ratios(us["construct"], us["full decode"]), f"construct compiled {compiled:.1f}x")
    if plan.original is None:
        yield AGAINST_ORIGINAL.not_measured("it is in no package registry; --original DIR names a checkout of it")
        return
    try:
        original_us = [_original_us(plan.original) for _ in range(plan.rounds)]
    except subprocess.CalledProcessError as error:
        yield AGAINST_ORIGINAL.not_measured(f"{plan.original}: {error.stderr.strip().splitlines()[-1]}")
        return
    note = f"as it is, its prints to /dev/null: {median(original_us):.0f} us"
    yield AGAINST_ORIGINAL.measured(ratios(original_us, us["full decode"]), note)


ORIGINAL = """
import sys, time, types
sys.path.insert(0, sys.argv[1])
base = sys.modules["base"] = types.ModuleType("base")  # it has no __init__.py, so another one of that name would win
base.__path__ = [sys.argv[1] + "/base"]
from base.process_message import process_message
frame, number = bytes.fromhex(sys.argv[2]), int(sys.argv[3])
start = time.process_time()
for _ in range(number):
    assert process_message(0, frame)[0]
print(f"us {(time.process_time() - start) / number * 1e6}", file=sys.stderr)
"""


def _original_us(checkout: Path) -> float:
    frame = bytes(Ring(Account=1, TradingSessionID=1, Key=7, TraderID="load", SendingTime=1).take(1))
    command = [sys.executable, "-c", ORIGINAL, str(checkout.resolve()), frame.hex(), str(SELDOM)]
    run = subprocess.run(
        command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True
    )
    return float(run.stderr.split()[-1])
