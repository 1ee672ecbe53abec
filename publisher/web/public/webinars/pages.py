"""The webinars, a page for each date, and one for each series: when it is in one's own time, what it is, and how to register."""

from collections import Counter
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from publisher import clock
from publisher.languages import date_in_words, file_size, language_name
from publisher.media.models import MediaFile
from publisher.web.page import Page, exact_moment, looking
from publisher.web.public.paging import pages_of, shown_page
from publisher.web.public.passing_on import share
from publisher.web.public.webinars import finding, structured
from publisher.web.public.webinars.embedding import embed_code
from publisher.web.public.webinars.finding import Found
from publisher.web.public.webinars.form import Forms
from publisher.web.public.webinars.showing import agenda, card, has_recording, html, line, people, tongues
from publisher.web.public.webinars.when import when_of
from publisher.webinars import adding, addresses, handouts, programme, questions, seats, times, words
from publisher.webinars.models import Handout, Series, Webinar

PATH = "/webinars"
PER_PAGE = 20
MOST_PAST = 500


def webinars(request: Request) -> Response:
    """GET /webinars?language=&page="""
    with looking(request) as page:
        coming = programme.listed(page.session, page.now)
        past = programme.listed(page.session, page.now, past=True, limit=MOST_PAST)
        chosen = request.query_params.get("language", "")
        tabs = _languages(page, [*coming, *past], chosen)
        if tabs:
            coming, past = ([pair for pair in pairs if _is_in(pair[0], chosen)] for pairs in (coming, past))
        number, last = shown_page(request), max(1, -(-len(past) // PER_PAGE))
        shown = past[(number - 1) * PER_PAGE : number * PER_PAGE]
        return page.show(
            "web/public/webinars.html",
            telling=("language",),
            coming=_next_ones(page, coming) if number == 1 else [],
            past=[line(page, series, one) for series, one in shown],
            languages_tabs=tabs,
            pages=pages_of(page, number, more=number < last, last=last),
            feed=adding.subscribe(addresses.calendar(page.house)),
        )


def webinar(request: Request, slug: str) -> Response:
    """GET /webinars/<slug>: one date. `?for=` fills the form for a reader."""
    with looking(request) as page:
        found = finding.by_slug(page.session, slug)
        if found.webinar is None:
            return _elsewhere(page, found)
        page.counts("webinar")
        return shown(page, found)


def series(request: Request, slug: str) -> Response:
    """GET /webinars/series/<slug>: all its dates."""
    with looking(request) as page:
        found = finding.of_series(page.session, slug)
        if found.series.is_single:
            return _elsewhere(page, found)
        page.counts("webinar")
        return shown(page, found)


def on_first_page(page: Page, most: int) -> list[dict[str, Any]]:
    """What comes next, for the hub's first page: each series once."""
    lines = _next_ones(page, programme.listed(page.session, page.now, limit=most * PER_PAGE))[:most]
    return [
        {
            "title": one["title"],
            "language": one["language"],
            "url": one["url"],
            "blurb": one["summary"],
            "moment": exact_moment(one["starts_at"], page.language, one["when"]["zone"]),
        }
        for one in lines
    ]


def _next_ones(page: Page, pairs: list[programme.Pair]) -> list[dict[str, Any]]:
    """What one can register for: a series stands once, at its next date, and its page has all of them."""
    dates = Counter(series.id for series, _ in pairs)
    full = _full(page, pairs)
    met: set[int | None] = set()
    found: list[dict[str, Any]] = []
    for series, one in pairs:
        if series.id in met:
            continue
        met.add(series.id)
        entry = line(page, series, one)
        if series.id in full:
            entry["action"] = page.gettext("Join the waiting list")
        found.append(entry if series.is_single else entry | _as_series(page, series, one, dates[series.id] - 1))
    return found


def _full(page: Page, pairs: list[programme.Pair]) -> set[int | None]:
    """The series of which no date has a place left."""
    limited = [(series, one.id or 0) for series, one in pairs if series.capacity is not None]
    taken = seats.taken(page.session, [number for _, number in limited]) if limited else {}
    open_ones = {series.id for series, number in limited if taken[number] < (series.capacity or 0)}
    return {series.id for series, _ in limited} - open_ones


def _as_series(page: Page, series: Series, one: Webinar, more: int) -> dict[str, Any]:
    said = words.of_series(series, page.language)
    return {
        "title": said.title,
        "language": said.language,
        "summary": said.summary,
        "url": page.link(finding.series_path(series)),
        "series": None,
        "number": page.gettext("Series, next: %(title)s") % {"title": one.title}
        if one.title
        else page.gettext("Series"),
        "more": page.ngettext("and %(number)s more date", "and %(number)s more dates", more) if more else "",
    }


def _elsewhere(page: Page, found: Found) -> Response:
    """To the one address that this has."""
    asked = page.request.query_params
    return page.go(found.path, **{name: value for name, value in asked.items() if name != "lang"})


def shown(page: Page, found: Found, forms: Forms | None = None, status: int = 200) -> Response:
    """The page with its form. Where its address has a reader's key, nobody is told of it and nobody keeps it."""
    forms = forms or Forms.of(page, found)
    answer = page.show("web/public/webinar.html", status, **_context(page, found, forms))
    if forms.key or page.request.method == "POST":
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cache-Control"] = "private, no-store"
    if forms.key or not found.is_public:
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _context(page: Page, found: Found, forms: Forms) -> dict[str, Any]:
    one = found.webinar
    state = times.state_of(one, page.now) if one else programme.state_of_series(found.dates, page.now)
    return {
        "webinar": card(page, found) | {"state": state},
        "when": when_of(page, one) if one else None,
        "note": one.note if one and (one.moved_from or one.cancelled_at) else "",
        "dates": _dates(page, found),
        "dates_text": _span(page, found) if one is None else "",
        "people": people(page, found),
        "agenda": agenda(page, one) if one else [],
        "recording_url": page.link(f"{found.path}/recording") if one and has_recording(one) else "",
        "afterwards": left_of(page, one) if one and state == "held" else None,
        "register": forms.context(page, found),
        "calendars": calendars(page, found),
        "tongues": tongues(found, page),
        "share": _share(page, found),
        "structured": structured.event(page, found),
        "description": words_for_search(page, found),
    }


def _dates(page: Page, found: Found) -> list[dict[str, Any]]:
    """Every date with its own line, because clocks change between them; of a date's page the other ones."""
    if found.series.is_single:
        return []
    return [line(page, found.series, one, in_series=True) for one in found.dates if one is not found.webinar]


def left_of(page: Page, webinar: Webinar) -> dict[str, Any]:
    """What is left of a date: what was handed out, and what was asked and answered."""
    return {
        "handouts": [handout(page, webinar, *pair) for pair in handouts.shown(page.session, webinar, now=page.now)],
        "questions": [
            {"text": one.text, "name": one.name, "answer_html": html(one.answer), "by": one.answered_by}
            for one in questions.published(page.session, webinar)
        ],
    }


def handout(page: Page, webinar: Webinar, one: Handout, media: MediaFile) -> dict[str, str]:
    return {
        "title": handouts.name_of(one, media),
        "url": f"{finding.webinar_path(webinar)}/handouts/{media.digest[:12]}.{media.extension}",
        "about": f"{media.extension.upper()}, {file_size(media.length, page.language)}",
    }


def calendars(page: Page, found: Found) -> dict[str, str]:
    """How to keep it without registering. A date that was called off, or is over, is not offered."""
    if found.webinar is None:
        url = addresses.series_calendar(page.house, found.series)
        return adding.subscribe(url)
    if times.state_of(found.webinar, page.now) in ("held", "cancelled"):
        return {}
    parts = (page.house, found.series, found.webinar, page.language)
    return {
        "file": addresses.calendar_file(page.house, found.webinar),
        "google": adding.google(*parts),
        "outlook": adding.outlook(*parts),
        "office": adding.outlook(*parts, office=True),
    }


def words_for_search(page: Page, found: Found) -> str:
    said = words.of_webinar(found.series, found.webinar, page.language) if found.webinar else words.of_series(found.series, page.language)  # fmt: skip
    return (said.summary or said.title)[:300]


def _share(page: Page, found: Found) -> dict[str, str]:
    media = found.picture(found.series.picture_id)
    picture = page.house.settings.url(f"/media/{media.digest}/640.jpg") if media else ""
    ways = share(page, found.path, card(page, found)["title"])
    return ways | {"picture": picture, "embed": str(embed_code(page, found))}


def _span(page: Page, found: Found) -> str:
    """“6 dates, 3 December 2026 to 7 January 2027”."""
    there = clock.zone(found.series.zone)
    first, last = (found.dates[n].starts_at.astimezone(there).date() for n in (0, -1))
    return page.ngettext(
        "%(number)s date, %(first)s",
        "%(number)s dates, %(first)s to %(last)s",
        len(found.dates),
        first=date_in_words(first, page.language),
        last=date_in_words(last, page.language),
    )


def _languages(page: Page, pairs: list[programme.Pair], chosen: str) -> list[dict[str, Any]]:
    """A tab for each language that is spoken, where there are several."""
    spoken = sorted({str(code) for series, _ in pairs for code in series.spoken or [series.language]})
    if len(spoken) < 2:
        return []
    everything = {
        "label": page.gettext("All"),
        "url": page.link(PATH),
        "current": chosen not in spoken,
        "count_text": "",
    }
    named = [
        {
            "label": language_name(code, page.language),
            "url": page.link(PATH, language=code),
            "current": code == chosen,
            "count_text": "",
        }
        for code in spoken
    ]
    return [everything, *named]


def _is_in(series: Series, language: str) -> bool:
    """Whether it can be followed in a language: spoken, or interpreted into it. Nonsense leaves nothing out."""
    return not language or language in (series.spoken or [series.language]) or language in series.interpreted
