"""Before sending: who would get what, and why. Nothing is written, nothing is mailed.

For an issue that was sent, `why` answers from the ledger what was in a reader's mail, and says the rest as it is today.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.audience.models import Person
from publisher.errors import NotFound
from publisher.house import House
from publisher.library.models import Work, WorkText
from publisher.mail import addresses
from publisher.mail.letters import Edition
from publisher.mail.models import MailClass, Outbox
from publisher.mail.outbox import add_rows, keep_edition
from publisher.mail.post import LIVES, standing_letter
from publisher.newsletters import planning, readers, reasons
from publisher.newsletters.drafting import items_of
from publisher.newsletters.letter import Entry, compose, entries
from publisher.newsletters.matching import Matcher, Verdict
from publisher.newsletters.models import Issue, Newsletter, Received
from publisher.newsletters.newsletters import edition_language, languages_of
from publisher.tokens import Purpose
from publisher.vocabulary import terms
from publisher.vocabulary.models import EDITABLE_FACETS


@dataclass
class Rehearsal:
    """Numbers before sending. `editions`: how many different selections. Counters by language, country, zone."""

    recipients: int = 0
    suppressed: int = 0
    without_items: int = 0
    selections: set[tuple[str, str]] = field(default_factory=set)
    by_language: Counter[str] = field(default_factory=Counter)
    by_country: Counter[str] = field(default_factory=Counter)
    by_time_zone: Counter[str] = field(default_factory=Counter)
    readers_of_item: Counter[int] = field(default_factory=Counter)

    @property
    def editions(self) -> int:
        return len(self.selections)


def rehearse(session: Session, house: House, issue: Issue, *, now: datetime) -> tuple[Rehearsal, list[Entry]]:
    """Who would get the issue at this moment. Readers are streamed; memory grows with selections, not with readers."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    contents = entries(session, issue, now=now)
    matcher = Matcher([entry.item for entry in contents], now)
    numbers = Rehearsal(suppressed=readers.suppressed_count(session, issue, now=now))
    for person, verdicts in _everyone(session, house, issue, matcher, now):
        if not verdicts and issue.kind == "regular":
            numbers.without_items += 1
            continue
        language = edition_language(newsletter, person.languages)
        numbers.recipients += 1
        numbers.selections.add((language, " ".join(v.item.block(v.language) for v in verdicts)))
        numbers.by_language[language] += 1
        numbers.by_country[person.country or "unknown"] += 1
        numbers.by_time_zone[person.zone] += 1
        numbers.readers_of_item.update(v.item.work_id for v in verdicts)
    return numbers, contents


def as_json(issue: Issue, numbers: Rehearsal, contents: list[Entry]) -> dict[str, object]:
    """The answer of `publisher issues rehearse`."""
    return {
        "issue": issue.slug,
        "recipients": numbers.recipients,
        "suppressed": numbers.suppressed,
        "without_items": numbers.without_items,
        "editions": numbers.editions,
        "by_language": dict(numbers.by_language.most_common()),
        "by_country": dict(numbers.by_country.most_common()),
        "by_time_zone": dict(numbers.by_time_zone.most_common()),
        "items": [
            {"id": e.item.work_id, "title": title_of_entry(e), "readers": numbers.readers_of_item[e.item.work_id]}
            for e in contents
        ],
    }


def why(session: Session, house: House, issue: Issue, email: str, *, now: datetime) -> list[dict[str, object]]:
    """Each item of the issue for one reader: id, title, included, and the reason in words."""
    person = reader_by_email(session, house, email)
    contents = entries(session, issue, now=issue.planned_from or now)
    titles = {entry.item.work_id: title_of_entry(entry) for entry in contents}
    name_of = reasons.namer("en", term_names(session, "en"))
    ledger = _ledger(session, issue, person)
    answers: list[dict[str, object]] = []
    for verdict in judge(session, house, issue, person, contents, now=issue.planned_from or now):
        work_id = verdict.item.work_id
        if issue.letter_id is not None:
            included = work_id in ledger
            code = ledger.get(work_id, "not-sent" if verdict.included else verdict.reason)
        else:
            included, code = verdict.included, verdict.reason
        words = reasons.in_words(code, "en", name_of) if included else reasons.OUT[code]
        answers.append({"id": work_id, "title": titles[work_id], "included": included, "reason": words})
    return answers + _left_out(session, issue, set(titles), ledger)


def judge(
    session: Session, house: House, issue: Issue, person: Person, contents: list[Entry], *, now: datetime
) -> list[Verdict]:
    """Every item's verdict for one person."""
    matcher = Matcher([entry.item for entry in contents], now)
    subscriber = readers.as_subscriber(person)
    ids = [entry.item.work_id for entry in contents]
    reader = readers.readers_for(session, house.tokens, [subscriber], ids, issue=issue)[subscriber.person_id]
    return matcher.judge(reader)


@dataclass(frozen=True)
class Preview:
    """A mail as one reader would get it: `selection` as the outbox keeps it, the edition, and example links."""

    edition: Edition
    selection: list[tuple[str, str]] | None
    name: str
    email: str
    zone: str
    values: dict[str, str]

    def html(self) -> str:
        return self.edition.html(to_name=self.name, values=self.values, selection=self.selection, zone=self.zone)

    def text(self) -> str:
        return self.edition.text(to_name=self.name, values=self.values, selection=self.selection, zone=self.zone)

    def eml(self, *, domain: str, now: datetime) -> bytes:
        return self.edition.assemble(
            to_name=self.name,
            to_address=self.email,
            message_id=f"<preview@{domain}>",
            date=now,
            values=self.values,
            selection=self.selection,
            zone=self.zone,
            smtputf8=True,
        )


