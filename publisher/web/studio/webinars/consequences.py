"""What a change of dates will do, said in numbers before it is done."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, func, select

from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.webinars import recipients
from publisher.webinars.models import Registration, RegistrationState, Seat, Series, Speaker, Webinar, WebinarState

TELLS_NOBODY = "It is a draft: this tells nobody."


def of_move(desk: Desk, series: Series, webinar: Webinar) -> str:
    if webinar.state == WebinarState.DRAFT:
        return TELLS_NOBODY
    told = _told(desk, "update", series, webinar, {"reason": "moved"})
    if not told:
        return (
            f"Nobody has registered for it yet. Its page, calendars and reminders follow.{_speakers(desk, [webinar])}"
        )
    quiet = _with_seats(desk, webinar) - told
    each = (
        "they get one mail and their calendar follows" if told == 1 else "each gets one mail and their calendar follows"
    )
    return (
        f"Moves it for {_people(told)}; {each}. Its reminders move with it.{_quiet(quiet)}{_speakers(desk, [webinar])}"
    )


def of_calling_off(desk: Desk, series: Series, webinars: Sequence[Webinar]) -> str:
    """One date, or all that are left."""
    one = webinars[0] if len(webinars) == 1 else None
    data: dict[str, Any] = {} if one else {"dates": {str(each.id): {} for each in webinars}}
    told = _told(desk, "cancellation", series, one, data | {"reason": "date" if one else "series"})
    what = "it" if one else words.counted(len(webinars), "date")
    for_whom = (
        f" for {_people(told)}; {'they get' if told == 1 else 'each gets'} one mail and it is crossed out in their calendar"
        if told
        else ""
    )
    nobody = "" if told else " Nobody has registered, so nobody is written to."
    return f"Calls {what} off{for_whom}.{nobody}{_speakers(desk, webinars)} The page stays and says so. This cannot be taken back."


def of_adding(desk: Desk, series: Series, webinars: Sequence[Webinar]) -> str:
    if all(one.state == WebinarState.DRAFT for one in webinars):
        return "The series is a draft: adding a date tells nobody."
    told = _told(desk, "update", series, None, {"reason": "added"})
    if not told:
        return "It is announced at once: on the page, in calendars, with its reminders. Nobody is written to."
    return f"It is announced at once. {_people(told).capitalize()} registered for every date: {'they have' if told == 1 else 'each has'} a seat, gets one mail, and finds it in their calendar."


def of_zone(desk: Desk, series: Series, coming: Sequence[Webinar]) -> str:
    """Another zone: clock times stay, instants move."""
    announced = [one for one in coming if one.state == WebinarState.ANNOUNCED]
    dates = words.counted(len(coming), "date")
    if not announced:
        return f"{dates.capitalize()} to come {'keeps its' if len(coming) == 1 else 'keep their'} time of day, by the clocks of the other zone. Nobody is told: it is a draft."
    one = announced[0] if len(announced) == 1 else None
    data: dict[str, Any] = {} if one else {"dates": {str(each.id): {} for each in announced}}
    told = _told(desk, "update", series, one, data | {"reason": "zone"})
    hear = (
        f"{_people(told).capitalize()} {'gets' if told == 1 else 'get'} one mail and their calendar follows."
        if told
        else "Nobody has registered yet."
    )
    return f"{dates.capitalize()} to come {'keeps its' if len(coming) == 1 else 'keep their'} time of day, by the clocks of the other zone, and so {'moves' if len(coming) == 1 else 'move'}. {hear}{_speakers(desk, announced)}"


def of_publishing(series: Series, drafts: Sequence[Webinar]) -> str:
    where = "in every calendar that follows yours"
    if series.list_id is not None:
        where = "in the calendar of its members"
    elif not series.is_listed:
        where = "to whoever has its address"
    dates = words.counted(len(drafts), "date")
    return (
        f"Publishing opens its page and shows {dates} {where}. Nobody is written to: announcing is a step of its own."
    )


def _told(desk: Desk, kind: str, series: Series, webinar: Webinar | None, data: dict[str, Any]) -> int:
    return recipients.number(desk.session, recipients.sketch(kind, series, webinar, now=desk.now, data=data))


def _with_seats(desk: Desk, webinar: Webinar) -> int:
    """Who has a place or wants the recording, whether or not they want mail."""
    which = select(func.count()).select_from(Seat).join(Registration, col(Registration.id) == col(Seat.registration_id))
    wants = (col(Seat.webinar_id) == webinar.id, col(Seat.state).in_(("coming", "recording")))
    return int(desk.session.exec(which.where(*wants, col(Registration.state) == RegistrationState.REGISTERED)).one())


def _quiet(number: int) -> str:
    if number <= 0:
        return ""
    return f" {_people(number).capitalize()} {'wants' if number == 1 else 'want'} no mail about it and {'is' if number == 1 else 'are'} not told."


def _speakers(desk: Desk, webinars: Sequence[Webinar]) -> str:
    """Who speaks there and has their invitation hears it too."""
    theirs = col(Speaker.webinar_id).is_(None) | col(Speaker.webinar_id).in_([one.id for one in webinars])
    which = select(func.count()).where(
        col(Speaker.series_id) == webinars[0].series_id,
        theirs,
        col(Speaker.invited_at).is_not(None),
        col(Speaker.address_id).is_not(None),
    )
    number = int(desk.session.exec(which).one())
    return (
        f" {words.counted(number, 'speaker').capitalize()} {'hears' if number == 1 else 'hear'} it too."
        if number
        else ""
    )


def _people(number: int) -> str:
    return words.counted(number, "person", "people")
