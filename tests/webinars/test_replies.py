"""Answers of calendar programs: whose they are, which invitation they are about, and the mailbox that they are read from."""

import base64
import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cast import a_hub
from hypothesis import given
from hypothesis import strategies as st
from imap_server import ImapServer
from sqlmodel import Session, select
from webinars.gathering import a_date, a_series, somebody

from publisher.errors import BadInput
from publisher.house import House
from publisher.mail import mailbox_line
from publisher.mail.models import Address, Identity
from publisher.webinars import replies, reply_mailbox
from publisher.webinars.models import Registration, ReplyMailbox, Seat, Series, Webinar

UID = "play@hub.example.org"
ANN = "ann@example.org"
Take = Callable[[bytes], str]


def calendar(
    attendee: str = ANN, partstat: str = "DECLINED", *, at: str = "20261123T070000Z", uid: str = UID, sequence: int = 0, date: str = "", method: str = "REPLY"
) -> str:  # fmt: skip
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT",
        "DTSTART:20261203T120000Z", "DTEND:20261203T130000Z", f"DTSTAMP:{at}", "ORGANIZER;CN=Early Hands:mailto:letters@hub.example.org", f"UID:{uid}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN=Ann;X-NUM-GUESTS=0:mailto:{attendee}", f"SEQUENCE:{sequence}",
        *([f"RECURRENCE-ID{date}"] if date else []), "SUMMARY:Play & learn", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines)


def mail(body: str, sender: str = f"Ann Otieno <{ANN}>", *, how: str = "alternative") -> bytes:
    """As Google sends it: text, HTML and the calendar; or as others do: the calendar alone, or as a file."""
    head = f"From: {sender}\r\nTo: letters@hub.example.org\r\nSubject: Declined: Play & learn\r\nMIME-Version: 1.0\r\n"
    coded = base64.encodebytes(body.encode()).decode().replace("\n", "\r\n")
    if how == "alone":
        return f"{head}Content-Type: text/calendar; method=REPLY; charset=UTF-8\r\n\r\n{body}".encode()
    kind = {"alternative": "text/calendar; charset=UTF-8; method=REPLY", "file": "application/octet-stream"}[how]
    name = '\r\nContent-Disposition: attachment; filename="Invite.ICS"' if how == "file" else ""
    part = f"--x\r\nContent-Type: {kind}{name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}\r\n"
    text = "--x\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nAnn has declined.\r\n"
    return f'{head}Content-Type: multipart/alternative; boundary="x"\r\n\r\n{text}{part}--x--\r\n'.encode()


@pytest.fixture
def series(session: Session, now: datetime) -> Series:
    return a_series(session, now, is_single=True)


@pytest.fixture
def webinar(session: Session, series: Series) -> Webinar:
    return a_date(session, series, datetime(2026, 12, 3, 12, tzinfo=UTC))


@pytest.fixture
def ann(session: Session, series: Series, webinar: Webinar, now: datetime) -> Registration:
    return somebody(session, series, ANN, now, webinar, name="Ann Otieno")


@pytest.fixture
def take(session: Session, house: House, ann: Registration, now: datetime) -> Take:
    return lambda raw: replies.take(session, house, raw, now + timedelta(hours=2))


@pytest.mark.parametrize("how", ["alternative", "alone", "file"])
@pytest.mark.parametrize(("partstat", "said"), [("ACCEPTED", "is coming"), ("DECLINED", "gets no reminders"), ("tentative", "may be coming"), ("X-ODD", "answered")])  # fmt: skip
def test_an_answer_is_kept_and_nothing_else_changes(
    take: Take, session: Session, ann: Registration, webinar: Webinar, how: str, partstat: str, said: str
) -> None:
    assert said in take(mail(calendar(partstat=partstat), how=how))
    assert (ann.partstat, ann.partstat_at) == (partstat.upper(), datetime(2026, 11, 23, 7, tzinfo=UTC))
    assert (ann.state, session.get_one(Seat, (ann.id, webinar.id)).state) == ("registered", "coming")


def test_another_spelling_of_the_address_is_the_same_person(take: Take, ann: Registration) -> None:
    assert "not coming" in take(mail(calendar("Ann@EXAMPLE.org"), "ANN@example.org"))
    assert ann.partstat == "DECLINED"


