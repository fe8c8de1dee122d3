"""A past is carried out from its beginning or from a picture, and only under the settings that it was made with."""

import dataclasses
import json
from fractions import Fraction
from itertools import pairwise

import pytest

from base import limits
from base.errors import RecoveryFailed, SettingsError
from base.journal.replay import Commit
from base.servers.demo_settings import demo_settings
from base.servers.past import Past, _told, market_lines, picture_version, started_with
from base.servers.settings import Settings
from base.servers.state_image import image_of
from base.vocabulary.participants import AccountTerms, OrderLimits, Participant, SelfTrade
from base.vocabulary.recorded import Recorded, RecordedKind
from tests.kit.clock import ManualClock
from tests.kit.floor import Floor
from tests.kit.recorded import one_by_one
from tests.kit.traffic import Traffic

SETTINGS = demo_settings()


def started(settings: Settings = SETTINGS) -> Recorded:
    return Recorded(RecordedKind.STARTED, 0, 0, 0, started_with(settings))


def history(steps: int = 300) -> tuple[Floor, list[Commit]]:
    """A floor that traded, and its commits."""
    floor, traffic = Floor(), Traffic(4)
    records = floor.venue.records
    assert records is not None
    commits = [Commit(1, 1, floor.now_ns, [started()], "00000001.journal", 64)]
    for _ in range(steps):
        kept: list[Recorded] = []

        def collect(kept: list[Recorded] = kept) -> None:
            kept += one_by_one(records.pending())
            records.committed()
            Floor.collect(floor)

        floor.collect = collect  # type: ignore[method-assign]
        traffic.step(floor)
        if kept:
            last = commits[-1]
            commits.append(Commit(last.first_sequence + len(last.entries), 1, floor.now_ns, kept, last.segment, 99))
    return floor, commits


def past(floor: Floor, settings: Settings = SETTINGS, clock: ManualClock | None = None) -> tuple[Past, list[str]]:
    assert floor.venue.records is not None
    said: list[str] = []
    return Past(floor.venue.records, settings, clock or ManualClock(), said.append), said


def test_it_leads_to_the_same_state() -> None:
    floor, commits = history()
    other = Floor()
    one, _ = past(other)
    for commit in commits:
        one.repeat(commit)
    assert other.exchange.state_hash() == floor.exchange.state_hash()
    assert one.sequence == sum(len(commit.entries) for commit in commits)


def test_it_goes_on_from_a_picture() -> None:
    floor, commits = history()
    half = Floor()
    first, _ = past(half)
    for commit in commits[:100]:
        first.repeat(commit)
    assert half.venue.records is not None
    image = image_of(half.venue.records.capture())
    other = Floor()
    one, _ = past(other)
    one.restore(first.sequence, half.exchange.state_hash(), image)
    for commit in commits[100:]:
        one.repeat(commit)
    assert other.exchange.state_hash() == floor.exchange.state_hash()


def test_a_picture_of_another_state_is_refused() -> None:
    floor, _ = history()
    assert floor.venue.records is not None
    one, _ = past(Floor())
    with pytest.raises(RecoveryFailed, match="another state"):
        one.restore(5, "0" * 64, image_of(floor.venue.records.capture()))


@pytest.mark.parametrize("captured", [(), (1, 2, 3), ({}, (), ({}, {}))])
def test_a_picture_of_another_kind_is_refused(captured: tuple[object, ...]) -> None:
    one, _ = past(Floor())
    with pytest.raises(RecoveryFailed, match="another kind of state"):
        one.restore(5, "0" * 64, image_of(captured))


def test_a_gap_is_named() -> None:
    _, commits = history()
    one, _ = past(Floor())
    one.repeat(commits[0])
    with pytest.raises(RecoveryFailed, match="record 2 is missing: the next one at hand is 3"):
        one.repeat(commits[2])


def test_a_record_that_leads_elsewhere_is_named_with_its_place() -> None:
    one, _ = past(Floor())
    mark = Recorded(RecordedKind.MARK, 0, 0, 0, b"f" * 64)
    with pytest.raises(RecoveryFailed, match=r"record 2 \(00000007.journal, offset 640\): the state hash is"):
        one.repeat(Commit(1, 1, 0, [started(), mark], "00000007.journal", 640))


def test_long_ones_tell_how_far_they_are() -> None:
    clock = ManualClock()
    _, commits = history()
    one, said = past(Floor(), clock=clock)
    one.repeat(commits[0])
    assert said == []
    clock.advance(limits.PROGRESS_NS)
    one.repeat(commits[1])
    one.repeat(commits[2])
    assert said == ["recovering: 2 records carried out again"]


