"""Preferences: what a reader sees and changes about themselves.

Two keys open the page. The one in every mail may be forwarded, so it shows a masked address and allows what can be taken
back; a fresh one, asked for within the hour, also downloads, erases and changes the address.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from publisher.audience import confirming, gate, leaving, letters, lists, notices, people, signup
from publisher.audience.models import Consent, MailingList, Person, SubscriptionState
from publisher.audience.people import Pair
from publisher.errors import BadInput, BadToken, Forbidden
from publisher.house import House
from publisher.languages import N_, translator
from publisher.mail import addresses
from publisher.tokens import EXPIRED, Purpose

LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True)
class Visit:
    """Somebody with a key. `fresh`: they read the person's mailbox within the hour."""

    person: Person
    fresh: bool

    def must_be_fresh(self) -> None:
        """`Forbidden`, with what to do, where the key is one that may have been forwarded."""
        if not self.fresh:
            raise Forbidden(N_("For this we need to know that it is you. Ask for a fresh link; it works for one hour."))


@dataclass(frozen=True)
class ListChoice:
    """A list on the page. `state`: of the subscription; empty where there is none."""

    slug: str
    name: str
    description: str
    state: str

    @property
    def on_it(self) -> bool:
        return self.state == SubscriptionState.ACTIVE


@dataclass(frozen=True)
class Preferences:
    """Everything the page shows. `email` is masked unless the key is fresh."""

    email: str
    fresh: bool
    name: str
    languages: tuple[str, ...]
    zone: str
    country: str | None
    paused_until: datetime | None
    suppressed: str
    lists: tuple[ListChoice, ...]
    interests: frozenset[Pair]


@dataclass(frozen=True)
class Changes:
    """What a form changes; None leaves as it is. `lists`: the short names they want to be on, complete."""

    name: str | None = None
    languages: tuple[str, ...] | None = None
    zone: str | None = None
    country: str | None = None  # "" takes it away
    lists: tuple[str, ...] | None = None
    interests: frozenset[Pair] | None = None
    page: str = ""
    ip: str = ""
    user_agent: str = ""
    wording: str = "Chosen on the preferences page."


@dataclass(frozen=True)
class Changed:
    """What became of the lists: joined and left at once, or a confirmation mailed because the key is an old one."""

    joined: tuple[MailingList, ...] = ()
    left: tuple[MailingList, ...] = ()
    to_confirm: tuple[MailingList, ...] = ()
    undo: str | None = field(default=None, repr=False)


def open_page(session: Session, house: House, token: str, now: datetime) -> Visit:
    """Whose preferences a link opens, and how far. `BadToken` where it is forged, too old, or its owner was erased."""
    try:
        key, fresh = house.tokens.open(Purpose.PREFERENCES, token, now=now), False
    except BadToken:
        key, fresh = house.tokens.open(Purpose.FRESH, token, now=now), True
    person = people.by_key(session, key)
    if person is None:
        raise BadToken(EXPIRED)
    return Visit(person, fresh)


def read(session: Session, visit: Visit, now: datetime, *, language: str | None = None) -> Preferences:
    """What the page shows, list names in `language` (default: the reader's first). Cohorts only to their members."""
    person = visit.person
    language = language or letters.first_language(person)
    address = people.address_of(session, person)
    states = {row.id: subscription.state for subscription, row in people.subscriptions(session, person)}
    shown = [row for row in lists.every(session) if row.kind == "open" or row.id in states]
    return Preferences(
        email=address.email if visit.fresh else addresses.mask(address.email),
        fresh=visit.fresh,
        name=person.name,
        languages=tuple(person.languages.split(",")),
        zone=person.zone,
        country=person.country,
        paused_until=person.paused_until if person.paused_until and person.paused_until > now else None,
        suppressed=address.reason if address.suppressed else "",
        lists=tuple(
            ListChoice(
                row.slug, lists.name_in(row, language), lists.description_in(row, language), states.get(row.id, "")
            )
            for row in shown
        ),
        interests=frozenset(people.interests(session, person)),
    )


