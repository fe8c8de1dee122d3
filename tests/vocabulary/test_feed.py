"""A happening that entered no order says so by its instrument."""

from base.vocabulary.events import OrderAccepted
from base.vocabulary.feed import Happening


def test_a_happening_is_read_by_name_and_by_place() -> None:
    one = Happening(1, 2, 100, 5, True, [OrderAccepted(7)])
    instrument, side, price_ticks, quantity_lots, is_plain, events = one
    assert (instrument, side, price_ticks, quantity_lots) == (one.instrument, one.side, 100, 5)
    assert is_plain and list(events) == [OrderAccepted(7)]
