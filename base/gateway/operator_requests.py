"""What the operator asks for and is told, in words and decimal texts.

In: named fields from whoever speaks for the operator. Out: requests and replies as values, texts for people.
Never knows: the market, how a request came, which instruments there are.
Follows "Operator" of the behaviour page.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from base import limits
from base.errors import OperatorRefused
from base.vocabulary.events import Event

FIELDS: dict[str, object] = {
    "command": "", "symbols": [], "all": False, "price": "", "account": 0, "trade": 0, "reason": "",
}  # fmt: skip
"""The fields of a request that comes by name, and what one has that is left out."""


class OperatorRequest(NamedTuple):
    """What the operator wants: instruments by name or ``everywhere``, a price as a decimal text, an account or 0.

    Or a trade by its ExecID, 0 for none, with the word for why.
    """

    word: str
    symbols: tuple[str, ...] = ()
    everywhere: bool = False
    price: str = ""
    account: int = 0
    trade: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One instrument as the operator sees it; prices as decimal texts, "-" for what is not known."""

    symbol: str
    state: str
    last: str
    index: str
    mark: str


@dataclass(frozen=True, slots=True)
class Table:
    """Something else that the operator asked to see: decimal texts and words, the first of each row being its name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class OperatorReply(NamedTuple):
    """What came of a request: lines for people, the instruments or tables that were wanted, the events in order."""

    lines: tuple[str, ...] = ()
    rows: tuple[StatusRow, ...] = ()
    events: tuple[Event, ...] = ()
    tables: tuple[Table, ...] = ()


def read_request(fields: Mapping[str, object]) -> OperatorRequest:
    """Read a request that came as named fields, those of ``FIELDS``; all but the first are optional.

    Raises OperatorRefused for a field that does not exist or has another type.

    >>> read_request({"command": "index", "symbols": ["BTCUSD"], "price": "50000.5"})[:4]
    ('index', ('BTCUSD',), False, '50000.5')
    """
    if unknown := sorted(fields.keys() - set(FIELDS)):
        raise OperatorRefused(f"field {quoted(unknown[0])}: unknown; the fields are {', '.join(FIELDS)}")
    word, symbols, everywhere, price, account, trade, reason = (
        fields.get(name, default) for name, default in FIELDS.items()
    )
    if not isinstance(word, str) or not word:
        raise OperatorRefused("field command: must be a word, such as status")
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise OperatorRefused("field symbols: must be a list of the names of instruments")
    if not isinstance(everywhere, bool):
        raise OperatorRefused("field all: must be true or false")
    if not isinstance(price, str):
        raise OperatorRefused('field price: must be a decimal number as a text, such as "50000.5"')
    if type(account) is not int:
        raise OperatorRefused("field account: must be a whole number")
    if type(trade) is not int:
        raise OperatorRefused("field trade: must be a whole number, the ExecID of a report")
    if not isinstance(reason, str):
        raise OperatorRefused("field reason: must be a word")
    return OperatorRequest(word, tuple(symbols), everywhere, price, account, trade, reason)


def write_request(request: OperatorRequest) -> bytes:
    """Give a request as one line of JSON, which ``read_request`` takes again."""
    return json.dumps(dict(zip(FIELDS, request, strict=True))).encode()


def quoted(text: str) -> str:
    """Quote what somebody typed so that it stays on its line, and short."""
    return ascii(text[: limits.OPERATOR_QUOTED_CHARACTERS])


def listed(names: Sequence[str]) -> str:
    """Give names as one text, and the number of those that are too many for it.

    >>> listed(["BTCUSD", "BTCUSDT"])
    'BTCUSD, BTCUSDT'
    """
    more = len(names) - limits.OPERATOR_NAMES_LISTED
    return ", ".join(names[: limits.OPERATOR_NAMES_LISTED]) + (f" and {more} more" if more > 0 else "")
