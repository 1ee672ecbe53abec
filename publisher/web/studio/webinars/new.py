"""A new webinar on one page: what, when, where, for whom, and which letters. From nothing to a series that is announced.

The dates are shown before anything is made: a form that was sent without having shown exactly these is drawn again with them.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from publisher import clock
from publisher.audience import lists
from publisher.audience.models import MailingList, Person, Subscription, SubscriptionState
from publisher.audience.people import is_silenced
from publisher.errors import BadInput
from publisher.languages import folded, zone_city
from publisher.mail.models import Address
from publisher.web.studio import words
from publisher.web.studio.visit import Desk
from publisher.web.studio.webinars import dates_to_be
from publisher.web.studio.webinars.choices import (
    REMINDERS,
    audience_of,
    audiences,
    languages_typed,
    room_of,
    rooms,
)
from publisher.web.studio.webinars.finding import PATH, series_url, typed_instant
from publisher.webinars import announcing, scheduling, series, zones
from publisher.webinars.models import Series
from publisher.webinars.shapes import Shape

#: Fields of the form that the room calls otherwise.
NAMES = {
    "starts": "first",
    "list_slug": "who",
    "server_slug": "room",
    "at": "announce_at",
    "is_recorded": "recorded",
    "reminders": "remind",
}
#: Words that follow /studio/webinars/ and so cannot name a webinar.
TAKEN = frozenset({"new", "dates"})
OFFERED = (1440, 60, 10, 0)
LOOK = "These are the dates it comes to. Nothing is saved yet: look at them, then press again."


def new(desk: Desk) -> Response:
    """GET /studio/webinars/new"""
    form = desk.filled(_values(desk), f"{PATH}/new", NAMES)
    values = form.values
    return desk.show(
        "webinars/new.html",
        "webinars",
        form=form,
        to_be=dates_to_be.shown(desk, values),
        zones=_zones(str(values["zone"])),
        rhythms=dates_to_be.RHYTHMS,
        languages=words.language_options(str(values["language"])),
        places=rooms(desk.session),
        audiences=audiences(desk.session),
        lists=[("", "Not yet"), *_lists(desk)],
        reminders=[(str(one), REMINDERS[one]) for one in OFFERED],
        zone_text=f"Empty: at once. In the time of {zone_city(desk.zone, 'en')}.",
    )


def create(desk: Desk) -> Response:
    """POST /studio/webinars/new: the form; verb look|draft|publish|announce."""
    verb = desk.form.one("verb", "draft")
    if not desk.form.one("title"):
        raise BadInput("Give it a title.", field="title")
    zone, walls = zones.chosen(desk.form.one("zone")), dates_to_be.walls_of(_when(desk))
    if verb == "look" or desk.form.one("shown") != dates_to_be.sealed(walls, zone):
        raise BadInput(LOOK, field="shown")
    made = _make(desk, zone, walls)
    if verb not in ("publish", "announce"):
        desk.note(f"series:{made.slug}", f"Drafted “{made.title}”.")
        return desk.go(series_url(made), "The draft is saved. Nobody sees it before you publish it.", "info")
    scheduling.publish(desk.session, desk.house, made, now=desk.now)
    desk.note(f"series:{made.slug}", f"Published “{made.title}” with {words.counted(len(walls), 'date')}.")
    said = f"Published with {words.counted(len(walls), 'date')}: the page is open, calendars show it, and reminders are planned."
    return desk.go(series_url(made), f"{said} {_announce(desk, made)}" if verb == "announce" else said)


def _make(desk: Desk, zone: str, walls: list[datetime]) -> Series:
    form = desk.form
    is_single = form.one("rhythm") in (dates_to_be.ONCE, "")
    return series.add(
        desk.session,
        desk.house,
        _slug(desk),
        _shape(desk),
        zone=zone,
        starts=walls,
        minutes=form.one("minutes"),  # type: ignore[arg-type]  # the room reads the number and says what is wrong
        single=is_single,
        now=desk.now,
    )


def _shape(desk: Desk) -> Shape:
    form = desk.form
    language = form.one("language", "en")
    return Shape(
        title=form.one("title"),
        summary=form.one("summary"),
        description=form.whole("description"),
        language=language,
        spoken=[language],
        captions=languages_typed(form.one("captions"), "captions"),
        interpreted=languages_typed(form.one("interpreted"), "interpreted"),
        is_recorded=form.ticked("recorded"),
        capacity=form.one("capacity") or None,  # type: ignore[arg-type]
        reminders=[int(one) for one in form.all("remind") if one.isdecimal()],
        **room_of(form.one("room"), form.one("room_url")),
        **audience_of(form.one("who")),
    )


def _announce(desk: Desk, made: Series) -> str:
    """To the list that was chosen, or to the cohort that it is for; what became of it."""
    cohort = desk.session.get(MailingList, made.list_id) if made.list_id else None
    slug = desk.form.one("list") or (cohort.slug if cohort else "")
    if not slug:
        raise BadInput("Say whom it is announced to, or publish it without.", field="list")
    mailing_list, at = lists.get(desk.session, slug), typed_instant(desk, "announce_at")
    number = announcing.count(desk.session, desk.house, made, mailing_list, now=desk.now)["recipients"]
    mailing = announcing.announce(
        desk.session, desk.house, made, mailing_list, at=at, by=desk.staff.email, now=desk.now
    )
    desk.note(f"series:{made.slug}", f"Announced it to {mailing_list.name}.")
    to = f"{words.counted(number, 'reader')} of {mailing_list.name}"
    if mailing.due_at > desk.now:
        return f"The announcement leaves {desk.in_words(mailing.due_at)}, to {to} as they are now."
    return f"The announcement is on its way to {to}."


def _slug(desk: Desk) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", folded(desk.form.one("title")))
    slug = desk.form.one("slug") or stem.strip("-")[:40].strip("-")
    if not slug:
        raise BadInput("Give a short name in Latin letters for the addresses.", field="slug")
    if slug in TAKEN:
        raise BadInput(f"“{slug}” means something else in the studio. Choose another short name.", field="slug")
    return slug


def _values(desk: Desk) -> dict[str, Any]:
    """What stands in the form at first: an hour in two weeks, by the viewer's clock, for everybody."""
    return {
        "title": "", "summary": "", "description": "", "language": "en", "slug": "",
        "first": _in_two_weeks(desk), "zone": desk.zone, "minutes": "60", "rhythm": dates_to_be.ONCE, "number": "6",
        "room": "", "room_url": "", "recorded": False, "capacity": "", "captions": "", "interpreted": "",
        "who": "", "list": "", "announce_at": "", "remind": ["1440", "60"], "shown": "",
    }  # fmt: skip


