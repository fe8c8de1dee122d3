"""Secrets are compared in constant time and never drawn by chance that can be foretold (B8).

A lint over the syntax trees of all code that touches codes and keys, and planted breaches that it must find.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.kit.source import Source, python_files

WHERE = ("base/access/", "base/one_time_code.py", "base/gateway/authorization.py", "base/vocabulary/logons.py")
SECRET = re.compile(r"(^|_)(key|code|codes|two_fa|secret|digest|otp|hotp|totp|pepper|offered)(_of)?$")
COMPARISONS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
FORETOLD = {"random", "uuid"}


def is_secret(node: ast.expr) -> bool:
    """True when the value of an expression is a secret: by its last name, or by that of the function that made it."""
    while isinstance(node, ast.Subscript | ast.Call):
        called = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(called, ast.Attribute) and called.attr in ("encode", "decode", "hex", "strip", "digest"):
            called = called.value if called.attr != "digest" else ast.Name("digest")
        node = called
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return bool(SECRET.search(name))


def careless_comparisons(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        compared: list[ast.expr] = []
        if isinstance(node, ast.Compare) and any(isinstance(operator, COMPARISONS) for operator in node.ops):
            compared = [node.left, *node.comparators]
        elif isinstance(node, ast.Match):
            compared = [node.subject]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            compared = [node.func.value] if node.func.attr in ("startswith", "endswith", "__eq__", "find") else []
        if any(is_secret(operand) for operand in compared) and not is_only_about_absence(node):
            yield getattr(node, "lineno", 0)


def is_only_about_absence(node: ast.AST) -> bool:
    """``two_fa is None`` looks at no character."""
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Is | ast.IsNot)
        and isinstance(node.comparators[0], ast.Constant)
        and node.comparators[0].value is None
    )


def foretold_chance(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.split(".")[0] in FORETOLD for name in names):
            yield getattr(node, "lineno", 0)


def sources() -> list[Source]:
    return list(python_files(*WHERE))


def test_the_lint_reads_all_of_the_code_that_touches_secrets() -> None:
    assert {source.path.rsplit("/", 1)[-1] for source in sources()} >= {
        "accounts.py", "grants.py", "leases.py", "spent_codes.py", "state_file.py", "one_time_code.py",
        "authorization.py", "logons.py",
    }  # fmt: skip


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.path)
def test_secrets_are_compared_in_constant_time_and_drawn_from_the_system(source: Source) -> None:
    assert [f"{source.path}:{line}" for line in careless_comparisons(source.tree)] == []
    assert [f"{source.path}:{line}" for line in foretold_chance(source.tree)] == []


@pytest.mark.parametrize(
    "breach",
    [
        "two_fa == expected",
        "expected != credential.key",
        "row.key_digest == self._digest(key)",
        "hotp(secret, 0) == offered",
        "one_time_code.hotp(secret, 0) == text",
        "two_fa in (current, previous)",
        "key.encode() == text",
        "codes[0] == text",
        "hmac.digest(a, b, 'sha1') == text",
        "two_fa.startswith('5')",
        "key > 5",
        "match two_fa:\n    case '1': pass",
    ],
)
def test_the_lint_finds_a_careless_comparison(breach: str) -> None:
    assert list(careless_comparisons(ast.parse(breach)))


@pytest.mark.parametrize(
    "good",
    [
        "hmac.compare_digest(code, two_fa)",
        "two_fa is None",
        "credential.mode == TOTP",
        "key_is_right and code_is_right",
        "0 < len(credential.key) <= limits.KEY_CHARACTERS",
        "row.wrong_tries >= limits.GRANT_TRIES",
    ],
)
def test_the_lint_lets_the_rest_pass(good: str) -> None:
    assert not list(careless_comparisons(ast.parse(good)))


@pytest.mark.parametrize(
    "breach", ["import random", "from random import randrange", "import os, random", "import uuid"]
)
def test_the_lint_finds_chance_that_can_be_foretold(breach: str) -> None:
    assert list(foretold_chance(ast.parse(breach)))
