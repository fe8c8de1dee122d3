"""The rooms of the house see only what they may see, and the market counts in integers.

The contracts stand in pyproject.toml and import-linter checks them; here they are run, and run once more on a
copy with a planted violation of each, because a check that never failed is unproven. What an import graph
cannot say (no floating point in the market, one reader of time) is read from the syntax trees.
"""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.kit.source import ROOT, python_files

# Exact fractions are divided in the vocabulary, when settings are read; in these rooms nothing is.
INTEGER_ROOMS = ("base/risk/", "base/matching/", "base/publish/", "base/exchange/")
MARKET_ROOMS = (*INTEGER_ROOMS, "base/vocabulary/")
TIME = {"time", "datetime"}
FLOAT_MODULES = {"struct", "math", "decimal"}
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]

LINTER = """
import sys
from importlinter import configuration
from importlinter.application.use_cases import lint_imports
configuration.configure()
sys.exit(not lint_imports(cache_dir=None, no_logo=True))
"""

# What to append to which file, so that exactly this contract has a reason to break.
VIOLATIONS = {
    "One way through the house": ("base/wire/__init__.py", "import base.session"),
    "Only the edge touches the world": ("base/gateway/__init__.py", "import time"),
    "The market does not know bytes": ("base/risk/__init__.py", "import construct"),
    "The matching engine and the risk desk have one caller": ("base/gateway/__init__.py", "import base.matching"),
    "Only a server builds a venue, opens a journal or the access tables": ("base/__main__.py", "import base.journal"),
    "No cycles inside a room": ("base/client/hen.py", "import base.client.egg"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package that lies in this directory."""
    return subprocess.run([sys.executable, "-c", LINTER], cwd=root, capture_output=True, text=True, timeout=120)


def verdicts(output: str) -> dict[str, str]:
    """Contract name -> KEPT or BROKEN, as the summary lines of import-linter say it."""
    found = {}
    for line in output.splitlines():
        name, _, verdict = line.strip().rpartition(" ")
        if verdict in ("KEPT", "BROKEN"):
            found[name] = verdict
    return found


def copy_of_the_house(target: Path) -> Path:
    shutil.copytree(ROOT / "base", target / "base", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def append(path: Path, line: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def test_every_contract_is_kept() -> None:
    run = lint(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr
    assert verdicts(run.stdout) == dict.fromkeys(CONTRACTS, "KEPT")


def test_a_planted_violation_breaks_each_contract(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    for file, line in VIOLATIONS.values():
        append(house / file, line)
    append(house / "base/client/egg.py", "import base.client.hen")
    run = lint(house)
    assert run.returncode == 1, run.stdout + run.stderr
    assert verdicts(run.stdout) == dict.fromkeys(CONTRACTS, "BROKEN")
    assert set(VIOLATIONS) == set(CONTRACTS), "every contract needs a violation that breaks it"


def test_a_room_without_a_place_is_found(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    append(house / "base/lobby.py", '"""A room that nobody planned."""')
    run = lint(house)
    assert run.returncode == 1, run.stdout + run.stderr
    assert verdicts(run.stdout)["One way through the house"] == "BROKEN"
    assert "lobby" in run.stdout


def test_the_package_itself_imports_nothing() -> None:
    (package,) = python_files("base/__init__.py")
    assert [package.at(node) for node, _ in package.imports()] == []


def floating_point(tree: ast.AST) -> list[ast.AST]:
    """Literals, the name `float`, and the modules that make floats."""
    return [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Import) and any(alias.name in FLOAT_MODULES for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in FLOAT_MODULES)
    ]


def true_division(tree: ast.AST) -> list[ast.AST]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    ]


def test_no_floating_point_in_the_market() -> None:
    rooms = python_files(*MARKET_ROOMS)
    assert rooms
    assert [source.at(node) for source in rooms for node in floating_point(source.tree)] == []


def test_no_division_with_a_rest_in_the_market() -> None:
    assert [source.at(node) for source in python_files(*INTEGER_ROOMS) for node in true_division(source.tree)] == []


def test_floating_point_would_be_found() -> None:
    for planted in ("price = 1.5", "x: float = 1", "import struct", "from math import inf"):
        assert floating_point(ast.parse(planted)), planted
    for planted in ("price = a / b", "price /= 2"):
        assert true_division(ast.parse(planted)), planted
    assert not floating_point(ast.parse("price = a // b + 2")) + true_division(ast.parse("price = a // b + 2"))


def test_only_the_clock_reads_time() -> None:
    readers = {source.path for source in python_files("base/") for _, name in source.imports() if name in TIME}
    assert readers == {"base/clock.py"}
