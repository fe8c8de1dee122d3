"""docs/xml-definitions.md is true: its commands print what stands there, its program and its definition work."""

import re
import subprocess
import sys
from pathlib import Path

from base.wire.xml.reader import read_definition
from tests.kit.patience import PATIENCE_S
from tests.kit.programs import environment
from tests.kit.source import ROOT

TEXT = (ROOT / "docs/xml-definitions.md").read_text()


def parts(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


def test_commands_and_program(tmp_path: Path) -> None:
    ran = 0
    for block in parts("console"):
        command, *printed = block.splitlines()
        words = command.removeprefix("$ handoff ").split()
        done = subprocess.run(
            [sys.executable, "-m", "base", *words], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S,
            env=environment(),
        )  # fmt: skip
        assert (done.returncode, done.stdout.splitlines()) == (0, printed), done.stderr
        ran += 1
    assert ran == 3
    (program,) = parts("python")
    path = f"{tmp_path / 'my-msgs/src'}:{environment()['PYTHONPATH']}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_S,
        env=environment(PYTHONPATH=path),
    )  # fmt: skip
    assert done.stdout == "4f" + "00000001" + "00000000" + "42" + "00000064" + "00000000 True\n", done.stderr


def test_the_definition_is_one() -> None:
    (definition,) = parts("xml")
    (message,) = read_definition(definition).dialect.messages
    assert message(account="A", legs=[{"price": 1, "size": 2}]).encode().hex() == (
        "4f4200000000412020202020202020200001000000010002"
    )
