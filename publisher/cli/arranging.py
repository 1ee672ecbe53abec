"""`publisher issues write`, `put`, `drop`, `pin`: an editor’s hand in an issue."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.issues import Key, app, row_of
from publisher.cli.options import AsJson, Now, moment, octets
from publisher.cli.speaking import answer, counted
from publisher.errors import BadInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.newsletters.models import Issue

Resource = Annotated[int, typer.Argument(metavar="ID", help="A resource.")]


@app.command()
def write(
    issue: Key,
    language: Annotated[str, typer.Option(metavar="XX")] = "en",
    subject: Annotated[str | None, typer.Option()] = None,
    preheader: Annotated[str | None, typer.Option(help="What mail programs show beside the subject.")] = None,
    opening: Annotated[Path | None, typer.Option(metavar="FILE", help="Markdown; - reads standard input.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write an issue’s subject, preheader and opening in one language."""
    from publisher.cli.opening import acting
    from publisher.languages import normalise
    from publisher.newsletters import drafting, issues

    text = octets(opening, 1_000_000).decode("utf-8", "replace") if opening else None
    code = normalise(language)
    if code is None:
        raise BadInput(f"“{language}” is not a language. Use a code such as fr.")
    with acting() as (_house, session):
        found = issues.by_slug(session, issue)
        drafting.write(session, found, code, subject=subject, preheader=preheader, opening=text)
        row = row_of(session, found)
    answer(row, as_json, f"{row['issue']}: {row['title']}")


@app.command()
def put(issue: Key, resource: Resource, now: Now = None, as_json: AsJson = False) -> None:
    """Put a resource of the shelf into an issue, whatever its age."""
    from publisher.newsletters import drafting

    _arrange(issue, as_json, lambda session, found: drafting.put_in(session, found, resource, now=moment(now)))


@app.command()
def drop(issue: Key, resource: Resource, as_json: AsJson = False) -> None:
    """Leave a resource out of this issue; it does not flow in again."""
    from publisher.newsletters import drafting

    _arrange(issue, as_json, lambda session, found: drafting.drop(session, found, resource))


@app.command()
def pin(issue: Key, resource: Resource, as_json: AsJson = False) -> None:
    """Put a resource at the head of its section."""
    from publisher.newsletters import drafting

    _arrange(issue, as_json, lambda session, found: drafting.pin(session, found, resource))


def _arrange(key: str, as_json: bool, change: "Callable[[Session, Issue], object]") -> None:
    from publisher.cli.opening import acting
    from publisher.newsletters import issues

    with acting() as (_house, session):
        found = issues.by_slug(session, key)
        change(session, found)
        session.flush()
        row = row_of(session, found)
    answer(row, as_json, f"{row['issue']} has {counted(row['items'], 'item')}.")
