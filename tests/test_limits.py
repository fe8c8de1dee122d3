"""Every bound is a number above zero, says its unit and its reason, and binds something.

The tests at a bound and one past it stand with the room that obeys it.
"""

import ast
import itertools
import re

import pytest

from base import limits
from tests.kit.source import python_files

BOUNDS = {name: value for name, value in vars(limits).items() if name.isupper()}
SHORTEST_EXPLANATION_CHARACTERS = 30


def explanations() -> dict[str, str]:
    """The string that stands below each bound."""
    (source,) = python_files("base/limits.py")
    body = source.tree.body
    return {
        ast.unparse(bound.targets[0]): ast.literal_eval(text.value)
        for bound, text in itertools.pairwise(body)
        if isinstance(bound, ast.Assign) and isinstance(text, ast.Expr)
    }


def test_there_are_bounds() -> None:
    assert len(BOUNDS) > 20


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_is_a_number_with_its_reason(name: str) -> None:
    assert type(BOUNDS[name]) in (int, float)
    assert BOUNDS[name] > 0
    assert len(explanations().get(name, "")) >= SHORTEST_EXPLANATION_CHARACTERS


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_binds_something(name: str) -> None:
    others = [source for source in python_files("base/") if source.path != "base/limits.py"]
    limits_itself = python_files("base/limits.py")[0].text
    used = any(re.search(rf"\b{name}\b", source.text) for source in others)
    assert used or len(re.findall(rf"\b{name}\b", limits_itself)) > 2, "nobody obeys it"
