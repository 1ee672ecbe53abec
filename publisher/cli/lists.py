"""`publisher lists`: who newsletters go to."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.speaking import answer, listing

if TYPE_CHECKING:
    from publisher.audience.lists import ListCount
    from publisher.audience.models import MailingList

NAME = "lists"
app = noun("Lists of readers: open ones anybody may join, and cohorts of people who were invited.")


@app.command()
def add(
    slug: str,
    name: Annotated[str, typer.Option(help="What readers see.")],
    kind: Annotated[str, typer.Option(help="open or cohort.")] = "open",
    description: Annotated[str, typer.Option(help="What one gets by joining.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Make a list."""
    from publisher.audience import lists
    from publisher.cli.opening import acting
    from publisher.staff import trail

    at = moment(now)
    with acting() as (_house, session):
        made = lists.add(session, slug, name, now=at, kind=kind, description=description)
        trail.note(session, WHO, f"list:{made.slug}", f"made the list “{made.name}”", at)
        row = _row(made, lists.ListCount())
    answer(row, as_json, f"The list “{row['list']}” is there.")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every list and how many there are on it."""
    from publisher.audience import lists
    from publisher.cli.opening import looking

    with looking() as (_house, session):
        counts = lists.counts(session, now=moment(None))
        rows = [_row(one, counts[one.id or 0]) for one in lists.every(session, archived=True)]
    columns = ("list", "title", "kind", "state", "active", "pending", "reachable")
    listing(rows[:limit], as_json, *columns, empty="There are no lists yet.")


def _row(row: "MailingList", count: "ListCount") -> dict[str, Any]:
    return {
        "list": row.slug,
        "title": row.name,
        "state": "archived" if row.archived else "active",
        "kind": row.kind,
        "list_id": row.list_id,
        "counts_clicks": row.counts_clicks,
        **asdict(count),
    }
