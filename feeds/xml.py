"""Reading XML that strangers wrote: no entities of its own, no network, capped in size, depth and number of elements.

A document that is not well-formed is repaired and read with a sentence about it; one that attacks is refused.
"""

import html
import re
from collections.abc import Iterator
from html.entities import name2codepoint

from lxml import etree

from feeds.encodings import text_of, windows_references
from feeds.errors import FeedError, Refused, TooLarge

LIMIT = 20_000_000
"""Bytes of a document that are read when the caller names no limit."""
MOST_TAGS = 1_000_000
XML = "{http://www.w3.org/XML/1998/namespace}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]{0,400}?\?>")
# Only what stands before the first element: the words "<!DOCTYPE" in somebody's text are text.
PROLOG = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+(?P<doctype><!DOCTYPE)", re.S | re.I)
OPAQUE = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.S)
AMPERSAND = re.compile(r"&(?:(#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};)|([A-Za-z][A-Za-z0-9]{1,31});)?")
OWN = {"amp", "lt", "gt", "quot", "apos"}
INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|br|cite|code|em|i|mark|q|s|small|span|strong|sub|sup|u|p|div)(?:\s[^<>]*)?/?>", re.I
)
# One prefix per vocabulary, so that the readers speak of "dc:date" whatever the document called it.
PREFIXES = {
    "": "",
    "http://purl.org/rss/1.0": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://backend.userland.com/rss091": "",
    "http://backend.userland.com/rss092": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/net/rss1.1#": "",
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/atom/app#": "app",
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/rss": "media",
    "http://video.search.yahoo.com/mrss": "media",
    "http://www.openarchives.org/oai/2.0": "oai",
    "http://www.openarchives.org/oai/2.0/oai_dc": "oai_dc",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sm",
    "http://www.google.com/schemas/sitemap/0.84": "sm",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://www.w3.org/1999/xhtml": "html",
    "http://creativecommons.org/ns#": "cc",
    "http://web.resource.org/cc": "cc",
    "http://backend.userland.com/creativecommonsrssmodule": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "cc",
    "http://prismstandard.org/namespaces/basic/2.0": "prism",
    "http://prismstandard.org/namespaces/1.2/basic": "prism",
    "http://purl.org/rss/1.0/modules/prism": "prism",
    "http://purl.org/rss/1.0/modules/event": "ev",
    "http://wellformedweb.org/commentapi": "wfw",
    "http://www.georss.org/georss": "georss",
    "https://podcastindex.org/namespace/1.0": "podcast",
}


def parse(data: bytes, *, content_type: str | None = None, limit: int = LIMIT) -> tuple[etree._Element, list[str]]:
    """The root element and the problems met on the way; `FeedError` where nothing can be read or it is refused."""
    if len(data) > limit:
        raise TooLarge(f"The document is larger than the {limit:,} bytes we read.")
    text, problem = text_of(data, content_type)
    root, problems = parse_text(text)
    return root, ([problem] if problem else []) + problems


def parse_text(text: str) -> tuple[etree._Element, list[str]]:
    """As `parse`, from characters."""
    problems: list[str] = []
    if ILLEGAL.search(text):
        text, problems = ILLEGAL.sub("", text), ["Control characters that XML does not allow were left out."]
    if text.count("<") > MOST_TAGS:
        raise TooLarge("The document has more elements than we read.")
    text = windows_references(_without_doctype(DECLARATION.sub("", text)).strip())
    root = _tree(text, recover=False)
    if root is None:
        problems.append("The XML is not well-formed; what could be read was read.")
        root = _tree(_repaired(text), recover=True)
    if root is None:
        raise FeedError("The document has no XML in it that we can read.")
    return root, problems


def name_of(element: etree._Element) -> str:
    """The element's name with our prefix for its vocabulary, such as "dc:date"; a prefix nobody declared is believed."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        return tag
    space, _, local = tag[1:].partition("}")
    key = space.strip().lower().rstrip("/")
    prefix = PREFIXES.get(key)
    if prefix is None:
        prefix = (element.prefix or "?").lower()
    return f"{prefix}:{local}" if prefix else local


def children(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The child elements with their names."""
    for child in element:
        name = name_of(child)
        if name:
            yield name, child


def inner(element: etree._Element) -> str:
    """What stands between the tags: characters as they are, or markup where there are elements. Trimmed."""
    if len(element) == 0:
        return (element.text or "").strip()
    parts = [html.escape(element.text or "", quote=False)]
    parts += [_markup(child) for child in element]
    return "".join(parts).strip()


def plain_title(value: str | None) -> str:
    """A title as plain text: inline tags and twice-escaped characters, which many sources put there, are undone."""
    text = value or ""
    if "<" in text:
        text = INLINE.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return " ".join(ILLEGAL.sub("", text).split())


def _markup(child: etree._Element) -> str:
    text = etree.tostring(child, encoding="unicode", with_tail=True)
    return re.sub(r"""(</?)html:|\sxmlns(?::\w+)?="[^"]*\"""", lambda m: m[1] or "", text)


def _tree(text: str, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        root = None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise TooLarge("The document is nested more deeply, or has a longer text in one piece, than we read.")
    return root


def _without_doctype(text: str) -> str:
    """The text without its document type; a document type with entities of its own is refused, unread."""
    match = PROLOG.match(text)
    if match is None:
        return text
    start = match.start("doctype")
    bracket, close = text.find("[", start), text.find(">", start)
    if 0 <= bracket < close:
        end = text.find("]", bracket)
        close = text.find(">", end) if end >= 0 else -1
    if "<!ENTITY" in text[start : close if close >= 0 else len(text)].upper():
        raise Refused("The document declares entities of its own, which we do not read.")
    if close < 0:
        raise FeedError("The document ends inside its document type.")
    return text[:start] + text[close + 1 :]


def _repaired(text: str) -> str:
    """Ampersands that stand for themselves and HTML's named characters, put the way XML wants them; CDATA untouched."""
    pieces = OPAQUE.split(text[max(text.find("<"), 0) :])
    return "".join(piece if index % 2 else AMPERSAND.sub(_reference, piece) for index, piece in enumerate(pieces))


def _reference(match: re.Match[str]) -> str:
    numeric, named = match[1], match[2]
    if numeric or named in OWN:
        return match[0]
    if named in name2codepoint:
        return f"&#{name2codepoint[named]};"
    return "&amp;" + match[0][1:]
