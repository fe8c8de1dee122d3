"""What the library says while it works, line by line, in the words of the owner's README.

In: what happens on a connection, messages sent and received. Out: `[lib]` lines on a text stream,
coloured when it is a terminal. Never knows: sockets, what happens next.
Follows the README of the system (client dialogues) and https://no-color.org.
"""

import os
import sys
from typing import Self, TextIO

import colorama

from base.client.logon import Address
from base.wire.bo.codes import NO_REJECT, LoginStatus, LogonType, MessageType, RejectReason
from base.wire.bo.logon import ClientLogon
from base.wire.bo.transaction import Transaction
from base.wire.layout import Message

QUIET_COLOUR = colorama.Style.DIM
SENT_COLOUR = colorama.Fore.CYAN
RECEIVED_COLOUR = colorama.Fore.GREEN
REFUSED_COLOUR = colorama.Fore.RED

OUTCOMES = {
    MessageType.ORDER_ACK: "Order replied",
    MessageType.CANCELLED: "Order cancelled",
    MessageType.REPLACED: "Order replaced",
    MessageType.QUOTE_FILL: "Order quote filled",
    MessageType.QUOTE_FILL_PARTIAL: "Order quote partially filled",
    MessageType.EXECUTION: "Order executed",
    MessageType.EXECUTION_PARTIAL: "Order partially executed",
    MessageType.REJECT: "Order rejected",
    MessageType.ORDER_REJECT: "Order rejected",
    MessageType.CANCEL_REPLACE_REJECT: "Order rejected",
    MessageType.RISK_REJECT: "Order rejected",
}


def wants_colour(output: TextIO) -> bool:
    """Say whether to colour: only a terminal, and only when NO_COLOR is unset or empty."""
    return not os.environ.get("NO_COLOR") and output.isatty()


def reject_name(reason: int) -> str:
    """Name a RejectReason as the specification spells it.

    >>> reject_name(47)
    'NOT_ENOUGH_EQUITY_TO_COMPLETE'
    >>> reject_name(999)
    'unknown reject 999'
    """
    try:
        return RejectReason(reason).name
    except ValueError:
        return f"unknown reject {reason}"


def is_accepted(message: Message) -> bool:
    """Say whether a reply is good news: LoginStatus is not "failed" and RejectReason names no refusal."""
    if getattr(message, "LoginStatus", 0) == LoginStatus.FAILURE:
        return False
    return getattr(message, "RejectReason", 0) in NO_REJECT


def title(message: Message) -> str:
    """Give a message's name in words, such as ``Client Logon``."""
    return message.NAME.replace("_", " ").title()


def plain(value: object) -> str:
    """Give a field's value on one line: what cannot be printed is shown by its escape."""
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


