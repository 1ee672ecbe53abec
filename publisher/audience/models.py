"""Tables of the audience: persons, lists, subscriptions, interests, and the proof that they agreed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, String, UniqueConstraint, event
from sqlmodel import Field, SQLModel

import publisher.mail.models  # noqa: F401 - tables that keys of these point to
from publisher.database import no_entries
from publisher.languages import folded


class MailingList(SQLModel, table=True):
    """Who a newsletter goes to. `open`: anybody may sign up. `cohort`: people are invited, and it is shown to members only."""

    __tablename__ = "mailing_list"
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    names: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    description: str = ""
    descriptions: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    kind: str = "open"  # open | cohort
    identity_id: int = Field(foreign_key="identity.id")
    list_id: str = Field(unique=True)  # RFC 2919, `slug.domain`; given once, never derived again
    counts_clicks: bool = False
    uncertain: str = "resend"  # resend | hold
    archived: bool = False
    created_at: datetime


def searchable(name: str) -> str:
    """A name as it is searched for: folded, with a blank before each word, so that a word is found by its beginning."""
    return f" {found}" if (found := folded(name)) else ""


def _folded_at_insert(context: Any) -> str:
    return searchable(context.get_current_parameters().get("name", ""))


class Person(SQLModel, table=True):
    """A reader. The address belongs to mail; name, languages, zone and interests are here."""

    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id", unique=True)
    key: str = Field(unique=True)  # random: what tokens name, so that row numbers stay ours
    name: str = ""
    languages: str = "en"  # BCP 47 in the reader's order, separated by commas
    zone: str = "UTC"
    country: str | None = None  # where they are, not what they follow
    paused_until: datetime | None = None
    created_at: datetime
    # The name as it is searched for. Kept by `_fold_name`; who writes `name` without the session writes this too.
    folded: str = Field(default="", sa_column=Column(String, nullable=False, default=_folded_at_insert))


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _fold_name(_mapper: object, _connection: object, person: Person) -> None:
    person.folded = searchable(person.name)


class SubscriptionState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Subscription(SQLModel, table=True):
    """A person on a list; `deliverability.md` §2. Pausing is a date on the person, so nothing needs to be remembered here."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    list_id: int = Field(foreign_key="mailing_list.id")
    state: str = SubscriptionState.PENDING
    source: str = "form"  # form | import | api | staff | demo
    created_at: datetime
    confirmation_sent_at: datetime | None = None
    active_since: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    __table_args__ = (
        UniqueConstraint("person_id", "list_id"),
        Index("subscription_list_state", "list_id", "state", "person_id"),
    )


class Interest(SQLModel, table=True):
    """What a person asked for: `topic:…`, `sector:…`, `country:KE`, `region:014`. No interest in a facet means all of it."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    facet: str = Field(primary_key=True)
    key: str = Field(primary_key=True)


class Consent(SQLModel, table=True):
    """The proof: who agreed to what, when, how, in which words. Never edited; `confirmed_at` and `withdrawn_at` are added."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    list_id: int = Field(foreign_key="mailing_list.id")
    at: datetime
    how: str  # form | import | api | staff | undo | restored
    wording: str
    notice_version: str
    page: str = ""
    ip: str = ""  # truncated after 30 days
    user_agent: str = ""
    confirmation_sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None


class AddressChange(SQLModel, table=True):
    """A new address somebody asked for, until its owner confirms it."""

    __tablename__ = "address_change"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    old_address_id: int = Field(
        foreign_key="address.id"
    )  # a former address is still theirs: data and erasure follow it
    new_address_id: int = Field(foreign_key="address.id")
    asked_at: datetime
    confirmed_at: datetime | None = None


class PrivacyNotice(SQLModel, table=True):
    """A privacy notice in one language, as it stood when somebody agreed beside it. `version` is made of the text, so that
    none can be changed later; consents name it."""

    __tablename__ = "privacy_notice"
    version: str = Field(primary_key=True)
    language: str
    title: str
    text: str  # Markdown, with its values filled in
    since: datetime  # when it was first kept
