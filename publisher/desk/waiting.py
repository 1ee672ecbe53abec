"""What waits for somebody of the staff, in sentences with a way to it: what the desk letter of a morning says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from publisher.house import House
from publisher.languages import join_list, language_name, moment_for_staff, number
from publisher.library import sources
from publisher.library.models import LookAlike, Share, Source, Work, WorkState
from publisher.mail.bounces import mailboxes, marks
from publisher.newsletters import rehearsal
from publisher.newsletters.letter import title_of
from publisher.newsletters.models import Issue, IssueState, Newsletter
from publisher.newsletters.rehearsal import Rehearsal
from publisher.podcasts.models import Episode, EpisodeState, Show

#: A draft is due soon: one that waits for a release, and one that goes out by itself (the last morning to look at it).
BY_HAND, BY_ITSELF = timedelta(days=3), timedelta(days=1)
MOST = 10
#: What came back longer ago is no news.
FRESH = timedelta(days=7)
_STATE = {"bounces": "bounced", "complaints": "complained"}

Numbers = dict[int, Rehearsal]
"""Rehearsals by issue, so that several letters of one morning take one."""


@dataclass(frozen=True)
class Line:
    """`short`: what waits, in a few words for a subject. `text`: a sentence. `link`: where to, and what it says. `more`:
    a second sentence, such as numbers."""

    short: str
    text: str
    path: str
    link: str
    more: str = ""


def drafts(session: Session, house: House, now: datetime, zone: str, numbers: Numbers) -> Iterator[Line]:
    """Issues that are held, and drafts that are due soon with the numbers of their rehearsal."""
    rows = session.exec(
        select(Issue, Newsletter)
        .join(Newsletter, col(Newsletter.id) == col(Issue.newsletter_id))
        .where(col(Issue.state).in_((IssueState.DRAFT, IssueState.HELD)), col(Newsletter.state) == "active")
        .order_by(col(Issue.occurrence), col(Issue.id))
    )
    for issue, newsletter in rows.all():
        title, path = (
            title_of(newsletter, issue, "en"),
            f"/studio/newsletters/{newsletter.slug}/issues/{issue.slug}",
        )
        if issue.state == IssueState.HELD and issue.held_for != "thin":
            text = f"“{title}” is held: {issue.reason or 'it waits for somebody'}"
            yield Line("an issue is held", text, path, "Look at it", _numbers(session, house, issue, now, numbers))
        elif _is_due(newsletter, issue, now):
            by_hand = newsletter.release == "by-hand"
            how = "It goes out when one of you releases it." if by_hand else "It goes out by itself."
            due = moment_for_staff(issue.occurrence or now, zone, now)
            text = f"“{title}” is due {due}. {how}"
            yield Line("a draft is due", text, path, "Look at the draft", _numbers(session, house, issue, now, numbers))


def library(session: Session, now: datetime) -> Iterator[Line]:
    """Resources to review, pairs that may be one, and sources in trouble."""
    waiting = col(Work.state) == WorkState.NEW
    new = _count(session, select(func.count()).select_from(Work).where(waiting))
    if new:
        shared = select(func.count(func.distinct(col(Share.work_id)))).join(Work, col(Work.id) == col(Share.work_id))
        partners = _count(session, shared.where(waiting))
        said = f"{_things(new, 'resource waits', 'resources wait')} for a look"
        text = f"{said}, {number(partners, 'en')} of them from partners." if partners else f"{said}."
        yield Line(f"{_things(new, 'resource')} to review", text, "/studio/library", "Review them" if new > 1 else "Review it")  # fmt: skip
    pairs = _count(session, select(func.count()).select_from(LookAlike).where(col(LookAlike.state) == "open"))
    if pairs:
        text = f"{_things(pairs, 'pair')} may be one resource."
        yield Line("look-alikes", text, "/studio/library/look-alikes", "Decide")
    in_trouble = (col(Source.failing_since).is_not(None) & (col(Source.state) == "active")) | (
        col(Source.state) == "gone"
    )
    for source in session.exec(select(Source).where(in_trouble).order_by(col(Source.failing_since)).limit(MOST)):
        said = sources.health(source, now).rstrip(".")
        yield Line("a source fails", f"{source.title} is {said}.", f"/studio/library/sources/{source.slug}", "Look at the source")  # fmt: skip


def podcasts(session: Session) -> Iterator[Line]:
    """Episodes that should have appeared and did not."""
    refused = (
        select(Episode, Show)
        .join(Show, col(Show.id) == col(Episode.show_id))
        .where(
            col(Episode.state) == EpisodeState.DRAFT, col(Episode.taking) != "", col(Episode.enclosure_url).is_(None)
        )
        .order_by(col(Episode.updated_at).desc())
        .limit(MOST)
    )
    for episode, show in session.exec(refused):
        text = f"“{episode.title}” of {show.title} did not appear: {_ended(episode.taking)}"
        yield Line("an episode did not appear", text, f"/studio/podcasts/{show.slug}/episodes/{episode.id}", "Mend it")


def mail(session: Session, now: datetime) -> Iterator[Line]:
    """Mailboxes that cannot be read, and letters of the last days of which too much came back."""
    for identity, box in mailboxes.every(session):
        if box.state == "failing":
            text = f"What comes back to {identity.from_name} cannot be read: {_ended(box.error)}"
            yield Line("what comes back cannot be read", text, "/studio/settings/bounces", "Look at the mailbox")
    for mark in marks.marks(session, now, within=FRESH):
        short = "too much mail comes back" if mark.what == "bounces" else "readers complain"
        yield Line(short, f"“{mark.title}”: {mark.sentence}", f"/studio/people?state={_STATE[mark.what]}", "See whose")


def _is_due(newsletter: Newsletter, issue: Issue, now: datetime) -> bool:
    soon = BY_HAND if newsletter.release == "by-hand" else BY_ITSELF
    return issue.state == IssueState.DRAFT and issue.occurrence is not None and issue.occurrence <= now + soon


def _numbers(session: Session, house: House, issue: Issue, now: datetime, known: Numbers) -> str:
    """“1,204 people would get it, in 37 editions: 900 in English and 304 in French. 31 have nothing that fits.”"""
    if issue.id not in known:
        known[issue.id or 0] = rehearsal.rehearse(session, house, issue, now=now)[0]
    found = known[issue.id or 0]
    if not found.recipients:
        return "As it stands, nobody would get it."
    languages = [f"{number(count, 'en')} in {language_name(code, 'en')}" for code, count in found.by_language.most_common()]  # fmt: skip
    said = f"{_things(found.recipients, 'person', 'people')} would get it in {_things(found.editions, 'edition')}: {join_list(languages, 'en')}."
    if found.without_items:
        said += f" Nothing in it fits {_things(found.without_items, 'person', 'people')}."
    if found.suppressed:
        said += f" {_things(found.suppressed, 'address', 'addresses')} cannot get mail."
    return said


def _count(session: Session, question: object) -> int:
    return int(session.exec(question).one())  # type: ignore[call-overload]


def _things(count: int, one: str, several: str = "") -> str:
    return f"{number(count, 'en')} {one if count == 1 else several or one + 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
