"""The way in: a personal link whose page has one button. Looking counts nothing; pressing marks that they came, and leads on.

The room is on another site, and browsers check where a form's answer leads: the page allows that one origin and no other.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from publisher.errors import Conflict, FetchError
from publisher.web.page import Page, looking
from publisher.web.protection import POLICY
from publisher.web.public.webinars.finding import webinar_path
from publisher.web.public.webinars.showing import has_recording
from publisher.web.public.webinars.when import in_words, moments, when_of
from publisher.web.site import site_of
from publisher.webinars import addresses, joining, words
from publisher.webinars.joining import Entrance
from publisher.webinars.rooms.opening import server_of

#: Whoever waits this near to the opening need not press reload: the page looks again once, at that moment.
LOOKS_AGAIN = timedelta(minutes=45)


def door(request: Request, token: str) -> Response:
    """GET /j/<token>"""
    return _shown(request, token)


def enter(request: Request, token: str) -> Response:
    """POST /j/<token>: 303 to the room. It may take some seconds, as the room's server is asked; no session is held meanwhile."""
    site = site_of(request)
    try:
        url = joining.press(site.house, token, site.wall())
    except Conflict as problem:
        return _shown(request, token, str(problem), 409)
    except FetchError as problem:
        answer = _shown(request, token, str(problem), 503)
        answer.headers["Retry-After"] = str(max(1, round(problem.retry_after or 20)))
        return answer
    return RedirectResponse(url, 303)


def _shown(request: Request, token: str, refused: str = "", status: int = 200) -> Response:
    with looking(request) as page:
        entrance = joining.look(page.session, page.house, token, page.now)
        page = page.preferring(entrance.language)
        answer = page.show("web/public/webinar_join.html", status, **_context(page, entrance, token, refused))
        if room := _origin(page, entrance):
            policy = POLICY.format(ancestors="'none'").replace("form-action 'self'", f"form-action 'self' {room}")
            answer.headers["Content-Security-Policy"] = policy
        return answer


def _context(page: Page, entrance: Entrance, token: str, refused: str) -> dict[str, Any]:
    series, webinar = entrance.series, entrance.webinar
    said = words.of_webinar(series, webinar, page.language)
    sentence = refused or joining.sentence(entrance)
    return {
        "title": said.title,
        "language_of_title": said.language,
        "state": entrance.state,
        "is_rehearsal": entrance.is_rehearsal,
        "is_host": entrance.is_host,
        "sentence": page.gettext(sentence) if sentence else "",
        "went_wrong": bool(refused),
        "trouble": entrance.trouble and entrance.state == "open",
        "when": _when(page, entrance),
        "opens_text": in_words(page, entrance.opens_at, entrance.zone) if entrance.state == "early" else "",
        "look_again": _seconds(page.now, entrance),
        "action": page.link(f"/j/{token}"),
        "name": entrance.name,
        "page_url": page.link(webinar_path(webinar)),
        "own_url": _own(page, entrance),
        "recording_url": page.link(f"{webinar_path(webinar)}/recording") if has_recording(webinar) else "",
        "is_recorded": series.is_recorded and not entrance.is_rehearsal,
    }


def _when(page: Page, entrance: Entrance) -> dict[str, Any]:
    webinar = entrance.webinar
    if entrance.is_rehearsal and webinar.rehearsal_at is not None:
        ends = webinar.rehearsal_at + timedelta(minutes=webinar.rehearsal_minutes)
        return moments(page, webinar.rehearsal_at, ends, webinar.zone, entrance.zone)
    return when_of(page, webinar, entrance.zone)


def _seconds(now: datetime, entrance: Entrance) -> int:
    """How long until the page is to look again; 0: not by itself."""
    wait = entrance.opens_at - now
    return int(wait.total_seconds()) + 1 if entrance.state == "early" and wait <= LOOKS_AGAIN else 0


def _own(page: Page, entrance: Entrance) -> str:
    """Their own page, which the same mail has a link to."""
    if entrance.registration is not None:
        url = addresses.booking(page.house, entrance.registration)
    else:
        assert entrance.speaker is not None
        url = addresses.speaker(page.house, entrance.speaker)
    return page.link(url.removeprefix(page.house.settings.url("")))


def _origin(page: Page, entrance: Entrance) -> str:
    """Scheme and host of the room, where one may go in now; never more than that."""
    if entrance.state != "open":
        return ""
    server = server_of(page.session, entrance.series, entrance.webinar)
    parts = urlsplit(server.url if server else entrance.webinar.room_url or entrance.series.room_url)
    is_plain = parts.scheme in ("http", "https") and parts.netloc and not set(parts.netloc) & set(" ;,'\"@")
    return f"{parts.scheme}://{parts.netloc}" if is_plain else ""
