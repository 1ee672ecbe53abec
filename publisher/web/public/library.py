"""The library: search and filters, the same as a feed, and a page for each resource."""

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from feeds import archive as writing
from feeds.archive import ArchiveFeed, ArchiveItem
from publisher import languages, markdown
from publisher.errors import NotFound
from publisher.languages import N_, direction, language_name, own_name
from publisher.library import shelf
from publisher.library.search import Results, SearchQuery, search
from publisher.library.shelf import PublicItem, Shown, public_item
from publisher.mail.identities import hub as hub_identity
from publisher.media.models import MediaFile
from publisher.media.pictures import on_page
from publisher.vocabulary import terms
from publisher.web.answers import OPEN, conditional
from publisher.web.page import Page, hub_of, looking
from publisher.web.public import described
from publisher.web.public import filters as filtering
from publisher.web.public.items import countries_text, date_of, ended_text, file_note, kind_label, path_of, stories
from publisher.web.public.licences import licence_link
from publisher.web.public.paging import pages_of, shown_page
from publisher.web.public.passing_on import share

PATH = "/library"
PER_PAGE = 20
IN_FEED = 50
RELATED = 4
_FEEDS = {
    "feed.xml": (writing.rss, "application/rss+xml"),
    "feed.json": (writing.json_feed, "application/feed+json"),
}


