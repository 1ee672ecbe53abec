"""MJML is checked before it is compiled, and its compiler's escapes never reach a mail. Markdown and colours as well."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import colours, markdown
from publisher.errors import BadInput, TemplateError
from publisher.mail import calendar_values, lint, markup
from publisher.mail.quoted import decoded


def document(body: str, head: str = "") -> str:
    return f"<mjml lang='en'><mj-head>{head}</mj-head><mj-body>{body}</mj-body></mjml>"


def column(inner: str) -> str:
    return f"<mj-section><mj-column>{inner}</mj-column></mj-section>"


def test_attributes_survive_newlines_accents_backslashes_and_quotes() -> None:
    alt = "Two\n\tlines, \u0627\u064b\u064e, \u200b back\\slash, &quot;quoted&quot;"
    title = "<mj-title>عنوان ا\u064b</mj-title>"
    html = markup.to_html(
        document(column(f'<mj-image alt="{alt}" src="https://x.example/a.png"/>'), title), "mail/story/body.mjml"
    )
    assert "\\" not in html.replace("\\n", "\\").split("<body")[1]
    assert 'alt="Two lines, &#1575;&#1611;&#1614;, &#8203; back&#92;slash, &quot;quoted&quot;"' in html
    assert not [f for f in lint.findings_in_html(html) if f.rule == "one-line"]


@pytest.mark.parametrize(
    ("mjml", "sentence"),
    [
        (document("<mj-foo/>"), "no element “mj-foo”"),
        (document(column('<mj-text colour="red">x</mj-text>')), "“mj-text” has no attribute “colour”"),
        (document(column('<mj-image src="https://x.example/a.png"/>')), "alt"),
        (document("<mj-section>\n<mj-column>\n</mj-section>"), "line 3"),
        ("<html></html>", "not an MJML document"),
        (document("<mj-wrapper><mj-raw>x</mj-raw></mj-wrapper>"), "whole top-level sections"),
        ("", "broken at line 1"),
    ],
)
def test_what_the_compiler_would_drop_is_refused_with_its_place(mjml: str, sentence: str) -> None:
    with pytest.raises(TemplateError, match=sentence) as refused:
        markup.to_html(mjml, "mail/story/body.mjml")
    assert "mail/story/body.mjml" in str(refused.value)


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ('<html lang="en"><img src="https://x.example/a.png"></html>', "alt"),
        ('<html lang="en"><img alt="" src="/a.png"></html>', "absolute"),
        ('<html lang="en"><a href="/r/1">x</a></html>', "absolute"),
        ("<html>x</html>", "language"),
        ('<html lang="en">{{ name }}</html>', "filled"),
        ('<html lang="en"><p onclick="x()">a</p></html>', "active"),
        ('<html lang="en"><table><td class="primary">a</td><td class="primary">b</td></table></html>', "one-button"),
        ('<html lang="en"><p title="a\\nb">a</p></html>', "one-line"),
        ('<html lang="en">' + "x" * lint.CLIPPED + "</html>", "size"),
    ],
)
def test_the_critical_reader_sees(html: str, rule: str) -> None:
    assert rule in [finding.rule for finding in lint.findings_in_html(html)]


def test_a_whole_mail_is_read_critically() -> None:
    bad = b"From: a@b.example\nList-Id: <a.b>\r\nContent-Type: text/html\r\n\r\n<html>x</html>"
    rules = {finding.rule for finding in lint.check(bad)}
    assert {"crlf", "headers", "one-click", "text-part", "language"} <= rules


def corpora() -> Path | None:
    named = os.environ.get("PUBLISHER_CORPORA")
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
    return Path(named) if named else beside if beside.is_dir() else None


@pytest.mark.corpora
def test_real_documents_compile_or_are_refused_with_a_sentence() -> None:
    folder = corpora()
    if folder is None:
        pytest.skip("PUBLISHER_CORPORA is not set, so there are no real MJML documents to read")
    compiled = refused = 0
    for path in sorted((folder / "mjml").rglob("*.mjml")):
        try:
            html = markup.to_html(path.read_text("utf-8"), path.name)
        except TemplateError:
            refused += 1
            continue
        assert html.startswith("<!doctype html>")
        compiled += 1
    assert compiled + refused >= 60
    assert compiled >= 20


def test_markdown_becomes_html_and_a_text_part_of_its_own() -> None:
    source = (
        "# Start\n\nRead [the brief](https://x.example/1) and [the tool](https://x.example/2).\n\n"
        "- one\n- two\n\n1. first\n2. second\n\n> quoted\n\n![a chart](https://x.example/c.png)\n\nSee <https://x.example/3>"
    )
    both = markdown.rich(source)
    assert both.html.startswith("<h2>Start</h2>")
    assert "<img" not in both.html
    assert both.text == (
        "Start\n-----\n\nRead the brief [1] and the tool [2].\n[1] https://x.example/1\n[2] https://x.example/2\n\n"
        "- one\n\n- two\n\n1. first\n\n2. second\n\n> quoted\n\na chart\n\nSee https://x.example/3"
    )


@given(st.text(max_size=300))
def test_no_markdown_brings_anything_active(source: str) -> None:
    html = markdown.to_html(source).lower()
    assert "<script" not in html
    assert 'href="javascript' not in html
    markdown.to_text(source)


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_has_readable_partners(number: int) -> None:
    palette = colours.palette(f"#{number:06x}")
    assert colours.contrast(palette.on_accent, palette.accent) >= 4.5
    assert colours.contrast(palette.link, colours.PAPER) >= 4.5
    assert colours.contrast(palette.link_night, colours.NIGHT_PAPER) >= 4.5


def test_a_colour_that_is_none_is_refused() -> None:
    assert colours.hexadecimal("#FfA") == "#ffffaa"
    assert round(colours.contrast("#000", "#fff"), 1) == 21.0
    with pytest.raises(BadInput, match="#1f6f54"):
        colours.palette("green")


def test_a_calendar_value_is_folded_and_cannot_leave_its_place() -> None:
    name = decoded(calendar_values.attendee("Zoë; “Doe, Jane”\nX:1 " * 8))
    assert all(len(line.encode()) <= 75 for line in name.split("\n"))
    assert name.startswith('\n ;CN="Zoë')
    assert name.endswith('"')
    assert name.replace("\n ", "").count('"') == 2
    assert decoded(calendar_values.attendee("")) == ""
    assert decoded(calendar_values.mailto("amina@bücher.example")) == "\n mailto:amina@xn--bcher-kva.example"
    assert decoded(calendar_values.link("https://a.example/j/x?a=1,2;3")) == "\n https://a.example/j/x?a=1%2C2%3B3"
