"""nasdaq-protocols 1.3.0, the published client library, against our server base class: all three dialects.

Its generator reads definitions that we write from our own declarations; each conversation runs in a process of its
own, because its messages register for the whole process.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from base.client.ouch import DIALECTS, japannext
from base.wire.xml.writer import write_definition
from tests.interop.answering import Answering
from tests.kit.programs import PATIENCE_S, environment
from tests.kit.source import ROOT

PROGRAM = ROOT / "tests/interop/nasdaq_program.py"
NUMBERS = {"japannext": [1, 2, 3], "nasdaq42": ["A1", "A2", "A3"], "nasdaq50": [1, 2, 3]}
NEW = {"japannext": "orderToken", "nasdaq42": "orderToken", "nasdaq50": "userRefNum"}
OLD = {"japannext": "existingOrderToken", "nasdaq42": "existingOrderToken", "nasdaq50": "origUserRefNum"}
NEXT = {"japannext": "replacementOrderToken", "nasdaq42": "replacementOrderToken", "nasdaq50": "userRefNum"}
AMOUNT = {"japannext": "quantity", "nasdaq42": "shares", "nasdaq50": "quantity"}
ANSWERS = {
    "japannext": ["OrderAccepted", "OrderReplaced", "OrderCanceled", "OrderAccepted", "OrderExecuted"],
    "nasdaq42": ["Accepted", "Replaced", "Canceled", "Accepted", "Executed"],
    "nasdaq50": ["OrderAccepted", "OrderReplaced", "OrderCanceled", "OrderAccepted", "OrderExecuted"],
}


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


@pytest.fixture(params=list(DIALECTS))
def server(request: pytest.FixtureRequest) -> Iterator[Answering]:
    with Answering(request.param).in_thread() as running:
        yield running


def converse(modules: Path, server: Answering, *send: tuple[str, dict[str, Any], int], **words: Any) -> dict[str, Any]:
    """Run one conversation; gives what the foreign client saw."""
    wanted = {"password": "secret", "session": "", "sequence": 0, **words}
    wanted |= {"module": f"ouch_{server.name}", "remote": server.address, "send": send}
    done = subprocess.run(
        [sys.executable, PROGRAM, str(modules)], input=json.dumps(wanted), capture_output=True, text=True,
        timeout=PATIENCE_S, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def whole_life(name: str) -> list[tuple[str, dict[str, Any], int]]:
    """Enter, replace, cancel, and an order that is executed."""
    first, second, third = NUMBERS[name]
    return [
        ("EnterOrder", {NEW[name]: first, AMOUNT[name]: 100, "price": 23000}, 1),
        ("ReplaceOrder", {OLD[name]: first, NEXT[name]: second, AMOUNT[name]: 80, "price": 24000}, 1),
        ("CancelOrder", {NEW[name]: second, AMOUNT[name]: 0}, 1),
        ("EnterOrder", {NEW[name]: third, AMOUNT[name]: 60, "price": 23000}, 2),
    ]


def test_enter_replace_cancel_and_executed(modules: Path, server: Answering) -> None:
    name = server.name
    first, second, third = NUMBERS[name]
    seen = converse(modules, server, *whole_life(name))
    assert [kind for kind, _ in seen["received"]] == ANSWERS[name]
    accepted, replaced, canceled, _, executed = [fields for _, fields in seen["received"]]
    assert (accepted[NEW[name]], accepted[AMOUNT[name]], accepted["price"]) == (first, 100, 23000)
    assert (replaced[NEXT[name]], replaced["price"], replaced["orderState"]) == (second, 24000, "L")
    assert (canceled[NEW[name]], canceled["reason"]) == (second, "U")
    assert (executed[NEW[name]], executed["matchNumber"]) == (third, 1)
    assert (seen["sequence"], seen["session"]) == (5, server.session)


@pytest.mark.parametrize("sequence", [1, 3])
def test_replay_from_the_first_and_from_the_middle(modules: Path, server: Answering, sequence: int) -> None:
    before = converse(modules, server, *whole_life(server.name))
    again = converse(modules, server, ("", {}, 6 - sequence), sequence=sequence, session=server.session)
    assert again["received"] == before["received"][sequence - 1 :]
    assert again["sequence"] == 5


def test_a_wrong_password_and_a_wrong_session_are_refused(modules: Path, server: Answering) -> None:
    assert "A" in converse(modules, server, password="wrong")["refused"]
    assert "S" in converse(modules, server, session="OTHER")["refused"]


def test_its_tail_prints_what_is_sent() -> None:
    messages = [japannext.OrderAccepted(orderToken=token).encode() for token in (1, 2, 3)]
    with Answering("japannext").in_thread() as running:
        for message in messages:
            running.stream_of("user").append(message)
        host, port = running.address
        command = tool("nasdaq-soup-tail", "-h", host, "-p", port, "-U", "user", "-P", "secret", "-s", 2, "-t", 1)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(PYTHONUNBUFFERED="1"))
        try:
            assert process.stdout is not None
            shown = (line for line in process.stdout if line.strip())
            lines = list(islice(shown, 2))
        finally:
            process.kill()
            process.communicate()
    assert [line.strip() for line in lines] == [f"{n} : {messages[n - 1]!r}" for n in (2, 3)]
