"""Fields as people write them in scripts and at prompts: prices as decimal numbers, names in any spelling.

In: values of JSON, or words. Out: values of fields, and messages as JSON. Never knows: sessions, files.
Follows: The OUCH Project's script format; a negative whole number wraps, as its client lets it.
"""

import difflib
import json
import re
from decimal import Decimal
from typing import Any

from base.errors import FieldError
from base.wire.alpha import Char
from base.wire.dialect import Dialect, DialectMessage, Direction
from base.wire.fields import IntegerField, TextField
from base.wire.ouch.appendage import LENGTH_FIELD, AppendableMessage

TYPE = "message_type"
_SAID_ELSEWHERE = ("messageType", LENGTH_FIELD)


def same(name: str) -> str:
    """What is left of a name when spelling does not count: ``order_token`` is ``orderToken``.

    >>> same("order_token") == same("orderToken") == same("Order Token")
    True
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def fields_to_give(message: type[DialectMessage]) -> list[str]:
    """The fields that somebody has to think of."""
    return [spec.name for spec in message.FIELDS if spec.name not in _SAID_ELSEWHERE]


def message_class(dialect: Dialect, letter: object, direction: Direction) -> type[DialectMessage]:
    """The class for a type letter, or for a name; FieldError lists what there is."""
    known = dialect.of(direction)
    for code, message in known.items():
        if letter in (code, message.__name__):
            return message
    there = ", ".join(f"{code} {message.__name__}" for code, message in known.items())
    raise FieldError(f"{TYPE}: {letter!r} is none of {dialect.name} {direction.value}: {there}")


def understood(message: type[DialectMessage], given: dict[str, Any]) -> dict[str, Any]:
    """The fields of ``message`` that ``given`` names, as the wire has them; FieldError names the wrong one."""
    names = {same(name): name for name in fields_to_give(message)}
    if issubclass(message, AppendableMessage):
        names["appendage"] = "appendage"
    found: dict[str, Any] = {}
    for spelt, value in given.items():
        name = names.get(same(spelt))
        if name is None:
            near = difflib.get_close_matches(same(spelt), names, 1)
            hint = f"did you mean {names[near[0]]}?" if near else f"it has {', '.join(names.values())}"
            raise FieldError(f"{spelt}: {message.__name__} has no such field; {hint}")
        if name in found:
            raise FieldError(f"{spelt}: {message.__name__} has {name} twice")
        found[name] = value if name == "appendage" else wire_value(message, name, value)
    return found


def build(message: type[DialectMessage], given: dict[str, Any]) -> DialectMessage:
    """The message with exactly these fields; FieldError names those that are missing, unknown or wrong."""
    found = understood(message, given)
    missing = [name for name in fields_to_give(message) if name not in found]
    if missing:
        raise FieldError(f"{message.__name__} lacks {', '.join(missing)}")
    return message(**found)


def wire_value(message: type[DialectMessage], name: str, value: Any) -> Any:
    """One field's value as the wire has it."""
    field = next(field for field in message.fields_declared() if field.spec.name == name)
    if name in message.PRICES:
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise FieldError(f"{name}: {value!r} is no price; give a decimal number")
        try:
            value = message.PRICES[name].to_wire(value)
        except FieldError as error:
            raise FieldError(f"{name}: {error}") from None
    elif isinstance(field, IntegerField):
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldError(f"{name}: {value!r} is no whole number")
        if value < 0 and field.spec.code.isupper():
            value += 1 << 8 * field.spec.size
    elif isinstance(field, TextField) and isinstance(field.text, Char):
        value = str(value) if isinstance(value, int) and not isinstance(value, bool) else value or " "
    return field.text.read(field.store(value)[0], name) if isinstance(field, TextField) else field.store(value)[0]


def read_words(message: type[DialectMessage], name: str, words: str) -> Any:
    """One field's value from what somebody typed; ``-`` alone is a blank. FieldError explains."""
    field = next(field for field in message.fields_declared() if field.spec.name == name)
    if isinstance(field, IntegerField) and name not in message.PRICES:
        if not re.fullmatch(r"[0-9]+", words):
            raise FieldError(f"{name}: {words!r} is no whole number; enter digits")
        return wire_value(message, name, int(words))
    value = wire_value(message, name, "" if words == "-" else words)
    kinds = choices(message, name)
    if kinds and value not in kinds:
        raise FieldError(f"{name}: {words!r} is none of {', '.join(kind.strip() or '-' for kind in kinds)}")
    return value


def choices(message: type[DialectMessage], name: str) -> list[str]:
    """What a field of one character may say; empty when anything goes."""
    field = next(field for field in message.fields_declared() if field.spec.name == name)
    kinds = field.text.values if isinstance(field, TextField) and isinstance(field.text, Char) else None
    return [] if kinds is None else [kind.value for kind in kinds]


def plain_fields(message: DialectMessage) -> dict[str, Any]:
    """All fields but the type, with prices as people write them."""
    fields = {name: value for name, value in message.fields().items() if name not in _SAID_ELSEWHERE}
    for name, price in message.PRICES.items():
        exact = price.to_decimal(fields[name])
        number = float(exact)
        fields[name] = number if Decimal(repr(number)) == exact else str(exact)
    return fields


def shown(message: DialectMessage) -> str:
    """A message as one line of JSON, in the format of scripts."""
    return json.dumps({TYPE: message.LETTER, **plain_fields(message)})
