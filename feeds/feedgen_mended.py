"""What feedgen 1.0 does wrong put right once, for all feeds we write: import it before writing with feedgen.

Its dates switch the locale of the whole process three times each; "now" stands where no date was given; RSS drops every
link but `self`; and text that XML cannot carry raises.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import feedgen.entry
import feedgen.feed
import feedgen.util
from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
#: What to tell feedgen where there is no date; `without_build_date` takes it out again.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without what XML 1.0 §2.2 forbids or discourages."""
    return ILLEGAL.sub("", text)


def rfc822(moment: datetime) -> str:
    """An aware moment as RSS 2.0 writes it (RFC 2822), in GMT: `Sun, 22 Nov 2026 21:00:00 GMT`."""
    day = moment.astimezone(UTC)
    time = f"{day.hour:02}:{day.minute:02}:{day.second:02}"
    return f"{DAYS[day.weekday()]}, {day.day:02} {MONTHS[day.month - 1]} {day.year:04} {time} GMT"


def add_links(parent: etree._Element, links: Iterable[tuple[str, str | None]]) -> None:
    """An atom:link for every (relation, address); none where there is no address."""
    for relation, href in links:
        if href:
            etree.SubElement(parent, f"{{{ATOM}}}link", href=clean(href), rel=relation)


def without_build_date(channel: etree._Element) -> None:
    """Take `lastBuildDate` out of a channel of which nobody knows when it changed."""
    for element in channel.findall("lastBuildDate"):
        channel.remove(element)


@contextmanager
def as_it_came() -> Iterator[None]:
    """feedgen with its own dates, to measure it as others have it; for a process of one thread."""
    feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = feedgen.util.formatRFC2822
    try:
        yield
    finally:
        feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = rfc822


feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = rfc822
