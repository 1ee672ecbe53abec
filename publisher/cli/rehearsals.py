"""`publisher issues rehearse`, `preview`, `test`, `why`: who gets what, seen before and after it was sent."""

import sys
from typing import Annotated

import typer

from publisher.cli.issues import Key, app
from publisher.cli.options import AsJson, Now, moment
from publisher.cli.speaking import answer, details, listing
from publisher.errors import BadInput


@app.command()
def rehearse(issue: Key, now: Now = None, as_json: AsJson = False) -> None:
    """Who would get what at this moment. Nothing is written, nothing is mailed."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues, rehearsal

    with looking() as (house, session):
        found = issues.by_slug(session, issue)
        numbers, contents = rehearsal.rehearse(session, house, found, now=moment(now))
        details(rehearsal.as_json(found, numbers, contents), as_json)


@app.command()
def preview(
    issue: Key,
    reader: Annotated[str | None, typer.Option("--for", metavar="EMAIL", help="As this reader gets it.")] = None,
    form: Annotated[str, typer.Option("--as", help="eml, html or text.")] = "text",
    language: Annotated[str | None, typer.Option(metavar="XX", help="The generic edition in this language.")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Print the mail of one reader, or the generic edition with everything in it."""
    from publisher.cli.opening import looking
    from publisher.mail.models import Identity
    from publisher.newsletters import issues, rehearsal
    from publisher.newsletters.models import Newsletter

    if form not in ("eml", "html", "text"):
        raise BadInput("A preview is one of eml, html, text.")
    at = moment(now)
    with looking() as (house, session):
        found = issues.by_slug(session, issue)
        made = rehearsal.preview(session, house, found, now=at, email=reader, language=language)
        slug = found.slug
        identity = session.get_one(Identity, session.get_one(Newsletter, found.newsletter_id).identity_id)
        if form == "eml":
            data = made.eml(domain=identity.domain, now=at)
        else:
            data = (made.html() if form == "html" else made.text()).encode()
    if as_json:
        answer({"issue": slug, "subscriber": reader, "as": form, "content": data.decode("utf-8", "replace")}, True)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@app.command("test")
def mail_test(
    issue: Key, to: Annotated[str, typer.Option(metavar="EMAIL")], now: Now = None, as_json: AsJson = False
) -> None:
    """Mail the issue to one address, marked as a test; the next sender carries it."""
    from publisher.cli.opening import acting
    from publisher.newsletters import issues, rehearsal

    with acting() as (house, session):
        found = issues.by_slug(session, issue)
        row = rehearsal.send_test(session, house, found, to, now=moment(now))
    answer({"issue": found.slug, "to": to, "state": row.state if row else "cancelled"}, as_json, f"A test to {to} waits to be sent.")  # fmt: skip


@app.command()
def why(issue: Key, email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Each item of the issue for one reader: in or out, and the reason."""
    from publisher.cli.opening import looking
    from publisher.newsletters import issues, rehearsal

    with looking() as (house, session):
        items = rehearsal.why(session, house, issues.by_slug(session, issue), email, now=moment(now))
    if as_json:
        answer({"subscriber": email, "items": items}, True)
    else:
        listing(items, False, "id", "title", "included", "reason", empty="There is nothing in this issue.")
