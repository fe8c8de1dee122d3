"""The README is true: its commands exist, its snippets run against real servers, its files are there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import base.process_message as door
from base.servers.aes import build_aes
from base.servers.demo_settings import demo_settings
from base.servers.oes import build_oes
from tests.kit.patience import PATIENCE_S
from tests.kit.serving import serving

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CONSOLE = "\n".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL))
COMMANDS = re.findall(r"^\$ (.*?)(?:\s+#.*)?$", CONSOLE, re.MULTILINE)
EXPECTED_OUTPUT = [["14 True", "50000.0", "0.5"], ["H 1 127.0.0.1:"], ["['E', 'H', 'M'"]]


@pytest.fixture(scope="module")
def aes_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    state, settings = tmp_path_factory.mktemp("state"), demo_settings()
    anywhere = ("127.0.0.1", 0)
    with (
        serving(lambda: build_oes(settings, anywhere, state)),
        serving(lambda: build_aes(settings, anywhere, state)) as aes,
    ):
        yield aes.address[1]


@pytest.mark.parametrize("place", range(len(SNIPPETS)))
def test_each_snippet_runs_and_prints_what_it_should(place: int, aes_port: int, tmp_path: Path) -> None:
    script = tmp_path / "snippet.py"
    script.write_text(SNIPPETS[place].replace("4444", str(aes_port)))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=PATIENCE_S, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(EXPECTED_OUTPUT[place])
    for line, expected in zip(lines, EXPECTED_OUTPUT[place], strict=True):
        assert line.startswith(expected)


def test_every_snippet_has_its_expected_output() -> None:
    assert len(SNIPPETS) == len(EXPECTED_OUTPUT)


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert named >= {"demo", "test", "serve", "bench"}
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_program_named_says_how_it_is_used() -> None:
    programs = {command.split()[1] for command in COMMANDS if command.startswith("python3 ")}
    assert programs == {"example_server_aes.py", "example_server_oes.py", "example_client.py"}
    for program in [*programs, "example_client2.py"]:
        done = subprocess.run([sys.executable, ROOT / program, "--help"], capture_output=True, text=True, check=False)
        assert (done.returncode, "usage:" in done.stdout) == (0, True)


def test_every_handoff_command_named_exists() -> None:
    usage = subprocess.run(
        [sys.executable, "-m", "base", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    for command in set(re.findall(r"`handoff ([a-z-]+)", README)):
        assert re.search(rf"^    {command}( |$)", usage.stdout, re.MULTILINE), command


def test_every_file_linked_is_there() -> None:
    links = re.findall(r"\]\(([^):]+)\)", README)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_the_receive_codes_of_the_table_are_the_real_ones() -> None:
    rows = re.findall(r"^\| `(RECV_\w+)` \| (-?\d) \|", README, re.MULTILINE)
    assert len(rows) == 5
    for name, value in rows:
        assert getattr(door, name) == int(value)


def test_the_demo_accounts_of_the_table_are_the_real_ones() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| `(\w+)` \|$", README, re.MULTILINE)
    assert rows == [(str(c.account), c.user, c.key) for c in demo_settings().credentials]
