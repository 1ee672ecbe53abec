"""Correcting what was sent: a dated note for everybody, a letter for those it has reached, once, in their language."""

from datetime import datetime, timedelta

import pytest
from cast import a_person
from issue_stage import Stage, text_of
from sqlmodel import Session, col, select

from publisher.audience.models import Person, Subscription
from publisher.errors import BadInput, Conflict, NotFound
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address, Letter, Suppression
from publisher.newsletters import archive, correcting, issues
from publisher.newsletters.correcting import Mended
from publisher.newsletters.models import Issue, Newsletter

NOTES = {"en": "It is **14**, not 41.", "fr": "C’est 14, et non 41.", "ar": "الصحيح 14 وليس 41."}


@pytest.fixture
def stage(house: House, now: datetime) -> Stage:
    return Stage(house, now, languages="en,fr,ar")


def spoken(stage: Stage) -> tuple[str, int, int]:
    """An issue of two works: Alice and Ines had both, Farid only the one about Peru; Bob is pending, Carol gone."""
    texts = {"en": "Pay in Kenya", "fr": "Les salaires au Kenya", "ar": "الأجور في كينيا"}
    kenya = stage.work("Pay in Kenya", subjects=(("country", "KE"),), texts=texts)
    peru = stage.work("Play in Peru", texts={"en": "Play in Peru", "fr": "Jouer au Pérou", "ar": "اللعب في بيرو"})
    stage.reader("alice@example.org")
    stage.reader("ines@example.org", languages="fr")
    stage.reader("farid@example.org", languages="ar", interests=(("country", "PE"),))
    stage.reader("bob@example.org", state="pending")
    stage.reader("carol@example.org", state="unsubscribed")
    slug, arrived = stage.send()
    assert len(arrived) == 3
    return slug, kenya, peru


def correct(stage: Stage, slug: str, *, to_item: bool = False, **of: object) -> Issue:
    with stage.house.database.session() as session:
        made = correcting.note(session, issues.by_slug(session, slug), NOTES, now=stage.now, **of)  # type: ignore[arg-type]
        return correcting.begin_letter(session, made, now=stage.now, to_item=to_item)


def test_each_reader_reached_gets_it_once_in_their_language(stage: Stage) -> None:
    slug, _, _ = spoken(stage)
    stage.reader("late@example.org")
    letter = correct(stage, slug)
    issues.release(stage.house, letter.id or 0, now=stage.now)
    issues.plan(stage.house, letter.id or 0, now=stage.now)
    arrived = stage.carry(stage.now)
    assert sorted(arrived) == ["alice@example.org", "farid@example.org", "ines@example.org"]
    assert "It is 14, not 41." in text_of(arrived["alice@example.org"])
    french = text_of(arrived["ines@example.org"])
    assert "C’est 14, et non 41." in french
    assert "Rectificatif" in french
    arabic = text_of(arrived["farid@example.org"])
    assert "الصحيح 14 وليس 41." in arabic
    assert "تصويب" in arabic
    with stage.house.database.reading() as session:
        assert session.exec(select(Letter.mail_class).where(col(Letter.id) == _letter(session, letter))).one() == "bulk"
    assert stage.carry(stage.now + timedelta(hours=1)) == {}


def test_only_those_who_had_the_item(stage: Stage) -> None:
    slug, kenya, peru = spoken(stage)
    with stage.house.database.reading() as session:
        issue = issues.by_slug(session, slug)
        of_kenya = correcting.reached(session, issue, now=stage.now, work_id=kenya)
        assert (of_kenya.people, dict(of_kenya.by_language)) == (2, {"en": 1, "fr": 1})
        assert correcting.reached(session, issue, now=stage.now, work_id=peru).people == 3
        names = [one.email for one, _ in correcting.each(session, issue, now=stage.now, work_id=kenya)]
        assert names == ["alice@example.org", "ines@example.org"]
    letter = correct(stage, slug, work_id=kenya, to_item=True)
    issues.release(stage.house, letter.id or 0, now=stage.now)
    assert sorted(stage.carry(stage.now)) == ["alice@example.org", "ines@example.org"]


def test_who_left_paused_or_is_suppressed_does_not_get_it_and_who_moved_does(stage: Stage) -> None:
    slug, _, _ = spoken(stage)
    stage.reader("gina@example.org")
    letter = correct(stage, slug)
    with stage.house.database.session() as session:
        ines = _person(session, stage, "ines@example.org")
        session.exec(select(Subscription).where(col(Subscription.person_id) == ines.id)).one().state = "unsubscribed"
        farid = _person(session, stage, "farid@example.org")
        session.get_one(Address, farid.address_id).suppressed = Suppression.BULK
        alice = _person(session, stage, "alice@example.org")
        alice.address_id = (
            addresses.find_or_make(session, stage.house.tokens, "alice@new.example", now=stage.now).id or 0
        )
        numbers = correcting.reached(session, issues.by_slug(session, slug), now=stage.now)
        assert (numbers.people, numbers.suppressed) == (1, 1)
    issues.release(stage.house, letter.id or 0, now=stage.now)
    assert sorted(stage.carry(stage.now)) == ["alice@new.example"]


