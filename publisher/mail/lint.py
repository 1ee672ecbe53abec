"""A critical reader of finished letters: what would look bad, be clipped, or be held against the sender.

`check` reads a whole mail as it goes over the wire; `findings_in_html` and `sentences` a compiled body before it is sent.
A finding has a rule's short name, a level (`must` is broken, `should` is worth a look), a sentence, and where it was seen.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Literal, NamedTuple

from lxml import etree
from lxml import html as parser

CLIPPED = 102 * 1024  # bytes of HTML behind which Gmail hides the rest, the unsubscribe link with it
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")


class Finding(NamedTuple):
    """One thing found. As `_asdict()` it is what `publisher check mail` prints."""

    rule: str
    level: Literal["must", "should"]
    message: str
    where: str


def sentences(html: str, text: str) -> tuple[str, ...]:
    """The findings in the two bodies of a letter, as sentences for its editor."""
    return tuple(dict.fromkeys(f.message for f in (*findings_in_html(html), *findings_in_text(text))))


def check(raw: bytes) -> tuple[Finding, ...]:
    """Everything found in one mail as it goes over the wire."""
    message = message_from_bytes(raw)
    found = [*_in_lines(raw), *_in_headers(message)]
    bodies = {
        part.get_content_type(): _decoded(part) for part in message.walk() if part.get_content_maintype() == "text"
    }
    if message.get_content_type() == "multipart/alternative":
        kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
        if kinds[:1] != ["text/plain"]:
            found.append(Finding("text-first", "must", "The text part must come before the HTML part.", "body"))
    if "text/html" in bodies:
        found += findings_in_html(bodies["text/html"])
        if "text/plain" not in bodies:
            found.append(Finding("text-part", "must", "There is HTML and no text part beside it.", "body"))
    if "text/plain" in bodies:
        found += findings_in_text(bodies["text/plain"])
    if message["List-Unsubscribe"]:
        found += _unsubscribe_in_bodies(bodies)
    return tuple(found)


def findings_in_html(html: str) -> Iterator[Finding]:
    """What is wrong with an HTML body."""
    size = len(html.encode("utf-8", "replace"))
    if size > CLIPPED:
        yield Finding(
            "size",
            "should",
            f"The HTML is {round(size / 1024)} kB with everything in it; Gmail cuts mails off after 102 kB.",
            "html",
        )
    yield from _unfilled(html, "html")
    for broken in re.findall(r'<[a-z][^<>]*="[^"]*(?:\\n|\\t|\\"|\\u\{)[^<>]*>', html)[:3]:
        yield Finding("one-line", "must", "An attribute was broken over lines or holds an escape.", broken[:80])
    document = parser.document_fromstring(html.encode("utf-8"), parser=parser.HTMLParser(encoding="utf-8"))
    if not document.get("lang"):
        yield Finding("language", "should", "The HTML does not say which language it is in.", "html")
    if (buttons := sum("primary" in element.get("class", "").split() for element in document.iter("td"))) > 1:
        yield Finding("one-button", "should", f"There are {buttons} main buttons; one is enough.", "html")
    for element in document.iter(etree.Element):
        yield from _in_element(element)


def findings_in_text(text: str) -> Iterator[Finding]:
    """What is wrong with a text body."""
    if not text.strip():
        yield Finding("text-part", "must", "The text part is empty.", "text")
    yield from _unfilled(text, "text")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > 78 and "://" not in line:
            yield Finding(
                "wrapped", "should", "A line of the text part is longer than 78 characters.", f"line {number}"
            )
            return


def _in_element(element: "etree._Element") -> Iterator[Finding]:
    address = element.get("href" if element.tag == "a" else "src", "")
    if element.tag == "img":
        if element.get("alt") is None:
            yield Finding("alt", "must", "A picture has no text for those who do not see it.", address)
        if not address.startswith(("https://", "http://", "cid:")):
            yield Finding("absolute", "must", "A picture’s address is not a full one.", address)
    elif element.tag == "a" and not address.startswith(("https://", "http://", "mailto:")):
        yield Finding("absolute", "must", "A link’s address is not a full one.", address or (element.text or "")[:60])
    elif element.tag in ("script", "form", "iframe", "object", "embed"):
        yield Finding("active", "must", f"Mail programs refuse “{element.tag}”.", str(element.tag))
    if any(str(name).startswith("on") for name in element.attrib):
        yield Finding("active", "must", "An element has an event handler.", str(element.tag))


def _unfilled(body: str, where: str) -> Iterator[Finding]:
    left = re.search(r"\{\{.*?\}\}|\{%.*?%\}|%\([a-z_]+\)s|\*\|[A-Z_:]+\|\*|zq[0-9a-f]{18}[a-z]\d+z", body, re.DOTALL)
    if left:
        yield Finding("filled", "must", f"A placeholder was never filled in: {left[0][:60]}", where)


def _in_lines(raw: bytes) -> Iterator[Finding]:
    if re.search(rb"\r(?!\n)|(?<!\r)\n", raw):
        yield Finding("crlf", "must", "A line ends in a bare CR or LF.", "source")
    if max(map(len, re.split(rb"\r?\n", raw))) > 998:
        yield Finding("line-length", "must", "A line is longer than 998 characters.", "source")
    if b"\0" in raw:
        yield Finding("nul", "must", "There is a NUL in the mail.", "source")


def _in_headers(message: "Message[str, str]") -> Iterator[Finding]:
    for name in _ONCE:
        if (count := len(message.get_all(name, []))) != 1:
            how_many = "missing" if count == 0 else f"there {count} times"
            yield Finding("headers", "must", f"The header {name} is {how_many}.", name)
    if message["Bcc"]:
        yield Finding("headers", "must", "There is a Bcc header.", "Bcc")
    unsubscribe = message["List-Unsubscribe"]
    bulk = message["List-Id"] or str(message["Precedence"] or "").lower() == "bulk"
    if bulk and not unsubscribe:
        yield Finding("one-click", "must", "A mail to a list needs List-Unsubscribe.", "List-Unsubscribe")
    if unsubscribe:
        if "=?" in unsubscribe or not re.match(r"<https?://[^<>\s]+>", unsubscribe):
            yield Finding(
                "one-click", "must", "List-Unsubscribe must begin with a plain web address.", unsubscribe[:80]
            )
        if message["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
            yield Finding("one-click", "must", "List-Unsubscribe-Post must say One-Click.", "List-Unsubscribe-Post")


def _unsubscribe_in_bodies(bodies: dict[str, str]) -> Iterator[Finding]:
    for kind, body in bodies.items():
        if "/u/" not in body and "unsubscribe" not in body.lower():
            yield Finding("unsubscribe", "must", "The body has no link to unsubscribe.", kind)


def _decoded(part: "Message[str, str]") -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")
