"""The servers that have rooms: which there are, whether they answer, and who is told when one does not."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Table, update
from sqlmodel import Session, col, func, select

from publisher.errors import BadInput, Conflict, FetchError, NotFound
from publisher.house import House
from publisher.webinars.models import MeetingServer, Series
from publisher.webinars.rooms.bigbluebutton import BigBlueButton

_SERVER: Table = MeetingServer.__table__  # type: ignore[attr-defined]
LONGEST = 500


def add(session: Session, slug: str, url: str, secret: str, *, now: datetime) -> MeetingServer:
    """A new one. `url`: as `bbb-conf --secret` prints it, with or without `api` at its end."""
    slug = slug.strip().lower()
    if not slug or not slug.replace("-", "").isalnum() or not slug.isascii() or len(slug) > 60:
        raise BadInput("The short name of a server is made of letters, digits and hyphens.", field="slug")
    if session.exec(select(MeetingServer).where(col(MeetingServer.slug) == slug)).first():
        raise Conflict(f"There is a server called {slug} already.")
    server = MeetingServer(slug=slug, url=_clean_url(url), secret=_clean_secret(secret), created_at=now)
    session.add(server)
    session.flush()
    return server


def edit(session: Session, server: MeetingServer, *, url: str, secret: str = "") -> None:
    """Another address or secret; an empty secret stays what it was."""
    server.url = _clean_url(url)
    server.secret = _clean_secret(secret) if secret else server.secret
    server.state, server.error = "ok", ""
    session.add(server)
    session.flush()


def remove(session: Session, server: MeetingServer) -> None:
    used = session.exec(select(func.count()).where(col(Series.server_id) == server.id)).one()
    if used:
        raise Conflict(f"{used} series have their rooms on this server. Give them other rooms first.")
    session.delete(server)
    session.flush()


def listed(session: Session) -> list[MeetingServer]:
    return list(session.exec(select(MeetingServer).order_by(col(MeetingServer.slug))))


def by_slug(session: Session, slug: str) -> MeetingServer:
    found = session.exec(select(MeetingServer).where(col(MeetingServer.slug) == slug)).first()
    if found is None:
        raise NotFound(f"There is no meeting server called {slug[:60]}.")
    return found


def room_on(house: House, server: MeetingServer) -> BigBlueButton:
    return BigBlueButton(server.url, server.secret, house.settings.private_hosts)


def check(house: House, server: MeetingServer) -> str:
    """Ask it something harmless: nothing where it answers, else a sentence. Touches the network; holds no transaction."""
    try:
        room_on(house, server).works()
    except FetchError as problem:
        return str(problem)
    return ""


def note(session: Session, server_id: int, error: str) -> bool:
    """Keep whether it answers. True where it was well before, and fails now: somebody should hear of it."""
    state = "failing" if error else "ok"
    changed = update(_SERVER).where(_SERVER.c.id == server_id, _SERVER.c.state != state)
    row = session.execute(changed.values(state=state, error=error[:300]).returning(_SERVER.c.id)).first()
    return row is not None and bool(error)


def _clean_url(url: str) -> str:
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and parts.hostname and not parts.username and not parts.query
    except ValueError:
        fine = False
    if not fine or len(text) > LONGEST or not text.isprintable() or " " in text or "#" in text:
        raise BadInput(
            "The address of the server looks like https://meet.example.org/bigbluebutton/api: bbb-conf --secret prints it.",
            field="url",
        )
    return text if text.endswith("/api") else f"{text}/api"


def _clean_secret(secret: str) -> str:
    text = secret.strip()
    if not 8 <= len(text) <= 200 or not text.isascii() or not text.isprintable():
        raise BadInput("The secret is what bbb-conf --secret prints on the server.", field="secret")
    return text
