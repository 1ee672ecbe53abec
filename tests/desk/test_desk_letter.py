"""The desk letter: each morning what waits, once for each member and day, and nothing where nothing waits."""

from datetime import UTC, datetime, timedelta

import posted
import pytest
from cast import a_hub, a_list, a_newsletter, a_person, a_source, a_work
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select
from webinars.webinar_stage import a_webinar

import scheduler
from publisher.desk import desk_letter
from publisher.desk.desk_letter import subject_of, what_waits, write_due
from publisher.desk.waiting import Line
from publisher.house import House
from publisher.library.models import Share
from publisher.mail import addresses
from publisher.mail.letters import Edition
from publisher.mail.models import Letter, LetterEdition, MailEvent, Outbox, OutboxState
from publisher.newsletters import drafting
from publisher.newsletters.models import Newsletter
from publisher.podcasts import episodes, shows
from publisher.podcasts.models import Episode
from publisher.staff import accounts, roles
from publisher.staff.models import Member
from publisher.webinars import speakers
from publisher.webinars.speakers import SpeakerShape

PASSWORD = "a garden with seven gates"
SEVEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def ines(house: House) -> Member:
    """An editor in London, where it is seven at seven."""
    with house.database.session() as session:
        a_hub(session, SEVEN)
        return a_member(session, house, "ines@example.org", "editor", zone="Europe/London", name="Ines Moreau")


def a_member(session: Session, house: House, email: str, role: str, **more: object) -> Member:
    member = accounts.add(session, house, email, role, SEVEN - timedelta(days=9), invite=False)
    accounts.set_password(session, member, PASSWORD, SEVEN - timedelta(days=9))
    for name, value in more.items():
        setattr(member, name, value)
    session.add(member)
    session.flush()
    return member


def something(house: House) -> None:
    with house.database.session() as session:
        a_work(session, SEVEN, "Home visits", state="new")


def letters(house: House, email: str | None = None) -> list[str]:
    with house.database.reading() as session:
        return posted.kinds(session, email)


def body(house: House) -> str:
    """The text of the newest desk letter, as its reader gets it."""
    with house.database.reading() as session:
        wanted = select(Outbox, LetterEdition).join(LetterEdition, col(LetterEdition.id) == col(Outbox.edition_id))
        mail, row = session.exec(wanted.order_by(col(Outbox.id).desc())).all()[0]
        edition = Edition.from_bytes(row.data)
        values = {"action": "https://hub.example.org/studio", "name": mail.to_name}
        return " ".join(edition.text(to_name=mail.to_name, values=values, selection=None, zone=mail.zone).split())


def test_nothing_waits_and_nothing_is_written(house: House, ines: Member) -> None:
    assert write_due(house, SEVEN) == 0
    assert letters(house) == []


def test_one_letter_a_morning_whatever_runs_twice(house: House, ines: Member) -> None:
    something(house)
    assert write_due(house, SEVEN - timedelta(minutes=1)) == 0
    assert [write_due(house, SEVEN + timedelta(minutes=n)) for n in (0, 5, 200)] == [1, 0, 0]
    assert letters(house) == ["desk"]
    assert write_due(house, SEVEN + timedelta(days=1)) == 1
    said = body(house)
    assert "Your desk on Tuesday 24 November" in said
    assert "1 resource waits for a look. Review it: https://hub.example.org/studio/library" in said
    assert "Another hour, or none: https://hub.example.org/studio/account" in said


def test_a_morning_on_which_nothing_waited_is_over(house: House, ines: Member) -> None:
    """What comes in during the day is told of on the next morning, not at noon."""
    assert write_due(house, SEVEN) == 0
    something(house)
    assert write_due(house, SEVEN + timedelta(hours=2)) == 0
    assert write_due(house, SEVEN + timedelta(days=1)) == 1


