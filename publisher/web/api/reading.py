"""GET /api/v1: resources, newsletters, issues, and the words of the vocabulary."""

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import col, select

from publisher.audience.models import MailingList
from publisher.library import shelf
from publisher.library.search import SearchQuery, search
from publisher.library.shelf import PublicItem, public_item
from publisher.newsletters import archive
from publisher.newsletters.models import Issue, Newsletter
from publisher.newsletters.newsletters import languages_of, title_in
from publisher.vocabulary import terms
from publisher.web.answers import OPEN, conditional
from publisher.web.api.shapes import (
    IssueItemOut,
    IssueList,
    IssueOut,
    IssueSectionOut,
    IssueWithItems,
    NewsletterOut,
    ResourceList,
    ResourceOut,
    ResourceWithTexts,
    TermOut,
    TextOut,
)
from publisher.web.page import Page, looking
from publisher.web.public.filters import filters_of
from publisher.web.public.items import path_of
from publisher.web.site import Number

BASE = "/api/v1"
Limit = Annotated[int, Query(ge=1, le=100, description="How many at once.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to pass over.")]
Lang = Annotated[str, Query(max_length=40, description="BCP 47 code of the language you prefer.")]
Values = Annotated[list[str] | None, Query(max_length=20)]
"""May come several times; several of one kind are alternatives."""


def resources(
    request: Request,
    q: Annotated[str, Query(max_length=200, description="Words to find.")] = "",
    kind: Values = None,
    topic: Values = None,
    sector: Values = None,
    audience: Values = None,
    country: Values = None,
    region: Values = None,
    language: Values = None,
    year: Annotated[int | None, Query(ge=1000, le=9999)] = None,
    lang: Lang = "en",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Resources on the shelf, under the filters of the library's page; the newest first, or the best match first."""
    with looking(request) as page:
        found = search(page.session, _query(filters_of(request).query(), limit, offset), facets=())
        shown = [_resource(page, public_item(one, [lang])) for one in found.items if one.texts]
        more = offset + limit < found.total
        answer = ResourceList(total=found.total, items=shown, next=following(page, offset + limit) if more else None)
    return answer_with(request, answer)


def resource(request: Request, number: Number, lang: Lang = "en") -> Response:
    """One resource, with its text in every language."""
    with looking(request) as page:
        found = shelf.on_the_shelf(page.session, number)
        item = public_item(found, [lang])
        texts = {
            code: TextOut(title=t.title, blurb=t.blurb, link=t.link or item.link) for code, t in found.texts.items()
        }
        answer = ResourceWithTexts(**_resource(page, item).model_dump(), texts=texts)
    return answer_with(request, answer)


def newsletters(request: Request, lang: Lang = "en") -> Response:
    """The newsletters that anybody may subscribe to."""
    with looking(request) as page:
        papers = archive.open_newsletters(page.session)
        wanted = select(MailingList.id, MailingList.slug).where(
            col(MailingList.id).in_([one.list_id for one in papers])
        )
        names = dict(page.session.exec(wanted).all())
        answer = [_newsletter(page, found, names[found.list_id], lang) for found in papers]
    return answer_with(request, answer)


def issues(request: Request, slug: str, lang: Lang = "en", limit: Limit = 20, offset: Offset = 0) -> Response:
    """The issues of a newsletter that went out, the newest first."""
    with looking(request) as page:
        found = archive.public(page.session, slug)
        rows = archive.published(page.session, found, limit=limit + 1, offset=offset)
        shown = [_issue(page, found, row, lang) for row in rows[:limit]]
        more = len(rows) > limit
        answer = IssueList(items=shown, next=following(page, offset + limit) if more else None)
    return answer_with(request, answer)


def issue(request: Request, slug: str, lang: Lang = "en") -> Response:
    """One issue: the generic edition in one language, nobody's selection."""
    with looking(request) as page:
        found, row = archive.issue_anywhere(page.session, slug)
        shown = archive.page(page.session, page.house, found, row, archive.language_for(found, [lang]))
        answer = IssueWithItems(
            **_issue(page, found, row, shown["language"]).model_dump(),
            language=shown["language"],
            opening_html=shown["opening_html"],
            signed_by=shown["signed_by"],
            sections=[_section(part) for part in shown["sections"]],
        )
    return answer_with(request, answer)


def topics(request: Request, lang: Lang = "en") -> Response:
    """The topics by key and name."""
    return _terms(request, "topic", lang)


def countries(request: Request, lang: Lang = "en") -> Response:
    """Countries by ISO 3166-1 code and name."""
    return _terms(request, "country", lang)


def docs(request: Request) -> Response:
    """GET /api/docs: our own page over the OpenAPI document."""
    with looking(request) as page:
        return page.show("web/api_docs.html", base_url=page.house.settings.url(BASE))


def _query(query: SearchQuery, limit: int, offset: int) -> SearchQuery:
    return SearchQuery(**(asdict(query) | {"limit": limit, "offset": offset}))


def _resource(page: Page, item: PublicItem) -> ResourceOut:
    values: dict[str, Any] = asdict(item)
    url = page.house.settings.url(path_of(item.id, item.slug))
    return ResourceOut.model_validate(values | {"url": url, "added_at": item.first_seen})


def _newsletter(page: Page, found: Newsletter, mailing_list: str, language: str) -> NewsletterOut:
    url = page.house.settings.url(f"/newsletters/{found.slug}")
    return NewsletterOut(
        slug=found.slug,
        title=title_in(found, language),
        tagline=str(found.taglines.get(language) or found.tagline),
        mailing_list=mailing_list,
        languages=list(languages_of(found)),
        cadence=found.cadence,
        url=url,
        feed=f"{url}/feed.xml",
    )


def _issue(page: Page, found: Newsletter, row: Issue, language: str) -> IssueOut:
    line = archive.summary(found, row, archive.language_for(found, [language]), page.house)
    return IssueOut(
        slug=line["slug"],
        number=line["number"],
        title=line["title"],
        preheader=line["preheader"],
        published_at=line["date"],
        languages=list(languages_of(found)),
        url=line["url"],
    )


def _section(part: dict[str, Any]) -> IssueSectionOut:
    items = [
        IssueItemOut(
            resource=item["work_id"],
            title=item["title"],
            blurb=item["blurb"],
            link=item["url"],
            kind=item["kind_label"],
            language=item["language"],
            publisher=item["publisher"],
        )
        for item in part["items"]
    ]
    return IssueSectionOut(title=part["title"], items=items)


def _terms(request: Request, facet: str, language: str) -> Response:
    with looking(request) as page:
        choices = terms.interest_choices(page.session, language)[facet]
    return answer_with(request, [TermOut(key=key, name=name) for key, name in choices])


def following(page: Page, offset: int) -> str:
    """The address of the next part of a list, under the same filters."""
    kept = [(k, v) for k, v in page.request.query_params.multi_items() if k != "offset"]
    path = page.request.url.path
    return page.house.settings.url(f"{path}?{urlencode([*kept, ('offset', str(offset))])}")


def answer_with(request: Request, answer: Any) -> Response:
    """As JSON, with an entity tag, for any page in the world."""
    plain = (
        [one.model_dump(mode="json", by_alias=True) for one in answer]
        if isinstance(answer, list)
        else answer.model_dump(mode="json")
    )
    return conditional(request, bytes(JSONResponse(plain).body), "application/json", headers=OPEN)
