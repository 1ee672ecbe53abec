"""Signing up. Whatever is known of an address, the page says the same; only the mailbox learns more.

A sign-up by an unknown hand never changes what a person set for themselves: it adds a consent that waits, and a mail.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from publisher.audience import gate, letters, lists, notices, people
from publisher.audience.links import CONFIRM_LIVES
from publisher.audience.models import Consent, MailingList, Person, Subscription, SubscriptionState
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.languages import N_
from publisher.mail import addresses
from publisher.mail.models import Address, Suppression


@dataclass(frozen=True)
class SignUp:
    """What came in with a form. `wording`: the sentence beside the button, exactly; it is the proof of consent. `page_language`:
    of the page it stood on, where it is not `language`; the privacy notice was in that."""

    email: str
    lists: tuple[str, ...]
    wording: str
    language: str = "en"
    name: str = ""
    interests: tuple[people.Pair, ...] = ()
    zone: str = "UTC"
    country: str | None = None
    page: str = ""
    ip: str = ""
    user_agent: str = ""
    how: str = "form"  # form | api
    page_language: str = ""


def sign_up(session: Session, house: House, wish: SignUp, now: datetime) -> None:
    """Take a wish to subscribe. Says nothing about what is known; at most one mail in 24 hours goes to the address.

    `BadInput` for what anybody can see to be wrong (no address, no such list), `TooMany` for a network or a day.
    """
    addresses.normalise(wish.email)
    wanted = _wanted(session, wish)
    interests = people.check_interests(session, wish.interests)
    first_language = people.clean_languages([wish.language])
    gate.spend_for_network(session, house.tokens, "sign-up", wish.ip, now=now)
    gate.spend_for_day(session, "sign-up", now=now)
    address, returned = _address(session, house, wish.email, now)
    person = people.of_address(session, address)
    allowed = [row for row in wanted if row.kind == "open" or _invited(session, person, row)]
    if not allowed:
        return
    if person is None:
        person = people.make(
            session,
            address,
            now=now,
            name=wish.name,
            languages_in_order=first_language,
            zone=people.clean_zone(wish.zone),
            country=people.clean_country(wish.country),
        )
        people.set_interests(session, person, interests)
    elif returned:
        person.name, person.languages = people.clean_name(wish.name), first_language
        people.set_interests(session, person, interests)
    for row in allowed:
        _note_wish(session, house, person, row, wish, now)
    if gate.may_mail(session, house.tokens, wish.email, now=now):
        write(session, house, person, allowed, now)


def invite(
    session: Session,
    house: House,
    row: MailingList,
    email: str,
    now: datetime,
    *,
    name: str = "",
    language: str = "en",
) -> Subscription:
    """Staff ask somebody onto a list: one mail with a button, nothing more until they press it. It waits seven days.

    `Conflict` where they are on it, left it, or nothing may be sent to them.
    """
    address = addresses.find_or_make(session, house.tokens, email, now=now)
    if address.suppressed:
        raise Conflict(f"Mail to this address is stopped ({address.reason}), so they cannot be invited.")
    person = people.of_address(session, address)
    if person is None:
        first_language = people.clean_languages([language])
        person = people.make(session, address, now=now, name=name, languages_in_order=first_language)
    known = lists.subscription(session, person, row)
    if known is not None and known.state != SubscriptionState.PENDING:
        raise Conflict(f"They are {known.state} on “{row.name}” already.")
    wish = SignUp(email, (row.slug,), "Invited by staff.", language=language, how="staff")
    _note_wish(session, house, person, row, wish, now)
    if gate.may_mail(session, house.tokens, email, now=now):
        write(session, house, person, [row], now)
    found = lists.subscription(session, person, row)
    assert found is not None
    return found


def write(session: Session, house: House, person: Person, wanted: list[MailingList], now: datetime) -> None:
    """The one mail: please confirm, for everything that waits; or, where nothing does, how it is already.

    The other letter is compiled and thrown away: compiling is what takes time, and the time must not tell which it was.
    """
    waiting = waiting_consents(session, person, now)
    language = letters.first_language(person)
    if not waiting:
        letters.already_subscribed(session, house, person, wanted, now=now)
        letters.as_if(session, house, "confirm", language, letters.confirm_context(wanted, "", language))
        return
    letters.as_if(session, house, "notice", language, letters.already_context(wanted, language))
    for_lists = [session.get_one(MailingList, consent.list_id) for consent in waiting]
    letters.please_confirm(session, house, person, waiting, for_lists, now=now)
    for consent in waiting:
        consent.confirmation_sent_at = now
        session.add(consent)
        if row := lists.subscription(session, person, session.get_one(MailingList, consent.list_id)):
            row.confirmation_sent_at = now
            session.add(row)


def waiting_consents(session: Session, person: Person, now: datetime) -> list[Consent]:
    """The newest consent per list that its owner has neither confirmed nor withdrawn within seven days."""
    rows = session.exec(
        select(Consent)
        .where(
            col(Consent.person_id) == person.id,
            col(Consent.confirmed_at).is_(None),
            col(Consent.withdrawn_at).is_(None),
            col(Consent.at) > now - CONFIRM_LIVES,
        )
        .order_by(col(Consent.id))
    )
    return list({row.list_id: row for row in rows}.values())


def _wanted(session: Session, wish: SignUp) -> list[MailingList]:
    if not wish.lists:
        raise BadInput(N_("Choose at least one newsletter."), field="lists")
    if not wish.wording.strip():
        raise BadInput("The sentence that was agreed to is missing.", field="wording")
    found = []
    for slug in dict.fromkeys(wish.lists):
        row = lists.find(session, slug)
        if row is None or row.archived:
            raise BadInput(N_("There is no such newsletter."), field="lists")
        found.append(row)
    return found


def _address(session: Session, house: House, email: str, now: datetime) -> tuple[Address, bool]:
    """The address's row, and whether it had been erased. An erased one gets its letters back, because its owner must be
    able to confirm; it stays suppressed until they do, and is erased again if they do not (`upkeep.expire_pending`)."""
    address = addresses.find_or_make(session, house.tokens, email, now=now)
    if address.email:
        return address, False
    addresses.return_of(session, house.tokens, address, email)
    addresses.suppress(session, address, Suppression.ALL, "erased", now=now)
    return address, True


def _invited(session: Session, person: Person | None, row: MailingList) -> bool:
    """A cohort knows its people already: they are on it in some state, put there by staff."""
    return person is not None and lists.subscription(session, person, row) is not None


def _note_wish(session: Session, house: House, person: Person, row: MailingList, wish: SignUp, now: datetime) -> None:
    """Keep that they asked. Who left before keeps that state until they confirm: nothing is forgotten meanwhile."""
    subscription = lists.subscription(session, person, row)
    if subscription is None:
        subscription = Subscription(person_id=person.id or 0, list_id=row.id or 0, source=wish.how, created_at=now)
        session.add(subscription)
        session.flush()
    elif subscription.state == SubscriptionState.ACTIVE or _asked_lately(session, person, row, now):
        return
    session.add(
        Consent(
            person_id=person.id or 0,
            list_id=row.id or 0,
            at=now,
            how=wish.how,
            wording=wish.wording.strip()[:2000],
            notice_version=notices.keep(session, house, wish.page_language or wish.language, now=now),
            page=wish.page[:500],
            ip=wish.ip[:60],
            user_agent=wish.user_agent[:300],
        )
    )
    session.flush()


def _asked_lately(session: Session, person: Person, row: MailingList, now: datetime) -> bool:
    """Whether a wish of the last day waits: a form pressed a thousand times leaves one row."""
    return any(
        consent.list_id == row.id and consent.at > now - timedelta(days=1)
        for consent in waiting_consents(session, person, now)
    )
