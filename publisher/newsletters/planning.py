"""From a released issue to one outbox row per reader, in idempotent chunks that no sender sees until all are there.

Readers are streamed by their number, never fetched at once: memory does not grow with the list. Each chunk is a transaction
of its own; a crash in the middle is finished by the timetable, and the unique keys make doing a chunk twice harmless.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from publisher.audience.models import MailingList
from publisher.database import insert_into
from publisher.house import House
from publisher.mail.models import (
    Identity,
    Letter,
    LetterLink,
    LetterState,
    MailClass,
    OutboxState,
)
from publisher.mail.outbox import OUTBOX, add_rows, keep_edition, let_out
from publisher.newsletters import told
from publisher.newsletters.letter import Entry, click_targets, compose, entries, title_of
from publisher.newsletters.matching import Matcher, Verdict
from publisher.newsletters.models import Issue, Newsletter
from publisher.newsletters.newsletters import edition_language, languages_of
from publisher.newsletters.readers import CHUNK, RECEIVED, Subscriber, readers_for, subscribers

#: How long an issue is worth carrying after it was planned.
LIVES = timedelta(days=5)


def plan(house: House, issue_id: int, *, now: datetime, on_progress: Callable[[int], None] = lambda _n: None) -> None:
    """Write a row for every reader who gets something, then let all of them out at once.

    The issue must be `sending` with a letter that is still being planned (see `issues.release`). Safe to call again.
    """
    with house.database.session() as session:
        issue = session.get_one(Issue, issue_id)
        letter = session.get_one(Letter, issue.letter_id)
        if letter.state != LetterState.PLANNING:
            return
        planned_from = issue.planned_from or now
        contents = entries(session, issue, now=planned_from)
        editions = compile_editions(session, house, issue, letter, contents, now=planned_from)
        newsletter = session.get_one(Newsletter, issue.newsletter_id)
    matcher = Matcher([entry.item for entry in contents], planned_from)
    last = 0
    while True:
        with house.database.session() as session:
            if not _still_planned(session, letter):
                return
            readers = list(subscribers(session, issue, now=planned_from, after=last, limit=CHUNK))
            if not readers:
                break
            _plan_chunk(session, house, issue, newsletter, letter, editions, matcher, readers, now)
        last = readers[-1].person_id
        on_progress(len(readers))
    with house.database.session() as session:
        if _still_planned(session, letter):
            if issue.kind != "correction":
                told.note(session, house.tokens, letter.origin, [item.work_id for item in matcher.items], now=now)
            let_out(session, session.get_one(Letter, letter.id), now=now)


def _still_planned(session: Session, letter: Letter) -> bool:
    """False once another process has let the letter out, or somebody has cancelled it; holds it still until the commit."""
    row = select(col(Letter.state)).where(col(Letter.id) == letter.id).with_for_update()
    return bool(session.execute(row).scalar_one() == LetterState.PLANNING)


def begin(session: Session, issue: Issue, *, now: datetime) -> Letter:
    """Make the letter of an issue that was just released. One conditional change of state has come before."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    mailing_list = session.get_one(MailingList, issue.list_id)
    letter = Letter(
        key=f"issue-{issue.id}",
        kind="issue",
        origin=told.origin_of(newsletter, issue),
        title=title_of(newsletter, issue, languages_of(newsletter)[0]),
        mail_class=MailClass.BULK,
        identity_id=newsletter.identity_id,
        list_key=mailing_list.slug,
        uncertain=mailing_list.uncertain,
        links=_links(newsletter, issue, mailing_list),
        created_at=now,
    )
    session.add(letter)
    session.flush()
    issue.letter_id = letter.id
    issue.planned_from = now
    session.add(issue)
    session.flush()
    return letter


def _links(newsletter: Newsletter, issue: Issue, mailing_list: MailingList) -> dict[str, list[str]]:
    """How each reader's links are made. Only what anybody may read has a page to read it on."""
    links = {
        "unsubscribe": ["unsubscribe", "/u/", f":{mailing_list.slug}"],
        "preferences": ["preferences", "/preferences/", ""],
    }
    if mailing_list.kind == "open" and issue.kind != "correction":
        links["browser"] = ["", f"/newsletters/{newsletter.slug}/{issue.slug}", ""]
    if mailing_list.counts_clicks:
        links["token"] = ["click", "", ""]
    return links


