"""Numbers of a show: downloads by day, episode, app; what was left out and why; always beside the time before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi.responses import Response

from publisher import clock
from publisher.languages import date_in_words, zone_city
from publisher.podcasts import shows
from publisher.podcasts.downloads import exporting, numbers
from publisher.podcasts.downloads.figures import Numbers, Share
from publisher.podcasts.models import Show
from publisher.web.studio import words
from publisher.web.studio.podcasts import PATH
from publisher.web.studio.visit import Desk

SPANS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
USUAL = "30"
MOST_BARS = 10
OF = {"askers": "askers", "requests": "requests"}


def show(desk: Desk, slug: str) -> Response:
    """GET /studio/podcasts/<show>/numbers; `?days=`."""
    row = shows.by_slug(desk.session, slug)
    days, here = _days(desk), f"{PATH}/{slug}/numbers"
    since, until = _span(desk, int(days))
    now = numbers.of_show(desk.session, row, since=since, until=until, zone=desk.zone)
    before = numbers.of_show(desk.session, row, since=since - timedelta(days=int(days)), until=since, zone=desk.zone)
    return desk.show(
        "podcasts/numbers.html",
        "podcasts",
        show={"title": row.title, "url": f"{PATH}/{slug}"},
        tabs=[
            {"label": label, "url": f"{here}?days={key}", "current": key == days, "count_text": ""}
            for key, label in SPANS.items()
        ],
        csv_url=f"{here}.csv?days={days}",
        span_text=f"{SPANS[days].lower()} up to today, days as in {zone_city(desk.zone, 'en')}",
        stats=_stats(now, before, SPANS[days].lower()),
        by_day=_by_day(now),
        episodes=_episodes(now, before),
        apps=_bars(now.apps),
        devices=[{**one, "label": one["label"][:1].upper() + one["label"][1:]} for one in _bars(now.devices)],
        systems=_bars(now.systems),
        filtered=[(words.figure(one.count), f"{OF.get(one.of, one.of)} that {one.words}") for one in now.filtered],
        method=now.method,
        lists=", ".join(now.list_versions),
        nothing=not now.downloads and not before.downloads and not now.filtered,
    )


def export(desk: Desk, slug: str) -> Response:
    """GET /studio/podcasts/<show>/numbers.csv; `?days=`."""
    row: Show = shows.by_slug(desk.session, slug)
    days = _days(desk)
    since, until = _span(desk, int(days))
    body = "".join(exporting.export_csv(desk.session, row, since=since, until=until + timedelta(days=1)))
    name = f"{slug}-downloads-{days}-days.csv"
    return Response(
        body, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _days(desk: Desk) -> str:
    asked = desk.asked("days", USUAL)
    return asked if asked in SPANS else USUAL


def _span(desk: Desk, days: int) -> tuple[datetime, datetime]:
    """So many days of the viewer's zone, today included as far as it has gone."""
    here = desk.now.astimezone(clock.zone(desk.zone))
    today = here.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1), desk.now


def _stats(now: Numbers, before: Numbers, span: str) -> list[tuple[str, str, str]]:
    return [
        (words.figure(now.downloads), "downloads", _compared(now.downloads, before.downloads, span)),
        (words.figure(now.listeners), "listeners, day by day", _compared(now.listeners, before.listeners, span)),
        (
            words.figure(now.by_calendar_day),
            "counted by calendar days",
            _compared(now.by_calendar_day, before.by_calendar_day, span),
        ),
        (words.figure(now.machines), "askers that were machines", _compared(now.machines, before.machines, span)),
    ]


def _compared(now: int, before: int, span: str) -> str:
    """“31 % more than the 30 days before”."""
    past = f"the {span} before" if span[:1].isdigit() else "the year before"
    if not before:
        return f"none in {past}"
    if now == before:
        return f"as many as in {past}"
    part = round(abs(now - before) * 100 / before)
    return f"{words.figure(part)} % {'more' if now > before else 'fewer'} than in {past}"


def _by_day(now: Numbers) -> list[dict[str, Any]]:
    return [
        {
            "label": date_in_words(one.day, "en"),
            "value": one.downloads,
            "value_text": words.figure(one.downloads),
            "listeners_text": words.figure(one.listeners),
        }
        for one in now.days
    ]


def _episodes(now: Numbers, before: Numbers) -> list[list[str]]:
    """Title, downloads now and before, first 7 and 30 days. What cannot be known is a dash."""
    past = {one.episode: one.downloads for one in before.episodes}
    rows = sorted(now.episodes, key=lambda one: -one.downloads)
    return [
        [
            one.title,
            words.figure(one.downloads),
            words.figure(past.get(one.episode, 0)),
            "–" if one.first_7_days is None else words.figure(one.first_7_days),
            "–" if one.first_30_days is None else words.figure(one.first_30_days),
        ]
        for one in rows[:200]
    ]


def _bars(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """The largest, and the rest as one."""
    kept, rest = shares[:MOST_BARS], sum(one.downloads for one in shares[MOST_BARS:])
    rows = [(one.name or "Unknown", one.downloads) for one in kept] + ([("Others", rest)] if rest else [])
    return [{"label": name, "value": number, "value_text": words.figure(number)} for name, number in rows]
