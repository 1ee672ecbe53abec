"""MJML to HTML, with a lint in front: the compiler used checks nothing and drops what it does not know without a word.

It also writes attributes with the escapes of a debugger (a newline becomes a backslash and an n, a combining accent a
`\\u{301}`), so every attribute is brought to one line of ASCII before it gets there.
"""

import re
from html import escape

from lxml import etree
from mjml import mjml2html

from publisher.errors import TemplateError

_BOX = "padding padding-top padding-right padding-bottom padding-left css-class mj-class "
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform "
_BORDER = "border border-top border-right border-bottom border-left border-radius "
_GROUND = "background-color background-url background-repeat background-size background-position "
KNOWN = {
    tag: frozenset(attributes.split())
    for tag, attributes in {
        "mjml": "lang dir owa",
        "mj-head": "",
        "mj-title": "",
        "mj-preview": "",
        "mj-attributes": "",
        "mj-style": "",
        "mj-breakpoint": "width",
        "mj-raw": "",
        "mj-body": "background-color width css-class",
        "mj-wrapper": _BOX + _BORDER + _GROUND + "full-width text-align",
        "mj-section": _BOX + _BORDER + _GROUND + "direction full-width text-align",
        "mj-group": "width direction vertical-align background-color css-class",
        "mj-column": _BOX + _BORDER + "background-color inner-background-color direction vertical-align width",
        "mj-text": _BOX + _FONT + "align height container-background-color",
        "mj-button": _BOX
        + _FONT
        + _BORDER
        + "align background-color href inner-padding rel target title vertical-align width height text-align "
        "container-background-color",
        "mj-image": _BOX
        + _BORDER
        + "align alt src href width height fluid-on-mobile rel target title container-background-color",
        "mj-divider": _BOX + "align border-color border-style border-width width container-background-color",
        "mj-spacer": _BOX + "height container-background-color",
        "mj-table": _BOX + _FONT + "align cellpadding cellspacing table-layout width container-background-color",
    }.items()
}
_PARENTS_OF_RAW = ("mj-head", "mj-body", "mj-column")


def to_html(mjml: str, where: str) -> str:
    """One HTML document. `TemplateError` names `where`, the line of the expanded document, and the reason."""
    lint(mjml, where)
    try:
        html: str = mjml2html(one_line_attributes(mjml), fonts={})
    except ValueError as problem:
        raise TemplateError(f"The MJML of {where} does not compile: {problem}.") from problem
    return re.sub(r"\n\s+", "\n", html)


def lint(mjml: str, where: str) -> None:
    """Refuse what the compiler would silently drop or break: unknown tags and attributes, markers inside a wrapper."""
    try:
        root = etree.fromstring(_without_entities(mjml).encode("utf-8"), _parser())
    except etree.XMLSyntaxError as problem:
        line = problem.lineno or 1
        text = (mjml.splitlines() or [""])[line - 1].strip()[:90] if line <= len(mjml.splitlines()) else ""
        raise TemplateError(f"The MJML of {where} is broken at line {line} (“{text}”): {problem.msg}.") from problem
    defaults = root.find("mj-head/mj-attributes")
    if root.tag != "mjml" or root.find("mj-body") is None:
        raise TemplateError(f"{where} is not an MJML document: it needs mjml with an mj-body.")
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        place = f"{where}, line {element.sourceline} of the expanded MJML"
        parent = element.getparent()
        if not tag.startswith("mj"):
            continue
        if parent is defaults and defaults is not None and tag in ("mj-all", "mj-class"):
            continue
        if tag not in KNOWN:
            raise TemplateError(f"{place}: there is no element “{tag}” here.")
        unknown = sorted(set(map(str, element.attrib)) - KNOWN[tag])
        if unknown:
            raise TemplateError(f"{place}: “{tag}” has no attribute “{unknown[0]}”.")
        if tag == "mj-raw" and parent is not None and parent.tag not in _PARENTS_OF_RAW:
            raise TemplateError(f"{place}: a block stands inside “{parent.tag}”; it must be whole top-level sections.")
        if tag == "mj-image" and element.get("alt") is None and (defaults is None or parent is not defaults):
            raise TemplateError(f"{place}: a picture needs a text for those who do not see it (alt).")


def one_line_attributes(mjml: str) -> str:
    """The document with every attribute, and the title (which becomes one), on one line, in ASCII, without a backslash."""
    mjml = re.sub(r"<[a-zA-Z][^<>]*>", lambda tag: re.sub(r'="([^"]*)"', _attribute, tag[0]), mjml)
    return re.sub(r"(?<=<mj-title>)[^<]*", lambda title: _plain(title[0]), mjml)


def styled(html: str, styles: dict[str, str]) -> str:
    """Sanitised HTML with a style on each named tag, for mail programs that drop style sheets."""
    for tag, style in styles.items():
        html = re.sub(rf"<{tag}(?=[ >])", f'<{tag} style="{escape(style)}"', html)
    return html


def _attribute(match: re.Match[str]) -> str:
    return f'="{_plain(match[1])}"'


def _plain(value: str) -> str:
    return " ".join(value.split()).replace("\\", "&#92;").encode("ascii", "xmlcharrefreplace").decode("ascii")


def _without_entities(mjml: str) -> str:
    return re.sub(r"&(?!#|amp;|lt;|gt;|quot;|apos;)(\w+);", " ", mjml)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
