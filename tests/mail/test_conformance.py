"""What a mail of 2026 must be, as bytes: every check over every kind of letter, made on the real way from release to relay.

The numbers are those of the rows in the project's research on deliverability; each check is one function.
"""

import email
import email.policy
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import wire
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from issue_stage import Stage
from smtp_sink import Sink
from sqlmodel import col, select

from publisher import clock
from publisher.audience.models import MailingList
from publisher.database import Database
from publisher.house import House
from publisher.mail import addresses, lint
from publisher.mail.building import Builder, message_id
from publisher.mail.claiming import Claimed
from publisher.mail.delivery import Sender
from publisher.mail.models import Address, Identity, Letter, Outbox, OutboxState
from publisher.mail.post import post
from publisher.newsletters import drafting, issues, rehearsal
from publisher.newsletters.models import Issue, Newsletter
from publisher.settings import Settings
from publisher.templating import Templates
from publisher.tokens import Tokens

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
POSTAL = "Early Hands e.V., Gärtnerweg 12, 10115 Exampleton"
LONG_URL = "https://example.org/" + "very-long/" * 498
INJECTION = "=?utf-8?q?Hello=0D=0ABcc:_victim@example.org?= \r\nBcc: victim@example.org\x00\u2028\x0b"
SUBJECTS = {
    "en": "Pay, play & people: “what we learnt” " + "in the long dry season " * 6,
    "fr": "L’été des crèches : éàüœ 🌱 " + "=?utf-8?q?x=0D=0ABcc:_victim=40example.org?=",
    "ar": "تعلّم مبكر — العدد ١٢ \u202etxt.exe\u202c (2026)",
}
NASTY_NAMES = {
    "alice@example.org": "Alice Example",
    "quotes@example.org": 'O"Neil\\, <b>Ann</b>; (Dr.)',
    "inject@example.org": INJECTION,
    "arabic@example.org": "أمينة بنت خالد " * 8,
    "long@example.org": "x" * 300,
    "emoji@example.org": "👩🏽‍🏫 Zoë =?utf-8?b?QQ==?=",
    "leser@bücher.example": "Jörg Müller",
    "o'neil+tag!#$%&@example.org": "Odd",
}
READS = {"arabic@example.org": "ar", "emoji@example.org": "fr", "leser@bücher.example": "fr,en"}
POSTED: dict[str, dict[str, Any]] = {
    "confirm": {"list_name": "Early «Hands» & friends", "days": 7, "wording": "The digest, monthly. " * 12},
    "welcome": {"list_name": "نشرة", "newsletter_url": "https://hub.example.org/newsletters/m", "next_text": "1 May."},
    "goodbye": {"list_name": INJECTION},
    "notice": {"title": INJECTION, "paragraphs": ["One.", "." * 200, ".", "From here on"], "button_label": "Open"},
    "test": {"relay_name": "smtp.example.org:587", "sent_text": "23 November 2026"},
}
LINKS = {name: f"https://hub.example.org/{name}/{'t0ken' * 30}" for name in ("confirm", "undo", "action", "preferences", "unsubscribe")}  # fmt: skip


@dataclass(frozen=True)
class Mail:
    """One mail as the relay got it, read twice."""

    label: str
    kind: str
    raw: bytes
    recipient: str  # of the envelope
    wire: wire.Wire
    message: EmailMessage

    @property
    def many(self) -> bool:
        return self.kind in ("issue", "correction", "special", "issue-test")

    @property
    def html(self) -> str:
        return self.wire.part("text/html").text

    @property
    def text(self) -> str:
        return self.wire.part("text/plain").text


