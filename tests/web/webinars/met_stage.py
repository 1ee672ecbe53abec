"""Webinars for the stories about pages: a one-off with everything, a series of six with one moved and one called off, a one-off
that is over, one for the members of a list, and a draft."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml import html as markup
from media.making import mp3, png
from sqlmodel import Session, col, select
from stage import path_of
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.audience.models import MailingList, Person
from publisher.house import House
from publisher.mail.models import Address, Letter, Outbox
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.tokens import Purpose
from publisher.webinars import (
    addresses,
    calendar_addresses,
    handouts,
    programme,
    questions,
    recording,
    registering,
    scheduling,
    series,
)
from publisher.webinars.models import Registrant, Registration, Seat, Series, Speaker, Webinar
from publisher.webinars.wishes import Wish

QUESTIONS = [
    {"key": "role", "label": "What do you do?", "kind": "choice", "options": ["I teach", "I lead"], "required": True},
    {"key": "need", "label": "What do you need to take part?", "kind": "text", "options": [], "required": False},
]
PLAY = "/webinars/play"
LEADING = "/webinars/series/leading"
ROOM = "https://meet.example.net/play?pwd=secret"


@dataclass(frozen=True)
class Gathering:
    """What was made, by short name. `alice`: the key of her registration for the one-off."""

    alice: str
    play: int


def picture(session: Session, house: House, now: datetime, name: str, colour: tuple[int, int, int]) -> MediaFile:
    path = house.settings.data_dir / f"{name}.png"
    path.write_bytes(png(1400, 1400, colour))
    return intake.take_file(session, house, path, name=path.name, now=now, expect="image")


def gathering(house: House, now: datetime) -> Gathering:
    with house.database.session() as session:
        one, play = a_webinar(session, house, now, **EVERYTHING)
        series.set_picture(session, house, one, picture(session, house, now, "play", (120, 150, 120)), now=now)
        play.agenda = [{"minute": 0, "title": "Welcome", "by": "Ines Moreau"}, {"minute": 10, "title": "What play does", "by": "Amara Diallo"}, {"minute": 60, "title": "Your questions", "by": ""}]  # fmt: skip
        for place, (name, role, bio) in enumerate(SPEAKERS):
            session.add(Speaker(series_id=one.id, key=f"speaker-{place}", role=role, name=name, organisation="Garden Row" if place < 2 else "", bio=bio, position=place, created_at=now))  # fmt: skip
        made = a_series(
            session, house, now, description="Six talks, **one hour** each.", spoken=["en", "fr"], is_recorded=True
        )
        dates = dates_of(session, made)
        scheduling.reschedule(
            session, house, dates[1], starts=datetime(2026, 12, 11, 9, 0), note="The speaker travels.", now=now
        )
        scheduling.cancel(session, house, dates_of(session, made)[3], note="A public holiday.", now=now)
        earlier = now - timedelta(days=30)
        _, over = a_webinar(session, house, earlier, "first-steps", starts=datetime(2026, 11, 5, 15, 0), title="First steps", summary="How the first year goes.", is_recorded=True)  # fmt: skip
        over.recording_url = "https://video.example.net/first-steps"
        a_series(session, house, now, "inner", 2, title="Among ourselves", list_slug="monthly")
        a_webinar(session, house, now, "draft", title="Half planned", announced=False)
        a_webinar(session, house, now, "quiet-one", title="Not listed", is_listed=False)
        wish = Wish(email="alice@example.org", name="Alice", zone="Asia/Kathmandu", source="staff")
        outcome = registering.register(session, house, one, wish, now=now)
        assert outcome.registration is not None
        return Gathering(outcome.registration.key, play.id or 0)


EVERYTHING: dict[str, Any] = {
    "description": "Children learn by playing.\n\nWe look at **three** short films, and at what a room needs.",
    "language": "en",
    "texts": {"fr": {"title": "Jouer et prendre soin", "summary": "Pourquoi le jeu est un travail.", "description": "Les enfants apprennent en jouant."}, "ar": {"title": "اللعب والرعاية", "summary": "لماذا اللعب عمل.", "description": "يتعلم الأطفال باللعب."}},
    "spoken": ["en"], "captions": ["en", "fr"], "interpreted": ["fr", "ar"],
    "dial_in": "+254 20 000 0000, code 123", "access_note": "Slides come the day before, in large type.",
    "is_recorded": True, "capacity": 100, "questions": QUESTIONS, "room_url": ROOM,
    "survey": [{"key": "useful", "label": "How useful was it?", "kind": "scale", "options": []}, {"key": "words", "label": "What should we change?", "kind": "text", "options": []}],
}  # fmt: skip
SPEAKERS = (
    ("Amara Diallo", "speaker", "Has worked with **families** for twenty years."),
    ("Ines Moreau", "host", ""),
    ("Karim Haddad", "interpreter", ""),
)


def registration(session: Session, key: str) -> Registration:
    return session.exec(select(Registration).where(col(Registration.key) == key)).one()


def webinar(session: Session, slug: str) -> tuple[Series, Webinar]:
    found, one = programme.find(session, slug)
    assert one is not None
    return found, one


def link_to(house: House, what: str, key: str) -> str:
    """The path of a personal page: `what` is mine | j | quiet | speaker | attended."""
    with house.database.reading() as session:
        if what == "speaker":
            speaker = session.exec(select(Speaker).where(col(Speaker.key) == key)).one()
            return path_of(addresses.speaker(house, speaker))
        found = registration(session, key)
        if what == "j":
            _, play = webinar(session, "play")
            return path_of(addresses.join(house, found, play))
        made = {"mine": addresses.booking, "quiet": addresses.quiet, "attended": addresses.attended}[what]
        return path_of(made(house, found))


def register_key(house: House, person: Person) -> str:
    """What a register link in a newsletter carries."""
    return house.tokens.make(Purpose.REGISTER, person.key)


def mails_to(house: House, email: str) -> list[str]:
    """Kinds of the letters that wait for somebody, the oldest first."""
    with house.database.reading() as session:
        which = select(Letter.kind).join(Outbox, col(Outbox.letter_id) == col(Letter.id))
        which = which.join(Address, col(Address.id) == col(Outbox.address_id)).where(col(Address.email) == email)
        return list(session.exec(which.order_by(col(Outbox.id))))


def sent_form(web: Any, path: str, later: Any, **fields: Any) -> Any:
    """The form of a page as a browser sends it after a little while: what stands in it already, and what somebody fills in."""
    shown = web.get(path)
    assert shown.status_code == 200, shown.text[:300]
    forms = markup.fromstring(shown.text).xpath("//main//form[@method='post']")
    kept: dict[str, Any] = {}
    for name, value in forms[0].form_values():
        kept.setdefault(name, []).append(value)
    later(seconds=20)
    return web.post(forms[0].get("action").partition("#")[0], data=kept | fields)


def text_of(answer: Any) -> str:
    """The words of a page, as somebody reads them aloud."""
    page = markup.fromstring(answer.text)
    for script in page.xpath("//script"):
        script.drop_tree()
    return " ".join(" ".join(page.itertext()).split())


def every_key(house: House, now: datetime) -> list[str]:
    """All that can stand beside a webinar, and an address of each kind whose key lies in a mail or on a page: a recording of
    ours with captions and papers, answers, somebody who was there, somebody who has not confirmed, a speaker, a cohort."""
    with house.database.session() as session:
        series, over = webinar(session, "first-steps")
        series.survey = EVERYTHING["survey"]
        path = house.settings.data_dir / "talk.mp3"
        path.write_bytes(mp3(20))
        media = intake.take_file(session, house, path, name="talk.mp3", now=now)
        recording.give(session, house, over, media=media, now=now)
        recording.set_transcript(session, house, over, "en", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n", now=now)
        handouts.add(session, over, picture(session, house, now, "paper", (9, 9, 9)), now=now, title="A paper")
        wish = Wish(email="alice@example.org", name="Alice", source="staff")
        there = registering.register(session, house, series, wish, now=over.starts_at).registration
        assert there is not None
        seat = session.get_one(Seat, (there.id, over.id))
        seat.attended, seat.minutes = "yes", 81
        asked = questions.ask(session, there, over, "When do they walk?", now=over.ends_at)
        questions.answer(session, asked, "Between nine and eighteen months.", "Amara", now=now)
        questions.publish(session, asked)
        play, _ = webinar(session, "play")
        form = Wish(email="frank@example.org", answers={"role": "I lead"}, zone="Africa/Lagos")
        waits = registering.register(session, house, play, form, now=now).registration
        assert waits is not None
        speaker = session.exec(select(Speaker).where(col(Speaker.name) == "Amara Diallo")).one()
        cohort = session.exec(select(MailingList).where(col(MailingList.slug) == "monthly")).one()
        booking = addresses.booking(house, there)
        return [
            booking,
            booking.replace("/webinars/mine/", "/webinars/first-steps/feedback/"),
            addresses.attended(house, there),
            addresses.quiet(house, there),
            addresses.join(house, there, over),
            addresses.confirm(house, waits, now=now),
            addresses.speaker(house, speaker),
            f"{addresses.speaker(house, speaker)}/questions/play",
            addresses.cohort_calendar(house, calendar_addresses.of_cohort(session, cohort, now=now)),
            addresses.own_calendar(house, session.get_one(Registrant, there.registrant_id)),
        ]
