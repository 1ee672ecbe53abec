"""What staff write to people who registered: to those of a series, or of one date, in as many languages as they write it in."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.webinars import mailings, recipients, written
from publisher.webinars.models import Mailing, Series, Webinar
from publisher.webinars.written import Words

#: Whom a message can go to, as the studio says it. Of those in `OF_A_DATE` there are some at each date only.
WHO = {
    "registered": "Everybody who registered",
    "coming": "Who is coming",
    "recording": "Who wants the recording",
    "came": "Who came",
    "missed": "Who registered and did not come",
    "waiting": "The waiting list",
}
OF_A_DATE = frozenset({"coming", "recording", "came", "missed"})


def send(
    session: Session,
    house: House,
    series: Series,
    webinar: Webinar | None,
    words: Words,
    who: str,
    *,
    at: datetime | None = None,
    by: str = "",
    now: datetime,
) -> Mailing:
    """Write to them now, or at that instant. Who speaks none of the languages reads the series' own. `BadInput` where nobody
    would get it."""
    said = written.read(words)
    if not said:
        raise BadInput("Write a subject and a text.", field="subject")
    if count(session, series, webinar, who, now=now) == 0:
        raise BadInput("Nobody would get this message.", field="who")
    made = mailings.make(
        session,
        key=f"message:{series.id}:{webinar.id if webinar is not None else 0}:{_number(session, series)}",
        kind="message",
        series=series,
        webinar=webinar,
        words=said,
        data={"who": who},
        due_at=max(at or now, now),
        by=by,
        now=now,
    )
    if made is None:
        raise Conflict("Somebody sent another message at this moment. Look whether it says the same, then send again.")
    return made


def count(session: Session, series: Series, webinar: Webinar | None, who: str, *, now: datetime) -> int:
    """How many would get it now."""
    if who not in WHO:
        raise BadInput(f"A message goes to {', '.join(WHO)}.", field="who")
    if who in OF_A_DATE and webinar is None:
        raise BadInput(f"“{WHO[who]}” needs a date: choose one of the series.", field="who")
    return recipients.number(session, recipients.sketch("message", series, webinar, now=now, data={"who": who}))


def _number(session: Session, series: Series) -> int:
    sent = (col(Mailing.series_id) == series.id, col(Mailing.kind) == "message")
    return int(session.exec(select(func.count()).select_from(Mailing).where(*sent)).one()) + 1
