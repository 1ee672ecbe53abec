"""What the timetable does for newsletters: grow drafts, tell editors, release what is due, finish what was begun.

Every step is idempotent: an occurrence has one issue, a state changes by one conditional UPDATE, a plan is keyed. After an
outage of weeks everything due happens once: the missed occurrences of a newsletter together are one issue.
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from publisher import languages
from publisher.errors import PublisherError
from publisher.house import House
from publisher.library.sharing import tell_published
from publisher.mail import restored
from publisher.mail.models import Address, Letter, LetterState
from publisher.mail.post import post
from publisher.newsletters import cadence, drafting, issues
from publisher.newsletters.letter import entries, title_of
from publisher.newsletters.models import Issue, IssueItem, IssueState, Newsletter
from publisher.staff.models import Member

log = logging.getLogger(__name__)

#: Editors hear of an issue that waits for their release this long before it is due.
NOTICE = timedelta(days=1)


def tend(house: House, now: datetime) -> int:
    """Everything that is due for newsletters at this moment. Returns how many issues were let out; none after a restore that
    nobody has confirmed."""
    with house.database.reading() as session:
        if restored.waiting(session) is not None:
            return 0
    finish_planning(house, now)
    released = send_scheduled(house, now)
    for newsletter_id in _active(house):
        try:
            with house.database.session() as session:
                grow(session, house, session.get_one(Newsletter, newsletter_id), now)
            released += release_due(house, newsletter_id, now)
        except PublisherError as problem:
            log.warning("newsletter %s: %s", newsletter_id, problem)
        except IntegrityError:
            log.info("newsletter %s: another process was here first", newsletter_id)
        except Exception:  # one newsletter in trouble never keeps the others
            log.exception("newsletter %s", newsletter_id)
    with house.database.session() as session:
        close(session, house, now)
    return released


def close(session: Session, house: House, now: datetime) -> list[Issue]:
    """Issues whose every mail has come to an end are sent; partners whose resource stood in one hear of it."""
    sent = issues.close_done(session, now=now)
    for issue in sent:
        newsletter = session.get_one(Newsletter, issue.newsletter_id)
        works = [entry.item.work_id for entry in entries(session, issue, now=issue.planned_from or now)]
        url = house.settings.url(f"/newsletters/{newsletter.slug}/{issue.slug}")
        tell_published(session, house, works, titled=partial(title_of, newsletter, issue), url=url, now=now)
    return sent


def grow(session: Session, house: House, newsletter: Newsletter, now: datetime) -> None:
    """Keep a draft growing, and tell editors the day before one waits for them."""
    issue = drafting.draft(session, newsletter, now=now)
    waits = newsletter.release == "by-hand" and issue.state == IssueState.DRAFT and issue.noticed_at is None
    if waits and issue.occurrence is not None and issue.occurrence - NOTICE <= now:
        issue.noticed_at = now
        session.add(issue)
        _tell_editors(session, house, newsletter, issue, now)


def release_due(house: House, newsletter_id: int, now: datetime) -> int:
    """Release the draft whose time has come, or hold it with the reason. Returns 1 if it was let out."""
    with house.database.session() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        issue = drafting.current(session, newsletter)
        if issue is None or issue.state != IssueState.DRAFT or issue.occurrence is None or issue.occurrence > now:
            return 0
        number = _new_items(session, newsletter, issue, now)
        if newsletter.release == "by-hand":
            issues.hold(session, issue, "release", "It waits for somebody to release it.")
            return 0
        if number < max(1, newsletter.minimum_items):
            issues.hold(session, issue, "thin", _thin(number, newsletter))
            newsletter.next_at = cadence.next_after(newsletter.rule, newsletter.zone, max(now, issue.occurrence))
            session.add(newsletter)
            drafting.draft(session, newsletter, now=now)
            return 0
        issue_id = issue.id or 0
    try:
        issues.release(house, issue_id, now=now, who="the timetable")
    except PublisherError as problem:
        _held_for_a_fault(house, issue_id, str(problem))
        return 0
    with house.database.session() as session:
        drafting.draft(session, session.get_one(Newsletter, newsletter_id), now=now)
    return 1


def send_scheduled(house: House, now: datetime) -> int:
    """Issues whose appointed instant has come."""
    with house.database.reading() as session:
        due = select(Issue.id).where(col(Issue.state) == IssueState.SCHEDULED, col(Issue.send_at) <= now)
        ids = [i for i in session.exec(due).all() if i is not None]
    sent = 0
    for issue_id in ids:
        try:
            issues.release(house, issue_id, now=now)
            sent += 1
        except PublisherError as problem:
            _held_for_a_fault(house, issue_id, str(problem))
        except IntegrityError:
            log.info("issue %s: another process was here first", issue_id)
    return sent


def finish_planning(house: House, now: datetime) -> None:
    """A planning that was cut off goes on where it stopped: chunks that are there are passed over."""
    with house.database.reading() as session:
        cut_off = (
            select(Issue.id)
            .join(Letter, col(Letter.id) == col(Issue.letter_id))
            .where(col(Issue.state) == IssueState.SENDING, col(Letter.state) == LetterState.PLANNING)
        )
        ids = [i for i in session.exec(cut_off).all() if i is not None]
    for issue_id in ids:
        try:
            issues.plan(house, issue_id, now=now)
        except PublisherError as problem:
            log.warning("issue %s: %s", issue_id, problem)


def _new_items(session: Session, newsletter: Newsletter, issue: Issue, now: datetime) -> int:
    """Items that no earlier issue of this newsletter brought: what only returns is no reason to write to people."""
    brought = set(
        session.exec(
            select(IssueItem.work_id)
            .join(Issue, col(Issue.id) == col(IssueItem.issue_id))
            .where(
                col(Issue.newsletter_id) == newsletter.id,
                col(Issue.planned_from).is_not(None),
                col(Issue.id) != issue.id,
                col(IssueItem.dropped).is_(False),
            )
        ).all()
    )
    return sum(entry.item.work_id not in brought for entry in entries(session, issue, now=now))


def _thin(number: int, newsletter: Newsletter) -> str:
    items = "1 new item" if number == 1 else f"{number} new items" if number else "No new items"
    return f"{items}, and it takes {newsletter.minimum_items}. What there is goes on to the next issue."


def _held_for_a_fault(house: House, issue_id: int, words: str) -> None:
    with house.database.session() as session:
        issue = session.get_one(Issue, issue_id)
        if issue.state in issues.UNSENT:
            issues.hold(session, issue, "fault", words)


def _active(house: House) -> list[int]:
    with house.database.reading() as session:
        which = select(Newsletter.id).where(col(Newsletter.state) == "active").order_by(col(Newsletter.id))
        return [i for i in session.exec(which).all() if i is not None]


def _tell_editors(session: Session, house: House, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """A notice to owners and editors: the draft is due and waits for their release."""
    editors = session.exec(
        select(Member, Address)
        .join(Address, col(Address.id) == col(Member.address_id))
        .where(col(Member.role).in_(("owner", "editor")), col(Member.disabled_at).is_(None))
    ).all()
    number = len(entries(session, issue, now=now))
    for member, address in editors:
        due = languages.moment_for_staff(issue.occurrence or now, newsletter.zone, now, "en")
        post(
            session,
            house,
            kind="notice",
            to=address,
            to_name=member.name,
            language="en",
            context={
                "title": f"{title_of(newsletter, issue, 'en')}: release it before {due}",
                "paragraphs": [
                    f"The next issue of {newsletter.name} has {number} items and is due {due}. It goes out when one of you releases it, and not before.",
                ],
                "button_label": "Look at the draft",
            },
            values={"action": house.settings.url(f"/studio/newsletters/{newsletter.slug}/issues/{issue.slug}")},
            occasion=f"due {issue.slug}",
            now=now,
        )
