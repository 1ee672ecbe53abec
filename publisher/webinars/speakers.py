"""Speakers, hosts and interpreters: what the pages say of them, and a link of their own through which they say it themselves.

Their link stands in mails too. Through it they write their lines, bring a picture and slides, and answer whether they may be
recorded: all of it can be changed again there, and no address is shown.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, delete, select, update

from publisher import languages
from publisher.audience.people import new_key
from publisher.errors import BadInput, BadToken, Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.media import artwork, intake, storage
from publisher.media.models import MediaFile
from publisher.tokens import EXPIRED, Purpose
from publisher.webinars import handouts, letters, presences, programme, shelf, wishes, zones
from publisher.webinars.models import Handout, RoomEvent, Series, Speaker, Webinar

ROLES = ("speaker", "host", "interpreter")
LONGEST_BIO = 3000
MOST = 60


@dataclass(frozen=True)
class SpeakerShape:
    """What is said of somebody. `email`: where their link goes; of who has none staff write everything."""

    name: str
    email: str = ""
    role: str = "speaker"
    organisation: str = ""
    bio: str = ""
    language: str = ""
    zone: str = ""
    position: int = 0


def add(
    session: Session,
    house: House,
    series: Series,
    shape: SpeakerShape,
    *,
    now: datetime,
    webinar: Webinar | None = None,
) -> Speaker:
    """Somebody who speaks at one date, or (without one) at all of them. Nothing is mailed: see `invite`."""
    if webinar is not None and webinar.series_id != series.id:
        raise BadInput("That date belongs to another series.", field="webinar")
    if len(of(session, series)) >= MOST:
        raise BadInput(f"A series has at most {MOST} speakers.", field="name")
    values = _checked(session, house, series, shape, now)
    speaker = Speaker(
        series_id=series.id or 0, webinar_id=webinar.id if webinar else None, key=new_key(), created_at=now, **values
    )
    session.add(speaker)
    session.flush()
    _name_on_shelf(session, house, series, now)
    return speaker


def edit(session: Session, house: House, speaker: Speaker, shape: SpeakerShape, *, now: datetime) -> None:
    """Change what is said. Another address is another mailbox: the link that the former one has stops."""
    series = session.get_one(Series, speaker.series_id)
    values = _checked(session, house, series, shape, now)
    named = speaker.name, speaker.position
    if speaker.address_id is not None and values["address_id"] != speaker.address_id:
        speaker.key, speaker.invited_at, speaker.reminded_at = new_key(), None, None
    for name, value in values.items():
        setattr(speaker, name, value)
    session.add(speaker)
    session.flush()
    if named != (speaker.name, speaker.position):
        _name_on_shelf(session, house, series, now)


def shape_of(session: Session, speaker: Speaker) -> SpeakerShape:
    """What is said so far: for a form, or to change one thing with `dataclasses.replace`."""
    address = session.get(Address, speaker.address_id) if speaker.address_id else None
    return SpeakerShape(
        name=speaker.name, email=address.email if address else "", role=speaker.role,
        organisation=speaker.organisation, bio=speaker.bio, language=speaker.language, zone=speaker.zone,
        position=speaker.position,
    )  # fmt: skip


def remove(session: Session, house: House, speaker: Speaker, *, now: datetime) -> None:
    """Take somebody off; what they brought to a date stays there. That they were in its room stays too, without their name."""
    inside = update(RoomEvent).where(col(RoomEvent.who) == speaker.key)
    session.execute(inside.values(who=presences.SPOKE, name=""))
    session.execute(update(Handout).where(col(Handout.speaker_id) == speaker.id).values(speaker_id=None))
    series = session.get_one(Series, speaker.series_id)
    session.execute(delete(Speaker).where(col(Speaker.id) == speaker.id))
    session.expire_all()
    _name_on_shelf(session, house, series, now)


def of(session: Session, series: Series, webinar: Webinar | None = None) -> list[Speaker]:
    """Everybody of a series, or who is there at one date, in their order."""
    which = select(Speaker).where(col(Speaker.series_id) == series.id)
    if webinar is not None:
        which = which.where(col(Speaker.webinar_id).is_(None) | (col(Speaker.webinar_id) == webinar.id))
    return list(session.exec(which.order_by(col(Speaker.position), col(Speaker.id))))


def invite(session: Session, house: House, speaker: Speaker, *, now: datetime) -> None:
    """Mail them their link, with the invitation for their calendar. Again is another mail. `Conflict` without an address."""
    if speaker.address_id is None:
        raise Conflict(f"{speaker.name} has no address here. Write it first.")
    speaker.invited_at = now
    session.add(speaker)
    session.flush()
    letters.speaker_invited(session, house, speaker, now=now)


def open_page(session: Session, house: House, token: str, *, now: datetime) -> Speaker:
    """Whose page a speaker's link opens. `BadToken` where it is forged, or they were taken off or erased since."""
    key = house.tokens.open(Purpose.SPEAKER, token, now=now)
    speaker = session.exec(select(Speaker).where(col(Speaker.key) == key)).first()
    if speaker is None:
        raise BadToken(EXPIRED)
    return speaker


