"""What the example servers print of the messages that they receive.

In: bytes of connections, as the loop's observer sees them. Out: the README's blocks on a text stream.
Never knows: what becomes of a message. Teaching programs only: TwoFA and Key are printed as they came,
so no other server has this observer.
"""

import os
import select
import struct
from typing import TextIO

from base.wire.framing import Framer
from base.wire.layout import FieldSpec
from base.wire.registry import header_class

NAME_WIDTH = 33
PIPE_BYTES = 4096
"""A pipe that is ready takes this many bytes without waiting (POSIX)."""


class WireTrace:
    """Prints every message as the README shows it; leaves lines out rather than wait for their reader."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._framers: dict[int, Framer] = {}
        self._left_out = 0

    def received(self, connection: int, data: bytes) -> None:
        """Print the messages that these bytes complete."""
        framer = self._framers.setdefault(connection, Framer())
        buffered = framer.pending + len(data)
        for frame in framer.receive(data):
            self._write(block(frame, buffered))
            buffered -= len(frame)
        if framer.error is not None:
            self._write(f"{framer.error}\n")
        elif framer.pending:
            self._write(f"Invalid buffer, length is {framer.pending}\n")
        self._write("No more receive data\n")

    def ended(self, connection: int) -> None:
        """Forget a connection."""
        self._framers.pop(connection, None)

    def _write(self, text: str) -> None:
        try:
            if not self._is_ready():
                self._left_out += 1
                return
            if self._left_out:
                text = f"({self._left_out} blocks were left out: nobody read them)\n{text}"
                self._left_out = 0
            self._output.write(text[:PIPE_BYTES])
            self._output.flush()
        except BrokenPipeError:
            # nobody reads any more; what is left in the stream must not fail when the program ends
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._output.fileno())
            os.close(nowhere)
        except (OSError, ValueError):
            self._left_out += 1  # a full disk, a closed stream: the server goes on

    def _is_ready(self) -> bool:
        try:
            descriptor = self._output.fileno()
        except OSError:  # io.UnsupportedOperation: text in memory, which never waits
            return True
        return bool(select.select([], [descriptor], [], 0)[1])


def block(frame: bytes, buffered: int) -> str:
    """Give the README's lines for one message at the front of ``buffered`` bytes."""
    cls = header_class(frame[:4])
    assert cls is not None, "the framer gives only known messages"
    title = cls.NAME.replace("_", " ").title()
    lines = [
        f"Message type is {cls.NAME}",
        f"Buffer size is {buffered} required len is {len(frame)}",
        f"Decoded {title} message:",
    ]
    lines += [f"        {_field_name(spec):<{NAME_WIDTH}}{_value(spec, frame)!r}" for spec in cls.FIELDS]
    return "\n".join(lines) + "\n"


def _field_name(spec: FieldSpec) -> str:
    """Begin a field's name with small letters; the third one is called by its place, as the README does.

    >>> _field_name(FieldSpec("TwoFA", 10, 6, "6s", "")), _field_name(FieldSpec("BOPrice", 0, 8, "d", ""))
    ('twoFA', 'boPrice')
    """
    name = "Data3" if spec.name == "MessageLen" else spec.name
    capitals = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    small = capitals if capitals == len(name) else max(1, capitals - 1)
    return name[:small].lower() + name[small:]


def _value(spec: FieldSpec, frame: bytes) -> object:
    if "(" in spec.code:
        return frame[spec.offset : spec.offset + spec.size]  # a repeated group
    return struct.unpack_from("<" + spec.code, frame, spec.offset)[0]