def _in_two_weeks(desk: Desk) -> str:
    day = desk.now.astimezone(clock.zone(desk.zone)) + timedelta(days=14)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return day.strftime("%Y-%m-%dT15:00")


def _when(desk: Desk) -> dict[str, str]:
    return {name: desk.form.one(name) for name in dates_to_be.FIELDS}


def _zones(present: str) -> words.Options:
    found = words.zones()
    return found if present in dict(found) else [(present, present), *found]


def _lists(desk: Desk) -> words.Options:
    """Lists with how many readers a letter would reach, in one question."""
    reached = _readers(desk.session, desk.now)
    return [
        (row.slug, f"{row.name} ({words.counted(reached.get(row.id or 0, 0), 'reader')})")
        for row in lists.every(desk.session)
    ]


def _readers(session: Session, now: datetime) -> dict[int, int]:
    which = (
        select(Subscription.list_id, func.count())
        .join(Person, col(Person.id) == col(Subscription.person_id))
        .join(Address, col(Address.id) == col(Person.address_id))
        .where(
            col(Subscription.state) == SubscriptionState.ACTIVE,
            col(Person.paused_until).is_(None) | (col(Person.paused_until) <= now),
            ~is_silenced(),
        )
        .group_by(col(Subscription.list_id))
    )
    return {list_id: int(number) for list_id, number in session.exec(which)}
