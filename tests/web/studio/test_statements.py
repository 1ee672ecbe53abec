"""What a page asks of the database does not grow with the rows it shows."""

from datetime import timedelta

from cast import a_person, a_source, a_work
from sqlmodel import select
from statements import asked

from publisher.audience.models import MailingList
from publisher.library.indexing import index_works
from publisher.mail.models import Identity, Letter, MailboxMessage
from publisher.newsletters.models import Issue, IssueItem, Newsletter, Section
from publisher.staff import trail

READERS = ("/", "/library", "/library?lang=fr", "/library?topic=nutrition-and-health", "/library/feed.xml", "/partners", "/newsletters", "/newsletters/monthly", "/newsletters/monthly/monthly-2026-11", "/subscribe", "/api/v1/resources", "/mailbox")  # fmt: skip
STAFF = ("/studio", "/studio/newsletters/monthly", "/newsletters/monthly/feed.xml", "/newsletters/monthly/feed.json", "/studio/agenda", "/studio/library", "/studio/library/shelf", "/studio/library/sources", "/studio/newsletters", "/studio/newsletters/monthly/issues/monthly-2026-11", "/studio/people", "/studio/people/lists", "/studio/settings/trail", "/studio/settings/staff")  # fmt: skip


def test_no_page_asks_more_when_there_is_more(editor, house, hub, now):
    more(house, now, "first", 1)
    asked(house, editor.get, (*READERS, *STAFF))  # warm
    few = asked(house, editor.get, (*READERS, *STAFF))
    more(house, now, "then", 30)
    many = asked(house, editor.get, (*READERS, *STAFF))
    assert {path: (few[path], many[path]) for path in few if many[path] > few[path]} == {}


def more(house, now, word: str, number: int) -> None:
    """Resources on the shelf and in review, readers, sources, issues with items, mails, and notes on the trail."""
    with house.database.session() as session:
        identity = session.exec(select(Identity)).first()
        monthly = session.exec(select(MailingList).where(MailingList.slug == "monthly")).one()
        newsletter = session.exec(select(Newsletter)).first()
        section = session.exec(select(Section).where(Section.key == "new")).one()
        shown = session.exec(select(Issue).where(Issue.slug == "monthly-2026-11")).one()
        for n in range(number):
            subjects = (("country", "KE"), ("topic", "nutrition-and-health"))
            work = a_work(session, now, f"Study {word} {n}", subjects=subjects)
            a_work(session, now, f"Waiting {word} {n}", state="new")
            index_works(session, [work.id])
            a_person(session, f"{word}{n}@example.org", now, monthly)
            a_source(session, now, f"https://{word}{n}.example.org/feed", slug=f"{word}-{n}")
            letter = Letter(key=f"{word}-{n}", kind="issue", title="An issue", state="done", identity_id=identity.id, list_key="monthly", created_at=now, done_at=now)  # fmt: skip
            session.add(letter)
            session.flush()
            sent = now - timedelta(days=4 + n)
            issue = Issue(letter_id=letter.id, slug=f"monthly-{word}-{n}", newsletter_id=newsletter.id, number=len(word) * 100 + n, state="sent", list_id=monthly.id, subjects={"en": f"Issue {n}"}, planned_from=sent, sent_at=sent, created_at=sent)  # fmt: skip
            session.add(issue)
            session.flush()
            session.add_all(IssueItem(issue_id=one.id, work_id=work.id, section_id=section.id, position=10 + n, added_at=now) for one in (issue, shown))  # fmt: skip
            session.add(MailboxMessage(received_at=now, sender="x@hub.example.org", recipient=f"{word}@example.org", subject="Mail", data=b"Subject: Mail\r\n\r\nText"))  # fmt: skip
            trail.note(session, "editor@example.org", f"work:{work.id}", "Approved it.", now, {})
