"""The door for programs: every message, entry and code is there under its own name.

In: the door. Out: its names.
Never knows: what they do.
"""

from enum import IntEnum

import base.messages as door
from base.wire.bo import codes
from base.wire.registry import CLASSES


def test_every_message_class_is_exported() -> None:
    for cls in CLASSES:
        assert getattr(door, cls.__name__) is cls


def test_every_code_is_exported() -> None:
    own = {name for name, value in vars(codes).items() if isinstance(value, type) and issubclass(value, IntEnum)}
    own |= {name for name in vars(codes) if name.startswith("ATTRIBUTE_")} | {"NO_REJECT"}
    for name in own - {"IntEnum"}:
        assert getattr(door, name) is getattr(codes, name)
        assert name in door.__all__


def test_the_list_of_names_is_true() -> None:
    assert len(set(door.__all__)) == len(door.__all__)
    for name in door.__all__:
        assert hasattr(door, name)
