"""Every page of the table of routes is counted, beside one more of everything and beside thirty: what it asks may not grow."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cast import a_list, a_newsletter, a_person, a_source, a_work
from sqlmodel import Session, col, select
from statements import asked
from web.podcasts.on_air import a_show, an_episode
from webinars.people_stage import join
from webinars.webinar_stage import a_series, a_webinar

from publisher.audience import links
from publisher.audience.models import Person, Subscription
from publisher.house import House
from publisher.library.indexing import index_works
from publisher.library.models import LookAlike, Share
from publisher.mail.models import Identity, Letter, MailboxMessage
from publisher.newsletters.models import Issue, IssueItem, Newsletter, Section
from publisher.staff import accounts, trail

ISSUE = "/studio/newsletters/monthly/issues/monthly-2026-11"
TABLE = Path(__file__).parents[3] / "docs" / "routes.md"
#: How the places in a path are filled, by how it begins; the longest beginning counts.
FILLED = {
    "/library/": {"ref": "1"},
    "/newsletters/": {"slug": "monthly", "issue": "monthly-2026-11"},
    "/podcasts/": {"show": "show", "episode": "first-0"},
    "/webinars/": {"slug": "play"},
    "/webinars/series/": {"slug": "leading"},
    "/api/v1/resources/": {"number": "1"},
    "/api/v1/newsletters/": {"slug": "monthly"},
    "/api/v1/issues/": {"slug": "monthly-2026-11"},
    "/api/v1/shows/": {"slug": "show"},
    "/api/v1/episodes/": {"number": "1"},
    "/api/v1/webinars/": {"slug": "play"},
    "/sitemap/": {"part": "pages"},
    "/mailbox/": {"number": "1"},
    "/studio/library/": {"work_id:int": "1"},
    "/studio/library/sources/": {"slug": "source-first-0"},
    "/studio/newsletters/": {"slug": "monthly", "key": "monthly-2026-11"},
    "/studio/newsletters/{slug}/issues/{key}/add": {"slug": "monthly", "key": "growing"},
    "/studio/newsletters/{slug}/issues/{key}/send": {"slug": "monthly", "key": "growing"},
    "/studio/podcasts/": {"slug": "show", "number:int": "1"},
    "/studio/webinars/": {"slug": "play", "number:int": "1"},
    "/studio/people/": {"person_id:int": "1"},
}
#: What is counted by other tests (one's own links, one person, the hour of a webinar, files, pictures), or knows
#: no rows but one.
ELSEWHERE = re.compile(
    r"token|/audio/|transcript|chapters|/media/|/static/|handouts|recording|captions|/sounds/|attached|/uploads/|/demo/"
    r"|/studio/people/\{|/people/others|/live|/afterwards|/pictures/|/oembed|/docs|/studio/login|/studio/reset"
    r"|/webinars/mine|/webinars/dates|preview|/metrics|/mailbox/\{number\}/html|/why"
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_of_the_table_asks_more_when_there_is_more(owner, house, hub, now):
    more(house, now, "first", 1)
    paths = [*(led_to(owner, filled(pattern)) for pattern in patterns()), *about_alice(house, hub["alice"], now)]
    assert len(paths) > 85
    answers = {path: owner.client.get(path).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status not in (200, 503)} == {}
    asked(house, owner.client.get, paths)  # warm
    few = asked(house, owner.client.get, paths)
    more(house, now, "then", 30)
    asked(house, owner.client.get, paths)  # what is kept is made anew
    many = asked(house, owner.client.get, paths)
    assert {path: (few[path], many[path]) for path in few if many[path] > few[path]} == {}


def about_alice(house: House, alice, now: datetime) -> list[str]:
    """What she is on, registered for and was sent, behind her own links and at the desk."""
    old, fresh = links.preferences_token(house.tokens, alice.key), links.fresh_token(house.tokens, alice.key, now=now)
    leave = links.unsubscribe_token(house.tokens, alice.key, "monthly")
    here = f"/studio/people/{alice.id}"
    return [f"/preferences/{old}", f"/preferences/{fresh}", f"/preferences/{fresh}/data.json", f"/u/{leave}", here, f"{here}/data.json", f"{ISSUE}/preview"]  # fmt: skip


def patterns() -> list[str]:
    found = re.findall(r"^\| GET \| `([^`]+)` \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    return [pattern for pattern in found if not ELSEWHERE.search(pattern)]


def filled(pattern: str) -> str:
    beginning = max((one for one in FILLED if pattern.startswith(one)), key=len, default="")
    for name, value in FILLED.get(beginning, {}).items():
        pattern = pattern.replace(f"{{{name}}}", value)
    return pattern


def led_to(browser, path: str) -> str:
    """The page itself, where an address leads on to it."""
    answer = browser.client.get(path)
    return answer.headers["location"] if answer.status_code in (301, 303) else path


def more(house: House, now: datetime, word: str, number: int) -> None:
    """Newsletters with a list, a draft and a sent issue; shows; webinars; and what else pages show in rows."""
    with house.database.session() as session:
        for n in range(number):
            works = reading(session, now, f"{word}-{n}")
            papers(
                session,
                now,
                f"{word}-{n}",
                works,
                session.exec(select(Newsletter).order_by(col(Newsletter.id))).first(),
            )
            sounds(session, house, now, f"{word}-{n}", "show" if word == "first" else f"show-{n}")
            gatherings(session, house, now, f"{word}-{n}", "play" if word == "first" else f"play-{n}")
            accounts.add(session, house, f"{word}{n}@staff.example.org", role="editor", now=now)
            trail.note(session, "editor@example.org", f"work:{works[0].id}", "Approved it.", now, {})
            session.add(MailboxMessage(received_at=now, sender="x@hub.example.org", recipient=f"{word}@example.org", subject="Mail", data=b"Subject: Mail\r\n\r\nText"))  # fmt: skip


def reading(session: Session, now: datetime, word: str) -> list:
    """Resources on the shelf, waiting, aside, alike, and shared; a source that fails."""
    subjects = (("country", "KE"), ("topic", "nutrition-and-health"))
    works = [
        a_work(session, now, f"{state} {word}", state=state, subjects=subjects)
        for state in ("approved", "new", "rejected")
    ]
    index_works(session, [one.id for one in works])
    session.add(LookAlike(work_id=works[1].id, other_id=works[0].id, score=90, reason="title", found_at=now))
    a_source(
        session, now, f"https://{word}.example.org/feed", slug=f"source-{word}", failing_since=now - timedelta(days=5)
    )
    partner = a_person(session, f"partner-{word}@example.org", now)
    session.add(Share(work_id=works[0].id, address_id=partner.address_id, name="P", organisation=f"House {word}", naming="named", at=now, answer="published"))  # fmt: skip
    return works


def papers(session: Session, now: datetime, word: str, works: list, monthly: Newsletter) -> None:
    identity = session.exec(select(Identity)).first()
    readers = a_list(session, identity, now, slug=f"list-{word}")
    alice = session.exec(select(Person).where(Person.name == "Alice")).one()
    session.add(Subscription(person_id=alice.id, list_id=readers.id, state="active", created_at=now))
    a_person(session, f"{word}@example.org", now, readers, session.get_one(type(readers), monthly.list_id))
    paper = a_newsletter(session, readers, now, slug=f"paper-{word}", name=f"Paper {word}")
    section = session.exec(select(Section).where(Section.newsletter_id == paper.id).limit(1)).one()
    own = session.exec(select(Section).where(Section.newsletter_id == monthly.id, Section.key == "new")).one()
    letter = Letter(key=f"going-{word}", kind="issue", title="An issue", state="sending", identity_id=identity.id, list_key=readers.slug, created_at=now)  # fmt: skip
    session.add(letter)
    session.flush()
    said = {"list_id": readers.id, "subjects": {"en": f"Issue {word}"}, "created_at": now}
    rows = [
        Issue(slug=f"growing-{word}", newsletter_id=paper.id, state="draft", occurrence=now + timedelta(days=8), **said),
        Issue(slug=f"sent-{word}", newsletter_id=paper.id, state="sent", planned_from=now, sent_at=now, number=1, **said),
        Issue(slug=f"going-{word}", newsletter_id=paper.id, state="sending", planned_from=now, letter_id=letter.id, number=2, **said),
    ]  # fmt: skip
    if word == "first-0":
        rows.append(Issue(slug="growing", newsletter_id=monthly.id, state="draft", occurrence=now + timedelta(days=8), **said | {"list_id": monthly.list_id}))  # fmt: skip
    session.add_all(rows)
    session.flush()
    grown = session.exec(select(Issue).where(Issue.slug.in_(("growing", "monthly-2026-11")))).all()
    session.add_all(IssueItem(issue_id=one.id, work_id=works[0].id, section_id=section.id if one.newsletter_id == paper.id else own.id, position=20, added_at=now) for one in {one.id: one for one in (*rows, *grown)}.values())  # fmt: skip


def sounds(session: Session, house: House, now: datetime, word: str, slug: str) -> None:
    show = a_show(session, house, now, slug, f"Show {word}")
    an_episode(session, house, show, now, word, days=2, number=1)
    an_episode(session, house, show, now, f"Soon {word}")


def gatherings(session: Session, house: House, now: datetime, word: str, slug: str) -> None:
    later = timedelta(days=len(word))
    single, _ = a_webinar(session, house, now, slug, starts=datetime(2027, 1, 4, 8, 0) + later)
    a_webinar(session, house, now - timedelta(days=500), f"over-{word}", starts=datetime(2026, 1, 5, 8, 0) + later)
    a_series(session, house, now, "leading" if word == "first-0" else f"leading-{word}", 2)
    for name in ("alice", f"guest-{word}"):
        join(session, house, single, name, now, source="staff")