def test_time_spent_waiting_for_the_next_commit_is_not_told() -> None:
    clock = ManualClock()
    _, commits = history()
    one, said = past(Floor(), clock=clock)
    for commit in commits[:3]:
        clock.advance(limits.PROGRESS_NS)
        one.go_on()
        one.repeat(commit)
    assert said == []


def changed(**settings: object) -> Settings:
    return dataclasses.replace(SETTINGS, **settings)  # type: ignore[arg-type]


FIRST = SETTINGS.accounts[0]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (changed(accounts=SETTINGS.accounts[1:]), "accounts"),
        (changed(accounts=(dataclasses.replace(FIRST, take_fee_ppm=7), *SETTINGS.accounts[1:])), "accounts"),
        (changed(participants=SETTINGS.participants[::-1]), "participants"),
        (changed(instruments=SETTINGS.instruments[:1]), "instruments"),
        (
            changed(
                instruments=(
                    dataclasses.replace(SETTINGS.instruments[0], tick=Fraction(1, 4)),
                    *SETTINGS.instruments[1:],
                )
            ),
            "instruments",
        ),
    ],
)
def test_other_settings_are_refused_by_name(settings: Settings, what: str) -> None:
    one, _ = past(Floor(), settings)
    with pytest.raises(SettingsError, match=f"was written with other {what} than today's"):
        one.repeat(Commit(1, 1, 0, [started()], "00000001.journal", 64))


@pytest.mark.parametrize(
    "settings, says",
    [
        (
            changed(accounts=(dataclasses.replace(SETTINGS.accounts[0], make_fee_ppm=70), *SETTINGS.accounts[1:])),
            r"account 1 differs: make_fee_ppm was not set, is 70;",
        ),
        (
            changed(instruments=(dataclasses.replace(SETTINGS.instruments[0], tick=Fraction(1, 4)),
                                 *SETTINGS.instruments[1:])),
            r"number 1 differs: tick was 1/2, is 1/4;",
        ),
        (changed(instruments=SETTINGS.instruments[:1]), r"number \d+ of then is missing, or stands in another place;"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_key_and_both_values(settings: Settings, says: str) -> None:
    one, _ = past(Floor(), settings)
    with pytest.raises(SettingsError, match=says):
        one.repeat(Commit(1, 1, 0, [started()], "00000001.journal", 64))


def test_a_line_is_taken_apart_although_values_hold_blanks() -> None:
    told = _told("account=7 balances={BTC: 3, USD: 5} name=two words limits={2: (band_ppm=9 most=3)} last=1")
    assert told == {
        "account": "7", "balances": "{BTC: 3, USD: 5}", "name": "two words", "limits": "{2: (band_ppm=9 most=3)}",
        "last": "1",
    }  # fmt: skip


def test_what_was_added_at_the_end_does_no_harm() -> None:
    more = changed(
        accounts=(*SETTINGS.accounts, AccountTerms(7)),
        participants=(*SETTINGS.participants, Participant(len(SETTINGS.participants), 7, "seven")),
    )
    one, _ = past(Floor(), more)
    one.repeat(Commit(1, 1, 0, [started()], "00000001.journal", 64))
    assert picture_version(more) != picture_version(SETTINGS)
    back, _ = past(Floor())
    with pytest.raises(SettingsError, match="other accounts"):
        back.repeat(Commit(1, 1, 0, [started(more)], "00000001.journal", 64))


def test_a_line_tells_all_that_is_set_and_nothing_else() -> None:
    lines = market_lines(changed(accounts=(AccountTerms(7),)))
    assert lines["accounts"] == ["account=7"]
    whole = AccountTerms(
        7, {"USD": 5, "BTC": 3}, SelfTrade.CANCEL_BOTH, cancel_on_disconnect=True, limits={2: OrderLimits(band_ppm=9)}
    )
    (line,) = market_lines(changed(accounts=(whole,)))["accounts"]
    assert line == (
        "account=7 balances={BTC: 3, USD: 5} self_trade=3 cancel_on_disconnect=True limits={2: (band_ppm=9)}"
    )


def test_lines_differ_where_settings_do() -> None:
    lines = [line for kind in market_lines(SETTINGS).values() for line in kind]
    assert all(first != second for first, second in pairwise(lines))
    assert json.loads(started_with(SETTINGS)).keys() == {"software", "instruments", "accounts", "participants"}
