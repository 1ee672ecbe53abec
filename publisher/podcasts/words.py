"""What staff wrote about a show or an episode, as pages and feeds show it: safe HTML, plain text, a few words."""

import html
import re

import nh3

from publisher import markdown
from publisher.podcasts.models import Episode, Show

#: What PSP-1 allows in a description, and line breaks.
ALLOWED = {"p", "ol", "ul", "li", "a", "b", "i", "strong", "em", "br"}
BLURB = 400


def description_html(show: Show) -> str:
    """A show's description as HTML of the few elements that apps know."""
    return safe_html(show.description, show.description_format)


def notes_html(episode: Episode) -> str:
    """An episode's notes as HTML of the few elements that apps know; its summary where there are none."""
    kept = episode.notes_html or safe_html(episode.notes, episode.notes_format)
    return kept or (f"<p>{html.escape(episode.summary)}</p>" if episode.summary else "")


def blurb_html(episode: Episode) -> str:
    """A few words for the shelf: the summary, else the notes."""
    return f"<p>{html.escape(episode.summary)}</p>" if episode.summary else notes_html(episode)


def blurb(episode: Episode) -> str:
    """The same as plain text, in one paragraph of at most 400 characters."""
    text = plain(blurb_html(episode))
    return text if len(text) <= BLURB else text[: BLURB - 1].rsplit(" ", 1)[0] + "…"


def plain(markup: str) -> str:
    """HTML as one line of text."""
    return " ".join(html.unescape(nh3.clean(re.sub(r"<(?:br|/p|/li)[^>]*>", " ", markup), tags=set())).split())


def safe_html(text: str, form: str) -> str:
    """Text in one of the two forms (markdown, html) as HTML of the few elements that apps know."""
    if not text:
        return ""
    if form == "markdown":
        # Headings become paragraphs in bold: apps show no headings, and the words should not run together.
        markup = re.sub(r"<(/?)h[1-6]>", lambda m: "</strong></p>" if m[1] else "<p><strong>", markdown.to_html(text))
    else:
        markup = text
    return nh3.clean(
        markup, tags=ALLOWED, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel=None
    ).strip()
