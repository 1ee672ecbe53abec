"""The demo hub as a visitor finds it: full, sendable, filled once, and gone without a trace when it is taken away."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from cast import a_list, a_newsletter, a_person, a_source, a_work
from smtp_sink import Sink
from sqlalchemy import func, inspect, text
from sqlmodel import Session, SQLModel, col, select
from stages import Stage

from publisher import clock
from publisher.audience import lists
from publisher.audience.models import MailingList, Person, Subscription
from publisher.database import Database
from publisher.demo import content, gatherings, install, marker, programme
from publisher.errors import Conflict, NotFound
from publisher.house import House
from publisher.languages import LANGUAGES
from publisher.library import partners, search
from publisher.library.models import LookAlike, Share, Source, Work, WorkText
from publisher.mail import addresses, identities
from publisher.mail.delivery import Sender
from publisher.mail.models import Address, Identity, Letter, MailboxMessage, Outbox
from publisher.newsletters import issues, rehearsal, tending
from publisher.newsletters.models import Issue, Newsletter, Received
from publisher.staff import accounts
from publisher.staff.models import Member
from publisher.webinars.models import Mailing, Registration

SIXTY = {addresses.normalise(reader.email) for reader in content.readers() if reader.group == "main"}
NOT_OURS = {"alembic_version", "search_index_data", "search_index_idx"}  # the last two are how FTS5 keeps its index
#: Episodes that have appeared and are no trailers; one is the translation of another, so the two are one work.
HEARD = [one for show in programme.shows() for one in show.episodes if one.aired_days_ago and one.type != "trailer"]
#: Webinars that readers find, and what was recorded at them; the circle's are for its members.
GATHERED = [one for one in gatherings.webinars() if not one.list]
RECORDED = [one for one in GATHERED for date in one.dates if date.recording]
OURS = len(HEARD) - 1 + len(GATHERED) + len(RECORDED)
ON_THE_SHELF = len(content.resources()) + OURS
AT_MIDNIGHT_NEW_YEAR = datetime(2027, 1, 1, 0, 0, 30, tzinfo=UTC)


def rows(database: Database) -> dict[str, int]:
    """Rows of every table that is ours, the search index included."""
    with database.reading() as session:
        names = sorted(set(inspect(session.connection()).get_table_names()) - NOT_OURS)
        return {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}


def count(session: Session, table: type[SQLModel]) -> int:
    return int(session.exec(select(func.count()).select_from(table)).one())


def draft_of(session: Session, summary: install.Summary) -> Issue:
    return issues.by_slug(session, summary.draft)


def test_the_hub_is_full(fresh: House, full: install.Summary, now: datetime) -> None:
    assert (full.resources, full.readers, full.newsletters, full.sources) == (ON_THE_SHELF, 68, 3, 4)
    assert (full.issues_sent, full.shows, full.episodes) == (2, 3, 16)
    assert (full.webinars, full.registrations) == (9, 69)
    assert [login.role for login in full.staff] == ["owner", "editor", "viewer"]
    with fresh.database.reading() as session:
        assert install.is_installed(session)
        states = Counter(session.exec(select(Work.state)))
        assert states == {"approved": 153 + OURS, "featured": 5, "new": 13, "rejected": 3}
        own = sum(len(one.texts) + 1 for one in (*GATHERED, *RECORDED))
        assert count(session, WorkText) == sum(len(thing.texts) for thing in content.resources()) + len(HEARD) + own
        assert count(session, LookAlike) == 0
        assert Counter(session.exec(select(MailingList.kind))) == {"open": 3, "cohort": 1}
        assert search.search(session, search.SearchQuery(text="Kisumu")).total >= 1
        assert search.search(session, search.SearchQuery(text="كيسومو")).total >= 1
        identity = identities.hub(session)
        assert (identity.name, identity.from_address) == ("Firsthand", "letter@hub.example.org")
        assert identity.postal_address.startswith("Firsthand Secretariat")
        told = content.hub().tagline
        assert {code: identities.tagline_in(identity, code) for code in LANGUAGES} == dict(told)
        assert identities.tagline_in(identity, "pt-BR") == told["pt"]
        members = session.exec(select(Member)).all()
        assert all(member.is_demo and member.password_hash for member in members)
        first_seen = session.exec(select(Work.first_seen)).all()
        assert max(first_seen) <= now


def test_sixty_readers_get_something_and_not_the_same(fresh: House, full: install.Summary, now: datetime) -> None:
    with fresh.database.reading() as session:
        draft = draft_of(session, full)
        numbers, contents = rehearsal.rehearse(session, fresh, draft, now=now)
        newest = next(issue for issue in issues.all_of(session) if issue.state == "draft")
        assert newest.slug == full.draft
        assert set(draft.subjects) == set(draft.preheaders) == set(draft.openings) == {"en", "fr", "ar"}
        assert timedelta(days=2) < (draft.occurrence or now) - now < timedelta(days=14)
    assert (numbers.recipients, numbers.without_items, numbers.suppressed) == (60, 0, 0)
    assert numbers.editions >= 30
    assert set(numbers.by_language) == {"en", "fr", "ar"}
    assert len(contents) >= 20


def test_partners_are_named_with_what_they_shared(fresh: House, full: install.Summary, now: datetime) -> None:
    with fresh.database.reading() as session:
        found = [(one.name, len(one.works)) for one in partners.partners(session)]
        assert found == [
            ("Fundación Raíces Primeras", 3),  # a fourth waits to be reviewed
            ("Réseau Sahel Petite Enfance", 3),
            ("مركز نوافذ للطفولة المبكرة", 2),
            ("Ubuntu Early Learning Consortium", 1),
        ]
        shares = session.exec(select(Share)).all()
        assert {one.name for one in shares} <= {reader.name for reader in content.readers()}
        assert all(one.at < now and (one.answered_at or one.at) < now for one in shares)
        assert Counter(one.answer for one in shares) == {"received": 8, "published": 2}


def test_past_issues_look_as_if_they_had_been_delivered(fresh: House, full: install.Summary, now: datetime) -> None:
    with fresh.database.reading() as session:
        sent = session.exec(select(Issue).where(col(Issue.state) == "sent").order_by(col(Issue.id))).all()
        assert [issue.number for issue in sent] == [1, 2]
        for issue, told in zip(sent, content.newsletters()[0].issues, strict=False):
            assert told.sent_days_ago is not None
            assert issue.sent_at is not None
            assert (now.date() - issue.sent_at.date()).days == told.sent_days_ago
            status = issues.status(session, issue)
            assert status["prepared"] == status["accepted"]
            assert status["accepted"] == len(set(session.exec(outbox_addresses(issue))))
            letter = session.get_one(Letter, issue.letter_id)
            assert (letter.state, letter.kind) == ("done", "issue")
            why = rehearsal.why(session, fresh, issue, "grace.ouma@bahari.example.org", now=now)
            assert any(answer["included"] for answer in why)
            assert all(answer["reason"] for answer in why)
        twice = select(Received.person_id, Received.work_id).group_by(Received.person_id, Received.work_id)
        again = session.exec(twice.having(func.count() > 1)).all()
        kinds = {work.kind for work in session.exec(select(Work).where(col(Work.id).in_([w for _, w in again])))}
        assert kinds <= {"webinar", "event", "call"}
        row = session.exec(select(Outbox)).first()
        assert row is not None
        assert (row.state, row.code, row.epoch, row.worker) == ("accepted", 250, 1, None)
        assert row.in_flight_at < row.done_at
        joined = dict(session.exec(select(Person.id, Person.created_at)).all())
        first = session.exec(select(Received.person_id).where(col(Received.issue_id) == sent[0].id)).all()
        assert max(joined[person] for person in first) < (sent[0].sent_at or now)


def outbox_addresses(issue: Issue):
    return select(Outbox.address_id).where(col(Outbox.letter_id) == issue.letter_id)


def test_the_draft_is_sent_to_all_sixty_in_five_or_more_editions(
    fresh: House, full: install.Summary, now: datetime
) -> None:
    with fresh.database.reading() as session:
        draft_id = draft_of(session, full).id or 0
    issues.release(fresh, draft_id, now=now, who="editor@hub.example.org")
    with Sink() as sink:
        with Sender(fresh, present=lambda: now, wall=clock.now, relay_url=sink.url) as sender:
            sender.drain()
        arrived = Counter(addresses.normalise(address) for address, _ in sink.accepted)
    assert set(arrived) == SIXTY
    assert max(arrived.values()) == 1


def test_a_tick_right_after_sends_nothing_that_is_not_due(fresh: House, full: install.Summary, now: datetime) -> None:
    before = rows(fresh.database)
    assert tending.tend(fresh, now + timedelta(minutes=1)) == 0
    assert rows(fresh.database) == before
    with fresh.database.reading() as session:
        by_itself = session.exec(select(Newsletter).where(col(Newsletter.release) == "by-itself")).one()
        assert by_itself.next_at is not None
        assert now < by_itself.next_at <= now + timedelta(days=7)


@pytest.mark.parametrize(
    ("database_url", "today"),
    [
        ("sqlite", AT_MIDNIGHT_NEW_YEAR),
        pytest.param("postgres", datetime(2028, 2, 24, 23, 59, tzinfo=UTC), marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
def test_it_can_be_filled_on_any_day(fresh: House, today: datetime) -> None:
    summary = install.install(fresh, today)
    with fresh.database.reading() as session:
        numbers, _ = rehearsal.rehearse(session, fresh, draft_of(session, summary), now=today)
        assert (numbers.recipients, numbers.without_items) == (60, 0)
        assert set(session.exec(select(Mailing.state))) == {"out", "waiting", "cancelled"}
        assert set(session.exec(select(Outbox.state))) == {"accepted"}
        assert session.exec(select(func.max(Registration.asked_at))).one() < today
        assert session.exec(select(func.max(MailboxMessage.received_at))).one() < today
        assert session.exec(select(func.max(Work.first_seen))).one() <= today


def test_filling_twice_changes_nothing_and_follows_the_hub_to_another_address(
    fresh: House, full: install.Summary, now: datetime
) -> None:
    before = rows(fresh.database)
    assert install.install(fresh, now + timedelta(hours=1)) == full
    assert rows(fresh.database) == before
    from dataclasses import replace

    moved = replace(fresh, settings=replace(fresh.settings, public_url="http://127.0.0.1:9000"))
    install.install(moved, now + timedelta(hours=2))
    with fresh.database.reading() as session:
        urls = session.exec(select(Source.url).where(col(Source.kind) != "builtin")).all()
        assert {url.split("/demo/")[0] for url in urls if url} == {"http://127.0.0.1:9000"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_filling_that_was_cut_off_is_begun_anew(fresh: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(install, "_begin_drafts", cut)
        with pytest.raises(RuntimeError):
            install.install(fresh, now)
    with fresh.database.reading() as session:
        assert not install.is_installed(session)
    assert install.install(fresh, now + timedelta(minutes=1)).resources == ON_THE_SHELF


def test_it_is_not_filled_beside_data_of_ones_own(fresh: House, now: datetime) -> None:
    with fresh.database.session() as session:
        a_work(session, now, "A report of our own")
        a_source(session, now, "https://partner.example.org/feed")
        a_person(session, "alice@example.org", now)
        mailing_list = a_list(session, identities.hub(session), now, slug="ours")
        a_newsletter(session, mailing_list, now)
    before = rows(fresh.database)
    with pytest.raises(Conflict, match="sources and resources and readers and newsletters and lists of its own"):
        install.install(fresh, now)
    assert rows(fresh.database) == before


def test_taking_it_away_leaves_nothing(fresh: House, stage: Stage, now: datetime) -> None:
    before, signed = rows(fresh.database), signature(fresh)
    summary = stage(install.install, now)
    with fresh.database.reading() as session:
        draft_id = draft_of(session, summary).id or 0
    issues.release(fresh, draft_id, now=now)
    with Sender(fresh, present=lambda: now, wall=clock.now) as sender:
        sender.drain()
    tending.tend(fresh, now + timedelta(days=8))
    with fresh.database.session() as session:
        assert count(session, MailboxMessage) >= 60
        assert accounts.sign_in(session, fresh, *install.DEMO_LOGIN, now) is None, "the hub is not on loopback"
    install.remove(fresh, now + timedelta(days=9))
    after = rows(fresh.database)
    for kept in ("relay_use", "budget"):  # what the relay took, and who tried to sign in, is true of the hub itself
        after[kept] = before[kept]
    assert after == before
    assert signature(fresh) == signed
    with fresh.database.reading() as session:
        assert not install.is_installed(session)
    with pytest.raises(NotFound):
        install.remove(fresh, now)


def signature(house: House) -> tuple[object, ...]:
    with house.database.reading() as session:
        identity = identities.hub(session)
        return tuple(getattr(identity, name) for name in Identity.model_fields)


def test_the_list_that_nobody_reads_is_closed_while_the_demo_is_there_each_time(
    fresh: House, full: install.Summary, now: datetime
) -> None:
    with fresh.database.reading() as session:
        assert {row.slug for row in lists.on_offer(session)} == {"letter", "opportunities"}
    install.remove(fresh, now)
    with fresh.database.reading() as session:
        assert [row.slug for row in lists.on_offer(session)] == ["newsletter"]
    assert install.install(fresh, now) == full


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_that_was_closed_before_stays_closed(fresh: House, now: datetime) -> None:
    with fresh.database.session() as session:
        lists.archive(session, lists.get(session, "newsletter"))
    install.install(fresh, now)
    install.remove(fresh, now)
    with fresh.database.reading() as session:
        assert lists.on_offer(session) == []


def test_what_is_ours_stays_when_the_demo_goes(fresh: House, full: install.Summary, now: datetime) -> None:
    with fresh.database.session() as session:
        identities.hub(session).name = "Our own name"
        ours = session.exec(select(MailingList).where(col(MailingList.slug) == "newsletter")).one()
        a_work(session, now, "A report of our own", subjects=(("topic", "policy"),))
        a_person(session, "alice@example.net", now, ours)
    install.remove(fresh, now)
    with fresh.database.reading() as session:
        assert session.exec(select(Work.slug)).all() == ["a-report-of-our-own"]
        assert session.exec(select(Address.email)).all() == ["alice@example.net"]
        assert count(session, Subscription) == 1
        identity = identities.hub(session)
        assert (identity.name, identity.postal_address) == ("Our own name", "")


def test_a_stranger_on_a_demo_list_stops_the_removal(fresh: House, full: install.Summary, now: datetime) -> None:
    with fresh.database.session() as session:
        letter = session.exec(select(MailingList).where(col(MailingList.slug) == "letter")).one()
        a_person(session, "alice@example.net", now, letter)
    before = rows(fresh.database)
    with pytest.raises(Conflict, match="not part of the demo"):
        install.remove(fresh, now)
    assert rows(fresh.database) == before


def test_a_newsletter_of_ones_own_that_tells_of_the_demo_stops_the_removal(
    fresh: House, full: install.Summary, now: datetime
) -> None:
    with fresh.database.session() as session:
        ours = session.exec(select(MailingList).where(col(MailingList.slug) == "newsletter")).one()
        a_newsletter(session, ours, now, slug="ours")
    tending.tend(fresh, now + timedelta(minutes=1))
    with pytest.raises(Conflict, match="of your own uses something"):
        install.remove(fresh, now)


def test_demo_addresses_belong_to_nobody() -> None:
    assert len(marker.emails()) == len(set(marker.emails())) == 98
    assert all(".example" in email.partition("@")[2] or "@example" in email for email in marker.emails())
