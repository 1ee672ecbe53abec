"""Newsletters and their archive: every issue that went out, as everybody may read it."""

from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from feeds import archive as writing
from publisher import markdown
from publisher.audience import lists
from publisher.audience.models import MailingList
from publisher.languages import fallbacks, join_list, language_name, negotiate, own_name
from publisher.newsletters import archive
from publisher.newsletters.models import Issue, Newsletter
from publisher.newsletters.newsletters import languages_of, title_in
from publisher.web.answers import OPEN, conditional
from publisher.web.page import Page, looking, moment_of
from publisher.web.public import described
from publisher.web.public.cadences import cadence_text
from publisher.web.public.paging import pages_of, shown_page
from publisher.web.public.passing_on import share
from publisher.web.public.signing_up import signup_context

PER_PAGE = 20
_FEEDS = {
    "feed.xml": (writing.rss, "application/rss+xml"),
    "feed.atom": (writing.atom, "application/atom+xml"),
    "feed.json": (writing.json_feed, "application/feed+json"),
}


def newsletters(request: Request) -> Response:
    """GET /newsletters"""
    with looking(request) as page:
        return page.show("web/public/newsletters.html", newsletters=newsletter_lines(page))


def newsletter(request: Request, slug: str) -> Response:
    """GET /newsletters/<slug>: what it is, the sign-up, and the archive."""
    with looking(request) as page:
        found = archive.public(page.session, slug)
        page.counts("newsletter")
        number = shown_page(request)
        issues = archive.published(page.session, found, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        mailing_list = page.session.get_one(MailingList, found.list_id)
        return page.show(
            "web/public/newsletter.html",
            newsletter=_about(page, found),
            issues=[issue_line(page, found, issue) for issue in issues[:PER_PAGE]],
            pages=pages_of(page, number, more=len(issues) > PER_PAGE),
            feeds=_feeds(page, found),
            feed_url=page.link(f"/newsletters/{slug}/feed.xml"),
            brand_css=f"/brand.css?newsletter={slug}",
            **signup_context(page, only=mailing_list),
        )


def past_issue(request: Request, slug: str, issue: str) -> Response:
    """GET /newsletters/<slug>/<issue>: the generic edition, nobody's data."""
    with looking(request) as page:
        found = archive.public(page.session, slug)
        one = archive.issue_of(page.session, found, issue)
        language = edition_language(page, found)
        shown = archive.page(page.session, page.house, found, one, language)
        page.counts("issue")
        return page.show(
            "web/public/issue.html",
            newsletter={"title": title_in(found, language), "url": page.link(f"/newsletters/{slug}")},
            issue={
                "title": shown["issue"]["title"],
                "moment": moment_of(shown["issue"]["date"], page.language, found.zone),
                "opening_html": Markup(shown["opening_html"]),  # noqa: S704 - sanitised there
                "signed": shown["signed_by"],
                "language": language,
                "direction": shown["direction"],
                "texts": _editions(page, found, one, language),
            },
            sections=[
                {"label": part["title"], "items": [_item(i) for i in part["items"]]} for part in shown["sections"]
            ],
            corrections=shown["corrections"],
            subscribe_url=page.link(f"/newsletters/{slug}"),
            brand_css=f"/brand.css?newsletter={slug}",
            feed_url=page.link(f"/newsletters/{slug}/feed.xml"),
            description=shown["issue"]["preheader"],
            share=share(page, f"/newsletters/{slug}/{one.slug}", shown["issue"]["title"]),
            structured=described.issue(page, found, shown),
            **_neighbours(page, found, one, language),
        )


def feed(request: Request, slug: str, form: str) -> Response:
    """GET /newsletters/<slug>/feed.xml, feed.atom, feed.json: the newest issues. Programs seldom say what they read, so
    the language is `?lang=` or the newsletter's first."""
    write, media_type = _FEEDS[form]
    with looking(request) as page:
        found = archive.public(page.session, slug)
        asked = request.query_params.get("lang", "")
        language = asked if asked in languages_of(found) else languages_of(found)[0]
        wanted = archive.feed(page.session, page.house, found, language)
        here = page.house.settings.url(f"/newsletters/{slug}/{form}") + (f"?lang={language}" if asked else "")
        body = write(replace(wanted, self_link=here))
        changed = archive.last_change(page.session, found)
    return conditional(request, body, media_type, headers=OPEN, changed=changed)


def newsletter_lines(page: Page) -> list[dict[str, Any]]:
    """Every newsletter that anybody may subscribe to."""
    return [
        {
            "title": title_in(found, page.language),
            "url": page.link(f"/newsletters/{found.slug}"),
            "blurb": _tagline(page, found),
            "cadence_text": cadence_text(page, found),
        }
        for found in archive.open_newsletters(page.session)
    ]


def issue_line(page: Page, found: Newsletter, one: Issue) -> dict[str, Any]:
    line = archive.summary(found, one, edition_language(page, found), page.house)
    return {
        "title": line["title"],
        "url": page.link(f"/newsletters/{found.slug}/{one.slug}"),
        "moment": moment_of(line["date"], page.language, found.zone),
        "blurb": line["preheader"],
    }


def edition_language(page: Page, found: Newsletter) -> str:
    """The edition that a visitor of this page reads best."""
    spoken = languages_of(found)
    if page.language in spoken:
        return page.language
    return negotiate(page.request.headers.get("accept-language"), spoken)


def _about(page: Page, found: Newsletter) -> dict[str, Any]:
    named = [language_name(code, page.language) for code in languages_of(found)]
    mailing_list = page.session.get_one(MailingList, found.list_id)
    about = lists.description_in(mailing_list, page.language) or _tagline(page, found)
    return {
        "title": title_in(found, page.language),
        "slug": found.slug,
        "about_html": Markup(markdown.to_html(about)),  # noqa: S704 - sanitised there
        "cadence_text": cadence_text(page, found),
        "languages_text": join_list(named, page.language),
    }


def _tagline(page: Page, found: Newsletter) -> str:
    return next((str(t) for code in fallbacks(page.language) if (t := found.taglines.get(code))), found.tagline)


def _feeds(page: Page, found: Newsletter) -> list[dict[str, str]]:
    language = edition_language(page, found)
    query = f"?lang={language}" if language != languages_of(found)[0] else ""
    named = (("RSS", "feed.xml"), ("Atom", "feed.atom"), ("JSON", "feed.json"))
    return [{"label": label, "url": f"/newsletters/{found.slug}/{form}{query}"} for label, form in named]


def _editions(page: Page, found: Newsletter, one: Issue, shown: str) -> list[dict[str, Any]]:
    return [
        {
            "language": code,
            "language_label": own_name(code),
            "url": f"/newsletters/{found.slug}/{one.slug}?lang={code}",
            "current": code == shown,
        }
        for code in languages_of(found)
    ]


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"date": "", "date_text": ""}


def _neighbours(page: Page, found: Newsletter, one: Issue, language: str) -> dict[str, Any]:
    """The issue before and the one after; none beyond the newest hundred."""
    issues = archive.published(page.session, found)
    place = next((n for n, other in enumerate(issues) if other.id == one.id), None)
    around = (
        {"previous": None, "next": None}
        if place is None
        else {
            "previous": issues[place + 1] if place + 1 < len(issues) else None,
            "next": issues[place - 1] if place > 0 else None,
        }
    )
    return {name: issue_line(page, found, other) if other else None for name, other in around.items()}
