"""Getting to the desk: signing in and out, taking up an invitation, a new password."""

from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from publisher.errors import BadInput, Conflict, Forbidden, PublisherError, TooMany
from publisher.mail.models import Identity
from publisher.staff import accounts, sessions, trail
from publisher.staff.models import Member
from publisher.tokens import Purpose
from publisher.web.forms import Filled, Posted
from publisher.web.page import Page
from publisher.web.refusals import status_of
from publisher.web.signed_in import cookie_name
from publisher.web.site import by_own_name, client_of
from publisher.web.studio import words
from publisher.web.studio.answering import keep_cookie, show_outside
from publisher.web.studio.visit import Desk, Staff

NOT_THIS = "That address and password do not belong together. Try again, or ask for a new password."
DIFFERENT = "The two passwords are not the same."


def login(page: Page, form: Posted, staff: Staff | None) -> Response:
    """GET /studio/login"""
    if staff is not None:
        return RedirectResponse("/studio", 303)
    return log_in_page(page, _inside(page.request.query_params.get("next", "/studio")))


def sign_in(page: Page, form: Posted, staff: Staff | None) -> Response:
    """POST /studio/login. The try is counted whether it succeeds or not, so nothing is raised here."""
    email, wanted = form.one("email"), _inside(form.one("next", "/studio"))
    agent = page.request.headers.get("user-agent", "")
    try:
        found = accounts.sign_in(
            page.session,
            page.house,
            email,
            form.one("password"),
            page.now,
            ip=client_of(page.request),
            user_agent=agent,
            by_own_name=by_own_name(page.request),
        )
    except TooMany as problem:
        return log_in_page(page, wanted, Filled({"email": email}, {"": str(problem)}), 429)
    if found is None:
        return log_in_page(page, wanted, Filled({"email": email}, {"": NOT_THIS}), 422)
    return _begin(page, found, wanted)


def sign_out(desk: Desk) -> Response:
    """POST /studio/logout"""
    name = cookie_name(desk.house.settings)
    sessions.sign_out(desk.session, desk.page.request.cookies.get(name, ""))
    response = RedirectResponse("/studio/login", 303)
    response.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True)
    return response


def log_in_page(page: Page, wanted: str = "/studio", form: Filled | None = None, status: int = 200) -> Response:
    """What anybody sees who asks for the desk without being signed in."""
    shown = form or Filled({"email": ""})
    return show_outside(page, "login.html", status, form=shown, next=wanted, demo_login=_demo_login(page))


def invitation(page: Page, form: Posted, staff: Staff | None, token: str) -> Response:
    """GET /studio/invitation/<token>"""
    return _invitation_page(page, token, Filled({"name": "", "zone": "UTC"}))


def accept(page: Page, form: Posted, staff: Staff | None, token: str) -> Response:
    """POST /studio/invitation/<token>: a name and a password, and they are signed in."""
    try:
        _same(form)
        first = _is_first(page, token)
        if first:
            member = accounts.become_first_owner(
                page.session,
                page.house,
                token,
                form.one("email"),
                form.one("password"),
                page.now,
                name=form.one("name"),
            )
        else:
            member = accounts.accept(
                page.session,
                page.house,
                token,
                form.one("password"),
                page.now,
                name=form.one("name"),
                zone=form.one("zone"),
            )
    except (BadInput, Conflict) as problem:
        page.session.rollback()
        values = {name: form.one(name) for name in ("name", "email", "zone")}
        shown = Filled(values, {getattr(problem, "field", None) or "": str(problem)})
        return _invitation_page(page, token, shown, status_of(problem))
    email = accounts.address_of(page.session, member).email
    trail.note(page.session, email, f"staff:{member.id}", "Joined the desk.", page.now)
    return _begin(page, _session(page, member), "/studio")


def ask_reset(page: Page, form: Posted, staff: Staff | None) -> Response:
    """GET /studio/reset"""
    return _reset_page(page, Filled({"email": ""}))


