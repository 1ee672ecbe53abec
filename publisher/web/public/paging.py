"""Long lists in parts: which part is asked for, and the way to the others."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from publisher.languages import number
from publisher.web.page import Page

LAST_PAGE = 5_000


def shown_page(request: Request) -> int:
    """The page asked for by `?page=`, from 1; nonsense is page 1."""
    asked = request.query_params.get("page", "1")
    return min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1


def pages_of(page: Page, shown: int, *, more: bool, last: int | None = None) -> dict[str, Any]:
    """Links to the part before and after; `last`: how many parts there are, where that is known."""
    words = page.gettext("Page %(page)s") % {"page": number(shown, page.language)}
    if last is not None:
        words = page.gettext("Page %(page)s of %(last)s") % {
            "page": number(shown, page.language),
            "last": number(last, page.language),
        }
    return {
        "previous_url": _at(page.request, shown - 1) if shown > 1 else "",
        "next_url": _at(page.request, shown + 1) if more else "",
        "text": words,
    }


def _at(request: Request, number: int) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "page"]
    return f"{request.url.path}?{urlencode([*kept, ('page', str(number))])}"
