"""A picture shows the state it was taken of, and reading one runs no code."""

import os
import pickle
import sys
from collections import deque
from fractions import Fraction
from hashlib import sha256

import pytest

from base.errors import RecoveryFailed
from base.servers.state_image import VERSION, captured_in, image_of
from tests.kit.counts import count
from tests.kit.floor import Floor
from tests.kit.traffic import Traffic


def floor_after(steps: int, seed: int) -> tuple[Floor, Traffic]:
    floor, traffic = Floor(cancel_on_disconnect=True), Traffic(seed)
    for _ in range(steps):
        traffic.step(floor)
    return floor, traffic


@pytest.mark.parametrize("seed", range(count(ordinary=10, long=200)))
def test_a_venue_goes_on_from_its_picture_as_from_itself(seed: int) -> None:
    floor, _ = floor_after(600, seed)
    other = Floor(cancel_on_disconnect=True)
    assert floor.venue.records is not None and other.venue.records is not None
    other.venue.records.restore(captured_in(image_of(floor.venue.records.capture())))
    other.now_ns, other._order_id = floor.now_ns, floor._order_id
    assert other.exchange.state_hash() == floor.exchange.state_hash()
    for one in (floor, other):
        one._unread.clear()
        one.venue.shut_down(one.now_ns)
        one.venue.outbound()
        crowd = Traffic(seed + 1)
        for _ in range(600):
            crowd.step(one)
    assert other._unread == floor._unread
    assert other.exchange.state_hash() == floor.exchange.state_hash()


def test_a_long_queue_is_no_deep_picture() -> None:
    floor = Floor()
    floor.log_on(1)
    for _ in range(3 * sys.getrecursionlimit()):
        floor.send(1, floor.order(1))
    assert floor.venue.records is not None
    other = Floor()
    assert other.venue.records is not None
    other.venue.records.restore(captured_in(image_of(floor.venue.records.capture())))
    assert other.exchange.state_hash() == floor.exchange.state_hash()


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("false",)


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"nonsense",
        pickle.dumps(Evil()),
        pickle.dumps((print,)),
        pickle.dumps((getattr, "x")),
        pickle.dumps(17),
        b"cbase.exchange.requests\n_bare\n.",
        b"cbase.vocabulary.orders\nIntEnum.__call__\n.",
    ],
)
def test_what_is_no_picture_is_refused(image: bytes) -> None:
    with pytest.raises(RecoveryFailed):
        captured_in(image)


def test_no_end_of_a_picture_passes_for_the_whole() -> None:
    floor, _ = floor_after(30, 1)
    assert floor.venue.records is not None
    image = image_of(floor.venue.records.capture())
    for end in range(0, len(image), 97):
        with pytest.raises(RecoveryFailed):
            captured_in(image[:end])


def kept_by(captured: object) -> dict[str, list[str]]:
    """Every class in a picture, with the names of what it keeps."""
    found: dict[str, list[str]] = {}
    seen: set[int] = set()
    waiting = [captured]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (int, str, bytes, type(None), Fraction)):
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple, set, frozenset, deque)):
            waiting += one
        else:
            slots = [name for cls in type(one).__mro__ for name in getattr(cls, "__slots__", ())]
            names = sorted({*slots, *getattr(one, "__dict__", {})})
            found[f"{type(one).__module__}.{type(one).__qualname__}"] = names
            waiting += [getattr(one, name) for name in names if hasattr(one, name)]
    return found


def test_the_version_changes_with_what_a_picture_keeps() -> None:
    """A picture of other classes is passed over only if VERSION says that they are others."""
    floor, _ = floor_after(1_000, 7)
    assert floor.venue.records is not None
    captured = floor.venue.records.capture()
    kept = kept_by(captured)
    assert "base.matching.price_level.Special" in kept and "base.gateway.reports.LeggedEntry" in kept
    shape = repr([sorted(kept.items()), [type(part).__name__ for part in captured]])
    fingerprint = sha256(shape.encode()).hexdigest()[:12]
    assert (VERSION, fingerprint) == ("5", "8f79a375718d"), "raise VERSION, then put both here"
