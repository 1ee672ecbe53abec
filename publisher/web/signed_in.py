"""Who of the staff asks: the session behind a cookie. The studio's pages and the mailbox stand behind this."""

from fastapi import Request
from sqlmodel import Session

from publisher.settings import Settings
from publisher.staff import sessions
from publisher.staff.models import Member, StaffSession
from publisher.web.site import site_of


def cookie_name(settings: Settings) -> str:
    """`__Host-` where the address is https: then no other host can set it, and it never travels in the clear."""
    return "__Host-publisher" if settings.public_url.startswith("https:") else "publisher"


def signed_in(request: Request, session: Session) -> tuple[Member, StaffSession] | None:
    """The member whose browser asks, with their session; None where nobody is signed in. Changes nothing."""
    site = site_of(request)
    key = request.cookies.get(cookie_name(site.house.settings), "")
    return sessions.find(session, key, site.wall())
