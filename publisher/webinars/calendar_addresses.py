"""The addresses of calendars that only some may read: each has a key in it, which can be given anew, and then the old one ends."""

from datetime import datetime

from sqlalchemy import Table
from sqlmodel import Session, col, select

from publisher.audience.models import MailingList
from publisher.audience.people import new_key
from publisher.database import insert_into
from publisher.webinars.models import CohortCalendar, Registrant

_TABLE: Table = CohortCalendar.__table__  # type: ignore[attr-defined]


def of_cohort(session: Session, cohort: MailingList, *, now: datetime) -> CohortCalendar:
    """The calendar of a cohort, with a key from the first time that somebody asks; of two who ask at once, the same."""
    row = {"list_id": cohort.id, "key": new_key(), "created_at": now}
    session.execute(insert_into(session, _TABLE).values(row).on_conflict_do_nothing(index_elements=["list_id"]))
    return session.exec(select(CohortCalendar).where(col(CohortCalendar.list_id) == cohort.id)).one()


def give_cohort_anew(session: Session, calendar: CohortCalendar, *, now: datetime) -> None:
    """Whoever has the old address sees nothing more; members are told the new one by whoever did this."""
    calendar.key, calendar.created_at = new_key(), now
    session.add(calendar)
    session.flush()


def give_own_anew(session: Session, registrant: Registrant) -> None:
    """The owner takes the address of their calendar back, from whoever else has it."""
    registrant.key = new_key()
    session.add(registrant)
    session.flush()
