"""`publisher pictures`: the library of pictures, and what shows them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.sounds import is_url
from publisher.cli.speaking import answer, details, listing
from publisher.errors import BadInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.media.models import MediaFile
    from publisher.media.pictures import About

NAME = "pictures"
app = noun("Pictures that pages and letters show, with what they show in words.")

Number = Annotated[int, typer.Argument(metavar="ID", help="A picture.")]
Alt = Annotated[str, typer.Option(help="What it shows, in a few words.")]
AltIn = Annotated[list[str] | None, typer.Option("--alt-in", metavar="XX=TEXT", help="The same in another language.")]
Decorative = Annotated[bool, typer.Option("--decorative", help="It only decorates; there is nothing to say.")]
Credit = Annotated[str, typer.Option(help="Whose it is.")]
Licence = Annotated[str, typer.Option(help="Such as “CC BY 4.0”.")]


@app.command()
def add(
    picture: Annotated[str, typer.Argument(metavar="FILE|URL")],
    alt: Alt = "",
    alt_in: AltIn = None,
    decorative: Decorative = False,
    credit: Credit = "",
    licence: Licence = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take a picture in: drawn anew, nothing in it but the picture."""
    from publisher.cli.opening import opened
    from publisher.media import pictures, redrawing
    from publisher.staff import trail

    at, from_web = moment(now), is_url(picture)
    about = _about(alt, alt_in, decorative, credit, licence, picture if from_web else None)
    pictures.check(about)
    if not from_web and not Path(picture).is_file():
        raise BadInput(f"There is no file {picture}.")
    with opened() as house:
        drawn = pictures.get(house, picture) if from_web else redrawing.redraw(Path(picture))
        with house.database.session() as session:
            name = picture.rpartition("/")[2].partition("?")[0] or "picture"
            media = pictures.add(session, house, drawn, about, name=name, now=at)
            trail.note(session, WHO, f"picture:{media.id}", "took a picture in", at)
            row = _row(media)
    moved = " It was moving; its first picture was kept." if drawn.moved else ""
    answer(row, as_json, f"Picture {row['picture']} is in the library.{moved}")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every picture, the newest first."""
    from publisher.cli.opening import looking
    from publisher.media import pictures

    with looking() as (_house, session):
        rows = [_row(media) for media in pictures.every(session, limit=limit)]
    listing(rows, as_json, "picture", "title", "size", "credit", empty="There are no pictures yet.")


@app.command()
def show(picture: Number, as_json: AsJson = False) -> None:
    """One picture, and what shows it."""
    from publisher.cli.opening import looking
    from publisher.desk import pictures as places
    from publisher.media import pictures

    with looking() as (_house, session):
        media = pictures.by_id(session, picture)
        shown = [place.key for place in places.uses(session, media)]
        details(_row(media) | {"used": shown}, as_json)


@app.command()
def describe(
    picture: Number,
    alt: Alt = "",
    alt_in: AltIn = None,
    decorative: Decorative = False,
    credit: Annotated[str | None, typer.Option(help="Whose it is; unless given, it stays.")] = None,
    licence: Annotated[str | None, typer.Option(help="Unless given, it stays.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Say what it shows, whose it is, under which licence."""
    from publisher.cli.opening import acting
    from publisher.media import pictures

    with acting() as (_house, session):
        media = pictures.by_id(session, picture)
        kept = {k: str(v) for k, v in (media.alts or {}).items()} if alt_in is None else _tongues(alt_in)
        by = media.credit if credit is None else credit
        under = media.licence if licence is None else licence
        words = alt or ("" if decorative else media.alt)
        pictures.describe(session, media, pictures.About(words, decorative, by, under, kept))
        _note(session, media, "described it", now)
        row = _row(media)
    details(row, as_json)


@app.command()
def use(
    picture: Annotated[str, typer.Argument(metavar="ID|none")],
    place: Annotated[str, typer.Argument(metavar="PLACE", help="resource:ID, item:ISSUE/ID, brand:SLUG, series:SLUG, show:SLUG.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show a picture with a resource, an item of an issue, as a logo, with a series or a show."""
    from publisher.cli.opening import acting
    from publisher.desk import pictures as places
    from publisher.media import pictures

    if picture != "none" and not picture.isdecimal():
        raise BadInput("Name a picture by its number, or say none.")
    at = moment(now)
    with acting() as (house, session):
        media = None if picture == "none" else pictures.by_id(session, int(picture))
        found = places.use(session, house, _key(session, place), media, now=at)
        if media is not None:
            _note(session, media, f"chose it for {found.key}", now)
        row = {"place": found.key, "title": found.title, "picture": media.id if media else None}
    answer(row, as_json, f"“{found.title}” shows {'no picture' if media is None else f'picture {picture}'} now.")


@app.command()
def remove(picture: Number, now: Now = None, as_json: AsJson = False) -> None:
    """Take a picture out of the library, where nothing shows it."""
    from publisher.cli.opening import acting
    from publisher.desk import pictures as places
    from publisher.media import pictures

    with acting() as (_house, session):
        media = pictures.by_id(session, picture)
        places.remove(session, media)
        _note(session, media, "took it out of the library", now)
        row = _row(media)
    answer(row, as_json, f"Picture {picture} is out of the library.")


def _key(session: "Session", place: str) -> str:
    """`item:ISSUE/ID` names an item by its issue and resource; all others are what they are called."""
    from sqlmodel import col, select

    from publisher.errors import NotFound
    from publisher.newsletters import issues
    from publisher.newsletters.models import IssueItem

    kind, _, name = place.partition(":")
    slug, slash, work = name.rpartition("/")
    if kind != "item" or not slash:
        return place
    issue = issues.by_slug(session, slug)
    which = select(IssueItem.id).where(col(IssueItem.issue_id) == issue.id)
    found = session.exec(which.where(col(IssueItem.work_id) == (int(work) if work.isdecimal() else 0))).first()
    if found is None:
        raise NotFound(f"{slug} has no item {work}.")
    return f"item:{found}"


def _about(alt: str, alt_in: list[str] | None, decorative: bool, credit: str, licence: str, url: str | None) -> "About":
    from publisher.media.pictures import About

    return About(alt, decorative, credit, licence, _tongues(alt_in or []), url)


def _tongues(given: list[str]) -> dict[str, str]:
    from publisher.cli.typed import by_language

    return by_language(given, "--alt-in")


def _note(session: "Session", media: "MediaFile", what: str, now: str | None) -> None:
    from publisher.staff import trail

    trail.note(session, WHO, f"picture:{media.id}", what, moment(now))


def _row(media: "MediaFile") -> dict[str, Any]:
    return {
        "picture": media.id,
        "title": media.alt or media.name,
        "state": "shelved" if media.shelved_at else "removed",
        "alt": media.alt,
        "alts": media.alts or {},
        "decorative": bool(media.decorative),
        "credit": media.credit,
        "licence": media.licence,
        "size": f"{media.width} × {media.height}",
        "source_url": media.source_url,
        "url": f"/media/{media.digest}.{media.extension}",
    }
