"""What resources and issues say of themselves to search engines: schema.org as JSON-LD.

Source: schema.org CreativeWork and what it is divided into, Periodical, PublicationIssue.
"""

from typing import Any

from markupsafe import Markup

from publisher.library.shelf import PublicItem
from publisher.newsletters.models import Newsletter
from publisher.newsletters.newsletters import title_in
from publisher.web.page import Page, hub_of
from publisher.web.public.items import path_of
from publisher.web.public.licences import licence_link
from publisher.web.public.structured import script

TYPES = {
    "landscape-analysis": "Report",
    "country-study": "Report",
    "country-brief": "Report",
    "report": "Report",
    "article": "Article",
    "news": "NewsArticle",
    "tool": "LearningResource",
}
"""What kinds are called there; the others are a CreativeWork. Dates have a page of their own, which says what it is."""


def resource(page: Page, item: PublicItem) -> Markup:
    licence = licence_link(item.licence) or {}
    here = page.house.settings.url(path_of(item.id, item.slug))
    said = {
        "@context": "https://schema.org",
        "@type": TYPES.get(item.kind, "CreativeWork"),
        "@id": here,
        "url": here,
        "mainEntityOfPage": here,
        "name": item.title,
        "headline": item.title[:110],
        "abstract": item.blurb or None,
        "inLanguage": item.link_language,
        "author": [{"@type": "Person", "name": name} for name in item.authors] or None,
        "publisher": {"@type": "Organization", "name": item.publisher} if item.publisher else None,
        "datePublished": item.published_on.isoformat() if item.published_on else None,
        "dateModified": item.updated_at.isoformat(),
        "license": licence.get("url") or None,
        "numberOfPages": item.pages,
        "sameAs": [url for url in (f"https://doi.org/{item.doi}" if item.doi else "", item.link) if url] or None,
        "spatialCoverage": [{"@type": "Country", "identifier": code} for code in item.countries] or None,
        "isAccessibleForFree": True,
        "encoding": _file(item),
    }
    return script(said)


def issue(page: Page, newsletter: Newsletter, shown: dict[str, Any]) -> Markup:
    """`shown`: the generic edition (`newsletters.archive.page`)."""
    one, url = shown["issue"], page.house.settings.url
    hub = {"@type": "Organization", "name": hub_of(page.session)["name"], "url": url("/")}
    said = {
        "@context": "https://schema.org",
        "@type": ["PublicationIssue", "Article"],
        "@id": one["url"],
        "url": one["url"],
        "name": one["title"],
        "headline": one["title"][:110],
        "description": one["preheader"] or None,
        "issueNumber": one["number"],
        "datePublished": one["date"].isoformat(),
        "inLanguage": shown["language"],
        "isAccessibleForFree": True,
        "author": {"@type": "Person", "name": shown["signed_by"]} if shown["signed_by"] else hub,
        "publisher": hub,
        "isPartOf": {
            "@type": "Periodical",
            "name": title_in(newsletter, shown["language"]),
            "url": url(f"/newsletters/{newsletter.slug}"),
        },
    }
    return script(said)


def _file(item: PublicItem) -> dict[str, Any] | None:
    if not item.file_type and not item.file_bytes:
        return None
    return {
        "@type": "MediaObject",
        "contentUrl": item.link or None,
        "encodingFormat": item.file_type or None,
        "contentSize": f"{item.file_bytes} B" if item.file_bytes else None,
    }
