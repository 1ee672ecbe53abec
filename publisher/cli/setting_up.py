"""`publisher init`, `migrate`, `demo`, `doctor`: a hub comes to be, and how it is."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import AsJson, moment
from publisher.cli.speaking import answer, listing, note
from publisher.errors import BadInput

if TYPE_CHECKING:
    from publisher.house import House

FIRST_LIST = "newsletter"
DEFAULT_PORT = 8000


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(migrate)
    app.command()(demo)
    app.command()(doctor)


def init(as_json: AsJson = False) -> None:
    """Set a hub up: schema, sender, relay, vocabulary, a first list. A second time changes nothing."""
    from publisher.cli.opening import opened

    with opened(set_up=False) as house:
        said = set_up(house, moment(None))
        answer(said, as_json, *_what_next(house, said))


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say whether it is needed: exit code 1 if so.")] = False,
    backup: Annotated[Path | None, typer.Option("--backup", metavar="DEST", help="Back up to this file first.")] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Do not ask for a backup first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the schema of the database to this version. On a terminal it asks for a backup first."""
    from publisher import migrations
    from publisher.cli.backing_up import first
    from publisher.cli.opening import opened

    if no_backup and backup is not None:
        raise BadInput("Say --backup or --no-backup, not both.")
    with opened(set_up=False) as house:
        if not check:
            first(house, backup, ask=not no_backup and not migrations.is_current(house.database))
            migrations.upgrade(house.database)
        current = migrations.is_current(house.database)
    answer({"current": current}, as_json, "The schema is current." if current else "The schema needs migrating.")
    if not current:
        raise typer.Exit(1)


def demo(
    remove: Annotated[bool, typer.Option("--remove", help="Take the demo hub away again.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Set up, fill the demo hub if it is not there, and serve.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help=f"With --serve; {DEFAULT_PORT} by default.")] = None,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fill the demo hub: an invented initiative with resources, newsletters, podcasts, webinars and readers."""
    from publisher.cli.opening import opened
    from publisher.demo import install as demonstration

    if serve:
        _serve_demo(host, port or DEFAULT_PORT)
        return
    with opened() as house:
        now = moment(None)
        if remove:
            demonstration.remove(house, now)
            answer({"installed": False}, as_json, "The demo hub is gone.")
            _own_from_now_on(house, now)
        else:
            summary = asdict(demonstration.install(house, now))
            answer({"installed": True, **summary}, as_json, "The demo hub is filled.", *_counted(summary))


def doctor(as_json: AsJson = False) -> None:
    """Look whether everything is as it should be, and what to do. Exit code 1 where something is bad."""
    from publisher import migrations
    from publisher.cli.opening import NOT_CURRENT, opened
    from publisher.desk.doctor import Finding, look

    with opened() as house:
        if migrations.is_current(house.database):
            findings = look(house, moment(None))
        else:
            findings = [Finding("schema", "bad", NOT_CURRENT, "Run “publisher migrate”.")]
    ok = not any(found.level == "bad" for found in findings)
    if as_json:
        answer({"ok": ok, "findings": [found.as_json() for found in findings]}, True)
    else:
        listing([found.as_json() for found in findings], False, "check", "level", "message", "advice")
    if not ok:
        raise typer.Exit(1)


def set_up(house: "House", now: datetime) -> dict[str, Any]:
    """Everything a hub begins with; what is there stays as it is. `owner_link` is for whoever becomes the first owner."""
    from publisher import migrations
    from publisher.audience import lists
    from publisher.mail import identities
    from publisher.staff import accounts
    from publisher.vocabulary import terms

    migrations.upgrade(house.database)
    with house.database.session() as session:
        identity = identities.seed(session, house.settings, now=now)
        added = terms.seed_defaults(session)
        if not lists.every(session, archived=True):
            lists.add(session, FIRST_LIST, "Newsletter", now=now, identity=identity)
        token = accounts.first_owner_token(session, house, now)
        return {
            "hub": identity.name,
            "data": str(house.settings.data_dir),
            "terms_added": added,
            "lists": [row.slug for row in lists.every(session)],
            "owner_link": house.settings.url(f"/studio/invitation/{token}") if token else None,
            "needs_postal_address": not identity.postal_address.strip(),
        }


def _what_next(house: "House", said: dict[str, Any]) -> Iterable[str]:
    yield f"{said['hub']} is set up. Its data is in {said['data']}."
    yield "Next:"
    yield "  publisher serve        pages, timetable and sender on this machine"
    if said["owner_link"]:
        yield f"  {said['owner_link']}"
        yield "                         open this within three days to become the first owner"
    if said["needs_postal_address"]:
        yield "  publisher brand set --postal-address “…”   newsletters must show one"
    yield "  publisher sources add URL                  let the first source in"
    yield "  publisher demo         or look around an invented hub first"


def _serve_demo(host: str, port: int) -> None:
    from publisher.cli import running
    from publisher.cli.opening import opened, with_demo
    from publisher.demo import install as demonstration

    with opened(port=port, set_up=False) as house:
        listener = running.listen(host, port)
        now = moment(None)
        set_up(house, now)
        with house.database.reading() as session:
            is_there = demonstration.is_installed(session)
        if not is_there:
            note("Filling the demo hub. This takes a moment, and only the first time.")
        demonstration.install(house, now)  # one that is there follows the hub to another port
        running.run(
            with_demo(house),
            roles=running.ROLES,
            host=host,
            listener=listener,
            on_ready=lambda: _worth_opening(house, host, port),
        )


def _worth_opening(house: "House", host: str, port: int) -> None:
    here = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104  # compared, not bound
    for path, what in (
        ("/", "what readers see: the hub and its sign-up"),
        ("/library", "the library"),
        ("/podcasts", "shows to listen to"),
        ("/webinars", "what to come to, and what was held"),
        ("/studio", "where letters and episodes are made"),
        ("/mailbox", "every mail that was sent; nothing leaves this machine"),
        ("/api/docs", "for programs"),
    ):
        note(f"  {here + path:<38} {what}")
    note(_demo_login(house))
    if house.settings.smtp_url:
        note("A relay is set: mail may leave this machine.")
    note("Press Ctrl-C to stop.")


def _demo_login(house: "House") -> str:
    """How to get in: by the demo's log-in on this machine, elsewhere by becoming the owner."""
    from publisher.cli.serving import owner_link
    from publisher.demo import install as demonstration

    if not house.settings.is_local:
        link = owner_link(house, moment(None))
        return f"Become the owner of this hub: {link}" if link else "Sign in to the studio with your own account."
    return f"Sign in to the studio as {demonstration.DEMO_LOGIN[0]} with the password {demonstration.DEMO_LOGIN[1]}"


def _own_from_now_on(house: "House", now: datetime) -> None:
    from publisher.cli.serving import owner_link

    if link := owner_link(house, now):
        note("The hub is yours now. Open this within three days to become its owner, while “publisher serve” runs:")
        note(f"  {link}")


def _counted(summary: dict[str, Any]) -> Iterable[str]:
    for name, number in summary.items():
        if isinstance(number, int):
            yield f"  {number:>6} {name.replace('_', ' ')}"
