"""Scripts of The OUCH Project: a list of messages to send, with what is expected in answer.

In: a JSON file. Out: steps, each with its message and the replies that it must have. Never knows: connections.
Follows: The OUCH Project, "Client Input JSON Format". ``_expected_behaviour`` is a comment; ``expect``, a list of
replies beside the fields of an action, is ours. An action that has only ``expect`` sends nothing and waits.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from base.client.ouch.plain import TYPE, build, message_class, plain_fields, understood
from base.errors import FieldError, SettingsError
from base.wire.dialect import Dialect, DialectMessage, Direction

EXPECT = "expect"
SCRIPT_BYTES = 16 * 1024 * 1024


class Expected(NamedTuple):
    """A reply that must come: its type, and the fields that matter, as the wire has them."""

    message: type[DialectMessage]
    fields: dict[str, Any]

    def why_not(self, reply: DialectMessage) -> str:
        """What is wrong with a reply; empty when it is the expected one."""
        if type(reply) is not self.message:
            return f"expected {self.message.__name__}, got {type(reply).__name__}"
        wrong = [name for name, value in self.fields.items() if getattr(reply, name) != value]
        wanted, found = plain_fields(reply.replace(**self.fields)), plain_fields(reply)
        return "; ".join(f"{name}: expected {wanted.get(name)!r}, got {found.get(name)!r}" for name in wrong)


class Step(NamedTuple):
    """One action of a script; ``expected`` is None when nothing is checked, ``message`` when it only waits."""

    number: int
    message: DialectMessage | None
    expected: list[Expected] | None

    @property
    def name(self) -> str:
        """How reports name it."""
        return f"{self.number} {type(self.message).__name__ if self.message else 'wait'}"


def read_script(path: Path, dialect: Dialect) -> list[Step]:
    """Read and check a whole script; SettingsError names file, action and field."""
    try:
        with path.open("rb") as file:
            raw = file.read(SCRIPT_BYTES + 1)
        if len(raw) > SCRIPT_BYTES:
            raise SettingsError(f"{path}: more than {SCRIPT_BYTES} bytes")
        script = json.loads(raw)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: is no JSON: {error}") from None
    actions = script.get("actions") if isinstance(script, dict) else None
    if not isinstance(actions, list):
        raise SettingsError(f'{path}: needs a list "actions"')
    steps = []
    for number, action in enumerate(actions, 1):
        try:
            steps.append(_step(number, action, dialect))
        except FieldError as error:
            raise SettingsError(f"{path}: action {number}: {error}") from None
    return steps


def _step(number: int, action: Any, dialect: Dialect) -> Step:
    if not isinstance(action, dict):
        raise FieldError(f"{action!r} is no dictionary of fields")
    given = dict(action)
    expected = None
    if EXPECT in given:
        wanted = given.pop(EXPECT)
        if not isinstance(wanted, list):
            raise FieldError(f"{EXPECT}: {wanted!r} is no list of replies")
        expected = [_expected(reply, dialect) for reply in wanted]
        if not given:
            return Step(number, None, expected)
    if TYPE not in given:
        raise FieldError(f"lacks {TYPE}")
    message = build(message_class(dialect, given.pop(TYPE), Direction.TO_HOST), given)
    return Step(number, message, expected)


def _expected(reply: Any, dialect: Dialect) -> Expected:
    if not isinstance(reply, dict) or TYPE not in reply:
        raise FieldError(f"{EXPECT}: {reply!r} needs a {TYPE}")
    fields = dict(reply)
    try:
        message = message_class(dialect, fields.pop(TYPE), Direction.TO_CLIENT)
        return Expected(message, understood(message, fields))
    except FieldError as error:
        raise FieldError(f"{EXPECT}: {error}") from None
