"""Work that is thrown away. Registering writes one letter to who is new and another to who is known, and none at all to who may
not take part: the time that the page takes must not tell which it was. So the letters that were not written are made all the
same, inside a savepoint that is rolled back. Nobody gets them and nothing is kept.
"""

from datetime import datetime

from sqlmodel import Session, col, func, select

from publisher.audience import letters as audience_letters
from publisher.audience.people import new_key
from publisher.house import House
from publisher.languages import translator
from publisher.mail.models import Address, Letter, Outbox
from publisher.webinars import letters, registrants, seats
from publisher.webinars.models import Registration, RegistrationState, Series
from publisher.webinars.wishes import Checked

NOTICE, CONFIRMATION = "notice", "webinar-confirmation"


def newest_mail(session: Session) -> int:
    """Where the outbox ends, before anything is written."""
    return session.exec(select(func.max(col(Outbox.id)))).one() or 0


def as_much_work(
    session: Session, house: House, series: Series, checked: Checked, since: int, *, now: datetime
) -> None:
    """Make what a registration may write and this one did not. `since`: `newest_mail` before it."""
    written = select(Letter.kind).join(Outbox, col(Outbox.letter_id) == col(Letter.id)).where(col(Outbox.id) > since)
    kinds = set(session.exec(written))
    if NOTICE not in kinds:
        said = audience_letters.fresh_link_context(translator(checked.values["language"]))
        audience_letters.as_if(session, house, NOTICE, checked.values["language"], said)
    if CONFIRMATION not in kinds:
        _as_if_registered(session, house, series, checked, now)


def _as_if_registered(session: Session, house: House, series: Series, checked: Checked, now: datetime) -> None:
    with session.begin_nested() as stage:
        name = f"{new_key()}@nobody.invalid"
        address = Address(email=name, normalised=name, hash=name, created_at=now)
        session.add(address)
        session.flush()
        registrant = registrants.find_or_make(session, address, now=now)
        pretended = Registration(
            series_id=series.id or 0, registrant_id=registrant.id or 0, key=new_key(), asked_at=now, changed_at=now,
            **checked.values | {"state": RegistrationState.REGISTERED},
        )  # fmt: skip
        session.add(pretended)
        session.flush()
        seats.give(session, pretended, checked.dates, checked.wants)
        letters.confirmed(session, house, pretended, now=now)
        stage.rollback()
