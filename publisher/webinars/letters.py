"""What we write to one person about a webinar: registered, waiting, asked, gone, and what of their dates has changed.

All are of the personal class: they asked for it, or it is about a place they have. Letters to many are in `compiling`, and
can be had here too.

Contexts of the kinds (`contexts.context_of` and):
    webinar-confirmation   said, how_to_join, changed, only_recording                [booking, quiet, calendar, join, join-<id>]
    webinar-cancellation   subject, said, note, with_calendar                        [booking, quiet]
    webinar-update         subject, said, note, with_calendar                        [booking, quiet]
    webinar-reminder       subject, said, how_to_join                                [booking, quiet, join]
    webinar-announcement   subject, list_name, rich.body                             [register, unsubscribe, preferences]
    webinar-message        subject, rich.body                                        [booking, quiet]
    webinar-follow-up      subject, rich.body, recording_url, handouts [{title, url}], has_survey, came [booking, quiet, attended]
    webinar-speaker        subject, paragraphs, missing, note, host_link             [speaker, host-<id>]
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from publisher.house import House
from publisher.languages import translator
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.models import Identity, Outbox
from publisher.mail.post import LIVES, post
from publisher.webinars import addresses, invites, registrants, seats
from publisher.webinars.compiling import compile_for, folder_of, how_to_join, plan_for
from publisher.webinars.contexts import context_of
from publisher.webinars.models import Registrant, Registration, RegistrationState, Series, Webinar
from publisher.webinars.notices import is_asked, is_declined, is_waiting, lost_link, please_confirm
from publisher.webinars.speaker_letters import rehearsal, speaker_invited, speaker_missing, speaker_told, speakers_told

__all__ = [
    "compile_for",
    "confirmed",
    "dates_changed",
    "folder_of",
    "has_left",
    "is_asked",
    "is_declined",
    "is_waiting",
    "lost_link",
    "plan_for",
    "please_confirm",
    "rehearsal",
    "speaker_invited",
    "speaker_missing",
    "speaker_told",
    "speakers_told",
]


def confirmed(
    session: Session, house: House, registration: Registration, *, now: datetime, changed: bool = False
) -> Outbox | None:
    """They are registered, or (`changed`) for other dates than before: every date they come to, and the invitation. Who only
    wants what is recorded gets none."""
    series = session.get_one(Series, registration.series_id)
    covering = seats.coming(session, registration)
    calendar = None
    if covering:
        calendar = invites.request_body(
            session, house, series, language=registration.language, covering=covering, whole=registration.is_whole,
            alarm=registration.reminded_by == "calendar",
        )  # fmt: skip
    return _confirm(session, house, series, registration, covering, calendar, now=now, changed=changed)


def dates_changed(
    session: Session,
    house: House,
    registration: Registration,
    *,
    now: datetime,
    removed: Collection[int] = (),
    joined: Collection[int] = (),
) -> Outbox | None:
    """Call it when their seats and SEQUENCE are as they are now. `removed`, `joined`: ids of the dates they come to no more, and
    newly. Who registered for single dates has those taken out one by one; who comes to nothing any more, everything."""
    series = session.get_one(Series, registration.series_id)
    covering = seats.coming(session, registration)
    if not _ahead(session, series, covering, now):
        return _nothing_left(session, house, series, registration, removed, now)
    if registration.is_whole or series.is_single or not removed:
        return confirmed(session, house, registration, now=now, changed=True)
    calendar = invites.cancel_body(
        session, house, series, language=registration.language, uninvite=True,
        webinars=[one for one in invites.dates_of(session, series) if one.id in removed],
    )  # fmt: skip
    sent = _confirm(session, house, series, registration, covering, calendar, now=now, changed=True)
    return confirmed(session, house, registration, now=now, changed=True) if joined else sent


def has_left(session: Session, house: House, registration: Registration, *, now: datetime) -> Outbox | None:
    """They are not registered any more; call it when state and SEQUENCE say so. What they had in their calendar goes."""
    series = session.get_one(Series, registration.series_id)
    had = {one for one, seat in seats.of(session, registration).items() if seat.state == "coming"}
    say = translator(registration.language).gettext
    if registration.state == RegistrationState.DECLINED:
        said = say("The organisers have taken your registration back. Answer this mail if you think that is a mistake.")
    else:
        said = say(
            "Your registration is cancelled. If that was a mistake, your page takes it back, as long as there is room."
        )
    calendar = _taken_out(session, house, series, registration, had, now) if had else None
    return _gone(session, house, series, registration, said, had, calendar, now)


def _nothing_left(
    session: Session, house: House, series: Series, registration: Registration, removed: Collection[int], now: datetime
) -> Outbox | None:
    """They come to no date to come; perhaps they want what is recorded."""
    mine = seats.of(session, registration)
    gone = set(removed) or {one for one, seat in mine.items() if seat.state != "coming"}
    calendar = _taken_out(session, house, series, registration, gone, now)
    listens = {one for one in gone if one in mine and mine[one].state == "recording"}
    if listens:
        return _confirm(session, house, series, registration, frozenset(), calendar, now=now, changed=True)
    said = translator(registration.language).gettext("You come to no date of it any more. If that changes, your page has them all.")  # fmt: skip
    return _gone(session, house, series, registration, said, gone, calendar, now)


def _confirm(
    session: Session,
    house: House,
    series: Series,
    registration: Registration,
    covering: frozenset[int],
    calendar: CalendarBody | None,
    *,
    now: datetime,
    changed: bool,
) -> Outbox | None:
    ahead = _ahead(session, series, covering, now)
    listening = {one for one, seat in seats.of(session, registration).items() if seat.state == "recording"}
    say = translator(registration.language)
    listing = {one.id or 0 for one in ahead} or listening or covering
    context = _context(session, house, series, registration, listing, now)
    has_begun = context["first"]["starts_at"] <= now and bool(ahead)
    context |= {
        "said": _said(bool(covering), changed, has_begun, len(context["dates"]), registration),
        "how_to_join": how_to_join(series.opens_before, say, is_open=has_begun),
        "changed": changed,
        "only_recording": not covering,
    }
    ends = max((one.ends_at for one in ahead), default=now + LIVES)
    return _post(session, house, series, registration, "webinar-confirmation", context, calendar, now, ends)


def _said(comes: bool, changed: bool, has_begun: bool, number: int, registration: Registration) -> str:
    say = translator(registration.language)
    if not comes:
        return say.gettext("You told us that you cannot come. We send you the recording as soon as there is one.")
    if changed:
        return say.gettext("These are your dates now.") if number > 1 else say.gettext("This is your date now.")
    if has_begun:
        return say.ngettext(
            "You are registered, and it has begun: come in.",
            "You are registered for %(num)s dates, and the first has begun: come in.",
            number,
        ) % {"num": number}
    return say.ngettext(
        "You are registered. We look forward to seeing you.",
        "You are registered for %(num)s dates. We look forward to seeing you.",
        number,
    ) % {"num": number}


def _gone(
    session: Session,
    house: House,
    series: Series,
    registration: Registration,
    said: str,
    listing: Collection[int],
    calendar: CalendarBody | None,
    now: datetime,
) -> Outbox | None:
    ahead = {one.id or 0 for one in _ahead(session, series, listing, now)}
    context = _context(session, house, series, registration, ahead, now)
    title = {"title": context["title"]}
    context |= {
        "subject": translator(registration.language).gettext("Not registered any more: %(title)s") % title,
        "said": said,
        "note": "",
        "with_calendar": calendar is not None,
    }
    return _post(session, house, series, registration, "webinar-cancellation", context, calendar, now, now + LIVES)


def _taken_out(
    session: Session, house: House, series: Series, registration: Registration, gone: Collection[int], now: datetime
) -> CalendarBody:
    """The whole, for who was invited to the whole and has not been there yet; else what is to come of it."""
    dates = [one for one in invites.dates_of(session, series) if one.id in gone]
    ahead = [one for one in dates if one.ends_at > now]
    is_all = series.is_single or (registration.is_whole and len(ahead) == len(dates))
    named: Sequence[Webinar] = () if is_all else ahead or dates
    return invites.cancel_body(session, house, series, language=registration.language, webinars=named, uninvite=True)


def _post(
    session: Session,
    house: House,
    series: Series,
    registration: Registration,
    kind: str,
    context: dict[str, Any],
    calendar: CalendarBody | None,
    now: datetime,
    expires_at: datetime,
) -> Outbox | None:
    sequence = max(invites.sequence_of(series, registration), 1 if calendar and calendar.method == "CANCEL" else 0)
    return post(
        session,
        house,
        kind=kind,
        to=registrants.address_of(session, registration),
        language=registration.language,
        context=context,
        calendar=calendar,
        occasion=f"{registration.id}:{sequence}:{calendar.method if calendar else ''}:{int(now.timestamp() * 1_000_000):x}",
        values=_ways(session, house, registration, context) | {"sequence": str(sequence)},
        to_name=registration.name,
        zone=registration.zone,
        identity=session.get_one(Identity, series.identity_id),
        now=now,
        expires_at=max(expires_at, now + timedelta(hours=1)),
    )


def _ways(session: Session, house: House, registration: Registration, context: dict[str, Any]) -> dict[str, str]:
    """Their links: the page, the ways into the room, the quiet link, their own calendar."""
    registrant = session.get_one(Registrant, registration.registrant_id)
    series = session.get_one(Series, registration.series_id)
    ways_in = {f"join-{one.id}": addresses.join(house, registration, one) for one in invites.dates_of(session, series)}
    return {
        "booking": addresses.booking(house, registration),
        "quiet": addresses.quiet(house, registration),
        "calendar": addresses.own_calendar(house, registrant),
        "join": ways_in[context["first"]["join"]],
        **ways_in,
    }


def _context(
    session: Session, house: House, series: Series, registration: Registration, listing: Collection[int], now: datetime
) -> dict[str, Any]:
    """Of those dates, or those to come. What is about one date has that date's title."""
    one = session.get_one(Webinar, min(listing)) if len(listing) == 1 else None
    language = registration.language
    return context_of(session, house, series, one, language, now=now, listing=listing or None)


def _ahead(session: Session, series: Series, covering: Collection[int], now: datetime) -> list[Webinar]:
    return [one for one in invites.dates_of(session, series) if one.id in covering and one.ends_at > now]