def compile_editions(
    session: Session, house: House, issue: Issue, letter: Letter, contents: Sequence[Entry], *, now: datetime
) -> dict[str, int]:
    """Language to edition id, compiled once each; where clicks are counted, the targets are kept with the letter."""
    newsletter = session.get_one(Newsletter, issue.newsletter_id)
    editions: dict[str, int] = {}
    for language in languages_of(newsletter):
        data = compose(session, house, issue, language, contents, now=now).to_bytes()
        editions[language] = keep_edition(session, letter.id or 0, language, digest(data), data)
    if "token" in letter.links:
        for number, url in click_targets(contents).items():
            session.merge(LetterLink(letter_id=letter.id or 0, n=number, url=url))
        session.flush()
    return editions


def identity_of(session: Session, newsletter: Newsletter) -> Identity:
    return session.get_one(Identity, newsletter.identity_id)


def digest(data: bytes) -> str:
    """What tells two compiled editions apart."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def marks(values: dict[str, str]) -> str:
    """Values of one row's own, as the outbox keeps them."""
    return json.dumps(values, ensure_ascii=False)


def _plan_chunk(
    session: Session,
    house: House,
    issue: Issue,
    newsletter: Newsletter,
    letter: Letter,
    editions: dict[str, int],
    matcher: Matcher,
    people: Sequence[Subscriber],
    now: datetime,
) -> None:
    readers = readers_for(session, house.tokens, people, [item.work_id for item in matcher.items], issue=issue)
    chosen: dict[int, tuple[Subscriber, list[Verdict]]] = {}
    for person in people:
        verdicts = matcher.select(readers[person.person_id])
        if verdicts or issue.kind != "regular":
            chosen[person.address_id] = (person, verdicts)
    add_rows(
        session, (_row(person, verdicts, newsletter, letter, editions, now) for person, verdicts in chosen.values())
    )
    _remember(session, issue, letter, chosen)


def _row(
    person: Subscriber,
    verdicts: Sequence[Verdict],
    newsletter: Newsletter,
    letter: Letter,
    editions: dict[str, int],
    now: datetime,
) -> dict[str, Any]:
    selection = " ".join(f"{v.item.block(v.language)}={v.reason}" for v in verdicts)
    return empty_row(letter.id or 0, person.address_id, now) | {
        "edition_id": editions[edition_language(newsletter, person.languages)],
        "to_name": person.name,
        "zone": person.zone,
        "selection": selection or None,
        "subject": person.key,
        "expires_at": now + LIVES,
    }


def empty_row(letter_id: int, address_id: int, now: datetime) -> dict[str, Any]:
    """An outbox row with everything a bulk insert must name."""
    return {
        "letter_id": letter_id,
        "address_id": address_id,
        "occasion": "",
        "state": OutboxState.QUEUED.value,
        "to_name": "",
        "zone": "UTC",
        "selection": None,
        "subject": None,
        "marks": None,
        "not_before": now,
        "attempts": 0,
        "doubts": 0,
        "epoch": 0,
        "reply": "",
        "created_at": now,
    }


def _remember(
    session: Session, issue: Issue, letter: Letter, chosen: dict[int, tuple[Subscriber, list[Verdict]]]
) -> None:
    """The ledger of works: who gets which by which row, and why."""
    rows = session.execute(
        select(OUTBOX.c.id, OUTBOX.c.address_id).where(
            OUTBOX.c.letter_id == letter.id, OUTBOX.c.address_id.in_(list(chosen))
        )
    )
    ledger = [
        {
            "person_id": chosen[row.address_id][0].person_id,
            "work_id": verdict.item.work_id,
            "outbox_id": row.id,
            "issue_id": issue.id,
            "reason": verdict.reason,
        }
        for row in rows
        for verdict in chosen[row.address_id][1]
    ]
    if ledger:
        session.execute(insert_into(session, RECEIVED).on_conflict_do_nothing(), ledger)
