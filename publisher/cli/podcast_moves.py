"""`publisher podcasts import`, `take`, `export`: a show on its way in or out."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Now, moment, octets, unreadable
from publisher.cli.podcasts import Key, app
from publisher.cli.speaking import answer, counted, note, progress
from publisher.errors import BadInput

if TYPE_CHECKING:
    from publisher.house import House
    from publisher.podcasts.taking import OnOctets, Took

ZIP = b"PK\x03\x04"


@app.command("import")
def import_(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="A feed’s address or file, or an archive; - reads a feed.")],
    slug: Annotated[str | None, typer.Option(help="The show it is or becomes; by default found or made of its title.")] = None,
    media: Annotated[bool, typer.Option("--media", help="Fetch sound, covers, transcripts and chapters too.")] = False,
    shelf: Annotated[bool | None, typer.Option("--shelf/--no-shelf", help="Whether its episodes go to the library.")] = None,
    unlocked_by_owner: Annotated[bool, typer.Option("--unlocked-by-owner", help="The owner of a locked feed has agreed.")] = False,
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Bring in a show from elsewhere. Again, it brings what is new and what has changed there, and finishes what was cut off."""
    from publisher.cli.opening import opened
    from publisher.podcasts.importing import Wish
    from publisher.staff import trail

    at = moment(now)
    wish = Wish(slug, shelf, False, unlocked_by_owner)
    with opened() as house:
        with progress("Importing") as on_progress:
            data = _brought_in(house, feed, wish, at, on_progress)
        with house.database.session() as session:
            said = f"imported it from {feed}: {data['new']} new, {data['updated']} updated"
            trail.note(session, WHO, f"show:{data['show']}", said[:500], at)
        if media:
            data |= _taken(house, data["show"], at)
    _tell(data, as_json)


@app.command()
def take(show: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Fetch what an imported show still has elsewhere. What is here is not fetched again; what failed is tried again."""
    from publisher.cli.opening import opened

    with opened() as house:
        data: dict[str, Any] = {"show": show} | _taken(house, show, moment(now))
    _tell(data, as_json)


@app.command()
def export(
    show: Key,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE.zip]", help="By default SHOW.zip here; - is standard output.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write everything of a show as an archive that brings it back, here or on another hub."""
    from publisher.cli.opening import looking
    from publisher.podcasts import exporting, shows

    to = file or Path(f"{show}.zip")
    if str(to) == "-" and as_json:
        raise BadInput("Standard output holds either the archive or JSON. Name a file.")
    with looking() as (house, session):
        found = shows.by_slug(session, show)
        with _target(to) as target, progress("Exporting") as on_progress:
            done = exporting.export(session, house, found, target, now=moment(now), on_progress=on_progress)
    for name in done["missing"]:
        note(f"{name} is no longer on the disk and so not in the archive.")
    if str(to) != "-":
        said = f"{counted(done['episodes'], 'episode')} and {counted(done['files'], 'file')} in {to}."
        answer({"show": show, "file": str(to)} | done, as_json, said)
    if done["missing"]:
        raise typer.Exit(1)


def _brought_in(house: "House", feed: str, wish: Any, at: Any, on_progress: Any) -> dict[str, Any]:
    from publisher.podcasts import importing, restoring

    if feed.lower().startswith(("http://", "https://")):
        return importing.import_url(house, feed, wish, now=at, on_progress=on_progress).as_json()
    path = Path(feed)
    if feed != "-" and _is_archive(path):
        with path.open("rb") as archive:
            return restoring.restore(house, archive, path.name, wish, now=at, on_progress=on_progress).as_json()
    return importing.import_file(house, octets(path), path.name, wish, now=at, on_progress=on_progress).as_json()


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == ZIP
    except OSError as problem:
        raise unreadable(path, problem) from problem


def _taken(house: "House", show: str, at: Any) -> dict[str, Any]:
    """Fetch a show's files, telling of each on standard error as it comes."""
    from publisher.podcasts import taking

    files: list[Took] = []
    for took in taking.take_show(house, show, now=at, on_octets=_bar()):
        files.append(took)
        note(f"{took.title}: {took.what}: {took.error or 'is here'}")
    failed = [
        {"episode": one.episode_id, "what": one.what, "url": one.url, "reason": one.error} for one in files if one.error
    ]
    return {"files": len(files) - len(failed), "failed": failed}


def _bar() -> "OnOctets | None":
    """How far the present file is, on a terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(so_far: int, whole: int | None) -> None:
        share = f" of {whole / 1e6:.1f}" if whole else ""
        end = "\n" if so_far == whole else "\r"
        print(f"  {so_far / 1e6:.1f}{share} MB", end=end, file=sys.stderr, flush=True)

    return tell


@contextmanager
def _target(to: Path) -> "Iterator[IO[bytes]]":
    """Where the archive is written: a file appears when it is whole, readable by its owner only."""
    if str(to) == "-":
        yield sys.stdout.buffer
        return
    beside = to.with_name(f".{to.name}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as target:
            yield target
        beside.replace(to)
    except OSError as problem:
        raise BadInput(f"{to} cannot be written: {problem.strerror or problem}.") from problem
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _tell(data: dict[str, Any], as_json: bool) -> None:
    sentences = []
    if "new" in data:
        of = counted(data["episodes"], "episode")
        sentences.append(f"{data['show']}: {of}, {data['new']} new, {data['updated']} updated.")
        if data["lost_tags"]:
            sentences.append(f"Not carried: {', '.join(data['lost_tags'])}.")
        sentences += [f"Not in the feed: {one['guid']}: {one['reason']}" for one in data["not_emitted"]]
        sentences += data["problems"]
    if "files" in data:
        sentences.append(f"{counted(data['files'], 'file')} fetched, {len(data['failed'])} failed.")
    answer(data, as_json, *sentences)
