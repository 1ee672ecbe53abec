"""The growing draft: newly approved news flows in, an editor pins, drops, reorders and rewrites.

A newsletter has one issue at a time that grows. It belongs to an occurrence of the cadence; when that has passed, sent or
held because it was thin, the next one begins and takes over what was carried.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from publisher import clock
from publisher.errors import BadInput, Conflict, NotFound
from publisher.library.models import ON_THE_SHELF, Subject, Work, WorkText
from publisher.newsletters import cadence
from publisher.newsletters.models import Issue, IssueItem, IssueState, Newsletter, Section
from publisher.newsletters.newsletters import sections_of

#: News a first draft begins with.
FIRST_LOOK_BACK = timedelta(days=14)
#: How far ahead a section that shows things until their date looks.
LOOK_AHEAD = timedelta(days=60)
GROWING = (IssueState.DRAFT, IssueState.SCHEDULED)


def current(session: Session, newsletter: Newsletter) -> Issue | None:
    """The issue that grows: a draft, a scheduled one, or one that is held for a person."""
    waiting = (col(Issue.state) == IssueState.HELD) & col(Issue.held_for).in_(("release", "fault"))
    which = select(Issue).where(
        col(Issue.newsletter_id) == newsletter.id,
        col(Issue.kind) == "regular",
        or_(col(Issue.state).in_(GROWING), waiting),
    )
    return session.exec(which.order_by(col(Issue.id).desc())).first()


def grows(issue: Issue) -> bool:
    """Whether it is one that `current` would name."""
    waits = issue.state == IssueState.HELD and issue.held_for in ("release", "fault")
    return issue.kind == "regular" and (issue.state in GROWING or waits)


def draft(session: Session, newsletter: Newsletter, *, now: datetime) -> Issue:
    """The growing draft, begun if there is none, grown to this moment."""
    issue = current(session, newsletter)
    if issue is None:
        occurrence = _free_occurrence(session, newsletter, now)
        issue = Issue(
            slug=_free_slug(session, newsletter, occurrence),
            newsletter_id=newsletter.id or 0,
            occurrence=occurrence,
            list_id=newsletter.list_id,
            signed_by=newsletter.signed_by,
            created_at=now,
        )
        session.add(issue)
        session.flush()
        _take_over(session, newsletter, issue, now)
    grow(session, newsletter, issue, now=now)
    return issue


def grow(session: Session, newsletter: Newsletter, issue: Issue, *, now: datetime) -> int:
    """Let flow in what became news since the last look; returns how much. What an editor dropped stays out."""
    if issue.kind != "regular":
        return 0
    sections = sections_of(session, newsletter.id or 0)
    known = set(session.exec(select(IssueItem.work_id).where(col(IssueItem.issue_id) == issue.id)).all())
    since = _news_since(session, newsletter, issue, now)
    added = 0
    for work in _candidates(session, since, now):
        if work.id in known:
            continue
        subjects = _subjects(session, work.id or 0)
        section = next((s for s in sections if _wants(s, work, subjects, since, now)), None)
        if section is not None:
            _append(session, issue, work, section, now)
            added += 1
    issue.grown_until = now
    session.add(issue)
    session.flush()
    return added


def items_of(session: Session, issue: Issue) -> list[IssueItem]:
    """The issue's items, dropped ones too: by section, pinned first, then in the editor's order."""
    return items_of_all(session, issue.newsletter_id, [issue.id or 0])[issue.id or 0]


def items_of_all(session: Session, newsletter_id: int, ids: Sequence[int]) -> dict[int, list[IssueItem]]:
    """The same for several issues of one newsletter, by issue."""
    order = {s.id: n for n, s in enumerate(sections_of(session, newsletter_id))}
    found: dict[int, list[IssueItem]] = {number: [] for number in ids}
    for item in session.exec(select(IssueItem).where(col(IssueItem.issue_id).in_(ids))):
        found[item.issue_id].append(item)
    for items in found.values():
        items.sort(key=lambda i: (order.get(i.section_id, 99), not i.pinned, i.position, i.id or 0))
    return found


def put_in(session: Session, issue: Issue, work_id: int, *, now: datetime) -> IssueItem:
    """An editor adds a work from the shelf, whatever its age. One that was dropped comes back."""
    _must_grow(issue)
    work = session.get(Work, work_id)
    if work is None or work.state not in ON_THE_SHELF:
        raise NotFound("That resource is not on the shelf.")
    existing = _item(session, issue, work_id)
    if existing is not None:
        existing.dropped = False
        session.add(existing)
        return existing
    sections = sections_of(session, issue.newsletter_id)
    subjects = _subjects(session, work_id)
    fitting = [s for s in sections if _rule_allows(s, work, subjects)]
    if not sections:
        raise Conflict("This newsletter has no section to put it in.")
    return _append(session, issue, work, (fitting or sections[-1:])[0], now)


def drop(session: Session, issue: Issue, work_id: int) -> None:
    """Leave a work out of this issue. It does not flow in again."""
    _change(session, issue, work_id).dropped = True


def restore(session: Session, issue: Issue, work_id: int) -> None:
    _change(session, issue, work_id).dropped = False


def pin(session: Session, issue: Issue, work_id: int, pinned: bool = True) -> None:
    """Put a work at the head of its section."""
    _change(session, issue, work_id).pinned = pinned


def move(session: Session, issue: Issue, work_id: int, steps: int, *, section: str | None = None) -> None:
    """Move a work up (negative) or down within its section, or to another section."""
    item = _change(session, issue, work_id)
    if section is not None:
        found = [s for s in sections_of(session, issue.newsletter_id) if s.key == section]
        if not found:
            raise NotFound(f"There is no section “{section}”.")
        item.section_id = found[0].id
    siblings = [i for i in items_of(session, issue) if i.section_id == item.section_id and not i.dropped]
    place = siblings.index(item) if item in siblings else 0
    siblings.remove(item)
    siblings.insert(max(0, min(len(siblings), place + steps)), item)
    for position, sibling in enumerate(siblings):
        sibling.position = position
        session.add(sibling)
    session.flush()


def rewrite(session: Session, issue: Issue, work_id: int, language: str, *, title: str = "", blurb: str = "") -> None:
    """The editor's own words for a work in this issue, in one language; empty words bring the library's back."""
    item = _change(session, issue, work_id)
    item.titles = _with(item.titles, language, title)
    item.blurbs = _with(item.blurbs, language, blurb)


def write(
    session: Session,
    issue: Issue,
    language: str,
    *,
    subject: str | None = None,
    preheader: str | None = None,
    opening: str | None = None,
    signed_by: str | None = None,
) -> None:
    """Subject, preheader and opening (Markdown) of one language. None leaves a part as it is."""
    _must_grow(issue)
    if subject is not None:
        if len(subject) > 200:
            raise BadInput(
                "A subject of more than 200 characters is cut off everywhere. Make it shorter.", field="subject"
            )
        issue.subjects = _with(issue.subjects, language, " ".join(subject.split()))
    if preheader is not None:
        issue.preheaders = _with(issue.preheaders, language, " ".join(preheader.split()))
    if opening is not None:
        issue.openings = _with(issue.openings, language, opening.strip())
    if signed_by is not None:
        issue.signed_by = signed_by.strip()
    session.add(issue)
    session.flush()


def _take_over(session: Session, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """Items of the issue before, where that was held because it was thin."""
    before = session.exec(
        select(Issue)
        .where(col(Issue.newsletter_id) == newsletter.id, col(Issue.id) != issue.id, col(Issue.kind) == "regular")
        .order_by(col(Issue.id).desc())
    ).first()
    if before is None or before.state != IssueState.HELD or before.held_for != "thin":
        return
    for item in items_of(session, before):
        work = session.get_one(Work, item.work_id)
        if not item.dropped and not has_ended(work, now):
            carried = item.model_dump(exclude={"id", "issue_id", "carried_from"})
            session.add(IssueItem(**carried, issue_id=issue.id or 0, carried_from=before.id))
    session.flush()


def has_ended(work: Work, now: datetime) -> bool:
    """Whether there is no point in telling of it any more: its end has passed, or its start where it has no end."""
    end = work.ends_at or work.starts_at
    return end is not None and end <= now


def _candidates(session: Session, since: datetime, now: datetime) -> list[Work]:
    """Works that became news after `since`, in any language, and works that are still to come."""
    fresh_text = select(WorkText.work_id).where(col(WorkText.news_since) > since, col(WorkText.news_since) <= now)
    coming = or_(col(Work.ends_at) > now, col(Work.starts_at) > now)
    news = (col(Work.news_since) > since) & (col(Work.news_since) <= now)
    which = select(Work).where(
        col(Work.state).in_(ON_THE_SHELF),
        or_(news, col(Work.id).in_(fresh_text), coming & (col(Work.news_since) <= now)),
    )
    works = session.exec(which.order_by(col(Work.news_since), col(Work.id))).all()
    featured_first = sorted(works, key=lambda w: w.state != "featured")
    return [work for work in featured_first if not has_ended(work, now)]


def _wants(section: Section, work: Work, subjects: set[tuple[str, str]], since: datetime, now: datetime) -> bool:
    if not _rule_allows(section, work, subjects):
        return False
    if section.mode == "until":
        start = work.starts_at or work.ends_at
        return start is not None and start <= now + LOOK_AHEAD
    if section.fresh_days is not None and work.published_on is not None:
        return work.published_on >= (now - timedelta(days=section.fresh_days)).date()
    return (work.news_since is not None and work.news_since > since) or work.starts_at is None


def _rule_allows(section: Section, work: Work, subjects: set[tuple[str, str]]) -> bool:
    def named(text: str, facet: str) -> bool:
        wanted = {(facet, key.strip()) for key in text.split(",") if key.strip()}
        return not wanted or bool(wanted & subjects)

    kinds = {kind.strip() for kind in section.kinds.split(",") if kind.strip()}
    return (not kinds or work.kind in kinds) and named(section.topics, "topic") and named(section.countries, "country")


def _append(session: Session, issue: Issue, work: Work, section: Section, now: datetime) -> IssueItem:
    last = session.exec(
        select(IssueItem.position)
        .where(col(IssueItem.issue_id) == issue.id, col(IssueItem.section_id) == section.id)
        .order_by(col(IssueItem.position).desc())
    ).first()
    item = IssueItem(
        issue_id=issue.id or 0,
        work_id=work.id or 0,
        section_id=section.id,
        position=0 if last is None else last + 1,
        added_at=now,
    )
    session.add(item)
    session.flush()
    return item


def _news_since(session: Session, newsletter: Newsletter, issue: Issue, now: datetime) -> datetime:
    """From when on news belongs in this issue: where the last sent or thin one stopped growing."""
    before = session.exec(
        select(Issue.grown_until)
        .where(
            col(Issue.newsletter_id) == newsletter.id,
            col(Issue.kind) == "regular",
            col(Issue.id) != issue.id,
            col(Issue.grown_until).is_not(None),
        )
        .order_by(col(Issue.grown_until).desc())
    ).first()
    return before or min(issue.created_at, newsletter.created_at) - FIRST_LOOK_BACK


def _free_occurrence(session: Session, newsletter: Newsletter, now: datetime) -> datetime:
    """The occurrence the next issue is for; past ones that were missed together count as one."""
    occurrence = newsletter.next_at or cadence.next_after(newsletter.rule, newsletter.zone, now)
    taken = set(session.exec(select(Issue.occurrence).where(col(Issue.newsletter_id) == newsletter.id)).all())
    while occurrence in taken:
        occurrence = cadence.next_after(newsletter.rule, newsletter.zone, occurrence)
    return occurrence


def _free_slug(session: Session, newsletter: Newsletter, occurrence: datetime) -> str:
    day = occurrence.astimezone(clock.zone(newsletter.zone)).date().isoformat()
    slug, number = f"{newsletter.slug}-{day}", 1
    while session.exec(select(Issue.id).where(col(Issue.slug) == slug)).first() is not None:
        number += 1
        slug = f"{newsletter.slug}-{day}-{number}"
    return slug


def _subjects(session: Session, work_id: int) -> set[tuple[str, str]]:
    rows = session.exec(select(Subject).where(col(Subject.work_id) == work_id, col(Subject.suggested).is_(False))).all()
    return {(row.facet, row.key) for row in rows}


def _item(session: Session, issue: Issue, work_id: int) -> IssueItem | None:
    return session.exec(
        select(IssueItem).where(col(IssueItem.issue_id) == issue.id, col(IssueItem.work_id) == work_id)
    ).first()


def _change(session: Session, issue: Issue, work_id: int) -> IssueItem:
    _must_grow(issue)
    item = _item(session, issue, work_id)
    if item is None:
        raise NotFound("That resource is not in this issue.")
    session.add(item)
    return item


def _must_grow(issue: Issue) -> None:
    if issue.state not in (IssueState.DRAFT, IssueState.HELD, IssueState.SCHEDULED):
        raise Conflict(f"This issue is {issue.state}; it cannot be changed any more.")


def _with(words: dict[str, object], language: str, text: str) -> dict[str, object]:
    return {**words, language: text} if text else {k: v for k, v in words.items() if k != language}
