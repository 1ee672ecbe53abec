"""Rows become events of a calendar: a one-off, a series with its rule, and one date of a series that differs (RFC 5545 §3.6.1).

All dates of a series have one UID. A date is named by its slot, where it first stood (RECURRENCE-ID), and says where it
stands now. Who is told, and how they join, is the `Voice`; nothing here knows whether it becomes a letter or a feed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import multimode

from sqlmodel import Session, col, select

from feeds.calendar.values import Alarm, Attendee, Event, Moment, Organizer, Status, joined_at
from publisher import clock, markdown
from publisher.house import House
from publisher.languages import translator
from publisher.mail import headers
from publisher.mail.models import Identity
from publisher.webinars import addresses
from publisher.webinars.facts import facts_of
from publisher.webinars.models import Registration, Series, Webinar, WebinarState
from publisher.webinars.recurring import pattern_of
from publisher.webinars.slots import slot_zone_of
from publisher.webinars.times import derived
from publisher.webinars.words import Words, of_series, of_webinar

ALARM = timedelta(minutes=15)
#: Characters of a description; calendars show a few lines, and a series repeats it for each date.
LONGEST = 1500


@dataclass(frozen=True)
class Voice:
    """To whom, in which language. `join`: the address a date is joined at, personal; none in what everybody can read, which
    names the page instead. `page`: the reader's own page; `leads`: who reads it speaks or helps. `stamps`: whether CREATED and LAST-MODIFIED are said (in feeds)."""

    house: House
    series: Series
    language: str
    organizer: Organizer
    stamp: Callable[[Series | Webinar], datetime]
    join: Callable[[Webinar], str] | None = None
    page: str = ""
    leads: bool = False
    is_rehearsal: bool = False
    attendee: Attendee | None = None
    alarm: bool = False
    sequence: int = 0
    status: Status | None = None
    stamps: bool = False


def dates_of(session: Session, series: Series) -> list[Webinar]:
    """Every date that was ever announced, by slot."""
    return dates_of_all(session, [series])[series.id]


def dates_of_all(session: Session, series: Sequence[Series]) -> dict[int | None, list[Webinar]]:
    """The same of several series at once, by series."""
    found: dict[int | None, list[Webinar]] = {one.id: [] for one in series}
    rows = select(Webinar).where(col(Webinar.series_id).in_(list(found)), col(Webinar.state) != WebinarState.DRAFT)
    for date in session.exec(rows.order_by(col(Webinar.slot), col(Webinar.id))):
        found[date.series_id].append(date)
    return found


def sequence_of(series: Series, registration: Registration) -> int:
    """How often what one person gets has changed; only grows (RFC 5546 §2.1.4)."""
    return series.sequence + registration.extra


def organizer_of(session: Session, series: Series) -> Organizer:
    """The letters' From (RFC 6047 §2.3), its domain as mail writes it."""
    identity = session.get_one(Identity, series.identity_id)
    return Organizer(headers.wire_address(identity.from_address), headers.clean(identity.from_name))


def single(voice: Voice, webinar: Webinar) -> Event:
    """A one-off."""
    words = of_webinar(voice.series, webinar, voice.language)
    wall = datetime.fromisoformat(webinar.wall)
    event = _event(voice, webinar, words, Moment(wall, webinar.zone), webinar.minutes)
    if voice.join is not None:
        say = translator(voice.language).gettext
        return joined_at(replace(event, url="", location=""), voice.join(webinar), say("Join"))
    return event


def override(voice: Voice, webinar: Webinar) -> Event:
    """One date of a series, as it is now."""
    return replace(single(voice, webinar), recurrence_id=slot_of(voice.series, webinar))


def master(voice: Voice, dates: Sequence[Webinar], left_out: Sequence[Webinar] = ()) -> Event:
    """The series: the rule of all slots, and what is left out of it. `dates`: all that were ever announced, by slot."""
    series = voice.series
    slots = [datetime.fromisoformat(webinar.slot) for webinar in dates]
    pattern = pattern_of(slots)
    without = sorted({*pattern.gaps, *(datetime.fromisoformat(webinar.slot) for webinar in left_out)})
    words = of_series(series, voice.language)
    zone = slot_zone_of(series)
    event = _event(voice, series, words, Moment(slots[0], zone), usual_minutes(dates))
    return replace(
        event,
        rrule=pattern.rule,
        rdates=tuple(Moment(wall, zone) for wall in pattern.extra),
        exdates=tuple(Moment(wall, zone) for wall in without),
    )


def differs(voice: Voice, webinar: Webinar, dates: Sequence[Webinar]) -> bool:
    """Whether a date is not what the series says of it: moved, of another length, or with words of its own."""
    series = voice.series
    slot = slot_of(series, webinar)
    moved = webinar.starts_at != derived(slot.wall, slot.zone) or webinar.minutes != usual_minutes(dates)
    return moved or of_webinar(series, webinar, voice.language) != of_series(series, voice.language)


def usual_minutes(dates: Sequence[Webinar]) -> int:
    return min(multimode(webinar.minutes for webinar in dates))


def slot_of(series: Series, webinar: Webinar) -> Moment:
    """Where a date first stood: the same instant for ever, though the series has gone to another zone since."""
    return Moment(datetime.fromisoformat(webinar.slot), slot_zone_of(series))


def _event(voice: Voice, row: Series | Webinar, words: Words, starts: Moment, minutes: int) -> Event:
    say = translator(voice.language).gettext
    address = voice.page or _page(voice, row)
    return Event(
        uid=voice.series.uid,
        dtstamp=voice.stamp(row),
        starts=starts,
        ends=_after(starts, minutes),
        summary=words.title,
        sequence=voice.sequence,
        created=row.created_at if voice.stamps else None,
        last_modified=row.changed_at if voice.stamps else None,
        description=_text(voice, words, address),
        location=say("Online"),
        url=address,
        organizer=voice.organizer,
        attendee=voice.attendee,
        status=voice.status,
        alarm=Alarm(ALARM, words.title) if voice.alarm else None,
        language=words.language,
    )


def _after(starts: Moment, minutes: int) -> Moment:
    """The end, so many minutes of real time later, as clocks there then show it."""
    ends = derived(starts.wall, starts.zone) + timedelta(minutes=minutes)
    return Moment(ends.astimezone(clock.zone(starts.zone)).replace(tzinfo=None), starts.zone)


def _text(voice: Voice, words: Words, address: str) -> str:
    """What it is about, what one needs to know, and where all of it stands."""
    say = translator(voice.language).gettext
    about = words.summary or _shortened(markdown.to_text(words.description, 10_000))
    facts = [
        f"{label}: {text}" for label, text in facts_of(voice.series, voice.language, registered=voice.join is not None)
    ]
    if voice.series.is_recorded and not voice.is_rehearsal:
        facts.append(say("This webinar is recorded."))
    if voice.leads:
        where = say("Your page as a speaker: %(url)s")
    else:
        where = (
            say("Your page, where you change or cancel: %(url)s")
            if voice.page
            else say("More, and registration: %(url)s")
        )
    return "\n\n".join(part for part in (about, "\n".join(facts), where % {"url": address}) if part)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"


def _page(voice: Voice, row: Series | Webinar) -> str:
    if isinstance(row, Webinar):
        return addresses.page(voice.house, row)
    return addresses.series_page(voice.house, row)
