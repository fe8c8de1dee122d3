"""Leads a venue to where its journal ends.

In: committed records, one commit after the other; a picture to begin with. Out: a venue in that state, lines that
say how far it is. Never knows: files; sockets. Follows "Recovery" of docs/journal.md: the picture's hash and every
recorded hash are compared with what the records lead to, and different settings are refused.
"""

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from hashlib import sha256
from typing import Any

from base import __version__, limits
from base.clock import Clock
from base.errors import RecoveryFailed, SettingsError
from base.gateway.records import Records
from base.journal.replay import Commit
from base.servers.settings import Settings
from base.servers.state_image import VERSION, captured_in
from base.vocabulary.recorded import RecordedKind

MARKET = ("instruments", "accounts", "participants")
"""The settings that the meaning of a journal depends on."""

STARTED = int(RecordedKind.STARTED)
"""A plain integer, because comparing with an enumeration's member costs a twentieth of a record."""

AS_USUAL = "not set"
"""A value that is as it is by default."""

TELLS_MORE = "; `handoff journal verify` tells more"


class Past:
    """How far a venue has come. ``sequence`` is the number of the last record that it has carried out."""

    def __init__(self, records: Records, settings: Settings, clock: Clock, say: Callable[[str], object]) -> None:
        self.sequence = 0
        self._records = records
        self._market = market_lines(settings)
        self._clock = clock
        self._say = say
        self.go_on()

    def go_on(self) -> None:
        """Say how far it is only when what begins now takes long: who follows a running venue waits for most of it."""
        self._next_line_ns = self._clock.now_ns() + limits.PROGRESS_NS

    def restore(self, sequence: int, state_hash: str, image: bytes) -> None:
        """Begin with a picture; RecoveryFailed when it is not what it claims to be."""
        try:
            self._records.restore(captured_in(image))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise RecoveryFailed(f"the picture shows another kind of state: {type(error).__name__}") from error
        if self._records.state_hash() != state_hash:
            raise RecoveryFailed("the picture leads to another state than the one it was taken of")
        self.sequence = sequence

    def repeat(self, commit: Commit) -> None:
        """Carry out a commit; RecoveryFailed names its place."""
        number = commit.first_sequence
        if number != self.sequence + 1:
            raise RecoveryFailed(f"record {self.sequence + 1} is missing: the next one at hand is {number}")
        repeat, now_ns = self._records.repeat, commit.now_ns
        try:
            for recorded in commit.entries:
                if recorded.kind == STARTED:
                    self._compare_settings(recorded.body)
                repeat(recorded, now_ns)
                number += 1
        except RecoveryFailed as error:
            where = f"record {number} ({commit.segment}, offset {commit.offset})"
            raise RecoveryFailed(f"{where}: {error}{TELLS_MORE}") from None
        self.sequence = number - 1
        if self._clock.now_ns() >= self._next_line_ns:
            self.go_on()
            self._say(f"recovering: {self.sequence:,} records carried out again")

    def _compare_settings(self, body: bytes) -> None:
        """Refuse settings that what is recorded was not made with; what was added at the end does no harm."""
        recorded: dict[str, Any] = json.loads(body)
        for kind in MARKET:
            before, today = recorded[kind], self._market[kind]
            if today[: len(before)] != before:
                place = next(
                    place for place, line in enumerate(before) if place >= len(today) or today[place] != line
                )
                difference = _difference(before[place], today[place] if place < len(today) else "")
                raise SettingsError(
                    f"the journal was written with other {kind} than today's settings have: {difference};"
                    " start with those, add new ones at the end only, or move the folder journal away to begin anew"
                )


def market_lines(settings: Settings) -> dict[str, list[str]]:
    """Give the settings that the meaning of a journal depends on, a line for each instrument, account and user."""
    return {kind: [_line(value) for value in getattr(settings, kind)] for kind in MARKET}


def started_with(settings: Settings) -> bytes:
    """Give what a process notes down when it begins to write."""
    return json.dumps({"software": __version__, **market_lines(settings)}).encode()


def picture_version(settings: Settings) -> str:
    """Name the pictures that fit: taken by this version under these settings."""
    return f"{VERSION}-{sha256(started_with(settings)).hexdigest()[:16]}"


def _line(value: Any) -> str:
    """All that is not as it is by default, so that a setting that comes with a later version changes no line."""
    told: list[str] = []
    for one in fields(value):
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if (this := getattr(value, one.name)) != default:
            told.append(f"{one.name}={_text(this)}")
    return " ".join(told)


def _difference(before: str, today: str) -> str:
    """Say in which values two lines differ, or that there is none today."""
    old, new = _told(before), _told(today)
    first = next(iter(old))
    name = f"{first} {old[first]}"
    if old[first] != new.get(first):
        return f"{name} of then is missing, or stands in another place"
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return f"{name} differs: " + ", ".join(
        f"{key} was {old.get(key, AS_USUAL)}, is {new.get(key, AS_USUAL)}" for key in keys
    )


def _told(line: str) -> dict[str, str]:
    """Take a line apart: names and values, of which some hold blanks, within brackets or as words."""
    told: dict[str, str] = {}
    key, depth = "", 0
    for word in line.split(" "):
        name, is_pair, value = word.partition("=")
        if is_pair and not depth:
            key, told[name] = name, value
        elif key:
            told[key] += f" {word}"
        depth += sum(map(word.count, "({")) - sum(map(word.count, ")}"))
    return told


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(value[key])}" for key in sorted(value)) + "}"
    if hasattr(value, "__dataclass_fields__"):
        return f"({_line(value)})"
    return str(value)

