"""The demo's open repository: OAI-PMH 2.0 with Dublin Core, sets by language, pages of five and resumption tokens.

Source: openarchives.org/OAI/openarchivesprotocol.html; section numbers below are of that document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from lxml import etree

from publisher.demo.content import Source, TrickleItem, hub
from publisher.demo.sites import Items, instants, place, subjects
from publisher.languages import language_name

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
PAGE = 5
PREFIX = "oai_dc"
#: Per verb, the arguments it may have and those it must have unless a resumption token stands alone (§4).
ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset({"identifier"}), frozenset()),
    "ListSets": (frozenset({"resumptionToken"}), frozenset()),
    "ListIdentifiers": (
        frozenset({"from", "until", "set", "metadataPrefix", "resumptionToken"}), frozenset({"metadataPrefix"})
    ),
    "ListRecords": (
        frozenset({"from", "until", "set", "metadataPrefix", "resumptionToken"}), frozenset({"metadataPrefix"})
    ),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset({"identifier", "metadataPrefix"})),
}  # fmt: skip


class _Wrong(Exception):
    """An error of the protocol (§3.6)."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class _Asked:
    """A question and what it is put to."""

    about: Source
    url: str
    began: datetime
    items: Items
    query: Mapping[str, str]


def answer(about: Source, url: str, began: datetime, items: Items, query: Mapping[str, str], now: datetime) -> bytes:
    """The answer to one request; what is wrong with it is said in the answer, as the protocol wants."""
    root = etree.Element(_oai("OAI-PMH"), nsmap={None: OAI})  # type: ignore[dict-item]  # None is the default namespace
    _put(root, "responseDate", _stamp(now))
    request = _put(root, "request", url)
    try:
        verb = _checked(query)
        for name, value in query.items():
            request.set(name, value)
        root.append(_VERBS[verb](_Asked(about, url, began, items, query)))
    except _Wrong as wrong:
        _put(root, "error", str(wrong)).set("code", wrong.code)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _checked(query: Mapping[str, str]) -> str:
    verb = query.get("verb", "")
    if verb not in ARGUMENTS:
        raise _Wrong("badVerb", "The verb is missing or unknown.")
    allowed, needed = ARGUMENTS[verb]
    given = set(query) - {"verb"}
    if "resumptionToken" in given & allowed:
        needed = frozenset()
        allowed = frozenset({"resumptionToken"})
    if given - allowed or needed - given:
        raise _Wrong("badArgument", "An argument is missing or does not belong here.")
    if query.get("metadataPrefix", PREFIX) != PREFIX:
        raise _Wrong("cannotDisseminateFormat", "There is Dublin Core here and nothing else.")
    return verb


