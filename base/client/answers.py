"""Readers of answers: text in, a value or an explanation out.

In: one line that somebody typed. Out: what it means; otherwise a ValueError whose text says what is
wrong and what to enter. Never knows: where the line came from.
Follows the enumerations of section 4 of the protocol.
"""

import argparse
import ipaddress
from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

from base.client.requests import SYMBOLS

Choice = TypeVar("Choice", bound=IntEnum)


def whole_number(name: str, low: int, high: int) -> Callable[[str], int]:
    """Give a reader of whole numbers from ``low`` to ``high``.

    >>> whole_number("port number", 1, 65535)("4444")
    4444
    """

    def understand(line: str) -> int:
        if line.isascii() and line.isdigit() and low <= int(line) <= high:
            return int(line)
        raise ValueError(f"{line!r} is not a valid {name}: enter a whole number from {low} to {high}")

    return understand


def ipv4_address(line: str) -> str:
    """Give an IPv4 address; ValueError explains.

    >>> ipv4_address("127.0.0.1")
    '127.0.0.1'
    """
    try:
        return str(ipaddress.IPv4Address(line))
    except ValueError:
        raise ValueError(f"{line!r} is not a valid IPv4 address: enter four numbers such as 127.0.0.1") from None


def amount(name: str) -> Callable[[str], float]:
    """Give a reader of prices and quantities.

    >>> amount("price")("50100.5")
    50100.5
    """

    def understand(line: str) -> float:
        try:
            value = float(line)
        except ValueError:
            value = -1.0
        if 0.0 <= value < float("inf"):
            return value
        raise ValueError(f"{line!r} is not a valid {name}: enter a number such as 0.5")

    return understand


def choice_of(name: str, choices: tuple[Choice, ...]) -> Callable[[str], Choice]:
    """Give a reader that takes a choice by its number or its name.

    >>> from base.wire.bo.codes import SymbolType
    >>> choice_of("type of instrument", tuple(SymbolType))("spot")
    <SymbolType.SPOT: 1>
    """
    by_word = {str(choice.value): choice for choice in choices} | {choice.name: choice for choice in choices}

    def understand(line: str) -> Choice:
        try:
            return by_word[line.upper()]
        except KeyError:
            raise ValueError(f"{line!r} is not a valid {name}: enter one of the numbers or names") from None

    return understand


def understand_instrument(line: str) -> int:
    """Give the SymbolEnum of an instrument written as number or name; ValueError explains.

    >>> understand_instrument("btcusdt")
    4
    """
    for number, name in SYMBOLS.items():
        if line.upper() == name:
            return number
    if line.isascii() and line.isdigit() and 1 <= int(line) <= 65535:
        return int(line)
    raise ValueError(f"{line!r} is no instrument: enter its number, or one of {', '.join(SYMBOLS.values())}")


def argument(understand: Callable[[str], object]) -> Callable[[str], object]:
    """Make a reader of answers one of command-line arguments, keeping its explanation."""

    def convert(text: str) -> object:
        try:
            return understand(text)
        except ValueError as explanation:
            raise argparse.ArgumentTypeError(str(explanation)) from None

    return convert
