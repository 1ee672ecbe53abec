"""Who works at this desk: invitations, roles, where they are signed in, and closing an account."""

from typing import Any

from fastapi.responses import Response
from sqlmodel import col, func, select

from publisher.errors import BadInput, Conflict, NotFound
from publisher.mail.models import Address
from publisher.staff import accounts, roles, sessions
from publisher.staff.models import Member, StaffSession
from publisher.web.studio import words
from publisher.web.studio.visit import Desk

PATH = "/studio/settings/staff"


def show(desk: Desk) -> Response:
    """GET /studio/settings/staff"""
    rows = accounts.every(desk.session)
    seen = _seen(desk)
    return desk.show(
        "settings/staff.html",
        "settings",
        members=[_line(desk, m, a) | _signed_in(desk, seen.get(m.id or 0)) for m, a in rows if m.password_hash],
        invitations=[_line(desk, m, a) | _invited(desk, m) for m, a in rows if not m.password_hash],
        form=desk.filled({"email": "", "role": "editor"}, PATH, verb="invite"),
        can_manage=desk.may("owner"),
    )


def save(desk: Desk) -> Response:
    """POST /studio/settings/staff: verb invite (email, role) | role | sign-out | close | open | again | back (member).

    A transaction of its own, that holds the owners: of two who change each other at the same moment, one is told.
    """
    with desk.changing() as inner:
        roles.must_still_own(inner.session, desk.staff.member)
        if inner.form.one("verb") == "invite":
            return _invite(inner)
        member = _member(inner)
        if member.id == desk.staff.member.id:
            raise Conflict("Another owner can change your account; you cannot.")
        said = _done(inner, member, accounts.address_of(inner.session, member).email)
        inner.note(f"staff:{member.id}", said)
        return inner.go(PATH, said)


def _invite(desk: Desk) -> Response:
    form, by = desk.form, desk.staff.called
    member = accounts.add(desk.session, desk.house, form.one("email"), form.one("role", "editor"), desk.now, by=by)
    email = accounts.address_of(desk.session, member).email
    desk.note(f"staff:{member.id}", f"Invited {email} as {member.role}.")
    return desk.go(PATH, f"An invitation is on its way to {email}. It holds for three days.")


def _done(desk: Desk, member: Member, email: str) -> str:
    """What was asked for, and the sentence that says it was done."""
    match desk.form.one("verb"):
        case "role":
            roles.change_role(desk.session, member, desk.form.one("role"))
            return f"{email} is {roles.with_article(member.role)} now."
        case "sign-out":
            number = sessions.revoke_all(desk.session, member)
            return f"{email} is signed out of {words.counted(number, 'browser')}."
        case "close":
            roles.disable(desk.session, member, desk.now)
            return f"The account of {email} is closed. What they did stays on the trail."
        case "open":
            roles.enable(desk.session, member)
            return f"{email} can sign in again."
        case "again":
            accounts.send_invitation(desk.session, desk.house, member, desk.now, by=desk.staff.called)
            return f"A new invitation is on its way to {email}. The link of the first opens nothing any more."
        case "back":
            accounts.take_back(desk.session, member, desk.now)
            return f"The invitation of {email} is taken back. Its link opens nothing any more."
    raise BadInput("Choose what to do.")


def _member(desk: Desk) -> Member:
    number = desk.form.one("member")
    found = desk.session.get(Member, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise NotFound("There is no such member any more.")
    return found


def _seen(desk: Desk) -> dict[int, tuple[Any, int]]:
    """Member → when they were last here, and in how many browsers they are signed in."""
    alive = (col(StaffSession.expires_at) > desk.now) & (col(StaffSession.seen_at) > desk.now - sessions.IDLE)
    rows = desk.session.execute(
        select(StaffSession.member_id, func.max(StaffSession.seen_at), func.count())
        .where(alive)
        .group_by(col(StaffSession.member_id))
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


def _line(desk: Desk, member: Member, address: Address) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "email": address.email,
        "role": member.role,
        "me": member.id == desk.staff.member.id,
        "closed": member.disabled_at is not None,
    }


def _signed_in(desk: Desk, seen: tuple[Any, int] | None) -> dict[str, Any]:
    instant, number = seen or (None, 0)
    text = f"signed in with {words.counted(number, 'browser')}" if number else "not signed in"
    return {"moment": desk.moment(instant), "browsers": number, "browsers_text": text}


def _invited(desk: Desk, member: Member) -> dict[str, Any]:
    until = accounts.holds_until(member)
    if until is None:
        text, over = "", True
    elif until <= desk.now:
        text, over = "its link has run out", True
    else:
        text, over = f"its link works until {desk.in_words(until)}", False
    return {"moment": desk.moment(member.invited_at or member.created_at), "holds_text": text, "over": over}
