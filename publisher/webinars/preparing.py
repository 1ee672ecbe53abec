"""What is still missing of a speaker before their date, and reminding them of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from publisher.house import House
from publisher.languages import N_, translator
from publisher.webinars import letters, seats
from publisher.webinars.models import Handout, Series, Speaker, Webinar, WebinarState

#: Speakers are reminded in the week before their date, at most every third day, and not in its last hours any more.
BEFORE, EVERY, NOT_AFTER = timedelta(days=7), timedelta(days=3), timedelta(hours=3)
SETTLE = timedelta(days=1)

BIO = N_("a few lines about you")
PICTURE = N_("a picture of you")
RECORDING = N_("your answer whether you may be recorded")
SLIDES = N_("your slides")


def missing(session: Session, speaker: Speaker, *, now: datetime) -> list[str]:
    """What is missing of them, each a few words (`N_`) to be translated into their language. Slides are a speaker's matter;
    lines and picture a host's too; whether they may be recorded everybody's who is heard."""
    series = session.get_one(Series, speaker.series_id)
    return missing_of(session, series, [speaker], now=now)[speaker.id or 0]


def missing_of(session: Session, series: Series, speakers: Sequence[Speaker], *, now: datetime) -> dict[int, list[str]]:
    """The same of several of one series, by their ids, with two questions to the database."""
    dates = seats.open_dates(session, series, now=now) if speakers else []
    brought = select(Handout.speaker_id, Handout.webinar_id).where(
        col(Handout.webinar_id).in_([one.id for one in dates])
    )
    with_slides = set(session.exec(brought)) if dates else set()
    found: dict[int, list[str]] = {}
    for speaker in speakers:
        date = next((one for one in dates if speaker.webinar_id in (None, one.id)), None)
        lacks: list[str] = []
        if speaker.role != "interpreter":
            lacks += [BIO] * (not speaker.bio) + [PICTURE] * (speaker.picture_id is None)
        if series.is_recorded and not speaker.recording_answer:
            lacks.append(RECORDING)
        if speaker.role == "speaker" and date is not None and (speaker.id, date.id) not in with_slides:
            lacks.append(SLIDES)
        found[speaker.id or 0] = lacks
    return found


def next_date(session: Session, series: Series, speaker: Speaker, *, now: datetime) -> Webinar | None:
    """Their next date that is not over; None where there is none."""
    dates = seats.open_dates(session, series, now=now)
    return next((one for one in dates if speaker.webinar_id in (None, one.id)), None)


def remind_missing(house: House, now: datetime) -> int:
    """Write to the speakers of the coming week who were invited and have not brought everything. Returns how many letters.

    Each is claimed by one conditional UPDATE, in the transaction of their letter: two processes write it once.
    """
    with house.database.reading() as session:
        ids = [one.id or 0 for one in _soon(session, now)]
    return sum(_remind(house, one, now) for one in ids)


def _remind(house: House, speaker_id: int, now: datetime) -> bool:
    with house.database.session() as session:
        speaker = session.get(Speaker, speaker_id)
        lacks = missing(session, speaker, now=now) if speaker else []
        if speaker is None or not lacks or not _claim(session, speaker_id, now):
            return False
        session.refresh(speaker)
        say = translator(speaker.language).gettext
        letters.speaker_missing(session, house, speaker, [say(one) for one in lacks], now=now)
        return True


def _claim(session: Session, speaker_id: int, now: datetime) -> bool:
    claimed = session.execute(
        update(Speaker).where(col(Speaker.id) == speaker_id, _is_due(now)).values(reminded_at=now)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def _soon(session: Session, now: datetime) -> list[Speaker]:
    """Invited speakers with a date in the coming week."""
    theirs = or_(col(Speaker.webinar_id) == col(Webinar.id), col(Speaker.webinar_id).is_(None))
    which = (
        select(Speaker)
        .join(Webinar, (col(Webinar.series_id) == col(Speaker.series_id)) & theirs)
        .where(
            col(Webinar.state) == WebinarState.ANNOUNCED,
            col(Webinar.starts_at) > now + NOT_AFTER,
            col(Webinar.starts_at) <= now + BEFORE,
            col(Speaker.address_id).is_not(None),
            _is_due(now),
        )
        .distinct()
        .order_by(col(Speaker.id))
    )
    return list(session.exec(which))


def _is_due(now: datetime) -> ColumnElement[bool]:
    """An invitation is a reminder too: nobody is pressed within a day of it."""
    asked = col(Speaker.invited_at).is_not(None) & (col(Speaker.invited_at) <= now - SETTLE)
    return asked & (col(Speaker.reminded_at).is_(None) | (col(Speaker.reminded_at) <= now - EVERY))
