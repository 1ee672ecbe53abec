"""One's own account: name, zone, password, and the browsers one is signed in with."""

from fastapi.responses import Response

from publisher.clock import zone as zone_of
from publisher.errors import BadInput
from publisher.staff import accounts, sessions
from publisher.staff.models import Member, StaffSession
from publisher.web.forms import Filled
from publisher.web.signed_in import cookie_name
from publisher.web.site import client_of
from publisher.web.studio import words
from publisher.web.studio.answering import keep_cookie
from publisher.web.studio.visit import Desk

HERE = "/studio/account"


def show(desk: Desk) -> Response:
    """GET /studio/account"""
    member = desk.staff.member
    form = desk.filled({"name": member.name, "zone": member.zone}, HERE)
    password = desk.filled({"old": "", "password": "", "again": ""}, f"{HERE}/password")
    return desk.show(
        "account.html",
        "account",
        form=form,
        zones=words.zones(),
        password_form=Filled({}, password.errors),
        sessions=[_line(desk, row) for row in sessions.of_member(desk.session, member, desk.now)],
    )


def save(desk: Desk) -> Response:
    """POST /studio/account"""
    member = _me(desk)
    member.name, member.zone = desk.form.one("name")[:120], zone_of(desk.form.one("zone", "UTC")).key
    desk.session.add(member)
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
    """POST /studio/account/sessions"""
    sessions.revoke(desk.session, desk.staff.member, desk.form.one("end"))
    return desk.go(HERE, "Signed out there.")


def _me(desk: Desk) -> Member:
    return desk.session.get_one(Member, desk.staff.member.id)


def _line(desk: Desk, row: StaffSession) -> dict[str, object]:
    return {
        "id": row.key_hash,
        "text": _browser(row.user_agent) + (f", from {row.ip}" if row.ip else ""),
        "moment": desk.moment(row.seen_at),
        "current": row.key_hash == desk.staff.session.key_hash,
    }


def _browser(agent: str) -> str:
    """“Firefox on Linux”, as far as a browser tells."""
    names = ("Edg", "Edge"), ("Firefox", "Firefox"), ("OPR", "Opera"), ("Chrome", "Chrome"), ("Safari", "Safari")
    systems = ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux")  # fmt: skip
    browser = next((name for sign, name in names if sign in agent), "A browser")
    system = next((name for sign, name in systems if sign in agent), "")
    return f"{browser} on {system}" if system else browser
