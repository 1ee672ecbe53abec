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
                "zone": member.zone,
                "desk_letter": f"{member.letter_hour}:00" if member.letter_hour is not None else None,
                "since": member.created_at,
            }
            for member, address in accounts.every(session)
        ]
    listing(rows[:limit], as_json, "staff", "title", "role", "state", empty="Nobody works here yet.")


@app.command()
def role(
    email: str,
    wanted: Annotated[str, typer.Argument(metavar="ROLE", help="owner, editor or viewer.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody another role. Their sessions end; the last owner stays one."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, roles, trail

    with acting() as (house, session):
        member = accounts.get(session, house, email)
        roles.change_role(session, member, wanted)
        address = accounts.address_of(session, member).email
        said = f"{address} is {roles.with_article(member.role)} now."
        trail.note(session, WHO, f"staff:{member.id}", said, moment(now))
    answer({"staff": address, "role": wanted}, as_json, said)


@app.command()
def remove(email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Close an account, or take an open invitation back. What they did stays on the trail; the last owner stays."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, roles, trail

    at = moment(now)
    with acting() as (house, session):
        member = accounts.get(session, house, email)
        address = accounts.address_of(session, member).email
        about, invited = f"staff:{member.id}", member.password_hash is None
        if invited:
            accounts.take_back(session, member, at)
            said = f"The invitation of {address} is taken back."
        else:
            roles.disable(session, member, at)
            said = f"The account of {address} is closed. “publisher staff open” opens it again."
        trail.note(session, WHO, about, said, at)
    answer({"staff": address, "state": "removed" if invited else "disabled"}, as_json, said)


@app.command("open")
def open_again(email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Open a closed account again, with the role and the password it had."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, roles, trail

    with acting() as (house, session):
        member = accounts.get(session, house, email)
        roles.enable(session, member)
        address = accounts.address_of(session, member).email
        said = f"{address} can sign in again."
        trail.note(session, WHO, f"staff:{member.id}", said, moment(now))
    answer({"staff": address, "state": "active"}, as_json, said)


@app.command()
def invite(email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Send an invitation again. It holds for three days from now, and the link of the first opens nothing any more."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, trail

    at = moment(now)
    with acting() as (house, session):
        member = accounts.get(session, house, email)
        accounts.send_invitation(session, house, member, at)
        address = accounts.address_of(session, member).email
        said = f"A new invitation for {address} goes out with the next mail."
        trail.note(session, WHO, f"staff:{member.id}", said, at)
        until = accounts.holds_until(member)
    answer({"staff": address, "state": "invited", "until": until}, as_json, said)


@app.command()
def reset(email: str, now: Now = None, as_json: AsJson = False) -> None:
    """Print a link by which a member chooses a new password: for one hour, once. It ends all their sessions."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, trail

    at = moment(now)
    with acting() as (house, session):
        member = accounts.get(session, house, email)
        url = accounts.reset_link(session, house, member, at)
        address = accounts.address_of(session, member).email
        trail.note(session, WHO, f"staff:{member.id}", f"made a link for a new password of {address}", at)
        until = at + accounts.RESET_LIVES
    answer({"staff": address, "url": url, "until": until}, as_json, url)


@app.command("sign-out")
def sign_out(email: str, now: Now = None, as_json: AsJson = False) -> None:
    """End every session of a member, as after a lost laptop."""
    from publisher.cli.opening import acting
    from publisher.staff import accounts, sessions, trail

    with acting() as (house, session):
        member = accounts.get(session, house, email)
        number = sessions.revoke_all(session, member)
        address = accounts.address_of(session, member).email
        said = f"{address} is signed out of {number} browser{'' if number == 1 else 's'}."
        trail.note(session, WHO, f"staff:{member.id}", said, moment(now))
    answer({"staff": address, "sessions": number}, as_json, said)


@app.command("trail")
def shown_trail(
    member: Annotated[str, typer.Option("--member", metavar="EMAIL", help="Only what this member did.")] = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The newest N lines.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who did what, the newest first."""
    from publisher.cli.opening import looking
    from publisher.staff import accounts, trail

    with looking() as (house, session):
        who = accounts.address_of(session, accounts.get(session, house, member)).email if member else None
        found = trail.latest(session, limit=limit, who=who)
        rows = [{"at": line.at, "who": line.who, "about": line.about, "what": line.what} for line in found]
    listing(rows, as_json, "at", "who", "about", "what", empty="Nothing yet.")


@app.command()
def waiting(
    zone: Annotated[str, typer.Option(help="The zone whose hours are told.")] = "UTC",
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """What the desk letter would say at this moment."""
    from publisher.cli.opening import looking
    from publisher.desk.desk_letter import what_waits

    with looking() as (house, session):
        rows = [
            {"room": room, "text": line.text, "more": line.more, "url": house.settings.url(line.path)}
            for room, lines in what_waits(session, house, moment(now), zone)
            for line in lines
        ]
    listing(rows, as_json, "room", "text", "more", empty="Nothing waits.")
