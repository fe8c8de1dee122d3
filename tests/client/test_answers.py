"""What somebody types is understood or explained."""

import argparse
from collections.abc import Callable

import pytest

from base.client.answers import amount, argument, choice_of, ipv4_address, understand_instrument, whole_number
from base.messages import Side

PORT = whole_number("port number", 1, 65535)
PRICE = amount("price")
SIDE = choice_of("side", tuple(Side))

UNDERSTOOD = [
    (PORT, "1", 1),
    (PORT, "65535", 65535),
    (PRICE, "0.5", 0.5),
    (PRICE, "1e3", 1000.0),
    (SIDE, "2", Side.SELL),
    (SIDE, "sellshort", Side.SELLSHORT),
    (ipv4_address, "10.0.0.1", "10.0.0.1"),
    (understand_instrument, "3", 3),
    (understand_instrument, "BtcUsd", 1),
    (understand_instrument, "900", 900),
]
EXPLAINED = [
    (PORT, "0", "'0' is not a valid port number: enter a whole number from 1 to 65535"),
    (PORT, "65536", "from 1 to 65535"),
    (PORT, "", "'' is not a valid port number"),
    (PORT, "-1", "not a valid port number"),
    (PORT, "²", "not a valid port number"),
    (PRICE, "nan", "'nan' is not a valid price"),
    (PRICE, "inf", "'inf' is not a valid price"),
    (PRICE, "-1", "not a valid price"),
    (PRICE, "cheap", "enter a number such as 0.5"),
    (SIDE, "4", "'4' is not a valid side"),
    (ipv4_address, "127.0.0", "'127.0.0' is not a valid IPv4 address: enter four numbers such as 127.0.0.1"),
    (ipv4_address, "::1", "not a valid IPv4 address"),
    (understand_instrument, "DOGEUSD", "one of BTCUSD, USDUSDT, FLYUSDT, BTCUSDT"),
    (understand_instrument, "0", "is no instrument"),
    (understand_instrument, "65536", "is no instrument"),
]


@pytest.mark.parametrize("understand, line, value", UNDERSTOOD)
def test_a_good_answer_is_understood(understand: Callable[[str], object], line: str, value: object) -> None:
    assert understand(line) == value


@pytest.mark.parametrize("understand, line, explanation", EXPLAINED)
def test_a_bad_answer_is_explained(understand: Callable[[str], object], line: str, explanation: str) -> None:
    with pytest.raises(ValueError) as caught:
        understand(line)
    assert explanation in str(caught.value)


def test_on_the_command_line_the_explanation_stays() -> None:
    assert argument(PORT)("4444") == 4444
    with pytest.raises(argparse.ArgumentTypeError, match="not a valid port number"):
        argument(PORT)("x")
