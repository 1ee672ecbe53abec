"""Lives of webinars as people live them: by the real verbs, the real letters over SMTP, and the calendars of those who get them.

After every step each person's program, which knows nothing but their mails, shows the dates they come to, at the right
instants; and so does the calendar that they subscribe to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from calendar_judges import Instants, by_ical, by_recurring_ical_events, judged_by_libical, judges_here
from calendar_program import Program
from invitation_checks import calendar_of, findings_of
from sqlmodel import Session, col, select
from webinars.mailing_stage import carry
from webinars.webinar_stage import a_series, a_webinar, dates_of

from publisher.house import House
from publisher.mail.models import Relay
from publisher.tokens import Purpose
from publisher.webinars import addresses, changing, dates, registering, scheduling
from publisher.webinars.calendars import Calendars
from publisher.webinars.models import Registrant, Registration, Seat, Series, Webinar
from publisher.webinars.wishes import Wish

NEW_YORK = "America/New_York"
#: Clocks go forward there on 14 March 2027.
THURSDAY = datetime(2027, 2, 25, 11, 0)
ALICE, BOB, CAROL = "alice@people.example", "bob@people.example", "carol@people.example"


@dataclass
class Lives:
    """A series, who registered, and what their programs know."""

    house: House
    series: Series
    now: datetime
    programs: dict[str, Program] = field(default_factory=dict)
    calendars: Calendars = field(default_factory=Calendars)
    messages: list[bytes] = field(default_factory=list)
    seen: list[tuple[bytes, Instants]] = field(default_factory=list)

    def register(self, email: str, numbers: Sequence[int] | None = None, **more: object) -> None:
        with self.house.database.session() as session:
            series = session.get_one(Series, self.series.id)
            chosen = None if numbers is None else tuple(dates_of(session, series)[n].id or 0 for n in numbers)
            wish = Wish(email=email, name=email.partition("@")[0].title(), webinars=chosen, source="staff", **more)  # type: ignore[arg-type]
            registering.register(session, self.house, series, wish, now=self.now)
        self.programs[email] = Program()

    def does(self, verb: Callable[[Session, Series, list[Webinar]], object], hours: int = 5) -> None:
        """Something happens, its letters are carried, and everybody's program takes its own in."""
        with self.house.database.session() as session:
            series = session.get_one(Series, self.series.id)
            verb(session, series, dates_of(session, series))
        self.carry()
        self.now += timedelta(hours=hours)

    def carry(self) -> None:
        for email, mail in carry(self.house, self.now):
            assert findings_of(mail) == [], email
            calendar = calendar_of(mail)
            assert calendar is not None, email
            self.programs[email].take(calendar)
            self.messages.append(calendar)

    def all_see_what_is(self) -> None:
        for email, program in self.programs.items():
            assert program.ignored == 0, email
            expected, document = self.expected(email), program.document()
            for calendar in (document, self.polled(email)):
                assert by_two(calendar) == [expected, expected], email
                self.seen += [(calendar, expected)] if calendar else []

    def strangers_agree(self) -> None:
        """All others who can be asked here, about everything at once; and libical about every message."""
        for name, judge in judges_here().items():
            assert judge([document for document, _ in self.seen]) == [expected for _, expected in self.seen], name
        if "libical" in judges_here():
            assert [one.faults for one in judged_by_libical(self.messages) if one.faults] == []

    def expected(self, email: str) -> Instants:
        """By the rows, and Python's own reading of the zones."""
        with self.house.database.reading() as session:
            seats = select(Webinar).where(
                col(Webinar.id) == col(Seat.webinar_id),
                col(Seat.registration_id) == self.registration(session, email).id,
                col(Seat.state) == "coming",
                col(Webinar.state) == "announced",
            )
            if self.registration(session, email).state != "registered":
                return []
            found = session.exec(seats).all()
            return sorted(
                datetime.fromisoformat(one.wall).replace(tzinfo=ZoneInfo(one.zone)).astimezone(UTC) for one in found
            )

    def polled(self, email: str) -> bytes:
        with self.house.database.reading() as session:
            owner = session.get_one(Registrant, self.registration(session, email).registrant_id)
            token = self.house.tokens.make(Purpose.CALENDAR, owner.key)
            assert urlsplit(addresses.own_calendar(self.house, owner)).path == f"/webinars/mine/{token}.ics"
        return self.calendars.of_person(self.house, token, now=self.now).document().body

    def registration(self, session: Session, email: str) -> Registration:
        """Registrations in the order they were made, and so are people here."""
        wanted = (
            select(Registration).where(col(Registration.series_id) == self.series.id).order_by(col(Registration.id))
        )
        return session.exec(wanted).all()[list(self.programs).index(email)]


def by_two(document: bytes) -> list[Instants]:
    """What two programs that are quickly asked see."""
    return [judge([document])[0] if document else [] for judge in (by_ical, by_recurring_ical_events)]


