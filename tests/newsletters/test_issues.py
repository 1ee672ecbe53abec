"""An issue from the shelf to the ledger: who gets what, in which language, why, and never twice."""

from datetime import datetime, timedelta

import pytest
from cast import a_list, a_person
from issue_stage import Stage, text_of
from sqlmodel import col, select

from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.library.models import Work, WorkText
from publisher.mail.models import Identity, Outbox
from publisher.newsletters import archive, drafting, issues, planning, rehearsal, tending
from publisher.newsletters.models import Issue, Newsletter, Received


@pytest.fixture
def stage(house: House, now: datetime) -> Stage:
    return Stage(house, now)


def test_each_reader_gets_what_they_asked_for_with_the_reason(stage: Stage) -> None:
    stage.work("Pay in Kenya", subjects=(("country", "KE"), ("topic", "workforce-pay")))
    stage.work("Play in Peru", subjects=(("country", "PE"), ("topic", "play-and-learning")))
    stage.work("For the world")
    stage.reader("alice@example.org", name="Alice", interests=(("country", "KE"),))
    stage.reader("dina@example.org", interests=(("region", "419"),))
    stage.reader("emma@example.org", interests=(("topic", "play-and-learning"),))
    stage.reader("fred@example.org")
    stage.reader("bob@example.org", state="pending")
    stage.reader("carol@example.org", state="unsubscribed")
    slug, arrived = stage.send()
    assert sorted(arrived) == ["alice@example.org", "dina@example.org", "emma@example.org", "fred@example.org"]
    assert stage.titles("alice@example.org", slug) == ["Pay in Kenya", "For the world"]
    assert stage.titles("dina@example.org", slug) == ["Play in Peru", "For the world"]
    assert stage.titles("emma@example.org", slug) == ["Play in Peru", "For the world"]
    assert stage.titles("fred@example.org", slug) == ["Pay in Kenya", "Play in Peru", "For the world"]
    assert stage.reasons("alice@example.org", slug) == {
        "Pay in Kenya": "Your countries: Kenya",
        "Play in Peru": "Not about a country or region the reader follows.",
        "For the world": "For all readers",
    }
    assert "Your countries: Kenya" in text_of(arrived["alice@example.org"])
    assert "Play in Peru" not in text_of(arrived["alice@example.org"])
    assert "Your regions: Latin America and the Caribbean" in text_of(arrived["dina@example.org"])


def test_readers_get_the_text_in_their_language_and_a_translation_before_the_original(stage: Stage) -> None:
    stage.work("Study", texts={"en": "A study of pay", "fr": "Une étude des salaires"})
    stage.work("Only English")
    stage.reader("amina@example.org", languages="fr,en")
    stage.reader("bruno@example.org", languages="fr")
    slug, arrived = stage.send()
    amina = text_of(arrived["amina@example.org"])
    assert "Une étude des salaires" in amina
    assert "Only English" in amina
    assert "Se désabonner" in amina or "désabonn" in amina.lower()
    assert "Only English" not in text_of(arrived["bruno@example.org"])
    assert stage.reasons("bruno@example.org", slug)["Only English"] == "No text in a language the reader chose."


def test_nobody_gets_a_work_twice_and_a_late_translation_reaches_only_its_readers(stage: Stage) -> None:
    work = stage.work("A guide")
    stage.reader("alice@example.org")
    stage.reader("amal@example.org", languages="ar")
    first, arrived = stage.send()
    assert sorted(arrived) == ["alice@example.org"]
    later = stage.now + timedelta(days=35)
    with stage.house.database.session() as session:
        session.add(
            WorkText(
                work_id=work,
                language="ar",
                title="دليل",
                blurb="لماذا يهم.",
                link="https://example.org/ar",
                news_since=later - timedelta(days=1),
            )
        )
    second, arrived = stage.send(later)
    assert second != first
    assert sorted(arrived) == ["amal@example.org"]


