"""Compiling a letter: three templates become an `Edition`, once per language.

A kind of letter is a folder `templates/mail/<kind>/` with `subject.txt`, `body.mjml` and `body.txt`; an owner may shadow each.
What the templates may write is Jinja over the context, and these functions (see `marks.py`):

`mark("name")`, `mark("greeting")`, `mark("link:unsubscribe")`, `mark("reason")`, `mark("moment", instant)`, `mark("token")`,
`mark("attendee")`; `rich("opening")` for what a person wrote; `{% call block(key, section=…, until=…) %}` around whole
sections; `{% call heading(section) %}` around what stands only if a block of that section does; `{% call only_with("reason") %}`
around what stands only if that value is not empty.

Context of every kind
---------------------
    brand       {name, accent, postal_address, website; logo_url, logo_width and logo_height (px), or none of them}
    rich        {name: Markdown}, optional; sanitised here, so nothing unsafe can come in
    reasons     {code: phrase}, optional; "" is always known and empty
    preheader   optional
    colours     is added: the accent and its readable partners (`publisher.colours.Palette`)

Context by kind (links in brackets are marks: their addresses come per reader, in `values`)
------------------------------------------------------------------------------------------
    issue       newsletter {name, url}; issue {title, number, date_text, url}; signed_by; subscribe_url; subject optional;
                sections [{key, title, items: [item]}]; rich.opening optional   [unsubscribe, preferences; browser optional]
      item      {key, title, url, kind_label, countries_text, language_label, blurb, publisher, pages_text}; optional: until,
                starts_at, featured, button_label, image {url, alt, width, height, credit}
    correction  newsletter, issue {title, date_text, url}, signed_by; rich.correction [unsubscribe, preferences]
    confirm     list_name, days (until the link expires), wording (what they asked for, in words) [confirm]
    welcome     list_name, newsletter_url, next_text optional ("The next one comes on …") [preferences, unsubscribe]
    goodbye     list_name [undo, preferences]
    notice      title, paragraphs [str]; button_label optional [action]; why optional: the sentence that says why this came
    test        relay_name, sent_text (date in words)
    webinar-…   see `publisher.webinars.letters`; those with an invitation take `calendar` as well
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from html import escape
from typing import Any

from publisher import colours, languages, markdown
from publisher.errors import TemplateError
from publisher.mail import calendar_part, headers, lint, markup
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.edition import FORMAT, Compiled, Edition
from publisher.mail.marks import Block, Chunk, Ink, Slot
from publisher.mail.parts import Part, encoded
from publisher.templating import Templates

__all__ = ["Edition", "HeaderPlan", "compile_letter"]

# What XML 1.0 (§2.2) may not hold and people paste: one such character in a title must not stop an issue.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
LONGEST_LINK = 160  # characters; what a personal link is reckoned to need in `html_bytes`
_RICH_STYLES = {
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding-inline-start:24px",
    "ol": "margin:0 0 16px;padding-inline-start:24px",
    "li": "margin:0 0 4px",
    "blockquote": "margin:0 0 16px;padding-inline-start:16px;border-inline-start:3px solid #d8d0c4",
    "h2": "margin:24px 0 8px;font-size:19px;line-height:1.3",
    "h3": "margin:24px 0 8px;font-size:16px;line-height:1.4",
    "h4": "margin:24px 0 8px;font-size:16px;line-height:1.4",
    "hr": "border:0;border-top:1px solid #d8d0c4;margin:24px 0",
}


@dataclass(frozen=True)
class HeaderPlan:
    """The header fields of a letter that do not differ between readers. `list_id`: `token.domain`, without brackets.

    `unsubscribe`: List-Unsubscribe and its Post twin from the value `unsubscribe`; `unsubscribe_mailto`: an address that
    is read, added to it. `extra`: further free-text fields, such as In-Reply-To for a correction.
    """

    sender_name: str
    sender_address: str
    reply_to: str | None = None
    list_name: str | None = None
    list_id: str | None = None
    feedback_id: str | None = None
    precedence: str | None = None
    auto_submitted: str | None = None
    unsubscribe: bool = False
    unsubscribe_mailto: str | None = None
    extra: tuple[tuple[str, str], ...] = ()


def compile_letter(
    templates: Templates,
    kind: str,
    language: str,
    context: Mapping[str, Any],
    plan: HeaderPlan,
    calendar: CalendarBody | None = None,
) -> Edition:
    """One letter in one language, ready to be joined per reader; with `calendar`, an invitation (RFC 6047). `TemplateError`
    names the template and the place; `BadInput` a header value or colour that cannot be used."""
    context = dict(context)
    palette = colours.palette(context["brand"]["accent"])
    ink = Ink(rich_texts=_rich_texts(context.get("rich", {}), palette))
    context["colours"] = palette
    subject = _subject(templates, kind, language, context, ink)
    html = _html(templates, kind, language, context, ink)
    text = _text(templates, kind, language, context, ink)
    reasons = {str(code): str(phrase) for code, phrase in context.get("reasons", {}).items()}
    words = languages.translator(language)
    whole = _with_everything(html, ink.slots, reasons)
    body = _body(html, text, calendar, ink)
    warnings = lint.sentences(whole, _with_everything(text, ink.slots, reasons))
    return Edition(
        Compiled(
            format=FORMAT,
            language=language,
            subject=subject,
            top=headers.mailbox("From", plan.sender_name, plan.sender_address),
            fixed=_fixed(plan, language),
            unsubscribe=plan.unsubscribe,
            unsubscribe_mailto=headers.wire_address(plan.unsubscribe_mailto) if plan.unsubscribe_mailto else None,
            greetings=[words.gettext("Hello %(name)s,"), words.gettext("Hello,")],
            slots=[[slot.context, slot.kind, slot.argument] for slot in ink.slots],
            blocks=[_kept(block) for block in ink.blocks],
            reasons=reasons,
            body=body,
            html_bytes=len(whole.encode("utf-8")),
            warnings=list(warnings),
        )
    )


def _subject(templates: Templates, kind: str, language: str, context: Mapping[str, Any], ink: Ink) -> list[Any]:
    where = f"mail/{kind}/subject.txt"
    text = " ".join(templates.render(where, language, **{**context, **ink.functions("header")}).split())
    chunks = ink.cut(text, where)
    if len(chunks) != 1 or chunks[0][0] is not None:
        raise TemplateError(f"{where} is empty or has a block in it; a subject is one line.")
    return chunks[0][1]


def _html(templates: Templates, kind: str, language: str, context: Mapping[str, Any], ink: Ink) -> list[Chunk]:
    where = f"mail/{kind}/body.mjml"
    mjml = _FORBIDDEN.sub(" ", templates.render(where, language, **{**context, **ink.functions("html")}))
    html = markup.to_html(mjml, where)
    lost = [word for word in ink.sentinels(mjml) if word not in html]
    if lost:
        raise TemplateError(f"In {where} a mark stands where MJML drops it: {ink.named(lost[0])}.")
    return ink.cut(ink.with_rich_texts(html) + "\n", where)


def _text(templates: Templates, kind: str, language: str, context: Mapping[str, Any], ink: Ink) -> list[Chunk]:
    where = f"mail/{kind}/body.txt"
    known = len(ink.blocks)
    text = _FORBIDDEN.sub(" ", templates.render(where, language, **{**context, **ink.functions("text")}))
    chunks = ink.cut(ink.one_line_end(text), where)
    if len(ink.blocks) != known or {o for o, _ in chunks if isinstance(o, int)} != set(range(known)):
        raise TemplateError(f"{where} has not the same blocks as mail/{kind}/body.mjml.")
    return chunks


def _rich_texts(sources: Mapping[str, str], palette: colours.Palette) -> dict[str, markdown.Rich]:
    styles = {**_RICH_STYLES, "a": f"color:{palette.link}"}
    texts = {name: markdown.rich(source) for name, source in sources.items()}
    return {name: markdown.Rich(markup.styled(text.html, styles), text.text) for name, text in texts.items()}


def _fixed(plan: HeaderPlan, language: str) -> str:
    """The fields behind the reader's own, up to MIME-Version."""
    fields = []
    if plan.reply_to:
        fields.append(headers.mailbox("Reply-To", "", plan.reply_to))
    if plan.list_id:
        fields.append(headers.list_id(plan.list_name, plan.list_id))
    machine = {
        "Feedback-ID": plan.feedback_id,
        "Precedence": plan.precedence,
        "Auto-Submitted": plan.auto_submitted,
        "Content-Language": language,
    }
    fields += [headers.token(name, value) for name, value in machine.items() if value]
    fields += [headers.unstructured(name, value) for name, value in plan.extra]
    return "".join(fields) + "MIME-Version: 1.0\r\n"


