"""Who works at this desk: invitations, roles, and closing an account."""

from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.mail.models import Address
from publisher.staff import accounts
from publisher.staff.models import Member, StaffSession
from publisher.web.studio.visit import Desk

PATH = "/studio/settings/staff"


def show(desk: Desk) -> Response:
    """GET /studio/settings/staff"""
    rows = accounts.every(desk.session)
    rows_seen = desk.session.exec(
        select(StaffSession.member_id, func.max(StaffSession.seen_at)).group_by(col(StaffSession.member_id))
    )
    seen = dict(iter(rows_seen))
    return desk.show(
        "settings/staff.html",
        "settings",
        members=[_line(desk, m, a) | {"moment": desk.moment(seen.get(m.id or 0))} for m, a in rows if m.password_hash],
        invitations=[_line(desk, m, a) for m, a in rows if not m.password_hash],
        form=desk.filled({"email": "", "role": "editor"}, PATH, verb="invite"),
        can_manage=desk.may("owner"),
    )


def save(desk: Desk) -> Response:
    """POST /studio/settings/staff: verb invite (email, role) | role | close | open | again (member)."""
    form, verb = desk.form, desk.form.one("verb")
    if verb == "invite":
        member = accounts.add(desk.session, desk.house, form.one("email"), form.one("role", "editor"), desk.now)
        desk.note(f"staff:{member.id}", f"Invited {form.one('email')} as {member.role}.")
        return desk.go(PATH, f"An invitation is on its way to {form.one('email')}. It holds for three days.")
    member = _member(desk)
    email = accounts.address_of(desk.session, member).email
    if member.id == desk.staff.member.id:
        raise Conflict("Another owner can change your account; you cannot.")
    match verb:
        case "role":
            accounts.change_role(desk.session, member, form.one("role"))
            said = f"{email} is {member.role} now."
        case "close":
            accounts.disable(desk.session, member, desk.now)
            said = f"The account of {email} is closed. What they did stays on the trail."
        case "open":
            accounts.enable(desk.session, member)
            said = f"{email} can sign in again."
        case "again":
            accounts.send_invitation(desk.session, desk.house, member, desk.now)
            said = f"The invitation is on its way to {email} again."
        case _:
            raise BadInput("Choose what to do.")
    desk.note(f"staff:{member.id}", said)
    return desk.go(PATH, said)


def _member(desk: Desk) -> Member:
    number = desk.form.one("member")
    found = desk.session.get(Member, int(number)) if number.isdecimal() and len(number) < 12 else None
    if found is None:
        raise NotFound("There is no such member.")
    return found


def _line(desk: Desk, member: Member, address: Address) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "email": address.email,
        "role": member.role,
        "me": member.id == desk.staff.member.id,
        "closed": member.disabled_at is not None,
        "moment": desk.moment(member.created_at),
    }
