"""docs/ouch.md says what the declarations say: every table is made from them, every example runs.

When a declaration changed on purpose, copy what the failure prints into the document.
"""

import re

import pytest

from base import limits
from tests.kit.source import ROOT
from tests.wire.ouch.tables import tables

DOCUMENT = (ROOT / "docs/ouch.md").read_text("utf-8")


@pytest.mark.parametrize("heading, expected", list(tables()), ids=lambda value: value if len(value) < 60 else "")
def test_a_table_is_what_is_declared(heading: str, expected: str) -> None:
    assert f"### {heading}\n" in DOCUMENT
    section = DOCUMENT.split(f"### {heading}\n")[1]
    found = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert found is not None
    assert found[0].rstrip("\n") == expected


def test_no_table_stands_there_that_is_not_checked() -> None:
    headings = {heading for heading, _ in tables()}
    sections = re.split(r"^#+ ", DOCUMENT, flags=re.MULTILINE)
    with_table = {section.splitlines()[0] for section in sections if "\n|---" in section}
    assert with_table == headings


def test_the_examples_run() -> None:
    examples = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        exec(example, {})


@pytest.mark.parametrize(
    "words",
    [
        f"{limits.SOUP_HEARTBEAT_NS // 10**9} s without sending",
        f"{limits.SOUP_SILENCE_NS // 10**9} s without hearing",
        f"{limits.SOUP_LOGIN_NS // 10**9} s to log in",
        f"{limits.SOUP_SHORTEST_SILENCE_NS // 10**9} s at least",
        f"{limits.SOUP_PAYLOAD_BYTES:,} bytes",
        f"{limits.SOUP_PIECE_BYTES // 1024} KiB",
        f"{limits.DEFINITION_BYTES // 1024**2} MiB",
        f"{limits.DEFINITION_DEPTH} elements deep",
    ],
)
def test_the_numbers_are_those_of_the_limits(words: str) -> None:
    assert words in " ".join(DOCUMENT.split())