def test_what_is_still_to_come_may_return_with_another_reason_until_it_has_ended(stage: Stage) -> None:
    start = stage.now + timedelta(days=40)
    stage.work("A webinar", kind="webinar", starts_at=start, ends_at=start + timedelta(hours=1))
    stage.work("A report")
    stage.reader("alice@example.org")
    stage.send()
    stage.work("Another report", now=stage.now + timedelta(days=30))
    second, arrived = stage.send(stage.now + timedelta(days=31))
    assert stage.titles("alice@example.org", second) == ["A webinar", "Another report"]
    assert stage.reasons("alice@example.org", second)["A webinar"] == "Still to come"
    assert "A report" not in text_of(arrived["alice@example.org"]).replace("Another report", "")
    stage.work("A third report", now=stage.now + timedelta(days=60))
    third, arrived = stage.send(stage.now + timedelta(days=61))
    assert stage.titles("alice@example.org", third) == ["A third report"]


def test_what_ends_between_planning_and_sending_is_dropped_and_an_empty_mail_expires(stage: Stage) -> None:
    stage.work("A call", kind="call", ends_at=stage.now + timedelta(hours=2))
    stage.reader("alice@example.org")
    issue = stage.draft()
    issues.release(stage.house, issue.id or 0, now=stage.now)
    assert stage.carry(stage.now + timedelta(hours=3)) == {}
    with stage.house.database.reading() as session:
        status = issues.status(session, issues.by_slug(session, issue.slug))
    assert (status["prepared"], status["expired"], status["state"]) == (1, 1, "sent")


def test_releasing_twice_sends_once(stage: Stage) -> None:
    stage.work("A report")
    stage.reader("alice@example.org")
    issue = stage.draft()
    issues.release(stage.house, issue.id or 0, now=stage.now)
    with pytest.raises(Conflict):
        issues.release(stage.house, issue.id or 0, now=stage.now)
    assert len(stage.carry(stage.now)) == 1
    with stage.house.database.reading() as session:
        assert len(session.exec(select(Outbox)).all()) == 1


