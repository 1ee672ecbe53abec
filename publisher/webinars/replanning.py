"""Reminders of thousands of dates anew in a few statements, for when the rules of clocks have changed: the same as
`reminders.plan` for each of them, which is how any is done whose reminders are on their way already."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy import select as columns_of
from sqlmodel import Session

from publisher.database import insert_into
from publisher.webinars import reminders
from publisher.webinars.mailings import MAILING
from publisher.webinars.models import Series, Webinar

AT_ONCE = 500
_MOVED = "Clocks there have changed, and the date with them."


def plan(session: Session, series: Mapping[int, Series], webinars: Sequence[Webinar], *, now: datetime) -> None:
    """`series`: by id. Rows of both are as the database has them; the dates are announced and their SEQUENCE has grown."""
    session.flush()
    standing = _standing(session, [one.id or 0 for one in webinars])
    over: list[int] = []
    rows: list[dict[str, Any]] = []
    claimed = False
    for one in webinars:
        present = standing.get(one.id or 0, [])
        if any(row.state != "waiting" for row in present):
            reminders.plan(session, one, now=now)
            continue
        right = {row.minutes for row in present if row.due_at == one.starts_at - timedelta(minutes=row.minutes)}
        over += [row.id for row in present if row.minutes not in right]
        rows += _rows(series[one.series_id], one, right, now)
    for some in _parts(over):
        which = update(MAILING).where(MAILING.c.id.in_(some), MAILING.c.state == "waiting")
        stopped = session.execute(which.values(state="cancelled", reason=_MOVED))
        claimed = claimed or stopped.rowcount != len(some)  # type: ignore[attr-defined]
    for part in _parts(rows):
        session.connection().execute(insert_into(session, MAILING).on_conflict_do_nothing(), list(part))
    for one in webinars if claimed else ():  # one is being planned at this moment: what is of it in the outbox goes too
        reminders.plan(session, one, now=now)


def _standing(session: Session, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    columns = columns_of(MAILING.c.id, MAILING.c.webinar_id, MAILING.c.minutes, MAILING.c.state, MAILING.c.due_at)
    stands = columns.where(MAILING.c.kind == "reminder", MAILING.c.state != "cancelled")
    for some in _parts(ids):
        for row in session.execute(stands.where(MAILING.c.webinar_id.in_(some))):
            found.setdefault(row.webinar_id, []).append(row)
    return found


def _rows(series: Series, webinar: Webinar, right: set[int], now: datetime) -> Iterator[dict[str, Any]]:
    for minutes, (due_at, expires_at) in reminders.spans(series.reminders, webinar.starts_at).items():
        if minutes not in right and due_at > now:
            yield {
                "key": f"reminder:{webinar.id}:{minutes}:{series.sequence}",
                "kind": "reminder",
                "series_id": series.id,
                "webinar_id": webinar.id,
                "rule": "",
                "minutes": minutes,
                "words": {},
                "data": {"minutes": minutes},
                "state": "waiting",
                "reason": "",
                "due_at": due_at,
                "expires_at": expires_at,
                "by": "",
                "created_at": now,
            }


def _parts(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    all_of_them = list(values)
    return (all_of_them[start : start + AT_ONCE] for start in range(0, len(all_of_them), AT_ONCE))
