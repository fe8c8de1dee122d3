"""What the example servers print: the README's block, and never a wait for a reader."""

import io
import os

import pytest

from base.create_example_message import MESSAGE_TYPES, create_example_message
from base.servers.wire_trace import PIPE_BYTES, WireTrace
from base.wire.registry import CLASSES

ZEROS = r"\x00" * 23
README = rf"""Message type is client_logon
Buffer size is 143 required len is 143
Decoded Client Logon message:
        data1                            b'H'
        data2                            b'\x00'
        data3                            143
        logonType                        1
        account                          100700
        twoFA                            b'1F6A\x00\x00'
        userName                         b'BOU7\x00\x00'
        tradingSessionID                 506
        primaryOrderEntryIP              b'1{ZEROS}'
        secondaryOrderEntryIP            b'1{ZEROS}'
        primaryMarketDataIP              b'1{ZEROS}'
        secondaryMarketDataIP            b'1{ZEROS}'
        sendingTime                      0
        lastSeqNum                       1500201
        key                              432451
        loginStatus                      0
        rejectReason                     0
        riskMaster                       b'\x00'
No more receive data
"""
LOGON = create_example_message("H").encode()


def test_the_block_is_the_readmes() -> None:
    output = io.StringIO()
    WireTrace(output).received(1, LOGON)
    assert output.getvalue() == README


def test_cut_and_glued_messages_are_printed_once_each() -> None:
    output = io.StringIO()
    trace = WireTrace(output)
    stream = LOGON * 3
    for start in range(0, len(stream), 100):
        trace.received(1, stream[start : start + 100])
    assert output.getvalue().count("Decoded Client Logon message:") == 3
    output.truncate(0)
    trace.received(2, stream)
    assert "Buffer size is 429 required len is 143" in output.getvalue()
    assert "Buffer size is 143 required len is 143" in output.getvalue()


@pytest.mark.parametrize("letter", MESSAGE_TYPES)
def test_every_type_has_a_block_that_fits_a_pipe(letter: str) -> None:
    output = io.StringIO()
    WireTrace(output).received(1, create_example_message(letter).encode())
    text = output.getvalue()
    assert f"Message type is {MESSAGE_TYPES[letter]}\n" in text
    assert text.count("\n") == 4 + len(next(cls for cls in CLASSES if letter == cls.LETTER).FIELDS)
    assert max(len(part) for part in text.split("No more")) <= PIPE_BYTES


def test_noise_has_a_line_and_its_connection_is_forgotten() -> None:
    output = io.StringIO()
    trace = WireTrace(output)
    trace.received(1, b"\xff\xff\xff\xff")
    assert "is no message type" in output.getvalue()
    trace.ended(1)
    trace.ended(1)
    trace.received(1, LOGON)
    assert README in output.getvalue()


def test_a_reader_that_does_not_read_is_never_waited_for() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as output, os.fdopen(reader, "rb") as pipe:
        trace = WireTrace(output)
        for _ in range(200):
            trace.received(1, LOGON)
        os.set_blocking(reader, False)
        assert pipe.read()
        trace.received(1, LOGON)
        assert b"blocks were left out: nobody read them" in pipe.read()


def test_a_reader_that_went_away_costs_nothing() -> None:
    reader, writer = os.pipe()
    output = os.fdopen(writer, "w")
    os.close(reader)
    trace = WireTrace(output)
    trace.received(1, LOGON)
    trace.received(1, LOGON)
    output.close()
    trace.received(1, LOGON)
