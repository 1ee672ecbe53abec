"""`publisher backup` and `publisher restore`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from publisher.cli.options import AsJson, moment
from publisher.cli.speaking import answer, note
from publisher.errors import BadInput


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
        made = making.make(house, dest, now=moment(None), force=force)
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
    log: Annotated[
        list[Path] | None, typer.Option("--log", help="A send log saved elsewhere, or of another machine.")
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="Show what was found at the last restore.")] = False,
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
        found = restoring.restore(house, source, now=moment(None), word=onto_data, logs=tuple(log or ()))
    answer(found, as_json, f"The hub is what it was on {found['backup_made_at']}.", *_found(found))
    note("No mail leaves until you say: publisher restore --confirm")


def _look(confirm: bool, as_json: bool) -> None:
    from publisher.cli.opening import acting
    from publisher.errors import NotFound
    from publisher.mail import restored

    with acting() as (_house, session):
        row = restored.waiting(session)
        if row is None:
            raise NotFound("No restore waits to be confirmed.")
        found = dict(row.findings)
        if confirm:
            restored.confirm(session, now=moment(None), by="command line")
    lines = ("Mail leaves again.",) if confirm else tuple(_found(found))
    answer(found | {"confirmed": confirm}, as_json, *lines)


def _found(found: dict[str, Any]) -> list[str]:
    if not found["log_found"]:
        return ["No send log was found: who was mailed since the backup cannot be known. Look at your relay’s log."]
    return [
        f"  {found['accepted_since']:>6} mails were accepted since; they are not sent again.",
        f"  {found['uncertain_since']:>6} were in flight, and whether they arrived can only be guessed; they are not sent again.",
        f"  {found['unsubscribed']:>6} unsubscribes, {found['suppressed']} complaints, bounces and stops, {found['erased']} erasures were done again.",
        f"  {found['unknown_addresses']:>6} more of these are of addresses that the backup does not have.",
    ]
