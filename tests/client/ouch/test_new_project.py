"""A new project installs, imports and passes its own test; what exists is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from base.__main__ import main
from tests.kit.programs import environment


def run(*command: object, where: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=where, capture_output=True, text=True, timeout=300,
        env=environment(**changes),
    )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    arguments = ["my-msgs", "-a", "oe:ouch", "--application", "md:itch", "--target-dir", str(tmp_path)]
    assert main(["new-project", *arguments]) == 0
    return tmp_path / "my-msgs"


def test_it_installs_imports_and_passes_its_own_test(project: Path) -> None:
    site = project.parent / "site"
    made = run("-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", site, ".", where=project)
    assert made.returncode == 0, made.stderr
    both = f"{site}:{environment()['PYTHONPATH']}"
    tested = run("-m", "pytest", "-q", "tests", where=project, PYTHONPATH=both)
    assert tested.returncode == 0 and "2 passed" in tested.stdout, tested.stdout
    program = "from my_msgs.oe.ouch_oe import EnterOrder; print(EnterOrder(quantity=3).encode().hex())"
    assert (
        run("-c", program, where=project, PYTHONPATH=both).stdout.strip()
        == "4f" + "0" * 16 + "20" + "00000003" + "0" * 8
    )


def test_its_test_fails_when_a_module_is_not_that_of_its_definition(project: Path) -> None:
    definition = project / "src/my_msgs/oe/oe.xml"
    definition.write_text(definition.read_text().replace("quantity", "amount"))
    source = f"{project / 'src'}:{environment()['PYTHONPATH']}"
    tested = run("-m", "pytest", "-q", "tests", where=project, PYTHONPATH=source)
    assert tested.returncode == 1 and "1 failed, 1 passed" in tested.stdout
    commands = [
        line.split()[1:] for line in (project / "README.md").read_text().splitlines() if line.startswith("    ")
    ]
    for command in commands:
        assert run("-m", "base", *command, where=project).returncode == 0
    assert run("-m", "pytest", "-q", "tests", where=project, PYTHONPATH=source).returncode == 0


def test_what_exists_is_left_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert main(["new-project", "my-msgs", "-a", "oe:ouch", "-d", str(project.parent)]) == 2
    assert "File exists" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "given", [["1x", "-a", "oe:ouch"], ["x", "-a", "oe:fix"], ["x"], ["x", *["-a", "oe:ouch"] * 2]]
)
def test_wrong_usage(given: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["new-project", *given, "-d", str(tmp_path)])
    assert ended.value.code == 2 and list(tmp_path.iterdir()) == []
