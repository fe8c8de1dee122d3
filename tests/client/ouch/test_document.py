"""docs/ouch-client.md is true: its programs run, its script is one."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from base.client.ouch.script import read_script
from base.wire.ouch.japannext import JAPANNEXT
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT

TEXT = (ROOT / "docs/ouch-client.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
PRINTS = ["True 1 1", "7"]


@pytest.mark.parametrize("place", range(len(PRINTS)))
def test_each_program_prints_what_it_should(place: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAMS[place]], capture_output=True, text=True, timeout=PATIENCE_S, env=environment()
    )
    assert (done.returncode, done.stdout.strip()) == (0, PRINTS[place]), done.stderr


def test_each_program_is_run() -> None:
    assert len(PROGRAMS) == len(PRINTS)


def test_the_script_is_one(tmp_path: Path) -> None:
    (script,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "script.json"
    path.write_text(script)
    assert len(json.loads(script)["_expected_behaviour"]) == len(read_script(path, JAPANNEXT)) == 1
