"""Private shows: a feed for each member of the list, which stops at once when they leave or it is taken back."""

from datetime import datetime, timedelta

import pytest
from cast import a_hub, a_list, a_person
from podcasts.broadcast import a_show, an_episode, together
from sqlmodel import Session, col, select

from publisher.audience.models import Person, Subscription
from publisher.errors import BadInput, BadToken, NotFound
from publisher.house import House
from publisher.podcasts import private
from publisher.podcasts.models import PrivateFeed, Show
from publisher.tokens import Purpose


class Members:
    """alice is on the list, bob has not confirmed, carol has left."""

    def __init__(self, session: Session, house: House, now: datetime) -> None:
        members = a_list(session, a_hub(session, now), now, slug="members")
        self.alice = a_person(session, "alice@example.org", now, members)
        self.bob = a_person(session, "bob@example.org", now, members, state="pending")
        self.carol = a_person(session, "carol@example.org", now, members, state="unsubscribed")
        self.show: Show = a_show(session, house, now, "inside", list_slug="members")
        an_episode(session, house, self.show, now)


@pytest.fixture
def members(session: Session, house: House, now: datetime) -> Members:
    return Members(session, house, now)


def _token(url: str) -> str:
    start = "https://hub.example.org/podcasts/inside/private/"
    assert url.startswith(start)
    assert url.endswith("/feed.xml")
    return url.removeprefix(start).removesuffix("/feed.xml")


def test_a_member_gets_one_feed_and_others_none(
    session: Session, house: House, members: Members, now: datetime
) -> None:
    url = private.give(session, house, members.show, members.alice, now=now)
    assert private.give(session, house, members.show, members.alice, now=now + timedelta(days=1)) == url
    opened = private.open_feed(session, house, "inside", _token(url), now=now)
    assert (opened.person, opened.show) == (members.alice, members.show)
    for stranger in (members.bob, members.carol):
        with pytest.raises(BadInput, match="list"):
            private.give(session, house, members.show, stranger, now=now)
    assert "alice" not in url


def test_leaving_the_list_stops_it_at_once_and_returning_starts_it_again(
    session: Session, house: House, members: Members, now: datetime
) -> None:
    token = _token(private.give(session, house, members.show, members.alice, now=now))
    membership = session.exec(select(Subscription).where(col(Subscription.person_id) == members.alice.id)).one()
    membership.state = "unsubscribed"
    session.add(membership)
    session.flush()
    with pytest.raises(NotFound):
        private.open_feed(session, house, "inside", token, now=now)
    membership.state = "active"
    session.add(membership)
    session.flush()
    assert private.open_feed(session, house, "inside", token, now=now).person == members.alice


def test_taken_back_it_stops_and_asked_again_there_is_another(
    session: Session, house: House, members: Members, now: datetime
) -> None:
    first = private.give(session, house, members.show, members.alice, now=now)
    feed = session.exec(select(PrivateFeed)).one()
    private.revoke(session, feed, now=now)
    private.revoke(session, feed, now=now + timedelta(days=1))
    assert (feed.revoked_at, private.of_show(session, members.show)) == (now, [])
    with pytest.raises(NotFound):
        private.open_feed(session, house, "inside", _token(first), now=now)
    second = private.give(session, house, members.show, members.alice, now=now)
    assert second != first
    assert [(one.key, who) for one, who in private.of_show(session, members.show)] == [
        (house.tokens.open(Purpose.FEED, _token(second), now=now), members.alice)
    ]


def test_a_token_opens_its_own_show_only(session: Session, house: House, members: Members, now: datetime) -> None:
    token = _token(private.give(session, house, members.show, members.alice, now=now))
    a_show(session, house, now, "outside", list_slug="members")
    with pytest.raises(NotFound):
        private.open_feed(session, house, "outside", token, now=now)
    foreign = house.tokens.make(Purpose.PREFERENCES, session.exec(select(PrivateFeed.key)).one())
    for forged in ("", "x", token[:-1], token + "x", foreign):
        with pytest.raises(BadToken):
            private.open_feed(session, house, "inside", forged, now=now)


def test_a_show_for_everybody_has_one_feed_for_all(
    session: Session, house: House, members: Members, now: datetime
) -> None:
    public = a_show(session, house, now, "open")
    with pytest.raises(BadInput, match="everybody"):
        private.give(session, house, public, members.alice, now=now)
    assert private.is_member(session, public, members.alice) is False


def test_asked_twice_at_one_moment_every_address_works(house: House, now: datetime) -> None:
    with house.database.session() as session:
        number = Members(session, house, now).alice.id

    def ask() -> str:
        with house.database.session() as session:
            show = session.exec(select(Show)).one()
            return private.give(session, house, show, session.get_one(Person, number), now=now)

    for url in together(ask, ask, ask):
        with house.database.reading() as session:
            assert private.open_feed(session, house, "inside", _token(url), now=now).person.id == number
