"""What we write to who speaks, hosts or interprets: their page, the rehearsal, what is missing, and what has changed.

They get the invitation to the date as everybody does, with a way in of their own, and rehearsals as events apart.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from publisher.house import House
from publisher.languages import translator
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.models import Address, Identity, Outbox
from publisher.mail.post import LIVES, post
from publisher.webinars import addresses, invites, programme
from publisher.webinars.contexts import context_of, there_text
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState

#: A date that has changed, and where it stood before; None for one that was called off.
Move = tuple[Webinar, datetime | None]


def speaker_invited(session: Session, house: House, speaker: Speaker, *, now: datetime) -> Outbox | None:
    """Their page, their way in, and the invitation. None where we have no address of theirs."""
    series = session.get_one(Series, speaker.series_id)
    ahead = [one for one in _dates_of(session, series, speaker) if one.ends_at > now]
    say = translator(speaker.language).gettext
    subject = say("You speak at: %(title)s") if speaker.role == "speaker" else say("You help at: %(title)s")
    paragraphs = [
        say("Thank you for being part of it. On your page you tell us who you are, add a picture and slides, and say whether you may be recorded."),
        say("You need no account; the page is yours by its link."),
    ]  # fmt: skip
    calendar = _calendar(session, house, series, speaker, ahead)
    return _post(session, house, series, speaker, "invited", ahead, subject, paragraphs, calendar, now=now)


def speaker_told(
    session: Session, house: House, speaker: Speaker, moves: Sequence[Move], *, now: datetime
) -> Outbox | None:
    """Dates of theirs have moved, or were called off, all in one letter; their invitation follows."""
    series = session.get_one(Series, speaker.series_id)
    say, language, dates = translator(speaker.language).gettext, speaker.language, [webinar for webinar, _ in moves]
    if all(one.state == WebinarState.CANCELLED for one in dates):
        subject, said = say("Called off: %(title)s"), say("It is called off. We are sorry.")
        calendar = invites.cancel_body(session, house, series, language=language, webinars=dates, host=True)
    else:
        subject, said = say("New time: %(title)s"), say("The time has changed. Please tell us if it does not suit you.")
        one = dates[0] if len(dates) == 1 else None
        covering = {theirs.id or 0 for theirs in [one, *_dates_of(session, series, speaker)] if theirs is not None}
        calendar = invites.request_body(
            session, house, series, language=language, covering=covering, webinar=one, host=True, reply=False,
            whole=speaker.webinar_id is None,
        )  # fmt: skip
    return _post(
        session, house, series, speaker, "told", dates, subject, [said], calendar, now=now, note=dates[0].note,
        was={webinar.id or 0: was for webinar, was in moves if was is not None},
    )  # fmt: skip


def speakers_told(session: Session, house: House, moves: Sequence[Move], *, now: datetime) -> int:
    """The same to all who were invited to speak or help at any of these dates of a series; how many were written to."""
    series_id = moves[0][0].series_id
    wanted = select(Speaker).where(col(Speaker.series_id) == series_id, col(Speaker.invited_at).is_not(None))
    sent = 0
    for speaker in session.exec(wanted.order_by(col(Speaker.id))).all():
        theirs = [move for move in moves if speaker.webinar_id in (None, move[0].id)]
        sent += bool(theirs) and speaker_told(session, house, speaker, theirs, now=now) is not None
    return sent


def rehearsal(
    session: Session, house: House, speaker: Speaker, webinar: Webinar, *, now: datetime, called_off: bool = False
) -> Outbox | None:
    """An invitation to the rehearsal of a date, new, moved or called off."""
    series = session.get_one(Series, speaker.series_id)
    say = translator(speaker.language).gettext
    called_off = called_off or webinar.rehearsal_at is None
    subject = say("No rehearsal: %(title)s") if called_off else say("Rehearsal: %(title)s")
    said = say("There is no rehearsal of this date any more.") if called_off else say("We try out sound, pictures and slides together. Your way in is the same as on the day.")  # fmt: skip
    calendar = invites.rehearsal_body(session, house, series, webinar, language=speaker.language, called_off=called_off)
    return _post(
        session, house, series, speaker, "rehearsal", [webinar], subject, [said], calendar, now=now,
        at=None if called_off else webinar.rehearsal_at, sequence=webinar.rehearsal_sequence,
    )  # fmt: skip


def speaker_missing(
    session: Session, house: House, speaker: Speaker, missing: Sequence[str], *, now: datetime
) -> Outbox | None:
    """What we still need of them; `missing`: sentences in their language."""
    series = session.get_one(Series, speaker.series_id)
    ahead = [one for one in _dates_of(session, series, speaker) if one.ends_at > now]
    say = translator(speaker.language).gettext
    subject, said = say("Still missing: %(title)s"), say("The day is near, and we still need this from you:")
    return _post(session, house, series, speaker, "missing", ahead, subject, [said], None, now=now, missing=missing)


def _dates_of(session: Session, series: Series, speaker: Speaker) -> list[Webinar]:
    """Theirs, drafts too: speakers know of a date before everybody does."""
    every = [one for one in programme.webinars_of(session, series) if one.state != WebinarState.CANCELLED]
    return [one for one in every if speaker.webinar_id in (None, one.id)]


def _calendar(
    session: Session, house: House, series: Series, speaker: Speaker, ahead: Sequence[Webinar]
) -> CalendarBody | None:
    announced = {one.id or 0 for one in ahead if one.state == WebinarState.ANNOUNCED}
    if not announced:
        return None
    return invites.request_body(
        session, house, series, language=speaker.language, covering=announced, whole=speaker.webinar_id is None,
        host=True, reply=False,
    )  # fmt: skip


def _post(
    session: Session,
    house: House,
    series: Series,
    speaker: Speaker,
    what: str,
    dates: Sequence[Webinar],
    subject: str,
    paragraphs: Sequence[str],
    calendar: CalendarBody | None,
    *,
    now: datetime,
    was: Mapping[int, datetime] | None = None,
    at: datetime | None = None,
    note: str = "",
    missing: Sequence[str] = (),
    sequence: int | None = None,
) -> Outbox | None:
    """`at`: the instant of the first line, where it is not the date's own."""
    address = session.get(Address, speaker.address_id) if speaker.address_id is not None else None
    if address is None or not dates:
        return None
    about = dates[0] if len(dates) == 1 else None
    number = max(
        series.sequence if sequence is None else sequence, 1 if calendar and calendar.method == "CANCEL" else 0
    )
    context = context_of(
        session, house, series, about, speaker.language, now=now, listing=[one.id or 0 for one in dates],
        was=was,
    )  # fmt: skip
    if at is not None:
        context["first"] |= {"starts_at": at, "there_text": there_text(at, dates[0].zone, speaker.language)}
    has_way_in = len(dates) == 1 and (calendar is None or calendar.method == "REQUEST")
    context |= {
        "subject": subject % {"title": context["title"]},
        "paragraphs": list(paragraphs),
        "missing": list(missing),
        "note": note,
        "host_link": f"host-{dates[0].id}" if has_way_in else "",
    }
    return post(
        session,
        house,
        kind="webinar-speaker",
        to=address,
        language=speaker.language,
        context=context,
        calendar=calendar,
        occasion=f"{what}:{speaker.id}:{dates[0].id}:{number}:{int(now.timestamp() * 1_000_000):x}",
        values=_ways(house, speaker, dates) | {"sequence": str(number)},
        to_name=speaker.name,
        zone=speaker.zone,
        identity=session.get_one(Identity, series.identity_id),
        now=now,
        expires_at=max(max(one.ends_at for one in dates), now + timedelta(hours=1)) if calendar else now + LIVES,
    )


def _ways(house: House, speaker: Speaker, dates: Sequence[Webinar]) -> dict[str, Any]:
    ways_in = {f"host-{one.id}": addresses.host(house, speaker, one) for one in dates}
    return {"speaker": addresses.speaker(house, speaker), **ways_in}