def test_later_answers_count_and_earlier_ones_do_not(take: Take, ann: Registration) -> None:
    take(mail(calendar(partstat="ACCEPTED", at="20261123T070000Z")))
    assert "later answer" in take(mail(calendar(partstat="DECLINED", at="20261123T065959Z")))
    assert "later answer" in take(mail(calendar(partstat="DECLINED", at="20261123T070000Z")))  # the same again
    assert ann.partstat == "ACCEPTED"
    take(mail(calendar(partstat="DECLINED", at="20261123T070001Z")))
    assert ann.partstat == "DECLINED"


def test_answers_to_an_older_invitation_are_passed_over(
    take: Take, session: Session, series: Series, ann: Registration
) -> None:
    series.sequence, ann.extra = 2, 1
    session.flush()
    assert "older invitation" in take(mail(calendar(sequence=2)))
    assert ann.partstat == ""
    assert "not coming" in take(mail(calendar(sequence=3)))


def test_who_is_not_the_attendee_cannot_answer(
    take: Take, session: Session, series: Series, now: datetime, ann: Registration
) -> None:
    bob = somebody(session, series, "bob@example.org", now)
    for raw, said in (
        (mail(calendar(), "Bob <bob@example.org>"), "somebody else wrote the mail"),
        (mail(calendar("bob@example.org")), "somebody else wrote the mail"),
        (mail(calendar("eve@example.org"), "eve@example.org"), "not registered"),
        (mail(calendar(), f"{ANN}, bob@example.org"), "does not say who wrote it"),
        (mail(calendar(), ""), "does not say who wrote it"),
        (mail(calendar(), "not an address"), "does not say who wrote it"),
        (mail(calendar(uid="other@hub.example.org")), "no webinar of this hub"),
        (mail(calendar(at="20271123T070000Z")), "in the future"),
    ):
        assert said in take(raw)
    assert (ann.partstat, bob.partstat) == ("", "")


def test_who_is_registered_no_longer_or_was_erased(take: Take, session: Session, ann: Registration) -> None:
    ann.state = "cancelled"
    session.flush()
    assert "not registered" in take(mail(calendar()))
    ann.state = "registered"
    address = session.exec(select(Address)).one()
    address.email, address.normalised = "", "erased:x"
    session.flush()
    assert "not registered" in take(mail(calendar()))


def test_an_answer_to_one_date_is_kept_with_that_date(
    take: Take, session: Session, series: Series, ann: Registration, webinar: Webinar
) -> None:
    second = a_date(session, series, datetime(2026, 12, 10, 12, tzinfo=UTC))
    session.add(Seat(registration_id=ann.id, webinar_id=second.id))
    session.flush()
    here, there = (session.get_one(Seat, (ann.id, one.id)) for one in (webinar, second))
    for date in (";TZID=Africa/Nairobi:20261203T150000", ":20261203T120000Z", ";TZID=E. Africa Standard Time:20261203T150000"):  # fmt: skip
        here.partstat, here.partstat_at = "", None
        session.flush()
        assert "not coming" in take(mail(calendar(date=date))), date
        assert (here.partstat, there.partstat, ann.partstat) == ("DECLINED", "", "")
    assert "later answer" in take(mail(calendar(date=":20261203T120000Z", partstat="ACCEPTED")))
    for unknown in (":20261217T120000Z", ";TZID=Mars:20261203T120000"):
        assert "they do not come to" in take(mail(calendar(date=unknown)))


def test_several_answers_in_one_mail(take: Take, ann: Registration) -> None:
    one, other = calendar(partstat="ACCEPTED"), calendar(date=":20261210T120000Z")
    both = one.replace("END:VCALENDAR\r\n", "") + other[other.index("BEGIN:VEVENT") :]
    said = take(mail(both))
    assert ("is coming" in said, "they do not come to" in said, ann.partstat) == (True, True, "ACCEPTED")


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"", "answers no invitation"), (b"From: ann@example.org\r\n\r\nI am away until Monday.", "answers no invitation"), (mail(calendar(method="REQUEST")), "answers no invitation"),
     (mail("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"), "."), (mail(calendar().replace("ATTENDEE", "X-ATTENDEE")), "."), (mail(calendar().replace("DTSTAMP", "X-STAMP")), "."),
     (mail(calendar().replace("METHOD:REPLY", "METHOD:REQUEST").replace("SUMMARY:", "SUMMARY:REPLY ")), "METHOD is not REPLY"), (b"x" * 1_000_001, "too large"),
     (b"\xff\xfe\x00" * 500, "answers no invitation"), (b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" * 2_000, "."), (b"From: " + b"(" * 5_000 + b"\r\n" + mail(calendar(), "x"), "."),
     (b"Content-Type: text/calendar; charset=no-such\r\nFrom: ann@example.org\r\n\r\nREPLY", "."), (b"Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\nFrom: ann@example.org\r\n\r\n!!!", ".")],
    ids=lambda value: str(value[:20]) if isinstance(value, bytes) else value,
)  # fmt: skip
def test_mails_that_answer_nothing(take: Take, ann: Registration, raw: bytes, said: str) -> None:
    assert said in take(raw)
    assert ann.partstat == ""


