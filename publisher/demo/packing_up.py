"""Taking the demo's webinars away: series, dates, who registered and what became of it, and nothing that is anybody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import Session, SQLModel, col, select

from publisher.demo import gatherings, kept_files
from publisher.errors import Conflict
from publisher.library.models import Record, Source
from publisher.mail.bounces.models import BounceMailbox, BounceTally
from publisher.mail.models import Address
from publisher.webinars import shelf
from publisher.webinars.models import (
    CohortCalendar,
    Feedback,
    Handout,
    Mailing,
    Presence,
    Question,
    Registrant,
    Registration,
    ReplyMailbox,
    RoomEvent,
    Seat,
    Series,
    Speaker,
    Vote,
    Webinar,
)

Ids = Sequence[int]


@dataclass(frozen=True)
class Gathered:
    """Row numbers of the demo's series, of their dates and registrations, of letters to many about them, of the files it
    brought, and of what it said to the shelf."""

    series: Ids
    webinars: Ids
    registrations: Ids
    letters: Ids
    files: Ids
    records: Ids


def gathered(session: Session, at: datetime | None) -> Gathered:
    """What the demo that was begun `at` has: series by short name and the moment at which it made each."""
    made = [(one.slug, one.announced(at)) for one in gatherings.webinars()] if at is not None else []
    named = [(col(Series.slug) == slug) & (col(Series.created_at) == moment) for slug, moment in made]
    series = _ids(session, Series, or_(*named)) if named else []
    webinars = _ids(session, Webinar, col(Webinar.series_id).in_(series))
    letters = select(Mailing.letter_id).where(col(Mailing.series_id).in_(series), col(Mailing.letter_id).is_not(None))
    return Gathered(
        series=series,
        webinars=webinars,
        registrations=_ids(session, Registration, col(Registration.series_id).in_(series)),
        letters=[number for number in session.exec(letters) if number is not None],
        files=kept_files.brought(session, kept_files.of_webinars(series, webinars), at),
        records=_records(session, webinars),
    )


def must_be_only_ours(session: Session, here: Gathered, *, addresses: Ids, lists: Ids, identities: Ids) -> None:
    """`Conflict` where somebody who is not of the demo registered or speaks, or a webinar of one's own uses the demo's things."""
    erased = select(Address.id).where(col(Address.email) == "")
    others = select(Registrant.id).where(
        col(Registrant.address_id).not_in(addresses), col(Registrant.address_id).not_in(erased)
    )
    which = (col(Registration.id).in_(here.registrations), col(Registration.registrant_id).in_(others))
    strangers = _count(session, Registration, *which)
    if strangers:
        raise Conflict(
            f"People who are not part of the demo registered for its webinars ({strangers}). Erase them first, or keep the demo."
        )
    theirs = or_(col(Series.list_id).in_(lists), col(Series.identity_id).in_(identities))
    if _count(session, Series, col(Series.id).not_in(here.series), theirs):
        raise Conflict(
            "A webinar of your own is for a list of the demo, or signed as one. Change it first, or keep the demo."
        )


def pack_up(session: Session, here: Gathered, *, addresses: Ids, lists: Ids, identities: Ids, letters: Ids) -> None:
    """Delete the webinars, and what the demo's people did with others."""
    booked = select(Registrant.id).where(col(Registrant.address_id).in_(addresses))
    elsewhere = _ids(session, Registration, col(Registration.registrant_id).in_(booked))
    registrations = [*here.registrations, *elsewhere]
    people = select(Registration.registrant_id).where(col(Registration.id).in_(registrations))
    registrants = [*session.exec(booked), *session.exec(people)]
    _questions(session, here, registrations)
    _delete(session, Seat, or_(col(Seat.registration_id).in_(registrations), col(Seat.webinar_id).in_(here.webinars)))
    for table in (Presence, RoomEvent, Feedback, Handout):
        _delete(session, table, col(table.webinar_id).in_(here.webinars))
    session.execute(
        update(Presence)
        .where(col(Presence.registration_id).in_(elsewhere))
        .values(registration_id=None, name="", email="")
    )
    _delete(session, Registration, col(Registration.id).in_(registrations))
    still = select(Registration.registrant_id)
    _delete(session, Registrant, col(Registrant.id).in_(registrants), col(Registrant.id).not_in(still))
    _mailings(session, here, lists, letters)
    _speakers(session, here, addresses)
    _delete(session, Webinar, col(Webinar.id).in_(here.webinars))
    _delete(session, Series, col(Series.id).in_(here.series))
    _delete(session, CohortCalendar, col(CohortCalendar.list_id).in_(lists))
    _delete(session, ReplyMailbox, col(ReplyMailbox.identity_id).in_(identities))
    boxes = select(BounceMailbox.id).where(col(BounceMailbox.identity_id).in_(identities))
    _delete(session, BounceTally, col(BounceTally.mailbox_id).in_(boxes))
    _delete(session, BounceMailbox, col(BounceMailbox.identity_id).in_(identities))


def close_source(session: Session) -> None:
    """The shelf's own source for webinars is made when it is first needed: without records it is as if it had not been."""
    _delete(session, Source, col(Source.slug) == shelf.SOURCE, col(Source.id).not_in(select(Record.source_id)))


def _records(session: Session, webinars: Ids) -> Ids:
    """What was said of these dates and their recordings, each in all languages: `webinar:7`, `webinar:7:fr`."""
    source = select(Source.id).where(col(Source.slug) == shelf.SOURCE)
    said = {f"{kind}:{number}" for kind in ("webinar", "recording") for number in webinars}
    rows = session.execute(select(Record.id, Record.guid).where(col(Record.source_id).in_(source))).all()
    return [number for number, guid in rows if ":".join(guid.split(":")[:2]) in said]


def _questions(session: Session, here: Gathered, registrations: Ids) -> None:
    asked = _ids(session, Question, col(Question.webinar_id).in_(here.webinars))
    _delete(session, Vote, or_(col(Vote.question_id).in_(asked), col(Vote.registration_id).in_(registrations)))
    _delete(session, Question, or_(col(Question.id).in_(asked), col(Question.registration_id).in_(registrations)))


def _mailings(session: Session, here: Gathered, lists: Ids, letters: Ids) -> None:
    """Those of the demo's webinars. One of somebody's own that went to a list of the demo stays, without the list."""
    _delete(session, Mailing, col(Mailing.series_id).in_(here.series))
    session.execute(update(Mailing).where(col(Mailing.list_id).in_(lists)).values(list_id=None))
    session.execute(update(Mailing).where(col(Mailing.letter_id).in_(letters)).values(letter_id=None))


def _speakers(session: Session, here: Gathered, addresses: Ids) -> None:
    _delete(session, Speaker, col(Speaker.series_id).in_(here.series))
    session.execute(update(Speaker).where(col(Speaker.address_id).in_(addresses)).values(address_id=None))


def _ids(session: Session, table: Any, *where: ColumnElement[bool]) -> list[int]:
    return [row[0] for row in session.execute(select(table.id).where(*where))]


def _count(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _delete(session: Session, table: type[SQLModel], *where: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(*where), execution_options={"synchronize_session": False})
