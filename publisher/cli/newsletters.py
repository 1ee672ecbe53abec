"""`publisher newsletters`: what goes out to which list, and when."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun, words
from publisher.cli.speaking import answer, listing, stamp

if TYPE_CHECKING:
    from publisher.newsletters.models import Newsletter

NAME = "newsletters"
app = noun("What goes out to which list, and when.")


@app.command()
def add(
    slug: str,
    list_slug: Annotated[str, typer.Option("--list", metavar="SLUG", help="The list it goes to.")],
    cadence: Annotated[str, typer.Option(help="When, such as “monthly on the 1st at 9:00”.")],
    zone: Annotated[str, typer.Option(help="Where that time is meant, such as Africa/Nairobi.")] = "UTC",
    release: Annotated[str, typer.Option(help="by-hand: waits for a person. by-itself: goes out.")] = "by-hand",
    name: Annotated[str, typer.Option(help="What readers see; by default the name of the list.")] = "",
    minimum_items: Annotated[int, typer.Option(help="A thinner issue is held and carried over.")] = 3,
    language: Annotated[list[str] | None, typer.Option(metavar="XX", help="Editions; the first is the default.")] = None,
    tagline: Annotated[str, typer.Option(help="One line under the name.")] = "",
    signed_by: Annotated[str, typer.Option(help="Who signs the letter.")] = "",
    now: Now = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Begin a newsletter. Its sections can be shaped in the studio."""
    from publisher.audience import lists
    from publisher.cli.opening import acting
    from publisher.newsletters import newsletters
    from publisher.staff import trail

    at = moment(now)
    with acting() as (_house, session):
        shape = newsletters.Shape(
            name=name or lists.get(session, list_slug).name,
            cadence=cadence,
            zone=zone,
            release=release,
            minimum_items=minimum_items,
            languages=words(language or ("en",)),
            tagline=tagline,
            signed_by=signed_by,
        )
        made = newsletters.add(session, slug, list_slug, shape, now=at)
        trail.note(session, WHO, f"newsletter:{made.slug}", f"began “{made.name}”", at)
        row = _row(made, list_slug)
    due = f"Its first issue is due {stamp(made.next_at)}." if made.next_at else ""
    answer(row, as_json, f"{made.name} is there. {due}")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every newsletter."""
    from publisher.audience.models import MailingList
    from publisher.cli.opening import looking
    from publisher.newsletters import newsletters

    with looking() as (_house, session):
        rows = [_row(one, session.get_one(MailingList, one.list_id).slug) for one in newsletters.all_of(session)]
    columns = ("newsletter", "title", "list", "cadence", "zone", "release", "state", "next_at")
    listing(rows[:limit], as_json, *columns, empty="There are no newsletters yet.")


def _row(one: "Newsletter", list_slug: str) -> dict[str, Any]:
    return {
        "newsletter": one.slug,
        "title": one.name,
        "state": one.state,
        "list": list_slug,
        "cadence": one.cadence,
        "zone": one.zone,
        "release": one.release,
        "minimum_items": one.minimum_items,
        "languages": one.languages.split(","),
        "next_at": one.next_at,
    }