def test_a_thousand_parts_within_each_other_are_no_fault(take: Take) -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1_500))
    assert take(f"From: {ANN}\r\n{deep}".encode()).endswith(".")


@given(st.binary(max_size=400))
def test_no_mail_brings_it_down(raw: bytes) -> None:
    head = b"From: ann@example.org\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"
    for data in (raw, head + raw):
        with contextlib.suppress(BadInput):
            replies._opened(data)


# The mailbox.


@pytest.fixture
def server() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.close()


@pytest.fixture
def box(house: House, now: datetime, server: ImapServer) -> None:
    with house.database.session() as session:
        identity = a_hub(session, now)
        series = a_series(session, now, is_single=True)
        somebody(session, series, ANN, now, a_date(session, series, datetime(2026, 12, 3, 12, tzinfo=UTC)))
        reply_mailbox.give(session, identity, server.url())


def state(house: House) -> tuple[str, str, str, int]:
    """Of the mailbox: its state and trouble; what ann answered; how far it was read."""
    with house.database.reading() as session:
        box, ann = session.exec(select(ReplyMailbox)).one(), session.exec(select(Registration)).one()
        return box.state, box.error, ann.partstat, box.last_uid


@pytest.mark.usefixtures("box")
def test_answers_are_read_from_the_mailbox_once(house: House, server: ImapServer, now: datetime) -> None:
    assert reply_mailbox.read_due(house, now) == 0
    server.put(b"From: x@example.org\r\nSubject: Out of office\r\n\r\nBack on Monday.")
    server.put(mail(calendar(partstat="ACCEPTED")))
    server.put(b"x" * 1_000_001)
    assert reply_mailbox.read_due(house, now + timedelta(minutes=1)) == 0  # not yet
    assert reply_mailbox.read_due(house, now + timedelta(minutes=5)) == 3
    assert (state(house), server.fetched) == (("ok", "", "ACCEPTED", 3), [1, 2])
    assert reply_mailbox.read_due(house, now + timedelta(minutes=10)) == 0
    server.put(mail(calendar(partstat="DECLINED", at="20261123T080000Z")))
    assert reply_mailbox.read_due(house, now + timedelta(minutes=15)) == 1
    assert (state(house), server.fetched) == (("ok", "", "DECLINED", 4), [1, 2, 4])
    assert {word.split()[0] for word in server.said} == {"CAPABILITY", "LOGIN", "EXAMINE", "STATUS", "UID", "LOGOUT"}
    assert all("PEEK" in word for word in server.said if "FETCH" in word)  # nothing is changed there


@pytest.mark.usefixtures("box")
def test_a_mailbox_that_was_made_anew_is_read_from_its_beginning(
    house: House, server: ImapServer, now: datetime
) -> None:
    for n in range(5):
        server.put(mail(calendar(partstat="ACCEPTED", at=f"2026112307000{n}Z")))
    assert reply_mailbox.read_due(house, now) == 5
    server.mails, server.validity = {1: mail(calendar(partstat="DECLINED", at="20261123T080000Z"))}, 8
    assert reply_mailbox.read_due(house, now + timedelta(minutes=5)) == 1
    assert state(house) == ("ok", "", "DECLINED", 1)


