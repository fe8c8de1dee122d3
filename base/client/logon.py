"""The client's way through the two stages of the logon, as a table.

In: triggers (a logon sent, a reply, a lost connection) and the addresses of AES replies. Out: the
stage, and the addresses worth trying. Never knows: sockets, bytes, clocks. The table speaks of an
OES; the way to an MDS is the same.
Follows section 5 (session flow) of the protocol: AES, then OES, the AES connection stays open; and the
fall back to a spare: a lost OES is followed by a fresh grant of the AES.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from base.session.transitions import Conversation
from base.socket_controller import split_address
from base.wire.bo.logon import ClientLogon


class Stage(Enum):
    """How far the logon has come."""

    AES_CONNECTING = auto()
    AES_LOGON_SENT = auto()
    OES_CONNECTING = auto()
    OES_LOGON_SENT = auto()
    TRADING = auto()
    PAUSING = auto()
    """The OES was lost; the next try to go on elsewhere is to come."""
    OVER = auto()

    @property
    def label(self) -> str:
        """Name the Tx/Rx state of the transcript."""
        return LABELS[self]


class Trigger(Enum):
    """What moves the stage."""

    LOGON_SENT = auto()
    ACCEPTED = auto()
    UNREACHABLE = auto()
    LOST = auto()
    AES_CALLED = auto()
    POSTPONED = auto()
    ENDED = auto()


LABELS = {
    Stage.AES_CONNECTING: "send_aes_logon",
    Stage.AES_LOGON_SENT: "recv_logon",
    Stage.OES_CONNECTING: "send_oes_logon",
    Stage.OES_LOGON_SENT: "recv_logon",
    Stage.TRADING: "send_transaction",
    Stage.PAUSING: "resume",
    Stage.OVER: "exit",
}

# POSTPONED happens in a resumption only: what went wrong is tried again after a pause
TRANSITIONS = {
    Stage.AES_CONNECTING: {
        Trigger.LOGON_SENT: Stage.AES_LOGON_SENT,
        Trigger.POSTPONED: Stage.PAUSING,
        Trigger.ENDED: Stage.OVER,
    },
    Stage.AES_LOGON_SENT: {
        Trigger.ACCEPTED: Stage.OES_CONNECTING,
        Trigger.POSTPONED: Stage.PAUSING,
        Trigger.ENDED: Stage.OVER,
    },
    Stage.OES_CONNECTING: {
        Trigger.LOGON_SENT: Stage.OES_LOGON_SENT,
        # the order-entry server cannot be reached: the AES is asked for a fresh grant
        Trigger.UNREACHABLE: Stage.AES_LOGON_SENT,
        Trigger.POSTPONED: Stage.PAUSING,
        Trigger.ENDED: Stage.OVER,
    },
    Stage.OES_LOGON_SENT: {
        Trigger.ACCEPTED: Stage.TRADING,
        Trigger.UNREACHABLE: Stage.AES_LOGON_SENT,
        Trigger.POSTPONED: Stage.PAUSING,
        Trigger.ENDED: Stage.OVER,
    },
    Stage.TRADING: {Trigger.LOST: Stage.PAUSING, Trigger.ENDED: Stage.OVER},
    Stage.PAUSING: {
        # the connection to the AES is open still: a further logon needs no new one-time code
        Trigger.LOGON_SENT: Stage.AES_LOGON_SENT,
        Trigger.AES_CALLED: Stage.AES_CONNECTING,
        Trigger.ENDED: Stage.OVER,
    },
    Stage.OVER: {Trigger.ENDED: Stage.OVER},
}


def logon_walk() -> Conversation[Stage, Trigger]:
    """Begin a walk through the table."""
    return Conversation(TRANSITIONS, Stage.AES_CONNECTING)


Address = tuple[str, int]


def redirect_address(text: str) -> Address | None:
    """Read an address as a redirect carries it; None for anything else, such as the "1" of old replies.

    >>> redirect_address("127.0.0.1:4445")
    ('127.0.0.1', 4445)
    >>> redirect_address("1") is None
    True
    """
    try:
        host, port = split_address(text.strip())
    except ValueError:
        return None
    host = host.removeprefix("[").removesuffix("]")
    return (host, port) if host and port else None


def order_entry_addresses(reply: ClientLogon) -> list[Address]:
    """Give the order-entry servers that an AES reply names, primary first."""
    return _addresses(reply.PrimaryOrderEntryIP, reply.SecondaryOrderEntryIP)


def market_data_addresses(reply: ClientLogon) -> list[Address]:
    """Give the market-data servers that an AES reply names, primary first."""
    return _addresses(reply.PrimaryMarketDataIP, reply.SecondaryMarketDataIP)


def _addresses(*texts: str) -> list[Address]:
    named = map(redirect_address, texts)
    return list(dict.fromkeys(address for address in named if address is not None))


class Service(NamedTuple):
    """What a client is handed over to: the kind of server, what it is there for, and where replies name it."""

    server: str
    purpose: str
    addresses: Callable[[ClientLogon], list[Address]]


AES, OES, MDS = "AES", "OES", "MDS"
ORDER_ENTRY = Service(OES, "trading", order_entry_addresses)
MARKET_DATA = Service(MDS, "market data", market_data_addresses)
