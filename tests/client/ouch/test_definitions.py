"""Definitions from files: what is wrong is said, and ITCH 5.0 is shipped, read and written."""

from pathlib import Path

import pytest

from base.client.ouch.definitions import DefinedApplication, read_file, read_text
from base.errors import SettingsError
from base.wire.dialect import Direction

ITCH_BYTES = {
    "S": 12, "R": 39, "H": 25, "Y": 20, "L": 26, "V": 35, "W": 12, "K": 28, "J": 35, "h": 21, "A": 36, "F": 40,
    "E": 31, "C": 36, "X": 23, "D": 19, "U": 35, "P": 44, "Q": 40, "B": 19, "I": 50, "N": 20, "O": 48,
}  # fmt: skip


def test_itch_has_the_messages_and_lengths_of_its_page() -> None:
    dialect = read_file(Path("itch50")).dialect
    assert {message.LETTER: message.SIZE for message in dialect.messages} == ITCH_BYTES


def test_an_itch_message_is_read_as_it_was_written() -> None:
    itch = DefinedApplication(read_text(Path("itch50")), "itch50")
    added = itch.AddOrder(reference=7, side="B", shares=100, stock="XYZ", price=1_503_400)
    added.timestampHigh, added.timestampLow = divmod(34_200_000_000_001, 2**32)
    raw = added.encode()
    assert raw[5:11] == (34_200_000_000_001).to_bytes(6, "big")
    assert raw[11:].hex() == "0000000000000007" + "42" + "00000064" + "58595a2020202020" + "0016f0a8"
    assert itch.dialect.decode(raw, Direction.TO_CLIENT) == added


@pytest.mark.parametrize("raw, words", [(b"<root", "bad.xml:1"), (b"\xff", "UTF-8"), (None, "No such file")])
def test_what_is_wrong_with_a_file_is_said(raw: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(SettingsError, match=words):
        read_file(path)