def introduce(
    session: Session, speaker: Speaker, *, bio: str, organisation: str, language: str = "", zone: str = ""
) -> None:
    """What speakers write about themselves through their link. `BadInput` for a language or zone that is none."""
    code, place = _language(language, speaker.language), zones.chosen(zone) if zone.strip() else speaker.zone
    speaker.bio, speaker.organisation = _bio(bio), wishes.clean_name(organisation)
    speaker.language, speaker.zone = code, place
    session.add(speaker)
    session.flush()


def answer_recording(session: Session, speaker: Speaker, answer: str, words: str, *, now: datetime) -> None:
    """Whether they may be recorded. `words`: the sentence that stood beside the answer; it is kept as proof."""
    if not session.get_one(Series, speaker.series_id).is_recorded:
        raise BadInput(wishes.NOT_RECORDED, field="recording")
    sentence = wishes.clean_text(words, 2000)
    if not sentence:
        raise BadInput("The sentence that was agreed to is missing.", field="recording")
    speaker.recording_answer = wishes.one_of(answer, ("yes", "no"), "recording")
    speaker.recording_words, speaker.answered_at = sentence, now
    session.add(speaker)
    session.flush()


def take_picture(
    session: Session, house: House, speaker: Speaker, path: Path, *, name: str, now: datetime
) -> MediaFile:
    """A photograph of them, made smaller and without what phones write into it. `BadInput` where it is no picture."""
    made = artwork.portrait(path)
    with storage.a_draft(house.settings, "jpg") as draft:
        draft.write_bytes(made)
        media = intake.take_file(session, house, draft, name=f"{Path(name).stem}.jpg", now=now, expect="picture")
    set_picture(session, speaker, media)
    return media


def set_picture(session: Session, speaker: Speaker, media: MediaFile | None) -> None:
    """A picture that is kept already, or none."""
    if media is not None and media.kind != "image":
        raise BadInput(N_("That file is no picture."), field="picture")
    speaker.picture_id = media.id if media else None
    session.add(speaker)
    session.flush()


def add_slides(
    session: Session,
    house: House,
    speaker: Speaker,
    webinar: Webinar,
    path: Path,
    *,
    name: str,
    now: datetime,
    title: str = "",
) -> Handout:
    """Slides for one of their dates. `BadInput` for a date that is not theirs, and for what is no PDF."""
    if webinar.series_id != speaker.series_id or speaker.webinar_id not in (None, webinar.id):
        raise BadInput("You do not speak at that date.", field="webinar")
    return handouts.take(session, house, webinar, path, name=name, now=now, title=title, speaker=speaker)


def _name_on_shelf(session: Session, house: House, series: Series, now: datetime) -> None:
    """Readers find a date, and its recording, by who speaks there."""
    shelf.put_many(session, house, series, programme.webinars_of(session, series), now=now)


def _checked(session: Session, house: House, series: Series, shape: SpeakerShape, now: datetime) -> dict[str, Any]:
    name = wishes.clean_name(shape.name)
    if not name:
        raise BadInput("Write their name.", field="name")
    address = addresses.find_or_make(session, house.tokens, shape.email, now=now) if shape.email.strip() else None
    if address is not None and not address.email:
        raise Conflict("They asked us to erase them, so nothing can be mailed to that address.")
    return {
        "name": name,
        "address_id": address.id if address else None,
        "role": wishes.one_of(shape.role, ROLES, "role"),
        "organisation": wishes.clean_name(shape.organisation),
        "bio": _bio(shape.bio),
        "language": _language(shape.language, series.language),
        "zone": zones.chosen(shape.zone) if shape.zone.strip() else series.zone,
        "position": shape.position,
    }


def _bio(text: str) -> str:
    return wishes.clean_text(text, LONGEST_BIO)


def _language(text: str, otherwise: str) -> str:
    if not text.strip():
        return otherwise
    found = languages.normalise(text)
    if found is None:
        raise BadInput(f"“{text.strip()[:40]}” is not a language.", field="language")
    return found
