"""What the letters about a webinar know of it, in one language. Times are instants, shown to each reader as their own clock
has them; beside them stands what the organiser's clock shows, and UTC, since no reader's zone is certain.

    title, series_title ("" for a one-off), number_text ("2 of 6"), summary, url
    first       the date of the letter's first line: the one it is about, else the next to come
    dates       all that the letter lists, by start
    facts       [(label, text)]: languages, captions, interpretation, telephone, access
    speakers    [{name, organisation}];  agenda [{title, by}], of a letter about one date
    is_recorded, is_cohort, opens_before (minutes)
    of a date   {id, title ("" where it is the series' own), url, starts_at, there_text, length_text, is_cancelled, was_at
                (where it stood, or None), was_there_text, join (name of its link), google, outlook, office}
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from publisher import clock
from publisher.house import House
from publisher.languages import day_in_words, duration_in_words, time_in_words, translator, zone_city
from publisher.webinars import adding, addresses
from publisher.webinars.events import dates_of
from publisher.webinars.facts import facts_of
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState
from publisher.webinars.programme import webinars_of
from publisher.webinars.words import of_series, of_webinar


def context_of(
    session: Session,
    house: House,
    series: Series,
    webinar: Webinar | None,
    language: str,
    *,
    now: datetime,
    listing: Collection[int] | None = None,
    was: Mapping[int, datetime] | None = None,
) -> dict[str, Any]:
    """`webinar`: what the letter is about; None: the whole series. `listing`: ids of the dates to list; without, those to
    come. `was`: where dates stood before, by id."""
    every = dates_of(session, series)
    if webinar is None and (not every or set(listing or ()) - {one.id for one in every}):
        every = webinars_of(session, series)  # to speakers, who know of drafts
    shown = [webinar] if webinar is not None else _shown(every, listing, now)
    said = of_webinar(series, webinar, language) if webinar is not None else of_series(series, language)
    whole = of_series(series, language)
    dates = [_date(house, series, one, language, (was or {}).get(one.id or 0)) for one in shown]
    return {
        "title": said.title,
        "series_title": "" if series.is_single or said.title == whole.title else whole.title,
        "number_text": _number(series, webinar, every, language),
        "summary": said.summary,
        "url": addresses.page(house, webinar) if webinar is not None else addresses.series_page(house, series),
        "first": dict(dates[_next(shown, now)]),
        "dates": dates,
        "facts": facts_of(series, language, registered=True),
        "speakers": speakers_of(session, series, webinar),
        "agenda": [{"title": str(one.get("title", "")), "by": str(one.get("by", ""))} for one in _agenda(webinar)],
        "is_recorded": series.is_recorded,
        "is_cohort": series.list_id is not None,
        "opens_before": series.opens_before,
    }


def there_text(instant: datetime, zone: str, language: str) -> str:
    """The organiser's clock and UTC, the days named where they are two: “Thursday 3 December, 15:00 in Nairobi · 12:00 UTC”."""
    day = day_in_words(instant.astimezone(clock.zone(zone)).date(), language)
    utc_day = day_in_words(instant.astimezone(UTC).date(), language)
    utc = f"{time_in_words(instant, 'UTC', language)} UTC"
    if zone == "UTC":
        return f"{day}, {utc}"
    there = translator(language).gettext("%(day)s, %(time)s in %(city)s") % {
        "day": day,
        "time": time_in_words(instant, zone, language),
        "city": zone_city(zone, language),
    }
    return f"{there} · {utc if day == utc_day else f'{utc_day}, {utc}'}"


def speakers_of(session: Session, series: Series, webinar: Webinar | None) -> list[dict[str, str]]:
    """Who speaks, in their order; not who only hosts or interprets."""
    ids = [webinar.id] if webinar is not None else []
    whose = or_(col(Speaker.webinar_id).is_(None), col(Speaker.webinar_id).in_(ids))
    rows = select(Speaker).where(col(Speaker.series_id) == series.id, col(Speaker.role) == "speaker", whose)
    found = session.exec(rows.order_by(col(Speaker.position), col(Speaker.id))).all()
    return [{"name": one.name, "organisation": one.organisation} for one in found]


def _shown(every: list[Webinar], listing: Collection[int] | None, now: datetime) -> list[Webinar]:
    """By start. Never none: where all are over, the last."""
    if listing is not None:
        chosen = [one for one in every if one.id in listing]
    else:
        chosen = [one for one in every if one.state == WebinarState.ANNOUNCED and one.ends_at > now]
    return sorted(chosen or every[-1:], key=lambda one: (one.starts_at, one.number))


def _next(shown: list[Webinar], now: datetime) -> int:
    return next((n for n, one in enumerate(shown) if one.ends_at > now), 0)


def _date(house: House, series: Series, webinar: Webinar, language: str, was: datetime | None) -> dict[str, Any]:
    title = of_webinar(series, webinar, language).title
    return {
        "id": webinar.id,
        "title": "" if series.is_single or title == of_series(series, language).title else title,
        "url": addresses.page(house, webinar),
        "starts_at": webinar.starts_at,
        "there_text": there_text(webinar.starts_at, webinar.zone, language),
        "length_text": duration_in_words(webinar.minutes * 60, language),
        "is_cancelled": webinar.state == WebinarState.CANCELLED,
        "was_at": was,
        "was_there_text": there_text(was, webinar.zone, language) if was else "",
        "join": f"join-{webinar.id}",
        "google": adding.google(house, series, webinar, language),
        "outlook": adding.outlook(house, series, webinar, language),
        "office": adding.outlook(house, series, webinar, language, office=True),
    }


def _number(series: Series, webinar: Webinar | None, every: list[Webinar], language: str) -> str:
    """Counted among what takes place, as on the page."""
    on = [one.id for one in every if one.state == WebinarState.ANNOUNCED]
    if webinar is None or series.is_single or webinar.id not in on:
        return ""
    return translator(language).gettext("%(number)s of %(total)s") % {
        "number": on.index(webinar.id) + 1,
        "total": len(on),
    }


def _agenda(webinar: Webinar | None) -> list[Any]:
    return [one for one in webinar.agenda if isinstance(one, dict)] if webinar is not None else []
