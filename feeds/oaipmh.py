"""OAI-PMH 2.0 (openarchives.org/OAI/openarchivesprotocol.html): the pages a repository answers with, and the questions.

Nothing is fetched here. A harvest is: `url_for(base, "ListRecords", …)`, fetch, `read_records`, and the same again with
`next_page` until there is none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from lxml import etree

from feeds.dates import parse_date
from feeds.errors import FeedError
from feeds.links import absolute, doi_in
from feeds.markup import Fields, first_date, licence_of, pages_in, places, whole
from feeds.values import ReadFeed, ReadItem, capped, unique
from feeds.xml import LIMIT, inner, name_of, parse, plain_title

Verb = Literal["Identify", "ListMetadataFormats", "ListSets", "ListIdentifiers", "ListRecords", "GetRecord"]
WHY = {
    "badArgument": "The repository did not understand the question.",
    "badResumptionToken": "The repository no longer knows where this list was to go on; begin the list anew.",
    "badVerb": "The repository does not know this kind of question.",
    "cannotDisseminateFormat": "The repository does not offer its records in this format.",
    "idDoesNotExist": "The repository has no record of this name.",
    "noMetadataFormats": "The repository offers no format for this record.",
}
EMPTY = {"noRecordsMatch", "noSetHierarchy"}


class OaiError(FeedError):
    """The repository answered with an error. `code`: the protocol's word for it (§3.6)."""

    def __init__(self, code: str, said: str) -> None:
        sentence = WHY.get(code, "The repository answered with an error.")
        super().__init__(f"{sentence} It said: {said[:200]}" if said else sentence)
        self.code = code


class BadResumptionToken(OaiError):
    """The token has expired or was never given: the list must begin anew, so trying again can help."""

    permanent = False

    def __init__(self, code: str, said: str) -> None:
        super().__init__(code, said)
        self.permanent = False


@dataclass(frozen=True)
class Repository:
    """What a repository says of itself. `granularity`: how fine its datestamps are; `deletions`: no, transient, persistent."""

    name: str
    base_url: str | None
    granularity: Literal["day", "second"]
    earliest: datetime | None
    deletions: str
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordSet:
    """A set of records that may be harvested alone."""

    spec: str
    name: str


@dataclass(frozen=True)
class SetPage:
    """One page of sets; `next_page`: the URL of the next."""

    sets: tuple[RecordSet, ...]
    next_page: str | None = None


def url_for(base: str, verb: Verb, **arguments: str | None) -> str:
    """The URL of a question. `from` is a Python word, so write `from_`. A resumption token stands alone (§3.5)."""
    asked = {key.rstrip("_"): value for key, value in arguments.items() if value}
    if token := asked.get("resumptionToken"):
        asked = {"resumptionToken": token}
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode({"verb": verb} | asked), ""))


def stamp(moment: datetime, granularity: Literal["day", "second"]) -> str:
    """A moment as the repository wants it in `from` and `until`."""
    form = "%Y-%m-%d" if granularity == "day" else "%Y-%m-%dT%H:%M:%SZ"
    return moment.astimezone(UTC).strftime(form)


def read_identify(data: bytes, *, content_type: str | None = None, limit: int = LIMIT) -> Repository:
    """The answer to Identify."""
    root, _ = parse(data, content_type=content_type, limit=limit)
    fields = Fields(_answer(root, "oai:Identify"))
    if not fields.text("oai:repositoryName", "oai:baseURL", "oai:granularity"):
        raise FeedError("The repository does not say who it is.")
    fine = "T" in (fields.text("oai:granularity") or "")
    return Repository(
        name=fields.text("oai:repositoryName") or "",
        base_url=absolute(fields.text("oai:baseURL")),
        granularity="second" if fine else "day",
        earliest=first_date(fields, "oai:earliestDatestamp"),
        deletions=fields.text("oai:deletedRecord") or "no",
        emails=unique(fields.texts("oai:adminEmail")),
    )


def read_sets(data: bytes, *, url: str | None = None, content_type: str | None = None, limit: int = LIMIT) -> SetPage:
    """One answer to ListSets. A repository without sets has an empty page."""
    root, _ = parse(data, content_type=content_type, limit=limit)
    body = _answer(root, "oai:ListSets")
    found = [Fields(element) for element in body if name_of(element) == "oai:set"]
    sets = [RecordSet(spec, f.text("oai:setName") or spec) for f in found if (spec := f.text("oai:setSpec"))]
    return SetPage(tuple(sets), _next_page(root, body, "ListSets", url))


def read_records(
    data: bytes, *, url: str | None = None, content_type: str | None = None, now: datetime, limit: int = LIMIT
) -> ReadFeed:
    """One answer to ListRecords, ListIdentifiers or GetRecord. "No records match" is an empty page, not an error."""
    root, problems = parse(data, content_type=content_type, limit=limit)
    return read_page(root, url=url, now=now, problems=problems)


def read_page(root: etree._Element, *, url: str | None, now: datetime, problems: list[str]) -> ReadFeed:
    """As `read_records`, from a parsed document; an answer to Identify or ListSets is a feed without items."""
    body = _answer(root)
    verb = name_of(body).removeprefix("oai:")
    page = Fields(root)
    headers, more = capped(e for e in body if name_of(e) in ("oai:record", "oai:header"))
    title = Fields(body).text("oai:repositoryName") if verb == "Identify" else None
    items = tuple(item for element in headers if (item := _record(element)))
    bare = sum(not item.title and not item.deleted for item in items) if verb != "ListIdentifiers" else 0
    unread = [f"{bare} records have no title in Dublin Core."] if bare else []
    return ReadFeed(
        format="oai-pmh",
        title=title or "",
        link=absolute(page.text("oai:request")),
        items=items,
        next_page=_next_page(root, body, verb, url),
        problems=(*problems, *more, *unread),
        updated=first_date(page, "oai:responseDate"),
        read_at=now,
    )


