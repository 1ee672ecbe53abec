"""How somebody wants to hear of what they registered for: in whose time, by mail or by their calendar, or not at all."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from publisher import languages
from publisher.errors import BadInput
from publisher.house import House
from publisher.mail.models import WAITING, Address, Outbox
from publisher.tokens import Purpose
from publisher.webinars import letters, mailings, registrants, wishes, zones
from publisher.webinars.models import Registration, RegistrationState

#: Begins the name of a webinar's series where the send log else names a list.
WEBINAR = "webinar:"


def mute(session: Session, registration: Registration, *, now: datetime) -> bool:
    """No more mail about this webinar; the place stays theirs. False where it was so before."""
    if registration.muted_at is not None:
        return False
    registration.muted_at = now
    registrants.touch(session, registration, now=now, dates=False)
    mailings.stop_for(session, registration, now=now)
    registrants.note(session, registration, "U", WEBINAR, now=now)
    return True


def unmute(session: Session, registration: Registration, *, now: datetime) -> bool:
    """Mail again, from now on."""
    if registration.muted_at is None:
        return False
    registration.muted_at = None
    registrants.touch(session, registration, now=now, dates=False)
    registrants.note(session, registration, "R", WEBINAR, now=now)
    return True


def again(session: Session, address: Address, slug: str, *, muted: bool, now: datetime) -> bool:
    """After a restore: what somebody had wished since the backup about the mail of a webinar is so again."""
    registration = registrants.of_slug(session, address, slug)
    if registration is None:
        return False
    return mute(session, registration, now=now) if muted else unmute(session, registration, now=now)


def look(session: Session, house: House, token: str, *, now: datetime) -> Registration | None:
    """The registration that a quiet link is about; None where its owner was erased. `BadToken` where it is forged."""
    return registrants.by_key(session, house.tokens.open(Purpose.QUIET, token, now=now))


def mute_by_link(session: Session, house: House, token: str, *, now: datetime) -> None:
    """The POST of a quiet link, also by a mail program (RFC 8058). The same answer for everybody, and twice is harmless."""
    if registration := look(session, house, token, now=now):
        mute(session, registration, now=now)


def unmute_by_link(session: Session, house: House, token: str, *, now: datetime) -> None:
    """The way back for who pressed it by mistake."""
    if registration := look(session, house, token, now=now):
        unmute(session, registration, now=now)


def move_zone(session: Session, registration: Registration, zone: str, *, now: datetime) -> bool:
    """Their times in another zone from now on, also in mails that wait. `BadInput` where there is none of that name."""
    chosen = zones.chosen(zone)
    if chosen == registration.zone:
        return False
    registration.zone = chosen
    registrants.touch(session, registration, now=now, dates=False)
    session.execute(
        update(Outbox)
        .where(col(Outbox.subject) == registration.key, col(Outbox.state).in_(WAITING))
        .values(zone=chosen)
    )
    return True


def set_reminded_by(session: Session, house: House, registration: Registration, how: str, *, now: datetime) -> bool:
    """By mail, or by an alarm in their calendar: then the invitation comes once more, with it."""
    if wishes.one_of(how, wishes.REMINDED_BY, "reminded_by") == registration.reminded_by:
        return False
    registration.reminded_by = how
    is_registered = registration.state == RegistrationState.REGISTERED
    registrants.touch(session, registration, now=now, dates=is_registered)
    if is_registered:
        letters.dates_changed(session, house, registration, now=now)
    return True


def rename(
    session: Session,
    registration: Registration,
    *,
    now: datetime,
    name: str | None = None,
    organisation: str | None = None,
    language: str | None = None,
) -> None:
    """What they are called on this registration, and the language of its mails; None leaves as it is."""
    if language is not None:
        code = languages.normalise(language)
        if code is None:
            raise BadInput(f"“{language.strip()[:40]}” is not a language.", field="language")
        registration.language = code
    if name is not None:
        registration.name = wishes.clean_name(name)
    if organisation is not None:
        registration.organisation = wishes.clean_name(organisation)
    registrants.touch(session, registration, now=now, dates=False)
