"""A critical reader of finished letters: what would look bad, be clipped, or be held against the sender.

`check` reads a whole mail as it goes over the wire; `findings_in_html` and `sentences` a compiled body before it is sent.
A finding has a rule's short name, a level (`must` is broken, `should` is worth a look), a sentence, and where it was seen.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from html import unescape

from lxml import etree
from lxml import html as parser

from publisher.mail.lint_calendar import findings_in_calendar
from publisher.mail.lint_headers import Fields, Finding, fields_of, findings_in_header

__all__ = ["CLIPPED", "Finding", "check", "findings_in_html", "findings_in_text", "sentences"]

_BODIES = ("text/plain", "text/html")
CLIPPED = 102 * 1024  # bytes of HTML behind which Gmail hides the rest, the unsubscribe link with it


def sentences(html: str, text: str) -> tuple[str, ...]:
    """The findings in the two bodies of a letter, as sentences for its editor."""
    return tuple(dict.fromkeys(f.message for f in (*findings_in_html(html), *findings_in_text(text))))


def check(raw: bytes, *, postal_address: str = "", smtputf8: bool = False) -> tuple[Finding, ...]:
    """Everything found in one mail as it goes over the wire.

    `postal_address`: what a mail to many must name. `smtputf8`: it goes to a relay that takes raw UTF-8 in headers.
    """
    message = message_from_bytes(raw)
    fields = fields_of(raw)
    found = [*_in_lines(raw), *findings_in_header(fields, smtputf8=smtputf8)]
    leaves = [part for part in message.walk() if not part.is_multipart()]
    bodies = {kind: _decoded(part) for part in leaves if (kind := part.get_content_type()) in _BODIES}
    alternatives = [part for part in message.walk() if part.get_content_type() == "multipart/alternative"]
    if alternatives and leaves[0].get_content_type() != "text/plain":
        found.append(Finding("text-first", "must", "The text part must come before the HTML part.", "body"))
    if "text/html" in bodies:
        found += findings_in_html(bodies["text/html"])
        if "text/plain" not in bodies:
            found.append(Finding("text-part", "must", "There is HTML and no text part beside it.", "body"))
    if "text/plain" in bodies:
        found += findings_in_text(bodies["text/plain"])
    found += findings_in_calendar(message)
    return (*found, *_same_meaning(bodies), *_for_many(fields, bodies, postal_address))


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
        if element.get("width") in ("0", "1") or element.get("height") in ("0", "1"):
            yield Finding("tracking", "must", "A picture too small to see counts who opens the mail.", address)
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


def _same_meaning(bodies: dict[str, str]) -> Iterator[Finding]:
    """Filters compare the parts; a reader of the text must be able to reach what a reader of the HTML can."""
    if set(bodies) != {"text/html", "text/plain"}:
        return
    linked = {unescape(address) for address in re.findall(r'<a\b[^>]*\shref="(https?://[^"]+)"', bodies["text/html"])}
    if missing := sorted(address for address in linked if address not in bodies["text/plain"]):
        yield Finding("same-meaning", "should", "A link of the HTML is not in the text part.", missing[0][:200])


def _for_many(fields: Fields, bodies: dict[str, str], postal_address: str) -> Iterator[Finding]:
    """What the body of a mail to many must have: the way out that its header names, and where the sender lives."""
    unsubscribe = next((value for name, value in fields if name.lower() == "list-unsubscribe"), None)
    if unsubscribe is None:
        return
    url = unsubscribe.partition(">")[0].removeprefix("<")
    for kind, body in bodies.items():
        shown = " ".join(unescape(body).split())
        if url not in shown:
            yield Finding("unsubscribe", "must", "The body has no link to unsubscribe.", kind)
        if postal_address and " ".join(postal_address.split()) not in shown:
            yield Finding("postal-address", "must", "The body does not name the sender’s postal address.", kind)


def _decoded(part: "Message[str, str]") -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")
