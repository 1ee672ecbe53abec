"""What an editor does with an issue: schedule, release, pause, resume, cancel, test; special issues and corrections.

Entrances commit; only `release` manages its own transactions, because planning a long list is many of them.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from publisher import clock
from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict, NotFound, TemplateError
from publisher.house import House
from publisher.mail import outbox, restored
from publisher.mail.models import WAITING, Identity, Letter
from publisher.newsletters import cadence, drafting, planning
from publisher.newsletters.letter import entries, may_be_sent
from publisher.newsletters.models import Issue, IssueState, Newsletter

UNSENT = (IssueState.DRAFT, IssueState.HELD, IssueState.SCHEDULED)


def by_slug(session: Session, key: str) -> Issue:
    """The issue of that key, such as `monthly-2026-12-01`; its number in the database serves as well."""
    which = col(Issue.id) == int(key) if key.isdigit() and len(key) < 12 else col(Issue.slug) == key
    found = session.exec(select(Issue).where(which)).first()
    if found is None:
        raise NotFound(f"There is no issue “{key}”.")
    return found


def all_of(session: Session, newsletter: Newsletter | None = None) -> list[Issue]:
    """Newest first."""
    which = select(Issue).order_by(col(Issue.id).desc())
    if newsletter is not None:
        which = which.where(col(Issue.newsletter_id) == newsletter.id)
    return list(session.exec(which).all())


def schedule(session: Session, issue: Issue, at: datetime, *, now: datetime, who: str = "") -> None:
    """Send it at that instant. That is a release."""
    if at <= now:
        raise BadInput("That moment has passed. Choose one to come, or send it now.", field="at")
    _ready(session, issue, now)
    _move(session, issue, UNSENT, IssueState.SCHEDULED)
    issue.send_at, issue.released_by, issue.held_for, issue.reason = at, who, "", ""
    session.add(issue)


def unschedule(session: Session, issue: Issue) -> None:
    """Back to being a draft."""
    _move(session, issue, (IssueState.SCHEDULED,), IssueState.DRAFT)
    issue.send_at, issue.released_by = None, ""
    session.add(issue)


def release(
    house: House, issue_id: int, *, now: datetime, who: str = "", on_progress: Callable[[int], None] = lambda _n: None
) -> None:
    """Send it: number it, freeze who gets what, and let all mails out at once. Two people pressing at once send it once."""
    with house.database.session() as session:
        restored.refuse(session)
        issue = session.get_one(Issue, issue_id)
        newsletter = session.get_one(Newsletter, issue.newsletter_id)
        if issue.state in (IssueState.DRAFT, IssueState.SCHEDULED):
            drafting.grow(session, newsletter, issue, now=now)
        _ready(session, issue, now)
        _move(session, issue, UNSENT, IssueState.SENDING)
        issue.held_for = issue.reason = ""
        issue.released_by = issue.released_by or who
        if issue.kind == "regular":
            issue.number = _next_number(session, newsletter)
            _move_on(newsletter, issue, now)
            session.add(newsletter)
        planning.begin(session, issue, now=now)
    plan(house, issue_id, now=now, on_progress=on_progress)


def plan(house: House, issue_id: int, *, now: datetime, on_progress: Callable[[int], None] = lambda _n: None) -> None:
    """Plan a released issue, or go on where a planning was cut off. Held, with the fault named, where it does not compile."""
    try:
        planning.plan(house, issue_id, now=now, on_progress=on_progress)
    except (BadInput, TemplateError) as problem:
        _could_not_be_planned(house, issue_id, str(problem), now)
        raise


def hold(session: Session, issue: Issue, why: str, words: str) -> None:
    """Not yet: `release` (waits for a person), `thin`, or `fault` (something must be mended first)."""
    _move(session, issue, UNSENT, IssueState.HELD)
    issue.held_for, issue.reason = why, words
    session.add(issue)


def pause(session: Session, issue: Issue, reason: str = "") -> None:
    """No further mail is begun."""
    letter = _letter(session, issue)
    outbox.pause(session, letter, reason)
    _move(session, issue, (IssueState.SENDING,), IssueState.PAUSED)
    issue.reason = reason
    session.add(issue)


def resume(session: Session, issue: Issue, *, now: datetime) -> None:
    """Go on. What waited gets its full time again: a pause is not the readers' fault."""
    letter = _letter(session, issue)
    outbox.resume(session, letter)
    _move(session, issue, (IssueState.PAUSED, IssueState.SENDING), IssueState.SENDING)
    rows = outbox.OUTBOX
    session.execute(
        update(rows)
        .where(rows.c.letter_id == letter.id, rows.c.state.in_(WAITING))
        .values(expires_at=now + planning.LIVES)
    )
    issue.reason = ""
    session.add(issue)


def cancel(session: Session, issue: Issue, *, now: datetime) -> int:
    """Nothing more of it leaves; what was not sent does not count as had. Returns how many mails were stopped."""
    stopped = 0
    if issue.letter_id is not None and issue.state in (IssueState.SENDING, IssueState.PAUSED):
        stopped = outbox.cancel(session, _letter(session, issue), now=now)
    _move(session, issue, (*UNSENT, IssueState.SENDING, IssueState.PAUSED), IssueState.CANCELLED)
    issue.held_for = ""
    if issue.sent_at is None and stopped:
        issue.sent_at = now
    session.add(issue)
    return stopped


def status(session: Session, issue: Issue) -> dict[str, object]:
    """`{"issue", "state", "prepared", …}`; the ten counts after `prepared` always add up to it."""
    counts = outbox.status(session, issue.letter_id) if issue.letter_id is not None else outbox.status(session, -1)
    return {"issue": issue.slug, "state": shown_state(session, issue), **counts}


