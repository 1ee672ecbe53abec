"""What we write to readers: please confirm, welcome, goodbye, and the notices. Each is one letter to one person.

All are of the personal class: the reader asked for them a moment ago, so they pass a suppression that stops newsletters.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from publisher.audience import links
from publisher.audience.lists import name_in
from publisher.audience.models import Consent, MailingList, Person
from publisher.audience.people import address_of
from publisher.house import House
from publisher.languages import Translator, join_list, translator
from publisher.mail.identities import brand_of, hub, personal_plan
from publisher.mail.letters import compile_letter
from publisher.mail.models import Address, Outbox
from publisher.mail.post import post


def please_confirm(
    session: Session,
    house: House,
    person: Person,
    consents: Sequence[Consent],
    lists: Sequence[MailingList],
    *,
    now: datetime,
) -> Outbox | None:
    """One mail for all the lists somebody asked for; its page has the button. It calls nobody by name: until its owner has
    confirmed, a name is whatever a stranger typed into a form."""
    language = first_language(person)
    return post(
        session,
        house,
        kind="confirm",
        to=address_of(session, person),
        language=language,
        context=confirm_context(lists, consents[0].wording, language),
        values={"confirm": links.confirm_url(house, person, consents, now=now), "name": ""},
        occasion=occasion("consent", *(consent.id for consent in consents), stamp(now)),
        now=now,
        zone=person.zone,
        expires_at=now + links.CONFIRM_LIVES,
    )


def confirm_context(lists: Sequence[MailingList], wording: str, language: str) -> dict[str, Any]:
    return {"list_name": list_names(lists, language), "days": links.CONFIRM_DAYS, "wording": wording}


def welcome(session: Session, house: House, person: Person, lists: Sequence[MailingList], *, now: datetime) -> None:
    """Once per joining: what they get from now on, and how to change or leave it."""
    language = first_language(person)
    context = {
        "list_name": list_names(lists, language),
        "newsletter_url": house.settings.url("/"),
    }
    values = {
        "preferences": links.preferences_url(house, person.key),
        "unsubscribe": links.unsubscribe_url(house, person.key, lists[0].slug),
        "name": person.name,
    }
    _post(session, house, "welcome", person, context, values, occasion("joined", stamp(now)), now)


def goodbye(
    session: Session, house: House, person: Person, lists: Sequence[MailingList], undo: str, *, now: datetime
) -> None:
    """Says that it worked, and offers the way back to whoever pressed it by mistake."""
    context = {"list_name": list_names(lists, first_language(person))}
    values = {
        "undo": links.undo_url(house, undo),
        "preferences": links.preferences_url(house, person.key),
        "name": person.name,
    }
    _post(session, house, "goodbye", person, context, values, occasion("left", stamp(now)), now)


def already_subscribed(
    session: Session, house: House, person: Person, lists: Sequence[MailingList], *, now: datetime
) -> None:
    """To a reader who signed up again: on the page they saw what everybody sees, here they learn how it is."""
    context = already_context(lists, first_language(person))
    values = {"action": links.preferences_url(house, person.key), "name": person.name}
    _post(session, house, "notice", person, context, values, occasion("again", stamp(now)), now)


def already_context(lists: Sequence[MailingList], language: str) -> dict[str, Any]:
    say = translator(language).gettext
    return {
        "title": say("You are already subscribed"),
        "paragraphs": [
            say("Somebody, probably you, asked to subscribe this address to: %(lists)s.")
            % {"lists": list_names(lists, language)},
            say("You are on it already, so nothing has changed. Your preferences are one click away."),
        ],
        "button_label": say("Your preferences"),
    }


def fresh_link(session: Session, house: House, person: Person, *, now: datetime) -> None:
    """The way in that was asked for on the page; one hour."""
    context = fresh_link_context(translator(first_language(person)))
    values = {"action": links.fresh_url(house, person.key, now=now), "name": person.name}
    expires = now + links.FRESH_LIVES
    _post(session, house, "notice", person, context, values, occasion("link", stamp(now)), now, expires)


def fresh_link_context(translate: Translator) -> dict[str, Any]:
    say = translate.gettext
    return {
        "title": say("Your link to your preferences"),
        "paragraphs": [
            say("With this link you change what you get, see what we keep about you, or have it erased."),
            say("It works for one hour. If you did not ask for it, do nothing: nothing has changed."),
        ],
        "button_label": say("Open my preferences"),
    }


def confirm_address(
    session: Session, house: House, person: Person, new: Address, url: str, *, key: str, now: datetime
) -> None:
    """To the new address: only whoever reads it can make the change."""
    language = first_language(person)
    say = translator(language).gettext
    post(
        session,
        house,
        kind="notice",
        to=new,
        language=language,
        context={
            "title": say("Please confirm your new address"),
            "paragraphs": [
                say("A reader asked us to send their mail to this address from now on."),
                say("If that is you, confirm it within a day. If not, do nothing: nothing will change."),
            ],
            "button_label": say("Use this address"),
        },
        values={"action": url, "name": ""},
        occasion=key,
        now=now,
        zone=person.zone,
        expires_at=now + links.ADDRESS_LIVES,
    )


def as_if(session: Session, house: House, kind: str, language: str, context: dict[str, Any]) -> None:
    """Compile a letter that nobody gets: an address that nobody has must not be answered faster than one somebody has."""
    identity = hub(session)
    brand = {"brand": brand_of(identity, house.settings), **context}
    compile_letter(house.templates, kind, language, brand, personal_plan(identity))


def first_language(person: Person) -> str:
    return person.languages.split(",")[0]


def list_names(lists: Sequence[MailingList], language: str) -> str:
    """The lists in words: “The Monthly and The Weekly”."""
    return join_list([name_in(row, language) for row in lists], language)


def occasion(*parts: object) -> str:
    return ":".join(str(part) for part in parts)


def stamp(now: datetime) -> str:
    """An instant as a short word, to the microsecond."""
    return f"{int(now.timestamp() * 1_000_000):x}"


def _post(
    session: Session,
    house: House,
    kind: str,
    person: Person,
    context: dict[str, Any],
    values: dict[str, str],
    key: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    post(
        session,
        house,
        kind=kind,
        to=address_of(session, person),
        language=first_language(person),
        context=context,
        values=values,
        occasion=key,
        now=now,
        to_name=person.name,
        zone=person.zone,
        expires_at=expires_at,
    )
