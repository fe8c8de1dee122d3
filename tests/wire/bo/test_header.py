"""The header: four bytes in front of every message.

In: every message class. Out: letter, reserved letter and length where they belong.
Never knows: the rest of a message.
"""

import pytest

from base.wire.layout import Message
from base.wire.registry import CLASSES


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_message_begins_with_the_header(cls: type[Message]) -> None:
    code = "h" if cls.LETTER == "E" else "H"
    assert [spec[:4] for spec in cls.FIELDS[:3]] == [
        ("Data1", 0, 1, "1s"),
        ("Data2", 1, 1, "1s"),
        ("MessageLen", 2, 2, code),
    ]
    assert cls().encode()[:4] == cls.LETTER.encode() + b"\0" + cls.SIZE.to_bytes(2, "little")


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if "Padding" in vars(cls)], ids=lambda cls: cls.__name__)
def test_padding_follows_the_message_type(cls: type[Message]) -> None:
    assert next(spec[:4] for spec in cls.FIELDS if spec.name == "Padding") == ("Padding", 6, 2, "H")
