"""An invitation within a letter: compiled once, right for each reader, and the same to the byte every time."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from feeds.calendar.checks import check
from feeds.calendar.reading import Component, read
from feeds.calendar.values import Calendar, Event, Moment, Organizer, joined_at
from publisher.errors import BadInput, TemplateError
from publisher.mail import lint
from publisher.mail.calendar_part import CalendarBody, Stencil
from publisher.mail.letters import Edition, HeaderPlan, compile_letter
from publisher.templating import Templates

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BRAND = {"name": "Hub", "accent": "#1f6f54", "postal_address": "12 Ngong Road", "website": "https://hub.example.org/"}
NOTICE = {"title": "You are registered", "paragraphs": ["Thursday."]}
PLAN = HeaderPlan("Hub", "letters@hub.example.org")
VALUES = {"join-7": "https://hub.example.org/j/abc.def", "sequence": "3"}


def invitation(summary: str = "Play; and “talk”, every day", **changes: Any) -> CalendarBody:
    stencil = Stencil()
    event = Event(
        "s1@hub.example.org",
        NOW,
        Moment(datetime(2026, 12, 3, 15), "Africa/Nairobi"),
        Moment(datetime(2026, 12, 3, 16), "Africa/Nairobi"),
        summary,
        organizer=Organizer("letters@hub.example.org", "Hub"),
        attendee=stencil.attendee(rsvp=True),
        description="A text. " * 40,
        **changes,
    )
    return stencil.body(Calendar("-//Hub//EN", (joined_at(event, stencil.link("join-7"), "Join"),), "REQUEST"))


def letter(calendar: CalendarBody | None = None) -> Edition:
    return compile_letter(Templates(), "notice", "en", {"brand": BRAND, **NOTICE}, PLAN, calendar or invitation())


def mail(edition: Edition, name: str = "Alice", address: str = "alice@readers.example", **changes: Any) -> bytes:
    given: dict[str, Any] = {"message_id": "17.0123456789abcdef@hub.example.org", "date": NOW, "values": VALUES}
    return edition.assemble(to_name=name, to_address=address, selection=None, **given | changes)


def parts(raw: bytes) -> tuple[list[EmailMessage], EmailMessage]:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    alternative, attached = message.iter_parts()
    assert (message.get_content_type(), alternative.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert isinstance(alternative, EmailMessage)
    assert isinstance(attached, EmailMessage)
    return list(alternative.iter_parts()), attached  # type: ignore[arg-type]


def content(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def event_of(raw: bytes) -> Component:
    calendar = content(parts(raw)[0][-1])
    report = check(calendar)
    assert report.findings == ()
    (event,) = read(calendar).calendars[0].parts("VEVENT")
    return event


def test_the_calendar_is_the_last_alternative_and_the_same_bytes_are_attached() -> None:
    forms, attached = parts(mail(letter()))
    assert [form.get_content_type() for form in forms] == ["text/plain", "text/html", "text/calendar"]
    assert forms[-1].get_param("method") == "REQUEST"
    assert forms[-1].get_content_charset() == "utf-8"
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert content(attached) == content(forms[-1])
    assert lint.check(mail(letter())) == ()


def test_each_reader_has_an_invitation_of_their_own() -> None:
    edition = letter()
    assert b"alice" not in edition.to_bytes()
    assert edition.required == {"join-7", "sequence"}
    alice = event_of(mail(edition))
    bob = event_of(mail(edition, "", "bob@readers.example", values=VALUES | {"sequence": "0"}, date=NOW + timedelta(1)))
    assert [(one.value("ATTENDEE"), one.first("ATTENDEE").get("CN")) for one in (alice, bob)] == [  # type: ignore[union-attr]
        ("mailto:alice@readers.example", "Alice"),
        ("mailto:bob@readers.example", None),
    ]
    assert [one.value("SEQUENCE") for one in (alice, bob)] == ["3", "0"]
    assert [one.value("DTSTAMP") for one in (alice, bob)] == ["20261123T060000Z", "20261124T060000Z"]
    assert alice.value("URL") == VALUES["join-7"]
    assert alice.value("DESCRIPTION").startswith(f"Join: {VALUES['join-7']}\\n\\nA text.")


def test_the_same_letter_is_the_same_bytes() -> None:
    """Whatever stood for the reader while it was written is gone, so mails of one person can be told from changes."""
    assert invitation() == invitation()
    assert letter().to_bytes() == letter().to_bytes()
    kept = Edition.from_bytes(letter().to_bytes())
    assert mail(kept) == mail(letter())


@effort(deadline=None)
@given(
    name=st.text(max_size=120),
    summary=st.text(min_size=1, max_size=200).filter(lambda t: t.strip().isprintable() and t.strip() != ""),
)
@example(name='Doe, "Jane" \\;:^ \r\nATTENDEE:mailto:eve@example.org', summary="x" * 70)
@example(name="أمينة بنت خالد " * 9, summary="🌱" * 60)
def test_no_name_breaks_an_invitation(name: str, summary: str) -> None:
    raw = mail(letter(invitation(summary)), name)
    event = event_of(raw)
    assert len(event.all("ATTENDEE")) == 1
    assert raw.isascii()
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert not any(line.strip() == b"" for line in content(parts(raw)[0][-1]).split(b"\r\n")[:-1])


def test_addresses_that_are_not_ascii_are_written_as_such() -> None:
    event = event_of(mail(letter(), "Jörg", "leser@bücher.example"))
    assert event.value("ATTENDEE") == "mailto:leser@xn--bcher-kva.example"
    event = event_of(mail(letter(), "", "o'neil+tag%#@readers.example"))
    assert event.value("ATTENDEE") == "mailto:o'neil+tag%25%23@readers.example"


def test_previews_need_no_address_and_mails_need_a_sequence() -> None:
    assert "Thursday." in letter().text(values=VALUES)
    with pytest.raises(BadInput, match="sequence"):
        mail(letter(), values={"join-7": "https://hub.example.org/j/abc.def"})
    with pytest.raises(TemplateError, match="no link"):
        Stencil().link("elsewhere")


def broken(*changes: tuple[bytes, bytes]) -> list[str]:
    raw = mail(letter())
    for old, new in changes:
        assert old in raw
        raw = raw.replace(old, new)
    return sorted({finding.rule for finding in lint.check(raw) if finding.rule.startswith("mail.")})


def test_the_critical_reader_knows_how_an_invitation_must_travel() -> None:
    """The rows M1 to M9, each broken alone."""
    shown = b"text/calendar; method=REQUEST; charset=utf-8"
    assert broken() == []
    assert broken((shown, b"text/calendar; charset=utf-8")) == ["mail.method"]
    assert broken((b"method=REQUEST", b"method=PUBLISH")) == ["mail.method"]
    assert broken((b"method=REQUEST; charset=utf-8", b"method=REQUEST; charset=us-ascii")) == ["mail.charset"]
    assert broken((b"multipart/alternative", b"multipart/related")) == ["mail.alternative"]
    assert broken((b"application/ics", b"application/pdf")) == ["mail.attached"]
    assert broken((b"From: Hub <letters@", b"From: Hub <others@")) == ["mail.from"]
    assert broken((b"To: Alice <alice@", b"To: Alice <eve@")) == ["mail.one-reader"]
    assert broken((b'application/ics; name="invite.ics"', shown)) == ["mail.attached", "mail.one-part"]
    encoding = b"\r\nContent-Transfer-Encoding: "
    assert "mail.encoding" in broken((shown + encoding + b"quoted-printable", shown + encoding + b"8bit"))
