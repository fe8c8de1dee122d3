"""Where keys stand, in every way that TOML writes them."""

import pytest

from base.servers.toml_lines import Lines, written

TEXT = '''\
top = 1
[one]
a = "x"  # comment
"quoted key" = 2
two.dotted = 3
[[many]]
a = 1
[many.inner]
b = 2
[[many]]
long = """
a = 5
"""
a = 3
[[many.deep]]
c = 1
[[many.deep]]
c = 2
'''


@pytest.mark.parametrize(
    "path, line",
    [
        (("top",), 1),
        (("one",), 2),
        (("one", "a"), 3),
        (("one", "quoted key"), 4),
        (("one", "two", "dotted"), 5),
        (("many", 0), 6),
        (("many", 0, "a"), 7),
        (("many", 0, "inner", "b"), 9),
        (("many", 1, "long"), 11),
        (("many", 1, "a"), 14),
        (("many", 1, "deep", 0, "c"), 16),
        (("many", 1, "deep", 1, "c"), 18),
        (("one", "missing"), 2),
        (("many", 1, "missing", "further"), 10),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_the_line_of_a_key_or_of_the_table_around_it(path: tuple[str | int, ...], line: int | None) -> None:
    assert Lines(TEXT).of(path) == line


def test_a_path_is_written_on_one_line() -> None:
    assert written(("many", 1, "deep", 0, "c")) == "many[1].deep[0].c"
    assert written(("a\nb",)) == r"'a\nb'"