def statuses(session: Session, shown: Sequence[Issue]) -> dict[int | None, dict[str, int]]:
    """The counts of several issues at once, by issue."""
    counts = outbox.statuses(session, {-1, *(one.letter_id for one in shown if one.letter_id is not None)})
    return {one.id: counts[-1 if one.letter_id is None else one.letter_id] for one in shown}


def shown_state(session: Session, issue: Issue) -> str:
    """The issue's state; a letter that the sender paused makes it paused before the timetable has seen it."""
    if issue.state == IssueState.SENDING and issue.letter_id is not None:
        letter = session.get_one(Letter, issue.letter_id)
        return "paused" if letter.state == "paused" else issue.state
    return issue.state


def special(session: Session, newsletter: Newsletter, list_slug: str | None, *, now: datetime, who: str = "") -> Issue:
    """An issue of an opening only, outside the cadence, to one list (the newsletter's own if none is named)."""
    list_id = newsletter.list_id
    if list_slug is not None:
        found = session.exec(select(MailingList.id).where(col(MailingList.slug) == list_slug)).first()
        if found is None:
            raise NotFound(f"There is no list “{list_slug}”.")
        list_id = found
    return _extra(session, newsletter, "special", list_id, now, None)


def correct(session: Session, original: Issue, *, now: datetime, work_id: int | None = None) -> Issue:
    """A letter to those the issue has reached (`work_id`: who had this item by it): an opening that says what was wrong."""
    if original.letter_id is None or original.kind == "correction":
        raise Conflict("Only an issue that was sent can be corrected.")
    newsletter = session.get_one(Newsletter, original.newsletter_id)
    correction = _extra(session, newsletter, "correction", original.list_id, now, original.id)
    correction.subjects, correction.corrects_work_id = dict(original.subjects), work_id
    session.add(correction)
    return correction


def close_done(session: Session, *, now: datetime) -> list[Issue]:
    """Issues whose every mail has come to an end are sent. Returns them; partners are told by the desk."""
    outbox.finish(session, now=now)
    sent: list[Issue] = []
    for issue in session.exec(select(Issue).where(col(Issue.state).in_((IssueState.SENDING, IssueState.PAUSED)))).all():
        letter = session.get(Letter, issue.letter_id) if issue.letter_id is not None else None
        if letter is not None and letter.state == "done":
            issue.state, issue.sent_at, issue.reason = IssueState.SENT, now, ""
            sent.append(issue)
        elif letter is not None and letter.state == "paused" and issue.state == IssueState.SENDING:
            issue.state, issue.reason = IssueState.PAUSED, letter.pause_reason
        session.add(issue)
    session.flush()
    return sent


def _ready(session: Session, issue: Issue, now: datetime) -> None:
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    may_be_sent(session.get_one(Identity, newsletter.identity_id))
    if issue.kind == "regular" and not entries(session, issue, now=now):
        raise Conflict("This issue has no items. Approve or add something first, or write a special issue instead.")
    if issue.kind != "regular" and not any(str(text).strip() for text in issue.openings.values()):
        raise Conflict("This issue says nothing yet. Write its opening first.")


def _move(session: Session, issue: Issue, before: Sequence[IssueState], after: IssueState) -> None:
    """One conditional UPDATE, so that of two people only one changes the state."""
    moved = session.execute(
        update(Issue).where(col(Issue.id) == issue.id, col(Issue.state).in_(before)).values(state=after)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        session.refresh(issue)
        raise Conflict(f"The issue is {issue.state}; it cannot become {after.value}.")
    issue.state = after


def _move_on(newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """The next occurrence is the first one after both this issue's and the present."""
    latest = max(now, issue.occurrence or now)
    newsletter.next_at = cadence.next_after(newsletter.rule, newsletter.zone, latest)


def _next_number(session: Session, newsletter: Newsletter) -> int:
    last = session.exec(
        select(Issue.number)
        .where(col(Issue.newsletter_id) == newsletter.id, col(Issue.number).is_not(None))
        .order_by(col(Issue.number).desc())
    ).first()
    return (last or 0) + 1


def _extra(
    session: Session, newsletter: Newsletter, kind: str, list_id: int, now: datetime, corrects: int | None
) -> Issue:
    day = now.astimezone(clock.zone(newsletter.zone)).date().isoformat()
    slug = f"{newsletter.slug}-{kind}-{day}"
    if session.exec(select(Issue.id).where(col(Issue.slug) == slug)).first() is not None:
        slug += f"-{secrets.token_hex(2)}"
    issue = Issue(
        slug=slug,
        newsletter_id=newsletter.id or 0,
        kind=kind,
        list_id=list_id,
        corrects_id=corrects,
        signed_by=newsletter.signed_by,
        created_at=now,
    )
    session.add(issue)
    session.flush()
    return issue


def _could_not_be_planned(house: House, issue_id: int, words: str, now: datetime) -> None:
    """A letter that does not compile holds the issue: nothing was let out, and the fault is named."""
    with house.database.session() as session:
        issue = session.get_one(Issue, issue_id)
        letter = _letter(session, issue)
        outbox.cancel(session, letter, now=now)
        letter.key += f"-fault-{letter.id}"
        session.add(letter)
        issue.letter_id, issue.planned_from, issue.number = None, None, None
        issue.state, issue.held_for, issue.reason = IssueState.HELD, "fault", words
        session.add(issue)


def _letter(session: Session, issue: Issue) -> Letter:
    letter = session.get(Letter, issue.letter_id) if issue.letter_id is not None else None
    if letter is None:
        raise Conflict(f"The issue is {issue.state}; nothing of it is being sent.")
    return letter
