"""How every file of the house looks: short, explained, finished, and mirrored by a test.

Each rule is a function that lists the places where it does not hold, so a failure names what to change.
The last tests plant one breach of each rule and see it found.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.kit.source import Source, all_python, python_files, top_level

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 60
IN_ONE_PIECE = ("base/exchange/fast_path.py", "base/gateway/fast_path.py")
"""The short way of plain orders is written without calls; the behaviour page allows it there and nowhere else."""
LONGEST_LINE_CHARACTERS = 120
LONGEST_EXAMPLE_LINES = 60
MODULE_SAYS = ("In:", "Out:", "ever knows:")

EXAMPLES = ("example_server_aes.py", "example_server_oes.py", "example_client.py", "example_client2.py")
TOP_LEVEL = {
    "base", "tests", "docs", "benchmarks", "examples", *EXAMPLES,
    "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "requirements.txt", "Makefile", ".gitignore", ".ci",
}  # fmt: skip
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK")) + r")\b")
BROAD = {"Exception", "BaseException"}
SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest"}

# A module whose test is not the file of its name, and the file that tests it instead.
TESTED_ELSEWHERE = {
    "base/servers/example.py": "tests/servers/test_program.py",
    "base/gateway/clients.py": "tests/gateway/test_order_entry.py",  # a record without behaviour
    "base/gateway/front_desks.py": "tests/test_venue.py",  # what it decides shows only in a whole logon
    "base/gateway/lines.py": "tests/test_venue.py",  # what it collects shows only in a pass of the venue
    "base/gateway/logon_replies.py": "tests/test_venue.py",  # the welcome and the refusal, field by field
    "base/gateway/ouch_front.py": "tests/test_ouch_venue.py",  # what it decides shows only in a whole login
    "base/gateway/translate_ouch_nasdaq50.py": "tests/gateway/test_translate_ouch_nasdaq.py",  # beside 4.2
    "base/servers/ouch_routing.py": "tests/servers/test_ouch.py",  # it leads what comes over real sockets
    "base/session/events.py": "tests/session/test_bo.py",  # values without behaviour
    "base/session/soup_events.py": "tests/session/test_soupbintcp.py",  # values without behaviour
}

Rule = Callable[[Source], Iterator[str]]


def module_says_what_it_is(source: Source) -> Iterator[str]:
    docstring = " ".join((ast.get_docstring(source.tree) or "").split())
    in_a_room = source.path.startswith("base/") and not source.path.endswith("__init__.py")
    if source.tree.body and not docstring:
        yield f"{source.path}: no module docstring"
    elif in_a_room and (unsaid := [word for word in MODULE_SAYS if word not in docstring]):
        yield f"{source.path}: the module docstring does not say {unsaid}"


def file_is_short(source: Source) -> Iterator[str]:
    if len(source.lines) > LONGEST_FILE_LINES:
        yield f"{source.path}: {len(source.lines)} lines"


def functions_are_short(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION_LINES and str(source.path) not in IN_ONE_PIECE:
                yield f"{source.at(node)}: {node.name} has {length} lines"


def lines_are_short(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.lines, 1):
        if len(line) > LONGEST_LINE_CHARACTERS:
            yield f"{source.path}:{number}: {len(line)} characters"


def nothing_is_unfinished(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.lines, 1):
        if UNFINISHED.search(line):
            yield f"{source.path}:{number}: {line.strip()}"


def nobody_sleeps(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        attribute = isinstance(node, ast.Attribute) and node.attr == "sleep"
        imported = isinstance(node, ast.ImportFrom) and any(alias.name == "sleep" for alias in node.names)
        if attribute or imported:
            yield f"{source.at(node)}: wait for a condition instead"


def names_in(node: ast.expr | None) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if node else set(BROAD)


def no_failure_is_swallowed(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            silent = all(isinstance(statement, ast.Pass) for statement in node.body)
            if node.type is None or (silent and names_in(node.type) & BROAD):
                yield f"{source.at(node)}: name the exceptions that you expect"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            for _ in (argument for argument in node.args if names_in(argument) & BROAD):
                yield f"{source.at(node)}: name the exceptions that you expect"


def no_test_is_skipped(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPS:
            yield f"{source.at(node)}: {node.attr}"


RULES: list[tuple[Rule, str]] = [
    (module_says_what_it_is, ""),
    (file_is_short, ""),
    (functions_are_short, ""),
    (lines_are_short, ""),
    (nothing_is_unfinished, ""),
    (nobody_sleeps, ""),
    (no_failure_is_swallowed, ""),
    (no_test_is_skipped, "tests/"),
]


def none_of(breaches: Iterable[str]) -> None:
    """Fail with all breaches, one in a line."""
    found = list(breaches)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("rule, where", RULES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_file_keeps_the_rule(rule: Rule, where: str) -> None:
    none_of(place for source in python_files(where) for place in rule(source))


def test_example_programs_are_short() -> None:
    lengths = {source.path: len(source.lines) for source in python_files("example_")}
    assert lengths.keys() == set(EXAMPLES)
    none_of(f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LONGEST_EXAMPLE_LINES)


def test_the_top_level_holds_what_was_agreed() -> None:
    assert top_level() == TOP_LEVEL


def mirror(path: str) -> str:
    """The test file of a module: base/wire/framing.py -> tests/wire/test_framing.py."""
    module = PurePosixPath(path)
    return str(PurePosixPath("tests", *module.parts[1:-1], f"test_{module.stem.strip('_')}.py"))


def test_every_module_has_its_test() -> None:
    present = {source.path for source in all_python()}
    modules = [source.path for source in python_files("base/") if not source.path.endswith("__init__.py")]
    expected = {path: TESTED_ELSEWHERE.get(path, mirror(path)) for path in modules}
    none_of(f"{path}: no {test}" for path, test in expected.items() if test not in present)
    stale = [path for path in TESTED_ELSEWHERE if mirror(path) in present or path not in modules]
    assert not stale, "gone, or tested under their own names now"


BREACHES: list[tuple[Rule, str]] = [
    (module_says_what_it_is, "x = 1"),
    (module_says_what_it_is, '"""In: bytes. Out: words."""'),
    (file_is_short, "x = 1\n" * 401),
    (functions_are_short, "def f():\n" + "    x = 1\n" * 60),
    (lines_are_short, "#" * 121),
    (nothing_is_unfinished, "# TO" "DO: the rest"),
    (nobody_sleeps, "import time\ntime.sleep(1)"),
    (nobody_sleeps, "from time import sleep"),
    (no_failure_is_swallowed, "try:\n    f()\nexcept:\n    g()"),
    (no_failure_is_swallowed, "try:\n    f()\nexcept (OSError, Exception):\n    pass"),
    (no_failure_is_swallowed, "with contextlib.suppress(Exception):\n    f()"),
    (no_test_is_skipped, "@pytest.mark.skip\ndef test(): ..."),
]


@pytest.mark.parametrize("rule, text", BREACHES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_breach_of_the_rule_is_found(rule: Rule, text: str) -> None:
    assert len(list(rule(Source("base/planted.py", text)))) == 1
