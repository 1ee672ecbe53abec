"""A webinar on other people's pages: a frame with what it is, when, and a button that leads here."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from publisher.web.page import Page, looking
from publisher.web.public.webinars import finding
from publisher.web.public.webinars.finding import Found
from publisher.web.public.webinars.showing import card
from publisher.web.public.webinars.when import when_of
from publisher.webinars import programme, times

HEIGHT, THEMES = 300, ("light", "dark")


def embed(request: Request, slug: str) -> Response:
    """GET /webinars/<slug>/embed?theme=light|dark: for frames anywhere, of a date or a series. Sets no cookie."""
    with looking(request) as page:
        found = finding.by_slug(page.session, slug)
        theme = request.query_params.get("theme", "")
        answer = page.show(
            "web/public/webinar_embed.html",
            webinar=card(page, found),
            theme=theme if theme in THEMES else "",
            **_times(page, found),
        )
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def embed_code(page: Page, found: Found) -> Markup:
    """What somebody puts into their own page."""
    slug = found.webinar.slug if found.webinar else found.series.slug
    url, title = page.house.settings.url(f"/webinars/{slug}/embed"), card(page, found)["title"]
    pattern = (
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" style="border:0;max-width:100%"></iframe>'
    )
    return Markup(pattern).format(url, title, HEIGHT)  # noqa: S704 - format escapes what is put in


def _times(page: Page, found: Found) -> dict[str, Any]:
    """The date; of a series the one that comes next, and how many come after it."""
    if found.webinar is not None:
        state = times.state_of(found.webinar, page.now)
        return {"when": when_of(page, found.webinar), "state": state, "more": ""}
    ahead = [one for one in found.dates if times.state_of(one, page.now) in ("announced", "live")]
    more = len(ahead) - 1
    return {
        "when": when_of(page, ahead[0]) if ahead else None,
        "state": programme.state_of_series(found.dates, page.now),
        "more": page.ngettext("and %(number)s more date", "and %(number)s more dates", more) if more > 0 else "",
    }
