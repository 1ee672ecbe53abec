"""A series with dates, people who registered, and a room, as plain rows: what stories about rooms and attendance stand on."""

import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cast import a_hub
from sqlmodel import Session, select

from publisher.mail.models import Address, Identity
from publisher.webinars.models import MeetingServer, Registrant, Registration, Seat, Series, Speaker, Webinar

ZONE = "Africa/Nairobi"


def a_series(session: Session, now: datetime, slug: str = "play", **changes: object) -> Series:
    identity = session.exec(select(Identity)).first() or a_hub(session, now)
    values: dict[str, object] = {
        "slug": slug, "uid": f"{slug}@hub.example.org", "title": "Play & learn", "zone": ZONE, "identity_id": identity.id,
        "room_url": "https://rooms.example.org/play", "changed_at": now, "created_at": now,
    } | changes  # fmt: skip
    series = Series(**values)
    session.add(series)
    session.flush()
    return series


def a_date(session: Session, series: Series, starts: datetime, minutes: int = 60, **changes: object) -> Webinar:
    wall = starts.astimezone(ZoneInfo(series.zone)).strftime("%Y-%m-%dT%H:%M")
    values: dict[str, object] = {
        "series_id": series.id, "slug": f"{series.slug}-{wall[:10]}", "state": "announced", "slot": wall, "wall": wall, "zone": series.zone,
        "minutes": minutes, "zone_data": "2026.6", "starts_at": starts, "ends_at": starts + timedelta(minutes=minutes),
        "meeting_key": secrets.token_urlsafe(12), "changed_at": starts, "created_at": starts,
    } | changes  # fmt: skip
    webinar = Webinar(**values)
    session.add(webinar)
    session.flush()
    return webinar


def somebody(
    session: Session, series: Series, email: str, now: datetime, *dates: Webinar, name: str = "", **changes: object
) -> Registration:
    address = Address(email=email, normalised=email.lower(), hash=f"hash of {email.lower()}", created_at=now)
    session.add(address)
    session.flush()
    registrant = Registrant(address_id=address.id, key=secrets.token_urlsafe(12), created_at=now)
    session.add(registrant)
    session.flush()
    values: dict[str, object] = {
        "series_id": series.id, "registrant_id": registrant.id, "key": secrets.token_urlsafe(12), "state": "registered", "name": name,
        "asked_at": now, "registered_at": now, "changed_at": now,
    } | changes  # fmt: skip
    registration = Registration(**values)
    session.add(registration)
    session.flush()
    for webinar in dates:
        session.add(Seat(registration_id=registration.id, webinar_id=webinar.id))
    session.flush()
    return registration


def a_speaker(session: Session, series: Series, email: str, now: datetime, name: str, **changes: object) -> Speaker:
    address = Address(email=email, normalised=email.lower(), hash=f"hash of {email.lower()}", created_at=now)
    session.add(address)
    session.flush()
    values: dict[str, object] = {
        "series_id": series.id, "address_id": address.id, "key": secrets.token_urlsafe(12), "name": name, "created_at": now,
    } | changes  # fmt: skip
    speaker = Speaker(**values)
    session.add(speaker)
    session.flush()
    return speaker


def a_server(session: Session, url: str, secret: str, now: datetime) -> MeetingServer:
    server = MeetingServer(slug="meet", url=url, secret=secret, created_at=now)
    session.add(server)
    session.flush()
    return server


def seat_of(session: Session, registration: Registration, webinar: Webinar) -> Seat:
    return session.get_one(Seat, (registration.id, webinar.id), populate_existing=True)
