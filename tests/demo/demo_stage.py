"""What the stories about the demo begin with."""

from datetime import datetime

from cast import a_list

from publisher.house import House
from publisher.mail import identities
from publisher.vocabulary import terms


def as_initialised(house: House, now: datetime) -> None:
    """A hub as `publisher init` leaves it."""
    with house.database.session() as session:
        identity = identities.seed(session, house.settings, now=now)
        terms.seed_defaults(session)
        a_list(session, identity, now, slug="newsletter")
