"""The numbers of the kinds stand in files of years ago, so they are fixed here; a value is a plain tuple."""

from base.vocabulary.recorded import Recorded, RecordedKind

KINDS = {
    "REQUEST": 1, "JOINED": 2, "LEFT": 3, "OPERATED": 4, "RETURN_OVER": 5, "STARTED": 6, "MARK": 7,
    "COPIED": 8,
    "OUCH_JOINED": 9, "OUCH_LEFT": 10, "OUCH_REQUEST": 11, "OUCH_RETURN_OVER": 12, "OUCH_TIME_OVER": 13,
}  # fmt: skip


def test_the_kinds_keep_their_numbers() -> None:
    assert {kind.name: kind.value for kind in RecordedKind} == KINDS


def test_a_recorded_input_is_a_tuple_in_this_order() -> None:
    assert Recorded._fields == ("kind", "participant", "trading_session", "flags", "body")
    assert Recorded(1, 2, 3, 4, b"body") == (1, 2, 3, 4, b"body")
