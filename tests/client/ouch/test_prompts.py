"""Every field is asked with a default that makes sense, and asked again until the answer does."""

import os
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from base.client.console import Console
from base.client.ouch import DIALECTS
from base.client.ouch.prompts import Prompts
from base.wire.dialect import Direction


class Typed:
    """A console that hears these lines."""

    def __init__(self, *lines: str) -> None:
        read, write = os.pipe()
        os.write(write, "".join(f"{line}\n" for line in lines).encode())
        os.close(write)
        self.source = os.fdopen(read)
        self.output = StringIO()
        self.console = Console(self.source, self.output)

    def close(self) -> None:
        self.console.selector.close()
        self.source.close()


@pytest.fixture
def typed() -> Iterator[Any]:
    consoles: list[Typed] = []

    def hear(*lines: str) -> Typed:
        consoles.append(Typed(*lines))
        return consoles[-1]

    yield hear
    for console in consoles:
        console.close()


def test_defaults_make_an_order_and_propose_the_next_token(typed: Any) -> None:
    hears = typed("O", *[""] * 14, "u", *[""] * 7, "x", "", "", "O", *[""] * 14, "")
    prompts = Prompts(hears.console, DIALECTS["japannext"].dialect)
    first, second, third, fourth = (prompts.next_message() for _ in range(4))
    assert first is not None and second is not None and third is not None and fourth is not None
    assert (first.orderToken, first.quantity, first.price, first.timeInForce, first.group) == (
        1,
        100,
        23000,
        99999,
        "DAY",
    )
    assert (first.display, first.buySellIndicator, first.cashMarginType) == (" ", "B", "1")
    assert (second.existingOrderToken, second.replacementOrderToken) == (1, 2)
    assert (third.orderToken, third.quantity, fourth.orderToken) == (2, 0, 3)
    assert prompts.next_message() is None


def test_an_answer_that_makes_no_sense_is_explained_and_asked_again(typed: Any) -> None:
    hears = typed("Z", "X", "one", "7", "-3", "4")
    message = Prompts(hears.console, DIALECTS["japannext"].dialect).next_message()
    assert message is not None and (message.orderToken, message.quantity) == (7, 4)
    shown = hears.output.getvalue()
    assert "'Z' is none of" in shown and "'one' is no whole number" in shown and "'-3' is no whole number" in shown
    assert shown.count("orderToken [0]") == 2


@pytest.mark.parametrize("name", DIALECTS)
def test_the_defaults_of_every_message_are_valid(name: str, typed: Any) -> None:
    dialect = DIALECTS[name].dialect
    for letter, message in dialect.of(Direction.TO_HOST).items():
        prompts = Prompts(typed(letter, *[""] * 20).console, dialect)
        made = prompts.next_message()
        assert type(made) is message
