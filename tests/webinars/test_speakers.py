"""Speakers and their link: what they write, bring and agree to, and being reminded of what is missing."""

import io
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import posted
import pytest
from PIL import Image
from sqlmodel import Session, select
from webinars.people_stage import BEGINS, DAY, ENDS
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.desk import person as desk
from publisher.errors import BadInput, BadToken, Conflict, NotFound
from publisher.house import House
from publisher.media import storage
from publisher.media.models import MediaFile
from publisher.tokens import Purpose
from publisher.webinars import addresses, attendance, handouts, preparing, scheduling, speakers
from publisher.webinars.models import Handout, Presence, RoomEvent, Speaker
from publisher.webinars.rooms import events
from publisher.webinars.speakers import SpeakerShape

RUTH = SpeakerShape("Ruth Wanjiru", email="ruth@example.org", organisation="Play Lab", zone="Europe/Berlin")
SENTENCE = "I may be recorded, and the recording may be published."


def test_a_speaker_is_asked_and_brings_everything(
    session: Session, house: House, now: datetime, tmp_path: Path
) -> None:
    play, webinar = a_webinar(session, house, now, is_recorded=True)
    ruth = speakers.add(session, house, play, RUTH, now=now)
    assert (ruth.language, ruth.zone, ruth.role, ruth.webinar_id) == ("en", "Europe/Berlin", "speaker", None)
    assert posted.kinds(session) == []
    speakers.invite(session, house, ruth, now=now)
    assert posted.kinds(session, "ruth@example.org") == ["webinar-speaker"]
    assert missing(session, ruth, now) == ["a few lines about you", "a picture of you",
                                           "your answer whether you may be recorded", "your slides"]  # fmt: skip
    her = speakers.open_page(session, house, token_of(house, ruth), now=now)
    speakers.introduce(session, her, bio="She *plays*.\u202e", organisation="The Play Lab")
    photo = tmp_path / "IMG_2034.png"
    photo.write_bytes(a_photograph(2400, 1800))
    media = speakers.take_picture(session, house, her, photo, name="IMG_2034.png", now=now)
    speakers.answer_recording(session, her, "yes", SENTENCE, now=now)
    slides = speakers.add_slides(session, house, her, webinar, a_pdf(tmp_path), name="play.pdf", title="Play", now=now)
    assert missing(session, her, now) == []
    assert (her.bio, her.organisation, her.zone) == ("She *plays*.", "The Play Lab", "Europe/Berlin")
    assert (her.recording_answer, her.recording_words, her.answered_at) == ("yes", SENTENCE, now)
    assert (media.width, media.height, media.type, media.name) == (1000, 750, "image/jpeg", "IMG_2034.jpg")
    assert handouts.shown(session, webinar, now=now) == []
    assert handouts.shown(session, webinar, now=ENDS) == [(slides, session.get(MediaFile, slides.media_id))]


def test_what_a_phone_wrote_into_a_picture_is_gone(
    session: Session, house: House, now: datetime, tmp_path: Path
) -> None:
    play, _ = a_webinar(session, house, now)
    ruth = speakers.add(session, house, play, RUTH, now=now)
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kisumu phone", 6  # the maker, and that it was held upright
    Image.new("RGB", (300, 200), "teal").save(photo, "JPEG", exif=exif)
    media = speakers.take_picture(session, house, ruth, photo, name="photo.jpg", now=now)
    kept = storage.path_of(house.settings, media).read_bytes()
    assert b"Kisumu" not in kept
    assert (media.width, media.height) == (200, 300)
    for wrong in (b"", b"not a picture", b"\xff\xd8\xff\xe0 cut off"):
        photo.write_bytes(wrong)
        with pytest.raises(BadInput):
            speakers.take_picture(session, house, ruth, photo, name="photo.jpg", now=now)
    assert ruth.picture_id == media.id
    with pytest.raises(BadInput):
        speakers.set_picture(session, ruth, a_document(session, now))


