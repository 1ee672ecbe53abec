"""Who hears a private show: feeds are given by mail and taken back here. No address of a feed is ever shown."""

from fastapi.responses import Response

from publisher.audience import people
from publisher.audience.models import Person
from publisher.errors import BadInput, NotFound
from publisher.podcasts import letters, private, shows
from publisher.podcasts.models import PrivateFeed, Show
from publisher.web.studio import words
from publisher.web.studio.podcasts import PATH
from publisher.web.studio.visit import Desk

AT_ONCE = 2000
"""Letters that one press of the button begins; the next press goes on."""


def change(desk: Desk, slug: str) -> Response:
    """POST /studio/podcasts/<show>/members: verb give (email) | all | mail (feed) | revoke (feed)."""
    show = shows.by_slug(desk.session, slug)
    match desk.form.one("verb"):
        case "give":
            said = _give(desk, show)
        case "all":
            said = _give_all(desk, show)
        case "mail":
            _, person = _feed(desk, show)
            letters.mail_feed(desk.session, desk.house, show, person, now=desk.now)
            said = f"Their address is on its way to {_email(desk, person)} again."
        case "revoke":
            feed, person = _feed(desk, show)
            private.revoke(desk.session, feed, now=desk.now)
            desk.note(f"show:{slug}", f"Took back the feed of {_email(desk, person)}.")
            said = f"Taken back: feed and sound of {_email(desk, person)} stop at once."
        case _:
            raise BadInput("There is nothing of that kind to be done with members.")
    return desk.go(f"{PATH}/{slug}#members", said)


def _give(desk: Desk, show: Show) -> str:
    email = desk.form.one("email")
    if not email:
        raise BadInput("Give the address of a member.", field="email")
    try:
        person = people.get(desk.session, desk.house.tokens, email)
        letters.mail_feed(desk.session, desk.house, show, person, now=desk.now)
    except (NotFound, BadInput) as problem:
        raise BadInput(str(problem), field="email") from problem
    desk.note(f"show:{show.slug}", f"Gave {email} a feed of their own.")
    return f"The address of their feed is on its way to {email}."


def _give_all(desk: Desk, show: Show) -> str:
    without = private.members_without(desk.session, show)
    sent = sum(letters.mail_feed(desk.session, desk.house, show, one, now=desk.now) for one in without[:AT_ONCE])
    left = len(without) - AT_ONCE
    desk.note(f"show:{show.slug}", f"Gave {words.counted(sent, 'member')} a feed of their own.")
    rest = f" {words.counted(left, 'member')} to go: press once more." if left > 0 else ""
    return f"{words.counted(sent, 'letter').capitalize()} on the way.{rest}"


def _feed(desk: Desk, show: Show) -> tuple[PrivateFeed, Person]:
    number = desk.form.one("feed")
    feed = desk.session.get(PrivateFeed, int(number)) if number.isdecimal() and len(number) < 10 else None
    if feed is None or feed.show_id != show.id or feed.revoked_at is not None:
        raise NotFound("There is no such feed any more.")
    return feed, desk.session.get_one(Person, feed.person_id)


def _email(desk: Desk, person: Person) -> str:
    return people.address_of(desk.session, person).email
