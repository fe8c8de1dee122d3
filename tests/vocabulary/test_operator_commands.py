"""The operator's commands are values like all others, and none has the name of a client's.

In: the command classes. Out: verdicts. Never knows: what the commands do.
"""

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from base.vocabulary.operator_commands import EndSession, MarketState, MassCancel, OperatorCommand, SetMarketState

COMMANDS = get_args(OperatorCommand)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_is_a_slotted_value_of_whole_numbers(command: type) -> None:
    assert "__dict__" not in dir(command)
    assert {field.type for field in fields(command)} <= {int}
    numbers = range(1, len(fields(command)) + 1)
    assert command(*numbers) == command(*numbers)


def test_a_command_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        SetMarketState(1, MarketState.OPEN).state = MarketState.HALTED  # type: ignore[misc]


def test_names_are_used_once() -> None:
    assert len({command.__name__ for command in COMMANDS}) == len(COMMANDS)


def test_a_mass_cancel_means_all_unless_told_otherwise() -> None:
    assert MassCancel() == MassCancel(account=0, instrument=0)
    assert EndSession() == EndSession()