def preview(
    session: Session,
    house: House,
    issue: Issue,
    *,
    now: datetime,
    email: str | None = None,
    language: str | None = None,
) -> Preview:
    """The mail of one reader, or (without `email`) the generic edition with everything in it. Its links act for nobody."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    contents = entries(session, issue, now=now)
    values = {
        # Has the form of the real one, and names nobody: pressing it changes nothing.
        "unsubscribe": house.settings.url("/u/" + house.tokens.make(Purpose.UNSUBSCRIBE, "preview:preview")),
        "preferences": house.settings.url("/preferences"),
        "token": "preview",
    }
    if email is None:
        spoken = language or languages_of(newsletter)[0]
        edition = compose(session, house, issue, spoken, contents, now=now)
        chosen = [(entry.item.block(text), "") for entry in contents for text in [_generic_text(entry, spoken)] if text]
        return Preview(edition, chosen if contents else None, "", "reader@example.org", newsletter.zone, values)
    person = reader_by_email(session, house, email)
    spoken = edition_language(newsletter, tuple(person.languages.split(",")))
    edition = compose(session, house, issue, spoken, contents, now=now)
    verdicts = [v for v in judge(session, house, issue, person, contents, now=now) if v.included]
    selection = [(v.item.block(v.language), v.reason) for v in verdicts]
    return Preview(edition, selection if contents else None, person.name, email, person.zone, values)


def send_test(session: Session, house: House, issue: Issue, to: str, *, now: datetime) -> Outbox | None:
    """Mail the issue to one address as they would get it, marked as a test; a stranger gets everything in it."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    address = addresses.find_or_make(session, house.tokens, to, now=now)
    person = session.exec(select(Person).where(col(Person.address_id) == address.id)).first()
    shown = preview(session, house, issue, now=now, email=to if person else None)
    contents = entries(session, issue, now=now)
    edition = compose(session, house, issue, shown.edition.language, contents, now=now, subject_mark="[Test]")
    letter = standing_letter(
        session, "issue-test", MailClass.PERSONAL, planning.identity_of(session, newsletter), None, now
    )
    data = edition.to_bytes()
    row = planning.empty_row(letter.id or 0, address.id or 0, now) | {
        "occasion": f"{issue.slug} {now.isoformat()}",
        "edition_id": keep_edition(session, letter.id or 0, edition.language, planning.digest(data), data),
        "to_name": shown.name,
        "zone": shown.zone,
        "selection": " ".join(f"{key}={reason}" for key, reason in shown.selection or ()) or None,
        "marks": planning.marks(shown.values),
        "expires_at": now + LIVES,
    }
    add_rows(session, [row])
    return session.exec(
        select(Outbox).where(col(Outbox.letter_id) == letter.id, col(Outbox.occasion) == row["occasion"])
    ).first()


def reader_by_email(session: Session, house: House, email: str) -> Person:
    """The person with that address; `NotFound` where nobody here has it."""
    address = addresses.find(session, house.tokens, email)
    person = session.exec(select(Person).where(col(Person.address_id) == address.id)).first() if address else None
    if person is None:
        raise NotFound(f"Nobody here has the address {email}.")
    return person


def term_names(session: Session, language: str) -> dict[tuple[str, str], str]:
    return {
        (facet, key): name for facet in EDITABLE_FACETS for key, name in terms.names(session, facet, language).items()
    }


def title_of_entry(entry: Entry) -> str:
    text = entry.texts.get("en") or entry.texts.get(entry.work.language) or next(iter(entry.texts.values()))
    return str(entry.listing.titles.get(text.language) or text.title)


def _generic_text(entry: Entry, language: str) -> str | None:
    """The text the generic edition shows: in its language, else the original's, else any."""
    for candidate in (language, entry.work.language):
        if candidate in entry.texts:
            return candidate
    return next(iter(entry.texts), None)


def _everyone(
    session: Session, house: House, issue: Issue, matcher: Matcher, now: datetime
) -> Iterator[tuple[readers.Subscriber, list[Verdict]]]:
    ids = [item.work_id for item in matcher.items]
    last = 0
    while people := list(readers.subscribers(session, issue, now=now, after=last)):
        found = readers.readers_for(session, house.tokens, people, ids, issue=issue)
        for person in people:
            yield person, matcher.select(found[person.person_id])
        last = people[-1].person_id


def _ledger(session: Session, issue: Issue, person: Person) -> dict[int, str]:
    rows = session.exec(
        select(Received).where(col(Received.issue_id) == issue.id, col(Received.person_id) == person.id)
    ).all()
    return {row.work_id: row.reason for row in rows}


def _left_out(session: Session, issue: Issue, shown: set[int], ledger: dict[int, str]) -> list[dict[str, object]]:
    """What an editor dropped, and what has left the shelf since."""
    answers: list[dict[str, object]] = []
    for listing in items_of(session, issue):
        if listing.work_id in shown:
            continue
        work = session.get_one(Work, listing.work_id)
        text = session.exec(select(WorkText).where(col(WorkText.work_id) == work.id)).first()
        included = listing.work_id in ledger
        words = "It was in the mail." if included else reasons.OUT["dropped" if listing.dropped else "ended"]
        answers.append(
            {"id": work.id, "title": text.title if text else work.slug, "included": included, "reason": words}
        )
    return answers
