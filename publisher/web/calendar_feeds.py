"""Calendars, as programs poll them: the same bytes while nothing changes, 304 for who has them.

Hot (see `front`). Those of one person or cohort are kept by nobody on the way; their addresses are keys, so nobody is told
of them and no log has them (see `protection.KEYS`). Sources: RFC 5545 §8.1 (the type), RFC 9110 §8.8, §13; RFC 9111.
"""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from publisher.web.answers import OPEN, polled
from publisher.web.site import Site
from publisher.webinars import calendar_writing
from publisher.webinars.calendars import Answer

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: Asked for again each time: a date that moved is seen at the next poll, and asking costs next to nothing.
KEEP = "public, no-cache"
KEEP_PRIVATE = "private, max-age=0, must-revalidate"


def everybody(site: Site, scope: Scope) -> Response:
    """GET /webinars/calendar.ics"""
    return _public(scope, site.calendars.of_everybody(site.house, now=site.wall()))


def series(site: Site, scope: Scope) -> Response:
    """GET /webinars/series/<slug>/calendar.ics"""
    return _public(scope, site.calendars.of_series(site.house, scope["path_params"]["slug"], now=site.wall()))


def date(site: Site, scope: Scope) -> Response:
    """GET /webinars/<slug>/event.ics: one date as a file to open."""
    slug = scope["path_params"]["slug"]
    with site.house.database.reading() as session:
        document = calendar_writing.of_date(session, site.house, slug)
    head = {"Cache-Control": KEEP, **OPEN, "Content-Disposition": f'attachment; filename="{slug}.ics"'}
    return polled(Headers(scope=scope), lambda: document, MEDIA_TYPE, head, tag=document.etag, changed=document.changed)


def cohort(site: Site, scope: Scope) -> Response:
    """GET /webinars/cohort/<token>.ics"""
    return _private(scope, site.calendars.of_cohort(site.house, scope["path_params"]["token"], now=site.wall()))


def mine(site: Site, scope: Scope) -> Response:
    """GET /webinars/mine/<token>.ics"""
    return _private(scope, site.calendars.of_person(site.house, scope["path_params"]["token"], now=site.wall()))


def _public(scope: Scope, answer: Answer) -> Response:
    head = {"Cache-Control": KEEP, **OPEN, "Access-Control-Expose-Headers": "ETag"}
    return polled(Headers(scope=scope), answer.document, MEDIA_TYPE, head, tag=answer.tag, changed=answer.changed)


def _private(scope: Scope, answer: Answer) -> Response:
    head = {"Cache-Control": KEEP_PRIVATE}
    return polled(
        Headers(scope=scope), answer.document, MEDIA_TYPE, head, tag=answer.tag, changed=answer.changed, shared=False
    )
