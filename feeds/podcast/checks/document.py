"""Rule 1: the bytes become a document, strictly, or it is said why they do not.

Entities, the network, size, depth and the number of elements are refused as in `feeds.xml`; unlike there nothing is repaired.
"""

import re
from dataclasses import dataclass

from lxml import etree

from feeds.encodings import text_of
from feeds.errors import TooLarge, UnknownFormat
from feeds.podcast.checks.notes import Notes, Spot, line_of
from feeds.xml import LIMIT, MOST_TAGS, PROLOG

DECLARED = re.compile(r"\A<\?xml\s[^>]{0,400}?\?>")
ENCODING = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
ALLOWED = {"utf-8", "utf8", "us-ascii", "ascii"}
WHOLE = "the document"


@dataclass(frozen=True)
class Opened:
    """The root of RSS 2.0 and its channel; the channel is none where rule 1 is broken so that nothing else can be judged."""

    root: etree._Element | None
    channel: etree._Element | None


def opened(data: bytes, notes: Notes) -> Opened:
    """Open what should be a feed. `FeedError` with a sentence where it is too large, or no feed at all."""
    if len(data) > LIMIT:
        raise TooLarge(f"The document is larger than the {LIMIT:,} bytes we read.")
    text = _text(data, notes)
    if text.count("<") > MOST_TAGS:
        raise TooLarge("The document has more elements than we read.")
    bare = _without_doctype(text, notes)
    root = None if bare is None else _parsed(bare, notes)
    if root is None:
        return Opened(None, None)
    return Opened(root, _channel(root, notes))


def _text(data: bytes, notes: Notes) -> str:
    """The characters, without a byte order mark and with an XML declaration that names no encoding."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        message = "The document is not UTF-8: save and serve it as UTF-8."
        notes.wrong("document.encoding", message, Spot(line, WHOLE))
        text = text_of(data)[0]
    else:
        declaration = DECLARED.match(text)
        named = ENCODING.search(declaration[0]) if declaration else None
        if named and named[1].lower() not in ALLOWED:
            message = f'The document says that it is {named[1]}: write encoding="UTF-8", and save it as UTF-8.'
            notes.wrong("document.encoding", message, Spot(1, WHOLE))
            text = text_of(data)[0]
    declaration = DECLARED.match(text)
    return ENCODING.sub("", declaration[0]) + text[declaration.end() :] if declaration else text


def _without_doctype(text: str, notes: Notes) -> str | None:
    """The text with line breaks in place of its document type; none where that declares entities of its own."""
    match = PROLOG.match(text)
    if match is None:
        return text
    start = match.start("doctype")
    bracket, close = text.find("[", start), text.find(">", start)
    if 0 <= bracket < close:
        end = text.find("]", bracket)
        close = text.find(">", end) if end >= 0 else -1
    kind = text[start : close + 1 if close >= 0 else len(text)]
    if "<!ENTITY" in kind.upper():
        line = text.count("\n", 0, start) + 1
        message = "The document declares entities of its own, so nothing in it was read: take the document type away."
        notes.wrong("document.entities", message, Spot(line, WHOLE))
        return None
    return text[:start] + "\n" * kind.count("\n") + text[start + len(kind) :]


def _parsed(text: str, notes: Notes) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, strip_cdata=False,
    )  # fmt: skip
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as problem:
        if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
            raise TooLarge(
                "The document is nested more deeply, or has a longer text in one piece, than we read."
            ) from None
        if not re.search(r"<(?:rss|channel)\b", text):
            raise UnknownFormat("This is not a podcast feed: there is no <rss> in it.") from None
        notes.wrong("document.well-formed", _what(problem), Spot(problem.lineno or 1, WHOLE))
        return None


def _what(problem: etree.XMLSyntaxError) -> str:
    """The parser's words, without its position, in a sentence of ours."""
    words = " ".join(re.sub(r", line \d+, column \d+.*", "", problem.msg or "", flags=re.S).split())[:200]
    if "Entity" in words and "not defined" in words:
        name = words.split("'")[1] if words.count("'") > 1 else "…"
        return f"XML has no &{name}; of its own: write the character itself, or its number."
    if "declaration allowed only at the start" in words:
        return "Something stands before <?xml …?>: it must be the very first, even before empty lines."
    if "xmlParseEntityRef" in words or "EntityRef" in words:
        return "An ampersand stands alone: write it as &amp;."
    return f"The document is not well-formed XML (“{words}”): mend it here, everything after it is unread."


def _channel(root: etree._Element, notes: Notes) -> etree._Element | None:
    spot = Spot(line_of(root), WHOLE)
    kind = etree.QName(root).localname
    if root.tag != "rss":
        if kind not in ("feed", "RDF", "rss"):
            raise UnknownFormat(f"This is not a podcast feed: it is a document of <{kind[:40]}>.")
        name = {"feed": "Atom", "RDF": "RSS 1.0"}.get(kind, "RSS in a namespace")
        notes.wrong("document.rss", f"The feed is {name}, which podcast apps do not take: write RSS 2.0.", spot)
        return None
    if root.get("version") != "2.0":
        notes.wrong("document.rss", 'The <rss> element does not say version="2.0": write that.', spot)
    channels = root.findall("channel")
    if len(channels) > 1:
        notes.wrong("document.rss", "There is more than one <channel>: keep one.", Spot(line_of(channels[1]), WHOLE))
    if not channels:
        notes.wrong("document.rss", "There is no <channel> in <rss>: put the show into one.", spot)
        return None
    for stray in (child for child in root if child.tag == "item"):
        notes.wrong(
            "document.rss", "An <item> stands outside of <channel>: move it inside.", Spot(line_of(stray), WHOLE)
        )
    return channels[0]
