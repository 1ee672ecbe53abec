"""`publisher podcasts`: shows, their feeds and who may hear them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import typed
from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.speaking import answer, details, listing
from publisher.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from publisher.house import House
    from publisher.media.intake import Expect
    from publisher.media.models import MediaFile
    from publisher.podcasts.models import Show

NAME = "podcasts"
app = noun("Shows, named by their short name: their feeds, where they came from, who may hear them.")

Key = Annotated[str, typer.Argument(metavar="SHOW")]
Many = list[str] | None
Title = Annotated[str | None, typer.Option(help="What listeners see.")]
Description = Annotated[str | None, typer.Option(metavar="TEXT|FILE", help="What it is about; Markdown.")]
Language = Annotated[str | None, typer.Option(metavar="XX", help="Of the show, such as en or fr.")]
Author = Annotated[str | None, typer.Option(help="Whose podcast it is, as apps show it.")]
OwnerName = Annotated[str | None, typer.Option(help="Who answers for it towards directories.")]
OwnerEmail = Annotated[str | None, typer.Option(help="Their address; it stands in the feed.")]
Link = Annotated[str | None, typer.Option(metavar="URL", help="Its website, where that is not its page here.")]
Category = Annotated[
    Many, typer.Option("--category", help="Of Apple’s, such as “Kids & Family > Parenting”; the first counts most.")
]
Explicit = Annotated[bool | None, typer.Option("--explicit/--clean", help="Not for children.")]
Type = Annotated[str | None, typer.Option("--type", help="episodic (newest first) or serial (in order).")]
Complete = Annotated[bool | None, typer.Option("--complete/--not-complete", help="No episode will follow.")]
Block = Annotated[bool | None, typer.Option("--block/--no-block", help="Keep it out of directories.")]
Copyright = Annotated[str | None, typer.Option("--copyright", help="Who has the rights.")]
Locked = Annotated[bool | None, typer.Option("--locked/--unlocked", help="Whether other hosts may import it.")]
Medium = Annotated[str | None, typer.Option(help="podcast, music, video, audiobook, course, …")]
Licence = Annotated[str | None, typer.Option(help="Such as cc-by-4.0.")]
LicenceUrl = Annotated[str | None, typer.Option(metavar="URL", help="Where the licence can be read.")]
Funding = Annotated[Many, typer.Option(metavar="“URL TEXT”", help="Where listeners may give.")]
Person = Annotated[Many, typer.Option("--person", metavar="NAME:ROLE", help="Such as “Amina Diop:host”.")]
Subject = Annotated[
    Many, typer.Option("--subject", metavar="FACET:KEY", help="Such as topic:play-and-learning or country:KE.")
]
Editions = Annotated[str | None, typer.Option(metavar="WORD", help="The same word in several shows: one in several languages.")]  # fmt: skip
OfList = Annotated[str | None, typer.Option("--list", metavar="SLUG", help="For the members of this list only.")]
OnShelf = Annotated[bool | None, typer.Option("--shelf/--no-shelf", help="Whether its episodes are in the library.")]
Hub = Annotated[Many, typer.Option("--hub", metavar="URL", help="A WebSub hub that is told of changes.")]
Podping = Annotated[bool | None, typer.Option("--podping/--no-podping", help="Tell podping of changes.")]
Op3 = Annotated[bool | None, typer.Option("--op3/--no-op3", help="Count by OP3 too.")]
Artwork = Annotated[Path | None, typer.Option(metavar="FILE", help="Its cover: square, 1400 to 3000 pixels.")]
Rest = Annotated[
    Path | None, typer.Option("--set", metavar="FILE", help="A JSON object of any fields, tags and live too.")
]


@app.command()
def add(
    slug: str,
    title: Title = None, description: Description = None, language: Language = None, author: Author = None,
    owner_name: OwnerName = None, owner_email: OwnerEmail = None, link: Link = None, categories: Category = None,
    explicit: Explicit = None, type_: Type = None, complete: Complete = None, block: Block = None, copyright_: Copyright = None,
    locked: Locked = None, medium: Medium = None, licence: Licence = None, licence_url: LicenceUrl = None,
    funding: Funding = None, persons: Person = None, subjects: Subject = None, editions: Editions = None,
    list_slug: OfList = None, on_shelf: OnShelf = None, hubs: Hub = None, podping: Podping = None, op3: Op3 = None,
    artwork: Artwork = None, rest: Rest = None, now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Begin a show."""
    said = dict(locals())
    from publisher.podcasts import shows

    at, given = moment(now), _said(said, rest)
    if not given.get("title"):
        raise BadInput("Give the show a title: --title.")
    with acting_with(artwork, at) as (house, session, media):
        show = shows.add(session, house, slug, shows.Shape(**given), now=at)
        if media is not None:
            shows.set_artwork(session, house, show, media, now=at)
        on_the_trail(session, show, f"began “{show.title}”", now)
        row = row_of(session, house, show)
    answer(row, as_json, f"{row['title']} is there. Its feed: {row['feed']}")


