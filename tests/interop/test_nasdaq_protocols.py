"""nasdaq-protocols 1.3.0, the published client library, against our venue and our server base class: all three
dialects.

Its generator reads definitions that we write from our own declarations; each conversation runs in a process of its
own, because its messages register for the whole process.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from base.client.ouch import DIALECTS, japannext
from base.wire.xml.writer import write_definition
from tests.interop.answering import Answering
from tests.interop.whole_life import AMOUNT, ANSWERS, AT, EXECUTED, NEW, NEXT, NUMBERS, PORTS, Step, price, whole_life
from tests.kit.ouch_floor import JP, jp, jp_cancel
from tests.kit.ouch_sockets import Peer, running
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT

PROGRAM = ROOT / "tests/interop/nasdaq_program.py"


def tool(name: str, *arguments: object) -> list[str]:
    """The command line of a program that nasdaq-protocols installs."""
    return [str(Path(sys.executable).parent / name), *map(str, arguments)]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the modules that its generator makes of our definitions."""
    directory = tmp_path_factory.mktemp("modules")
    for name, application in DIALECTS.items():
        definition = directory / f"{name}.xml"
        definition.write_text(write_definition(application.dialect))
        command = tool("nasdaq-ouch-codegen", "--spec-file", definition, "--app-name", name, "--op-dir", directory)
        subprocess.run([*command, "--no-init-file"], check=True, capture_output=True, timeout=PATIENCE_S)
    return directory


class Venue(NamedTuple):
    """A venue that speaks OUCH, and the dialect that a test uses there."""

    name: str
    ports: dict[int, tuple[str, int]]

    @property
    def address(self) -> tuple[str, int]:
        return self.ports[PORTS[self.name]]


@pytest.fixture(params=list(DIALECTS))
def venue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Venue]:
    with running(tmp_path) as ports:
        yield Venue(request.param, ports)


def converse(modules: Path, venue: Venue, *send: Step, **words: Any) -> dict[str, Any]:
    """Run one conversation; gives what the foreign client saw."""
    wanted = {"user": "B", "password": "pwB", "session": "", "sequence": 1, **words}
    wanted |= {"module": f"ouch_{venue.name}", "remote": venue.address, "send": send}
    done = subprocess.run(
        [sys.executable, PROGRAM, str(modules)], input=json.dumps(wanted), capture_output=True, text=True,
        timeout=PATIENCE_S, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@contextmanager
def offering(venue: Venue) -> Iterator[Any]:
    """Somebody else offers what the end of a whole life takes; gives a function for the trade that it heard of."""
    application = DIALECTS[venue.name]
    with application.connect(venue.address, "A", "pwA", sequence=1) as seller:
        ((_, fields, _),) = [step for step in whole_life(venue.name) if step[2] == 2]
        side = "buySellIndicator" if venue.name == "japannext" else "side"
        seller.send_message(application.EnterOrder(**fields | {side: "S"}))
        assert [seller.receive_message(PATIENCE_S).LETTER for _ in range(2)] == ["S", "A"]
        yield lambda: seller.receive_message(PATIENCE_S)


def test_enter_replace_cancel_and_executed(modules: Path, venue: Venue) -> None:
    name = venue.name
    first, second, third = NUMBERS[name]
    with offering(venue) as sold:
        seen = converse(modules, venue, *whole_life(name))
        trade = sold()
    assert [kind for kind, _ in seen["received"]] == ["SystemEvent", *ANSWERS[name]]
    _, accepted, replaced, canceled, _, executed = [fields for _, fields in seen["received"]]
    assert (accepted[NEW[name]], accepted[AMOUNT[name]], accepted["price"]) == (first, 100, price(name, 2_200))
    assert (replaced[NEXT[name]], replaced["price"], replaced["orderState"]) == (second, price(name, 2_201), "L")
    assert (canceled[NEW[name]], canceled["reason"]) == (second, "U")
    assert (executed[NEW[name]], executed[EXECUTED[name]], executed[AT[name]]) == (third, 60, price(name, 2_300))
    assert [executed[one] for one in (EXECUTED[name], AT[name], "matchNumber")] == [
        getattr(trade, one) for one in (EXECUTED[name], AT[name], "matchNumber")
    ]
    assert (seen["sequence"], seen["session"]) == (6, "DAY0000001")


def test_replay_from_the_first_and_from_the_middle(modules: Path, venue: Venue) -> None:
    with offering(venue):
        before = converse(modules, venue, *whole_life(venue.name))
    assert len(before["received"]) == 6
    for sequence in (1, 4):
        again = converse(modules, venue, ("", {}, 7 - sequence), sequence=sequence, session=before["session"])
        assert again["received"] == before["received"][sequence - 1 :]
        assert again["sequence"] == 6


def test_a_wrong_password_and_a_wrong_session_are_refused(modules: Path, venue: Venue) -> None:
    assert "A" in converse(modules, venue, password="wrong")["refused"]
    assert "S" in converse(modules, venue, session="OTHER")["refused"]
    assert "S" in converse(modules, venue, sequence=3)["refused"]


def printed_by_the_tail(address: tuple[str, int], user: str, password: str, first: int, number: int) -> list[str]:
    """What nasdaq-soup-tail prints of these messages."""
    host, port = address
    words = ("-h", host, "-p", port, "-U", user, "-P", password, "-s", first, "-t", 1)
    process = subprocess.Popen(
        tool("nasdaq-soup-tail", *words), stdout=subprocess.PIPE, text=True, env=environment(PYTHONUNBUFFERED="1")
    )
    try:
        assert process.stdout is not None
        return [line.strip() for line in islice((line for line in process.stdout if line.strip()), number)]
    finally:
        process.kill()
        process.communicate()


def test_its_tail_prints_what_the_venue_sends(tmp_path: Path) -> None:
    with running(tmp_path) as ports:
        peer = Peer(ports[JP], "A")
        peer.say(jp(1), jp(2), jp_cancel(1))
        messages = [peer.body()[1:] for _ in range(4)]
        assert [message[:1] for message in messages] == [b"S", b"A", b"A", b"C"]
        peer.log_out()
        lines = printed_by_the_tail(ports[JP], "A", "pwA", 2, 3)
    assert lines == [f"{n} : {messages[n - 1]!r}" for n in (2, 3, 4)]


def test_it_talks_to_the_server_base_class_as_well(modules: Path) -> None:
    messages = [japannext.OrderAccepted(orderToken=token).encode() for token in (1, 2, 3)]
    with Answering("japannext").in_thread() as server:
        for message in messages:
            server.stream_of("user").append(message)
        place = Venue("japannext", {JP: server.address})
        seen = converse(modules, place, *whole_life("japannext")[1:], user="other", password="secret")
        assert [kind for kind, _ in seen["received"]] == ANSWERS["japannext"]
        lines = printed_by_the_tail(server.address, "user", "secret", 2, 2)
    assert lines == [f"{n} : {messages[n - 1]!r}" for n in (2, 3)]
