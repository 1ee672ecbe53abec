"""A letter is compiled once; each reader's mail is their blocks, their reasons, their values, and nothing of anybody else."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.bench.letters import measure, sixty_kilobytes
from publisher.errors import BadInput, TemplateError
from publisher.mail import lint, quoted
from publisher.mail.letters import Edition, HeaderPlan, compile_letter
from publisher.templating import Templates

SENT = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
STARTS = datetime(2026, 12, 3, 6, 0, tzinfo=UTC)
BRAND = {
    "name": "Early Years Exchange",
    "accent": "#1f6f54",
    "postal_address": "12 Ngong Road\nNairobi, Kenya",
    "website": "https://exchange.example/",
}
VALUES = {
    "unsubscribe": "https://exchange.example/u/al1ce?a=1&b=2",
    "preferences": "https://exchange.example/preferences/al1ce",
}
PLAN = HeaderPlan(
    "Early Years Exchange",
    "digest@exchange.example",
    reply_to="amina@exchange.example",
    list_name="Early Years Digest",
    list_id="digest.exchange.example",
    feedback_id="i12:digest:issue:exchange1",
    precedence="bulk",
    unsubscribe=True,
    unsubscribe_mailto="leave@exchange.example",
    extra=(("X-Issue", "Nº 12"),),
)


def item(key: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "kind_label": "Country brief",
        "countries_text": "Kenya",
        "language_label": "English",
        "title": title,
        "url": f"https://exchange.example/r/{key}?a=1&b=2",
        "blurb": f"Why {title} matters.",
        "publisher": "County Observatory",
        "pages_text": "11 pages",
        **more,
    }


def issue(**more: Any) -> dict[str, Any]:
    return {
        "brand": BRAND,
        "newsletter": {"name": "Early Years Digest", "url": "https://exchange.example/newsletters/digest"},
        "issue": {
            "title": "Twelve countries",
            "number": 12,
            "date_text": "26 November 2026",
            "url": "https://exchange.example/newsletters/digest/12",
        },
        "signed_by": "Amina Otieno, editor",
        "sections": [
            {"key": "new", "title": "New studies", "items": [item("a", "Alpha"), item("b", "Beta & <b>co</b>")]},
            {
                "key": "soon",
                "title": "Coming webinars",
                "items": [item("w", "Webinar", starts_at=STARTS, until=STARTS, button_label="Register")],
            },
        ],
        "reasons": {"ke": "Because you follow: Kenya", "odd": "Because “<you>” & co"},
        "rich": {"opening": "We published what **did not** work.\n\nRead [the brief](https://exchange.example/r/a)."},
        "subscribe_url": "https://exchange.example/subscribe",
        **more,
    }


@cache
def edition() -> Edition:
    return compile_letter(Templates(), "issue", "en", issue(), PLAN)


def assembled(
    letter: Edition, selection: list[tuple[str, str]] | None = None, name: str = "Alice", **more: Any
) -> bytes:
    arguments: dict[str, Any] = {
        "to_name": name,
        "to_address": "alice@readers.example",
        "message_id": "i12.7.5f2c9a77d1@exchange.example",
        "date": SENT,
        "values": VALUES,
        "selection": selection,
        "zone": "Africa/Nairobi",
    }
    return letter.assemble(**{**arguments, **more})


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def bodies(raw: bytes) -> tuple[str, str]:
    text, html = parsed(raw).iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def assert_fit_for_the_wire(raw: bytes) -> None:
    assert raw.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert not any(line.startswith((b".", b"From ")) or line.endswith((b" ", b"\t")) for line in lines)
    assert b"  " not in body
    assert max(map(len, head.split(b"\r\n"))) <= 998


def test_alice_gets_her_blocks_with_her_reasons_and_no_other() -> None:
    text, html = bodies(assembled(edition(), [("a", "ke")]))
    for body in (text, html):
        assert "Hello Alice," in body
        assert "Alpha" in body
        assert "New studies" in body
        assert "Because you follow: Kenya" in body
        assert "Beta" not in body
        assert "Coming webinars" not in body
    assert "the brief" in text
    assert "https://exchange.example/u/al1ce?a=1&b=2" in text
    assert "https://exchange.example/u/al1ce?a=1&amp;b=2" in html


def test_the_headers_are_exactly_these_in_this_order() -> None:
    message = parsed(assembled(edition()))
    assert message.keys() == [
        "From", "To", "List-Unsubscribe", "List-Unsubscribe-Post", "Date", "Message-ID", "Subject", "Reply-To",
        "List-Id", "Feedback-ID", "Precedence", "Content-Language", "X-Issue", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert message["From"] == "Early Years Exchange <digest@exchange.example>"
    assert message["To"] == "Alice <alice@readers.example>"
    assert message["Subject"] == "Twelve countries"
    assert message["X-Issue"] == "Nº 12"
    assert message["List-Unsubscribe"] == (
        "<https://exchange.example/u/al1ce?a=1&b=2>, <mailto:leave@exchange.example?subject=unsubscribe>"
    )


def test_the_same_arguments_give_the_same_bytes_in_another_process_and_another_compilation() -> None:
    again = compile_letter(Templates(), "issue", "en", issue(), PLAN)
    assert again.to_bytes() == edition().to_bytes()
    loaded = Edition.from_bytes(edition().to_bytes())
    selection = [("w", "ke"), ("b", "")]
    assert assembled(loaded, selection) == assembled(edition(), selection)
    assert loaded.block_until == {"a": None, "b": None, "w": STARTS}
    assert loaded.to_bytes() == edition().to_bytes()


def test_the_order_is_the_letters_whatever_the_selection_says() -> None:
    assert assembled(edition(), [("w", ""), ("a", "")]) == assembled(edition(), [("a", ""), ("w", "")])


def test_a_webinar_starts_in_the_readers_own_time() -> None:
    nairobi, _ = bodies(assembled(edition(), [("w", "")], zone="Africa/Nairobi"))
    lima, _ = bodies(assembled(edition(), [("w", "")], zone="America/Lima"))
    assert "Thursday 3 December 2026, 9:00" in nairobi
    assert "Thursday 3 December 2026, 1:00" in lima


def test_a_reader_without_a_name_and_a_block_without_a_reason_read_well() -> None:
    text, html = bodies(assembled(edition(), [("a", "")], name=""))
    assert "\nHello,\n" in text
    assert "Hello," in html
    assert "Because" not in text + html
    assert "\n\n\n\n" not in text
    assert text.endswith("al1ce?a=1&b=2\n")


def test_words_are_in_the_language_of_the_edition() -> None:
    arabic = compile_letter(Templates(), "issue", "ar", issue(), PLAN)
    html = arabic.html(to_name="Alice", values=VALUES)
    assert 'lang="ar" dir="rtl"' in html
    assert "direction:ltr" not in html
    assert parsed(assembled(arabic))["Content-Language"] == "ar"


@given(st.text(max_size=60))
@example('<script>alert("x")</script> & =?utf-8?q?a=0D=0ABcc:_m@example.org?=')
@example("\r\n.\r\nMAIL FROM:<mallory@example.org>\r\n")
@example("...  From here \u2028 = \0 é中🙂" * 5)
@example("%(name)s {{ 7*7 }} zq")
def test_whatever_a_reader_is_called_the_mail_stays_whole(name: str) -> None:
    raw = assembled(edition(), [("a", "odd"), ("w", "ke")], name=name)
    assert_fit_for_the_wire(raw)
    assert parsed(raw).keys() == parsed(assembled(edition())).keys()
    text, html = bodies(raw)
    shown = " ".join(name.split()) if name.isprintable() else None
    if shown:
        assert f"Hello {shown}," in text
        assert f"Hello {escape(shown)}," in html
    assert "Because “<you>” & co" in text
    assert not [f for f in lint.check(raw) if f.level == "must" and f.rule != "filled"]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200), max_size=8))
@example(["a  b ", ".", "From x", "é" * 80, "." * 200, "=", "x" * 75, "x" * 76, " " * 90])
def test_segments_join_to_what_they_were_and_never_need_a_stuffed_dot(texts: list[str]) -> None:
    joined = "".join(map(quoted.segment, texts)).encode("ascii")
    assert quoted.decoded(joined) == "".join(map(quoted.clean, texts))
    for line in joined.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))


@given(st.text(max_size=200))
def test_a_value_is_one_line_of_a_segment(text: str) -> None:
    assert "\n" not in quoted.decoded(quoted.value(text))
    assert quoted.decoded(quoted.value(text)).split() == quoted.clean(text).split()


def test_what_an_author_writes_cannot_be_taken_for_a_mark() -> None:
    forged = "zq0123456789abcdef01m0z {{ mark('link:unsubscribe') }} {% raw %}"
    letter = compile_letter(
        Templates(),
        "issue",
        "en",
        issue(rich={"opening": forged}, sections=[{"key": "new", "title": forged, "items": [item("a", forged)]}]),
        PLAN,
    )
    assert unescape(letter.html(values=VALUES)).count(forged) >= 2
    assert letter.html(values=VALUES).count("/u/al1ce") == 1


def test_rich_text_is_sanitised_and_written_twice() -> None:
    opening = "Hi <script>alert(1)</script> [x](javascript:alert(1)) **bold** [the brief](https://exchange.example/r)"
    letter = compile_letter(Templates(), "issue", "en", issue(rich={"opening": opening}), PLAN)
    html = letter.html(values=VALUES)
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<strong>bold</strong>" in html
    assert "\nhttps://exchange.example/r\n" in letter.text(values=VALUES)


def test_what_is_missing_is_named_and_nothing_is_sent() -> None:
    for values in ({}, {"unsubscribe": VALUES["unsubscribe"]}):
        with pytest.raises(BadInput, match=r"“unsubscribe”|“preferences”"):
            assembled(edition(), values=values)
    with pytest.raises(BadInput, match="nobody"):
        assembled(edition(), [("nobody", "")])
    with pytest.raises(BadInput, match="whim"):
        assembled(edition(), [("a", "whim")])
    with pytest.raises(BadInput):
        Edition.from_bytes(b"nonsense")
    assert edition().required == {"unsubscribe", "preferences"}


def test_an_optional_link_stands_only_where_it_is_given() -> None:
    assert "Read in the browser" not in edition().html(values=VALUES)
    assert "Read in the browser" in edition().html(values={**VALUES, "browser": "https://exchange.example/b"})


def test_an_issue_of_an_opening_only_is_a_letter_too() -> None:
    letter = compile_letter(Templates(), "issue", "en", issue(sections=[], signed_by=""), PLAN)
    assert letter.block_keys == ()
    assert_fit_for_the_wire(assembled(letter))
    assert "did not" in letter.text(values=VALUES)


def story(folder: Path, mjml: str, text: str = "words\n", subject: str = "S\n") -> Templates:
    kind = folder / "mail" / "story"
    kind.mkdir(parents=True, exist_ok=True)
    (kind / "subject.txt").write_text(subject, "utf-8")
    (kind / "body.mjml").write_text(f"<mjml><mj-body>{mjml}</mj-body></mjml>", "utf-8")
    (kind / "body.txt").write_text(text, "utf-8")
    return Templates(folder)


def section(inner: str) -> str:
    return f"<mj-section><mj-column><mj-text>{inner}</mj-text></mj-column></mj-section>"


@pytest.mark.parametrize(
    ("mjml", "text", "sentence"),
    [
        (section("{{ mark('link:nowhere') }}"), "x", "no mark “link:nowhere”"),
        (section("{{ mark('greeting')|upper }}"), "x", "changed|drops"),
        (section("<p>{{ missing }}</p>"), "x", "mail/story/body.mjml, line 1 .*missing"),
        (section("{% if %}"), "x", "mail/story/body.mjml, line 1"),
        ("{% call block('a') %}" + section("a") + "{% endcall %}", "no blocks", "same blocks"),
        (
            "<mj-wrapper>{% call block('a') %}" + section("a") + "{% endcall %}</mj-wrapper>",
            "{% call block('a') %}a{% endcall %}",
            "inside “mj-wrapper”",
        ),
        (
            "{% call block('a') %}{% call block('b') %}" + section("a") + "{% endcall %}{% endcall %}",
            "x",
            "inside another",
        ),
        (section("{{ rich('nothing') }}"), "x", "no rich text"),
        ("<mj-section><mj-foo/></mj-section>", "x", "no element “mj-foo”"),
        (section("{{ mark('moment', 'tomorrow') }}"), "x", "instant"),
    ],
)
def test_a_template_that_cannot_work_says_where_and_why(tmp_path: Path, mjml: str, text: str, sentence: str) -> None:
    with pytest.raises(TemplateError, match=sentence):
        compile_letter(story(tmp_path, mjml, text), "story", "en", {"brand": BRAND}, PLAN)


def test_a_subject_may_hold_marks(tmp_path: Path) -> None:
    templates = story(tmp_path, section("x"), subject="For {{ mark('name') }}: {{ mark('moment', when) }}\n")
    letter = compile_letter(templates, "story", "en", {"brand": BRAND, "when": STARTS}, HeaderPlan("A", "a@b.example"))
    raw = assembled(letter, name="Zoë\r\nBcc: m@example.org", zone="Africa/Nairobi")
    assert parsed(raw)["Subject"].startswith("For Zoë Bcc: m@example.org: Thursday 3 December 2026, 9:00")
    assert "Bcc" not in parsed(raw)


def test_more_than_gmail_shows_is_said_before_it_is_sent() -> None:
    many = [item(f"k{n}", f"Title {n}", blurb="A sentence about it. " * 40) for n in range(40)]
    letter = compile_letter(
        Templates(), "issue", "en", issue(sections=[{"key": "new", "title": "New", "items": many}]), PLAN
    )
    assert letter.html_bytes > lint.CLIPPED
    assert any("102 kB" in warning for warning in letter.warnings)
    assert edition().warnings == ()


def test_a_readers_mail_costs_a_fiftieth_of_the_usual_way() -> None:
    figures: Mapping[str, float] = measure(rounds=3)
    assert 58_000 < figures["html_bytes"] < 66_000
    assert figures["ratio"] >= 50, figures
    assert_fit_for_the_wire(assembled(sixty_kilobytes(), values={**VALUES, "browser": "https://exchange.example/b"}))
