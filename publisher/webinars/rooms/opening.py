"""Which room a date has, and what the room is told of it."""

from datetime import datetime

from sqlmodel import Session

from publisher.errors import Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.webinars import addresses, words
from publisher.webinars.models import MeetingServer, Series, Webinar
from publisher.webinars.rooms import servers
from publisher.webinars.rooms.any_url import AnyUrl
from publisher.webinars.rooms.values import Meeting, Room

NO_ROOM = N_("The room of this webinar is not ready yet. Please try again a little later.")


def room_of(session: Session, house: House, series: Series, webinar: Webinar) -> Room:
    """The date's own address where it has one, as that can be set at the last minute; else the series'."""
    if webinar.room_url:
        return AnyUrl(webinar.room_url)
    if server := server_of(session, series, webinar):
        return servers.room_on(house, server)
    if series.room_kind == "url" and series.room_url:
        return AnyUrl(series.room_url)
    raise Conflict(NO_ROOM)


def server_of(session: Session, series: Series, webinar: Webinar) -> MeetingServer | None:
    """The server that has the room of this date; None where the room is an address."""
    if webinar.room_url or series.room_kind != "bigbluebutton" or series.server_id is None:
        return None
    return session.get(MeetingServer, series.server_id)


def meeting_of(
    house: House, series: Series, webinar: Webinar, *, is_rehearsal: bool = False, now: datetime | None = None
) -> Meeting:
    """`now`: when it is being opened; the call that it ended says so again, and is told from that of the next opening.

    A rehearsal has a room of its own, not recorded, that tells nothing: who rehearses has not attended.
    """
    title = words.of_webinar(series, webinar, series.language).title
    home = addresses.page(house, webinar)
    if is_rehearsal:
        return Meeting(f"{webinar.meeting_key}-rehearsal", title, home=home)
    return Meeting(
        webinar.meeting_key,
        title,
        is_recorded=series.is_recorded,
        home=home,
        events=addresses.hook(house, webinar, "events"),
        ended=addresses.hook(house, webinar, "ended") + (f"?opened={int(now.timestamp())}" if now else ""),
        recording=addresses.hook(house, webinar, "recording"),
    )