class Transcript:
    """Writes the library's lines to ``output``; writes nothing at all when that is None."""

    def __init__(self, output: TextIO | None = None, *, colour: bool | None = None) -> None:
        self._output = output
        self._unreachable: dict[tuple[str, Address], str] = {}
        """Servers that cannot be used, and why; said once, however often they are tried until one can be used."""
        self._colour = output is not None and (wants_colour(output) if colour is None else colour)
        if self._colour:
            colorama.just_fix_windows_console()

    @classmethod
    def on_terminal(cls) -> Self:
        """Write to standard output."""
        return cls(sys.stdout)

    def write(self, text: str) -> None:
        """Write text as it is."""
        if self._output is not None:
            self._output.write(text)
            self._output.flush()

    def say(self, *words: object, colour: str = "", blank_after: bool = False) -> None:
        """Write one line that begins with ``[lib]``."""
        if self._output is None:
            return
        line = f"[lib]  {' '.join(map(str, words))}".rstrip()
        if self._colour and colour:
            line = f"{colour}{line}{colorama.Style.RESET_ALL}"
        self.write(line + ("\n\n" if blank_after else "\n"))

    # -- connections

    def connecting(self, server: str, address: Address) -> None:
        """Say which server is called."""
        if (server, address) in self._unreachable:
            return
        self.say(f"The {server} server is", address[0], ":", address[1], blank_after=server == "AES")
        self.say("Starting connection to", address[0], ":", address[1], " ...")

    def connected(self) -> None:
        """Say that the server answered the call."""
        self._unreachable.clear()
        self.say("Successfully connected to the server.")

    def unreachable(self, server: str, address: Address, why: str) -> None:
        """Say that a server cannot be used and why."""
        if self._unreachable.get((server, address)) == why:
            return
        self._unreachable[server, address] = why
        self.say(f"The {server} server at", address[0], ":", address[1], "cannot be used:", why, colour=REFUSED_COLOUR)

    def lost(self, server: str, address: Address, resume_ns: int) -> None:
        """Say that a server was lost and what is done about it."""
        at = f"{address[0]}:{address[1]}"
        what_next = f"going on elsewhere, within {resume_ns / 1e9:g} s"
        self.say(f"The connection to the {server} at {at} was lost: {what_next}", colour=REFUSED_COLOUR)

    def resumed(self, purpose: str, address: Address) -> None:
        """Say where trading, or whatever it was, goes on."""
        self.say(f"{purpose.capitalize()} goes on at {address[0]}:{address[1]}", colour=RECEIVED_COLOUR)

    def closed(self, server: str, address: Address) -> None:
        """Say that a connection is over."""
        self.say(f"Connection to the {server} server at", address[0], ":", address[1], "is closed", colour=QUIET_COLOUR)

    # -- sending

    def at_send_callback(self, server: str) -> None:
        """Say that a connection is about to be used for sending."""
        self.say(f"At send_callback to {server} ...", colour=QUIET_COLOUR)

    def send_logon(self, server: str, kind: str = "Logon") -> None:
        """Announce a logon or a logout."""
        self.say(f"Send the {server} {kind} message", colour=SENT_COLOUR, blank_after=True)

    def send_order(self, message: Transaction) -> None:
        """Announce a transaction."""
        self.say(
            "Sending the Order message, msg_type=",
            message.MessageType,
            "order_type=",
            message.OrderType,
            colour=SENT_COLOUR,
        )

    def send_request(self, message: Message) -> None:
        """Announce any other request."""
        self.say(f"Sending the {title(message)} message", colour=SENT_COLOUR)

    def sending(self, message: Message, frame: bytes, address: Address) -> None:
        """Show the bytes that leave."""
        if self._output is None:
            return
        self.say(f"Encoded {title(message)} message", frame.hex().upper())
        self.say("Sending", len(frame), "bytes to", address[0], ":", address[1], " ..")

    def counter(self, moment: str, count: int, state: str) -> None:
        """Show the Tx/Rx counter; ``moment`` is "sending" or "receiving"."""
        self.say(f"At {moment}, Message Counter is", count, "Tx/Rx state is", state)

    # -- receiving

    def read(self, size: int, address: Address) -> None:
        """Say that bytes arrived."""
        self.say("Read", size, "bytes from", address[0], ":", address[1], blank_after=True)

    def received(self, server: str, message: Message, buffered: int) -> None:
        """Show a message that arrived; ``buffered`` is the number of bytes that waited to be read."""
        if self._output is None:
            return
        self.say("Processing the received message ...")
        self.say("Message type is", message.NAME)
        self.say("Buffer size is", buffered, "required len is", message.SIZE)
        self.fields(message)
        self.verdict(message)
        self.say(f"From {server} server, Received message: len=", message.SIZE, colour=RECEIVED_COLOUR)
        if isinstance(message, ClientLogon):
            self._logon_outcome(server, message)
        elif isinstance(message, Transaction) and message.MessageType in OUTCOMES:
            accepted = is_accepted(message)
            self.say(
                OUTCOMES[MessageType(message.MessageType)], colour=RECEIVED_COLOUR if accepted else REFUSED_COLOUR
            )

    def fields(self, message: Message) -> None:
        """List every field with its value; the length goes by the name Data3."""
        for name, value in message.fields().items():
            label = "Data3" if name == "MessageLen" else name
            for part, number in _parts(label, value):
                self.say(f"  {part} : ", plain(number))

    def verdict(self, message: Message) -> None:
        """Say whether the message is good news and, when it is not, by which code."""
        accepted = is_accepted(message)
        self.say("Valid:", accepted, colour=RECEIVED_COLOUR if accepted else REFUSED_COLOUR)
        if not accepted:
            reason = getattr(message, "RejectReason", 0)
            self.say("Reject Code: ", reason, colour=REFUSED_COLOUR)
            self.say("Reject Reason:", reject_name(reason), colour=REFUSED_COLOUR)

    def _logon_outcome(self, server: str, message: ClientLogon) -> None:
        if message.LogonType != LogonType.LOGIN:
            self.say(f"{server} Logout", colour=REFUSED_COLOUR)
        elif is_accepted(message):
            self.say(f"{server} Logon success", colour=RECEIVED_COLOUR)
        else:
            self.say(f"{server} Logon fail", colour=REFUSED_COLOUR)


def _parts(label: str, value: object) -> list[tuple[str, object]]:
    """Spread a repeated group over one line per value: ``Levels[0].BuyPrice``."""
    if not isinstance(value, (list, tuple)):
        return [(label, value)]
    rows: list[tuple[str, object]] = []
    for at, entry in enumerate(value):
        if isinstance(entry, dict):
            rows.extend((f"{label}[{at}].{name}", inner) for name, inner in entry.items())
        else:
            rows.append((f"{label}[{at}]", entry))
    return rows
