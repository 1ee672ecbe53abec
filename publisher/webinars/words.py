"""What a series and its dates are called, in a reader's language. A date without words of its own has the series'."""

from dataclasses import dataclass
from typing import Any

from publisher.languages import fallbacks
from publisher.webinars.models import Series, Webinar


@dataclass(frozen=True)
class Words:
    """`language`: of the title, as a text that was never translated stays in its own."""

    title: str
    summary: str
    description: str
    language: str


def of_series(series: Series, language: str) -> Words:
    """The series in this language, else in its own."""
    return _chosen(series.texts, language) or Words(series.title, series.summary, series.description, series.language)


def of_webinar(series: Series, webinar: Webinar, language: str) -> Words:
    """The date in this language. What it does not say itself the series says."""
    whole = of_series(series, language)
    own = _chosen(webinar.texts, language)
    if own is None:
        own = Words(webinar.title, webinar.summary, webinar.description, series.language)
    if not own.title:
        return Words(whole.title, own.summary or whole.summary, own.description or whole.description, whole.language)
    return Words(own.title, own.summary or whole.summary, own.description or whole.description, own.language)


def languages_of(series: Series) -> list[str]:
    """The languages it is described in, its own first."""
    return [series.language, *sorted(set(series.texts) - {series.language})]


def _chosen(texts: dict[str, Any], language: str) -> Words | None:
    for code in fallbacks(language):
        text = texts.get(code)
        if text and text.get("title"):
            return Words(text["title"], text.get("summary", ""), text.get("description", ""), code)
    return None
