"""Mending what was sent: the page of an issue with a dated note, and a letter to those it has reached.

The note says what was wrong and what is right. The page is mended as well where new words are given: a title, a blurb, the
opening. The letter is an issue of kind `correction`, planned and sent like every other: each person gets it once, in their
language, and who has left since, or whose address is suppressed, does not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.mail.models import OPEN, Letter, LetterState, Outbox
from publisher.newsletters import issues, readers
from publisher.newsletters.models import Correction, Issue, IssueItem, IssueState, Newsletter
from publisher.newsletters.newsletters import edition_language, languages_of
from publisher.newsletters.readers import Subscriber

LET_OUT = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)
LONGEST_NOTE = 5_000
NOT_SENT = "Only an issue that was sent can be corrected."
STILL_GOING = "It is still on its way. Wait until it is sent, or pause it: who gets it later would get what was wrong after the correction."


@dataclass(frozen=True)
class Mended:
    """New words for the page, by language: of the item that is corrected, or of the issue itself."""

    titles: Mapping[str, str] = field(default_factory=dict)
    blurbs: Mapping[str, str] = field(default_factory=dict)
    openings: Mapping[str, str] = field(default_factory=dict)


def note(
    session: Session,
    issue: Issue,
    notes: Mapping[str, str],
    *,
    now: datetime,
    work_id: int | None = None,
    mended: Mended = Mended(),
) -> Correction:
    """Put a dated note on the issue's page, and mend the page. Nobody is written to.

    `notes`: what was wrong and what is right, in Markdown, by language; one is enough. `BadInput`, `Conflict`, `NotFound`.
    """
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    said = _said(newsletter, notes)
    if issue.kind == "correction" or issue.state not in LET_OUT or not _is_out(session, issue):
        raise Conflict(NOT_SENT)
    item = _item(session, issue, work_id) if work_id is not None else None
    if any(one.notes == said and one.work_id == work_id for one in of(session, [issue])):
        raise Conflict("The page says exactly this already.")
    _mend(session, issue, item, mended)
    made = Correction(issue_id=issue.id or 0, work_id=work_id, notes=said, created_at=now)
    session.add(made)
    session.flush()
    return made


def begin_letter(session: Session, correction: Correction, *, now: datetime, to_item: bool = False) -> Issue:
    """The draft of a letter that tells those whom the issue has reached; `to_item`: only those who had the item."""
    if correction.letter_issue_id is not None:
        raise Conflict("There is a letter about this correction already.")
    original = session.get_one(Issue, correction.issue_id)
    work_id = _to_whom(session, original, correction.work_id, to_item)
    letter = issues.correct(session, original, now=now, work_id=work_id)
    letter.openings = dict(correction.notes)
    correction.letter_issue_id, correction.to_item = letter.id, to_item
    session.add(letter)
    session.add(correction)
    session.flush()
    return letter


def of(session: Session, several: Sequence[Issue]) -> list[Correction]:
    """The notes on the pages of these issues, the newest first."""
    which = select(Correction).where(col(Correction.issue_id).in_([one.id for one in several]))
    return list(session.exec(which.order_by(col(Correction.created_at).desc(), col(Correction.id).desc())).all())


@dataclass
class Reached:
    """Whom a letter about this issue would go to, in numbers."""

    people: int = 0
    suppressed: int = 0
    by_language: Counter[str] = field(default_factory=Counter)


def reached(session: Session, issue: Issue, *, now: datetime, work_id: int | None = None) -> Reached:
    """Those whom the issue has reached (or who had this item) and who are still readers. They are streamed, not fetched."""
    found = Reached(suppressed=readers.suppressed_count(session, _as_if(issue, work_id), now=now))
    for person, language in each(session, issue, now=now, work_id=work_id):
        found.people += person.person_id > 0
        found.by_language[language] += 1
    return found


def each(
    session: Session, issue: Issue, *, now: datetime, work_id: int | None = None, after: int = 0
) -> Iterator[tuple[Subscriber, str]]:
    """The same people one by one, from the number `after` on, with the language that they would read it in."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    wanted = _as_if(issue, work_id)
    while people := list(readers.subscribers(session, wanted, now=now, after=after)):
        for person in people:
            yield person, edition_language(newsletter, person.languages)
        after = people[-1].person_id


