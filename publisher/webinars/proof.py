"""What is known of the mailbox behind a wish to register, and what follows from it.

Whether an address has to say yes first (`Series.confirm`): `always`; `never`; `auto`: only where seats are limited, and
neither a register link nor a confirmed subscription shows that somebody reads that mailbox. An address that had been erased,
and one whose owner wanted no more mail about this webinar, have to in any case. Staff and imports vouch for whom they bring.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.audience import gate, people
from publisher.audience.models import Person, Subscription, SubscriptionState
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import N_
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.webinars.models import Series
from publisher.webinars.wishes import Checked, Wish

#: Letters that forms may cause to one address in 24 hours: first ones, whatever webinars they are for, and repeated ones.
FIRST_A_DAY, AGAIN_A_DAY = 10, 5
#: Why an address gets nothing: it was erased, and somebody wants to register with it who has not confirmed yet.
UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True)
class Who:
    """Whose registration it is. `proven`: they followed a register link of ours, so they read that mailbox."""

    email: str
    person: Person | None
    proven: bool


def who(session: Session, house: House, wish: Wish) -> Who:
    """An address that was typed is theirs who typed it; a register link stands for its reader's own. `BadInput` for neither."""
    if wish.email.strip():
        person = people.find(session, house.tokens, wish.email)
        is_theirs = person is not None and person.key == wish.reader_key
        return Who(wish.email, person, is_theirs)
    person = people.by_key(session, wish.reader_key or "")
    email = people.address_of(session, person).email if person else ""
    if not email:
        raise BadInput(N_("Write your e-mail address."), field="email")
    return Who(email, person, True)


def is_member(session: Session, series: Series, person: Person | None) -> bool:
    """Whether this person is of the series' cohort; everybody is where there is none."""
    if series.list_id is None:
        return True
    return person is not None and _is_on(session, person, series.list_id)


def says_yes_first(session: Session, series: Series, checked: Checked, who: Who, *, must: bool) -> bool:
    """Whether the address has to confirm before anything is given to it. `must`: whatever the series says."""
    if checked.trusted:
        return False
    if must or series.confirm == "always":
        return True
    if series.confirm == "never" or series.capacity is None or who.proven:
        return False
    return who.person is None or not _is_on(session, who.person)


def welcome_back(session: Session, address: Address) -> None:
    """Whoever confirms has read our mail and wants more: no suppression stands against that, except staff's own."""
    if address.suppressed and address.reason != "staff":
        addresses.lift(session, address)


def may_write_first(session: Session, house: House, email: str, *, now: datetime) -> bool:
    """Whether a form may cause one more first letter to this address today; counts it if so."""
    return gate.may_write(session, house.tokens, "webinar-first", email, limit=FIRST_A_DAY, now=now)


def may_write_again(session: Session, house: House, email: str, *, now: datetime) -> bool:
    """The same for a link that they have had already."""
    return gate.may_write(session, house.tokens, "webinar-again", email, limit=AGAIN_A_DAY, now=now)


def _is_on(session: Session, person: Person, list_id: int | None = None) -> bool:
    """Whether they are confirmed on this list, or on any."""
    which = select(Subscription.id).where(
        col(Subscription.person_id) == person.id, col(Subscription.state) == SubscriptionState.ACTIVE
    )
    if list_id is not None:
        which = which.where(col(Subscription.list_id) == list_id)
    return session.exec(which).first() is not None
