"""What the stories about the studio's webinars stand on: a series of six with people in it, a draft, one that is over."""

from datetime import datetime, timedelta
from typing import Any

import lxml.html
from desk_stage import Browser
from sqlmodel import Session, col, select
from webinars.letter_stage import a_registration, a_speaker
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.mail.models import Identity
from publisher.webinars import scheduling
from publisher.webinars.models import Mailing, Registration, Series, Webinar

ROOM = "/studio/webinars"
SIX = f"{ROOM}/leading"
ZONES = ("Africa/Nairobi", "Africa/Lagos", "Asia/Kathmandu", "America/Bogota", "Europe/Berlin", "Asia/Manila", "Africa/Cairo", "America/New_York")  # fmt: skip


def gathered(house: House, now: datetime, people: int = 9) -> None:
    """Committed: “Leading together” on six Thursdays, one moved, one called off, with people; one that is over; a draft."""
    with house.database.session() as session:
        for identity in session.exec(select(Identity)):
            identity.postal_address = "12 Garden Row, Nairobi"
        six = a_series(session, house, now, capacity=40, room_url="https://meet.example.net/leading", is_recorded=True)
        enrol(session, six, now, people)
        dates = dates_of(session, six)
        scheduling.reschedule(session, house, dates[1], starts=datetime(2026, 12, 11, 9, 0), note="The speaker travels.", now=now)  # fmt: skip
        scheduling.cancel(session, house, dates_of(session, six)[3], note="A public holiday.", now=now)
        a_speaker(session, six, now, invited_at=now)
        earlier = now - timedelta(days=40)
        a_webinar(session, house, earlier, "first-steps", starts=datetime(2026, 11, 5, 15, 0), title="First steps", is_recorded=True)  # fmt: skip
        a_webinar(session, house, now, "half-planned", title="Half planned", announced=False)
        a_series(session, house, now, "inner", 3, title="Among ourselves", list_slug="monthly", zone="Europe/Berlin")


def enrol(session: Session, series: Series, now: datetime, number: int, *, first: int = 0) -> None:
    """People from everywhere; of ten, one waits and one wants no mail."""
    for n in range(first, first + number):
        more: dict[str, Any] = {"state": "waiting"} if n % 10 == 7 else {}
        more |= {"muted_at": now} if n % 10 == 8 else {}
        a_registration(session, series, now, f"reader{n}@readers.example", zone=ZONES[n % len(ZONES)], **more)


def form_of(html: str, action: str, verb: str = "", **hidden: Any) -> dict[str, Any]:
    """What a browser would send with the form of this page that goes there; `verb` and `hidden` say which of several."""
    wanted = ({"verb": verb} if verb else {}) | {name: str(value) for name, value in hidden.items()}
    for form in lxml.html.fromstring(html).forms:
        values: dict[str, Any] = {}
        for name, value in form.form_values():
            values[name] = value if name not in values else [*_several(values[name]), value]
        if (form.get("action") or "") == action and all(values.get(name) == value for name, value in wanted.items()):
            values.pop("csrf", None)
            return values
    raise AssertionError(f"there is no such form on the page: {action} {wanted}")


def send(browser: Browser, page: str, action: str, which: str = "", status: int = 303, **changes: Any) -> str:
    """Open a page, fill in a form of it and send it. `which`: the verb of the form, where several go to one address."""
    known = {name: changes[name] for name in ("date", "speaker") if name in changes}
    return browser.post(action, status, **(form_of(browser.get(page), action, which, **known) | changes))


def series_row(house: House, slug: str = "leading") -> Series:
    with house.database.reading() as session:
        found = session.exec(select(Series).where(col(Series.slug) == slug)).one()
        session.expunge(found)
        return found


def dates_rows(house: House, slug: str = "leading") -> list[Webinar]:
    with house.database.reading() as session:
        series = session.exec(select(Series).where(col(Series.slug) == slug)).one()
        rows = dates_of(session, series)
        session.expunge_all()
        return rows


def letters_to_many(house: House, *kinds: str) -> list[Mailing]:
    """Mailings of these kinds that are not over, by due time."""
    with house.database.reading() as session:
        wanted = select(Mailing).where(col(Mailing.kind).in_(kinds), col(Mailing.state) != "cancelled")
        rows = list(session.exec(wanted.order_by(col(Mailing.due_at), col(Mailing.id))))
        session.expunge_all()
        return rows


def registrations(house: House) -> list[Registration]:
    with house.database.reading() as session:
        rows = list(session.exec(select(Registration).order_by(col(Registration.id))))
        session.expunge_all()
        return rows


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
