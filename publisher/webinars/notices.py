"""Short letters to one person about a registration that is not one yet, or whose link was lost. None carries an invitation.

What an address has not said yes to calls nobody by name: until then, a name is whatever a stranger typed into a form.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from publisher.house import House
from publisher.languages import moment_in_words, translator
from publisher.mail.models import Identity, Outbox
from publisher.mail.post import post
from publisher.webinars import addresses, programme, registrants
from publisher.webinars.contexts import there_text
from publisher.webinars.models import Registration, Series, WebinarState
from publisher.webinars.words import of_series

CONFIRM_DAYS = 7
#: Those that begin with when it is: whoever reads them decides by it.
DATED = frozenset({"confirm", "waiting", "asked", "link"})


def please_confirm(session: Session, house: House, registration: Registration, *, now: datetime) -> Outbox | None:
    """Somebody, probably they, registered this address: a button says yes."""
    say = translator(registration.language)
    days = say.ngettext("The button works for one day.", "The button works for %(num)s days.", CONFIRM_DAYS)
    otherwise = say.gettext("If it was not you, do nothing: no more mail will come.")
    return _notice(
        session, house, registration, "confirm",
        say.gettext("Please confirm your registration: %(title)s"),
        [
            say.gettext("Somebody, we hope you, registered this address for “%(title)s”."),
            f"{days % {'num': CONFIRM_DAYS}} {otherwise}",
        ],
        say.gettext("Yes, register me"), addresses.confirm(house, registration, now=now), now=now,
        lives=timedelta(days=CONFIRM_DAYS), named=False,
    )  # fmt: skip


def is_waiting(session: Session, house: House, registration: Registration, *, now: datetime) -> Outbox | None:
    """All places are taken: they are on the list, first come, first served."""
    say = translator(registration.language).gettext
    return _notice(
        session, house, registration, "waiting",
        say("You are on the waiting list: %(title)s"),
        [
            say("All places of “%(title)s” are taken. You are on the waiting list, in the order in which people asked."),
            say("As soon as a place is free for you we write again, with the invitation. You need not do anything."),
        ],
        say("Your page"), addresses.booking(house, registration), now=now,
    )  # fmt: skip


def is_asked(session: Session, house: House, registration: Registration, *, now: datetime) -> Outbox | None:
    """The organisers have to say yes first."""
    say = translator(registration.language).gettext
    return _notice(
        session, house, registration, "asked",
        say("We have your registration: %(title)s"),
        [say("The organisers of “%(title)s” look at each registration. As soon as they have, we write again, with the invitation.")],
        say("Your page"), addresses.booking(house, registration), now=now,
    )  # fmt: skip


def is_declined(session: Session, house: House, registration: Registration, *, now: datetime) -> Outbox | None:
    """The organisers said no. There is nothing to press."""
    say = translator(registration.language).gettext
    return _notice(
        session, house, registration, "declined",
        say("About your registration: %(title)s"),
        [say("We cannot give you a place at “%(title)s”. If you think that is a mistake, please answer this mail.")],
        "", "", now=now,
    )  # fmt: skip


def lost_link(session: Session, house: House, registration: Registration, *, now: datetime) -> Outbox | None:
    """The way back to their page, for who asked for it or registered twice."""
    say = translator(registration.language).gettext
    return _notice(
        session, house, registration, "link",
        say("Your page: %(title)s"),
        [
            say("You are registered for “%(title)s” already. Your page shows your dates and your way in."),
            say("If you did not ask for this mail, do nothing: nothing has changed."),
        ],
        say("Your page"), addresses.booking(house, registration), now=now,
    )  # fmt: skip


def _notice(
    session: Session,
    house: House,
    registration: Registration,
    what: str,
    title: str,
    paragraphs: list[str],
    button: str,
    url: str,
    *,
    now: datetime,
    lives: timedelta = timedelta(days=2),
    named: bool = True,
) -> Outbox | None:
    series = session.get_one(Series, registration.series_id)
    when = _when(session, series, registration, now) if what in DATED else ()
    named_so = {"title": of_series(series, registration.language).title}
    why = translator(registration.language).gettext(
        "You get this because your address was given when registering for: %(title)s"
    )
    return post(
        session,
        house,
        kind="notice",
        to=registrants.address_of(session, registration),
        language=registration.language,
        context={
            "title": title % named_so,
            "paragraphs": [*when, *(paragraph % named_so for paragraph in paragraphs)],
            "button_label": button,
            "why": why % named_so,
        },
        occasion=f"webinar-{what}:{registration.id}:{int(now.timestamp() * 1_000_000):x}",
        values={"action": url},
        to_name=registration.name if named else "",
        zone=registration.zone,
        identity=session.get_one(Identity, series.identity_id),
        now=now,
        expires_at=now + lives,
    )


def _when(session: Session, series: Series, registration: Registration, now: datetime) -> tuple[str, ...]:
    """The next date by their clock, then by the organiser's and UTC, as in all letters about webinars."""
    ahead = [
        one
        for one in programme.webinars_of(session, series)
        if one.ends_at > now and one.state == WebinarState.ANNOUNCED
    ]
    if not ahead:
        return ()
    there = there_text(ahead[0].starts_at, ahead[0].zone, registration.language)
    if registration.zone in ("UTC", ahead[0].zone):
        return (there,)
    return (moment_in_words(ahead[0].starts_at, registration.zone, registration.language), there)