def test_the_page_and_the_feed_say_so_with_the_day(stage: Stage) -> None:
    slug, kenya, _ = spoken(stage)
    later = stage.now + timedelta(days=3)
    with stage.house.database.session() as session:
        newsletter, issue = session.get_one(Newsletter, stage.newsletter.id), issues.by_slug(session, slug)
        before = archive.last_change(session, newsletter)
        mended = Mended(titles={"en": "Pay in Uganda"}, openings={"en": "Good morning."})
        correcting.note(session, issue, NOTES, now=later, work_id=kenya, mended=mended)
        page = archive.page(session, stage.house, newsletter, issue, "fr")
        feed = archive.feed(session, stage.house, newsletter, "en")
        changed = archive.last_change(session, newsletter)
    (note,) = page["corrections"]
    assert (note["about"], note["language"], note["at"]) == ("Les salaires au Kenya", "fr", later)
    assert "C’est 14" in note["html"]
    (item,) = feed.items
    assert item.updated == later
    assert item.published < later
    assert "It is <strong>14</strong>, not 41." in (item.content_html or "")
    assert "Corrected on" in (item.content_html or "")
    assert "Pay in Uganda" in (item.content_html or "")
    assert before is not None
    assert changed == later


def test_what_cannot_be_corrected_is_a_sentence(stage: Stage) -> None:
    slug, _, _ = spoken(stage)
    with stage.house.database.session() as session:
        issue = issues.by_slug(session, slug)
        note = lambda notes, **of: correcting.note(session, issue, notes, now=stage.now, **of)  # noqa: E731
        with pytest.raises(BadInput, match="Say what was wrong"):
            note({"en": "  "})
        with pytest.raises(BadInput, match="is not written in “es”"):
            note({"es": "Es 14."})
        with pytest.raises(BadInput, match="a few sentences"):
            note({"en": "x" * 5001})
        with pytest.raises(BadInput, match="Say which item"):
            note(NOTES, mended=Mended(titles={"en": "Pay"}))
        with pytest.raises(NotFound, match="no such item"):
            note(NOTES, work_id=4711)
        made = note(NOTES)
        with pytest.raises(Conflict, match="exactly this already"):
            note(NOTES)
        with pytest.raises(BadInput, match="which item it is about"):
            correcting.begin_letter(session, made, now=stage.now, to_item=True)
        letter = correcting.begin_letter(session, made, now=stage.now)
        with pytest.raises(Conflict, match="a letter about this correction already"):
            correcting.begin_letter(session, made, now=stage.now)
        with pytest.raises(Conflict, match="Only an issue that was sent"):
            correcting.note(session, letter, NOTES, now=stage.now)
    stage.work("Something newer", now=stage.now)
    with stage.house.database.session() as session, pytest.raises(Conflict, match="Only an issue that was sent"):
        correcting.note(session, stage.draft(stage.now + timedelta(days=20)), NOTES, now=stage.now)


def test_an_issue_on_its_way_is_noted_at_once_and_written_about_afterwards(stage: Stage) -> None:
    stage.work("A report")
    stage.reader("alice@example.org")
    issue = stage.draft()
    issues.release(stage.house, issue.id or 0, now=stage.now)
    with stage.house.database.session() as session:
        made = correcting.note(session, session.get_one(Issue, issue.id), NOTES, now=stage.now)
        with pytest.raises(Conflict, match="still on its way"):
            correcting.begin_letter(session, made, now=stage.now)
    stage.carry(stage.now)
    with stage.house.database.session() as session:
        made = correcting.of(session, [session.get_one(Issue, issue.id)])[0]
        assert correcting.begin_letter(session, made, now=stage.now).openings == NOTES


def test_counting_those_reached_does_not_ask_more_of_a_long_list(stage: Stage, now: datetime) -> None:
    stage.work("A report")
    with stage.house.database.session() as session:
        for number in range(60):
            a_person(session, f"reader{number}@example.org", now, stage.list)
    slug, arrived = stage.send()
    assert len(arrived) == 60
    with stage.house.database.reading() as session:
        asked = _counted(session, lambda: correcting.reached(session, issues.by_slug(session, slug), now=now).people)
    assert asked[0] == 60
    assert asked[1] < 12


def _counted(session: Session, ask):  # type: ignore[no-untyped-def]
    from sqlalchemy import event

    seen: list[str] = []
    engine = session.get_bind()
    listen = lambda _c, _cur, statement, *_: seen.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    try:
        return ask(), len(seen)
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def _person(session: Session, stage: Stage, email: str) -> Person:
    address = addresses.find(session, stage.house.tokens, email)
    assert address is not None
    return session.exec(select(Person).where(col(Person.address_id) == address.id)).one()


def _letter(session: Session, issue: Issue) -> int:
    return session.get_one(Issue, issue.id).letter_id or 0
