"""`publisher staff`: who works here."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import WHO, AsJson, Limit, Now, moment, noun, octets
from publisher.cli.speaking import answer, listing

NAME = "staff"
app = noun("Who works here, and what they may do.")


@app.command()
def add(
    email: str,
    role: Annotated[str, typer.Option(help="owner, editor or viewer.")],
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="Set the password in this file (- reads standard input) instead of inviting.")
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Add a member of staff. They are invited by mail and choose their own password."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, trail

    at = moment(now)
    password = octets(password_file, 10_000).decode("utf-8", "replace").strip() if password_file else None
    with acting() as (house, session):
        member = accounts.add(session, house, email, role, at, name=name, invite=password is None)
        if password is not None:
            accounts.set_password(session, member, password, at)
        address = accounts.address_of(session, member).email
        trail.note(session, WHO, f"staff:{member.id}", f"added {address} as {role}", at)
    how = "An invitation goes out with the next mail; it holds for three days." if password is None else ""
    state = "active" if password is not None else "invited"
    answer({"staff": address, "title": name, "state": state, "role": role}, as_json, f"{address} is {role}. {how}")


@app.command("list")
def listed(limit: Limit = None, as_json: AsJson = False) -> None:
    """Everybody, owners first."""
    from publisher.cli.opening import looking
    from publisher.staff import accounts

    with looking() as (_house, session):
        rows = [
            {
                "staff": address.email,
                "title": member.name,
                "state": "disabled" if member.disabled_at else "active" if member.password_hash else "invited",
                "role": member.role,
                "since": member.created_at,
            }
            for member, address in accounts.every(session)
        ]
    listing(rows[:limit], as_json, "staff", "title", "role", "state", empty="Nobody works here yet.")