def note_in(correction: Correction, newsletter: Newsletter, language: str) -> tuple[str, str]:
    """The note and the language it is in: this one, else the newsletter's first, else any."""
    notes = correction.notes
    code = next((c for c in (language, languages_of(newsletter)[0], *notes) if notes.get(c)), language)
    return str(notes.get(code, "")), code


def items_of(session: Session, issue: Issue) -> list[IssueItem]:
    """What the issue had, in its order."""
    which = select(IssueItem).where(col(IssueItem.issue_id) == issue.id, col(IssueItem.dropped).is_(False))
    return list(session.exec(which.order_by(col(IssueItem.position), col(IssueItem.id))).all())


def _as_if(issue: Issue, work_id: int | None) -> Issue:
    """The letter as it would be, for asking who gets it; never stored."""
    if issue.kind == "correction":
        return issue
    return Issue(
        slug="", newsletter_id=issue.newsletter_id, kind="correction", list_id=issue.list_id, corrects_id=issue.id,
        corrects_work_id=work_id, created_at=issue.created_at,
    )  # fmt: skip


def _to_whom(session: Session, original: Issue, work_id: int | None, to_item: bool) -> int | None:
    letter = session.get_one(Letter, original.letter_id)
    waiting = select(Outbox.id).where(col(Outbox.letter_id) == letter.id, col(Outbox.state).in_(OPEN)).limit(1)
    if letter.state == LetterState.SENDING and session.exec(waiting).first() is not None:
        raise Conflict(STILL_GOING)
    if to_item and work_id is None:
        raise BadInput("Say which item it is about; else it goes to all whom the issue has reached.", field="item")
    return work_id if to_item else None


def _is_out(session: Session, issue: Issue) -> bool:
    """While a letter is still being planned, its words are not fixed yet."""
    letter = session.get(Letter, issue.letter_id) if issue.letter_id is not None else None
    return letter is not None and letter.state != LetterState.PLANNING


def _said(newsletter: Newsletter, notes: Mapping[str, str]) -> dict[str, str]:
    said = {code: text for code, words in notes.items() if (text := words.strip())}
    spoken = languages_of(newsletter)
    first = f"note_{spoken[0]}"
    if not said:
        raise BadInput("Say what was wrong, and what is right.", field=first)
    if foreign := [code for code in said if code not in spoken]:
        raise BadInput(
            f"{newsletter.name} is not written in “{foreign[0]}”. It is in {', '.join(spoken)}.", field=first
        )
    for code, text in said.items():
        if len(text) > LONGEST_NOTE:
            raise BadInput("A note of a correction is a few sentences. Make it shorter.", field=f"note_{code}")
    return said


def _item(session: Session, issue: Issue, work_id: int) -> IssueItem:
    found = next((one for one in items_of(session, issue) if one.work_id == work_id), None)
    if found is None:
        raise NotFound("This issue has no such item.")
    return found


def _mend(session: Session, issue: Issue, item: IssueItem | None, mended: Mended) -> None:
    if item is None and (mended.titles or mended.blurbs):
        raise BadInput("Say which item has these new words.", field="item")
    if item is not None:
        item.titles = {**item.titles, **_written(mended.titles)}
        item.blurbs = {**item.blurbs, **_written(mended.blurbs)}
        session.add(item)
    issue.openings = {**issue.openings, **_written(mended.openings)}
    session.add(issue)


def _written(words: Mapping[str, str]) -> dict[str, str]:
    return {code: text.strip() for code, text in words.items() if text.strip()}