def test_a_changed_mind_is_kept_with_its_words(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, is_recorded=True)
    live, _ = a_webinar(session, house, now, slug="live")
    ruth, sam = (speakers.add(session, house, one, RUTH, now=now) for one in (play, live))
    for answer, when in (("yes", now), ("no", now + DAY)):
        speakers.answer_recording(session, ruth, answer, SENTENCE, now=when)
    assert (ruth.recording_answer, ruth.answered_at) == ("no", now + DAY)
    for who, answer, words in ((ruth, "perhaps", SENTENCE), (ruth, "yes", " "), (sam, "yes", SENTENCE)):
        with pytest.raises(BadInput):
            speakers.answer_recording(session, who, answer, words, now=now)


def test_their_link_and_where_it_ends(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now)
    ruth = speakers.add(session, house, play, RUTH, now=now)
    first = token_of(house, ruth)
    assert speakers.shape_of(session, ruth) == replace(RUTH, language="en")
    speakers.edit(session, house, ruth, replace(RUTH, role="host", position=2), now=now)
    assert speakers.open_page(session, house, first, now=now) is ruth
    speakers.edit(session, house, ruth, replace(RUTH, email="ruth@new.example"), now=now)
    for wrong in (first, first[:-1], house.tokens.make(Purpose.BOOKING, ruth.key)):
        with pytest.raises(BadToken):
            speakers.open_page(session, house, wrong, now=now)
    second = token_of(house, ruth)
    assert desk.erase_address(session, house, "ruth@new.example", now)
    with pytest.raises(BadToken):
        speakers.open_page(session, house, second, now=now)


def test_one_date_or_all_of_them(session: Session, house: House, now: datetime) -> None:
    leading = a_series(session, house, now, dates=2)
    first, second = dates_of(session, leading)
    ines = speakers.add(session, house, leading, SpeakerShape("Ines", role="host", position=1), now=now)
    ruth = speakers.add(session, house, leading, RUTH, now=now, webinar=second)
    assert [speakers.of(session, leading, one) for one in (first, second, None)] == [[ines], [ruth, ines], [ruth, ines]]
    with pytest.raises(Conflict):
        speakers.invite(session, house, ines, now=now)
    _, other = a_webinar(session, house, now)
    with pytest.raises(BadInput):
        speakers.add(session, house, leading, RUTH, now=now, webinar=other)
    with pytest.raises(BadInput):
        speakers.add_slides(session, house, ruth, first, Path("none.pdf"), name="x.pdf", now=now)


@pytest.mark.parametrize(
    ("field", "shape"),
    [
        ("name", replace(RUTH, name=" \u202e ")),
        ("name", replace(RUTH, name="https://casino.example")),
        ("email", replace(RUTH, email="nobody")),
        ("role", replace(RUTH, role="guest")),
        ("language", replace(RUTH, language="klingonese")),
        ("zone", replace(RUTH, zone="Mars/Olympus")),
    ],
)
def test_what_cannot_be_is_said(session: Session, house: House, now: datetime, field: str, shape: SpeakerShape) -> None:
    play, _ = a_webinar(session, house, now)
    with pytest.raises(BadInput) as refused:
        speakers.add(session, house, play, shape, now=now)
    assert refused.value.field == field
    assert session.exec(select(Speaker)).all() == []


def test_handouts_are_papers_and_each_is_one(session: Session, house: House, now: datetime, tmp_path: Path) -> None:
    leading = a_series(session, house, now, dates=2)
    first, second = dates_of(session, leading)
    paper = handouts.take(session, house, first, a_pdf(tmp_path), name="A paper.pdf", now=now)
    again = handouts.take(session, house, first, a_pdf(tmp_path), name="other.pdf", title="The paper\n", now=now)
    assert (again, again.title) == (paper, "The paper")
    there = handouts.take(session, house, second, a_pdf(tmp_path), name="A paper.pdf", now=now)
    assert [handouts.name_of(*one) for one in handouts.of(session, second)] == ["A paper"]
    (tmp_path / "slides.pptx").write_bytes(b"PK\x03\x04 slides")
    with pytest.raises(BadInput):
        handouts.take(session, house, first, tmp_path / "slides.pptx", name="slides.pptx", now=now)
    with pytest.raises(BadInput):
        handouts.add(session, first, a_sound(session, now), now=now)
    with pytest.raises(NotFound):
        handouts.get(session, first, there.id or 0)
    handouts.remove(session, paper)
    assert [one.id for one, _ in handouts.of(session, first)] == []
    ruth = speakers.add(session, house, leading, RUTH, now=now)
    theirs = handouts.take(session, house, first, a_pdf(tmp_path), name="x.pdf", now=now, speaker=ruth)
    assert handouts.get(session, first, theirs.id or 0, speaker=ruth) is theirs
    speakers.remove(session, house, ruth, now=now)
    assert session.exec(select(Handout).where(Handout.id == theirs.id)).one().speaker_id is None


