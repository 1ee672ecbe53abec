"""About, contact, privacy, accessibility: Markdown of the owner's, or ours. Of the privacy notice older versions too."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from publisher import languages, markdown, pages
from publisher.audience import notices
from publisher.audience.models import PrivacyNotice
from publisher.web.page import Page, looking, moment_of


def short_page(request: Request, name: str) -> Response:
    """GET /about, /contact, /accessibility"""
    with looking(request) as page:
        found = pages.find(page.house, name, page.language, notices.values(page.session, page.house))
        return _shown(page, found.language, found.title, found.text)


def privacy(request: Request) -> Response:
    """GET /privacy, with `?version=` as it was when somebody agreed."""
    with looking(request) as page:
        now = notices.current(page.session, page.house, page.language)
        asked = request.query_params.get("version", "")
        if asked and asked != now.version:
            return _older(page, notices.of_version(page.session, asked))
        before = [
            {"url": page.link("/privacy", version=one.version), "moment": moment_of(one.since, page.language)}
            for one in notices.earlier(page.session, now)
        ]
        version = page.gettext("Version %(version)s") % {"version": now.version}
        return _shown(page, now.language, now.title, now.text, notice_version=version, before=before)


def _older(page: Page, kept: PrivacyNotice) -> Response:
    version = page.gettext("Version %(version)s") % {"version": kept.version}
    answer = _shown(page, kept.language, kept.title, kept.text, notice_version=version, is_older=True)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _shown(
    page: Page,
    language: str,
    title: str,
    text: str,
    *,
    notice_version: str = "",
    before: Sequence[dict[str, Any]] = (),
    is_older: bool = False,
) -> Response:
    page.counts("page")
    return page.show(
        "web/public/short_page.html",
        telling=("version",),
        title=title,
        text_language=language,
        text_direction=languages.direction(language),
        text_html=Markup(markdown.to_html(_one_up(text))),  # noqa: S704 - sanitised there
        description=_first_words(text),
        notice_version=notice_version,
        before=before,
        is_older=is_older,
    )


def _one_up(text: str) -> str:
    """Headings one level higher: the title, which stands above them on the page, was the first."""
    return re.sub(r"(?m)^#(#{1,5} )", r"\1", text)


def _first_words(text: str) -> str:
    paragraph = markdown.to_text(text.partition("\n\n")[0], width=10_000)
    return paragraph.replace("\n", " ")[:200]
