"""`publisher check`: a critical reader of what programs elsewhere will read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import AsJson, Now, moment, noun, octets
from publisher.cli.speaking import answer, counted, listing, note
from publisher.errors import BadInput, FetchError

if TYPE_CHECKING:
    from publisher.house import House

NAME = "check"
app = noun("Check what programs elsewhere will read.")


@app.callback()
def checks() -> None:
    """Check what programs elsewhere will read."""


@app.command()
def mail(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A whole mail; - reads standard input.")],
    as_json: AsJson = False,
) -> None:
    """What would look bad in a mail, be clipped, or be held against the sender. Exit code 1 where a must is broken."""
    from publisher.mail import lint

    findings = [found._asdict() for found in lint.check(octets(file))]
    _told({"ok": not any(found["level"] == "must" for found in findings), "findings": findings}, as_json)


@app.command()
def feed(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="A podcast feed; - reads standard input.")],
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Whether apps and directories take a podcast feed. Of an address, its server and the newest episodes are asked too.

    Exit code 1 where a must is broken, 2 where there is no feed.
    """
    from publisher.podcasts import checking

    if source.lower().startswith(("http://", "https://")):
        with _at_hand() as house:
            try:
                report = checking.check_url(house, source, now=moment(now))
            except (
                FetchError
            ) as problem:  # there is nothing to judge, which is another thing than a rule that is broken
                raise BadInput(str(problem)) from problem
    else:
        report = checking.check_file(octets(Path(source)), now=moment(now))
    data = report.as_data()
    if not as_json and data["not_checked"]:
        note(
            f"{counted(len(data['not_checked']), 'rule')} could not be judged, or not everywhere; --json says which and why."
        )
    _told(data, as_json)


@app.command()
def calendar(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An iCalendar file; - reads standard input.")],
    as_json: AsJson = False,
) -> None:
    """Whether calendar programs take a file, an invitation or a feed as it is meant, faults included that parsers pass over.

    Exit code 1 where a must is broken, 2 where there is no calendar.
    """
    from feeds.calendar.checks import check
    from feeds.errors import FeedError

    try:
        data = check(octets(file)).as_data()
    except FeedError as problem:
        raise BadInput(str(problem)) from problem
    if not as_json and data["not_checked"]:
        note(f"{counted(len(data['not_checked']), 'rule')} cannot be judged from a file; --json says which and why.")
    _told(data, as_json)


@contextmanager
def _at_hand() -> "Iterator[House]":
    """The house, with the demo’s leave to reach itself; a stranger’s feed can be checked before there is a hub, too."""
    from sqlalchemy import inspect

    from publisher.cli.opening import opened, with_demo

    with opened(set_up=False) as house:
        yield with_demo(house) if inspect(house.database.engine).has_table("alembic_version") else house


def _told(data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        answer(data, True)
    else:
        listing(data["findings"], False, "level", "rule", "message", "where", empty="Nothing to complain about.")
    if not data["ok"]:
        raise typer.Exit(1)
