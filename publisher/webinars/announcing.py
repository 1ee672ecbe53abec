"""Announcing a webinar or a series to the readers of a list, all of them or those whom a rule means.

Nobody has it twice, whichever list they are on, and nobody who has registered has it at all. It goes through the list: who
leaves the list gets none, and one that waits for them is stopped.
"""

from datetime import datetime

from sqlmodel import Session, col, func, select

from publisher.audience import lists, segments
from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.mail.models import Identity
from publisher.webinars import mailings, programme, readers, recipients, written
from publisher.webinars.models import Mailing, Series, Webinar, WebinarState
from publisher.webinars.written import Words


def announce(
    session: Session,
    house: House,
    what: Webinar | Series,
    mailing_list: MailingList,
    *,
    at: datetime | None = None,
    rule: str = "",
    words: Words | None = None,
    by: str = "",
    now: datetime,
) -> Mailing:
    """Announce it now, or at that instant. `words`: an opening, by language; without, the letter says what the page says.
    Announced to the same list again it goes to who has joined since. `BadInput` or `Conflict` where it cannot."""
    series, webinar = _of(session, what)
    ends = _may_announce(session, series, webinar, mailing_list, now)
    due_at = max(at or now, now)
    if due_at >= ends:
        raise BadInput("By then it has begun. Choose an earlier time.", field="at")
    if rule.strip():
        segments.condition(session, rule, now=now)
    if due_at == now and not count(session, house, what, mailing_list, rule=rule, now=now)["recipients"]:
        raise BadInput("Nobody of this list would get it: they know of it already, or the rule finds nobody.")
    made = mailings.make(
        session,
        key=f"announcement:{_place(series, webinar)}:{mailing_list.id}:{_number(session, series)}",
        kind="announcement",
        series=series,
        webinar=webinar,
        list_id=mailing_list.id,
        rule=rule.strip(),
        words=written.read(words or {}, needs_subject=False),
        due_at=due_at,
        expires_at=ends,
        by=by,
        now=now,
    )
    if made is None:
        raise Conflict("Somebody announced it at this moment.")
    return made


def count(
    session: Session,
    house: House,
    what: Webinar | Series,
    mailing_list: MailingList,
    *,
    rule: str = "",
    now: datetime,
) -> dict[str, int]:
    """How many of the list would get it, and how many not, because they registered, had it or get no such mail."""
    series, webinar = _of(session, what)
    sketch = recipients.sketch("announcement", series, webinar, now=now, list_id=mailing_list.id, rule=rule)
    return readers.counted(session, sketch)


def until(session: Session, series: Series, webinar: Webinar | None) -> datetime | None:
    """Up to when there is something to announce: the start of the date, or of the last of the series. None for nothing."""
    which = [col(Webinar.series_id) == series.id, col(Webinar.state) == WebinarState.ANNOUNCED]
    if webinar is not None:
        which.append(col(Webinar.id) == webinar.id)
    return session.exec(select(func.max(Webinar.starts_at)).where(*which)).one()


def _of(session: Session, what: Webinar | Series) -> tuple[Series, Webinar | None]:
    """A one-off is announced as its date, however it is named."""
    if isinstance(what, Webinar):
        return session.get_one(Series, what.series_id), what
    return what, programme.webinar_of_single(session, what) if what.is_single else None


def _may_announce(
    session: Session, series: Series, webinar: Webinar | None, mailing_list: MailingList, now: datetime
) -> datetime:
    ends = until(session, series, webinar)
    if ends is None:
        raise Conflict("Publish it first: nobody can register for a draft, or for what was called off.")
    if ends <= now:
        raise Conflict("It has begun, so there is nothing left to announce.")
    if mailing_list.archived:
        raise Conflict(f"The list “{mailing_list.name}” is closed.")
    if series.list_id is not None and series.list_id != mailing_list.id:
        cohort = session.get_one(MailingList, series.list_id)
        raise BadInput(f"This is for members of “{cohort.name}” only. Announce it to that list.", field="list")
    identity = session.get_one(Identity, series.identity_id)
    if not identity.postal_address.strip():
        raise BadInput(
            f"“{identity.name}” has no postal address yet. Announcements must show one: add it under Settings, or set PUBLISHER_POSTAL_ADDRESS before “publisher init”."
        )
    if _waits(session, series, webinar, mailing_list):
        raise Conflict(f"An announcement to “{lists.name_in(mailing_list, 'en')}” waits already.")
    return ends


def _waits(session: Session, series: Series, webinar: Webinar | None, mailing_list: MailingList) -> bool:
    which = select(Mailing.id).where(
        col(Mailing.kind) == "announcement",
        col(Mailing.series_id) == series.id,
        col(Mailing.webinar_id).is_(None) if webinar is None else col(Mailing.webinar_id) == webinar.id,
        col(Mailing.list_id) == mailing_list.id,
        col(Mailing.state).in_(("waiting", "planning", "held")),
    )
    return session.exec(which).first() is not None


def _place(series: Series, webinar: Webinar | None) -> str:
    return f"{series.id}:{webinar.id if webinar is not None else 0}"


def _number(session: Session, series: Series) -> int:
    made = (col(Mailing.series_id) == series.id, col(Mailing.kind) == "announcement")
    return int(session.exec(select(func.count()).select_from(Mailing).where(*made)).one()) + 1
