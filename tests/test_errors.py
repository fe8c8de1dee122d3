"""Who is to blame can be told from the class of an exception, and one class catches all of them."""

import inspect

import pytest

from base import errors

BLAMED = {
    errors.FieldError: errors.LocalProtocolError,
    errors.LocalProtocolError: errors.ProtocolError,
    errors.ParseError: errors.RemoteProtocolError,
    errors.RemoteProtocolError: errors.ProtocolError,
    errors.ProtocolError: errors.HandoffError,
    errors.SettingsError: errors.HandoffError,
    errors.DefinitionError: errors.HandoffError,
    errors.LogonRefused: errors.HandoffError,
    errors.JournalFailed: errors.ServerMustStop,
    errors.JournalFullError: errors.JournalFailed,
    errors.StaleEpoch: errors.JournalFailed,
    errors.JournalDamaged: errors.HandoffError,
}


@pytest.mark.parametrize("error, family", BLAMED.items(), ids=lambda cls: cls.__name__)
def test_an_error_belongs_to_its_family(error: type[Exception], family: type[Exception]) -> None:
    assert error.__base__ is family


def test_everything_raised_on_purpose_is_caught_by_one_class() -> None:
    classes = {cls for _, cls in inspect.getmembers(errors, inspect.isclass)}
    assert all(issubclass(cls, errors.HandoffError) for cls in classes)
    assert set(BLAMED) <= classes


def test_a_refused_logon_carries_the_reason_of_the_wire() -> None:
    assert errors.LogonRefused("refused", 4).reason == 4
    assert errors.LogonRefused("refused").reason == 0


def test_damage_says_where_what_and_what_to_do() -> None:
    damage = errors.JournalDamaged("00000001.journal", 40, "the checksum is wrong", "restore a copy")
    assert (damage.file, damage.offset) == ("00000001.journal", 40)
    assert str(damage) == "00000001.journal, offset 40: the checksum is wrong; restore a copy"


def test_a_held_journal_names_its_holder() -> None:
    assert errors.JournalHeld("held", 17).pid == 17
