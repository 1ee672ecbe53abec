"""Real calendars, well made and broken on purpose: judged without a crash, and rightly where we looked ourselves."""

from pathlib import Path

import pytest

from feeds.calendar.checks import check
from feeds.errors import FeedError

pytestmark = pytest.mark.corpora
#: Looked at by hand: the musts that each breaks, by whatever they say.
BY_HAND = {
    "unyt-assembly.en.ics": {"document.line-breaks", "document.length", "timezone.defined"},
    "unyt-assembly.de.ics": {"document.line-breaks", "document.length", "timezone.defined"},
    # Twenty events begun and ended, with nothing in them.
    "big_bad_calendar.ics": {
        "document.line-breaks", "document.nesting", "calendar.version", "calendar.prodid", "event.uid", "event.dtstamp", "event.start",
    },
    "bom_calendar.ics": {"calendar.version", "calendar.prodid"},
    # A comma in LOCATION.
    "timezoned.ics": {"document.line-breaks", "text.escapes"},
    "alarm_google_future.ics": {"message.organizer"},
    # The rule of 1996 says its end in local time; the onsets themselves are right.
    "alarm_thunderbird_future.ics": {"timezone.until-utc"},
}  # fmt: skip


def calendars(corpora: Path) -> list[Path]:
    return sorted((corpora / "calendar").rglob("*.ics"))


def test_none_crashes(corpora: Path) -> None:
    said = [(path.name, judged(path)) for path in calendars(corpora)]
    assert [name for name, sentences in said if not all(one.endswith(".") for one in sentences)] == []
    assert sum("not a calendar" not in " ".join(sentences) for _, sentences in said) >= 35


def judged(path: Path) -> list[str]:
    """What is said of a file, whether it is a calendar or not."""
    try:
        return [one.message for one in check(path.read_bytes()).findings]
    except FeedError as problem:
        return [str(problem)]


@pytest.mark.parametrize("name", BY_HAND)
def test_what_we_looked_at_is_found_and_nothing_else(corpora: Path, name: str) -> None:
    path = next(path for path in calendars(corpora) if path.name == name)
    assert {one.rule for one in check(path.read_bytes()).findings if one.level == "must"} == BY_HAND[name]
