"""What happens around a date of the demo's webinars: it is set up, speakers are asked, people are counted, and afterwards
there is something to see and to read.
"""

from datetime import datetime
from importlib.resources import as_file
from importlib.resources.abc import Traversable

from sqlmodel import Session, col, select

from publisher.demo import content, gatherings
from publisher.demo.gatherings import Date, Speaker, Webinar
from publisher.house import House
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.webinars import (
    attendance_files,
    dates,
    feedback,
    following_up,
    handouts,
    programme,
    scheduling,
    series,
    speakers,
)
from publisher.webinars import models as tables
from publisher.webinars import recording as recording_

LICENCE = "cc-by-4.0"
#: What stood beside the button, and what speakers agreed to.
NOTICE = "This webinar is recorded, and the recording is shared. Whoever speaks or turns a camera on can be heard and seen in it."
AGREED = "I agree that what I say and show in this webinar is recorded, and that the recording, its transcript and its sound are shared afterwards."


def found(session: Session, house: House, /, *, about: Webinar, at: datetime, now: datetime) -> None:
    """Set the webinar up and publish it. Files say the demo's today, so that they are known when it goes."""
    walls = [date.wall(now) for date in about.dates]
    row = series.add(
        session, house, about.slug, _shape(about), zone=about.zone, starts=walls, minutes=about.minutes, now=at
    )
    for date in about.dates:
        dates.edit(session, house, held(session, about, date.number), _date_shape(date), now=at)
    for place, one in enumerate(about.speakers):
        _introduce(session, house, row, one, place, at=at, now=now)
    scheduling.publish(session, house, row, now=at)
    for date in about.dates:
        if date.rehearsal is not None:
            dates.rehearsal(session, house, held(session, about, date.number), date.rehearsed(now), now=at)


def invite(session: Session, house: House, /, *, about: Webinar, at: datetime) -> None:
    """Each speaker has the link of their own."""
    for speaker in speakers.of(session, programme.by_slug(session, about.slug)):
        speakers.invite(session, house, speaker, now=at)


def count(session: Session, house: House, /, *, about: Webinar, date: Date, at: datetime) -> None:
    """Who was there and for how long, as the list says that a room gives afterwards."""
    here = [(one.email, one.minutes[date.number - 1]) for one in about.registrations if len(one.minutes) >= date.number]
    lines = ["Email,Minutes", *(f"{email},{minutes}" for email, minutes in here if minutes)]
    name = f"{about.slug}-{date.number}.csv"
    webinar = held(session, about, date.number)
    attendance_files.take(session, house, webinar, "\n".join(lines).encode(), name, now=at)


def keep(session: Session, house: House, /, *, about: Webinar, date: Date, at: datetime, now: datetime) -> None:
    """What was recorded, and the handouts."""
    webinar, recording = held(session, about, date.number), date.recording
    assert recording is not None
    film = _taken(session, house, about.file(recording["file"]), "episode", now)
    recording_.give(session, house, webinar, media=film, now=at)
    said = about.file(recording["transcript"]).read_bytes()
    recording_.set_transcript(
        session, house, webinar, recording["language"], said, name=recording["transcript"], now=at
    )
    row = programme.by_slug(session, about.slug)
    by_name = {one.name: one for one in speakers.of(session, row)}
    for paper in date.handouts:
        media = _taken(session, house, about.file(paper["file"]), "any", now)
        handouts.add(session, webinar, media, now=at, title=paper["title"], speaker=by_name[paper["by"]])


def follow_up(session: Session, house: House, /, *, about: Webinar, date: Date, at: datetime) -> None:
    """One letter for who came, and one for who missed it."""
    webinar, told = held(session, about, date.number), date.follow_up
    assert told is not None
    for who, words in told.items():
        for language, said in words.items():
            following_up.write(session, webinar, who, language, said["subject"], said["body"], now=at)
    following_up.send(session, house, webinar, by=content.hub().staff[1].email, now=at)


def hear(session: Session, house: House, /, *, about: Webinar, date: Date, at: datetime) -> None:
    """What those who came answered to the questions afterwards."""
    webinar, here = held(session, about, date.number), registered(session, about)
    for one in about.registrations:
        if one.feedback:
            feedback.give(session, house, here[one.email], webinar, one.feedback, now=at)


def held(session: Session, about: Webinar, number: int) -> tables.Webinar:
    """The row of one of its dates."""
    return programme.webinars_of(session, programme.by_slug(session, about.slug))[number - 1]


def registered(session: Session, about: Webinar) -> dict[str, tables.Registration]:
    """Who has registered so far, by address as the content has it."""
    which = (
        select(Address.normalised, tables.Registration)
        .join(tables.Registrant, col(tables.Registrant.address_id) == col(Address.id))
        .join(tables.Registration, col(tables.Registration.registrant_id) == col(tables.Registrant.id))
        .join(tables.Series, col(tables.Series.id) == col(tables.Registration.series_id))
        .where(col(tables.Series.slug) == about.slug)
    )
    known = dict(session.exec(which).all())
    normalised = {one.email: addresses.normalise(one.email) for one in about.registrations}
    return {email: known[name] for email, name in normalised.items() if name in known}


def _introduce(
    session: Session, house: House, row: tables.Series, one: Speaker, place: int, *, at: datetime, now: datetime
) -> None:
    shape = speakers.SpeakerShape(
        name=one.name, email=one.email, role=one.role, organisation=one.organisation, bio=one.bio,
        language=one.language, zone=one.zone, position=place,
    )  # fmt: skip
    speaker = speakers.add(session, house, row, shape, now=at)
    if one.picture:
        with as_file(gatherings.picture(one.picture)) as path:
            media = speakers.take_picture(session, house, speaker, path, name=one.picture, now=now)
        media.alt, media.credit, media.licence = one.alt, content.hub().name, LICENCE
    if one.recording and row.is_recorded:
        speakers.answer_recording(session, speaker, one.recording, AGREED, now=at)


def _taken(session: Session, house: House, file: Traversable, expect: intake.Expect, now: datetime) -> MediaFile:
    with as_file(file) as path:
        media = intake.take_file(session, house, path, name=file.name, now=now, expect=expect)
    media.credit, media.licence = content.hub().name, LICENCE
    session.add(media)
    session.flush()
    return media


def _shape(about: Webinar) -> series.Shape:
    subjects = {"topic": about.topics, "sector": about.sectors, "country": about.countries}
    return series.Shape(
        title=about.title,
        summary=about.summary,
        description=about.description,
        language=about.language,
        texts=about.texts,
        identity_slug=about.list,  # a cohort's letters are signed as its newsletter is
        list_slug=about.list,
        spoken=about.spoken,
        captions=about.captions,
        interpreted=about.interpreted,
        dial_in=about.dial_in,
        access_note=about.access_note,
        is_recorded=about.is_recorded,
        capacity=about.capacity,
        questions=about.questions,
        reminders=about.reminders,
        subjects=[[facet, key] for facet, keys in subjects.items() for key in keys],
        room_url=about.room_url,
        survey=about.survey,
    )


def _date_shape(date: Date) -> dates.DateShape:
    return dates.DateShape(title=date.title, summary=date.summary, texts=date.texts, agenda=date.agenda)
