"""The demo's history, made by the same verbs that make its future: drafts grow, are released at moments that have passed,
and their mails are written down as delivered, because nobody need receive a letter of six weeks ago.
"""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from publisher.clock import zone as zone_of
from publisher.demo import content
from publisher.house import House
from publisher.library.models import Work
from publisher.mail.models import OutboxState
from publisher.mail.outbox import OUTBOX
from publisher.newsletters import drafting, issues, newsletters
from publisher.newsletters.models import Issue, IssueItem, Newsletter

#: When issues of the past left, in their newsletter's zone.
HOUR = time(9, 0)
#: What a relay says when it takes a mail, and how long one takes.
REPLY = "2.0.0 Kept"
PER_MAIL = timedelta(milliseconds=180)


def sent_at(paper: content.Newsletter, issue: content.Issue, now: datetime) -> datetime:
    """The instant at which an issue of the past was released."""
    assert issue.sent_days_ago is not None
    day = now.date() - timedelta(days=issue.sent_days_ago)
    return datetime.combine(day, HOUR, zone_of(paper.zone)).astimezone(UTC)


def send(house: House, paper: content.Newsletter, issue: content.Issue, *, now: datetime) -> None:
    """Draft an issue as of its day, release it to who was a reader then, and write its mails down as delivered."""
    moment, editor = sent_at(paper, issue, now), content.hub().staff[1].email
    with house.database.session() as session:
        newsletter = newsletters.by_slug(session, paper.slug)
        newsletter.next_at = moment
        session.add(newsletter)
        draft = drafting.draft(session, newsletter, now=moment)
        draft.created_at = _begun(paper, issue, now)
        drafting.grow(session, newsletter, draft, now=moment)
        write(session, draft, issue.subjects, issue.preheaders, issue.openings)
        date_items(session, draft)
        issue_id = draft.id or 0
    issues.release(house, issue_id, now=moment, who=editor)
    with house.database.session() as session:
        sent = session.get_one(Issue, issue_id)
        done = _deliver(session, sent.letter_id or 0, moment)
        issues.close_done(session, now=done)


def draft(session: Session, newsletter: Newsletter, *, now: datetime) -> Issue:
    """The growing draft of a newsletter, begun when the one before had left."""
    before = session.exec(
        select(Issue.planned_from).where(col(Issue.newsletter_id) == newsletter.id).order_by(col(Issue.id).desc())
    ).first()
    growing = drafting.draft(session, newsletter, now=now)
    growing.created_at = before + timedelta(minutes=5) if before is not None else now
    date_items(session, growing)
    return growing


def write(
    session: Session, issue: Issue, subjects: content.Words, preheaders: content.Words, openings: content.Words
) -> None:
    """The words of an issue in every language it has them in."""
    for language in subjects:
        drafting.write(
            session,
            issue,
            language,
            subject=subjects[language],
            preheader=preheaders.get(language),
            opening=openings.get(language),
        )


def date_items(session: Session, issue: Issue) -> None:
    """Items came in one by one, when they became news; not all in the minute in which the demo was filled."""
    items = select(IssueItem, Work).join(Work, col(Work.id) == col(IssueItem.work_id))
    for item, work in session.exec(items.where(col(IssueItem.issue_id) == issue.id)).all():
        item.added_at = min(max(work.news_since or issue.created_at, issue.created_at), item.added_at)
        session.add(item)
    session.flush()


def _begun(paper: content.Newsletter, issue: content.Issue, now: datetime) -> datetime:
    """When the draft began: so that the first one looks back on its whole window of news."""
    opened = now - timedelta(days=issue.news_from_days_ago + 1)
    return min(opened + drafting.FIRST_LOOK_BACK, sent_at(paper, issue, now))


def _deliver(session: Session, letter_id: int, began: datetime) -> datetime:
    """Every mail of a letter was taken by the relay, one after the other. Returns when the last one was."""
    ids = [row.id for row in session.execute(OUTBOX.select().where(OUTBOX.c.letter_id == letter_id).order_by("id"))]
    taken = [
        {"row_id": row_id, "begun": began + PER_MAIL * n, "at": began + PER_MAIL * (n + 1)}
        for n, row_id in enumerate(ids, start=10)
    ]
    session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == bindparam("row_id"))
        .values(
            state=OutboxState.ACCEPTED.value,
            epoch=1,
            in_flight_at=bindparam("begun"),
            done_at=bindparam("at"),
            code=250,
            reply=REPLY,
        ),
        taken,
        execution_options={"synchronize_session": False},
    )
    return began + PER_MAIL * (len(ids) + 20)
