"""The map of the site for search engines: every page that is to be found, when it last changed, its twins in other languages.

Source: sitemaps.org/protocol (at most 50,000 addresses and 50 MB a file); xhtml:link for languages as search engines read it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher.errors import NotFound
from publisher.languages import LANGUAGES
from publisher.library.models import ON_THE_SHELF, Work, WorkText
from publisher.newsletters import archive
from publisher.pages import NAMES
from publisher.web.answers import conditional
from publisher.web.page import Page, looking
from publisher.web.public import hearing
from publisher.web.public.items import path_of
from publisher.web.public.showing import episode_path, show_path
from publisher.web.public.webinars.finding import any_webinars, series_path, webinar_path
from publisher.webinars import programme

PER_PART = 5_000
MOST_OF_A_KIND = 5_000
"""Issues of a newsletter, episodes of a show, dates: the newest of them."""
_URLSET = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
_INDEX = '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


@dataclass(frozen=True)
class Place:
    """One page. `twins`: whether it speaks every language of ours under one address."""

    path: str
    changed: datetime | None = None
    twins: bool = True


def sitemap(request: Request) -> Response:
    """GET /sitemap.xml: everything, or where that is much, the list of its parts."""
    with looking(request) as page:
        parts = -(-_resources(page.session) // PER_PART)
        if parts <= 1:
            return _answer(page, [*_pages(page), *_shelf(page.session, 1)])
        url = page.house.settings.url
        named = ["pages", *(f"resources-{number}" for number in range(1, parts + 1))]
        lines = "".join(f"<sitemap><loc>{escape(url(f'/sitemap/{name}.xml'))}</loc></sitemap>\n" for name in named)
        return conditional(request, f"{_INDEX}{lines}</sitemapindex>\n".encode(), "application/xml")


def part(request: Request, part: str) -> Response:
    """GET /sitemap/pages.xml, /sitemap/resources-<number>.xml"""
    with looking(request) as page:
        if part == "pages":
            return _answer(page, _pages(page))
        kind, _, number = part.partition("-")
        if kind != "resources" or not number.isascii() or not number.isdecimal() or not 0 < int(number[:6]) < 100_000:
            raise NotFound("There is no such part of the map.")
        found = list(_shelf(page.session, int(number)))
        if not found:
            raise NotFound("There is no such part of the map.")
        return _answer(page, found)


def _answer(page: Page, places: Iterable[Place]) -> Response:
    url = page.house.settings.url
    body = f"{_URLSET}{''.join(_entry(url(place.path), place) for place in places)}</urlset>\n"
    return conditional(page.request, body.encode(), "application/xml")


def _entry(url: str, place: Place) -> str:
    changed = f"<lastmod>{place.changed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if place.changed else ""
    twins = [*((code, f"{url}?lang={code}") for code in LANGUAGES), ("x-default", url)] if place.twins else []
    links = "".join(f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(to)}/>' for code, to in twins)
    return f"<url><loc>{escape(url)}</loc>{changed}{links}</url>\n"


def _pages(page: Page) -> Iterator[Place]:
    """Everything but the shelf."""
    session = page.session
    yield from (Place(path) for path in ("/", "/library", "/newsletters", "/subscribe", "/share", "/partners"))
    yield from (Place(f"/{name}") for name in NAMES)
    papers = archive.open_newsletters(session)
    published = archive.published_of(session, papers, limit=MOST_OF_A_KIND)
    for newsletter in papers:
        issues = published[newsletter.id or 0]
        yield Place(f"/newsletters/{newsletter.slug}", issues[0].planned_from if issues else None)
        yield from (Place(f"/newsletters/{newsletter.slug}/{one.slug}", one.planned_from) for one in issues)
    yield from _heard(session)
    yield from _met(page)


def _heard(session: Session) -> Iterator[Place]:
    if not hearing.any_shows(session):
        return
    yield Place("/podcasts")
    found = hearing.listed(session)
    episodes = hearing.newest_of(session, [one.show for one in found], limit=MOST_OF_A_KIND)
    for one in found:
        yield Place(show_path(one.show), one.episode.updated_at if one.episode else None, twins=False)
        for episode in episodes[one.show.id or 0]:
            yield Place(episode_path(one.show, episode), episode.updated_at, twins=False)


def _met(page: Page) -> Iterator[Place]:
    if not any_webinars(page.session):
        return
    yield Place("/webinars")
    coming = programme.listed(page.session, page.now, limit=MOST_OF_A_KIND)
    past = programme.listed(page.session, page.now, past=True, limit=MOST_OF_A_KIND)
    series = {one.id: series_path(one) for one, _ in [*coming, *past] if not one.is_single}
    yield from (Place(path) for path in series.values())
    yield from (Place(webinar_path(one)) for _, one in [*coming, *past])


def _resources(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Work).where(*_ON_THE_MAP)).one()


def _shelf(session: Session, number: int) -> Iterator[Place]:
    """A part of the shelf, the oldest first, so that what is in a part stays there."""
    wanted = select(Work.id, Work.slug, Work.updated_at).where(*_ON_THE_MAP).order_by(col(Work.id))
    for work_id, slug, updated_at in session.exec(wanted.offset((number - 1) * PER_PART).limit(PER_PART)):
        yield Place(path_of(work_id or 0, slug), updated_at)


_ON_THE_MAP = (
    col(Work.state).in_(ON_THE_SHELF),
    col(Work.merged_into_id).is_(None),
    select(WorkText.id).where(col(WorkText.work_id) == col(Work.id)).exists(),
)
