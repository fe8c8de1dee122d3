"""The table engine: listed pairs move, unlisted pairs change nothing and are one error."""

from enum import Enum, auto

import pytest

from base.errors import LocalProtocolError
from base.session.transitions import Conversation, diagram


class Lamp(Enum):
    OFF = auto()
    ON = auto()


class Switch(Enum):
    UP = auto()
    DOWN = auto()


TABLE = {Lamp.OFF: {Switch.UP: Lamp.ON}, Lamp.ON: {Switch.DOWN: Lamp.OFF}}


def test_a_listed_pair_moves() -> None:
    lamp = Conversation(TABLE, Lamp.OFF)
    assert lamp.handle(Switch.UP) is Lamp.ON
    assert lamp.handle(Switch.DOWN) is Lamp.OFF


def test_an_unlisted_pair_changes_nothing_and_names_both() -> None:
    lamp = Conversation(TABLE, Lamp.OFF)
    with pytest.raises(LocalProtocolError, match="DOWN is not possible in state OFF"):
        lamp.handle(Switch.DOWN)
    assert lamp.state is Lamp.OFF


def test_the_diagram_lists_every_move() -> None:
    assert diagram(TABLE) == "OFF --UP--> ON\nON --DOWN--> OFF"
