"""The first page: what this is, the sign-up, and what is new."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.audience import lists
from publisher.languages import join_list
from publisher.library import shelf
from publisher.library.models import ON_THE_SHELF, Subject, Work
from publisher.mail.identities import hub
from publisher.newsletters import archive
from publisher.newsletters.newsletters import title_in
from publisher.vocabulary.kinds import KIND_LABELS
from publisher.web.page import Page, looking
from publisher.web.public.items import stories
from publisher.web.public.newsletters import issue_line, newsletter_lines
from publisher.web.public.signing_up import offered, signup_context
from publisher.web.public.webinars.pages import on_first_page

NEW_ONES = 6
MOST_WEBINARS = 3
#: Webinars to come have a place of their own on the page.
NEW_KINDS = tuple(kind for kind in KIND_LABELS if kind != "webinar")


def home(request: Request) -> Response:
    """GET /"""
    with looking(request) as page:
        page.counts("home")
        hub(page.session)  # says what to do where there is no hub yet
        return page.show(
            "web/public/home.html",
            about=_about(page),
            lists_text=_lists_text(page),
            resources=stories(page, shelf.latest(page.session, limit=NEW_ONES, kinds=NEW_KINDS)),
            newest_text=_size(page),
            issue=_latest_issue(page),
            newsletters=newsletter_lines(page),
            webinars=on_first_page(page, MOST_WEBINARS),
            feed_url=page.link("/library/feed.xml"),
            **signup_context(page),
        )


def _about(page: Page) -> str:
    return page.gettext(
        "Reports, tools and studies from many places, read by editors. Search them here, or let the newsletter bring "
        "what fits your countries, your topics and your languages."
    )


def _lists_text(page: Page) -> str:
    return join_list([lists.name_in(row, page.language) for row in offered(page)], page.language)


def _size(page: Page) -> str:
    """“612 resources from 74 countries”; nothing while there are none."""
    shelved = col(Work.state).in_(ON_THE_SHELF) & col(Work.merged_into_id).is_(None)
    works = page.session.exec(select(func.count()).select_from(Work).where(shelved)).one()
    if not works:
        return ""
    named = select(func.count(func.distinct(Subject.key))).join(Work, col(Work.id) == col(Subject.work_id))
    countries = page.session.exec(named.where(col(Subject.facet) == "country", shelved)).one()
    resources = page.ngettext("%(number)s resource", "%(number)s resources", works)
    if not countries:
        return resources
    places = page.ngettext("%(number)s country", "%(number)s countries", countries)
    return page.gettext("%(resources)s about %(countries)s") % {"resources": resources, "countries": places}


def _latest_issue(page: Page) -> dict[str, Any] | None:
    """The newest issue of all open newsletters, with the newsletter's name."""
    papers = {one.id or 0: one for one in archive.open_newsletters(page.session)}
    found = archive.published_of(page.session, list(papers.values()), limit=1)
    newest = [(issue, papers[number]) for number, issues in found.items() for issue in issues]
    if not newest:
        return None
    issue, newsletter = max(newest, key=lambda pair: pair[0].planned_from or pair[0].created_at)
    return issue_line(page, newsletter, issue) | {"newsletter": title_in(newsletter, page.language)}