def _body(html: list[Chunk], text: list[Chunk], calendar: CalendarBody | None, ink: Ink) -> Part:
    """Text first: a reader's program shows the last form it understands (RFC 2046 §5.1.4)."""
    forms = [
        Part(type="text/plain; charset=utf-8", encoding="quoted-printable", chunks=encoded(text)),
        Part(type="text/html; charset=utf-8", encoding="quoted-printable", chunks=encoded(html)),
    ]
    if calendar is None:
        return Part(type="multipart/alternative", parts=forms)
    shown, attached = calendar_part.parts_of(calendar, ink)
    alternative = Part(type="multipart/alternative", parts=[*forms, shown])
    return Part(type="multipart/mixed", parts=[alternative, attached])


def _kept(block: Block) -> list[str | None]:
    return [block.key, block.section, block.until.astimezone(UTC).isoformat() if block.until else None]


def _with_everything(chunks: list[Chunk], slots: list[Slot], reasons: Mapping[str, str]) -> str:
    """The largest letter there can be: every block, every optional piece, links of full length, the longest reason."""
    longest = max((escape(phrase) for phrase in reasons.values()), key=len, default="")

    def sample(slot: Slot) -> str:
        if slot.kind == "link":
            return f"https://example.org/{slot.argument}/".ljust(LONGEST_LINK, "x")
        return longest if slot.kind == "reason" else "Name and greeting of 24"

    def walk(pieces: list[Any]) -> str:
        return "".join(
            piece if isinstance(piece, str) else sample(slots[piece]) if isinstance(piece, int) else walk(piece[1])
            for piece in pieces
        )

    return "".join(walk(pieces) for _, pieces in chunks)
