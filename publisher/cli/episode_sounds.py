"""`publisher episodes sound`, `mend`: the sound of an episode."""

from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli import sounds
from publisher.cli.episodes import Key, Mend, app, on_the_trail, row_of
from publisher.cli.options import AsJson, Now, moment
from publisher.cli.speaking import answer
from publisher.errors import BadInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.media.models import MediaFile
    from publisher.podcasts.models import Episode


@app.command()
def sound(
    episode: Key,
    audio: Annotated[str, typer.Argument(metavar="AUDIO", help="A file or its address.")],
    mend: Mend = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give it another sound: its guid stays, so that nobody hears of a new episode."""
    from pathlib import Path

    from publisher.cli.opening import opened
    from publisher.podcasts import episodes

    at = moment(now)
    with opened() as house:
        with house.database.reading() as session:
            episodes.by_id(session, episode)
        fetched = sounds.fetched(house, audio, at, mend=mend)
        with house.database.session() as session:
            media = fetched or sounds.taken(session, house, Path(audio), at, mend=mend)
            found = episodes.by_id(session, episode)
            episodes.set_sound(session, house, found, media, now=at)
            on_the_trail(session, found, f"gave it another sound, {media.name}", now)
            row = row_of(session, house, found)
    answer(row, as_json, f"{row['title']} has another sound.")


@app.command()
def mend(
    episode: Key,
    loudness: Annotated[bool, typer.Option("--loudness", help="As loud as other podcasts.")] = False,
    slow: Annotated[bool, typer.Option("--slow", help="A version of 64 kbit/s beside it, for slow lines.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Make its sound better, by ffmpeg."""
    from publisher.cli.opening import opened
    from publisher.media import mending
    from publisher.podcasts import episodes

    if not (loudness or slow):
        raise BadInput("Say what to do: --loudness, --slow or both.")
    if not mending.available():
        raise BadInput("ffmpeg is not installed on this machine.")
    at = moment(now)
    with opened() as house:
        if loudness:
            with house.database.session() as session:
                found, media = _sound_of(session, episode)
                session.rollback()  # ffmpeg takes its time, and nobody is to wait for it
                better = mending.even_loudness(session, house, media, now=at)
                found = episodes.by_id(session, episode)
                episodes.set_sound(session, house, found, better, now=at)
                on_the_trail(session, found, "evened its loudness", now)
        if slow:
            with house.database.session() as session:
                found, media = _sound_of(session, episode)
                session.rollback()
                small = mending.slow_version(session, house, media, now=at)
                found = episodes.by_id(session, episode)
                episodes.add_rendition(session, house, found, small, "64 kbit/s", now=at)
                on_the_trail(session, found, "added a version for slow lines", now)
        with house.database.reading() as session:
            row = row_of(session, house, episodes.by_id(session, episode))
    answer(row, as_json, f"{row['title']} is mended.")


def _sound_of(session: "Session", key: str) -> "tuple[Episode, MediaFile]":
    from publisher.media.models import MediaFile
    from publisher.podcasts import episodes

    found = episodes.by_id(session, key)
    media = session.get(MediaFile, found.audio_id) if found.audio_id else None
    if media is None:
        raise BadInput("Its sound is not on this hub. Fetch it with “podcasts take” first.")
    session.expunge(media)
    return found, media
