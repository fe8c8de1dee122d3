"""What a session tells the room above it.

In: nothing. Out: one slotted class per event. Never knows: who acts on it.
"""

from dataclasses import dataclass
from typing import TypeAlias, TypeVar, dataclass_transform

from base.wire.bo.logon import ClientLogon

T = TypeVar("T")


@dataclass_transform()
def event(cls: type[T]) -> type[T]:
    """The one decorator of all events."""
    return dataclass(slots=True)(cls)


@event
class LogonReceived:
    """The client asks to be let in; answer with ``accept_logon`` or ``refuse_logon``."""

    message: ClientLogon


@event
class LogonRepeated:
    """A client that is already in sends another logon on the same connection."""

    message: ClientLogon


@event
class LogoutReceived:
    """The client says goodbye; the server does not answer, it closes."""


@event
class RequestsReceived:
    """Complete frames of a logged-on client, in order; none of them is a logon."""

    frames: list[bytes]


@event
class ProtocolBroken:
    """The peer sent what the protocol does not allow; the session is over."""

    why: str


Event: TypeAlias = LogonReceived | LogonRepeated | LogoutReceived | RequestsReceived | ProtocolBroken
