"""Addresses inside documents: made absolute, and only those of the web."""

import re
from urllib.parse import urljoin, urlsplit

LONGEST = 8000
DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>,;|]+[^\s\"<>,;|.)\]])")
IS_DOI = re.compile(
    r"^\s*(?:doi:?\s*|info:doi/|urn:doi:|https?://(?:dx\.|www\.)?doi\.org/)?(10\.\d{4,9}/\S+?)[.,;)]?\s*$", re.I
)


def absolute(link: str | None, base: str | None = None) -> str | None:
    """The link as an absolute http or https address, or none. White space inside is taken out, as browsers do."""
    text = re.sub(r"[\t\r\n]+\s*", "", (link or "").strip())
    if not text or len(text) > LONGEST:
        return None
    try:
        joined = urljoin(base or "", text)
        parts = urlsplit(joined)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return joined.replace(" ", "%20")


def joined_base(base: str | None, relative: str | None) -> str | None:
    """The base that holds inside an element with `xml:base`."""
    if not relative:
        return base
    try:
        return urljoin(base or "", relative.strip()) or None
    except ValueError:
        return base


def doi_in(*values: str | None) -> str | None:
    """The first value that is a DOI, bare or with its usual dress ("doi:", https://doi.org/). Lower case (DOI handbook §2.4)."""
    for value in values:
        match = IS_DOI.match(value or "")
        if match:
            return match[1].lower()
    return None
