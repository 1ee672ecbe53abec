"""What is done to dates: published, added, moved, called off, taken out; and the zone of them all.

Letters that follow are rows of the timetable, which plans them within a second: no page waits for ten thousand mails.
"""

from collections.abc import Callable

from fastapi.responses import Response

from publisher.audience.models import MailingList
from publisher.errors import BadInput, Conflict
from publisher.languages import zone_city
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars.finding import PATH, date_at, series_at, series_url
from publisher.web.studio.webinars.standing import when
from publisher.webinars import calendar_addresses, dates, scheduling, series, times
from publisher.webinars.models import CohortCalendar, Series, Webinar


def change(desk: Desk, slug: str) -> Response:
    """POST /studio/webinars/<slug>/dates: verb publish|add|move|cancel|remove|zone|cancel_all|discard|calendar;
    `date` of those about one."""
    row, verb = series_at(desk.session, slug), desk.form.one("verb")
    if verb not in VERBS:
        raise BadInput("There is nothing of that kind to be done with dates.")
    return VERBS[verb](desk, row)


def _publish(desk: Desk, row: Series) -> Response:
    done = scheduling.publish(desk.session, desk.house, row, now=desk.now)
    said = f"Published {words.counted(len(done), 'date')}."
    desk.note(f"series:{row.slug}", said)
    return desk.go(series_url(row), f"{said} Its page is open. Announce it when you like.")


def _add(desk: Desk, row: Series) -> Response:
    note = desk.form.one("note")
    wall = times.read_wall(desk.form.one("starts"))
    added = dates.add(
        desk.session, desk.house, row, wall, minutes=_minutes(desk), now=desk.now, by=desk.staff.email, note=note
    )
    said = f"Added {when(desk, added)['text']}."
    desk.note(f"series:{row.slug}", said)
    return desk.go(f"{series_url(row)}#date-{added.id}", said)


def _move(desk: Desk, row: Series) -> Response:
    webinar, form = _date(desk, row), desk.form
    before = when(desk, webinar)["text"]
    moved = scheduling.reschedule(
        desk.session,
        desk.house,
        webinar,
        starts=times.read_wall(form.one("starts")),
        minutes=_minutes(desk),
        note=form.one("note"),
        now=desk.now,
        by=desk.staff.email,
    )
    here = f"{series_url(row)}#date-{webinar.id}"
    if not moved:
        return desk.go(here, "It is at that time already.", "info")
    said = f"Moved: {before} is {when(desk, webinar)['text']} now, {words.counted(webinar.minutes, 'minute')}."
    _note(desk, row, webinar, said)
    return desk.go(here, said)


def _cancel(desk: Desk, row: Series) -> Response:
    webinar = _date(desk, row)
    scheduling.cancel(desk.session, desk.house, webinar, note=desk.form.one("note"), now=desk.now, by=desk.staff.email)
    said = f"Called off {when(desk, webinar)['text']}."
    _note(desk, row, webinar, said)
    return desk.go(f"{series_url(row)}#date-{webinar.id}", said)


def _remove(desk: Desk, row: Series) -> Response:
    webinar = _date(desk, row)
    said = f"Took out {when(desk, webinar)['text']}."
    dates.remove(desk.session, webinar)
    desk.note(f"series:{row.slug}", said)
    return desk.go(series_url(row), said)


def _zone(desk: Desk, row: Series) -> Response:
    moved = scheduling.change_zone(
        desk.session,
        desk.house,
        row,
        desk.form.one("zone"),
        note=desk.form.one("note"),
        now=desk.now,
        by=desk.staff.email,
    )
    if not moved:
        return desk.go(series_url(row), "It is in that zone already.", "info")
    said = f"By the clock of {zone_city(row.zone, 'en')} now: {words.counted(len(moved), 'date')} moved."
    desk.note(f"series:{row.slug}", said)
    return desk.go(series_url(row), said)


def _cancel_all(desk: Desk, row: Series) -> Response:
    done = scheduling.cancel_series(
        desk.session, desk.house, row, note=desk.form.one("note"), now=desk.now, by=desk.staff.email
    )
    said = f"Called off {words.counted(len(done), 'date')}."
    desk.note(f"series:{row.slug}", said)
    return desk.go(series_url(row), said)


def _discard(desk: Desk, row: Series) -> Response:
    title = row.title
    series.remove(desk.session, row)
    said = f"Removed the draft “{title}”."
    desk.note(f"series:{row.slug}", said)
    return desk.go(PATH, said)


def _calendar(desk: Desk, row: Series) -> Response:
    """The address of the cohort's calendar: the first, or another instead of it."""
    if row.list_id is None:
        raise Conflict("This is for everybody: its calendar needs no secret address.")
    cohort = desk.session.get_one(MailingList, row.list_id)
    was_given = desk.session.get(CohortCalendar, row.list_id) is not None
    calendar = calendar_addresses.of_cohort(desk.session, cohort, now=desk.now)
    if was_given:
        calendar_addresses.give_cohort_anew(desk.session, calendar, now=desk.now)
    said = (
        "The calendar has a new address; the old one shows nothing more."
        if was_given
        else "The calendar has an address. Give it to the members."
    )
    desk.note(f"series:{row.slug}", f"Gave the calendar of {cohort.name} {'another' if was_given else 'an'} address.")
    return desk.go(series_url(row), said)


def _date(desk: Desk, row: Series) -> Webinar:
    number = desk.form.one("date")
    return date_at(desk.session, row.slug, int(number) if number.isdecimal() and len(number) < 10 else 0)[1]


def _minutes(desk: Desk) -> int:
    return desk.form.one("minutes")  # type: ignore[return-value]  # the room reads the number and says what is wrong


def _note(desk: Desk, row: Series, webinar: Webinar, said: str) -> None:
    desk.note(f"series:{row.slug}", said)
    desk.note(f"webinar:{webinar.id}", said)


VERBS: dict[str, Callable[[Desk, Series], Response]] = {
    "publish": _publish,
    "add": _add,
    "move": _move,
    "cancel": _cancel,
    "remove": _remove,
    "zone": _zone,
    "cancel_all": _cancel_all,
    "discard": _discard,
    "calendar": _calendar,
}
