"""Asks for a message field by field, with a default for each, and asks again when an answer makes no sense.

In: typed lines. Out: messages. Never knows: connections.
Follows: The OUCH Project, "Usage": what its client without a script was to do.
"""

from collections.abc import Callable
from typing import Any

from base.client.console import Console
from base.client.ouch.plain import choices, fields_to_give, message_class, read_words
from base.errors import FieldError
from base.wire.dialect import Dialect, DialectMessage, Direction

_DEFAULTS = {
    "clientReference": "-", "clOrdId": "-", "buySellIndicator": "B", "side": "B", "quantity": "100", "shares": "100",
    "orderbookId": "1", "group": "DAY", "stock": "BTCUSD", "symbol": "BTCUSD", "price": "2300", "timeInForce": "99999",
    "firmId": "0", "firm": "-", "display": "-", "capacity": "P", "orderClassification": "1", "cashMarginType": "1",
    "iso": "N", "crossType": "N", "customerType": "-", "minimumQuantity": "0",
}  # fmt: skip
_CANCELS = ("CancelOrder",)
_NASDAQ_50 = {"timeInForce": "0", "display": "Y"}
_NASDAQ_42 = {"display": "Y"}
_OWN = {"nasdaq-ouch-4.2": _NASDAQ_42, "nasdaq-ouch-5.0": _NASDAQ_50}
_NEW_TOKENS = ("orderToken", "replacementOrderToken", "userRefNum")
_OLD_TOKENS = ("existingOrderToken", "origUserRefNum")


class Prompts:
    """Remembers the token last used, so that the next one and the live one are proposed."""

    def __init__(self, console: Console, dialect: Dialect) -> None:
        self._console = console
        self._dialect = dialect
        self._token = 0

    def next_message(self) -> DialectMessage | None:
        """Ask for one message; None for an empty line instead of a type."""
        known = self._dialect.of(Direction.TO_HOST)
        listed = ", ".join(f"{letter} {message.__name__}" for letter, message in known.items())

        def kind(line: str) -> type[DialectMessage] | None:
            if not line:
                return None
            return message_class(self._dialect, line.upper() if len(line) == 1 else line, Direction.TO_HOST)

        message = self._console.ask_until(f"message type ({listed}; Enter ends): ", explained(kind))
        if message is None:
            return None
        values = {name: self._field(message, name) for name in fields_to_give(message)}
        made: DialectMessage = message(**values)
        for name in _NEW_TOKENS:
            if name in values and message.__name__ not in _CANCELS:
                self._token = max(self._token, _number(values[name]))
        return made

    def _field(self, message: type[DialectMessage], name: str) -> Any:
        default = self._default(message, name)
        kinds = "".join(kind if kind.strip() else "-" for kind in choices(message, name))
        may_be = f" ({kinds})" if kinds else ""
        return self._console.ask_until(
            f"  {name}{may_be} [{default}]: ", explained(lambda line: read_words(message, name, line or default))
        )

    def _default(self, message: type[DialectMessage], name: str) -> str:
        is_text = any(spec.name == name and spec.code.endswith("s") for spec in message.FIELDS)
        if name in _OLD_TOKENS or (name in _NEW_TOKENS and message.__name__ in _CANCELS):
            return str(self._token)
        if name in _NEW_TOKENS:
            return str(self._token + 1)
        if message.__name__ in _CANCELS and name in ("quantity", "shares"):
            return "0"
        own = _OWN.get(self._dialect.name, {}).get(name)
        return own or _DEFAULTS.get(name, "-" if is_text else "0")


def explained(understand: Callable[[str], Any]) -> Callable[[str], Any]:
    """Turn a FieldError into the ValueError that a console shows before it asks again."""

    def read(line: str) -> Any:
        try:
            return understand(line)
        except FieldError as error:
            raise ValueError(str(error)) from None

    return read


def _number(token: Any) -> int:
    digits = str(token)
    return int(digits) if digits.isdigit() else 0