# What is missing


def test_reminders_of_what_is_missing(session: Session, house: House, now: datetime) -> None:
    play, _ = a_webinar(session, house, now, is_recorded=True)
    ruth = speakers.add(session, house, play, RUTH, now=now)
    speakers.add(session, house, play, SpeakerShape("Not invited", email="sam@example.org"), now=now)
    speakers.invite(session, house, ruth, now=now)
    session.commit()
    sent = [preparing.remind_missing(house, now + number * timedelta(hours=1)) for number in range(0, 12 * 24, 6)]
    assert sum(sent) == 3  # seven days before, and every third day from then on
    assert posted.kinds(session, "ruth@example.org") == ["webinar-speaker"] * 4
    assert posted.kinds(session, "sam@example.org") == []


@pytest.mark.parametrize(
    ("what", "letters"), [("is complete", 0), ("is called off", 0), ("begins in an hour", 0), ("is near", 1)]
)
def test_nobody_is_reminded_in_vain(session: Session, house: House, now: datetime, what: str, letters: int) -> None:
    play, webinar = a_webinar(session, house, now)
    ruth = speakers.add(
        session, house, play, replace(RUTH, role="interpreter" if what == "is complete" else "host"), now=now
    )
    speakers.invite(session, house, ruth, now=now)
    if what == "is called off":
        scheduling.cancel(session, house, webinar, now=now)
    session.commit()
    when = BEGINS - timedelta(hours=1) if what == "begins in an hour" else BEGINS - 2 * DAY
    assert preparing.remind_missing(house, when) == letters
    assert preparing.remind_missing(house, when) == 0


def missing(session: Session, speaker: Speaker, now: datetime) -> list[str]:
    return preparing.missing(session, speaker, now=now)


def token_of(house: House, speaker: Speaker) -> str:
    return addresses.speaker(house, speaker).rpartition("/")[2]


def a_photograph(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "orange").save(out, "PNG")
    return out.getvalue()


def a_pdf(folder: Path) -> Path:
    path = folder / "paper.pdf"
    path.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    return path


def a_document(session: Session, now: datetime) -> MediaFile:
    return _a_file(session, "document", "application/pdf", "pdf", now)


def a_sound(session: Session, now: datetime) -> MediaFile:
    return _a_file(session, "audio", "audio/mpeg", "mp3", now)


def _a_file(session: Session, kind: str, type_: str, extension: str, now: datetime) -> MediaFile:
    row = MediaFile(digest=f"{kind:0>64}", kind=kind, type=type_, extension=extension, length=1, created_at=now)
    session.add(row)
    session.flush()
    return row


def test_who_spoke_and_was_erased_is_no_stranger_who_attended(session: Session, house: House, now: datetime) -> None:
    """What the room said of them stays without their name, and is still nobody's attendance."""
    play, webinar = a_webinar(session, house, now)
    ruth = speakers.add(session, house, play, RUTH, now=now)
    for kind, at in (("joined", BEGINS), ("left", ENDS)):
        events.store(session, webinar, kind, key=kind, at=at, now=at, who=ruth.key, name="Ruth Wanjiru", user="w_1")
    attendance.settle(session, webinar, ENDS + DAY)
    assert desk.erase_address(session, house, "ruth@example.org", ENDS + DAY)
    attendance.settle(session, webinar, ENDS + DAY)
    assert session.exec(select(Presence)).all() == []
    assert {(one.name, one.who == ruth.key) for one in session.exec(select(RoomEvent))} == {("", False)}
