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
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="A whole mail; - reads standard input.")],
    as_json: AsJson = False,
) -> None:
    """What would look bad in a mail, be clipped, or be held against the sender; how an invitation stands in it.

    Exit code 1 where a must is broken.
    """
    from publisher.mail import lint

    findings = [found._asdict() for found in lint.check(_fetched(source) or octets(Path(source)))]
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
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="An iCalendar file, a mail with an invitation, or the address of a feed; - reads standard input.")],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Whether calendar programs take a file, an invitation or a feed as it is meant, faults included that parsers pass over.

    Of an address, its server is judged too. Exit code 1 where a must is broken, 2 where there is no calendar.
    """
    from feeds.errors import FeedError
    from publisher.webinars import checking

    try:
        if source.lower().startswith(("http://", "https://")):
            with _at_hand() as house:
                of = house.settings
                report = checking.check_address(source, private=of.private_hosts, public_url=of.public_url)
        else:
            report = checking.check_octets(octets(Path(source)))
    except (FeedError, FetchError) as problem:
        raise BadInput(str(problem)) from problem
    data = checking.as_data(report)
    if not as_json and data["not_checked"]:
        note(f"{counted(len(data['not_checked']), 'rule')} cannot be judged from this; --json says which and why.")
    _told(data, as_json)


def _fetched(source: str) -> bytes | None:
    """What is at an address; None for the name of a file."""
    from publisher.internet import fetch

    if not source.lower().startswith(("http://", "https://")):
        return None
    with _at_hand() as house:
        settings = house.settings
        try:
            return fetch(source, private_hosts=settings.private_hosts, public_url=settings.public_url).body
        except FetchError as problem:
            raise BadInput(str(problem)) from problem


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
        columns = (
            "level",
            "rule",
            "message",
            "where",
            *(["source"] if "source" in (data["findings"] or [{}])[0] else ()),
        )
        listing(data["findings"], False, *columns, empty="Nothing to complain about.")
    if not data["ok"]:
        raise typer.Exit(1)
