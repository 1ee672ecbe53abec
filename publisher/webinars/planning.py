"""From a mailing that is due to one outbox row per person, in idempotent chunks that no sender sees until all are there.

One conditional UPDATE claims it and makes its letter. People are streamed by number, so memory does not grow with them, and
each chunk is a transaction of its own. A crash anywhere is finished by the next tick: the row still says `planning`, and the
unique keys make doing a chunk twice harmless. Who moves or cancels the date meanwhile stops the letter, and the planner sees
it before the next chunk.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, select, update
from sqlmodel import Session, col

from publisher.audience.models import MailingList
from publisher.house import House
from publisher.mail.models import Letter, LetterState, OutboxState
from publisher.mail.outbox import add_rows, let_out
from publisher.webinars import editions, letters, readers, recipients
from publisher.webinars.models import Mailing, Series, Webinar, WebinarState
from publisher.webinars.recipients import CLASSES, Recipient

MAILING: Table = Mailing.__table__  # type: ignore[attr-defined]
#: How long a letter without an end of its own is worth carrying.
LIVES = timedelta(days=5)
STALE = "Its time had gone by before it could be sent."


def plan(house: House, number: int, *, now: datetime) -> int:
    """Plan one mailing and let its letter out: 1. Else 0: it was stale, somebody stopped it, or another process was first.

    Safe to call again, at any time and by several processes. Its own transactions: a chunk that is committed stays.
    """
    with house.database.session() as session:
        mailing = _claimed(session, number, now)
        if mailing is None or mailing.letter_id is None:
            return 0
    whose = readers if mailing.kind == "announcement" else recipients
    compiled = editions.Editions(house, mailing)
    last = 0
    while True:
        with house.database.session() as session:
            if not _still_planned(session, mailing):
                _settle(session, mailing)
                return 0
            people = whose.chunk(session, mailing, after=last)
            if not people:
                break
            add_rows(session, _rows(session, compiled, mailing, people, now))
        last = people[-1].number
    with house.database.session() as session:
        if _still_planned(session, mailing):
            let_out(session, session.get_one(Letter, mailing.letter_id), now=now)
            _settle(session, mailing)
            return 1
    return 0


def why_not(session: Session, mailing: Mailing, now: datetime) -> str:
    """Why it is not sent any more, in a sentence; empty where it may go."""
    if mailing.expires_at is not None and mailing.expires_at <= now:
        return STALE
    return ""


def _claimed(session: Session, number: int, now: datetime) -> Mailing | None:
    """The mailing, now ours to plan, with its letter. None where it is not due, or its time has gone by."""
    mailing = session.get(Mailing, number)
    if mailing is None:
        return None
    if mailing.state == "planning":
        return mailing
    stands = (MAILING.c.id == number, MAILING.c.state.in_(("waiting", "skipped")), MAILING.c.due_at <= now)
    if reason := _why_over(session, mailing):
        session.execute(update(MAILING).where(*stands).values(state="cancelled", reason=reason))
        return None
    if reason := why_not(session, mailing, now):
        session.execute(update(MAILING).where(*stands).values(state="skipped", reason=reason))
        return None
    taken = update(MAILING).where(*stands).values(state="planning", reason="").returning(MAILING.c.id)
    if session.execute(taken).first() is None:
        return None
    session.refresh(mailing)
    if mailing.letter_id is None:
        mailing.letter_id = _letter(session, mailing, now).id
        session.add(mailing)
        session.flush()
    return mailing


def _why_over(session: Session, mailing: Mailing) -> str:
    """A reminder is of a date that is on, at the time it was reckoned from. Belt and braces: `reminders.plan` sees to it."""
    if mailing.kind != "reminder":
        return ""
    webinar = session.get_one(Webinar, mailing.webinar_id)
    right = webinar.starts_at - timedelta(minutes=mailing.minutes or 0) == mailing.due_at
    return "" if webinar.state == WebinarState.ANNOUNCED and right else "The date was moved or called off."


def _letter(session: Session, mailing: Mailing, now: datetime) -> Letter:
    series = session.get_one(Series, mailing.series_id)
    webinar = session.get(Webinar, mailing.webinar_id) if mailing.webinar_id is not None else None
    mailing_list = session.get_one(MailingList, mailing.list_id) if mailing.kind == "announcement" else None
    letter = Letter(
        key=f"webinar-{mailing.key}",
        origin=_origin(series, webinar, mailing),
        kind=letters.folder_of(mailing.kind),
        title=editions.title(mailing, series, webinar),
        mail_class=CLASSES[mailing.kind],
        identity_id=series.identity_id,
        list_key=mailing_list.slug if mailing_list is not None else None,
        uncertain=mailing_list.uncertain if mailing_list is not None else "resend",
        links=editions.links(session, mailing, series, webinar, mailing_list),
        created_at=now,
    )
    session.add(letter)
    session.flush()
    return letter


def _origin(series: Series, webinar: Webinar | None, mailing: Mailing) -> str:
    """What the letter is, whatever number its rows have: after a restore another date may get the number of one that was lost."""
    place = (webinar.starts_at if webinar is not None else series.created_at).astimezone(UTC).isoformat()
    number = mailing.key.rpartition(":")[2] if mailing.webinar_id is None or mailing.key.count(":") > 1 else ""
    written = mailing.created_at.astimezone(UTC).isoformat() if mailing.kind == "message" else ""
    return f"webinar:{series.slug}:{mailing.kind}:{place}:{mailing.list_id or ''}:{mailing.minutes or ''}:{number}:{written}"


def _still_planned(session: Session, mailing: Mailing) -> bool:
    """False once another process has let the letter out, or somebody has stopped it; holds it still until the commit."""
    row = select(col(Letter.state)).where(col(Letter.id) == mailing.letter_id).with_for_update()
    return bool(session.execute(row).scalar_one() == LetterState.PLANNING)


def _settle(session: Session, mailing: Mailing) -> None:
    """What became of the letter is what became of the mailing."""
    state = session.execute(select(col(Letter.state)).where(col(Letter.id) == mailing.letter_id)).scalar_one()
    after = "cancelled" if state == LetterState.CANCELLED else "out"
    ours = update(MAILING).where(MAILING.c.id == mailing.id, MAILING.c.state == "planning")
    session.execute(ours.values(state=after))


def _rows(
    session: Session, compiled: editions.Editions, mailing: Mailing, people: Sequence[Recipient], now: datetime
) -> list[dict[str, Any]]:
    found = compiled.of(session, people, now=now)
    same = {
        "letter_id": mailing.letter_id,
        "occasion": "",
        "state": OutboxState.QUEUED.value,
        "selection": None,
        "not_before": mailing.due_at,  # not `now`: a clock that goes back must not keep what is due
        "expires_at": mailing.expires_at or now + LIVES,
        "attempts": 0,
        "doubts": 0,
        "epoch": 0,
        "reply": "",
        "created_at": now,
    }
    return [
        same
        | {
            "address_id": person.address_id,
            "edition_id": edition.number,
            "to_name": person.name,
            "zone": person.zone,
            "subject": person.subject,
            "marks": json.dumps({"sequence": str(edition.sequence + person.extra)}) if edition.has_calendar else None,
        }
        for person, edition in zip(people, found, strict=True)
    ]
