"""A conversation as a table: state -> event -> next state.

In: a table and events. Out: the state after each event. Never knows: sockets, clocks, messages.
Every state machine of the library moves through ``Conversation.handle`` and nowhere else, so a
reader who knows the table knows every move (decision 2: "a session is a table").
"""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from base.errors import LocalProtocolError

State = TypeVar("State", bound=Enum)
Trigger = TypeVar("Trigger", bound=Enum)


class Conversation(Generic[State, Trigger]):
    """One walk through a table, beginning at ``state``.

    >>> class Door(Enum):
    ...     OPEN = 1
    ...     SHUT = 2
    >>> class Hand(Enum):
    ...     PULL = 1
    ...     PUSH = 2
    >>> door = Conversation({Door.OPEN: {Hand.PUSH: Door.SHUT}, Door.SHUT: {Hand.PULL: Door.OPEN}}, Door.OPEN)
    >>> door.handle(Hand.PUSH)
    <Door.SHUT: 2>
    """

    __slots__ = ("_table", "state")

    def __init__(self, table: Mapping[State, Mapping[Trigger, State]], state: State) -> None:
        self._table = table
        self.state = state

    def handle(self, trigger: Trigger) -> State:
        """Move along the table; an unlisted pair changes nothing and raises LocalProtocolError."""
        try:
            self.state = self._table[self.state][trigger]
        except KeyError:
            raise LocalProtocolError(f"{trigger.name} is not possible in state {self.state.name}") from None
        return self.state


def diagram(table: Mapping[State, Mapping[Trigger, State]]) -> str:
    """Print a table as lines ``STATE --TRIGGER--> STATE``, for the documents."""
    return "\n".join(
        f"{state.name} --{trigger.name}--> {after.name}"
        for state, moves in table.items()
        for trigger, after in moves.items()
    )
