"""Telling the world that a feed has changed: WebSub hubs and podping. The row is the queue; each version is told once.

Sources: W3C WebSub §7 (hub.mode=publish, hub.url); podping.cloud (GET ?url=…&reason=update&medium=…, with a token).
"""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import Table, delete, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, col

from publisher import clock, leases
from publisher.database import insert_into
from publisher.errors import FetchError
from publisher.house import House
from publisher.internet import Limits, fetch
from publisher.podcasts import addresses
from publisher.podcasts.models import Ping, Show

PODPING = "podping"
TRIES = 6
FIRST_WAIT = timedelta(minutes=1)
LEASE = timedelta(minutes=2)
AT_ONCE = 20
_LIMITS = Limits(seconds=10, body_bytes=64_000, wire_bytes=64_000)
_PING: Table = Ping.__table__  # type: ignore[attr-defined]


def due(session: Session, house: House, show: Show, *, now: datetime) -> None:
    """Somebody is to be told of this version. One row per target waits: a later version takes the place of an earlier one."""
    if show.list_id is not None or show.state != "active":
        return
    for target in targets(house, show):
        older = delete(_PING).where(_PING.c.show_id == show.id, _PING.c.target == target, _PING.c.state == "waiting")
        session.execute(older.where(_PING.c.worker.is_(None)))
        row = Ping(show_id=show.id or 0, target=target, version=show.version, due_at=now).model_dump(exclude={"id"})
        session.execute(insert_into(session, _PING).values(**row).on_conflict_do_nothing())


def targets(house: House, show: Show) -> list[str]:
    """The hubs of a show, and podping where this hub may write to it."""
    return [*show.hubs, *([PODPING] if pings(house, show) else [])]


def pings(house: House, show: Show) -> bool:
    """Whether podping is told: the show says so, and the settings have a token for it."""
    return show.podping and bool(house.settings.podping_token)


def send_due(house: House, now: datetime) -> int:
    """Tell whoever waits. Claims, commits, and only then touches the network; a failure waits longer each time."""
    told = 0
    for ping_id, epoch in _claim(house, now):
        with house.database.reading() as session:
            ping = session.get_one(Ping, ping_id)
            show = session.get_one(Show, ping.show_id)
            session.expunge_all()  # they are read after the session has ended
        error = _tell(house, ping, show)
        told += not error
        with house.database.session() as session:
            _note(session, ping, epoch, error, now)
    return told


def waiting(house: House, now: datetime) -> bool:
    """Whether there is anybody to be told."""
    which = columns_of(_PING.c.id).where(_PING.c.state == "waiting", _PING.c.due_at <= now).limit(1)
    with house.database.reading() as session:
        return session.execute(which).first() is not None


def _claim(house: House, now: datetime) -> list[tuple[int, int]]:
    wall = clock.now()
    free = col(Ping.lease_until).is_(None) | (col(Ping.lease_until) < wall)
    ready = columns_of(_PING.c.id).where(col(Ping.state) == "waiting", col(Ping.due_at) <= now, free)
    with house.database.session() as session:
        rows = leases.claim(
            session,
            _PING,
            ready.order_by(col(Ping.due_at)).limit(AT_ONCE),
            worker=f"pings:{secrets.token_hex(4)}",
            until=wall + LEASE,
        )
    return [(row.id, row.epoch) for row in rows]


def _tell(house: House, ping: Ping, show: Show) -> str:
    """Why it failed; empty where it did not."""
    url, private = addresses.feed(house, show), house.settings.private_hosts
    try:
        if ping.target == PODPING:
            asked = urlencode({"url": url, "reason": "update", "medium": show.medium})
            key = {"Authorization": house.settings.podping_token or ""}
            fetch(f"{house.settings.podping_url}?{asked}", limits=_LIMITS, private_hosts=private, headers=key)
        else:
            form = {"hub.mode": "publish", "hub.url": url}
            fetch(ping.target, method="POST", form=form, limits=_LIMITS, private_hosts=private)
    except FetchError as problem:
        return str(problem)
    return ""


def _note(session: Session, ping: Ping, epoch: int, error: str, now: datetime) -> None:
    tries = ping.tries + 1
    values: dict[str, object] = {"worker": None, "lease_until": None, "tries": tries, "error": error[:300]}
    if not error:
        values |= {"state": "sent", "sent_at": now}
    elif tries >= TRIES:
        values |= {"state": "failed"}
    else:
        values |= {"due_at": now + FIRST_WAIT * 4 ** (tries - 1)}
    session.execute(update(_PING).where(_PING.c.id == ping.id, _PING.c.epoch == epoch).values(**values))
