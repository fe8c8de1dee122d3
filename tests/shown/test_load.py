"""Many subscribers of whom some never read, while others trade at full speed: who trades does not notice.

In: the load of the benchmark, smaller every day. Out: verdicts. Never knows: rates; those are the benchmark's.
"""

from dataclasses import replace

from base import limits
from benchmarks.market_data import GOAL, Figures, measure, report, settings_for
from tests.kit.counts import count

MIB = 1024 * 1024
FIGURES = Figures(
    [100.0, 200.0, 300.0], [160.0, 150.0, 170.0], 0, 10_000, 0, 1, 30.0, 60.0, 1, (8.0, 8.5), 100.0, 12.0, 40.0
)


def test_no_trader_is_touched_and_memory_is_bounded() -> None:
    subscribers, silent = count(ordinary=12, long=200), count(ordinary=3, long=10)
    traders = count(ordinary=4, long=20)
    # a trader whose session is closed, or who is not answered, ends the measurement with an exception
    figures = measure(traders, subscribers, silent, count(ordinary=3, long=9), 0.3)
    assert figures.rejected == 0 and min(figures.beside) > 0
    assert figures.received_bytes > 10_000 and figures.readers_lost == 0
    assert figures.silent_closed <= figures.ended <= silent, "the log has a reason for each"
    assert 0 < figures.median_age_ms <= figures.late_age_ms
    waiting = subscribers * (limits.TRADES_WAITING_BYTES + limits.BOOK_WAITING_BYTES) / MIB
    assert figures.memory_after - figures.memory_before < waiting + 100


def test_the_goal_is_judged_by_the_medians() -> None:
    text = report(20, 200, 10, FIGURES)
    assert f"ratio          0.800 goal {GOAL}: met\n" in text
    assert "1 of 10 closed" in text
    assert "8.5 us of the order-entry server's own time for a message; 8.0 without\n" in text
    assert "100 messages/s trades are 12.0 ms old when they are read, and 99 of 100 at most 40.0 ms\n" in text
    slower = replace(FIGURES, without=[200.0], beside=[80.0])
    assert "ratio          0.400 goal 0.8: not met, 50% of it" in report(20, 200, 10, slower)


def test_the_venue_of_the_load_has_four_instruments_and_an_interval() -> None:
    text = settings_for(3)
    assert (text.count("[[instruments]]"), text.count("[[accounts]]"), text.count("interval_ms = 100")) == (4, 3, 1)
