"""The catalogue: which letters exist, with which lengths and names.

In: the registry. Out: the table of the specification, written here by hand.
Never knows: fields.
"""

import pytest

from base.limits import MESSAGE_BYTES
from base.wire.registry import CLASSES, HEADERS, NAMES, SIZES, header_class, message_class

CATALOGUE = {
    "H": ("client_logon", 143), "Y": ("instrument_request", 64, 62), "Q": ("instrument_response", 56, 74),
    "w": ("risk_update_request", 34), "N": ("risk_user_symbol", 161), "E": ("open_order_request", 40, 44),
    "e": ("open_order_request", 40, 44), "f": ("collateral_request", 34), "h": ("collateral_response", 161),
    "T": ("transaction", 250, 238), "s": ("md_subscribe", 147), "V": ("md_exec_report", 54), "t": ("tob_msg", 100),
    "M": ("three_level_data", 164), "m": ("five_level_data", 236), "O": ("ten_level_data", 378),
    "S": ("twenty_level_data", 718), "U": ("thirty_level_data", 1058),
}  # fmt: skip


def test_the_catalogue_is_complete() -> None:
    assert {letter: (NAMES[letter], *SIZES[letter]) for letter in SIZES} == CATALOGUE
    assert NAMES.keys() == SIZES.keys()
    assert len(CLASSES) == 21
    assert len(HEADERS) == 23


@pytest.mark.parametrize("letter", CATALOGUE)
def test_a_class_is_found_by_letter_and_length(letter: str) -> None:
    for length in range(MESSAGE_BYTES + 2):
        cls = message_class(letter, length)
        assert (cls is not None) == (length in CATALOGUE[letter][1:])
        if cls is not None:
            assert (cls.SIZE, cls.NAME) == (length, CATALOGUE[letter][0])
            for reserved in (b"\0", b"x", b"\xff"):
                assert header_class(letter.encode() + reserved + length.to_bytes(2, "little")) is cls


def test_case_matters() -> None:
    for letter in "yqWnFHvuL":
        assert (letter in SIZES) == (letter in CATALOGUE)
    assert message_class("T", 250) is not message_class("t", 100)


def test_the_longest_message_is_the_limit() -> None:
    assert max(length for lengths in SIZES.values() for length in lengths) == MESSAGE_BYTES
