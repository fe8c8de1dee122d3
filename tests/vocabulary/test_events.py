"""Events are small values of whole numbers.

In: the event classes. Out: verdicts on their shape. Never knows: who makes or reads them.
"""

from dataclasses import fields
from typing import get_args

import pytest

from base.vocabulary.events import Event, OrderAccepted, OrderCancelled

EVENTS = get_args(Event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_is_slotted_and_holds_integers(event: type) -> None:
    assert {field.type for field in fields(event)} == {int}
    made = event(*range(len(fields(event))))
    assert not hasattr(made, "__dict__")
    assert made == event(*range(len(fields(event))))
    assert made != event(*range(1, len(fields(event)) + 1))


def test_events_of_different_kinds_differ() -> None:
    assert OrderAccepted(1) != OrderCancelled(1, 0, 0)
