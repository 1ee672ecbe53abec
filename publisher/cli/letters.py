"""`publisher letters`: everything that is mailed and is not an issue."""

from typing import Annotated

import typer

from publisher.cli.options import AsJson, Limit, noun
from publisher.cli.speaking import details, listing
from publisher.errors import NotFound

NAME = "letters"
app = noun("Letters that are not an issue: confirmations, welcomes, notices, tests.")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every letter and how many mails it came to."""
    from sqlmodel import col, select

    from publisher.cli.opening import looking
    from publisher.mail.models import Letter
    from publisher.mail.outbox import status

    with looking() as (_house, session):
        wanted = select(Letter).where(col(Letter.kind) != "issue").order_by(col(Letter.id)).limit(limit)
        rows = [
            {
                "letter": one.key,
                "title": one.title,
                "state": one.state,
                "kind": one.kind,
                "class": one.mail_class,
                "list": one.list_key,
                "created_at": one.created_at,
                **status(session, one.id or 0),
            }
            for one in session.exec(wanted)
        ]
    columns = ("letter", "title", "state", "prepared", "queued", "accepted", "deferred", "rejected")
    listing(rows, as_json, *columns, empty="No letter was written yet.")


@app.command()
def status(letter: Annotated[str, typer.Argument(metavar="LETTER")], as_json: AsJson = False) -> None:
    """What became of a letter’s mails; the ten counts add up to what was prepared."""
    from sqlmodel import col, select

    from publisher.cli.opening import looking
    from publisher.mail import outbox
    from publisher.mail.models import Letter

    with looking() as (_house, session):
        found = session.exec(select(Letter).where(col(Letter.key) == letter)).first()
        if found is None:
            raise NotFound(f"There is no letter “{letter}”.")
        details({"letter": found.key, "state": found.state, **outbox.status(session, found.id or 0)}, as_json)