Check = Callable[[Mail], None]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    def kept(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return kept


def read(kind: str, recipient: str, raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return Mail(f"{kind} to {recipient}", kind, raw, recipient, wire.read(raw), message)


# --- the stage


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("queue-of-the-hub")
    shutil.copy(sqlite_template, folder / "publisher.db")
    url = f"sqlite:///{folder / 'publisher.db'}"
    settings = Settings(
        data_dir=folder, database_url=url, public_url="https://hub.example.org", secret_key="for tests only"
    )
    house = House(settings, Database(url), Tokens(settings.secret_key), Templates())
    yield house
    house.database.close()


@pytest.fixture(scope="module")
def stage(settled: House) -> Stage:
    stage = Stage(settled, NOW, signed_by="Inès & Co <inès>")
    with settled.database.session() as session:
        identity = session.get_one(Identity, stage.newsletter.identity_id)
        identity.name = identity.from_name = 'Early "Hands", Ünited'
        identity.reply_to = "hallo@bücher.example"
        identity.postal_address = POSTAL
        identity.unsubscribe_mailbox = "leave@hub.example.org"
        row = session.get_one(MailingList, stage.list.id)
        row.names = {"fr": "Le Mensuel des tout-petits, édition du printemps et de l’été", "ar": "النشرة الشهرية"}
        session.add_all([identity, row])
    for address, name in NASTY_NAMES.items():
        stage.reader(address, name=name, languages=READS.get(address, "en"))
    stage.work("A study", texts={"en": "Pay & play <in> Kenya", "fr": "Étude d’été", "ar": "دراسة عن الأجور"})
    stage.work("Soon", kind="webinar", starts_at=NOW + timedelta(days=9), texts={"en": "Soon", "ar": "قريبًا"})
    return stage


@pytest.fixture(scope="module")
def mails(stage: Stage) -> list[Mail]:
    """Every kind of letter, in three languages, to everybody with a difficult name, as a relay took them."""
    house = stage.house
    issue, arrived = _released_issue(stage)
    _correction(stage, issue)
    _special(stage)
    with house.database.session() as session:
        rehearsal.send_test(session, house, session.get_one(Issue, issue.id), "alice@example.org", now=NOW)
        for kind, context in POSTED.items():
            for language in SUBJECTS:
                for address, name in NASTY_NAMES.items():
                    _post(session, house, kind, language, address, name, context)
    arrived += carry(house, Sink(extensions=("PIPELINING", "SIZE 26214400")))
    with house.database.reading() as session:
        kinds = _kinds(session, house)
    return [read(kinds[_message_id(raw)], to, raw) for to, raw in arrived]


def _released_issue(stage: Stage) -> tuple[Issue, list[tuple[str, bytes]]]:
    issue = stage.draft()
    with stage.house.database.session() as session:
        row = session.get_one(Issue, issue.id)
        for language, subject in SUBJECTS.items():
            drafting.write(session, row, language, subject=subject, opening=f"Read [this]({LONG_URL}).\n\n.\n\nBye.")
        drafting.write(session, row, "en", preheader="Inside: " + "words " * 30)
    issues.release(stage.house, issue.id or 0, now=NOW)
    return issue, carry(stage.house, Sink())


def carry(house: House, sink: Sink) -> list[tuple[str, bytes]]:
    """Send what is due to that relay."""
    with sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none"
        with Sender(house, present=lambda: NOW, wall=clock.now, relay_url=url) as sender:
            sender.drain()
        return list(sink.accepted)


def _correction(stage: Stage, issue: Issue) -> None:
    with stage.house.database.session() as session:
        made = issues.correct(session, session.get_one(Issue, issue.id), now=NOW)
        for language in SUBJECTS:
            drafting.write(session, made, language, opening=f"Table **4** was wrong, see <{LONG_URL}>.")
    issues.release(stage.house, made.id or 0, now=NOW)


def _special(stage: Stage) -> None:
    with stage.house.database.session() as session:
        made = issues.special(session, session.get_one(Newsletter, stage.newsletter.id), None, now=NOW)
        drafting.write(session, made, "en", subject="We meet", opening="See you there.")
    issues.release(stage.house, made.id or 0, now=NOW)


def _post(session: Any, house: House, kind: str, language: str, to: str, name: str, context: dict[str, Any]) -> None:
    address = addresses.find_or_make(session, house.tokens, to, now=NOW)
    post(
        session, house, kind=kind, to=address, to_name=name, language=language, context=context, values=LINKS,
        occasion=f"{kind} {language}", now=NOW,
    )  # fmt: skip


def _kinds(session: Any, house: House) -> dict[str, str]:
    """Message-ID to kind of letter; a correction and a special issue are told apart by their issue."""
    extra = {issue.letter_id: issue.kind for issue in session.exec(select(Issue)).all() if issue.kind != "regular"}
    rows = session.exec(select(Outbox, Letter).join(Letter, col(Letter.id) == col(Outbox.letter_id))).all()
    return {_id_of(row.id, house): extra.get(letter.id, letter.kind) for row, letter in rows}


def _id_of(row_id: int, house: House) -> str:
    return message_id(row_id, "hub.example.org", house.tokens)


def _message_id(raw: bytes) -> str:
    found = re.search(rb"^Message-ID: *(<\S+>)", raw, re.M)
    assert found
    return found[1].decode()


# --- the checks


@check("the two parsers agree")
def both_read_the_same(mail: Mail) -> None:
    assert [name for name, _ in mail.wire.fields] == mail.message.keys()
    kinds = [part.one("Content-Type").partition(";")[0] for part in mail.wire.parts]
    assert kinds == [part.get_content_type() for part in mail.message.iter_parts()]
    for media_type, ours in (("plain", mail.text), ("html", mail.html)):
        part = mail.message.get_body((media_type,))
        assert part is not None
        assert str(part.get_content()).replace("\r\n", "\n").rstrip() == ours.replace("\r\n", "\n").rstrip()


@check("10 List-Unsubscribe-Post says One-Click, on mail to many only")
def one_click(mail: Mail) -> None:
    assert mail.wire.all("List-Unsubscribe-Post") == (["List-Unsubscribe=One-Click"] if mail.many else [])


@check("11 List-Unsubscribe: https first, then the mailbox, never encoded, never split inside < >")
def list_unsubscribe(mail: Mail) -> None:
    if not mail.many:
        assert not mail.wire.has("List-Unsubscribe")
        return
    ((_, folded),) = [field for field in mail.wire.folded if field[0] == "List-Unsubscribe"]
    assert "=?" not in folded
    https, mailto = folded.split(",\r\n ")
    assert re.fullmatch(r"<https://[!-;=?-~]+>", https)
    assert re.fullmatch(r"<mailto:leave@hub\.example\.org\?subject=[!-;=?-~]+>", mailto)


@check("16 the body shows a way out, in both parts, by the link of the header")
def way_out(mail: Mail) -> None:
    if not mail.many:
        return
    url = mail.wire.one("List-Unsubscribe").partition(">")[0][1:]
    assert mail.text.count(url) == 1
    assert len(re.findall(rf'href="{re.escape(url)}"', unescape(mail.html))) == 1
    assert "/u/" in url


@check("17 the postal address stands in both parts")
def postal_address(mail: Mail) -> None:
    assert POSTAL in " ".join(mail.text.split())
    assert POSTAL in " ".join(unescape(mail.html).split())


@check("18 From has a name and an address, Reply-To an address")
def sender(mail: Mail) -> None:
    assert wire.mailboxes(mail.wire.one("From")) == ('Early "Hands", Ünited', "letters@hub.example.org")
    assert wire.mailboxes(mail.wire.one("Reply-To")) == ("", "hallo@xn--bcher-kva.example")
    for name in ("From", "Reply-To"):
        assert len(mail.message[name].addresses) == 1


@check("19 List-Id is the list's own, whatever the name in front of it")
def list_id(mail: Mail) -> None:
    if mail.many:
        assert re.fullmatch(r".* <monthly\.hub\.example\.org>", mail.wire.one("List-Id"))
    else:
        assert not mail.wire.has("List-Id")


@check("20 Feedback-ID: four different values, the last the sender's")
def feedback_id(mail: Mail) -> None:
    if not mail.many:
        assert not mail.wire.has("Feedback-ID")
        return
    parts = mail.wire.one("Feedback-ID").split(":")
    assert len(parts) == 4
    assert len(set(parts)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", part) for part in parts)
    assert 5 <= len(parts[3]) <= 15


@check("22 Precedence on mail to many, Auto-Submitted on the rest")
def automatic(mail: Mail) -> None:
    assert mail.wire.all("Precedence") == (["bulk"] if mail.many else [])
    assert mail.wire.all("Auto-Submitted") == ([] if mail.many else ["auto-generated"])


@check("23 one Date, one Message-ID of our domain, long enough")
def identity(mail: Mail) -> None:
    assert parsedate_to_datetime(mail.wire.one("Date")) == NOW
    found = re.fullmatch(r"<([!-;=?-~]+)@hub\.example\.org>", mail.wire.one("Message-ID"))
    assert found
    assert len(found[1]) >= 16


@check("24 CRLF only, lines in bounds, no line to be stuffed")
def lines(mail: Mail) -> None:
    assert mail.raw.count(b"\r\n") == mail.raw.count(b"\r") == mail.raw.count(b"\n")
    assert mail.raw.endswith(b"\r\n")
    assert b"\0" not in mail.raw
    header, _, body = mail.raw.partition(b"\r\n\r\n")
    assert max(map(len, header.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 78
    assert b"\r\n." not in mail.raw


@check("25 encoded-words: at most 75 characters, in free text and names only, whole characters each")
def encoded_words(mail: Mail) -> None:
    for name, folded in mail.wire.folded:
        for word in re.findall(r"=\?utf-8\?[bq]\?[^?]*\?=", folded):
            assert len(word) <= 75, name
        if "=?" in folded:
            assert name in ("Subject", "From", "To", "List-Id")
            assert "=?" not in "".join(re.findall(r"<[^>]*>", folded)), name
            assert max(map(len, folded.split("\r\n"))) <= 78 or name == "List-Id", name
    wire.words(mail.wire.one("Subject"))


@check("26 no raw 8-bit in headers for a relay without SMTPUTF8")
def ascii_header(mail: Mail) -> None:
    assert mail.raw.isascii()


@check("27 domains of recipients are A-labels, local parts untouched")
def recipient(mail: Mail) -> None:
    _, address = wire.mailboxes(mail.wire.one("To"))
    assert address == mail.recipient
    assert "bücher" not in address
    assert "=?" not in address


@check("29 multipart/alternative, text first, the same links in both")
def same_meaning(mail: Mail) -> None:
    assert mail.wire.one("Content-Type").startswith("multipart/alternative;")
    assert [part.one("Content-Type") for part in mail.wire.parts] == [
        "text/plain; charset=utf-8",
        "text/html; charset=utf-8",
    ]
    links = {unescape(url) for url in re.findall(r'<a\b[^>]*\shref="([^"]+)"', mail.html)}
    assert {url for url in links if url not in mail.text} == set()


@check("30 the HTML is below what Gmail shows")
def size(mail: Mail) -> None:
    assert len(mail.html.encode()) < 102_000


@check("36 where clicks are not counted, no link leads through us and no picture counts")
def not_followed(mail: Mail) -> None:
    assert "/c/" not in mail.html.replace("/cc/", "")
    assert re.findall(r"<img\b[^>]*>", mail.html) == []


@check("37 nothing of the machinery: only the fields a reader's program needs")
def private(mail: Mail) -> None:
    known = ["From", "To", "Date", "Message-ID", "Subject", "Reply-To", "Content-Language", "MIME-Version"]
    known += ["List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Precedence"] if mail.many else []
    known += ["Content-Type"] if mail.many else ["Auto-Submitted", "Content-Type"]
    assert sorted(name for name, _ in mail.wire.fields) == sorted(known)
    for word in ("queue-of-the-hub", "sqlite", "staff@hub.example.org"):
        assert word.encode() not in mail.raw
        assert word not in mail.html + mail.text
    header = mail.raw.partition(b"\r\n\r\n")[0].decode()
    assert not re.search(rf"(?<![A-Za-z0-9]){re.escape(socket.gethostname())}(?![A-Za-z0-9])", header)
    assert "victim@example.org" not in mail.recipient
    assert not re.search(r"zq[0-9a-f]{18}", mail.html + mail.text)


@check("the critical reader has nothing against it")
def linted(mail: Mail) -> None:
    found = lint.check(mail.raw, postal_address=POSTAL)
    assert [f for f in found if f.level == "must" or f.rule not in ("wrapped",)] == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_letter_passes(mails: list[Mail], name: str) -> None:
    failures: list[str] = []
    for mail in mails:
        try:
            CHECKS[name](mail)
        except AssertionError as problem:
            failures.append(f"{mail.label}: {str(problem)[:400]}")
    assert failures == []


def test_the_mails_are_of_every_kind_and_language(mails: list[Mail]) -> None:
    said = {(mail.kind, mail.wire.one("Content-Language")) for mail in mails}
    assert {kind for kind, _ in said} == {*POSTED, "issue", "correction", "special", "issue-test"}
    assert {language for kind, language in said if kind == "issue"} == {"en", "fr", "ar"}
    assert {(kind, language) for kind in POSTED for language in SUBJECTS} <= said
    assert {mail.recipient for mail in mails if mail.kind == "issue"} == {
        name.replace("bücher", "xn--bcher-kva") for name in NASTY_NAMES
    }


def test_what_people_wrote_arrives_as_they_wrote_it(mails: list[Mail]) -> None:
    for mail in mails:
        name, address = wire.mailboxes(mail.wire.one("To"))
        wrote = NASTY_NAMES[address.replace("xn--bcher-kva", "bücher")]
        assert "".join(name.split()) == "".join(wrote.replace("\0", " ").split()), mail.label
        if mail.kind == "issue":
            subject = SUBJECTS[mail.wire.one("Content-Language")]
            assert wire.words(mail.wire.one("Subject")) == " ".join(subject.split())
            assert str(mail.message["Subject"]) == " ".join(subject.split()) or "=?" in subject


def test_40_the_same_row_gives_the_same_bytes_again(stage: Stage, mails: list[Mail]) -> None:
    house = stage.house
    by_id = {_message_id(mail.raw): mail.raw for mail in mails}
    with house.database.reading() as session:
        rows = session.exec(select(Outbox, Address).join(Address, col(Address.id) == col(Outbox.address_id))).all()
        for row, address in rows:
            if _id_of(row.id, house) not in by_id:
                continue
            names = [name for name in Claimed.__dataclass_fields__ if name != "email"]
            claimed = Claimed(**{name: getattr(row, name) for name in names}, email=address.email)
            again = Builder(house.settings, house.tokens).build(session, claimed, now=NOW, smtputf8=False)
            assert again is not None
            assert again.data == by_id[_id_of(row.id, house)]


@pytest.mark.usefixtures("mails")
def test_27_a_local_part_that_is_not_ascii_needs_smtputf8_and_is_not_blamed(stage: Stage) -> None:
    house = stage.house
    with house.database.session() as session:
        _post(session, house, "test", "en", "jörg@example.org", "Jörg", POSTED["test"])
    assert carry(house, Sink(extensions=("PIPELINING", "8BITMIME"))) == []
    with house.database.reading() as session:
        address = session.exec(select(Address).where(col(Address.email) == "jörg@example.org")).one()
        row = session.exec(select(Outbox).where(col(Outbox.address_id) == address.id)).one()
        assert (row.state, address.suppressed) == (OutboxState.REJECTED, "")
        assert "SMTPUTF8" in row.reply
    with house.database.session() as session:
        address = addresses.find_or_make(session, house.tokens, "jörg@example.org", now=NOW)
        post(session, house, kind="test", to=address, language="fr", context=POSTED["test"], occasion="again", now=NOW)
    ((to, raw),) = carry(house, Sink())
    assert to == "jörg@example.org"
    assert wire.read(raw).one("To") == "jörg@example.org"


ANY = st.text(st.characters(codec="utf-8"), max_size=120)


@pytest.mark.usefixtures("stage")
@effort(max_examples=25, deadline=None)
@given(name=ANY, title=ANY.map(lambda words: f"T{words}"))
@example(name=INJECTION, title=INJECTION)
@example(name="\u202e\u2066\u200f", title="=?utf-8?q?=0D=0ABcc:x?=")
def test_whatever_people_write_no_header_is_added(settled: House, name: str, title: str) -> None:
    stage_name = f"any{abs(hash((name, title)))}@example.org"
    with settled.database.session() as session:
        address = addresses.find_or_make(session, settled.tokens, stage_name, now=NOW)
        row = post(
            session, settled, kind="notice", to=address, to_name=name, language="en", values=LINKS,
            context={"title": title, "paragraphs": [title, name]}, occasion="any", now=NOW,
        )  # fmt: skip
        assert row is not None
        names = [field for field in Claimed.__dataclass_fields__ if field != "email"]
        claimed = Claimed(**{field: getattr(row, field) for field in names}, email=address.email)
        built = Builder(settled.settings, settled.tokens).build(session, claimed, now=NOW, smtputf8=False)
        session.rollback()
    assert built is not None
    mail = read("notice", stage_name, built.data)
    for number in ("the two", "24", "25", "26", "27", "37"):
        for label, function in CHECKS.items():
            if label.startswith(number):
                function(mail)
