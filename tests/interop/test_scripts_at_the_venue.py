"""Our ten scripts against ``handoff ouch-server``: bare, as The OUCH Project plays them, and over SoupBinTCP."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.gateway.ouch_orders import OuchPort
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment, over_a_pipe, rest_of
from tests.kit.source import ROOT

SCRIPTS = ROOT / "examples/ouch"
ALONE = sorted(path.stem for path in SCRIPTS.glob("*.json") if not path.stem.startswith("trade_"))


LOGINS = {name: f"OUCH{number}" for number, name in enumerate([*ALONE, "trade_seller", "trade_buyer"], 9)}
"""Tokens are used once a day, so each script has a login of its own; bare connections take the first ones."""


class Venue:
    """A running venue, where it speaks Japannext OUCH."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self._addresses = addresses

    def client(self, name: str, *, soup: bool) -> list[str]:
        """The command line that plays a script there."""
        host, port = self._addresses["japannext" if soup else "japannext_bare"].split(":")
        client = [sys.executable, "-m", "base", "ouch-client", "--play", "--host", host, "--port", port]
        login = ["--user", LOGINS[name], "--password", "ouch"] if soup else []
        return [*client, *login, "--quiet", "0.1", "--timeout", str(PATIENCE_S), str(SCRIPTS / f"{name}.json")]


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    """A venue of this test file."""
    process = subprocess.Popen(
        [sys.executable, "-m", "base", "ouch-server", "none", "--listen", "127.0.0.1:0", "--state", "state"],
        cwd=tmp_path_factory.mktemp("venue"), env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        rows = [process.stderr.readline().split(" at ") for _ in OuchPort]
        yield Venue({name: address.strip() for name, address in rows})
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def test_every_script_has_a_login() -> None:
    assert len(LOGINS) == 10


@pytest.mark.parametrize("soup", [False, True], ids=["bare", "soup"])
@pytest.mark.parametrize("name", ALONE)
def test_a_script_is_answered_as_it_expects(name: str, soup: bool, venue: Venue) -> None:
    code, told, errors = over_a_pipe(venue.client(name, soup=soup))
    assert (code, errors) == (0, ""), told


@pytest.mark.parametrize("soup", [False, True], ids=["bare", "soup"])
def test_two_scripts_trade_with_each_other(soup: bool, venue: Venue, tmp_path: Path) -> None:
    command = venue.client("trade_seller", soup=soup)
    seller = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert seller.stdout is not None
        assert any('"orderState": "L"' in line for line in seller.stdout)
        code, told, _ = over_a_pipe(venue.client("trade_buyer", soup=soup))
        assert code == 0, told
        rest, _ = rest_of(seller)
        assert seller.returncode == 0, rest
    finally:
        seller.kill()
        seller.communicate()
