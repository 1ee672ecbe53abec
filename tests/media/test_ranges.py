"""Ranges and conditions by RFC 9110: its own examples, and whatever else comes."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.media.ranges import Wanted, parts_of, union, wanted

TAG = '"abc"'
CHANGED = datetime(2026, 11, 23, 6, 0, 0, 900_000, UTC)
DATE = "Mon, 23 Nov 2026 06:00:00 GMT"
BEFORE, AFTER = "Mon, 23 Nov 2026 05:59:59 GMT", "Mon, 23 Nov 2026 06:00:01 GMT"


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("bytes=0-499", ((0, 500),)),
        ("bytes=500-999", ((500, 1000),)),
        ("bytes=-500", ((9500, 10_000),)),
        ("bytes=9500-", ((9500, 10_000),)),
        ("bytes=0-0,-1", ((0, 1), (9999, 10_000))),
        ("bytes= 0-999, 4500-5499, -1000", ((0, 1000), (4500, 5500), (9000, 10_000))),
        ("bytes=500-600,601-999", ((500, 1000),)),  # touching: one
        ("bytes=500-700,601-999", ((500, 1000),)),  # overlapping: one
        ("bytes=9000-9999,0-99", ((9000, 10_000), (0, 100))),  # in the order asked for
        ("bytes=9990-20000", ((9990, 10_000),)),
        ("bytes=-20000", ((0, 10_000),)),
        ("Bytes=0-1", ((0, 2),)),
        ("bytes=0-1,,2-3,", ((0, 4),)),
        ("bytes=20000-,0-1", ((0, 2),)),  # one of them lies in the file
        ("bytes=10000-", ()),
        ("bytes=-0", ()),
        ("bytes=0-" + "9" * 19, ((0, 10_000),)),
    ],
)
def test_parts_of_ten_thousand_octets(header: str, parts: tuple[tuple[int, int], ...]) -> None:
    assert parts_of(header, 10_000) == parts


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,x", "items=0-1", "bytes=0-1;2-3", "bytes=--1",
     "bytes=0x1-2", "bytes=1-2-3", "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(11)), "bytes=0-" + "9" * 5000, "bytes=²-³"],
)  # fmt: skip
def test_what_is_broken_or_too_much_is_not_heeded(header: str) -> None:
    assert parts_of(header, 10_000) is None


def test_of_an_empty_file_no_part_is_there() -> None:
    assert parts_of("bytes=0-", 0) == parts_of("bytes=-5", 0) == ()


@given(st.text(max_size=40) | st.from_regex(r"bytes=[0-9,\- ]{0,30}", fullmatch=True), st.integers(0, 300))
def test_whatever_is_asked_for_lies_in_the_file_and_nothing_comes_twice(header: str, length: int) -> None:
    parts = parts_of(header, length)
    for start, end in parts or ():
        assert 0 <= start < end <= length
    octets = [n for start, end in parts or () for n in range(start, end)]
    assert len(octets) == len(set(octets))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))))
def test_a_union_has_the_same_octets_each_once(intervals: list[tuple[int, int]]) -> None:
    octets = {n for start, end in intervals for n in range(start, end)}
    joined = union(intervals)
    assert [n for start, end in joined for n in range(start, end)] == sorted(octets)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(joined))


ALL, PART = Wanted(200, ((0, 1000),)), Wanted(206, ((0, 100),))


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({}, ALL),
        ({"range": "bytes=0-99"}, PART),
        ({"range": "bytes=2000-"}, Wanted(416)),
        ({"range": "bytes=oops"}, ALL),
        ({"range": "bytes=0-99", "if-range": TAG}, PART),
        ({"range": "bytes=0-99", "if-range": '"old"'}, ALL),
        ({"range": "bytes=0-99", "if-range": "W/" + TAG}, ALL),  # weak tags name no octets
        ({"range": "bytes=0-99", "if-range": DATE}, PART),
        ({"range": "bytes=0-99", "if-range": AFTER}, ALL),  # the very date, not a later one
        ({"range": "bytes=0-99", "if-range": "nonsense"}, ALL),
        ({"range": "bytes=2000-", "if-range": '"old"'}, ALL),
        ({"if-none-match": TAG}, Wanted(304)),
        ({"if-none-match": f'"x", W/{TAG}'}, Wanted(304)),
        ({"if-none-match": '"abc-gzip"'}, Wanted(304)),
        ({"if-none-match": "*"}, Wanted(304)),
        ({"if-none-match": '"x"', "if-modified-since": AFTER}, ALL),  # the tag decides
        ({"if-none-match": TAG, "range": "bytes=0-99"}, Wanted(304)),
        ({"if-modified-since": DATE}, Wanted(304)),
        ({"if-modified-since": BEFORE}, ALL),
        ({"if-modified-since": "31 Feb 99999"}, ALL),
        ({"if-match": TAG, "range": "bytes=0-99"}, PART),
        ({"if-match": '"old"', "range": "bytes=0-99"}, Wanted(412)),
        ({"if-unmodified-since": BEFORE}, Wanted(412)),
        ({"if-unmodified-since": DATE}, ALL),
    ],
)  # fmt: skip
def test_conditions_come_in_their_order(headers: dict[str, str], answer: Wanted) -> None:
    assert wanted(headers, length=1000, etag=TAG, last_modified=CHANGED) == answer


def test_head_tells_of_the_whole_file() -> None:
    assert wanted({"range": "bytes=0-99"}, length=1000, etag=TAG, last_modified=CHANGED, only_head=True) == ALL


def test_without_tag_and_date_no_condition_holds_a_part_together() -> None:
    assert wanted({"range": "bytes=0-99", "if-range": TAG}, length=1000, etag=None, last_modified=None) == ALL
    weak = f"W/{TAG}"
    assert wanted({"range": "bytes=0-99", "if-range": weak}, length=1000, etag=weak, last_modified=None) == ALL
