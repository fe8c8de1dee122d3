"""The earliest of several moments."""

from hypothesis import given
from hypothesis import strategies as st

from base.deadlines import earliest


@given(st.lists(st.none() | st.integers(), max_size=6))
def test_none_stands_for_never(moments_ns: list[int | None]) -> None:
    assert earliest(*moments_ns) == min((one for one in moments_ns if one is not None), default=None)
