"""GET /api/v1/webinars, and registering for one: what anybody may see, and the same answer whatever is known of an address."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from publisher import clock
from publisher.audience import people
from publisher.web.api.reading import Lang, Limit, Offset, answer_with, following
from publisher.web.api.shapes import RegistrationIn, RegistrationOut, WebinarList, WebinarOut, WebinarWithDates
from publisher.web.page import Page, changing, looking
from publisher.web.public.webinars import finding
from publisher.web.site import client_of
from publisher.webinars import addresses, programme, registering, speakers, times, words
from publisher.webinars.models import Series, Webinar
from publisher.webinars.wishes import Wish

Past = Annotated[bool, Query(description="True: those that are over, the latest first.")]


def webinars(
    request: Request, past: Past = False, lang: Lang = "en", limit: Limit = 50, offset: Offset = 0
) -> Response:
    """Webinars that anybody may find: those to come, the next first."""
    with looking(request) as page:
        found = programme.listed(page.session, page.now, past=past, limit=offset + limit + 1)[offset:]
        shown = [_webinar(page, series, one, lang) for series, one in found[:limit]]
        more = len(found) > limit
        return answer_with(request, WebinarList(items=shown, next=following(page, offset + limit) if more else None))


def webinar(request: Request, slug: str, lang: Lang = "en") -> Response:
    """One webinar, or a series with all its dates, by its short name."""
    with looking(request) as page:
        found = finding.by_slug(page.session, slug)
        return answer_with(request, _whole(page, found, lang))


def register(request: Request, slug: str, registration: RegistrationIn) -> Response:
    """Register somebody. The answer says nothing about the address; a mail does."""
    with changing(request) as page:
        found = finding.by_slug(page.session, slug)
        outcome = registering.register(
            page.session, page.house, found.series, _wish(request, found, registration), now=page.now
        )
    return JSONResponse(RegistrationOut(message=outcome.said).model_dump(), 202)


def _webinar(page: Page, series: Series, one: Webinar, language: str) -> WebinarOut:
    text, there = words.of_webinar(series, one, language), clock.zone(one.zone)
    return WebinarOut(
        webinar=one.slug,
        series=None if series.is_single else series.slug,
        title=text.title,
        summary=text.summary,
        text_language=text.language,
        state=times.state_of(one, page.now),
        starts=one.starts_at.astimezone(there),
        ends=one.ends_at.astimezone(there),
        zone=one.zone,
        spoken=list(series.spoken),
        captions=list(series.captions),
        interpreted=list(series.interpreted),
        recorded=series.is_recorded,
        url=addresses.page(page.house, one),
        calendar=addresses.calendar_file(page.house, one),
        recording=addresses.recording(page.house, one) if one.recording_url or one.recording_id else None,
        resource=one.work_id,
        updated_at=max(one.changed_at, series.changed_at),
    )


def _whole(page: Page, found: finding.Found, language: str) -> WebinarWithDates:
    series = found.series
    text = words.of_webinar(series, found.webinar, language) if found.webinar else words.of_series(series, language)
    people = speakers.of(page.session, series, found.webinar)
    return WebinarWithDates(
        webinar=found.webinar.slug if found.webinar else series.slug,
        title=text.title,
        summary=text.summary,
        description=text.description,
        text_language=text.language,
        url=addresses.page(page.house, found.webinar) if found.webinar else addresses.series_page(page.house, series),
        access=series.access_note,
        questions=[dict(question) for question in series.questions],
        speakers=[{"name": one.name, "role": one.role, "organisation": one.organisation} for one in people],
        dates=[_webinar(page, series, one, language) for one in found.shown],
    )


def _wish(request: Request, found: finding.Found, given: RegistrationIn) -> Wish:
    people.clean_languages([given.language])  # a form offers languages to choose from; a program may say anything
    whole = found.webinar is None or found.series.is_single
    values: dict[str, Any] = given.model_dump(exclude={"recording_only", "reminders"})
    return Wish(
        **values,
        webinars=None if whole or found.webinar is None else (found.webinar.id or 0,),
        wants="recording" if given.recording_only else "coming",
        reminded_by="mail" if given.reminders else "calendar",
        source="api",
        ip=client_of(request),
    )
