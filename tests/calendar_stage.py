"""The cast's series and what is said of it."""

from datetime import UTC, datetime, timedelta

from feeds.calendar.values import Alarm, Attendee, Conference, Event, Moment, Organizer, Recurrence

PRODID = "-//Example//Publisher//EN"
STAMP = datetime(2027, 1, 10, 8, 30, tzinfo=UTC)
NEW_YORK = "America/New_York"


def at(month: int, day: int, hour: int, minute: int = 0, zone: str = NEW_YORK) -> Moment:
    return Moment(datetime(2027, month, day, hour, minute), zone)


ONE = Event(
    uid="webinar-7@hub.example.org",
    dtstamp=STAMP,
    starts=at(3, 4, 14, zone="Africa/Nairobi"),
    ends=at(3, 4, 15, 30, zone="Africa/Nairobi"),
    summary="Play, care; and early learning",
    organizer=Organizer("hub@hub.example.org", "The Hub"),
    attendee=Attendee("alice@example.org", "Alice"),
)
SERIES = Event(
    uid="series-3@hub.example.org",
    dtstamp=STAMP,
    starts=at(2, 25, 11),
    ends=at(2, 25, 12, 30),
    summary="Leading early years",
    description="Six talks, one cohort; questions welcome.",
    location="Online",
    url="https://hub.example.org/webinars/leading",
    conferences=(Conference("https://hub.example.org/webinars/leading", "Join"),),
    organizer=Organizer("hub@hub.example.org", "The Hub"),
    attendee=Attendee("alice@example.org", "Alice"),
    status="CONFIRMED",
    rrule=Recurrence("WEEKLY", days=("TH",), count=5),
    exdates=(at(3, 4, 11),),
    created=STAMP,
    last_modified=STAMP,
    categories=("Care, nurturing", "Play"),
    alarm=Alarm(timedelta(minutes=10), "It begins in ten minutes."),
    language="en",
)
#: 18 March, 14:00 instead of 11:00.
MOVED = Event(
    uid=SERIES.uid,
    dtstamp=STAMP,
    starts=at(3, 18, 14),
    ends=at(3, 18, 15, 30),
    summary=SERIES.summary,
    organizer=SERIES.organizer,
    attendee=SERIES.attendee,
    status="CONFIRMED",
    recurrence_id=at(3, 18, 11),
    sequence=1,
)
#: Five Thursdays without 4 March; clocks go forward on 14 March, so 11:00 is 16:00 UTC before and 15:00 after.
INSTANTS = [
    datetime(2027, 2, 25, 16, tzinfo=UTC),
    datetime(2027, 3, 11, 16, tzinfo=UTC),
    datetime(2027, 3, 18, 18, tzinfo=UTC),
    datetime(2027, 3, 25, 15, tzinfo=UTC),
]
