"""What we write to who speaks, hosts or interprets: their page, the rehearsal, what is missing, and what has changed.

They get the invitation to the date as everybody does, with a way in of their own, and rehearsals as events apart.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from publisher.house import House
from publisher.languages import translator
from publisher.mail.calendar_part import CalendarBody
from publisher.mail.models import Address, Identity, Outbox
from publisher.mail.post import LIVES, post
from publisher.webinars import addresses, invites, programme
from publisher.webinars.contexts import context_of, there_text
from publisher.webinars.models import Series, Speaker, Webinar, WebinarState


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
    session: Session, house: House, speaker: Speaker, webinar: Webinar, *, now: datetime, was: datetime | None = None
) -> Outbox | None:
    """A date of theirs has moved from `was`, or was called off; their invitation follows."""
    series = session.get_one(Series, speaker.series_id)
    say, language = translator(speaker.language).gettext, speaker.language
    if webinar.state == WebinarState.CANCELLED:
        subject, said = say("Called off: %(title)s"), say("This date is called off. We are sorry.")
        calendar = invites.cancel_body(session, house, series, language=language, webinar=webinar, host=True)
    else:
        subject, said = say("New time: %(title)s"), say("The time has changed. Please tell us if it does not suit you.")
        calendar = invites.request_body(
            session,
            house,
            series,
            language=language,
            covering={webinar.id or 0},
            webinar=webinar,
            host=True,
            reply=False,
        )
    return _post(
        session,
        house,
        series,
        speaker,
        "told",
        [webinar],
        subject,
        [said],
        calendar,
        now=now,
        was=was,
        note=webinar.note,
    )


def speakers_told(
    session: Session, house: House, webinar: Webinar, *, now: datetime, was: datetime | None = None
) -> int:
    """The same to all who speak or help at that date; how many were written to."""
    whose = or_(col(Speaker.webinar_id) == webinar.id, col(Speaker.webinar_id).is_(None))
    wanted = select(Speaker).where(
        col(Speaker.series_id) == webinar.series_id, whose, col(Speaker.invited_at).is_not(None)
    )
    people = session.exec(wanted.order_by(col(Speaker.id))).all()
    return sum(speaker_told(session, house, one, webinar, now=now, was=was) is not None for one in people)


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
    was: datetime | None = None,
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
        was={about.id or 0: was} if about is not None and was is not None else None,
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
