"""Mailing a member the address of their feed of a private show. It stands on no page: who reads the letter can listen."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from publisher.audience.letters import first_language, occasion
from publisher.audience.models import Person
from publisher.audience.people import address_of
from publisher.house import House
from publisher.languages import Translator, translator
from publisher.mail.post import post
from publisher.podcasts import private
from publisher.podcasts.models import Show

#: Seconds within which pressing the button again brings no second letter.
ONCE_IN = 600


def mail_feed(session: Session, house: House, show: Show, person: Person, *, now: datetime) -> bool:
    """Give the person a feed of their own, if they have none, and mail them its address, in their language.

    False where there is nobody to write to any more. `BadInput` for who is no member, or where the show is for everybody.
    """
    url = private.give(session, house, show, person, now=now)
    language = first_language(person)
    sent = post(
        session,
        house,
        kind="notice",
        to=address_of(session, person),
        language=language,
        context=_context(translator(language), show),
        values={"action": url, "name": person.name},
        occasion=occasion("feed", show.id, _feed_name(url), f"{int(now.timestamp()) // ONCE_IN:x}"),
        now=now,
        to_name=person.name,
        zone=person.zone,
    )
    return sent is not None


def _context(translate: Translator, show: Show) -> dict[str, Any]:
    say = translate.gettext
    return {
        "title": say("Your private feed of %(show)s") % {"show": show.title},
        "paragraphs": [
            say("With this address you hear “%(show)s” in the app you use for podcasts: copy it, then choose “add by address” or “add by URL” there.") % {"show": show.title},
            say("It is yours alone, so please do not pass it on. When you leave the list, it stops."),
        ],
        "button_label": say("My private feed"),
    }  # fmt: skip


def _feed_name(url: str) -> str:
    """What tells one feed of a person from the next, where the first was taken back."""
    return url.removesuffix("/feed.xml")[-12:]
