"""Tables: the mailboxes that are read for what comes back, and how much of what came."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from publisher.mail.models import Inbox


class BounceMailbox(Inbox, table=True):
    """Where what comes back of one identity's mails is read. Mails of an identity that has none are sent under its own address.

    `address`: what the return address of each mail is made of: `bounces@example.org`, where the server takes `bounces+…@` for
    the same mailbox (RFC 5233), or `@bounces.example.org`, where it takes every name of that domain.
    """

    __tablename__ = "bounce_mailbox"
    id: int | None = Field(default=None, primary_key=True)
    identity_id: int = Field(foreign_key="identity.id", unique=True)
    address: str
    created_at: datetime


class BounceTally(SQLModel, table=True):
    """How many mails of a kind were read on a day: also of those that nothing follows from, such as forged ones.

    `what`: hard | soft | complaint | auto_reply | not_a_bounce | forged | left | again.
    """

    __tablename__ = "bounce_tally"
    mailbox_id: int = Field(foreign_key="bounce_mailbox.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True)
    what: str = Field(primary_key=True)
    count: int = 0
