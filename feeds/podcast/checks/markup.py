"""Descriptions: how long, and how HTML stands in them (rules 13 and 46)."""

import re

from lxml import etree

from feeds.podcast.checks.looking import Look
from feeds.podcast.checks.notes import Notes
from feeds.podcast.checks.parts import Part
from feeds.podcast.values import LONGEST_DESCRIPTION

ALLOWED = frozenset({"p", "ol", "ul", "li", "a", "b", "i", "strong", "em"})
#: What no description can mean, and every app takes out.
NEVER = frozenset({"script", "style", "iframe", "object", "embed", "form", "input", "link", "meta"})
OTHERS = (
    "abbr address article aside audio big blockquote body br button center cite code dd del div dl dt figcaption figure font "
    "footer h1 h2 h3 h4 h5 h6 head header hr html img ins label main mark nav noscript picture pre q s section select small "
    "source span strike sub summary sup svg table tbody td textarea tfoot th thead time title tr tt u video wbr"
)
HTML = ALLOWED | NEVER | frozenset(OTHERS.split())
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])[^<>]*>")
CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.S)
ESCAPED = re.compile(r"&lt;/?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/]|&gt;)")


def judge(look: Look, *, strict: bool) -> None:
    """`strict`: any HTML but the few elements of PSP-1 is wrong (episodes), else worth a word (shows)."""
    _size(look)
    if len(look.element):
        look.wrong(f"{look.name} has HTML as tags of the feed: put it into <![CDATA[…]]>.")
        return
    text = look.element.text or ""
    if "<" not in text:
        return
    if outside_cdata(look.element):
        look.wrong(f"{look.name} has escaped HTML: put it into <![CDATA[…]]>.")
    tags = {name for found in TAG.finditer(text) if (name := found[1].lower()) in HTML} - ALLOWED
    for name in sorted(tags):
        message = (
            f"{look.name} has <{name}>: of HTML only p, ol, ul, li, a, b, i, strong and em are shown, so take it away."
        )
        if strict or name in NEVER:
            look.wrong(message)
        else:
            look.advise(message)


def judge_summary(part: Part, rule: str, notes: Notes) -> None:
    """itunes:summary, which some apps still prefer, is bound to the same size."""
    for element in part.all("itunes:summary"):
        _size(Look(notes, part, element, rule))


def _size(look: Look) -> None:
    size = len((look.element.text or "").encode("utf-8", "replace"))
    if size > LONGEST_DESCRIPTION:
        look.wrong(f"{look.name} has {size:,} bytes: shorten it to {LONGEST_DESCRIPTION:,}.")


def outside_cdata(element: etree._Element) -> bool:
    """Whether HTML stands in the element with its angle brackets escaped."""
    raw = etree.tostring(element, encoding="unicode", with_tail=False)
    return any(found[1].lower() in HTML for found in ESCAPED.finditer(CDATA.sub("", raw)))
