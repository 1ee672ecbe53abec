"""Invitations by mail (RFC 5546), from the rows of a series and what one person comes to.

A registration of a whole series gets the series and each of its dates, since the way in differs from date to date; one of
single dates gets those alone, by their RECURRENCE-ID. What is called off, and what somebody does not come to, is left out
(EXDATE). The sequence of what one person gets is `events.sequence_of`; it only grows. What calendars that are polled show is
in `published`, and can be had here too.

Bodies are compiled into letters and are the same for everybody with the same dates. The values they need, by name:
`sequence`; `join-<webinar id>` for each date, `booking` for the page; of a host's `host-<webinar id>` and `speaker`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from feeds.calendar.values import Calendar, Status
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import translator
from publisher.mail.calendar_part import CalendarBody, Stencil
from publisher.webinars.events import Voice, dates_of, master, organizer_of, override, sequence_of, single
from publisher.webinars.models import ReplyMailbox, Series, Webinar, WebinarState
from publisher.webinars.published import own_events, public_events
from publisher.webinars.words import of_webinar

__all__ = [
    "PRODID",
    "answers_are_read",
    "cancel_body",
    "dates_of",
    "organizer_of",
    "own_events",
    "public_events",
    "rehearsal_body",
    "request_body",
    "sequence_of",
]

#: What wrote a calendar; some programs tell doubles by it, so it never changes.
PRODID = "-//Publisher//Webinars//EN"


def request_body(
    session: Session,
    house: House,
    series: Series,
    *,
    language: str,
    covering: Collection[int],
    whole: bool = True,
    webinar: Webinar | None = None,
    alarm: bool = False,
    reply: bool | None = None,
    host: bool = False,
) -> CalendarBody:
    """An invitation or its update. `covering`: ids of the dates that the person comes to; `webinar`: that one date alone, as
    it is now; `reply`: whether an answer is asked for, by default where somebody reads it; `host`: for who speaks."""
    stencil = Stencil()
    voice = _voice(session, house, series, language, stencil, alarm=alarm, reply=reply, host=host)
    dates = dates_of(session, series)
    coming = [one for one in dates if one.id in covering and one.state != WebinarState.CANCELLED]
    if webinar is not None:
        coming = [webinar]
    if not coming:
        raise BadInput(f"There is no date of “{series.title}” to invite to.")
    if series.is_single:
        events = [single(voice, coming[0])]
    else:
        events = [override(voice, one) for one in coming]
        if whole and webinar is None:
            events.insert(0, master(voice, dates, [one for one in dates if one not in coming]))
    said = tuple(replace(event, status="CONFIRMED") for event in events)
    return stencil.body(Calendar(PRODID, said, "REQUEST"))


def cancel_body(
    session: Session,
    house: House,
    series: Series,
    *,
    language: str,
    webinar: Webinar | None = None,
    webinars: Sequence[Webinar] = (),
    uninvite: bool = False,
    host: bool = False,
) -> CalendarBody:
    """Called off: that date, those dates, or (none named) the whole. `uninvite`: it takes place, but this person is not
    expected any more. The sequence filled in must have grown (RFC 5546 §3.2.5)."""
    stencil = Stencil()
    voice = replace(_voice(session, house, series, language, stencil, reply=False, host=host), sequence=1)
    dates, named = dates_of(session, series), [webinar, *webinars] if webinar is not None else list(webinars)
    if series.is_single:
        events = [single(voice, one) for one in (named or dates)[:1]]
    else:
        events = [override(voice, one) for one in named] if named else [master(voice, dates)]
    status: Status | None = None if uninvite else "CANCELLED"
    said = tuple(replace(event, status=status, exdates=(), **_BARE) for event in events)
    return stencil.body(Calendar(PRODID, said, "CANCEL"))


#: What nobody needs to know of what is called off.
_BARE: dict[str, Any] = {"description": "", "location": "", "url": "", "conferences": ()}


def rehearsal_body(
    session: Session, house: House, series: Series, webinar: Webinar, *, language: str, called_off: bool = False
) -> CalendarBody:
    """The rehearsal of a date, an event of its own. Values: `sequence` (the date's `rehearsal_sequence`), `host-<webinar id>`,
    `speaker`."""
    stencil = Stencil()
    voice = replace(_voice(session, house, series, language, stencil, reply=False, host=True), is_rehearsal=True)
    title = translator(language).gettext("Rehearsal: %(title)s") % {
        "title": of_webinar(series, webinar, language).title
    }
    event = replace(single(voice, _rehearsed(webinar)), uid=webinar.rehearsal_uid, summary=title)
    if called_off:
        event = replace(event, sequence=1, status="CANCELLED", **_BARE)
    else:
        event = replace(event, status="CONFIRMED")
    return stencil.body(Calendar(PRODID, (event,), "CANCEL" if called_off else "REQUEST"))


def answers_are_read(session: Session, series: Series) -> bool:
    """Whether somebody reads what calendar programs answer (METHOD:REPLY); only then they are asked to."""
    boxes = select(ReplyMailbox.id).where(col(ReplyMailbox.identity_id) == series.identity_id)
    return session.exec(boxes).first() is not None


def _rehearsed(webinar: Webinar) -> Webinar:
    """The date as if it were at the time of its rehearsal: a value, not a row. One that is called off has no time any more."""
    wall = webinar.rehearsal_wall or webinar.wall
    return Webinar(**{**webinar.model_dump(), "wall": wall, "minutes": webinar.rehearsal_minutes or 30})


def _voice(
    session: Session,
    house: House,
    series: Series,
    language: str,
    stencil: Stencil,
    *,
    reply: bool | None,
    alarm: bool = False,
    host: bool = False,
) -> Voice:
    """To one person by mail. Who is asked for no answer has said it already, by registering."""
    rsvp = answers_are_read(session, series) if reply is None else reply
    way_in = "host" if host else "join"
    return Voice(
        house,
        series,
        language,
        organizer_of(session, series),
        stamp=lambda row: row.changed_at,
        join=lambda webinar: stencil.link(f"{way_in}-{webinar.id}"),
        page=stencil.link("speaker" if host else "booking"),
        leads=host,
        attendee=stencil.attendee(rsvp=rsvp, partstat="NEEDS-ACTION" if rsvp else "ACCEPTED"),
        alarm=alarm,
    )
