"""For operators: is it alive (/health), and how much of everything (/metrics, Prometheus)."""

import hmac
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlmodel import Session, col, func, select

from publisher import clock
from publisher.audience.models import Subscription
from publisher.errors import Forbidden
from publisher.last_backup import last_backup
from publisher.leases import Lease
from publisher.library.models import Source, Work
from publisher.mail.models import Letter, LetterState, MailEvent, Outbox, OutboxState
from publisher.web.site import Site, asks_from_here, site_of

GRACE = timedelta(minutes=5)
"""A process that has just started is given this long to do its first tick and catch up."""
TICK_TOO_OLD = timedelta(minutes=15)
ROW_TOO_OLD = timedelta(minutes=30)
LEAST_FREE = 200_000_000
"""Octets that must be free where the data folder is."""


@dataclass(frozen=True)
class Health:
    """What was found, and what is wrong with it."""

    facts: dict[str, Any]
    problems: tuple[str, ...]


def health(request: Request) -> Response:
    """GET /health: 200, or 503 with what is wrong."""
    site = site_of(request)
    found = examine(site)
    backup = last_backup(site.house, site.wall()).warning
    warnings = [backup] if backup else []
    answer = {"ok": not found.problems, "problems": list(found.problems), "warnings": warnings, **found.facts}
    return JSONResponse(answer, 503 if found.problems else 200, {"Cache-Control": "no-store"})


def examine(site: Site) -> Health:
    """Look at the database, the last tick, the oldest mail that is due, and the disk."""
    now = site.wall()
    facts: dict[str, Any] = {"version": version("publisher"), "tzdata": clock.zone_data_version()}
    try:
        with site.house.database.reading() as session:
            tick, due = last_tick(session), oldest_due(session, now)
    except Exception as problem:  # whatever it is, the answer is the same: it cannot be read
        facts["database"] = "failed"
        return Health(facts, (f"The database cannot be read ({type(problem).__name__}).",))
    free = shutil.disk_usage(site.house.settings.data_dir).free
    facts |= {
        "database": "sqlite" if site.house.database.is_sqlite else "postgresql",
        "last_tick_seconds": _age(tick, now),
        "oldest_due_seconds": _age(due, now),
        "disk_free_bytes": free,
    }
    return Health(facts, tuple(_problems(site, now, tick, due, free)))


def _problems(site: Site, now: datetime, tick: datetime | None, due: datetime | None, free: int) -> list[str]:
    found: list[str] = []
    settled = now - site.started > GRACE
    if settled and (tick is None or now - tick > TICK_TOO_OLD):
        found.append("The timetable has not ticked for too long. Is a scheduler running?")
    if settled and due is not None and now - due > ROW_TOO_OLD:
        found.append("Mail that is due has been waiting too long. Is a sender running?")
    if free < LEAST_FREE:
        found.append("The disk is nearly full.")
    return found


def last_tick(session: Session) -> datetime | None:
    """When the timetable was last kept, by whichever process."""
    note = session.get(Lease, "last tick")  # written by the scheduler after every job
    return note.until if note else None


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest mail waits that should have left: of letters that are let out, by their `not_before`."""
    due = (
        select(func.min(Outbox.not_before))
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(
            col(Outbox.state).in_((OutboxState.QUEUED, OutboxState.DEFERRED)),
            col(Outbox.not_before) <= now,
            col(Letter.state) == LetterState.SENDING,
        )
    )
    return session.exec(due).one()


def metrics(request: Request) -> Response:
    """GET /metrics, for this machine, or with `Authorization: Bearer <token>`."""
    site = site_of(request)
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode("utf-8", "replace")
    if not asks_from_here(request) and not hmac.compare_digest(given, metrics_token(site).encode()):
        raise Forbidden("Metrics are for this machine, or for who has their token.")
    with site.house.database.reading() as session:
        body = generate_latest(_counted(site, session))
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def metrics_token(site: Site) -> str:
    return site.house.tokens.keyed_hash("metrics", "v1")


def _counted(site: Site, session: Session) -> CollectorRegistry:
    """Counted in the database, so that every process of an installation says the same."""
    registry, now = CollectorRegistry(), site.wall()
    for name, about, label, query in (
        ("publisher_mails", "Mails in the outbox by state.", "state", _by(Outbox.state)),
        ("publisher_mail_events", "What happened to mails, by kind.", "kind", _by(MailEvent.kind)),
        ("publisher_works", "Resources by state.", "state", _by(Work.state)),
        ("publisher_subscriptions", "Subscriptions by state.", "state", _by(Subscription.state)),
        ("publisher_sources", "Sources by state.", "state", _by(Source.state)),
    ):
        gauge = Gauge(name, about, [label], registry=registry)
        for value, count in session.execute(query):
            gauge.labels(value).set(count)
    failing = session.exec(select(func.count()).select_from(Source).where(col(Source.failing_since).is_not(None))).one()
    facts = {
        "publisher_sources_failing": ("Sources that fail at the moment.", failing),
        "publisher_last_tick_seconds": ("Age of the last tick.", _age(last_tick(session), now)),
        "publisher_oldest_due_seconds": (
            "Age of the oldest mail that is due.",
            _age(oldest_due(session, now), now) or 0,
        ),
        "publisher_disk_free_bytes": (
            "Free where the data folder is.",
            shutil.disk_usage(site.house.settings.data_dir).free,
        ),
    }
    for name, (about, value) in facts.items():
        if value is not None:
            Gauge(name, about, registry=registry).set(value)
    return registry


def _by(column: Any) -> Any:
    return select(column, func.count()).group_by(column)


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else round((now - moment).total_seconds(), 1)
