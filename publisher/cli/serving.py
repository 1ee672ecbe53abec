"""`publisher serve` and `publisher send`: the processes that stay."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.options import AsJson, Now, moment
from publisher.cli.speaking import answer, counted, note, progress
from publisher.errors import BadInput

if TYPE_CHECKING:
    from publisher.house import House


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(send)


def serve(
    roles: Annotated[str, typer.Option(help="What this process does, separated by commas.")] = "web,scheduler,sender",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port; 8000 by default.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer pages.")] = 1,
) -> None:
    """Serve pages, keep the timetable, carry mail: all in one process, or some of it on each machine."""
    from publisher.cli import running
    from publisher.cli.opening import opened, refuse_other_schema

    chosen = tuple(role.strip() for role in roles.split(",") if role.strip())
    if not chosen or (unknown := set(chosen) - set(running.ROLES)):
        wrong = min(unknown) if chosen else roles
        raise BadInput(f"“{wrong}” is not a role. Roles: {', '.join(running.ROLES)}.")
    with opened(port=port) as house:
        refuse_other_schema(house)
        listener = running.listen(host, port or 8000) if "web" in chosen else None
        where = f"Pages are at {house.settings.public_url} (listening on {host}:{port or 8000}). " if listener else ""
        running.run(
            house,
            roles=chosen,
            host=host,
            listener=listener,
            workers=workers,
            on_ready=lambda: _ready(
                house, f"{where}Running: {', '.join(chosen)}. Press Ctrl-C to stop.", "web" in chosen
            ),
        )


def _ready(house: "House", said: str, has_pages: bool) -> None:
    if has_pages and (link := owner_link(house, moment(None))):
        note(f"Nobody owns this hub yet. Open this within three days to become its owner:\n  {link}")
    note(said)


def owner_link(house: "House", now: datetime) -> str | None:
    """Where whoever reads the console becomes the first owner; None where there is one."""
    from publisher.staff import accounts

    with house.database.reading() as session:
        token = accounts.first_owner_token(session, house, now)
    return house.settings.url(f"/studio/invitation/{token}") if token else None


def send(
    drain: Annotated[bool, typer.Option("--drain", help="Send until nothing is due, then end.")] = False,
    now: Now = None,
    relay_url: Annotated[
        str | None, typer.Option(metavar="SMTP_URL", help="Use this relay instead of the hub’s.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Carry the mail that is due: for ever, or with --drain until nothing is. Exit code 1 where a letter was held."""
    from publisher.cli import running
    from publisher.cli.opening import opened, refuse_other_schema

    if not drain and (now is not None or as_json):
        raise BadInput("--now and --json go with --drain.")
    with opened() as house:
        refuse_other_schema(house)
        if not drain:
            note("Carrying mail. Press Ctrl-C to stop.")
            running.run(house, roles=("sender",), relay_url=relay_url)
            return
        with progress("Sending") as on_progress:
            sent = running.drain(house, None if now is None else moment(now), relay_url, on_progress)
    words = f"{counted(sent['accepted'], 'mail')} accepted, {sent['waiting']} waiting for another try."
    answer(sent, as_json, words, *(f"{slug} is sent." for slug in sent["closed"]))
    for letter in sent["paused"]:
        note(f"“{letter['title']}” is paused. {letter['reason']}")
    if sent["paused"]:
        raise typer.Exit(1)
