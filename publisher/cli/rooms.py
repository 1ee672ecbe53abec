"""`publisher rooms`: servers that make the rooms of webinars."""

from typing import Annotated

import typer

from publisher.cli.options import AsJson, Now, moment, noun
from publisher.cli.speaking import answer, listing

NAME = "rooms"
app = noun("Meeting servers (BigBlueButton), named by their short name.")
Slug = Annotated[str, typer.Argument(metavar="SERVER")]


@app.command()
def add(
    server: Slug,
    url: Annotated[str, typer.Argument(metavar="URL", help="https://meet.example.org/bigbluebutton/api")],
    secret: Annotated[str, typer.Option(prompt=True, hide_input=True, help="The server’s shared secret.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Let a server make rooms. It is asked at once whether it knows us."""
    from publisher.cli.opening import opened
    from publisher.webinars.rooms import servers

    with opened() as house:
        with house.database.session() as session:
            made = servers.add(session, server, url, secret, now=moment(now))
        problem = servers.check(house, made)
        with house.database.session() as session:
            servers.note(session, made.id or 0, problem)
    row = {"server": server, "title": url, "state": "failing" if problem else "ok", "error": problem}
    answer(row, as_json, problem or f"{server} answers.")
    if problem:
        raise typer.Exit(1)


@app.command("list")
def listed(as_json: AsJson = False) -> None:
    """Every server, and whether it answered when it was asked last."""
    from publisher.cli.opening import looking
    from publisher.webinars.rooms import servers

    with looking() as (_house, session):
        rows = [
            {"server": one.slug, "title": one.url, "state": one.state, "kind": one.kind, "error": one.error}
            for one in servers.listed(session)
        ]
    listing(
        rows, as_json, "server", "title", "state", "error", empty="There is no meeting server; rooms are addresses."
    )


@app.command()
def check(server: Slug, as_json: AsJson = False) -> None:
    """Ask a server whether it knows us. Exit code 1 where it does not answer."""
    from publisher.cli.opening import opened
    from publisher.webinars.rooms import servers

    with opened() as house:
        with house.database.reading() as session:
            found = servers.by_slug(session, server)
            session.expunge_all()
        problem = servers.check(house, found)
        with house.database.session() as session:
            servers.note(session, found.id or 0, problem)
    answer(
        {"server": server, "state": "failing" if problem else "ok", "error": problem}, as_json, problem or "It answers."
    )
    if problem:
        raise typer.Exit(1)


@app.command()
def remove(server: Slug, as_json: AsJson = False) -> None:
    """Forget a server that no webinar uses."""
    from publisher.cli.opening import acting
    from publisher.webinars.rooms import servers

    with acting() as (_house, session):
        servers.remove(session, servers.by_slug(session, server))
    answer({"server": server, "removed": True}, as_json, f"{server} is gone.")
