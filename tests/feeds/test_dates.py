"""Dates as sources write them, and those nobody can read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import parse_date

SIX = datetime(2004, 7, 29, 6, 53, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 29 Jul 2004 06:53:00 GMT",
        "Thu, 29 Jul 2004 06:53 UT",
        "Thu 29 Jul 2004 06:53:00 +0000",
        "29 July 2004 06:53:00 Z",
        "Thu, 29 Jul 2004 09:53:00 +03:00",
        "Thu, 29 Jul 2004 09:53:00 EAT",
        "Thu, 29 Jul 04 02:53:00 EDT",
        "Thu, 29 Jul 2004 01:53:00 CDT",
        "Wed, 28 Jul 2004 23:53:00 PDT",
        "Thu, July 29, 2004 6:53 AM",
        "Jul 29, 2004 06:53:00 GMT",
        "Thu Jul 29 06:53:00 2004",
        "Thu Jul 29 06:53:00 UTC 2004",
        "jeu., 29 juil. 2004 08:53:00 +0200",
        "29 de julio de 2004 06:53",
        "2004-07-29T06:53:00Z",
        "2004-07-29T06:53Z",
        "2004-07-29T06:53:00.000+00:00",
        "2004-07-29 12:23:00+05:30",
        "2004-07-29T02:53:00-0400",
        "20040729T065300Z",
        "2004/07/29 06:53",
        "29.07.2004 06:53",
        " 2004-07-29T06:53:00 ",
        "1091083980",
        "1091083980000",
    ],
)
def test_one_moment_in_many_spellings(text):
    assert parse_date(text) == SIX


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-03", datetime(2017, 3, 1, tzinfo=UTC)),
        ("March 2017", datetime(2017, 3, 1, tzinfo=UTC)),
        ("2007/2009", datetime(2007, 1, 1, tzinfo=UTC)),
        ("25/12/2019", datetime(2019, 12, 25, tzinfo=UTC)),
        ("12/25/2019", datetime(2019, 12, 25, tzinfo=UTC)),
        ("2019-12-31T24:00:00Z", datetime(2020, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Sat, Dec 16 2023 02:02:33 PM", datetime(2023, 12, 16, 14, 2, 33, tzinfo=UTC)),
        ("Thu, 06 Feb 2020 00:00:00 PST", datetime(2020, 2, 6, 8, 0, tzinfo=UTC)),
        ("1 Jan 99 00:00 GMT", datetime(1999, 1, 1, tzinfo=UTC)),
        ("2031-01-01", datetime(2031, 1, 1, tzinfo=UTC)),
    ],
)
def test_parts_of_a_date_and_other_years(text, expected):
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text", ["", None, "soon", "03/04/2021", "2019-13-01", "2019-02-30", "0000-00-00", "29 Foo 2004", "9" * 200, "n.d."]
)
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9:/.TZ+\- ]{0,40}"))
def test_no_text_raises_and_every_date_is_utc(text):
    moment = parse_date(text)

    assert moment is None or moment.tzinfo is UTC
