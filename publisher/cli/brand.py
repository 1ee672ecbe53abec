"""`publisher brand`: who letters come from. The settings seed it once; from then on it is data."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun
from publisher.cli.speaking import details, listing
from publisher.errors import BadInput, NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from publisher.mail.models import Identity

NAME = "brand"
app = noun("Who letters come from: name, address, postal address, colour.")

HUB = "hub"
Slug = Annotated[str, typer.Argument(metavar="[BRAND]", help="The hub’s own unless another is named.")]


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Every sender."""
    from sqlmodel import col, select

    from publisher.cli.opening import looking
    from publisher.mail.models import Identity

    with looking() as (_house, session):
        wanted = select(Identity).order_by(col(Identity.id)).limit(limit)
        rows = [_row(identity) for identity in session.exec(wanted)]
    listing(rows, as_json, "brand", "title", "from_address", "postal_address")


@app.command()
def show(brand: Slug = HUB, as_json: AsJson = False) -> None:
    """One sender."""
    from publisher.cli.opening import looking

    with looking() as (_house, session):
        details(_row(_named(session, brand)), as_json)


@app.command("set")
def change(
    brand: Slug = HUB,
    name: Annotated[str | None, typer.Option(help="What readers see.")] = None,
    from_name: Annotated[str | None, typer.Option(help="The name in From.")] = None,
    from_address: Annotated[str | None, typer.Option(help="The address in From.")] = None,
    reply_to: Annotated[str | None, typer.Option(help="Where answers go; empty: to the address in From.")] = None,
    postal_address: Annotated[str | None, typer.Option(help="Newsletters must show one.")] = None,
    website: Annotated[str | None, typer.Option()] = None,
    accent: Annotated[str | None, typer.Option(metavar="#RRGGBB")] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Change a sender; what is not named stays."""
    from publisher.cli.opening import acting
    from publisher.colours import hexadecimal
    from publisher.mail.addresses import display, normalise
    from publisher.staff import trail

    given = {
        "name": name, "from_name": from_name, "from_address": from_address, "reply_to": reply_to,
        "postal_address": postal_address, "website": website, "accent": accent,
    }  # fmt: skip
    changes = {field: " ".join(text.split()) for field, text in given.items() if text is not None}
    for field in ("from_address", "reply_to"):
        if changes.get(field):
            normalise(changes[field])
            changes[field] = display(changes[field])
    if empty := [field for field in ("name", "from_name", "from_address") if changes.get(field) == ""]:
        raise BadInput(f"A sender has a {empty[0].replace('_', ' ')}.")
    if "accent" in changes:
        changes["accent"] = hexadecimal(changes["accent"])
    with acting() as (_house, session):
        identity = _named(session, brand)
        for field, text in changes.items():
            setattr(identity, field, text or None if field == "reply_to" else text)
        session.add(identity)
        if changes:
            trail.note(session, WHO, f"brand:{identity.slug}", f"changed {', '.join(changes)}", moment(now))
        row = _row(identity)
    details(row, as_json)


def _named(session: "Session", slug: str) -> "Identity":
    from sqlmodel import col, select

    from publisher.mail import identities
    from publisher.mail.models import Identity

    if slug == HUB:
        return identities.hub(session)
    found = session.exec(select(Identity).where(col(Identity.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no sender “{slug}”.")
    return found


def _row(identity: "Identity") -> dict[str, Any]:
    return {
        "brand": identity.slug,
        "title": identity.name,
        "state": "complete" if identity.postal_address.strip() else "without postal address",
        "from_name": identity.from_name,
        "from_address": identity.from_address,
        "reply_to": identity.reply_to,
        "postal_address": identity.postal_address,
        "website": identity.website,
        "accent": identity.accent,
        "domain": identity.domain,
    }
