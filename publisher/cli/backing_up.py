"""`publisher backup` and `publisher restore`."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, moment
from publisher.cli.speaking import answer, note
from publisher.errors import BadInput

if TYPE_CHECKING:
    from publisher.house import House

#: The hub goes first: what a backup does with the processor waits for everybody else.
NICE = 10


def add_to(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    dest: Annotated[Path, typer.Argument(metavar="DEST")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Back the hub up to one file while it runs: database, media, templates, secret key, settings."""
    from publisher.backups import making
    from publisher.cli.opening import opened

    with opened() as house:
        made = _quietly(lambda: making.make(house, dest, now=moment(None), force=force))
    shown = {key: value for key, value in made.items() if key != "columns"}
    answer(
        shown, as_json, f"{dest} is a whole backup: {made['size'] / 1e6:.1f} MB, read back and found right.",
        "It holds the secret key, the relay’s password and everybody’s addresses: keep it where only you can read it.",
    )  # fmt: skip


def restore(
    source: Annotated[Path | None, typer.Argument(metavar="SRC")] = None,
    onto_data: Annotated[
        str, typer.Option("--onto-data", metavar="WORD", help="Say “replace” to take away what this hub has.")
    ] = "",
    key: Annotated[
        str, typer.Option("--key", metavar="WORD", help="Say “replace” to take the backup’s secret key for another.")
    ] = "",
    log: Annotated[
        list[Path] | None, typer.Option("--log", help="A send log saved elsewhere, or of another machine.")
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Show what the restore found that waits for --confirm.")
    ] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="I have looked: let mail go again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the hub what a backup says. Stop all its processes first. No mail leaves until --confirm."""
    from publisher.backups import restoring
    from publisher.cli.opening import opened

    if (source is not None) + report + confirm != 1:
        raise BadInput("Name a backup, or say --report or --confirm.")
    if source is None:
        _look(confirm, as_json)
        return
    with opened(set_up=False) as house:
        found = restoring.restore(house, source, now=moment(None), word=onto_data, key=key, logs=tuple(log or ()))
    answer(found, as_json, f"The hub is what it was on {_day(found)}.", *_found(found))
    if found["key_kept_as"]:
        note(f"Another secret key was here. It is kept as {found['key_kept_as']} in the data folder.")
    if found["settings_changed"]:
        note(f"These settings were others when the backup was made: {', '.join(found['settings_changed'])}.")
        note(f"What they were is in it: tar -xOf {source} settings.json")
    note(
        "No mail leaves until you say: publisher restore --confirm, or press the button in the studio under Settings, Backups."
    )


def first(house: "House", dest: Path | None, *, ask: bool) -> None:
    """Before the schema changes: a backup to `dest`, or to where somebody at a terminal says. Nothing to lose, nothing asked."""
    from publisher.backups import making, restoring

    if dest is None and ask and restoring.has_data(house.database):
        if not sys.stdin.isatty():
            note("No backup was made first: name a file with --backup DEST.")
            return
        print("Back up first? Name a file, or press Enter to go on without: ", end="", file=sys.stderr, flush=True)
        said = sys.stdin.readline().strip()
        dest = Path(said).expanduser() if said else None
    if dest is not None:
        made = _quietly(lambda: making.make(house, dest, now=moment(None)))
        note(f"{dest} is a whole backup: {made['size'] / 1e6:.1f} MB.")


def _quietly(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """In a thread of its own, because on Linux it is a thread that is nice to the others."""
    with ThreadPoolExecutor(1, initializer=os.nice, initargs=(NICE,)) as thread:
        return thread.submit(make).result()


def _look(confirm: bool, as_json: bool) -> None:
    from publisher.cli.opening import acting
    from publisher.errors import NotFound
    from publisher.mail import restored
    from publisher.staff import trail

    with acting() as (_house, session):
        row = restored.waiting(session)
        if row is None:
            raise NotFound("No restore waits to be confirmed.")
        found = dict(row.findings)
        if confirm:
            now = moment(None)
            restored.confirm(session, now=now, by="command line")
            trail.note(session, WHO, "settings", "Let mail leave again after the restore.", now)
    lines = ("Mail leaves again.",) if confirm else tuple(_found(found))
    answer(found | {"confirmed": confirm}, as_json, *lines)


def _day(found: dict[str, Any]) -> str:
    return f"{datetime.fromisoformat(found['backup_made_at']).astimezone(UTC):%Y-%m-%d at %H:%M} UTC"


def _found(found: dict[str, Any]) -> list[str]:
    if not found["log_found"]:
        return ["No send log was found: who was mailed since the backup cannot be known. Look at your relay’s log."]
    return [
        f"  {found['accepted_since']:>6} mails were accepted since; they are not sent again.",
        f"  {found['uncertain_since']:>6} were in flight, and whether they arrived can only be guessed; they are not sent again.",
        f"  {found['unsubscribed']:>6} unsubscribes, {found['suppressed']} complaints, bounces and stops, {found['erased']} erasures were done again.",
        f"  {found.get('cancelled', 0):>6} had cancelled a registration, and are not expected any more.",
        f"  {found['came_back']:>6} had come back to a list or webinar after leaving it, and are on it again.",
        f"  {found['unknown_addresses']:>6} addresses in the log are not in the backup: who signed up since has to do it again.",
    ]
