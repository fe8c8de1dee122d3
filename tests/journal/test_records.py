"""A record comes back as it went in, proves itself, and nothing else passes for one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import JournalDamaged, JournalTooNew
from base.journal import records
from base.journal.records import ENTRY, HEADER, decode, encode, find, look
from base.vocabulary.recorded import Recorded, RecordedKind, RecordedRun, count_of
from tests.kit.recorded import one_by_one

U8, U32, U64 = st.integers(0, 2**8 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
ENTRIES = st.lists(
    st.builds(Recorded, st.sampled_from([int(kind) for kind in RecordedKind]), U32, U32, U8, st.binary(max_size=300)),
    min_size=1,
    max_size=12,
)
RUNS = st.integers(1, 40).flatmap(
    lambda size: st.builds(
        RecordedRun, st.just(int(RecordedKind.REQUEST)), U32, U32, U8,
        st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=12),
        st.integers(0, size // 2), st.integers(size // 2, size),
    )
)  # fmt: skip
UNKNOWN = 255
ONE = [Recorded(RecordedKind.REQUEST, 7, 8, 9, b"an order")]


@given(ENTRIES, U32, U32, U64, st.integers(-(2**63), 2**63 - 1), U32, st.binary(max_size=40))
def test_a_record_comes_back_as_it_went_in(
    entries: list[Recorded], identity: int, epoch: int, first: int, now_ns: int, previous: int, before: bytes
) -> None:
    record, crc = encode(entries, identity, epoch, first, now_ns, previous)
    data = before + record + b"after"
    head = look(data, len(before), identity)
    assert head is not None
    assert head == (len(record), records.COMMIT, records.VERSION, epoch, first, now_ns, previous, crc)
    assert decode(data, len(before), head, "file", 0) == entries


@given(RUNS, st.booleans())
def test_a_run_is_kept_as_its_entries_one_by_one(run: RecordedRun, between: bool) -> None:
    rows = [*ONE, run, *ONE] if between else [run]
    assert encode(rows, 1, 2, 3, 4, 5) == encode(one_by_one(rows), 1, 2, 3, 4, 5)
    assert count_of(rows) == len(one_by_one(rows))


def test_a_run_that_is_printed_shows_no_secret() -> None:
    run = RecordedRun(RecordedKind.REQUEST, 7, 8, 0, [b"secret", b"terces"], 0, 6)
    assert f"{run} {run!r}" == " ".join(["RecordedRun(1, 7, 8, 2 bodies)"] * 2)


@given(ENTRIES, st.data())
def test_one_wrong_bit_is_one_too_many(entries: list[Recorded], data: st.DataObject) -> None:
    record = bytearray(encode(entries, 1, 2, 3, 4, 5)[0])
    bit = data.draw(st.integers(0, len(record) * 8 - 1))
    record[bit // 8] ^= 1 << bit % 8
    assert look(bytes(record), 0, 1) is None


def test_a_record_that_is_cut_off_is_none() -> None:
    record, _ = encode(ONE, 1, 2, 3, 4, 5)
    assert [size for size in range(len(record)) if look(record[:size], 0, 1)] == []


def test_a_record_is_found_behind_garbage_and_only_with_the_identity_of_its_journal() -> None:
    record, _ = encode(ONE, 1, 2, 3, 4, 5)
    garbage = random.Random(1).randbytes(500) + records.MAGIC + record[:20]
    assert find(garbage + record, 0, 1) == len(garbage)
    assert find(garbage + record, 0, 2) == -1
    assert find(garbage + record, len(garbage) + 1, 1) == -1


def test_a_newer_version_an_unknown_type_and_an_unknown_kind_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(records, "VERSION", 2)
        record, _ = encode(ONE, 1, 2, 3, 4, 5)
    head = look(record, 0, 1)
    assert head is not None
    with pytest.raises(JournalTooNew, match=r"x\.journal, offset 77: a record of type 1, version 2"):
        decode(record, 0, head, "x.journal", 77)
    with pytest.raises(JournalTooNew, match="type 9"):
        decode(record, 0, head._replace(version=1, type=9), "x.journal", 77)
    strange, _ = encode([*ONE, Recorded(UNKNOWN, 0, 0, 0, b"")], 1, 2, 3, 4, 5)
    head = look(strange, 0, 1)
    assert head is not None
    with pytest.raises(JournalTooNew, match=rf"offset {77 + HEADER.size + ENTRY.size + 8}: an entry of kind {UNKNOWN}"):
        decode(strange, 0, head, "x.journal", 77)


def test_entries_that_do_not_fill_their_record_are_refused() -> None:
    record, _ = encode(ONE, 1, 2, 3, 4, 5)
    head = look(record, 0, 1)
    assert head is not None
    for length in (HEADER.size, HEADER.size + 5, len(record) - 1, len(record) + 1):
        with pytest.raises(JournalDamaged, match="do not fill it"):
            decode(record + b"x", 0, head._replace(length=length), "x.journal", 0)
