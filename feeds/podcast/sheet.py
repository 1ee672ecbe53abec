"""The elements of one channel or item as they are written, and what had to be left out, each with its reason.

They are text, put beside what feedgen writes: as elements of a tree they would cost more than feedgen and the rest together.
"""

from collections.abc import Iterable

from feeds.podcast.addresses import PLAINLY_SECURE, address, has_host, is_secure
from feeds.podcast.texts import line

Attributes = Iterable[tuple[str, str | None]]


class Sheet:
    """`lines`: elements in order; `left_out`: sentences for the people who make the show."""

    __slots__ = ("left_out", "lines")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.left_out: list[str] = []

    def add(self, name: str, text: str = "", attributes: Attributes = ()) -> None:
        """One element with a text that is already fit to be written."""
        self.lines.append(element(name, text, attributes))

    def nest(self, name: str, inner: "Sheet", attributes: Attributes = ()) -> None:
        """One element around others."""
        self.lines.append(element(name, "", attributes, str(inner)))

    def say(self, name: str, text: str, limit: int = 255) -> None:
        """An element with one line of text; none where the text is blank."""
        if kept := self.line(name, text, limit):
            self.lines.append(f"<{name}>{escaped(kept)}</{name}>")

    def line(self, what: str, text: str, limit: int = 255) -> str:
        """One line of text; a sentence where it was too long."""
        if not text:
            return ""
        kept = line(text, limit)
        if len(text) > limit and len(line(text, len(text))) > limit:
            self.left_out.append(f"The end of {what} is cut off: apps read at most {limit} characters of it.")
        return kept

    def leave(self, sentence: str) -> None:
        self.left_out.append(sentence)

    def secure(self, what: str, url: str) -> str | None:
        """The address where it is one of https; else a sentence (the podcast namespace asks for https everywhere)."""
        if PLAINLY_SECURE(url):
            return url
        fit = address(url)
        if is_secure(fit):
            return fit
        reason = "it begins with http:, and apps ask for https:" if has_host(fit) else "it is no address of the web"
        self.left_out.append(f"{what} is left out because of its address {line(url)}: {reason}.")
        return None

    def __str__(self) -> str:
        return "".join(self.lines)


def element(name: str, text: str = "", attributes: Attributes = (), inner: str = "") -> str:
    """`inner`: the children, already written. Attributes without a value are not written."""
    start = name + "".join([said(key, value) for key, value in attributes])
    body = escaped(text) + inner
    return f"<{start}>{body}</{name}>" if body else f"<{start}/>"


def said(key: str, value: str | None) -> str:
    """An attribute with the space before it; nothing where there is no value."""
    return f' {key}="{quoted(value)}"' if value else ""


def quoted(value: str) -> str:
    """A text between double quotes, in one line."""
    if "&" in value or '"' in value or "<" in value or ">" in value:
        return escaped(value).replace('"', "&quot;")
    return value


def escaped(text: str) -> str:
    """A text between two tags. `>` too, so that `]]>` never stands there (XML 1.0 §2.4)."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
