"""The figures as lines of a table: what is told of numbers that are so small that somebody might be known by them."""

from collections.abc import Iterable, Iterator
from typing import Any

from publisher import languages
from publisher.audience.spreadsheets import line_of
from publisher.desk.reach.figures import FEW, Counted, Reach
from publisher.desk.visits import KINDS

UNDER = f"under {FEW}"
COLUMNS = ("quarter", "figure", "of", "name", "number", "quarter before")
Told = int | str
Line = tuple[str, str, str, Told, Told | None]
"""figure, key, name, number, the same of the quarter before (None where it is not compared)"""


def told(number: int) -> Told:
    """A number; “under 5” for one to four."""
    return UNDER if 0 < number < FEW else number


def country(code: str) -> str:
    return languages.country_name(code, "en") if code else "Not said"


def language(code: str) -> str:
    return languages.language_name(code, "en") if code else "Not said"


def kind(key: str) -> str:
    return KINDS.get(key, key)


def lines(now: Reach, before: Reach) -> Iterator[Line]:
    """Everything, the sums first."""
    yield "issues sent", "", "", len(now.issues), len(before.issues)
    yield "mails delivered", "", "", told(now.mails), told(before.mails)
    yield "readers", "", "", told(now.readers), told(before.readers)
    yield "new readers", "", "", told(now.new), told(before.new)
    yield "readers who left", "", "", told(now.left), told(before.left)
    yield "page visits", "", "", told(now.visits), told(before.visits)
    yield "podcast downloads", "", "", told(now.downloaded), told(before.downloaded)
    yield "webinars held", "", "", len(now.webinars), len(before.webinars)
    yield "webinar registrations", "", "", told(now.registered), told(before.registered)
    yield "webinar attendance", "", "", told(now.came), told(before.came)
    for issue in now.issues:
        yield "mails delivered, by issue", issue.key, issue.title, told(issue.reached), None
    yield from _parts("readers, by country", now.by_country, before.by_country, country)
    yield from _parts("readers, by language", now.by_language, before.by_language, language)
    yield from _parts("page visits, by kind", now.visits_by_kind, before.visits_by_kind, kind)
    yield from _parts(
        "page visits, by country of the resource", now.visits_by_country, before.visits_by_country, country
    )
    yield from _parts("podcast downloads, by show", now.downloads, before.downloads)
    for webinar in now.webinars:
        yield "webinar registrations, by date", webinar.key, webinar.title, told(webinar.registered), None
        yield "webinar attendance, by date", webinar.key, webinar.title, told(webinar.came), None


def table(now: Reach, before: Reach) -> str:
    """A CSV file (UTF-8), header first, no cell a formula."""
    found = [line_of(COLUMNS)]
    for figure, key, name, number, past in lines(now, before):
        cells = (str(now.quarter), figure, key, name, str(number), "" if past is None else str(past))
        found.append(line_of(cells))
    return "".join(found)


def document(now: Reach, before: Reach) -> dict[str, Any]:
    """The same for programs; numbers under five are the words “under 5” here too."""
    rows = [
        {"figure": figure, "of": key, "name": name, "number": number, "before": past}
        for figure, key, name, number, past in lines(now, before)
    ]
    whole = {"quarter": str(now.quarter), "until": now.until.isoformat(), "is_over": now.is_over}
    return whole | {"compared_with": str(before.quarter), "figures": rows}


def _parts(figure: str, now: Iterable[Counted], before: Iterable[Counted], name: Any = None) -> Iterator[Line]:
    past = {one.key: one.count for one in before}
    for one in now:
        yield figure, one.key, name(one.key) if name else one.title, told(one.count), told(past.get(one.key, 0))
