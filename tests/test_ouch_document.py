"""docs/ouch.md says what the declarations say: every table is made from them, every example runs.

When a declaration changed on purpose, copy what the failure prints into the document.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from base import limits
from base.gateway.ouch_orders import OuchPort
from base.servers.settings import parse_settings
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT
from tests.wire.ouch.tables import tables

DOCUMENT = (ROOT / "docs/ouch.md").read_text("utf-8")


@pytest.mark.parametrize("heading, expected", list(tables()), ids=lambda value: value if len(value) < 60 else "")
def test_a_table_is_what_is_declared(heading: str, expected: str) -> None:
    assert f"### {heading}\n" in DOCUMENT
    section = DOCUMENT.split(f"### {heading}\n")[1]
    found = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert found is not None
    assert found[0].rstrip("\n") == expected


def test_no_table_stands_there_that_is_not_checked() -> None:
    headings = {heading for heading, _ in tables()}
    sections = re.split(r"^#+ ", DOCUMENT, flags=re.MULTILINE)
    with_table = {section.splitlines()[0] for section in sections if "\n|---" in section}
    assert with_table == headings


def test_the_examples_run() -> None:
    examples = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        exec(example, {})


def test_the_settings_are_those_of_the_example_and_can_be_read() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    example = (ROOT / "examples/venue.toml").read_text("utf-8")
    ouch = parse_settings("venue.toml", example + shown).ouch
    assert len(ouch.addresses) == 4 and len(ouch.logins) == 2 and ouch.bare_logins == ("JP02",)
    taken_from = "".join(line.removeprefix("#") for line in example.split("#[ouch]\n")[1].splitlines(keepends=True))
    assert parse_settings("venue.toml", example + "[ouch]\n" + taken_from).ouch == ouch


def test_the_dialogue_is_true(tmp_path: Path) -> None:
    """Each command prints what stands below it; three dots stand for what differs from run to run."""
    (dialogue,) = re.findall(r"```console\n(.*?)```", DOCUMENT, re.DOTALL)
    start, *commands = dialogue.split("$ handoff ")[1:]
    assert start == "ouch-server none &\n"
    with subprocess.Popen(
        [sys.executable, "-m", "base", *start.split()[:2], "--listen", "127.0.0.1:0", "--state", "state"],
        cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            assert server.stderr is not None
            ports = [server.stderr.readline().rpartition(":")[2].strip() for _ in OuchPort]
            (tmp_path / "config.ini").write_text(f"[DEFAULT]\nport = {ports[0]}\n")
            for command, *shown in (part.splitlines() for part in commands):
                words = [_here(word, dict(zip(PORTS, ports, strict=True))) for word in command.split()]
                done = subprocess.run(
                    [sys.executable, "-m", "base", *words], cwd=tmp_path, env=environment(), capture_output=True,
                    text=True, timeout=PATIENCE_S,
                )  # fmt: skip
                assert done.returncode == 0, (command, done.stdout, done.stderr)
                pattern = "\n".join(".*?".join(map(re.escape, line.split("..."))) for line in shown)
                assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), (command, done.stdout)
            os.kill(server.pid, signal.SIGUSR1)
            assert "the book was written to orderbook.csv" in server.stderr.readline()
        finally:
            server.terminate()


PORTS = ("31421", "31422", "31423", "31424")
"""Where the server of the page listens."""


def _here(word: str, ports: dict[str, str]) -> str:
    return ports.get(word, str(ROOT / word) if word.startswith("examples/") else word)


@pytest.mark.parametrize(
    "words",
    [
        f"{limits.SOUP_HEARTBEAT_NS // 10**9} s without sending",
        f"{limits.SOUP_SILENCE_NS // 10**9} s without hearing",
        f"{limits.SOUP_LOGIN_NS // 10**9} s to log in",
        f"{limits.SOUP_SHORTEST_SILENCE_NS // 10**9} s at least",
        f"{limits.SOUP_PAYLOAD_BYTES:,} bytes",
        f"{limits.SOUP_PIECE_BYTES // 1024} KiB",
        f"{limits.DEFINITION_BYTES // 1024**2} MiB",
        f"{limits.DEFINITION_DEPTH} elements deep",
    ],
)
def test_the_numbers_are_those_of_the_limits(words: str) -> None:
    assert words in " ".join(DOCUMENT.split())