def _answer(root: etree._Element, *wanted: str) -> etree._Element:
    """The element that answers; raises what the repository reports, save that there is nothing to tell."""
    if name_of(root).rpartition(":")[2] != "OAI-PMH":
        raise FeedError("The document is not an answer of an OAI-PMH repository.")
    errors = [element for element in root if name_of(element) == "oai:error"]
    for element in errors:
        code = element.get("code") or ""
        if code not in EMPTY:
            raise (BadResumptionToken if code == "badResumptionToken" else OaiError)(code, inner(element))
    verbs = [
        e
        for e in root
        if name_of(e) in wanted or (not wanted and name_of(e) not in ("oai:responseDate", "oai:request"))
    ]
    if not verbs and not errors:
        raise FeedError("The repository’s answer holds nothing that was asked for.")
    return verbs[0] if verbs else errors[0]


def _next_page(root: etree._Element, body: etree._Element, verb: str, url: str | None) -> str | None:
    """The URL that continues the list. An empty token ends it (§3.5)."""
    token = next((inner(e) for e in body if name_of(e) == "oai:resumptionToken"), "")
    base = url or absolute(Fields(root).text("oai:request"))
    if not token or not base or verb not in ("ListRecords", "ListIdentifiers", "ListSets"):
        return None
    return url_for(base, verb, resumptionToken=token)  # type: ignore[arg-type]


def _record(element: etree._Element) -> ReadItem | None:
    header = (
        element if name_of(element) == "oai:header" else next((e for e in element if name_of(e) == "oai:header"), None)
    )
    head = Fields(header) if header is not None else None
    guid = head.text("oai:identifier") if head else None
    if header is None or head is None or not guid:
        return None
    stamped = parse_date(head.text("oai:datestamp"))
    if header.get("status") == "deleted":
        return ReadItem(guid=guid, updated=stamped, deleted=True, raw=head.raw())
    metadata = next((e for e in element if name_of(e) == "oai:metadata"), None)
    described = next((e for e in metadata if isinstance(e.tag, str)), None) if metadata is not None else None
    if described is None:
        return ReadItem(guid=guid, updated=stamped, raw=head.raw())
    return _described(guid, stamped, Dublin(described), head)


class Dublin(Fields):
    """Dublin Core by bare name, whichever dress it wears: oai_dc, qualified dc, dcterms, or elements nested in a wrapper."""

    def __init__(self, element: etree._Element) -> None:
        super().__init__(element)
        if not self.dc("title", "identifier", "creator"):
            for name, found in [(name_of(e), e) for e in element.iter() if name_of(e).startswith(("dc:", "dcterms:"))]:
                self.by_name.setdefault(name, []).append(found)

    def dc(self, *names: str) -> list[str]:
        """All texts of these elements, those of `dcterms` first: they are the more precise."""
        return [text for name in names for text in self.texts(f"dcterms:{name}", f"dc:{name}") if text]


def _described(guid: str, stamped: datetime | None, dc: Dublin, head: Fields) -> ReadItem:
    identifiers = dc.dc("identifier", "bibliographicCitation")
    related = dc.dc("relation", "isVersionOf", "source", "isPartOf", "hasFormat")
    titles = dc.dc("title") or dc.dc("alternative")
    return ReadItem(
        guid=guid,
        link=_landing([*identifiers, *dc.dc("isReferencedBy"), *related]),
        title=plain_title(titles[0]) if titles else "",
        summary_html=next(iter(dc.dc("abstract", "description")), None),
        published=_published(dc),
        updated=stamped,
        authors=unique(dc.dc("creator")) or unique(dc.dc("contributor")),
        languages=unique(dc.dc("language")),
        categories=unique(dc.dc("subject")),
        countries=places(dc),
        publisher=next(iter(dc.dc("publisher")), None),
        licence=licence_of(dc),
        doi=doi_in(*identifiers, *related),
        kind=next(iter(dc.dc("type")), None),
        pages=pages_in(dc.dc("extent", "format")),
        file_size=whole(next((text for text in dc.dc("extent") if text.isdigit() and len(text) > 4), None)),
        raw=head.raw() | dc.raw(),
    )


def _landing(texts: list[str]) -> str | None:
    """The record's page: the first address that is no file; a DOI or handle given bare is one too."""
    links = [link for text in texts if " " not in text and (link := absolute(text))]
    pages = [link for link in links if not link.lower().endswith((".pdf", ".jpg", ".png", ".zip", ".epub"))]
    if pages or links:
        return (pages or links)[0]
    doi = doi_in(*texts)
    return f"https://doi.org/{doi}" if doi else None


def _published(dc: Dublin) -> datetime | None:
    """The date of issue; among plain dates the earliest, since repositories add those of deposit and release."""
    for names in (("issued", "dateAccepted"), ("available", "created", "date")):
        dates = [moment for text in dc.dc(*names) if (moment := parse_date(text))]
        if dates:
            return min(dates)
    return None
