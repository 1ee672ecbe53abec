"""Shows for the stories about pages: one in English with everything, its French edition, and one for alice's list only."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from media.making import mp3, png
from sqlmodel import Session, col, select

from publisher.audience.models import MailingList, Person
from publisher.house import House
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.podcasts import episodes, private, publishing, shows
from publisher.podcasts.models import Episode, PrivateFeed, Show

SECONDS = 20
VTT = """WEBVTT

00:00:00.000 --> 00:00:04.000
<v Ines>Welcome to <i>Small Hands</i>.

00:00:04.000 --> 00:00:09.000
<v Ines>Today we sit in the kitchen.

00:00:09.000 --> 00:00:20.000
<v Baraka>The form was framed & hung there.
"""
CHAPTERS = [
    {"start": 0, "title": "Hello"},
    {"start": 9, "title": "The <framed> form", "link": "https://example.org/form"},
    {"start": 15, "title": "Good-bye", "toc": False},
]


@dataclass(frozen=True)
class OnAir:
    """What was made, by number: sessions end. `feed`: alice's private feed, as she was given it."""

    kitchen: int
    tea: int
    trailer: int
    scheduled: int
    draft: int
    gone: int
    french: int
    inner: int
    feed: str


def sound(session: Session, house: House, name: str, now: datetime, seconds: float = SECONDS) -> MediaFile:
    """Another file for each name: the same bytes would be the same file."""
    path = house.settings.data_dir / f"{name}.mp3"
    path.write_bytes(mp3(seconds, end=f"TAG{name}".encode().ljust(128, b"\0")))
    return intake.take_file(session, house, path, name=path.name, now=now)


def cover(session: Session, house: House, now: datetime, colour: tuple[int, int, int] = (90, 120, 90)) -> MediaFile:
    path = house.settings.data_dir / "cover.png"
    path.write_bytes(png(1400, 1400, colour))
    return intake.take_file(session, house, path, name="cover.png", now=now, expect="image")


def a_show(session: Session, house: House, now: datetime, slug: str, title: str, **shape: Any) -> Show:
    known = {
        "description": f"What **{title}** is about. And more of it.",
        "author": "Early Hands",
        "categories": [["Education", None]],
        "persons": [{"name": "Ines Moreau", "role": "host"}, {"name": "Jo Lund", "role": "stage hand"}],
        "licence": "cc-by-4.0",
    }
    return shows.add(session, house, slug, shows.Shape(title=title, **(known | shape)), now=now)


def an_episode(
    session: Session, house: House, show: Show, now: datetime, title: str, *, days: int | None = None, **shape: Any
) -> Episode:
    """Published so many days ago, or a draft."""
    media = sound(session, house, f"{show.slug}-{sha256(title.encode()).hexdigest()[:12]}", now)
    known = {"summary": f"{title}, in one sentence.", "notes": f"All about **{title}**."}
    episode = episodes.add(session, house, show, episodes.Shape(title=title, **(known | shape)), now=now, audio=media)
    if days is not None:
        publishing.publish(session, house, episode, now=now, published_at=now - timedelta(days=days))
    return episode


def on_air(house: House, now: datetime) -> OnAir:
    with house.database.session() as session:
        public = a_show(session, house, now, "small-hands", "Small Hands", editions="small-hands", hubs=["https://websub.example.org/"], funding=[{"url": "https://example.org/give", "text": "Give a little"}], places=[{"name": "Nairobi", "country": "KE", "osm": "R3492709"}])  # fmt: skip
        shows.set_artwork(session, house, public, cover(session, house, now), now=now)
        trailer = an_episode(session, house, public, now, "What this is", days=30, type="trailer")
        tea = an_episode(session, house, public, now, "Tea on Fridays", days=20, number=1)
        kitchen = an_episode(session, house, public, now, "In the kitchen", days=10, number=2, chapters=CHAPTERS, soundbites=[{"start": 9, "duration": 5, "title": "The frame"}], subjects=["topic:nutrition-and-health", "country:KE"])  # fmt: skip
        episodes.set_transcript(session, house, kitchen, "en", VTT.encode(), "text/vtt", now=now)
        scheduled = an_episode(session, house, public, now, "Still to come")
        publishing.schedule(session, house, scheduled, now + timedelta(days=1), now=now)
        draft = an_episode(session, house, public, now, "Half written")
        gone = an_episode(session, house, public, now, "A mistake", days=5, chapters=CHAPTERS)
        publishing.withdraw(session, house, gone, now=now)
        edition = a_show(session, house, now, "petites-mains", "Petites mains", language="fr", editions="small-hands")
        french = an_episode(session, house, edition, now, "Dans la cuisine", days=9, original_id=kitchen.id)
        inner = a_show(session, house, now, "inner-circle", "Inner Circle", list_slug="monthly")
        secret = an_episode(session, house, inner, now, "Among ourselves", days=3, chapters=CHAPTERS)
        episodes.set_transcript(session, house, secret, "en", VTT.encode(), "text/vtt", now=now)
        alice = session.exec(select(Person).join(PrivateFeed, isouter=True).where(col(Person.name) == "Alice")).one()
        feed = private.give(session, house, inner, alice, now=now)
        numbers = (kitchen, tea, trailer, scheduled, draft, gone, french, secret)
        return OnAir(*(one.id or 0 for one in numbers), feed=feed)


def make_private(session: Session, house: House, slug: str, now: datetime) -> None:
    """For the members of the monthly only, from now on."""
    show = shows.by_slug(session, slug)
    mailing_list = session.exec(select(MailingList).where(col(MailingList.slug) == "monthly")).one()
    shows.edit(session, house, show, replace(shows.shape_of(session, show), list_slug=mailing_list.slug), now=now)
