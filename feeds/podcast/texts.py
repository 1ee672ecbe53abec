"""Texts as a podcast feed may say them: trimmed, within their length, HTML of the few elements that apps show.

Lengths are characters (Unicode code points), those of descriptions octets of UTF-8. A text that is too long ends with “…”
and is cut at a word where one is near, never within a character, what is joined to it, a reference or an element.
Sources: PSP-1 (channel and item `description`, 4,000 bytes, elements), Apple's podcaster's guide (255 characters).
"""

import re
import unicodedata
from dataclasses import dataclass

import nh3

from feeds.feedgen_mended import clean
from feeds.podcast.values import LONGEST_DESCRIPTION

#: What one text may have in octets where it is carried beside a description that had to be cut.
LONGEST_NOTES = 64_000
#: Characters of HTML that are looked at.
LONGEST_READ = 400_000
ELEMENTS = {"p", "ol", "ul", "li", "a", "b", "i", "strong", "em"}
SPACES = re.compile("[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
NEW_LINE = re.compile("\r\n|\r|\x85")
NAMES = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])")
REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
#: Other blocks, which become paragraphs.
BLOCKS = frozenset("div h1 h2 h3 h4 h5 h6 blockquote section article figcaption pre tr dt dd".split())  # noqa: SIM905
#: What HTML knows: a text with one of these, or with a reference, is HTML; “<3” and “<amina@example.org>” are not.
KNOWN = (
    ELEMENTS
    | BLOCKS
    | frozenset(
        "abbr big body br center cite code del details dl figure font footer head header hr html iframe img ins main mark meta q s "  # noqa: SIM905
        "script small span strike style sub summary sup table tbody td tfoot th thead time tt u video audio".split()
    )
)
OTHERS = re.compile(rf"<(/?)(?:{'|'.join(BLOCKS)})(?:\s[^<>]*)?>", re.IGNORECASE)
BREAK = re.compile(r"<br(?:\s[^<>]*)?/?>", re.IGNORECASE)
CLOSED = re.compile(r">\s*</")
EMPTY = re.compile(r"<(p|li|ul|ol|a|b|i|strong|em)(?: [^>]*)?>\s*</\1>")
FIT = re.compile(
    r"[^<]*(?:<(?:/?(?:p|ol|ul|li|a|b|i|strong|em)"
    r"|a href=\"https?://(?:[a-z0-9]+\.)+[a-z]+(?:/(?:[A-Za-z0-9\-._~:/?#@!$*+,;=%]|&amp;)*)?\")>[^<]*)*"
).fullmatch
TAGS = re.compile(r"<(/?[a-z]+)")
WRITTEN = re.compile(r"&(?:amp|lt|gt|nbsp);")
INLINE = frozenset(["", "p", "li", "a", "b", "i", "strong", "em"])
PLACES = {"p": {"", "li"}, "ul": {"", "li"}, "ol": {"", "li"}, "li": {"ul", "ol"}}
TOKENS = re.compile(r"<(?:[^>\"]|\"[^\"]*\")*>|[^<]+")
PIECES = re.compile(r"&[^;\s]{1,32};|.", re.DOTALL)
ELLIPSIS = "…"
NEAR = 40  # characters that may be given up to end with a whole word


@dataclass(frozen=True)
class Described:
    """A description within its length. `html`: it is HTML, else plain text. `full`: the whole, where it was cut."""

    text: str
    html: bool
    full: str | None = None


def line(text: str, limit: int = 255) -> str:
    """One line: what XML forbids is dropped, white space is single spaces, none at the ends, at most `limit` characters."""
    if not text.isprintable():
        text = clean(SPACES.sub(" ", text)).replace("\ufeff", "")
    if "  " in text:
        text = SPACES.sub(" ", text)
    text = text.strip()
    return text if len(text) <= limit else shortened(text, limit)


def shortened(text: str, limit: int) -> str:
    """The first words of the text, at most `limit` characters with the “…” at the end."""
    return _at_a_word(text, _whole(text, limit - 1)) + ELLIPSIS


def described(text: str, limit: int = LONGEST_DESCRIPTION) -> Described:
    """A description within `limit` octets: HTML sanitised, plain text as it is."""
    if "\r" in text or "\x85" in text or "\x00" in text:
        text = NEW_LINE.sub("\n", text).replace("\x00", "")
    html = _is_html(text)
    whole = _sanitised(text[:LONGEST_READ]) if html else text
    if not whole.replace("\n", " ").isprintable():
        whole = clean(whole).replace("\ufeff", "")
    whole = whole.strip()
    if len(whole) * 4 <= limit or len(whole.encode()) <= limit:
        return Described(whole, html)
    cut = _html_within if html else _plain_within
    return Described(cut(whole, limit), html, cut(whole, LONGEST_NOTES))