def test_a_planning_that_was_cut_off_is_finished_without_doubles(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.work("A report")
    for number in range(7):
        stage.reader(f"reader{number}@example.org")
    issue = stage.draft()
    monkeypatch.setattr(planning, "CHUNK", 3)
    with stage.house.database.session() as session:
        row = session.get_one(Issue, issue.id)
        row.state = "sending"
        planning.begin(session, row, now=stage.now)
    cut = iter([None, RuntimeError("power cut")])

    def stop(_number: int) -> None:
        if problem := next(cut):
            raise problem

    with pytest.raises(RuntimeError):
        planning.plan(stage.house, issue.id or 0, now=stage.now, on_progress=stop)
    assert stage.carry(stage.now) == {}, "no sender sees a letter that is still being planned"
    tending.finish_planning(stage.house, stage.now)
    assert len(stage.carry(stage.now)) == 7
    with stage.house.database.reading() as session:
        assert len(session.exec(select(Received)).all()) == 7


def test_an_issue_without_items_or_without_a_postal_address_is_not_sent(stage: Stage) -> None:
    stage.reader("alice@example.org")
    issue = stage.draft()
    with pytest.raises(Conflict, match="no items"):
        issues.release(stage.house, issue.id or 0, now=stage.now)
    stage.work("A report")
    with stage.house.database.session() as session:
        session.get_one(Identity, stage.newsletter.identity_id).postal_address = ""
    with pytest.raises(BadInput, match="postal address"):
        issues.release(stage.house, issue.id or 0, now=stage.now)


def test_an_editor_pins_drops_moves_and_rewrites(stage: Stage) -> None:
    first, second, third = (stage.work(title) for title in ("One", "Two", "Three"))
    stage.reader("alice@example.org")
    issue = stage.draft()
    with stage.house.database.session() as session:
        issue = session.get_one(Issue, issue.id)
        drafting.pin(session, issue, third)
        drafting.drop(session, issue, first)
        drafting.rewrite(session, issue, second, "en", blurb="Read this one on the bus.")
        drafting.write(
            session, issue, "en", subject="Two things", opening="Dear *colleagues*, a short one.", signed_by="Ines"
        )
    slug, arrived = stage.send()
    assert stage.titles("alice@example.org", slug) == ["Three", "Two"]
    assert stage.reasons("alice@example.org", slug)["One"] == "An editor dropped it."
    mail = text_of(arrived["alice@example.org"])
    assert "Read this one on the bus." in mail
    assert "a short one." in mail
    assert b"Subject: Two things\r\n" in arrived["alice@example.org"]


def test_rehearsal_says_what_sending_will_do(stage: Stage) -> None:
    stage.work("Pay in Kenya", subjects=(("country", "KE"),))
    stage.reader("alice@example.org", interests=(("country", "KE"),))
    stage.reader("dina@example.org", interests=(("country", "PE"),))
    issue = stage.draft()
    with stage.house.database.reading() as session:
        numbers, contents = rehearsal.rehearse(session, stage.house, issue, now=stage.now)
        answer = rehearsal.as_json(issue, numbers, contents)
    assert (answer["recipients"], answer["without_items"], answer["suppressed"], answer["editions"]) == (1, 1, 0, 1)
    assert [(i["title"], i["readers"]) for i in answer["items"]] == [("Pay in Kenya", 1)]  # type: ignore[index, union-attr]
    _, arrived = stage.send()
    assert sorted(arrived) == ["alice@example.org"]


def test_pausing_cancelling_and_what_counts_as_had(stage: Stage) -> None:
    stage.work("A report")
    stage.reader("alice@example.org")
    issue = stage.draft()
    issues.release(stage.house, issue.id or 0, now=stage.now)
    with stage.house.database.session() as session:
        issues.pause(session, session.get_one(Issue, issue.id), "A date is wrong.")
    assert stage.carry(stage.now) == {}
    with stage.house.database.session() as session:
        row = session.get_one(Issue, issue.id)
        assert row.state == "paused"
        issues.resume(session, row, now=stage.now)
        assert issues.cancel(session, row, now=stage.now) == 1
    assert stage.carry(stage.now) == {}
    with stage.house.database.session() as session:
        later = stage.now + timedelta(days=31)
        again = drafting.draft(session, session.get_one(Newsletter, stage.newsletter.id), now=later)
        drafting.put_in(session, again, session.exec(select(Work.id)).one() or 0, now=later)
        numbers, _ = rehearsal.rehearse(session, stage.house, again, now=later)
    assert numbers.recipients == 1, "a mail that was cancelled does not count as had"


def test_leaving_between_planning_and_sending_stops_the_mail(stage: Stage) -> None:
    from publisher.mail import outbox

    stage.work("A report")
    stage.reader("carol@example.org")
    stage.reader("alice@example.org")
    issue = stage.draft()
    issues.release(stage.house, issue.id or 0, now=stage.now)
    with stage.house.database.session() as session:
        carol = session.exec(select(Outbox).order_by(col(Outbox.id))).first()
        assert carol is not None
        assert outbox.cancel_waiting(session, carol.address_id, list_key="monthly", now=stage.now) == 1
    assert sorted(stage.carry(stage.now)) == ["alice@example.org"]


def test_a_special_issue_is_an_opening_to_one_list(stage: Stage, now: datetime) -> None:
    stage.reader("alice@example.org")
    with stage.house.database.session() as session:
        cohort = a_list(
            session, session.get_one(Identity, stage.newsletter.identity_id), now, slug="cohort", kind="cohort"
        )
        a_person(session, "grace@example.org", now, cohort)
        special = issues.special(session, session.get_one(Newsletter, stage.newsletter.id), "cohort", now=now)
    with pytest.raises(Conflict, match="says nothing"):
        issues.release(stage.house, special.id or 0, now=now)
    with stage.house.database.session() as session:
        drafting.write(
            session, session.get_one(Issue, special.id), "en", subject="We meet on Friday", opening="See you there."
        )
    issues.release(stage.house, special.id or 0, now=now)
    arrived = stage.carry(now)
    assert sorted(arrived) == ["grace@example.org"]
    assert "See you there." in text_of(arrived["grace@example.org"])


def test_a_correction_goes_to_those_already_reached(stage: Stage) -> None:
    stage.work("A report")
    stage.reader("alice@example.org")
    slug, _ = stage.send()
    stage.reader("henry@example.org")
    with stage.house.database.session() as session:
        correction = issues.correct(session, issues.by_slug(session, slug), now=stage.now)
        drafting.write(session, correction, "en", opening="The date was wrong: it is the 4th.")
    issues.release(stage.house, correction.id or 0, now=stage.now)
    arrived = stage.carry(stage.now)
    assert sorted(arrived) == ["alice@example.org"]
    assert "it is the 4th" in text_of(arrived["alice@example.org"])


def test_clicks_are_counted_only_where_the_list_says_so(stage: Stage) -> None:
    from publisher.mail.models import LetterLink

    stage.work("A report")
    stage.reader("alice@example.org")
    _, arrived = stage.send()
    assert "https://example.org/a-report/en" in text_of(arrived["alice@example.org"]).splitlines(), (
        "on a line of its own"
    )
    with stage.house.database.session() as session:
        session.get_one(MailingList, stage.list.id).counts_clicks = True
    stage.work("Another report", now=stage.now + timedelta(days=30))
    _, arrived = stage.send(stage.now + timedelta(days=31))
    mail = text_of(arrived["alice@example.org"])
    assert "https://example.org/another-report" not in mail
    assert "https://hub.example.org/c/" in mail
    with stage.house.database.reading() as session:
        assert [link.url for link in session.exec(select(LetterLink)).all()] == [
            "https://example.org/another-report/en"
        ]


def test_the_archive_shows_the_generic_edition_and_nobodys_data(stage: Stage) -> None:
    stage.work("Study", texts={"en": "A study", "fr": "Une étude"}, subjects=(("country", "KE"),))
    stage.reader("alice@example.org", name="Alice", interests=(("country", "KE"),))
    slug, _ = stage.send()
    with stage.house.database.reading() as session:
        newsletter = archive.public(session, "monthly")
        assert [i.slug for i in archive.published(session, newsletter)] == [slug]
        issue = archive.issue_of(session, newsletter, slug)
        page = archive.page(session, stage.house, newsletter, issue, "fr")
        feed = archive.feed(session, stage.house, newsletter, "en")
    assert [item["title"] for part in page["sections"] for item in part["items"]] == ["Une étude"]
    assert "Alice" not in str(page)
    assert "A study" in (feed.items[0].content_html or "")
    assert feed.items[0].id.startswith("tag:hub.example.org,")


def test_a_test_mail_shows_the_readers_edition_marked_as_a_test(stage: Stage) -> None:
    stage.work("Pay in Kenya", subjects=(("country", "KE"),))
    stage.work("Play in Peru", subjects=(("country", "PE"),))
    stage.reader("alice@example.org", name="Alice", interests=(("country", "KE"),))
    issue = stage.draft()
    with stage.house.database.session() as session:
        rehearsal.send_test(session, stage.house, issue, "alice@example.org", now=stage.now)
        rehearsal.send_test(session, stage.house, issue, "stranger@example.org", now=stage.now)
    arrived = stage.carry(stage.now)
    assert b"Subject: [Test] " in arrived["alice@example.org"]
    assert "Play in Peru" not in text_of(arrived["alice@example.org"])
    assert "Play in Peru" in text_of(arrived["stranger@example.org"])
    with stage.house.database.reading() as session:
        assert session.exec(select(Received)).all() == [], "a test is nobody's issue"


def test_a_region_meets_every_region_it_overlaps_and_an_address_abroad_is_reached(stage: Stage) -> None:
    stage.work("For all of Africa", subjects=(("region", "002"), ("topic", "leadership")))
    stage.reader("huda@example.org", interests=(("region", "015"), ("topic", "leadership")))
    stage.reader("jörg@bücher.example", interests=(("country", "DZ"),))
    stage.reader("noor@bücher.example", interests=(("region", "145"),))
    slug, arrived = stage.send()
    assert sorted(arrived) == ["huda@example.org", "jörg@xn--bcher-kva.example"]
    reason = stage.reasons("huda@example.org", slug)["For all of Africa"]
    assert reason == "Your regions: Northern Africa · Your topics: leadership"
    assert reason in text_of(arrived["huda@example.org"])