def library(request: Request) -> Response:
    """GET /library?q=&kind=&topic=&sector=&country=&region=&language=&year=&page="""
    with looking(request) as page:
        page.counts("library")
        wanted, number = filtering.filters_of(request), shown_page(request)
        found = search(
            page.session, wanted.query(limit=PER_PAGE, offset=(number - 1) * PER_PAGE), facets=filtering.MENUS
        )
        named = filtering.Named(page)
        last = max(1, -(-found.total // PER_PAGE))
        return page.show(
            "web/public/library.html",
            telling=("q", *filtering.NAMES),
            q=wanted.text,
            keep=_kept(page, wanted),
            sentence=filtering.sentence(page, wanted, found.total),
            chosen=filtering.chips(page, PATH, wanted, named),
            menus=filtering.menus(page, PATH, wanted, found.facets, named),
            clear_url=page.link(PATH),
            results=stories(page, found.items),
            pages=pages_of(page, number, more=number < last, last=last),
            feed_url=filtering.address(page, f"{PATH}/feed.xml", wanted),
        )


def feed(request: Request, form: str) -> Response:
    """GET /library/feed.xml and feed.json: what came to the shelf last, under the same filters."""
    write, media_type = _FEEDS[form]
    with looking(request) as page:
        wanted = filtering.filters_of(request)
        found = search(page.session, wanted.query(limit=IN_FEED, order="added"), facets=())
        body = write(_written(page, wanted, found, form))
    return conditional(request, body, media_type, headers=OPEN | {"Vary": "Accept-Language"})


def resource(request: Request, ref: str) -> Response:
    """GET /library/<number>-<words>. The number finds it; other words lead to the right ones, for good."""
    with looking(request) as page:
        number = ref.partition("-")[0]
        if not number.isascii() or not number.isdecimal() or int(number[:12]) >= 2**31:
            raise NotFound(N_("There is no such resource."))
        found = shelf.on_the_shelf(page.session, int(number))
        item = public_item(found, [page.language])
        if path_of(item.id, item.slug) != f"{PATH}/{ref}":
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(path_of(item.id, item.slug) + query, 301)
        page.counts("resource", item.countries)
        return page.show(
            "web/public/resource.html",
            resource=_shown(page, found, item),
            share=share(page, path_of(item.id, item.slug), item.title),
            structured=described.resource(page, item),
            related=stories(page, related(page, found)),
            description=item.blurb[:200],
        )


def _kept(page: Page, wanted: filtering.Filters) -> dict[str, Any]:
    """The filters as hidden fields of the search; several values of one are written with commas, which are read too."""
    kept = {name: ",".join(values) for name, values in wanted.chosen.items()}
    return kept | ({"lang": page.language} if page.said else {})


def _written(page: Page, wanted: filtering.Filters, found: Results, form: str) -> ArchiveFeed:
    named = filtering.Named(page)
    hub, url = hub_of(page.session, page.language), page.house.settings.url
    own = hub_identity(page.session)
    what = [named(name, value) for name, values in wanted.chosen.items() for value in values]
    title = " · ".join([hub["name"], page.gettext("Library"), *([f"“{wanted.text}”"] if wanted.text else []), *what])
    return ArchiveFeed(
        id=f"tag:{own.domain},{own.created_at:%Y-%m-%d}:{filtering.address(page, PATH, wanted).removeprefix('/')}",
        title=title,
        link=url(filtering.address(page, PATH, wanted)),
        self_link=url(filtering.address(page, f"{PATH}/{form}", wanted)),
        description=hub["tagline"] or title,
        language=page.language,
        items=[_entry(page, public_item(one, [page.language]), named, own.domain) for one in found.items if one.texts],
    )


def _entry(page: Page, item: PublicItem, named: filtering.Named, domain: str) -> ArchiveItem:
    link = page.house.settings.url(path_of(item.id, item.slug))
    return ArchiveItem(
        id=f"tag:{domain},{item.first_seen:%Y-%m-%d}:resource/{item.id}",  # RFC 4151: outlives a move of the site
        link=link,
        title=item.title,
        summary=item.blurb or None,
        content_html=markdown.to_html(item.blurb) or None,
        published=item.first_seen,
        updated=item.updated_at,
        authors=item.authors,
        categories=tuple(named("topic", key) for key in item.topics)
        + tuple(named("country", key) for key in item.countries),
        language=item.language,
    )


def _shown(page: Page, found: Shown, item: PublicItem) -> dict[str, Any]:
    topics = terms.names(page.session, "topic", page.language)
    day = date_of(page, item)
    return {
        "title": item.title,
        "language": item.language,
        "direction": direction(item.language),
        "blurb_html": Markup(markdown.to_html(item.blurb)),  # noqa: S704 - sanitised there
        "kind_label": kind_label(page, item.kind),
        "open_url": item.link or (f"https://doi.org/{item.doi}" if item.doi else ""),
        "open_note": file_note(page, item),
        "original_note": _original_note(page, item),
        "texts": _texts(found, item),
        "authors_text": languages.join_list(item.authors, page.language),
        "publisher": item.publisher,
        "moment": day,
        "countries_text": countries_text(page, item.countries, most=12),
        "topics": [{"label": topics.get(key, key), "url": page.link(PATH, topic=key)} for key in item.topics],
        "licence": licence_link(item.licence),
        "doi": item.doi or "",
        "doi_url": f"https://doi.org/{item.doi}" if item.doi else "",
        "citation": _citation(item),
        "picture": _picture(page, found),
        "ended_text": ended_text(page, item),
    }


def _picture(page: Page, found: Shown) -> dict[str, Any] | None:
    """One of ours: one from elsewhere would tell its host who reads here."""
    number = found.work.picture_id
    media = page.session.get(MediaFile, number) if number else None
    if media is None:
        return None
    return on_page(media, page.language) | {"licence": licence_link(media.licence)}


def _original_note(page: Page, item: PublicItem) -> str:
    if item.link_language.partition("-")[0] == page.language:
        return ""
    return page.gettext("What you open is in this language: %(language)s.") % {
        "language": language_name(item.link_language, page.language)
    }


def _texts(found: Shown, item: PublicItem) -> list[dict[str, Any]]:
    return [
        {
            "language": code,
            "language_label": own_name(code),
            "title": text.title,
            "url": f"{path_of(item.id, item.slug)}?lang={code}"
            if code in languages.LANGUAGES
            else text.link or item.link,
            "current": code == item.language,
        }
        for code, text in found.texts.items()
    ]


def _citation(item: PublicItem) -> str:
    """Authors (year). Title. Publisher. DOI or link; as much of it as is known."""
    who = "; ".join(item.authors) or item.publisher
    if not who:
        return ""
    year = f" ({item.published_on.year})" if item.published_on else ""
    issuer = f" {item.publisher}." if item.publisher and item.authors else ""
    where = f"https://doi.org/{item.doi}" if item.doi else item.link
    return f"{who}{year}. {item.title.rstrip('.')}.{issuer} {where}".strip()


def related(page: Page, found: Shown) -> list[Shown]:
    """Others on its first topics, from its countries first."""
    topics, countries = found.keys("topic", suggested=False)[:3], found.keys("country", suggested=False)[:3]
    tries = [SearchQuery(topics=topics, countries=countries, limit=RELATED + 1)] if topics and countries else []
    tries += [SearchQuery(countries=countries, limit=RELATED + 1)] if countries else []
    tries += [SearchQuery(topics=topics, limit=RELATED + 1)] if topics else []
    close: dict[int, Shown] = {}
    for query in tries:
        for other in search(page.session, query, facets=()).items:
            if other.work.id != found.work.id and other.work.id is not None:
                close.setdefault(other.work.id, other)
        if len(close) >= RELATED:
            break
    return list(close.values())[:RELATED]
