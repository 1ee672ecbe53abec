"""One's own account: name, zone, the desk letter, password, and the browsers one is signed in with."""

from fastapi.responses import Response

from publisher.clock import zone as zone_of
from publisher.errors import BadInput
from publisher.staff import accounts, sessions
from publisher.staff.models import Member, StaffSession
from publisher.web.forms import Filled
from publisher.web.signed_in import cookie_name
from publisher.web.site import client_of
from publisher.web.studio import devices, words
from publisher.web.studio.answering import keep_cookie
from publisher.web.studio.visit import Desk

HERE = "/studio/account"


def show(desk: Desk) -> Response:
    """GET /studio/account"""
    member = desk.staff.member
    hour = "" if member.letter_hour is None else str(member.letter_hour)
    form = desk.filled({"name": member.name, "zone": member.zone, "letter_hour": hour}, HERE)
    password = desk.filled({"old": "", "password": "", "again": ""}, f"{HERE}/password")
    return desk.show(
        "account.html",
        "account",
        form=form,
        zones=words.zones(),
        password_form=Filled({}, password.errors),
        hours=[("", "Never"), *((str(hour), f"{hour}:00") for hour in range(24))],
        sessions=[_line(desk, row) for row in sessions.of_member(desk.session, member, desk.now)],
    )


def save(desk: Desk) -> Response:
    """POST /studio/account: name, zone, letter_hour (0 to 23, or empty: no desk letter)."""
    member = _me(desk)
    hour = desk.form.one("letter_hour")
    if hour and not (hour.isdecimal() and len(hour) < 3 and int(hour) < 24):
        raise BadInput("The desk letter comes at a full hour, from 0 to 23, or not at all.", field="letter_hour")
    member.name, member.zone = desk.form.one("name")[:120], zone_of(desk.form.one("zone", "UTC")).key
    member.letter_hour = int(hour) if hour else None
    desk.session.add(member)
    desk.note(f"staff:{member.id}", "Changed their own name, time zone or desk letter.")
    return desk.go(HERE, "Saved.")


def change_password(desk: Desk) -> Response:
    """POST /studio/account/password: every session ends but a new one for this browser."""
    form = desk.form
    if form.one("password") != form.one("again"):
        raise BadInput("The two passwords are not the same.", field="again")
    member = _me(desk)
    accounts.change_password(desk.session, member, form.one("old"), form.one("password"), desk.now)
    request = desk.page.request
    agent = request.headers.get("user-agent", "")
    found = sessions.begin(desk.session, member, now=desk.now, ip=client_of(request), user_agent=agent)
    desk.note(f"staff:{member.id}", "Changed their password.")
    response = desk.go(HERE, "Your password is changed, and other browsers are signed out.")
    keep_cookie(
        desk.page, response, cookie_name(desk.house.settings), found.key, max_age=int(sessions.LIVES.total_seconds())
    )
    return response


def end_session(desk: Desk) -> Response:
    """POST /studio/account/sessions: end, the session to end, or `others`: all but this one."""
    member, wanted = desk.staff.member, desk.form.one("end")
    if wanted == "others":
        number = sessions.revoke_all(desk.session, member, but=desk.staff.session.key_hash)
        if not number:
            return desk.go(HERE, "You are signed in nowhere else.")
        said = f"Signed out of {words.counted(number, 'other browser')}."
    elif sessions.revoke(desk.session, member, wanted):
        said = "Signed out there."
    else:
        return desk.go(HERE, "That browser is signed out already.")
    desk.note(f"staff:{member.id}", said)
    return desk.go(HERE, said)


def _me(desk: Desk) -> Member:
    return desk.session.get_one(Member, desk.staff.member.id)


def _line(desk: Desk, row: StaffSession) -> dict[str, object]:
    return {
        "id": row.key_hash,
        "text": devices.in_words(row.user_agent),
        "from": f"from {row.ip}" if row.ip else "",
        "since": f"since {desk.in_words(row.created_at)}",
        "moment": desk.moment(row.seen_at),
        "current": row.key_hash == desk.staff.session.key_hash,
    }
