"""The demo's podcasts: shows and episodes are made once, and appear when the demo's past has them appear.

They go the way that staff go: files are looked into and kept, episodes are published by the verb that publishes, so that
feed, shelf and newsletter have them as they would have anybody's.
"""

from datetime import datetime
from importlib.resources import as_file
from importlib.resources.abc import Traversable

from sqlmodel import Session, col, select

from publisher.demo import content, listening, programme
from publisher.house import House
from publisher.media import intake
from publisher.media.models import MediaFile
from publisher.podcasts import episodes, publishing, shelf, shows
from publisher.podcasts.models import EpisodeState, Show

LICENCE = "cc-by-4.0"


def install(session: Session, house: House, *, now: datetime) -> None:
    """All of it at once: for a hub that has no other history to tell in between."""
    found(session, house, now=now)
    air(session, house, until=now, now=now)
    listening.listen(session, house, now=now)


def found(session: Session, house: House, *, now: datetime) -> None:
    """Shows with their covers, episodes with sound, transcripts and all that is known of them. Nothing appears yet."""
    for about in programme.shows():
        show = shows.add(session, house, about.slug, _show(about), now=now)
        cover = _taken(session, house, about.cover, f"{about.slug}.png", "image", now)
        cover.alt, cover.credit, cover.licence = about.cover_alt, about.author, LICENCE
        shows.set_artwork(session, house, show, cover, now=now)
        for one in about.episodes:
            _write(session, house, show, one, now)


def air(session: Session, house: House, *, until: datetime, now: datetime) -> None:
    """Let appear what had appeared by `until` and has not yet, in the order of history. What is to come after `now`, the
    demo's today, is scheduled."""
    every = (one for about in programme.shows() for one in about.episodes)
    for one in sorted(every, key=lambda one: one.airs(now)):
        at = one.airs(now)
        if until < at <= now:
            continue
        episode = episodes.by_id(session, f"{one.show}/{one.key}")
        if episode.state != EpisodeState.DRAFT:
            continue
        if at > now:
            publishing.schedule(session, house, episode, at, now=now)
        else:
            publishing.publish(session, house, episode, now=at)


def move(session: Session, house: House, *, now: datetime) -> None:
    """The hub answers under another address: feeds and shelf say the new ones."""
    for show in session.exec(select(Show).where(col(Show.slug).in_(programme.slugs()))).all():
        shows.touch(session, house, show, now=now, every_item=True)
        shelf.put_all(session, house, show, now=now)


def _write(session: Session, house: House, show: Show, one: programme.Episode, now: datetime) -> None:
    sound = _taken(session, house, one.sound, f"{one.key}.mp3", "audio", now)
    sound.credit, sound.licence = show.author, LICENCE
    episode = episodes.add(session, house, show, _episode(session, one), audio=sound, now=now)
    for language in one.transcripts:
        episodes.set_transcript(session, house, episode, language, one.said(language), "text/vtt", now=now)


def _taken(
    session: Session, house: House, file: Traversable, name: str, expect: intake.Expect, now: datetime
) -> MediaFile:
    with as_file(file) as path:
        media = intake.take_file(session, house, path, name=name, now=now, expect=expect)
    session.add(media)
    return media


def _show(about: programme.Show) -> shows.Shape:
    hub = content.hub()
    return shows.Shape(
        title=about.title,
        description=about.description,
        language=about.language,
        author=about.author,
        owner_name=hub.name,
        owner_email=hub.reply_to,
        categories=about.categories,
        type=about.type,
        copyright=hub.name,
        licence=LICENCE,
        funding=about.funding,
        persons=about.persons,
        places=about.places,
        update_frequency=dict(about.update_frequency),
        editions=about.editions,
    )


def _episode(session: Session, one: programme.Episode) -> episodes.Shape:
    original = episodes.by_id(session, one.original) if one.original else None
    named = {"topic": one.topics, "sector": one.sectors, "country": one.countries}
    return episodes.Shape(
        title=one.title,
        slug=one.key,
        summary=one.summary,
        notes=one.notes,
        language=one.language,
        type=one.type,
        season=one.season,
        season_name=one.season_name,
        number=one.number,
        licence=LICENCE,
        chapters=one.chapters,
        soundbites=one.soundbites,
        persons=one.persons,
        places=one.places,
        subjects=[[facet, key] for facet, keys in named.items() for key in keys],
        original_id=original.id if original else None,
    )
