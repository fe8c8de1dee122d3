"""Prices, quantities and reasons between OUCH and the market."""

from base.gateway.translate_ouch import WHY, Cause, JapannextTongue, Kind, Scales, Why
from base.vocabulary.rejects import Reject
from base.wire.ouch.japannext import quick_code_id
from base.wire.ouch.japannext_codes import CancelReason, RejectReason
from tests.kit.floor import INSTRUMENTS
from tests.kit.ouch_floor import jp, jp_replace


def test_prices_are_ticks_times_a_whole_step_or_the_instrument_is_not_offered() -> None:
    tenths, fine = Scales(INSTRUMENTS, 10), Scales(INSTRUMENTS, 10_000)
    assert tenths.offers(1) and not tenths.offers(4) and fine.offers(4)
    assert (tenths.ticks(1, 1_005), tenths.ticks(1, 1_003)) == (201, 0)
    assert tenths.price(1, 201, 2**32 - 1) == 1_005
    assert tenths.price(1, 2**40, 2**32 - 1) == 2**32 - 1


def test_an_order_becomes_a_wish() -> None:
    tongue = JapannextTongue(INSTRUMENTS)
    wish = tongue.read_enter(jp(1, "T", 500, 1_005, timeInForce=0, minimumQuantity=20))
    assert not isinstance(wish, Why)
    assert (wish.side, wish.lots, wish.ticks, wish.kind, wish.minimum_lots) == (3, 500, 201, Kind.IMMEDIATE, 20)
    changed = tongue.read_replace(jp_replace(1, 2, 600, 1_000, display="P"), wish)
    assert not isinstance(changed, Why)
    assert (changed.side, changed.lots, changed.ticks, changed.kind) == (3, 600, 200, Kind.POST_ONLY)


def test_an_order_book_goes_by_its_number_or_its_code_of_four_characters() -> None:
    (one, _) = INSTRUMENTS
    tongue = JapannextTongue([type(one)(9, "7203", 1, one.base, one.quote, one.tick, one.lot, 1, 10**9)])
    for orderbook in (9, quick_code_id("7203")):
        wish = tongue.read_enter(jp(1, orderbookId=orderbook))
        assert not isinstance(wish, Why) and wish.instrument == 9
    assert tongue.read_enter(jp(1, orderbookId=8)) is Why.BOOK


def test_every_reason_has_a_letter() -> None:
    tongue = JapannextTongue(INSTRUMENTS)
    for why in Why:
        assert chr(tongue.rejected(0, jp(1), why)[13]) in set(RejectReason)
        assert chr(tongue.cancelled(0, 1, 1, why)[17]) in set(CancelReason)
    for cause in Cause:
        assert chr(tongue.cancelled(0, 1, 1, cause)[17]) in set(CancelReason)
    assert chr(tongue.cancelled(0, 1, 1, Why.HALTED)[17]) == "R"
    assert set(WHY) <= set(Reject)
