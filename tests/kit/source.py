"""The project's own source as the tests of its style see it.

In: the checkout. Out: its files, and each Python file with its syntax tree, read once.
Never knows: any rule; test_tidy.py and test_architecture.py hold the rules.
"""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("base", "tests", "benchmarks", "examples")


class Source:
    """One Python file: its path from the root, text, lines and syntax tree."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.tree = ast.parse(text, path)

    def __repr__(self) -> str:
        return self.path

    def at(self, node: ast.AST) -> str:
        """Where a node stands, as an editor can open it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Every import statement with the dotted name that it asks for, nested ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node, node.module or "."


@cache
def all_python() -> tuple[Source, ...]:
    """Every Python file of the project, sorted by path; what is not committed yet counts as well."""
    files = [*ROOT.glob("*.py"), *(file for top in CODE for file in (ROOT / top).rglob("*.py"))]
    paths = sorted(file.relative_to(ROOT).as_posix() for file in files)
    return tuple(Source(path, (ROOT / path).read_text(encoding="utf-8")) for path in paths)


def python_files(*starts: str) -> list[Source]:
    """The Python files whose path starts like this."""
    return [source for source in all_python() if source.path.startswith(starts)]


def top_level() -> set[str]:
    """The names at the top: those that git tracks, so that somebody's notes beside them do not count."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {path.partition("/")[0] for path in listing.stdout.split("\0") if path}