def _is_html(text: str) -> bool:
    if "<" in text and ("<p>" in text or "<!--" in text or not KNOWN.isdisjoint(_names(text))):
        return True
    return "&" in text and REFERENCE.search(text) is not None


def _names(text: str) -> set[str]:
    """Of the elements in it, in lower case."""
    return {name.lower() for name in set(NAMES.findall(text))}


def _sanitised(html: str) -> str:
    """HTML with PSP-1's elements only, well-formed; other blocks and broken lines become paragraphs, other elements their
    text. Links keep an absolute address of the web or of mail."""
    if not _is_fit(html):
        html = CLEANER.clean(BREAK.sub("</p><p>", OTHERS.sub(r"<\1p>", html)))
    for _ in range(8):  # an element may be empty because what it held was
        if not (CLOSED.search(html) and EMPTY.search(html)):
            break
        html = EMPTY.sub("", html)
    return html


def _is_fit(html: str) -> bool:
    """Whether sanitising would leave it as it is, as it does most notes; told in a tenth of the time."""
    if not FIT(html) or "\xa0" in html or html.count("<") != html.count(">"):
        return False
    if "&" in html and html.count("&") != len(WRITTEN.findall(html)):
        return False
    open_ = [""]
    for tag in TAGS.findall(html):
        if tag[0] == "/":
            if open_.pop() != tag[1:]:
                return False
        elif open_[-1] not in PLACES.get(tag, INLINE) or (tag == "a" and "a" in open_):
            return False
        else:
            open_.append(tag)
    return open_ == [""]


CLEANER = nh3.Cleaner(
    tags=ELEMENTS,
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel=None,
)


def _plain_within(text: str, limit: int) -> str:
    if len(text.encode()) <= limit:
        return text
    room = text.encode()[: limit - len(ELLIPSIS.encode())].decode(errors="ignore")
    return _at_a_word(text, _whole(text, len(room))) + ELLIPSIS


def _html_within(html: str, limit: int) -> str:
    """The beginning of sanitised HTML that has room for “…” and for the ends of the elements that are open."""
    if len(html.encode()) <= limit:
        return html
    kept: list[str] = []
    open_: list[str] = []
    room = limit - len(ELLIPSIS.encode())
    for token in TOKENS.findall(html):
        size, closing = len(token.encode()), _closing(token)
        if token.startswith("</"):
            open_.pop()
            room += len(token)
        if size + len(closing) > room:
            kept.append(_text_within(token, room))
            break
        kept.append(token)
        room -= size + len(closing)
        open_ += [closing] if closing else []
    ends = open_[::-1]
    outside = next((place for place, end in enumerate(ends) if end not in ("</ul>", "</ol>")), len(ends))
    return "".join(kept).rstrip() + "".join([*ends[:outside], ELLIPSIS, *ends[outside:]])


def _closing(token: str) -> str:
    """The end that this token will need, if it is the start of an element."""
    if not token.startswith("<") or token.startswith("</"):
        return ""
    return f"</{token[1:].partition(' ')[0].rstrip('>')}>"


def _text_within(token: str, room: int) -> str:
    """The beginning of a text in `room` octets, references whole; nothing of an element."""
    if token.startswith("<"):
        return ""
    end = 0
    for piece in PIECES.finditer(token):
        room -= len(piece[0].encode())
        if room < 0:
            break
        end = piece.end()
    end = _whole(token, end)
    reference = token.rfind("&", 0, end)
    if reference >= 0 and ";" not in token[reference:end]:
        end = reference
    return _at_a_word(token, end)


def _at_a_word(text: str, end: int) -> str:
    """The text up to `end`, or up to the last white space where that is near."""
    space = max(text.rfind(" ", end - NEAR, end + 1), text.rfind("\n", end - NEAR, end + 1)) if end > NEAR else -1
    return text[: space if space > 0 else end].rstrip()


def _whole(text: str, end: int) -> int:
    """The last place up to `end` that does not part a character from its marks, joiners and variations (UAX #29)."""
    for place in range(end, max(end - 32, 0), -1):
        if place >= len(text) or not (_joined(text[place]) or text[place - 1] == "\u200d"):
            return place
    return end


def _joined(character: str) -> bool:
    return (
        unicodedata.category(character).startswith("M")
        or character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
