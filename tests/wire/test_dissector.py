"""Any bytes as tables, or as words when they are no messages."""

import random

import pytest

from base.create_example_message import MESSAGE_TYPES, create_example_message
from base.wire.dissector import dissect

LOGON = create_example_message("H").encode()


@pytest.mark.parametrize("letter", MESSAGE_TYPES)
def test_every_type_shows_every_field(letter: str) -> None:
    message = create_example_message(letter)
    lines, fault = dissect(message.encode())
    assert fault == ""
    assert lines[0] == f"{message.NAME} {letter}, {message.SIZE} bytes"
    shown = "\n".join(lines)
    assert all(f" {spec.name} " in shown for spec in message.FIELDS)


def test_a_line_says_place_value_and_meaning() -> None:
    lines, _ = dissect(LOGON)
    assert "      16     6  UserName               'BOU7'   user name given by the exchange" in lines


def test_glued_messages_are_shown_one_after_the_other() -> None:
    lines, fault = dissect(LOGON + create_example_message("w").encode())
    assert fault == ""
    assert [line for line in lines if not line.startswith(" ")] == [
        "client_logon H, 143 bytes",
        "",
        "risk_update_request w, 34 bytes",
    ]


@pytest.mark.parametrize(
    "data, says",
    [
        (b"", "there are no bytes"),
        (b"H\0\x8f", "byte 0: 3 of the 4 bytes of a header"),
        (LOGON[:100], "byte 0: 100 of the 143 bytes of client_logon"),
        (LOGON + b"X\0\1\0", "byte 143: Data1: 'X' is no message type"),
        (b"H\0\x90\0" + bytes(200), "byte 0: MessageLen: 144 is no length of message type H"),
        (LOGON[:16] + b"\xff" + LOGON[17:], "byte 0: UserName: "),
    ],
)
def test_what_is_no_message_is_told_in_words(data: bytes, says: str) -> None:
    lines, fault = dissect(data)
    assert fault.startswith(says)
    assert bool(lines) == (len(data) > 143 and data[:143] == LOGON)


def test_no_bytes_raise() -> None:
    chance = random.Random(7)
    for seed in range(300):
        data = bytearray(create_example_message(chance.choice(list(MESSAGE_TYPES))).encode())
        for _ in range(8):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        lines, fault = dissect(bytes(data))
        assert lines or fault, seed
        assert all(line.isprintable() for line in lines), seed
