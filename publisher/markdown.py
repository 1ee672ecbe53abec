"""What people write: Markdown, as safe HTML for mail and page and as plain text for the text part of a mail.

CommonMark without raw HTML. Links may be http, https or mailto. Pictures become their description: a mail never loads a
picture from somewhere else. Headings start at the second level, as the first belongs to the page or mail around.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

WIDTH = 72
_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "hr", "code", "pre"}
_SCHEMES = {"http", "https", "mailto"}
_PARSER = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Rich:
    """One text in both its forms: sanitised HTML, and plain text wrapped at 72 columns."""

    html: str
    text: str


def rich(source: str) -> Rich:
    """Both forms of one Markdown text."""
    return Rich(to_html(source), to_text(source))


def to_html(source: str) -> str:
    """Sanitised HTML; safe to put into a page or mail as it is."""
    tokens = _PARSER.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
        if token.children:
            token.children = [_described(child) for child in token.children]
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    ).strip()


def to_text(source: str, width: int = WIDTH) -> str:
    """Plain text: wrapped at `width`, headings underlined, each link's address on its own line below its paragraph."""
    return "\n\n".join(_blocks(_PARSER.parse(source), width)).strip("\n")


def wrap(text: str, width: int = WIDTH, first: str = "", rest: str | None = None) -> str:
    """`text` as lines of at most `width` columns; a word (an address) longer than that keeps its line to itself."""
    following = first if rest is None else rest
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def underlined(title: str, stroke: str = "-") -> str:
    """A heading of the text part: the title, and a line of strokes as long as it."""
    return f"{title}\n{stroke * min(len(title), WIDTH)}"


def _described(token: Token) -> Token:
    if token.type != "image":
        return token
    return Token("text", "", 0, content=token.content)


def _blocks(tokens: Sequence[Token], width: int) -> list[str]:
    blocks: list[str] = []
    prefixes: list[str] = []  # what each open quotation or list adds before a line
    bullet = ""
    heading = False
    for token in tokens:
        match token.type:
            case "blockquote_open":
                prefixes.append("> ")
            case "bullet_list_open":
                prefixes.append("-")
            case "ordered_list_open":
                prefixes.append(str(token.attrs.get("start", 1)))
            case "blockquote_close" | "bullet_list_close" | "ordered_list_close":
                prefixes.pop()
            case "list_item_open":
                mark = prefixes[-1]
                bullet = "- " if mark == "-" else f"{mark}. "
                prefixes[-1] = mark if mark == "-" else str(int(mark) + 1)
            case "heading_open":
                heading = True
            case "inline":
                indent = _indent(prefixes, bullet)
                blocks.append(_inline(token, width, heading, indent + bullet, indent + " " * len(bullet)))
                bullet, heading = "", False
            case "fence" | "code_block":
                blocks.append(textwrap.indent(token.content.rstrip("\n"), "    "))
            case "hr":
                blocks.append("* * *")
    return blocks


def _indent(prefixes: Sequence[str], bullet: str) -> str:
    inner = prefixes[:-1] if bullet else prefixes
    return "".join(p if p == "> " else "  " for p in inner)


def _inline(token: Token, width: int, heading: bool, first: str, rest: str) -> str:
    text, links = _words(token.children or [])
    if heading:
        return underlined(" ".join(text.split()))
    lines = [wrap(line, width, first if n == 0 else rest, rest) for n, line in enumerate(text.split("\v"))]
    if len(links) == 1:
        lines.append(rest + links[0])
    elif links:
        lines += [f"{rest}[{n}] {link}" for n, link in enumerate(links, 1)]
    return "\n".join(lines)


def _words(tokens: Sequence[Token]) -> tuple[str, list[str]]:
    """The words of a paragraph (hard line breaks as vertical tabs) and the addresses it links to."""
    links = [str(t.attrs.get("href", "")) for t in tokens if t.type == "link_open"]
    bare = {t.content for t in tokens if t.type == "text"}
    listed = [link for link in links if link not in bare and link.removeprefix("mailto:") not in bare]
    words: list[str] = []
    open_link = ""
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "image":
                words.append(token.content)
            case "softbreak":
                words.append(" ")
            case "hardbreak":
                words.append("\v")
            case "link_open":
                open_link = str(token.attrs.get("href", ""))
            case "link_close" if len(listed) > 1 and open_link in listed:
                words.append(f" [{listed.index(open_link) + 1}]")
    return "".join(words), listed
