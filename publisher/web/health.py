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
from publisher.desk import vital
from publisher.desk.doctor.outside import hub_sign
from publisher.desk.vital import last_tick, oldest_due
from publisher.errors import Forbidden
from publisher.library.models import Source, Work
from publisher.mail.models import MailEvent, Outbox
from publisher.web.site import Site, asks_from_here, site_of

GRACE = timedelta(minutes=5)
"""A process that has just started is given this long to do its first tick and catch up."""


@dataclass(frozen=True)
class Health:
    """What was found, what is wrong with it (then the answer is 503), and what somebody should look at (it stays 200)."""

    facts: dict[str, Any]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def health(request: Request) -> Response:
    """GET /health: 200, or 503 with what is wrong."""
    site = site_of(request)
    found = examine(site)
    answer = {
        "ok": not found.problems,
        "problems": list(found.problems),
        "warnings": list(found.warnings),
        **found.facts,
    }
    return JSONResponse(answer, 503 if found.problems else 200, {"Cache-Control": "no-store"})


def examine(site: Site) -> Health:
    """The vital signs of the hub; where its database cannot be read, that."""
    now = site.wall()
    facts: dict[str, Any] = {
        "version": version("publisher"),
        "tzdata": clock.zone_data_version(),
        "hub": hub_sign(site.house.tokens),
    }
    try:
        with site.house.database.reading() as session:
            seen = vital.examine(session, site.house, now, settled=now - site.started > GRACE)
    except Exception as problem:  # whatever it is, the answer is the same: it cannot be read
        facts["database"] = "failed"
        return Health(facts, (f"The database cannot be read ({type(problem).__name__}).",))
    facts |= {
        "database": "sqlite" if site.house.database.is_sqlite else "postgresql",
        "last_tick_seconds": _age(seen.tick, now),
        "oldest_due_seconds": _age(seen.due, now),
        "disk_free_bytes": seen.free,
    }
    return Health(facts, tuple(seen.said("bad")), tuple(seen.said("warn")))


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
