"""G2 and G11: kill -9 of the OES at any instant, with eight clients trading; their own histories must hold.

Also in the middle of a commit, while it recovers, and while a child writes a picture. A seed draws what happens.
"""

import json
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

import pytest

from base.network.local_door import ask
from tests.crash.checker import faults
from tests.crash.history import read
from tests.crash.processes import KILLED, Process, ServerEnded, Site
from tests.crash.settings import ATOMS_PER_UNIT, account, venue
from tests.crash.traders import Lives, Trading
from tests.kit.counts import count, is_long
from tests.kit.patience import wait_until

CLIENTS = 8
SEEDS = count(ordinary=2, long=50)
ROUNDS = count(ordinary=3, long=10)
SMALL = {"MARK_EVERY": 150, "JOURNAL_SEGMENT_BYTES": 256 * 1024, "HELD_RECORDS": 1}
"""Limits under which marks and new files come every second, and answers are held; those of pictures are drawn."""

IN_A_COMMIT = [
    {"at": "write", "file": ".journal", "do": "kill"},
    {"at": "write", "file": ".journal", "do": "kill afterwards"},
    {"at": "write", "file": ".journal", "do": "tear"},
    {"at": "sync", "file": ".journal", "do": "kill afterwards"},
    {"at": "create", "file": ".journal", "do": "kill afterwards"},
]
IN_A_PICTURE = [
    {"at": "create", "file": "snapshot", "do": "kill parent"},
    {"at": "write", "file": "snapshot", "do": "kill both"},
    {"at": "write", "file": "snapshot", "do": "kill parent"},
    {"at": "rename", "file": "snapshot", "do": "kill both"},
    {"at": "rename", "file": "snapshot", "do": "kill parent"},
    {"at": "rename", "file": "snapshot", "do": "kill both afterwards"},
]
"""A picture is written by a child, whose parent is the OES."""

IN_RECOVERY = [
    {"at": "repeat", "do": "kill"},
    {"at": "write", "file": "epoch", "do": "kill"},
    {"at": "sync", "file": "epoch", "do": "kill afterwards"},
    {"at": "write", "file": ".journal", "do": "tear"},
    {"at": "sync", "file": ".journal", "do": "kill afterwards"},
]


def command(seed: int) -> str:
    long = "HANDOFF_LONG=1 " if is_long() else ""
    return f"{long}python -m pytest 'tests/crash/test_killed.py::test_nothing_acknowledged_is_lost[{seed}]'"


class Storm:
    """One venue, its clients, and what happens to it."""

    def __init__(self, site: Site, directory: Path, seed: int) -> None:
        self.site = site
        self.random = Random(seed)
        self.lives = Lives(CLIENTS)
        self.aes = site.start("aes")
        aes = self.aes.address()
        self.clients = [Trading(aes, number, self.lives, directory, seed) for number in range(1, CLIENTS + 1)]
        self.done: list[str] = []

    def run(self) -> None:
        """Kill and restart it some times, then let it live and everybody finish."""
        for client in self.clients:
            client.start()
        for number in range(ROUNDS):
            fault = self.fault(number)
            try:
                oes = self.start(fault)
            except ServerEnded:  # a new journal makes its first files before it listens
                continue
            if fault is None:
                goal = self.lives.replies + self.random.randint(1, 1_500)
                wait_until(lambda goal=goal: self.lives.replies >= goal or self.failed(), "the clients trade")
                oes.signal(SIGKILL)
            else:
                wait_until(lambda oes=oes: oes.ended or self.failed(), f"the fault {fault}")
            assert self.failed() or oes.wait() == KILLED, oes.said()
            if self.random.random() < (0.8 if number % 3 else 0.2):
                self.die_in_recovery()
        self.last = self.start(None)
        goal = self.lives.replies + 200
        wait_until(lambda: self.lives.replies >= goal or self.failed(), "the clients trade")
        self.lives.end()
        for client in self.clients:
            client.join(120)
            assert not client.is_alive(), f"{client.name} hangs"

    def failed(self) -> bool:
        """Whether a client met something that it must not meet."""
        return any(client.failure for client in self.clients)

    def fault(self, number: int) -> dict[str, Any] | None:
        """Draw what is to happen in a life, in turns; None: the outside kills it."""
        kind = number % 3
        if not kind:
            return None
        fault = self.random.choice(IN_A_COMMIT if kind == 1 else IN_A_PICTURE)
        is_often = kind == 1 and fault["at"] != "create"
        return fault | {"call": self.random.randint(2, 250) if is_often else 1}

    def start(self, fault: dict[str, Any] | None) -> Process:
        """Start an OES and tell the clients."""
        limits = SMALL | {"PICTURE_EVERY": self.random.randint(100, 900)}
        self.done.append(f"{fault}, {limits}")
        oes = self.site.start("oes", limits=limits, fault=fault)
        oes.address()
        self.lives.begin()
        return oes

    def die_in_recovery(self) -> None:
        """Start an OES that is killed before it listens; one with nothing to repeat may come to listen."""
        fault = self.random.choice(IN_RECOVERY)
        drawn = fault | {"call": self.random.randint(1, 40) if fault["at"] == "repeat" else 1}
        self.done.append(f"in recovery: {drawn}")
        oes = self.site.start("oes", limits=SMALL, fault=drawn)
        try:
            oes.address()
        except ServerEnded:
            assert oes.wait() == KILLED, oes.said()
        else:
            assert fault["at"] == "repeat", f"{drawn} did not happen"
            oes.kill()

    def fees(self) -> dict[str, int]:
        """What the venue says it took."""
        reply = json.loads(ask(self.site.state / "operator.sock", b'{"command": "fees"}'))
        rows = reply["tables"][0]["rows"]
        return {name: int(amount.replace(".", "")) * ATOMS_PER_UNIT // 10 ** len(amount.partition(".")[2])
                for name, amount in rows}  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_acknowledged_is_lost(tmp_path: Path, seed: int) -> None:
    pays = {"make_fee": "0.0001", "take_fee": "0.00025"} if seed % 2 else {}
    settings = venue(*(account(number, **pays) for number in range(1, CLIENTS + 1)))
    with Site(tmp_path, settings) as site:
        storm = Storm(site, tmp_path, seed)
        try:
            storm.run()
            fees = storm.fees() if pays else None
            assert storm.last.stop() == 0, storm.last.said()
            failures = [f"{one.name}: {one.failure!r}" for one in storm.clients if one.failed_first]
            wrong = failures or faults([read(client.path) for client in storm.clients], fees)
        except BaseException:
            print(f"seed {seed}; repeat with: {command(seed)}", *storm.done, sep="\n")
            raise
        assert not wrong, "\n".join([f"seed {seed}; repeat with: {command(seed)}", *storm.done, *wrong[:20]])