@app.command()
def edit(
    show: Key,
    title: Title = None, description: Description = None, language: Language = None, author: Author = None,
    owner_name: OwnerName = None, owner_email: OwnerEmail = None, link: Link = None, categories: Category = None,
    explicit: Explicit = None, type_: Type = None, complete: Complete = None, block: Block = None, copyright_: Copyright = None,
    locked: Locked = None, medium: Medium = None, licence: Licence = None, licence_url: LicenceUrl = None,
    funding: Funding = None, persons: Person = None, subjects: Subject = None, editions: Editions = None,
    list_slug: OfList = None, on_shelf: OnShelf = None, hubs: Hub = None, podping: Podping = None, op3: Op3 = None,
    artwork: Artwork = None, rest: Rest = None, now: Now = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Change what is said of a show; what is not named stays. An empty text takes a field back."""
    said = dict(locals())
    from publisher.podcasts import shows

    at, given = moment(now), _said(said, rest)
    with acting_with(artwork, at) as (house, session, media):
        found = shows.by_slug(session, show)
        changed = shows.edit(session, house, found, replace(shows.shape_of(session, found), **given), now=at)
        if media is not None:
            shows.set_artwork(session, house, found, media, now=at)
        if changed or media is not None:
            on_the_trail(session, found, "edited it", now)
        row = row_of(session, house, found)
    answer(row, as_json, f"{row['title']} is changed." if changed or artwork else "Nothing is different.")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every show."""
    from publisher.cli.opening import looking
    from publisher.podcasts import shows

    with looking() as (house, session):
        rows = [row_of(session, house, show) for show in shows.all_of(session)[:limit]]
    columns = ("show", "title", "state", "language", "episodes", "list", "feed")
    listing(rows, as_json, *columns, empty="There are no shows yet.")


@app.command()
def show(show: Key, as_json: AsJson = False) -> None:
    """Everything about one show, and which of its episodes are not in its feed."""
    from dataclasses import asdict

    from publisher.cli.opening import looking
    from publisher.podcasts import shows
    from publisher.podcasts.feed import Feeds
    from publisher.podcasts.models import Episode

    with looking() as (house, session):
        found = shows.by_slug(session, show)
        feeds = Feeds()
        why = feeds.not_emitted(session, house, feeds.standing(session, show))
        not_emitted = [
            {"episode": number, "title": session.get_one(Episode, number).title, "reason": reason}
            for number, reason in why.items()
        ]
        data = asdict(shows.shape_of(session, found)) | row_of(session, house, found)
    details(data | {"not_emitted": not_emitted}, as_json)


@app.command()
def archive(
    show: Key,
    back: Annotated[bool, typer.Option("--back", help="Show it again.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take a show out of lists, pages and the library; who has its feed keeps it."""
    from publisher.cli.opening import acting
    from publisher.podcasts import shows

    with acting() as (house, session):
        found = shows.by_slug(session, show)
        shows.archive(session, house, found, now=moment(now), archived=not back)
        on_the_trail(session, found, "brought it back" if back else "archived it", now)
        row = row_of(session, house, found)
    answer(row, as_json, f"{row['title']} is {row['state']}.")


@app.command()
def art(
    show: Key,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JPEG or PNG, square, 1400 to 3000 pixels.")],
    mend: Annotated[bool, typer.Option("--mend", help="Make it fit where nothing has to be cut off.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give a show its cover."""
    from publisher.podcasts import shows

    at = moment(now)
    with acting_with(file, at, mend=mend) as (house, session, media):
        found = shows.by_slug(session, show)
        shows.set_artwork(session, house, found, media, now=at)
        on_the_trail(session, found, "gave it a cover", now)
        row = row_of(session, house, found)
    answer(row, as_json, f"{row['title']} has a new cover.")


def row_of(session: "Session", house: "House", show: "Show") -> dict[str, Any]:
    """What lists and answers say of a show."""
    from publisher.audience.models import MailingList
    from publisher.podcasts import addresses, shows

    mailing_list = session.get(MailingList, show.list_id) if show.list_id else None
    return {
        "show": show.slug,
        "title": show.title,
        "state": show.state,
        "language": show.language,
        "list": mailing_list.slug if mailing_list else None,
        "episodes": shows.count_of(session, show),
        "guid": show.guid,
        "feed": addresses.feed(house, show),
        "imported_from": show.imported_from,
        "moved_to": show.moved_to,
    }


def on_the_trail(session: "Session", show: "Show", what: str, now: str | None) -> None:
    from publisher.staff import trail

    trail.note(session, WHO, f"show:{show.slug}", what, moment(now))


@contextmanager
def acting_with(
    file: Path | None, at: "datetime", *, mend: bool = False, expect: "Expect" = "image"
) -> "Iterator[tuple[House, Session, MediaFile | None]]":
    """As `acting`, with a cover (or another file that is expected) that was looked into before the database is touched."""
    from publisher.cli.opening import acting
    from publisher.media import intake

    if file is not None and not file.is_file():
        raise BadInput(f"There is no file {file}.")
    with acting() as (house, session):
        if file is None:
            yield house, session, None
        else:
            yield (
                house,
                session,
                intake.take_file(session, house, file, name=file.name, now=at, expect=expect, mend=mend),
            )


def _said(given: Mapping[str, Any], rest: Path | None) -> dict[str, Any]:
    """The options as fields of a show's shape."""
    from publisher.podcasts.shows import Shape

    said = {name.rstrip("_"): value for name, value in given.items()}
    said["description"] = typed.words_of(said["description"])
    said["persons"], said["funding"] = typed.persons(said["persons"]), typed.funding(said["funding"])
    return typed.changes(said, frozenset(Shape.__dataclass_fields__), rest)