def change(session: Session, house: House, visit: Visit, changes: Changes, now: datetime) -> Changed:
    """Keep what the form says. `BadInput` for a value that cannot be; then nothing was changed."""
    person = visit.person
    values = {
        "name": None if changes.name is None else people.clean_name(changes.name),
        "languages": None if changes.languages is None else people.clean_languages(changes.languages),
        "zone": None if changes.zone is None else people.clean_zone(changes.zone),
    }
    country = people.clean_country(changes.country)
    interests = None if changes.interests is None else people.check_interests(session, changes.interests)
    wanted = None if changes.lists is None else [lists.get(session, slug) for slug in dict.fromkeys(changes.lists)]
    for attribute, value in values.items():
        if value is not None:
            setattr(person, attribute, value)
    if changes.country is not None:
        person.country = country
    if interests is not None:
        people.set_interests(session, person, interests)
    session.add(person)
    session.flush()
    return Changed() if wanted is None else _change_lists(session, house, visit, wanted, changes, now)


def pause(session: Session, person: Person, until: datetime | None, now: datetime) -> None:
    """No newsletters until then; None, or a moment that has passed, ends a pause. At most a year."""
    if until is not None and until > now + LONGEST_PAUSE:
        raise BadInput(N_("Pause for a year at most; or unsubscribe, and come back when you like."), field="pause")
    person.paused_until = until if until is not None and until > now else None
    session.add(person)
    session.flush()


def request_link(
    session: Session, house: House, email: str, now: datetime, *, ip: str = "", language: str = "en"
) -> None:
    """Mail a fresh link to whoever asks for their preferences. The answer is the same whether we know the address or not.

    `BadInput` where it is no address, `TooMany` for a network; a known address gets at most three an hour.
    """
    addresses.normalise(email)
    gate.spend_for_network(session, house.tokens, "link", ip, now=now)
    may = gate.may_send_link(session, house.tokens, email, now=now)
    person = people.find(session, house.tokens, email)
    known = person is not None and people.address_of(session, person).email
    if person is not None and known and may:
        letters.fresh_link(session, house, person, now=now)
    else:
        known_languages = translator(language)
        letters.as_if(session, house, "notice", language, letters.fresh_link_context(known_languages))


def _change_lists(
    session: Session, house: House, visit: Visit, wanted: list[MailingList], changes: Changes, now: datetime
) -> Changed:
    person = visit.person
    states = {row.id: (subscription.state, row) for subscription, row in people.subscriptions(session, person)}
    active = [row for state, row in states.values() if state == SubscriptionState.ACTIVE]
    ids = {row.id for row in wanted}
    left = leaving.leave(session, house, person, [row for row in active if row.id not in ids], now, "preferences")
    new = [row for row in wanted if row.id not in {kept.id for kept in active} and _may_join(row, states)]
    at_once = [row for row in new if visit.fresh or (row.id not in states and active and row.kind == "open")]
    to_confirm = [row for row in new if row not in at_once]
    for row in at_once:
        _consent(session, house, person, row, changes, now, confirmed=True)
        confirming.activate(session, person, row, now=now)
    if at_once:
        if visit.fresh:
            confirming.welcome_back(session, person)
        letters.welcome(session, house, person, at_once, now=now)
    if to_confirm:
        _ask_to_confirm(session, house, person, to_confirm, changes, now)
    return Changed(tuple(at_once), left.lists, tuple(to_confirm), left.undo)


def _may_join(row: MailingList, states: dict[int | None, tuple[str, MailingList]]) -> bool:
    return not row.archived and (row.kind == "open" or row.id in states)


def _ask_to_confirm(
    session: Session, house: House, person: Person, wanted: list[MailingList], changes: Changes, now: datetime
) -> None:
    """Coming back to what one left needs a confirmation: the key in every mail proves too little."""
    for row in wanted:
        _consent(session, house, person, row, changes, now, confirmed=False)
    if gate.may_mail(session, house.tokens, people.address_of(session, person).email, now=now):
        signup.write(session, house, person, wanted, now)


def _consent(
    session: Session,
    house: House,
    person: Person,
    row: MailingList,
    changes: Changes,
    now: datetime,
    *,
    confirmed: bool,
) -> None:
    session.add(
        Consent(
            person_id=person.id or 0,
            list_id=row.id or 0,
            at=now,
            how="form",
            wording=changes.wording,
            notice_version=notices.keep(session, house, letters.first_language(person), now=now),
            page=changes.page or "/preferences",
            ip=changes.ip[:60],
            user_agent=changes.user_agent[:300],
            confirmed_at=now if confirmed else None,
        )
    )
    session.flush()
