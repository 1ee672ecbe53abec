"""The built-in mailbox: what would have gone out. It is there only while it is the relay that mail leaves by.

Open without log-in only where nobody but this machine can come, and asks by its own name: then the mails are its owner's own tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response
from lxml import html as markup
from starlette.exceptions import HTTPException

from feeds.calendar.forms import moments
from feeds.calendar.reading import Component, read
from feeds.calendar.zones import instant
from feeds.errors import FeedError
from publisher.errors import BadInput, NotFound
from publisher.languages import file_size, moment_in_words, relative
from publisher.mail import mailbox
from publisher.mail.identities import MAILBOX, default_relay
from publisher.mail.models import MailboxMessage
from publisher.web.page import Page, looking, moment_of
from publisher.web.protection import MAIL_POLICY
from publisher.web.public.paging import pages_of, shown_page
from publisher.web.signed_in import signed_in
from publisher.web.site import Number, by_own_name

PER_PAGE = 50
MOST_LINKS = 200
SHOWS = ("html", "text", "source", "headers")


def letters(request: Request) -> Response:
    """GET /mailbox?q=&page="""
    with _opened(request) as page:
        wanted, number = request.query_params.get("q", "").strip()[:200], shown_page(request)
        total, found = mailbox.messages(
            page.session, recipient=wanted or None, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
        )
        last = max(1, -(-total // PER_PAGE))
        return page.show(
            "web/mailbox/list.html",
            q=wanted,
            letters=[_line(page, one) for one in found],
            count_text=page.ngettext("%(number)s letter", "%(number)s letters", total),
            pages=pages_of(page, number, more=number < last, last=last),
        )


def letter(request: Request, number: Number) -> Response:
    """GET /mailbox/<number>?show=html|text|source|headers"""
    with _opened(request) as page:
        row = _row(page, number)
        message, show = _parsed(row), request.query_params.get("show", "html")
        body = _part(message, "html")
        if show not in SHOWS or (show == "html" and not body):
            show = "text"
        return page.show(
            "web/mailbox/message.html",
            letter=_line(page, row) | {"id": number, "from_text": str(message["From"] or row.sender)},
            show=show,
            html_url=f"/mailbox/{number}/html",
            text=_part(message, "plain"),
            source=row.data.decode("utf-8", "replace"),
            headers=[(name, str(value)) for name, value in message.items()],
            links=_links(body) if body else [],
            parts=[_attached(number, place, part) for place, part in enumerate(message.iter_attachments())],
            invitation=_invitation(message),
        )


def letter_html(request: Request, number: Number) -> Response:
    """GET /mailbox/<number>/html: the HTML part alone, for a frame that runs nothing."""
    with _opened(request) as page:
        body = _part(_parsed(_row(page, number)), "html")
    if not body:
        raise NotFound("This letter has no HTML part.")
    shown = body.replace("<head>", '<head><base target="_blank">', 1)
    head = {"Content-Security-Policy": MAIL_POLICY, "Referrer-Policy": "no-referrer"}
    return Response(shown, media_type="text/html; charset=utf-8", headers=head)


def letter_text(request: Request, number: Number) -> Response:
    """GET /mailbox/<number>/text: the text part alone."""
    with _opened(request) as page:
        return PlainTextResponse(_part(_parsed(_row(page, number)), "plain"))


def letter_source(request: Request, number: Number) -> Response:
    """GET /mailbox/<number>/source: the whole mail as it was sent, as a file."""
    with _opened(request) as page:
        data = _row(page, number).data
    head = {"Content-Disposition": f'attachment; filename="letter-{number}.eml"'}
    return Response(data, media_type="message/rfc822", headers=head)


def attachment(request: Request, number: Number, place: int) -> Response:
    """GET /mailbox/<number>/attached/<place>: one file of a mail. It is never shown in place."""
    with _opened(request) as page:
        parts = list(_parsed(_row(page, number)).iter_attachments())
    if not 0 <= place < len(parts):
        raise NotFound("This letter has no such file.")
    content = parts[place].get_payload(decode=True)
    head = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
    return Response(
        bytes(content) if isinstance(content, bytes) else b"", media_type="application/octet-stream", headers=head
    )


@contextmanager
def _opened(request: Request) -> Iterator[Page]:
    """A visit of who may see it. English, as all pages of staff."""
    with looking(request) as page:
        if default_relay(page.session).url != MAILBOX:
            raise NotFound("The built-in mailbox is not in use: mail leaves by a relay.")
        is_open = page.site.is_private and by_own_name(request)
        if not is_open and signed_in(request, page.session) is None:
            raise HTTPException(303, headers={"Location": f"/studio/login?next={quote(request.url.path)}"})
        yield replace(page, language="en")


def _row(page: Page, number: int) -> MailboxMessage:
    found = page.session.get(MailboxMessage, number)
    if found is None:
        raise NotFound("There is no such letter in the mailbox.")
    return found


def _line(page: Page, row: MailboxMessage) -> dict[str, Any]:
    moment = moment_of(row.received_at, "en")
    return {
        "url": f"/mailbox/{row.id}",
        "subject": row.subject or "(no subject)",
        "to": row.recipient,
        "from_name": _name(row),
        "moment": moment and moment | {"text": relative(row.received_at, page.now, "en")},
        "size_text": file_size(len(row.data), "en"),
    }


def _name(row: MailboxMessage) -> str:
    head = message_from_bytes(row.data.partition(b"\r\n\r\n")[0], policy=policy.default)
    addresses = getattr(head["From"], "addresses", ())
    return f"From {addresses[0].display_name or addresses[0].addr_spec}" if addresses else ""


def _parsed(row: MailboxMessage) -> EmailMessage:
    found = message_from_bytes(row.data, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()) if found is not None else ""


def _links(body: str) -> list[dict[str, str]]:
    tree = markup.fromstring(body.encode(), parser=markup.HTMLParser(encoding="utf-8", huge_tree=False))
    found = ((" ".join(str(a.xpath("string()")).split()), a.get("href", "")) for a in tree.iter("a"))
    return [{"text": text, "url": url} for text, url in found if url.startswith(("http:", "https:", "mailto:"))][:MOST_LINKS]  # fmt: skip


def _invitation(message: EmailMessage) -> dict[str, Any] | None:
    """What a calendar program would read of it: whether it asks or takes back, and each event's title and time."""
    part = next((one for one in message.walk() if one.get_content_type() == "text/calendar"), None)
    payload = part.get_payload(decode=True) if part is not None else None
    try:
        calendar = read(payload).calendars[0] if isinstance(payload, bytes) else None
    except FeedError:
        return None
    if calendar is None:
        return None
    method = calendar.value("METHOD").upper()
    said = {"REQUEST": "Invitation", "CANCEL": "Taken out of the calendar"}.get(method, "Calendar")
    return {"said": said, "events": [_event(one) for one in calendar.parts("VEVENT")[:MOST_LINKS]]}


def _event(event: Component) -> dict[str, str]:
    title, starts = event.first("SUMMARY"), event.first("DTSTART")
    found = moments(starts) if starts is not None else None
    try:
        when = moment_in_words(instant(found[0]), found[0].zone, "en") if found else ""
    except (FeedError, BadInput):
        when = starts.value[:40] if starts is not None else ""
    return {"title": title.text[:200] if title else "", "when": when, "sequence": event.value("SEQUENCE")[:10]}


def _attached(number: int, place: int, part: Any) -> dict[str, str]:
    return {
        "name": part.get_filename() or "(no name)",
        "type": part.get_content_type(),
        "size_text": file_size(len(part.get_payload(decode=True) or b""), "en"),
        "url": f"/mailbox/{number}/attached/{place}",
    }
