"""What the stories about pages stand on."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from cast import a_hub, a_list, a_newsletter, a_person, a_work
from sqlmodel import col, select

from publisher.house import House
from publisher.library.indexing import index_works
from publisher.mail.models import Letter, Relay
from publisher.newsletters.models import Issue, IssueItem, Section
from publisher.vocabulary import terms


@dataclass
class Clock:
    """A wall clock that goes on when it is told to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


def a_full_hub(house: House, now: datetime) -> dict[str, object]:
    with house.database.session() as session:
        identity = a_hub(session, now)
        identity.tagline = "Early childhood, read by people"
        session.add(Relay(slug="first", url="mailbox:", is_default=True, created_at=now))
        terms.seed_defaults(session)
        monthly = a_list(session, identity, now)
        weekly = a_list(session, identity, now, slug="weekly")
        alice = a_person(session, "alice@example.org", now, monthly, name="Alice", interests=(("country", "KE"),))
        bob = a_person(session, "bob@example.org", now, monthly, state="pending")
        carol = a_person(session, "carol@example.org", now, monthly, state="unsubscribed")
        works = [
            a_work(session, now, "Home visits in Kenya", subjects=(("country", "KE"), ("topic", "nutrition-and-health"))),
            a_work(session, now, "Une étude", texts={"fr": "Une étude du Bénin", "en": "A study of Benin"}, subjects=(("country", "BJ"),), kind="country-study"),
            a_work(session, now, "Parents <b>& play", texts={"en": "Parents <b>& play", "ar": "الوالدان واللعب"}, kind="tool"),
            a_work(session, now, "Not yet", state="new"),
            a_work(session, now, "Call for papers", kind="call", starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=2)),
        ]  # fmt: skip
        works[0].published_on, works[0].pages, works[0].file_bytes = date(2026, 11, 2), 48, 2_100_000
        works[0].authors, works[0].licence, works[0].doi = ["Ann Otieno"], "CC BY 4.0", "10.1234/abcd"
        newsletter = a_newsletter(session, monthly, now, taglines={"fr": "Une fois par mois"}, tagline="Once a month")
        section = session.exec(select(Section).where(col(Section.key) == "new")).one()
        letter = Letter(
            key="issue-1", kind="issue", title="What home visits change", state="done", identity_id=identity.id or 0,
            list_key="monthly", created_at=now, let_out_at=now, done_at=now,
        )  # fmt: skip
        session.add(letter)
        session.flush()
        issue = Issue(
            letter_id=letter.id,
            slug="monthly-2026-11",
            newsletter_id=newsletter.id,
            number=1,
            state="sent",
            list_id=monthly.id,
            subjects={"en": "What home visits change", "fr": "Ce que changent les visites"},
            preheaders={"en": "Three readings for November"},
            openings={"en": "Dear reader,\n\n**three** things this month."},
            planned_from=now - timedelta(days=3),
            sent_at=now - timedelta(days=3),
            created_at=now - timedelta(days=30),
        )
        session.add(issue)
        session.flush()
        for position, work in enumerate(works[:3]):
            session.add(
                IssueItem(issue_id=issue.id, work_id=work.id, section_id=section.id, position=position, added_at=now)
            )
        session.flush()
        index_works(session, [w.id for w in works])
        return {
            "alice": alice,
            "bob": bob,
            "carol": carol,
            "works": works,
            "newsletter": newsletter,
            "issue": issue,
            "monthly": monthly,
            "weekly": weekly,
        }


def form_token(html: str) -> str:
    """The signed moment in a form."""
    found = re.search(r'name="form_token" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]


def path_of(url: str) -> str:
    return urlsplit(url).path
