"""What a SoupBinTCP session tells the room above it.

In: nothing. Out: one slotted class per event. Never knows: who acts on it.
Follows: SoupBinTCP facts, "Flow"; ``LogoutReceived`` and ``ProtocolBroken`` are those of every session.
"""

from typing import TypeAlias

from base.session.events import LogoutReceived, ProtocolBroken, event
from base.wire.soupbintcp.packets import LoginRequest, LoginRequest410

__all__ = [
    "ClientEvent",
    "DebugReceived",
    "LinkLost",
    "LoginAnswered",
    "LoginReceived",
    "LoginRefused",
    "LogoutReceived",
    "MessagesReceived",
    "ProtocolBroken",
    "ServerEvent",
    "SessionEnded",
    "UnsequencedReceived",
]


@event
class LoginReceived:
    """A client asks to be let in; answer with ``accept_login`` or ``reject_login``."""

    message: LoginRequest | LoginRequest410


@event
class UnsequencedReceived:
    """Messages without a number, in order."""

    messages: list[bytes]


@event
class DebugReceived:
    """A remark for people, to be shown or ignored."""

    text: str


@event
class LinkLost:
    """The peer was silent for too long; the session is over."""

    why: str


@event
class LoginAnswered:
    """The server let us in; a ``next_number`` other than ``requested`` means that messages are missing or repeated.

    A ``requested`` of 0 asked for new messages only.
    """

    session: str
    next_number: int
    requested: int


@event
class LoginRefused:
    """The server did not let us in; the session is over."""

    reason: str


@event
class MessagesReceived:
    """Numbered messages in order; the first of them has the number ``first_number``."""

    first_number: int
    messages: list[bytes]


@event
class SessionEnded:
    """The server has no more messages in this session, which is over; another login names a new one."""


ServerEvent: TypeAlias = (
    LoginReceived | UnsequencedReceived | DebugReceived | LogoutReceived | ProtocolBroken | LinkLost
)
ClientEvent: TypeAlias = (
    LoginAnswered
    | LoginRefused
    | MessagesReceived
    | UnsequencedReceived
    | DebugReceived
    | SessionEnded
    | ProtocolBroken
    | LinkLost
)
