"""`publisher episodes`: what listeners hear, and when."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import sounds, typed
from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun, octets
from publisher.cli.speaking import answer, details, listing, note, stamp
from publisher.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from publisher.house import House
    from publisher.media.models import MediaFile
    from publisher.podcasts.models import Episode

NAME = "episodes"
app = noun("Episodes, named by their number or as show/short-name.")

Key = Annotated[str, typer.Argument(metavar="EPISODE", help="Its number, or show/short-name.")]
Many = list[str] | None
Title = Annotated[str | None, typer.Option(help="What listeners see; by default what the file says.")]
Slug = Annotated[str | None, typer.Option(help="For its address; by default made of the title.")]
Summary = Annotated[str | None, typer.Option(help="One or two sentences, for library and newsletter.")]
Notes = Annotated[str | None, typer.Option(metavar="TEXT|FILE", help="What apps show; Markdown.")]
Language = Annotated[str | None, typer.Option(metavar="XX", help="Where it is not the show’s.")]
Link = Annotated[str | None, typer.Option(metavar="URL", help="Its page, where that is not here.")]
Author = Annotated[str | None, typer.Option()]
Type = Annotated[str | None, typer.Option("--type", help="full, trailer or bonus.")]
Season = Annotated[int | None, typer.Option(min=1)]
SeasonName = Annotated[str | None, typer.Option()]
Number = Annotated[int | None, typer.Option(min=1)]
Explicit = Annotated[bool | None, typer.Option("--explicit/--clean", help="Where it is not as the show.")]
Block = Annotated[bool | None, typer.Option("--block/--no-block", help="Keep it out of directories and the library.")]
Licence = Annotated[str | None, typer.Option(help="Such as cc-by-4.0.")]
Person = Annotated[
    Many, typer.Option("--person", metavar="NAME:ROLE", help="Such as “Amina Diop:guest”; instead of the show’s.")
]
Subject = Annotated[
    Many, typer.Option("--subject", metavar="FACET:KEY", help="Such as topic:play-and-learning or country:KE.")
]
TranslationOf = Annotated[str | None, typer.Option(metavar="EPISODE", help="The same in another language edition.")]
Transcript = Annotated[Many, typer.Option(metavar="[XX:]FILE", help="VTT, SRT, JSON or text, with its language.")]
Chapters = Annotated[Path | None, typer.Option(metavar="FILE", help="JSON chapters, or lines such as “1:30 A title”.")]
Artwork = Annotated[Path | None, typer.Option(metavar="FILE", help="Its own cover.")]
Rest = Annotated[Path | None, typer.Option("--set", metavar="FILE", help="A JSON object of any fields, tags too.")]
Mend = Annotated[bool, typer.Option("--mend", help="Make what apps play of what they do not, by ffmpeg.")]


@app.command()
def add(
    show: Annotated[str, typer.Argument(metavar="SHOW")],
    audio: Annotated[str, typer.Argument(metavar="AUDIO", help="A file, its address, or a folder of files.")],
    title: Title = None, slug: Slug = None, summary: Summary = None, notes: Notes = None, language: Language = None,
    link: Link = None, author: Author = None, type_: Type = None, season: Season = None, season_name: SeasonName = None,
    number: Number = None, explicit: Explicit = None, block: Block = None, licence: Licence = None,
    persons: Person = None, subjects: Subject = None, translation_of: TranslationOf = None,
    transcript: Transcript = None, chapters: Chapters = None, artwork: Artwork = None, rest: Rest = None,
    publish_at: Annotated[str | None, typer.Option(metavar="ISO8601", help="The instant it appears; without an offset: UTC.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="It appears now.")] = False,
    mend: Mend = False, now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Add an episode: a draft, unless it is told when to appear. Of a folder each file becomes a draft."""
    said = dict(locals())
    at = moment(now)
    if publish and publish_at:
        raise BadInput("Either it appears now, or at a moment: not both --publish and --publish-at.")
    if Path(audio).is_dir():
        _add_folder(show, Path(audio), mend, at, as_json)
        return
    row = _added(show, audio, said, at)
    answer(row, as_json, f"Episode {row['episode']} is {row['state']}: {row['title']}")


