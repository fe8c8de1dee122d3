"""Our ten scripts, played bare as The OUCH Project does, against the venue that ``handoff ouch-server`` runs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment, over_a_pipe, rest_of
from tests.kit.source import ROOT

SCRIPTS = ROOT / "examples/ouch"
ALONE = sorted(path.stem for path in SCRIPTS.glob("*.json") if not path.stem.startswith("trade_"))


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A venue; gives the command line of a client of it, without its script."""
    process = subprocess.Popen(
        [sys.executable, "-m", "base", "ouch-server", "none", "--listen", "127.0.0.1:0", "--state", "state"],
        cwd=tmp_path_factory.mktemp("venue"), env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith("japannext_bare at "))
        host, port = line.split()[-1].split(":")
        client = [sys.executable, "-m", "base", "ouch-client", "--play", "--host", host, "--port", port]
        yield [*client, "--quiet", "0.1", "--timeout", str(PATIENCE_S)]
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("name", ALONE)
def test_a_script_is_answered_as_it_expects(name: str, venue: list[str]) -> None:
    code, told, errors = over_a_pipe([*venue, str(SCRIPTS / f"{name}.json")])
    assert (code, errors) == (0, ""), told


def test_two_scripts_trade_with_each_other(venue: list[str], tmp_path: Path) -> None:
    command = [*venue, str(SCRIPTS / "trade_seller.json")]
    seller = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert seller.stdout is not None
        assert any('"orderState": "L"' in line for line in seller.stdout)
        code, told, _ = over_a_pipe([*venue, str(SCRIPTS / "trade_buyer.json")])
        assert code == 0, told
        rest, _ = rest_of(seller)
        assert seller.returncode == 0, rest
    finally:
        seller.kill()
        seller.communicate()