def a_life(
    house: House, now: datetime, number: int = 5, *, zone: str = NEW_YORK, single: bool = False, some: bool = True
) -> Lives:
    """Alice and Carol come to everything; Bob, of `some` dates, to three."""
    with house.database.session() as session:
        session.add(Relay(slug="first", url="mailbox:", is_default=True, created_at=now))
        if single:
            series, _ = a_webinar(session, house, now, starts=THURSDAY, zone=zone)
        else:
            series = a_series(session, house, now, dates=number, first=THURSDAY, zone=zone)
    life = Lives(house, series, now)
    life.register(ALICE, language="fr")
    if some and not single:
        life.register(BOB, [0, 2, 3])
    life.register(CAROL, reminded_by="calendar", language="ar")
    life.carry()
    life.all_see_what_is()
    return life


def to(wall: datetime, **by: int) -> datetime:
    return wall + timedelta(**by)


def test_a_series_moves_across_a_change_of_clocks_loses_a_date_and_ends(house: House, now: datetime) -> None:
    life = a_life(house, now)

    life.does(
        lambda s, series, all_: scheduling.reschedule(
            s, house, all_[2], starts=to(THURSDAY, days=20, hours=3), now=life.now
        )
    )
    life.all_see_what_is()
    life.does(lambda s, series, all_: scheduling.cancel(s, house, all_[3], now=life.now))
    life.all_see_what_is()
    life.does(lambda s, series, all_: scheduling.reschedule(s, house, all_[2], starts=None, minutes=90, now=life.now))
    life.all_see_what_is()
    life.does(lambda s, series, all_: scheduling.cancel_series(s, house, series, now=life.now))
    life.all_see_what_is()
    assert [life.expected(email) for email in life.programs] == [[], [], []]
    life.strangers_agree()


def test_people_choose_other_dates_leave_and_come_back(house: House, now: datetime) -> None:
    life = a_life(house, now)

    for email, number in ((ALICE, 1), (BOB, 2)):
        life.does(
            lambda s, series, all_, e=email, n=number: changing.opt_out(
                s, house, life.registration(s, e), all_[n], now=life.now
            )
        )
        life.all_see_what_is()
    life.does(lambda s, series, all_: changing.opt_in(s, house, life.registration(s, BOB), all_[4], now=life.now))
    life.all_see_what_is()
    life.does(
        lambda s, series, all_: scheduling.reschedule(s, house, all_[1], starts=to(THURSDAY, days=8), now=life.now)
    )
    life.all_see_what_is()
    life.does(lambda s, series, all_: changing.opt_in(s, house, life.registration(s, ALICE), all_[1], now=life.now))
    life.all_see_what_is()
    for email in (ALICE, BOB):
        life.does(lambda s, series, all_, e=email: changing.cancel(s, house, life.registration(s, e), now=life.now))
        life.all_see_what_is()
    life.does(lambda s, series, all_: changing.come_back(s, house, life.registration(s, ALICE), now=life.now))
    life.all_see_what_is()
    assert len(life.expected(ALICE)) == 5
    life.strangers_agree()


def test_a_series_grows_and_goes_to_another_zone(house: House, now: datetime) -> None:
    life = a_life(house, now, some=False)

    life.does(lambda s, series, all_: dates.add(s, house, series, to(THURSDAY, days=36, hours=1), now=life.now))
    life.all_see_what_is()
    life.does(lambda s, series, all_: scheduling.change_zone(s, house, series, "Africa/Cairo", now=life.now))
    life.all_see_what_is()
    life.does(
        lambda s, series, all_: scheduling.reschedule(s, house, all_[0], starts=to(THURSDAY, days=2), now=life.now)
    )
    life.all_see_what_is()
    life.strangers_agree()


@pytest.mark.parametrize("zone", [NEW_YORK, "Asia/Gaza"])
def test_a_one_off_moves_goes_elsewhere_and_is_called_off(house: House, now: datetime, zone: str) -> None:
    life = a_life(house, now, zone=zone, single=True)

    life.does(
        lambda s, series, all_: scheduling.reschedule(s, house, all_[0], starts=to(THURSDAY, days=30), now=life.now)
    )
    life.all_see_what_is()
    life.does(lambda s, series, all_: scheduling.change_zone(s, house, series, "Pacific/Chatham", now=life.now))
    life.all_see_what_is()
    life.does(lambda s, series, all_: changing.cancel(s, house, life.registration(s, ALICE), now=life.now))
    life.all_see_what_is()
    life.does(lambda s, series, all_: scheduling.cancel(s, house, all_[0], now=life.now))
    life.all_see_what_is()
    life.strangers_agree()


def test_who_chose_single_dates_has_each_once_after_a_change_of_zone(house: House, now: datetime) -> None:
    life = a_life(house, now)
    life.does(lambda s, series, all_: scheduling.change_zone(s, house, series, "Africa/Cairo", now=life.now))
    life.all_see_what_is()
