"""Where webinars are found, and the links of their letters. Absolute; made when they are needed, stored nowhere.

Purpose → subject of the token: JOIN `r:<registration key>:<webinar id>` or `s:<speaker key>:<webinar id>`; CONFIRM
`w:<registration key>`; BOOKING, QUIET and ATTENDED the registration's key; CALENDAR the registrant's; SPEAKER the speaker's;
REGISTER the reader's (`Person.key`); COHORT the cohort calendar's; HOOK the webinar's `meeting_key`.
"""

from datetime import datetime

from publisher.audience.links import CONFIRM_LIVES
from publisher.house import House
from publisher.tokens import Purpose
from publisher.webinars.models import CohortCalendar, Registrant, Registration, Series, Speaker, Webinar

#: Words of our own addresses: no series or date is called so.
RESERVED = frozenset(
    {"calendar", "calendar.ics", "cohort", "confirm", "embed", "mine", "series", "speaker", "attended", "feed", "new"}
)


def page(house: House, webinar: Webinar) -> str:
    return house.settings.url(f"/webinars/{webinar.slug}")


def recording(house: House, webinar: Webinar) -> str:
    """Where what was recorded is seen or heard, with its transcript and handouts."""
    return f"{page(house, webinar)}/recording"


def series_page(house: House, series: Series) -> str:
    """The page of a series; of a one-off, the webinar's own."""
    return house.settings.url(f"/webinars/{series.slug}" if series.is_single else f"/webinars/series/{series.slug}")


def calendar_file(house: House, webinar: Webinar) -> str:
    """One date as a file to open."""
    return house.settings.url(f"/webinars/{webinar.slug}/event.ics")


def series_calendar(house: House, series: Series) -> str:
    return house.settings.url(f"/webinars/series/{series.slug}/calendar.ics")


def calendar(house: House) -> str:
    """All public webinars."""
    return house.settings.url("/webinars/calendar.ics")


def own_calendar(house: House, registrant: Registrant) -> str:
    return house.settings.url(f"/webinars/mine/{house.tokens.make(Purpose.CALENDAR, registrant.key)}.ics")


def cohort_calendar(house: House, cohort: CohortCalendar) -> str:
    return house.settings.url(f"/webinars/cohort/{house.tokens.make(Purpose.COHORT, cohort.key)}.ics")


def booking(house: House, registration: Registration) -> str:
    return house.settings.url(f"/webinars/mine/{house.tokens.make(Purpose.BOOKING, registration.key)}")


def confirm(house: House, registration: Registration, *, now: datetime) -> str:
    """Where whoever reads the mailbox says yes to a registration; seven days."""
    token = house.tokens.make(Purpose.CONFIRM, f"w:{registration.key}", now=now, lives=CONFIRM_LIVES)
    return house.settings.url(f"/webinars/confirm/{token}")


def join(house: House, registration: Registration, webinar: Webinar) -> str:
    return house.settings.url(f"/j/{join_token(house, registration, webinar)}")


def join_token(house: House, registration: Registration, webinar: Webinar) -> str:
    return house.tokens.make(Purpose.JOIN, f"r:{registration.key}:{webinar.id}")


def host(house: House, speaker: Speaker, webinar: Webinar) -> str:
    """The way in for who speaks or hosts."""
    return house.settings.url(f"/j/{house.tokens.make(Purpose.JOIN, f's:{speaker.key}:{webinar.id}')}")


def quiet(house: House, registration: Registration) -> str:
    """“No more mail about this webinar”: RFC 8058 one-click, and a page with a button."""
    return house.settings.url(f"/u/{house.tokens.make(Purpose.QUIET, registration.key)}")


def speaker(house: House, person: Speaker) -> str:
    return house.settings.url(f"/webinars/speaker/{house.tokens.make(Purpose.SPEAKER, person.key)}")


def attended(house: House, registration: Registration) -> str:
    return house.settings.url(f"/webinars/attended/{house.tokens.make(Purpose.ATTENDED, registration.key)}")


def hook(house: House, webinar: Webinar, what: str) -> str:
    """Where a meeting server tells us `what`: events | ended | recording."""
    return house.settings.url(f"/hooks/meeting/{house.tokens.make(Purpose.HOOK, webinar.meeting_key)}/{what}")