@pytest.mark.usefixtures("box")
def test_a_full_mailbox_is_read_in_parts(house: House, server: ImapServer, now: datetime) -> None:
    for _ in range(203):
        server.put(b"From: x@example.org\r\n\r\nHello")
    assert [reply_mailbox.read_due(house, now + timedelta(minutes=5 * n)) for n in range(3)] == [200, 3, 0]


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    ("behaves", "said"),
    [("deaf", "took too long"), ("drips", "took too long"), ("flood", "not IMAP"), ("rubbish", "not IMAP"), ("hangs up", ".")],
)  # fmt: skip
def test_a_mail_server_that_misbehaves_holds_nobody_up(
    house: House, server: ImapServer, now: datetime, behaves: str, said: str
) -> None:
    server.put(mail(calendar()))
    server.behaves = behaves
    assert reply_mailbox.read_due(house, now, seconds=0.5) == 0
    assert (state(house)[0], said in state(house)[1], state(house)[2:]) == ("failing", True, ("", 0))
    server.behaves = "well"
    server.released.set()
    assert reply_mailbox.read_due(house, now + timedelta(minutes=5)) == 1
    assert state(house) == ("ok", "", "DECLINED", 1)


@pytest.mark.usefixtures("box")
def test_what_a_column_cannot_hold_breaks_nothing(house: House, server: ImapServer, now: datetime) -> None:
    server.put(mail(calendar(uid="play\0@hub.example.org")))
    server.put(mail(calendar("ann\0@example.org", partstat="DECL\0INED")))
    server.put(mail(calendar(partstat="DECL\0INED")))
    assert reply_mailbox.read_due(house, now) == 3
    assert state(house) == ("ok", "", "DECLINED", 3)


def test_checking_a_mailbox_says_what_is_wrong_and_never_the_password(server: ImapServer) -> None:
    assert reply_mailbox.check(server.url()) == ""
    wrong = server.url().replace("p%40ss%20word", "another")
    assert reply_mailbox.check(wrong) == "The mail server does not accept this user and password."
    assert "no such folder" in reply_mailbox.check(server.url("Nowhere"))
    assert "cannot be reached" in reply_mailbox.check("imap://u:secret@127.0.0.1:1/INBOX")
    assert reply_mailbox.check(server.url() + "?tls=starttls").endswith(".")
    assert reply_mailbox.check(f"imaps://u:secret@127.0.0.1:{server.port}/INBOX").endswith(".")
    for url in ("imap://u:secret@127.0.0.1:1/INBOX", wrong, "http://u:secret@x.example/"):
        assert "secret" not in reply_mailbox.check(url)


@pytest.mark.parametrize(
    "url",
    ["", "mail.example.org", "https://u:p@x.example/", "imaps://x.example/INBOX", "imaps://u@x.example/", "imaps://u:p@/INBOX", "imaps://u:p@x.example:0/", "imaps://u:p@x.example:99999/",
     "imaps://u:p@[/", "imaps://u:p@x.example/?ssl=1", "imap://u:p@x.example/?tls=perhaps", "imaps://u:p%0d%0aA1 LOGOUT@x.example/", "imaps://u:p@x.example/#a", "imaps://u:p@exa mple/"],
)  # fmt: skip
def test_addresses_of_mailboxes_that_are_none(url: str) -> None:
    with pytest.raises(BadInput):
        mailbox_line.parse(url)
    assert reply_mailbox.check(url).endswith(".")


def test_addresses_of_mailboxes() -> None:
    found = mailbox_line.parse("imaps://ann%40example.org:p%40ss@mail.example.org/INBOX/Answers")
    assert (found.host, found.port, found.user, found.password, found.folder, found.tls) == ("mail.example.org", 993, "ann@example.org", "p@ss", "INBOX/Answers", "implicit")  # fmt: skip
    assert "p@ss" not in repr(found)
    assert [mailbox_line.parse(url).tls for url in ("imap://u:p@x.example/", "imap://u:p@127.0.0.1/", "imap://u:p@x.example/?tls=none")] == ["starttls", "none", "none"]  # fmt: skip


def test_a_mailbox_is_given_changed_and_taken_away(session: Session, now: datetime) -> None:
    identity: Identity = a_hub(session, now)
    assert reply_mailbox.given(session, identity) is None
    box = reply_mailbox.give(session, identity, "imaps://u:p@x.example/")
    box.last_uid, box.state = 9, "failing"
    same = reply_mailbox.give(session, identity, "imaps://u:p@x.example/")
    assert (same.id, same.last_uid, same.state) == (box.id, 9, "ok")
    assert reply_mailbox.give(session, identity, "imaps://u:p@y.example/").last_uid == 0
    with pytest.raises(BadInput):
        reply_mailbox.give(session, identity, "nonsense")
    reply_mailbox.take_away(session, identity)
    reply_mailbox.take_away(session, identity)
    assert reply_mailbox.given(session, identity) is None