def _identify(asked: _Asked) -> etree._Element:
    body = etree.Element(_oai("Identify"))
    for name, text in (
        ("repositoryName", asked.about.name),
        ("baseURL", asked.url),
        ("protocolVersion", "2.0"),
        ("adminEmail", hub().reply_to),
        ("earliestDatestamp", _stamp(asked.began)),
        ("deletedRecord", "no"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _put(body, name, text)
    return body


def _formats(asked: _Asked) -> etree._Element:
    if "identifier" in asked.query:
        _one(asked)
    body = etree.Element(_oai("ListMetadataFormats"))
    described = _put(body, "metadataFormat")
    _put(described, "metadataPrefix", PREFIX)
    _put(described, "schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    _put(described, "metadataNamespace", OAI_DC)
    return body


def _sets(asked: _Asked) -> etree._Element:
    if "resumptionToken" in asked.query:
        raise _Wrong("badResumptionToken", "The list of sets fits one page.")
    body = etree.Element(_oai("ListSets"))
    for language in sorted({item.language for item in asked.items}):
        found = _put(body, "set")
        _put(found, "setSpec", language)
        _put(found, "setName", language_name(language, "en"))
    return body


def _list_of(asked: _Asked) -> etree._Element:
    """One page of records or headers; the rest hangs on a token that says where it goes on, and from what (§3.5)."""
    begin, since, until, spec = _place(asked.query)
    wanted = [
        item for item in asked.items
        if since <= item.appears(asked.began).replace(microsecond=0) <= until and spec in ("", item.language)
    ]  # fmt: skip
    if not wanted[begin:]:
        raise _Wrong("noRecordsMatch", "Nothing of that time or set is here.")
    verb = asked.query["verb"]
    body = etree.Element(_oai(verb))
    for item in wanted[begin : begin + PAGE]:
        body.append(
            _header(item, asked.began) if verb == "ListIdentifiers" else _record(item, asked.began, asked.about)
        )
    if len(wanted) > PAGE:
        after = begin + PAGE
        more = f"{after}!{_stamp(since)}!{_stamp(until)}!{spec}" if after < len(wanted) else None
        token = _put(body, "resumptionToken", more)
        token.set("completeListSize", str(len(wanted)))
        token.set("cursor", str(begin))
    return body


def _get(asked: _Asked) -> etree._Element:
    body = etree.Element(_oai("GetRecord"))
    body.append(_record(_one(asked), asked.began, asked.about))
    return body


def _one(asked: _Asked) -> TrickleItem:
    found = next((item for item in asked.items if identifier(item) == asked.query["identifier"]), None)
    if found is None:
        raise _Wrong("idDoesNotExist", "There is no record of that name.")
    return found


def identifier(item: TrickleItem) -> str:
    """The name of a record in the scheme `oai:` (OAI identifier format 2.0)."""
    return f"oai:{item.url.split('/')[2]}:{item.key}"


def _place(query: Mapping[str, str]) -> tuple[int, datetime, datetime, str]:
    """Where a list begins, between which moments, and of which set: from the token, or from the arguments."""
    if token := query.get("resumptionToken"):
        try:
            begin, since, until, spec = token.split("!")
            return int(begin), _moment(since, time.min), _moment(until, time.max), spec
        except (ValueError, _Wrong) as problem:
            raise _Wrong("badResumptionToken", "This token was not given here.") from problem
    since_, until_ = query.get("from", "1970-01-01"), query.get("until", "9999-12-31")
    return 0, _moment(since_, time.min), _moment(until_, time.max), query.get("set", "")


def _moment(text: str, at: time) -> datetime:
    """A datestamp of the protocol, a day or a second (§3.3.1)."""
    try:
        if len(text) == 10:
            return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), at, UTC)  # noqa: DTZ007  # a day only
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as problem:
        raise _Wrong("badArgument", "A date is written like 2026-12-01 or 2026-12-01T09:00:00Z.") from problem


def _header(item: TrickleItem, began: datetime) -> etree._Element:
    header = etree.Element(_oai("header"))
    _put(header, "identifier", identifier(item))
    _put(header, "datestamp", _stamp(item.appears(began)))
    _put(header, "setSpec", item.language)
    return header


def _record(item: TrickleItem, began: datetime, about: Source) -> etree._Element:
    record = etree.Element(_oai("record"))
    record.append(_header(item, began))
    described = etree.SubElement(_put(record, "metadata"), f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
    span = instants(item, began)
    for name, text in (
        ("title", item.title),
        *(("creator", author) for author in item.authors),
        *(("subject", subject) for subject in subjects(item)),
        ("description", item.summary),
        ("publisher", about.name),
        ("date", (span[0] if span else item.appears(began)).date().isoformat()),
        ("type", item.kind),
        ("identifier", item.url),
        ("language", item.language),
        ("coverage", place(item)),
    ):
        etree.SubElement(described, f"{{{DC}}}{name}").text = text
    return record


def _put(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, _oai(name))
    child.text = text
    return child


def _oai(name: str) -> str:
    return f"{{{OAI}}}{name}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_VERBS: Mapping[str, Callable[[_Asked], etree._Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "ListIdentifiers": _list_of,
    "ListRecords": _list_of,
    "GetRecord": _get,
}