def mail_reset(page: Page, form: Posted, staff: Staff | None) -> Response:
    """POST /studio/reset: the answer is the same whether we know the address or not."""
    try:
        accounts.request_reset(page.session, page.house, form.one("email"), page.now)
    except BadInput as problem:
        return _reset_page(page, Filled({"email": form.one("email")}, {"email": str(problem)}), status=422)
    return _reset_page(page, Filled({}), sent=True)


def reset(page: Page, form: Posted, staff: Staff | None, token: str) -> Response:
    """GET /studio/reset/<token>"""
    return _reset_page(page, Filled({}), token=token)


def set_password(page: Page, form: Posted, staff: Staff | None, token: str) -> Response:
    """POST /studio/reset/<token>"""
    try:
        _same(form)
        member = accounts.reset(page.session, page.house, token, form.one("password"), page.now)
    except BadInput as problem:
        page.session.rollback()
        return _reset_page(page, Filled({}, {problem.field or "": str(problem)}), token=token, status=422)
    email = accounts.address_of(page.session, member).email
    trail.note(page.session, email, f"staff:{member.id}", "Chose a new password by a mailed link.", page.now)
    return _begin(page, _session(page, member), "/studio")


def _begin(page: Page, found: sessions.SignedIn, wanted: str) -> Response:
    response = RedirectResponse(wanted, 303)
    keep_cookie(
        page, response, cookie_name(page.house.settings), found.key, max_age=int(sessions.LIVES.total_seconds())
    )
    return response


def _session(page: Page, member: Member) -> sessions.SignedIn:
    agent = page.request.headers.get("user-agent", "")
    return sessions.begin(page.session, member, now=page.now, ip=client_of(page.request), user_agent=agent)


def _invitation_page(page: Page, token: str, form: Filled, status: int = 200) -> Response:
    if _is_first(page, token):
        if accounts.has_owner(page.session, page.house):
            raise Forbidden(accounts.HAS_OWNER)
        invite = {"email": "", "role": "owner", "by": "The console"}
    else:
        member = accounts.look_invitation(page.session, page.house, token, page.now)
        hub = page.session.exec(select(Identity.name).where(col(Identity.slug) == "hub")).first() or "Your hub"
        invite = {"email": accounts.address_of(page.session, member).email, "role": member.role, "by": hub}
        form = Filled({"name": member.name, **form.values}, form.errors) if not form.values.get("name") else form
    return show_outside(page, "invite.html", status, form=form, token=token, invite=invite, zones=words.zones())


def _is_first(page: Page, token: str) -> bool:
    """Whether the link was printed on the console of a hub without an owner."""
    try:
        return page.house.tokens.open(Purpose.INVITE, token, now=page.now) == accounts.FIRST_OWNER
    except PublisherError:
        return False


def _reset_page(page: Page, form: Filled, *, token: str = "", sent: bool = False, status: int = 200) -> Response:
    email = ""
    if token:
        member = accounts.look_reset(page.session, page.house, token, page.now)
        email = accounts.address_of(page.session, member).email
    return show_outside(page, "reset.html", status, form=form, token=token, email=email, sent=sent)


def _same(form: Posted) -> None:
    if form.one("password") != form.one("again"):
        raise BadInput(DIFFERENT, field="again")


def _inside(path: str) -> str:
    """A page of the studio or the mailbox, and nothing else: a log-in must not lead to another site."""
    staffs = path.startswith(("/studio", "/mailbox"))
    return path if staffs and not any(c in path for c in "\\\r\n") and "//" not in path else "/studio"


def _demo_login(page: Page) -> dict[str, str] | None:
    """The demo's log-in, shown where only this machine reads it."""
    if not page.house.settings.is_local or not by_own_name(page.request):
        return None
    member = page.session.exec(
        select(Member).where(col(Member.is_demo).is_(True), col(Member.role) == "editor")
    ).first()
    if member is None:
        return None
    return {"email": accounts.address_of(page.session, member).email, "password": DEMO_PASSWORD}


#: The demo's password. It opens nothing where others than this machine can reach the hub (`accounts.sign_in`).
DEMO_PASSWORD = "first-years-first"  # noqa: S105 - printed on the demo’s log-in page
