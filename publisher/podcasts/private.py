"""Private shows: a feed of one's own for each member of the list, taken back at any moment.

Membership is asked for again at every request, for the feed and for each sound, so that leaving the list or taking a feed
back stops both at once. The token names a random key; it says nothing about the person.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.audience import people
from publisher.audience.models import Person, Subscription, SubscriptionState
from publisher.errors import BadInput, NotFound
from publisher.house import House
from publisher.languages import N_
from publisher.podcasts import addresses
from publisher.podcasts.models import PrivateFeed, Show
from publisher.tokens import Purpose

NO_MORE = N_("This private feed is not available any more. Ask those who sent it to you.")


@dataclass(frozen=True)
class Opened:
    """Whose private feed it is."""

    feed: PrivateFeed
    show: Show
    person: Person


def give(session: Session, house: House, show: Show, person: Person, *, now: datetime) -> str:
    """The address of this person's feed of a private show: the one they have, or a new one. `BadInput` for who is no member."""
    if show.list_id is None:
        raise BadInput("This show is for everybody; it has one feed for all.")
    if not is_member(session, show, person):
        raise BadInput("This person is not on the list that may hear the show.", field="email")
    found = _present(session, show, person)
    if found is None:
        found = PrivateFeed(show_id=show.id or 0, person_id=person.id or 0, key=people.new_key(), created_at=now)
        session.add(found)
        session.flush()
    return addresses.feed(house, show, token=token_of(house, found))


def token_of(house: House, feed: PrivateFeed) -> str:
    return house.tokens.make(Purpose.FEED, feed.key)


def open_feed(session: Session, house: House, slug: str, token: str, *, now: datetime) -> Opened:
    """Whose feed this is. `BadToken` for what is no token of ours; `NotFound` where it was taken back or they have left."""
    key = house.tokens.open(Purpose.FEED, token, now=now)
    which = select(PrivateFeed, Show, Person).where(
        col(PrivateFeed.key) == key,
        col(PrivateFeed.revoked_at).is_(None),
        col(Show.id) == col(PrivateFeed.show_id),
        col(Show.slug) == slug,
        col(Person.id) == col(PrivateFeed.person_id),
    )
    row = session.exec(which).first()
    if row is None or not is_member(session, row[1], row[2]):
        raise NotFound(NO_MORE)
    return Opened(*row)


def is_member(session: Session, show: Show, person: Person) -> bool:
    which = select(Subscription.id).where(
        col(Subscription.person_id) == person.id,
        col(Subscription.list_id) == show.list_id,
        col(Subscription.state) == SubscriptionState.ACTIVE,
    )
    return show.list_id is not None and session.exec(which).first() is not None


def shows_of(session: Session, person: Person) -> list[Show]:
    """The private shows that this person may hear, by title."""
    which = select(Show).join(Subscription, col(Subscription.list_id) == col(Show.list_id))
    here = (col(Subscription.person_id) == person.id, col(Subscription.state) == SubscriptionState.ACTIVE)
    return list(session.exec(which.where(*here, col(Show.state) == "active").order_by(col(Show.title), col(Show.id))))


def members_without(session: Session, show: Show) -> list[Person]:
    """Members of the list who have no feed of their own yet."""
    has = select(PrivateFeed.person_id).where(
        col(PrivateFeed.show_id) == show.id, col(PrivateFeed.revoked_at).is_(None)
    )
    which = select(Person).join(Subscription, col(Subscription.person_id) == col(Person.id))
    here = (col(Subscription.list_id) == show.list_id, col(Subscription.state) == SubscriptionState.ACTIVE)
    return list(session.exec(which.where(*here, col(Person.id).not_in(has)).order_by(col(Person.id))))


def revoke(session: Session, feed: PrivateFeed, *, now: datetime) -> None:
    """Feed and sound stop at once. Asked for again, the person gets another address."""
    feed.revoked_at = feed.revoked_at or now
    session.add(feed)
    session.flush()


def of_show(session: Session, show: Show) -> list[tuple[PrivateFeed, Person]]:
    """Who has a feed of their own, the newest first."""
    which = select(PrivateFeed, Person).where(
        col(PrivateFeed.show_id) == show.id,
        col(PrivateFeed.revoked_at).is_(None),
        col(Person.id) == col(PrivateFeed.person_id),
    )
    return [(feed, person) for feed, person in session.exec(which.order_by(col(PrivateFeed.id).desc()))]


def _present(session: Session, show: Show, person: Person) -> PrivateFeed | None:
    which = select(PrivateFeed).where(
        col(PrivateFeed.show_id) == show.id,
        col(PrivateFeed.person_id) == person.id,
        col(PrivateFeed.revoked_at).is_(None),
    )
    return session.exec(which.order_by(col(PrivateFeed.id))).first()
