"""Registering. Whatever is known of an address, the page says the same; only the mailbox learns more.

A form may be filled with anybody's address. So it changes nothing of a registration that stands: it adds dates, and mails
its owner the link to it. What a registration permits is mail about this series and nothing else; nobody becomes a reader.

Whether an address has to say yes first is decided in `proof`, who has to wait in `waiting`, and what registering twice does
in `repeating`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from publisher.audience import gate, people
from publisher.audience.letters import first_language
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression
from publisher.tokens import Purpose
from publisher.webinars import letters, pretending, proof, registrants, repeating, seats, waiting, wishes
from publisher.webinars.models import Registrant, Registration, RegistrationState, Series, Webinar
from publisher.webinars.wishes import Checked, Wish

NO_MEMBER = "This webinar is for the members of a list, and that address is not one of them."
THANKS = N_("Thank you. We have written to you: the mail has your link, or asks you to confirm first.")
#: Of a cohort it must be true for strangers, too, and tell them nothing of who is on the list.
THANKS_MEMBERS = N_(
    "Thank you. If this address is on the list, we have written to it. If nothing comes, your mail from us may go to another address of yours: register with that one."
)
THANKS_ASKED = N_("Thank you. We will write to you whether you can take part.")
THANKS_FULL = N_(
    "Thank you. All places are taken at the moment. Unless you have yours already, you are on the waiting list once your address is confirmed; we have written to you."
)


@dataclass(frozen=True)
class Prefilled:
    """What a register link fills a form with. It may have been forwarded, so the address is masked, and whoever uses it is
    logged in nowhere. `reader_key` goes back with the form, for who leaves the address as it is."""

    reader_key: str
    masked: str
    name: str
    language: str
    zone: str
    country: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of a wish. For staff and programs that may know; a public page shows `said` and nothing else of it.

    `state`: of the registration; empty, without a registration, where the address is not on the cohort's list.
    `said`: the sentence for the page, made of what anybody may know about the webinar.
    """

    state: str
    registration: Registration | None
    is_new: bool
    said: str


def register(session: Session, house: House, series: Series, wish: Wish, *, now: datetime) -> Outcome:
    """Take a wish to take part. Says nothing about what is known of the address; letters go to it, within a budget.

    `BadInput` names its field, `wishes.Over` after the end, `Conflict` where registration is not open, `TooMany` for a
    network or a day. Staff and imports are told where the address is on no list of the cohort (`BadInput`).
    """
    checked = wishes.check(session, series, wish, now=now)
    if not checked.trusted:
        gate.spend_for_network(session, house.tokens, "webinar", wish.ip, now=now)
        gate.spend_for_day(session, "webinar", now=now)
    who = proof.who(session, house, wish)
    since = pretending.newest_mail(session)
    outcome = _taken(session, house, series, checked, who, now)
    if not checked.trusted:
        pretending.as_much_work(session, house, series, checked, since, now=now)
    return outcome


def prefilled(session: Session, house: House, token: str, *, now: datetime) -> Prefilled | None:
    """What a register link of a reader says about them; None where they were erased since. `BadToken` where it is forged."""
    person = people.by_key(session, house.tokens.open(Purpose.REGISTER, token, now=now))
    email = people.address_of(session, person).email if person else ""
    if person is None or not email:
        return None
    return Prefilled(
        reader_key=person.key,
        masked=addresses.mask(email),
        name=person.name,
        language=first_language(person),
        zone=person.zone,
        country=person.country,
    )


def _taken(session: Session, house: House, series: Series, checked: Checked, who: proof.Who, now: datetime) -> Outcome:
    seats.lock(session, series)
    said = _said(session, series, checked)
    if not proof.is_member(session, series, who.person):
        if checked.trusted:
            raise BadInput(NO_MEMBER, field="email")
        return Outcome("", None, False, said)
    address, returned = _address(session, house, who.email, checked, now)
    registrant = registrants.find_or_make(session, address, now=now)
    waiting.hold(session, series, registrant.id or 0)
    present = registrants.registration_of(session, series, registrant)
    if present is not None and not returned and not _begins_anew(present, checked):
        repeating.again(session, house, series, present, checked, who, now=now)
        return Outcome(present.state, present, False, said)
    must = returned or (present is not None and present.muted_at is not None)
    registration = _written(session, series, registrant, present, checked, who, now)
    write = checked.trusted or proof.may_write_first(session, house, who.email, now=now)
    if not proof.says_yes_first(session, series, checked, who, must=must):
        waiting.admit(session, house, series, registration, now=now, approved=checked.trusted, write=write)
    elif write:
        letters.please_confirm(session, house, registration, now=now)
    return Outcome(registration.state, registration, True, said)


def answers_until(session: Session, series: Series) -> datetime | None:
    """When answers to the series' questions are forgotten: some days after its last date as it stands now."""
    last = session.exec(select(func.max(col(Webinar.ends_at))).where(col(Webinar.series_id) == series.id)).one()
    return last + timedelta(days=series.answers_days) if last else None


def _begins_anew(present: Registration, checked: Checked) -> bool:
    """Who cancelled comes back as if for the first time; an import brings nobody back."""
    return present.state == RegistrationState.CANCELLED and checked.values["source"] != "import"


def _said(session: Session, series: Series, checked: Checked) -> str:
    if series.list_id is not None:
        return THANKS_MEMBERS
    if series.needs_approval:
        return THANKS_ASKED
    return THANKS if seats.has_room(session, series, checked.places) else THANKS_FULL


def _address(session: Session, house: House, email: str, checked: Checked, now: datetime) -> tuple[Address, bool]:
    """The address's row, and whether it had been erased. An erased one gets its letters back, because its owner must be able
    to confirm; nothing else goes there until they do, and it is erased again if they do not (`forgetting`). Nobody but the
    owner brings it back."""
    address = addresses.find_or_make(session, house.tokens, email, now=now)
    if address.email:
        return address, address.reason == proof.UNCONFIRMED
    if checked.trusted:
        raise Conflict("They asked us to erase them, so only they themselves can register again.")
    addresses.return_of(session, house.tokens, address, email)
    addresses.suppress(session, address, Suppression.ALL, proof.UNCONFIRMED, now=now)
    return address, True


def _written(
    session: Session,
    series: Series,
    registrant: Registrant,
    present: Registration | None,
    checked: Checked,
    who: proof.Who,
    now: datetime,
) -> Registration:
    """The registration as this form says, waiting to be admitted: a new one, or one that had been cancelled and begins anew
    with the links it had and a SEQUENCE above that of its cancellation."""
    registration = present or Registration(
        series_id=series.id or 0, registrant_id=registrant.id or 0, key=people.new_key(), asked_at=now, changed_at=now
    )
    values = dict(checked.values)
    if who.proven and values["source"] == "form":
        values["source"] = "link"
    for name, value in values.items():
        setattr(registration, name, value)
    registration.state, registration.asked_at = RegistrationState.PENDING, now
    registration.registered_at = registration.cancelled_at = registration.muted_at = None
    registration.partstat, registration.partstat_at = "", None
    registration.answers_until = answers_until(session, series) if registration.answers else None
    session.add(registration)
    session.flush()
    registrants.touch(session, registration, now=now, dates=present is not None)
    seats.take_back(session, registration, seats.open_dates(session, series, now=now))
    seats.give(session, registration, checked.dates, checked.wants)
    return registration
