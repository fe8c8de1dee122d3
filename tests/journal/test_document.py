"""The tables of docs/journal.md are those of the structures in the code: offset, bytes and name of every field."""

import re
import struct
from pathlib import Path

import pytest

from base.journal import chain, records, snapshots
from base.journal.disk import FileDisk
from base.vocabulary.recorded import Recorded, RecordedKind
from tests.journal.histories import open_journal
from tests.kit.source import ROOT

TEXT = (ROOT / "docs/journal.md").read_text()
TABLES = {
    "Header of a segment": (chain.SEGMENT, chain.SEGMENT_FIELDS, chain.SEGMENT_MAGIC),
    "Header of a record": (records.HEADER, records.HEADER_FIELDS, records.MAGIC),
    "Entry": (records.ENTRY, records.ENTRY_FIELDS, None),
    "The file `epoch`": (chain.EPOCH, chain.EPOCH_FIELDS, chain.EPOCH_MAGIC),
    "Header of a snapshot": (snapshots.HEADER, snapshots.HEADER_FIELDS, snapshots.MAGIC),
}


def rows(title: str) -> list[list[str]]:
    """The cells of the tables in a section."""
    section = TEXT.split(f"### {title}\n")[1].split("\n#")[0]
    return [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in section.splitlines() if "|" in line]


@pytest.mark.parametrize("title", TABLES)
def test_a_table_is_the_structure_in_the_code(title: str) -> None:
    layout, fields, magic = TABLES[title]
    codes = re.findall(r"\d*[a-zA-Z]", layout.format)
    sizes = [struct.calcsize("<" + code) for code in codes]
    offsets = [sum(sizes[:index]) for index in range(len(sizes))]
    expected = [[str(offset), str(size), name] for offset, size, name in zip(offsets, sizes, fields, strict=True)]
    found = [row for row in rows(title) if row[0].isdigit() and len(row) == 4]
    assert [row[:3] for row in found] == expected
    assert layout.size == sum(sizes)
    if magic is not None:
        assert found[0][3] == magic.decode()


def test_the_kinds_of_entries_are_those_of_the_vocabulary() -> None:
    found = {row[1]: int(row[0]) for row in rows("Entry") if len(row) == 3 and row[0].isdigit()}
    assert found == {kind.name: kind.value for kind in RecordedKind}


def test_the_versions_and_the_number_of_snapshots_are_those_of_the_code() -> None:
    assert (chain.VERSION, records.VERSION, snapshots.FORMAT_VERSION) == (1, 1, 1)
    assert "format of the record: 1" in TEXT and TEXT.count("format of the file: 1") == 2
    assert "two are kept" in TEXT


def test_the_program_that_reads_by_hand_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = open_journal(FileDisk(tmp_path / "state/journal"))
    journal.begin_epoch()
    journal.commit(1, [Recorded(RecordedKind.REQUEST, 7, 8, 9, b"\xab\xcd"), Recorded(RecordedKind.LEFT, 7, 8, 1, b"")])
    monkeypatch.chdir(tmp_path)
    exec(TEXT.split("```python\n")[1].split("```")[0], {})
    assert capsys.readouterr().out == "1 1 7 abcd\n2 3 7 \nNone\n"


def test_every_part_says_what_it_promises() -> None:
    parts = {path.name for path in (ROOT / "base/journal").glob("*.py")} - {"__init__.py", "chain.py"}
    assert {row.split("`")[1] for row in TEXT.splitlines() if re.match(r"\| `\w+\.py`", row)} == parts