def test_a_crash_between_looking_and_writing_loses_no_letter(
    house: House, ines: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    something(house)
    with house.database.session() as session:
        a_member(session, house, "omar@example.org", "owner", zone="Europe/London")
    whole = desk_letter._context
    monkeypatch.setattr(desk_letter, "_context", lambda house, member, *rest: 1 / 0 if member.name else whole(house, member, *rest))  # fmt: skip
    assert write_due(house, SEVEN) == 1, "the other one gets theirs"
    assert letters(house, "ines@example.org") == []
    monkeypatch.setattr(desk_letter, "_context", whole)
    assert write_due(house, SEVEN + timedelta(minutes=5)) == 1
    assert letters(house, "ines@example.org") == letters(house, "omar@example.org") == ["desk"]


def test_a_row_that_is_there_already_is_not_doubled(house: House, ines: Member) -> None:
    """The note on the member may be lost with a restored backup: the occasion in the outbox is unique all the same."""
    something(house)
    assert write_due(house, SEVEN) == 1
    with house.database.session() as session:
        session.get_one(Member, ines.id).letter_day = None
    write_due(house, SEVEN + timedelta(minutes=5))
    assert letters(house) == ["desk"]


def test_everybody_has_their_own_morning_and_may_do_without(house: House, ines: Member) -> None:
    something(house)
    with house.database.session() as session:
        a_member(session, house, "amina@example.org", "editor", zone="Africa/Nairobi", letter_hour=9)
        a_member(session, house, "late@example.org", "owner", zone="America/Lima", letter_hour=6)
        a_member(session, house, "off@example.org", "owner", zone="UTC", letter_hour=None)
        a_member(session, house, "viewer@example.org", "viewer", zone="UTC")
        roles.disable(session, a_member(session, house, "gone@example.org", "editor", zone="UTC"), SEVEN)
        accounts.add(session, house, "invited@example.org", "editor", SEVEN, invite=False)
    assert write_due(house, datetime(2026, 11, 23, 6, 0, tzinfo=UTC)) == 1  # nine in Nairobi
    assert write_due(house, SEVEN) == 1  # London
    assert write_due(house, datetime(2026, 11, 23, 11, 0, tzinfo=UTC)) == 1  # six in Lima
    for email in ("amina@example.org", "ines@example.org", "late@example.org"):
        assert letters(house, email) == ["desk"]
    for email in ("off@example.org", "viewer@example.org", "gone@example.org", "invited@example.org"):
        assert letters(house, email) == []


def test_a_machine_that_was_off_writes_late_but_not_in_the_afternoon(house: House, ines: Member) -> None:
    something(house)
    assert write_due(house, SEVEN + timedelta(hours=6)) == 0
    assert write_due(house, SEVEN + timedelta(days=1, hours=5, minutes=59)) == 1


def test_it_stands_in_the_timetable(house: House, ines: Member) -> None:
    something(house)
    ran = {one.job: one for one in scheduler.tick(house, SEVEN)}
    assert ran["desk letter"].result == {"written": 1}


def test_a_draft_due_soon_comes_with_the_numbers_of_its_rehearsal(house: House, ines: Member) -> None:
    with house.database.session() as session:
        monthly = a_newsletter_due(session, SEVEN + timedelta(days=2))
        found = what_waits(session, house, SEVEN, "Europe/London")
        (room, lines) = found[0]
        assert room == "Newsletters"
        assert "is due Wednesday 25 November, 7:00 in London (in 2 days). It goes out when one of you releases it." in lines[0].text  # fmt: skip
        assert lines[0].more == "2 people would get it in 2 editions: 1 in English and 1 in French. Nothing in it fits 1 person."  # fmt: skip
        monthly.release = "by-itself"
        session.add(monthly)
        session.flush()
        assert "Newsletters" not in dict(what_waits(session, house, SEVEN, "UTC")), "it waits for nobody yet"
        soon = dict(what_waits(session, house, SEVEN + timedelta(days=1, hours=2), "UTC"))
        assert "It goes out by itself." in soon["Newsletters"][0].text


def a_newsletter_due(session: Session, due: datetime) -> Newsletter:
    hub = accounts_hub(session)
    readers = a_list(session, hub, SEVEN)
    a_person(session, "alice@example.org", SEVEN, readers)
    a_person(session, "amadou@example.org", SEVEN, readers, languages="fr")
    a_person(session, "erin@example.org", SEVEN, readers, interests=(("country", "PE"),))
    a_person(session, "carol@example.org", SEVEN, readers, state="unsubscribed")
    newsletter = a_newsletter(session, readers, SEVEN, next_at=due, release="by-hand")
    a_work(session, SEVEN, "Home visits", texts={"en": "Home visits", "fr": "Visites"}, subjects=(("country", "KE"),))
    drafting.draft(session, newsletter, now=SEVEN)
    return newsletter


def accounts_hub(session: Session):  # type: ignore[no-untyped-def]
    from publisher.mail.identities import hub

    return hub(session)


def test_what_is_in_trouble_is_said_in_sentences(house: House, ines: Member) -> None:
    with house.database.session() as session:
        failing = SEVEN - timedelta(days=3)
        a_source(session, failing, "https://partner.example.org/feed", failing_since=failing, last_error="The certificate has expired.")  # fmt: skip
        work = a_work(session, SEVEN, "A toolkit", state="new")
        pia = addresses.find_or_make(session, house.tokens, "pia@example.org", now=SEVEN)
        session.add(Share(work_id=work.id or 0, address_id=pia.id or 0, name="Pia", at=SEVEN))
        show = shows.add(session, house, "club", shows.Shape(title="Club"), now=SEVEN)
        late = episodes.add(session, house, show, episodes.Shape(title="First steps"), now=SEVEN)
        session.get_one(Episode, late.id).taking = "the address of the sound answers 404"
        session.flush()
        said = [line.text for _, lines in what_waits(session, house, SEVEN, "UTC") for line in lines]
    assert said == [
        "“First steps” of Club did not appear: the address of the sound answers 404.",
        "1 resource waits for a look, 1 of them from partners.",
        "A partner is failing since Friday: the certificate has expired.",
    ]


def test_what_webinars_lack(house: House, ines: Member) -> None:
    with house.database.session() as session:
        soon = datetime(2026, 11, 24, 15, 0)
        series, _ = a_webinar(session, house, SEVEN, starts=soon, is_recorded=True)
        speakers.add(session, house, series, SpeakerShape("Amina Noor", email="amina@example.org"), now=SEVEN)
        series.room_url = ""
        session.add(series)
        session.flush()
        said = [line.text for _, lines in what_waits(session, house, SEVEN, "UTC") for line in lines]
        assert len(said) == 2
        assert said[0].endswith("and has no room yet.")
        assert said[1].endswith("and 4 things are still missing from Amina Noor.")
        after = SEVEN + timedelta(days=3)
        said = [line.text for _, lines in what_waits(session, house, after, "UTC") for line in lines]
        assert any(text.endswith("its recording is not linked yet.") for text in said)


def test_bounces_above_the_mark(session: Session, house: House, now: datetime) -> None:
    hub = a_hub(session, now)
    letter = Letter(key="issue-1", kind="issue", title="One", identity_id=hub.id or 0, created_at=now, let_out_at=now)
    session.add(letter)
    session.flush()
    edition = LetterEdition(letter_id=letter.id or 0, language="en", digest="x", data=b"")
    session.add(edition)
    session.flush()
    for number in range(200):
        address = addresses.find_or_make(session, house.tokens, f"reader{number}@example.org", now=now)
        session.add(
            Outbox(letter_id=letter.id or 0, address_id=address.id or 0, edition_id=edition.id or 0, state=OutboxState.ACCEPTED, not_before=now, created_at=now)
        )  # fmt: skip
    session.flush()
    ids = list(session.exec(select(Outbox.id).order_by(col(Outbox.id))))

    def happened(kind: str, which: range) -> list[str]:
        session.add_all(MailEvent(outbox_id=ids[n] or 0, kind=kind, key=str(n), at=now) for n in which)
        session.flush()
        return [line.text for _, lines in what_waits(session, house, now, "UTC") for line in lines]

    assert happened("bounce", range(4)) == [], "two in a hundred are no more than the mark"
    bounces = "“One”: 5 of 200 mails came back (2.5%). Two in a hundred is where it is worth a look."
    assert happened("bounce", range(4, 5)) == [bounces]
    assert happened("complaint", range(1)) == [bounces], "one person is no share of anything"
    complaints = "“One”: 2 people of 200 complained (1.00%). Mail providers begin to refuse mail at this rate."
    assert happened("complaint", range(1, 2)) == [bounces, complaints]
    assert what_waits(session, house, now + timedelta(days=8), "UTC") == []


@given(st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=12), min_size=1, max_size=12))
def test_a_subject_names_at_most_three_things_and_counts_the_rest(shorts: list[str]) -> None:
    subject = subject_of([("Library", [Line(one, "", "", "") for one in shorts])])
    different = len(set(shorts))
    assert subject.startswith("Waiting: ")
    assert subject.endswith(f"{different - 3} more") == (different > 3)
    assert all(one in subject for one in list(dict.fromkeys(shorts))[:3])