@app.command()
def edit(
    episode: Key,
    title: Title = None, slug: Slug = None, summary: Summary = None, notes: Notes = None, language: Language = None,
    link: Link = None, author: Author = None, type_: Type = None, season: Season = None, season_name: SeasonName = None,
    number: Number = None, explicit: Explicit = None, block: Block = None, licence: Licence = None,
    persons: Person = None, subjects: Subject = None, translation_of: TranslationOf = None,
    transcript: Transcript = None, chapters: Chapters = None, artwork: Artwork = None, rest: Rest = None,
    now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Change what is said of an episode; what is not named stays. An empty text takes a field back."""
    said = dict(locals())
    from publisher.cli.podcasts import acting_with
    from publisher.podcasts import episodes

    at = moment(now)
    with acting_with(artwork, at) as (house, session, cover):
        found = episodes.by_id(session, episode)
        given = _said(session, said, rest)
        changed = episodes.edit(session, house, found, replace(episodes.shape_of(found), **given), now=at)
        changed = _beside(session, house, found, cover, transcript, at) or changed
        if changed:
            on_the_trail(session, found, "edited it", now)
        row = row_of(session, house, found)
    answer(row, as_json, f"{row['title']} is changed." if changed else "Nothing is different.")


@app.command("list")
def listed(
    show: Annotated[str | None, typer.Argument(metavar="[SHOW]", help="By default of every show.")] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Every episode: what is coming first, then the newest."""
    from publisher.cli.opening import looking
    from publisher.podcasts import episodes, shows

    with looking() as (house, session):
        of = [shows.by_slug(session, show)] if show else shows.all_of(session)
        found = [one for its_show in of for one in episodes.all_of(session, its_show)]
        rows = [row_of(session, house, one) for one in found[:limit]]
    columns = ("episode", "title", "state", "show", "type", "duration", "publish_at", "published_at")
    listing(rows, as_json, *columns, empty="There are no episodes yet.")


@app.command()
def show(episode: Key, as_json: AsJson = False) -> None:
    """Everything about one episode, and why it could not be in the feed."""
    from dataclasses import asdict

    from publisher.cli.opening import looking
    from publisher.podcasts import episodes, publishing

    with looking() as (house, session):
        found = episodes.by_id(session, episode)
        texts = [{"language": one.language, "type": one.type, "url": one.url, "here": bool(one.text)} for one in episodes.transcripts_of(session, found)]  # fmt: skip
        why = publishing.why_not(session, house, found)
        more = {"transcripts": texts, "why_not": why, "trouble": found.taking}
        data = asdict(episodes.shape_of(found)) | row_of(session, house, found) | more
    details(data, as_json)


@app.command()
def publish(episode: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Let it appear now: in page, feed, library and pings at once."""
    from publisher.podcasts import publishing

    _step(episode, "published it", now, as_json, lambda s, h, one, at: publishing.publish(s, h, one, now=at))


@app.command()
def withdraw(episode: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Take it out of page, feed and library. Published again it is the same episode."""
    from publisher.podcasts import publishing

    _step(episode, "withdrew it", now, as_json, lambda s, h, one, at: publishing.withdraw(s, h, one, now=at))


@app.command()
def schedule(
    episode: Key,
    at: Annotated[str, typer.Option(metavar="ISO8601", help="Without an offset: UTC.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Let it appear at that moment."""
    from publisher.clock import parse_instant
    from publisher.podcasts import publishing

    when = parse_instant(at)
    said = f"scheduled it for {stamp(when)}"
    _step(episode, said, now, as_json, lambda s, h, one, now_: publishing.schedule(s, h, one, when, now=now_))


@app.command()
def unschedule(episode: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Make it a draft again."""
    from publisher.podcasts import publishing

    _step(episode, "made it a draft again", now, as_json, lambda s, _, one, at: publishing.unschedule(s, one, now=at))


@app.command()
def remove(episode: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Delete a draft that nobody has heard. What has appeared is withdrawn instead."""
    from publisher.cli.opening import acting
    from publisher.podcasts import episodes

    with acting() as (house, session):
        found = episodes.by_id(session, episode)
        row = row_of(session, house, found)
        on_the_trail(session, found, f"removed the draft “{found.title}”", now)
        episodes.remove(session, found)
    answer(row | {"state": "removed"}, as_json, f"{row['title']} is removed.")


def _step(
    key: str,
    what: str,
    now: str | None,
    as_json: bool,
    verb: "Callable[[Session, House, Episode, datetime], None]",
) -> None:
    from publisher.cli.opening import acting
    from publisher.podcasts import episodes

    with acting() as (house, session):
        found = episodes.by_id(session, key)
        verb(session, house, found, moment(now))
        on_the_trail(session, found, what, now)
        row = row_of(session, house, found)
    answer(row, as_json, f"{row['title']} is {row['state']}.")


def _added(show: str, audio: str, said: Mapping[str, Any], at: "datetime") -> dict[str, Any]:
    """All of it in one transaction, once the file is here: an episode is never half there."""
    from publisher.cli.opening import opened
    from publisher.clock import parse_instant
    from publisher.podcasts import episodes, publishing, shows

    with opened() as house:
        with house.database.reading() as session:
            shows.by_slug(session, show)  # before a file of hours is fetched
        fetched = sounds.fetched(house, audio, at, mend=said["mend"])
        with house.database.session() as session:
            media = fetched or sounds.taken(session, house, Path(audio), at, mend=said["mend"])
            cover = sounds.taken(session, house, said["artwork"], at, expect="image") if said["artwork"] else None
            given = _said(session, said, said["rest"])
            given["title"] = given.get("title") or sounds.title_of(media)
            of = shows.by_slug(session, show)
            made = episodes.add(session, house, of, episodes.Shape(**given), audio=media, now=at)
            _beside(session, house, made, cover, said["transcript"], at)
            if said["publish_at"]:
                publishing.schedule(session, house, made, parse_instant(said["publish_at"]), now=at)
            elif said["publish"]:
                publishing.publish(session, house, made, now=at)
            on_the_trail(session, made, f"added “{made.title}” to {show}", stamp(at))
            return row_of(session, house, made)


def _add_folder(show: str, folder: Path, mend: bool, at: "datetime", as_json: bool) -> None:
    from publisher.cli.opening import opened
    from publisher.media import intake
    from publisher.podcasts import episodes, shows

    rows, refused = [], []
    with opened() as house:
        for taken in intake.take_folder(house, folder, now=at, expect="episode", mend=mend):
            if taken.media is None:
                refused.append({"file": taken.path.name, "reason": taken.why_not})
                note(f"{taken.path.name}: {taken.why_not}")
                continue
            with house.database.session() as session:
                of = shows.by_slug(session, show)
                shape = episodes.Shape(title=sounds.title_of(taken.media))
                made = episodes.add(session, house, of, shape, audio=taken.media, now=at)
                on_the_trail(session, made, f"added “{made.title}” to {show}", stamp(at))
                rows.append(row_of(session, house, made))
    answer(
        {"episodes": rows, "refused": refused}, as_json, *(f"Episode {row['episode']}: {row['title']}" for row in rows)
    )
    if refused:
        raise typer.Exit(1)


def _said(session: "Session", given: Mapping[str, Any], rest: Path | None) -> dict[str, Any]:
    """The options as fields of an episode's shape."""
    from publisher.podcasts import episodes

    said = {name.rstrip("_"): value for name, value in given.items()}
    said["notes"], said["persons"] = typed.words_of(said["notes"]), typed.persons(said["persons"])
    said["chapters"] = sounds.chapters_in(given["chapters"]) if given["chapters"] else None
    if given["translation_of"]:
        said["original_id"] = episodes.by_id(session, given["translation_of"]).id
    return typed.changes(said, frozenset(episodes.Shape.__dataclass_fields__), rest)


def _beside(
    session: "Session", house: "House", one: "Episode", cover: "MediaFile | None", given: Many, at: "datetime"
) -> bool:
    """Cover and transcripts; what may be wrong with these is said on standard error."""
    from publisher.podcasts import episodes
    from publisher.podcasts.models import Show

    if cover is not None:
        episodes.set_artwork(session, house, one, cover, now=at)
    for text in given or ():
        language, path = sounds.transcript_in(text)
        language = language or one.language or session.get_one(Show, one.show_id).language
        for sentence in episodes.set_transcript(session, house, one, language, octets(path, 50_000_000), None, now=at, name=path.name):  # fmt: skip
            note(f"{path.name}: {sentence}")
    return bool(cover or given)


def row_of(session: "Session", house: "House", one: "Episode") -> dict[str, Any]:
    """What lists and answers say of an episode."""
    from publisher.podcasts import addresses
    from publisher.podcasts.models import Show

    its_show = session.get_one(Show, one.show_id)
    return {
        "episode": one.id,
        "title": one.title,
        "state": one.state,
        "show": its_show.slug,
        "slug": one.slug,
        "guid": one.guid,
        "type": one.type,
        "season": one.season,
        "number": one.number,
        "duration": one.duration,
        "publish_at": one.publish_at,
        "published_at": one.published_at,
        "has_sound": bool(one.audio_id or one.enclosure_url),
        "page": addresses.episode(house, its_show, one),
    }


def on_the_trail(session: "Session", one: "Episode", what: str, now: str | None) -> None:
    from publisher.staff import trail

    trail.note(session, WHO, f"episode:{one.id}", what[:500], moment(now))
