"""The two Nasdaq dialects and the market."""

import pytest

from base.gateway.translate_ouch import Cause, Kind, Why
from base.gateway.translate_ouch_nasdaq import BREAKS, SECOND_NS, Nasdaq42Tongue
from base.gateway.translate_ouch_nasdaq50 import Nasdaq50Tongue
from base.wire.ouch import nasdaq42, nasdaq50
from base.wire.ouch.nasdaq_codes import CancelReason, RejectCode50, RejectReason42
from tests.kit.floor import INSTRUMENTS
from tests.kit.ouch_floor import n42, n50, n50_replace

OLD, NEW = Nasdaq42Tongue(INSTRUMENTS), Nasdaq50Tongue(INSTRUMENTS)


@pytest.mark.parametrize(
    ("time_in_force", "kind", "seconds"),
    [(0, Kind.IMMEDIATE, 0), (1, Kind.DAY, 1), (86_399, Kind.DAY, 86_399), (86_400, Kind.DAY, 0), (99_995, Kind.DAY, 0),
     (99_996, Kind.DAY, 0), (99_998, Kind.DAY, 0), (99_999, Kind.DAY, 0), (99_997, None, 0), (100_000, None, 0)],
)  # fmt: skip
def test_how_long_an_order_of_4_2_stands(time_in_force: int, kind: Kind | None, seconds: int) -> None:
    wish = OLD.read_enter(n42("a", timeInForce=time_in_force))
    if kind is None:
        assert wish is Why.TYPE
    else:
        assert not isinstance(wish, Why) and (wish.kind, wish.lifetime_ns) == (kind, seconds * SECOND_NS)


@pytest.mark.parametrize(
    ("time_in_force", "tags", "seconds"),
    [("0", {}, 0), ("5", {}, 0), ("E", {}, 0), ("6", {"ExpireTime": 9}, 9), ("6", {}, None),
     ("6", {"ExpireTime": 86_400}, None), ("x", {}, None)],
)  # fmt: skip
def test_how_long_an_order_of_5_0_stands(time_in_force: str, tags: dict[str, int], seconds: int | None) -> None:
    wish = NEW.read_enter(n50(1, timeInForce=time_in_force, appendage=tags))
    if seconds is None:
        assert wish is Why.TYPE
    else:
        assert not isinstance(wish, Why) and wish.lifetime_ns == seconds * SECOND_NS


def test_how_an_order_shows() -> None:
    for display, kind, hidden in (("A", 1, False), ("Y", 1, False), ("N", 1, True), ("P", 2, False), ("L", 2, False)):
        wish = OLD.read_enter(n42("a", display=display))
        assert not isinstance(wish, Why) and (wish.kind, wish.hidden) == (kind, hidden)
    assert NEW.read_enter(n50(1, display="N", appendage={"MaxFloor": 5})) is Why.MAX_FLOOR
    whole = NEW.read_enter(n50(1, shares=100, appendage={"MaxFloor": 100}))
    assert not isinstance(whole, Why) and whole.shown_lots == 0


def test_a_replace_may_mark_a_sale_and_not_turn_it_into_a_purchase() -> None:
    wish = NEW.read_enter(n50(1, "S"))
    assert not isinstance(wish, Why)
    assert NEW.read_replace(n50_replace(1, 2, appendage={"Side": "B"}), wish) is Why.SIDE
    assert not isinstance(changed := NEW.read_replace(n50_replace(1, 2, appendage={"Side": "T"}), wish), Why)
    assert changed.side == wish.side
    message = nasdaq50.OrderReplaced.parse(
        NEW.replaced(0, n50(1, "S").encode(), n50_replace(1, 2, appendage={"Side": "T"}), 5, 10, "L")
    )
    assert message.side == "T"


def test_every_reason_has_a_code() -> None:
    for why in Why:
        old, new = nasdaq42.Rejected.parse(OLD.rejected(0, n42("a"), why)), NEW.rejected(0, n50(1), why)
        assert old.reason in set(RejectReason42)
        assert nasdaq50.Rejected.parse(new).reason in set(RejectCode50)
        assert OLD.cancelled(0, "a", 1, why)[-1:] == b"U"
    for cause in Cause:
        assert chr(OLD.cancelled(0, "a", 1, cause)[-1]) in set(CancelReason)
        assert chr(NEW.cancelled(0, (0, 1), 1, cause)[-1]) in set(CancelReason)


def test_an_unknown_capacity_becomes_other() -> None:
    assert nasdaq42.Accepted.parse(OLD.accepted(0, n42("a", capacity="?").encode(), 1, "L")).capacity == "O"


def test_every_reason_to_break_a_trade_has_its_letter() -> None:
    assert "".join(BREAKS.values()) == "ECSX"
