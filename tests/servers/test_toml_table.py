"""Reading a table key by key: each rule, and what is said when it does not hold."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from base.errors import SettingsError
from base.servers.toml_table import Table, parse_table

TEXT = """
text = "t"
number = 5
flag = true
decimal = "1.25"
texts = ["a", "b"]
[inner]
a = 1
[[rows]]
b = 1
[[rows]]
b = 2
"""


@pytest.fixture
def table() -> Table:
    return parse_table("file", TEXT)


def test_every_kind_of_value(table: Table) -> None:
    assert table.text("text") == "t"
    assert table.integer("number", 5, 5) == 5
    assert table.flag("flag", False) is True
    assert table.decimal("decimal") == Fraction(5, 4)
    assert table.decimal("number") == 5
    assert table.texts("texts") == ("a", "b")
    assert table.choice("number", (4, 5), 4) == 5
    assert table.table("inner").names() == ["a"]
    assert [row.integer("b", 0, 9) for row in table.tables("rows")] == [1, 2]
    table.only("text", "number", "flag", "decimal", "texts", "inner", "rows")


def test_defaults_stand_for_missing_keys(table: Table) -> None:
    assert table.text("x", "d") == "d"
    assert table.integer("x", 1, 2, 2) == 2
    assert table.flag("x", True) is True
    assert table.decimal("x", "0.5") == Fraction(1, 2)
    assert table.texts("x") == ()
    assert table.choice("x", ("a", "b"), "b") == "b"
    assert table.table("x").names() == []


@pytest.mark.parametrize(
    "read, says",
    [
        (lambda table: table.text("number"), "file:3: number = 5: must be a text in quotes"),
        (lambda table: table.text("number", secret=True), "file:3: number = (not shown): must be a text"),
        (lambda table: table.text("missing"), "file: missing is missing: it must be a text in quotes"),
        (lambda table: table.integer("number", 6, 7), "file:3: number = 5: must be a whole number from 6 to 7"),
        (lambda table: table.integer("number", 3, 4), "must be a whole number from 3 to 4"),
        (lambda table: table.integer("flag", 0, 1), "file:4: flag = true: must be a whole number"),
        (lambda table: table.flag("number", True), "must be true or false"),
        (lambda table: table.decimal("text"), "must be a decimal number in quotes"),
        (lambda table: table.decimal("flag"), "must be a decimal number in quotes"),
        (lambda table: table.choice("flag", (1, 2), 1), "must be 1 or 2"),
        (lambda table: table.texts("inner"), "file:7: inner = a table: must be a list of texts"),
        (lambda table: table.table("text"), 'file:2: text = "t": must be a table: [text]'),
        (lambda table: table.tables("inner"), "must be one or more tables: [[inner]]"),
        (lambda table: table.tables("rows")[1].integer("b", 3, 4), "file:12: rows[1].b = 2: must be"),
        (lambda table: table.table("inner").only("q", "b"), "file:8: unknown key inner.a; the keys here are b, q"),
        (lambda table: table.tables("rows")[1].refuse_whole("one too many"), "file:11: rows[1]: one too many"),
    ],
)
def test_a_rule_that_does_not_hold(table: Table, read: Callable[[Table], object], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(table)
    assert str(caught.value).startswith(says) or says in str(caught.value)


def test_a_long_value_is_shortened() -> None:
    table = parse_table("file", f'key = "{"x" * 1000}"')
    with pytest.raises(SettingsError) as caught:
        table.flag("key", True)
    assert len(str(caught.value)) < 150
