"""Tables of the mail room: addresses, sender identities, relays, letters, the outbox, and what became of each mail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from publisher.database import no_entries


class Identity(SQLModel, table=True):
    """Who a letter comes from. Lists, newsletters and (later) shows refer to one. The first, `hub`, is the hub itself."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    tagline: str = ""
    # The same in other languages: {language: text}. Emptied when the tagline is written anew, as it then says something else.
    taglines: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    from_name: str
    from_address: str
    reply_to: str | None = None
    postal_address: str = ""
    website: str = ""
    accent: str = "#1f6f5c"
    logo_url: str | None = None  # where it lies elsewhere; shown nowhere, because pictures are served by us
    # What is shown: {path (without the host), width, height, digest} of a picture of ours, copied when it was chosen.
    logo: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    # Domain of Message-IDs and List-Ids. Kept, never derived again: it survives a move of the site.
    domain: str
    # Set only where somebody or something reads that mailbox; then List-Unsubscribe offers mailto as well.
    unsubscribe_mailbox: str | None = None
    default_language: str = "en"
    created_at: datetime


class Relay(SQLModel, table=True):
    """A server that takes our mail. Exactly one is the default; the built-in mailbox is the relay whose url is `mailbox:`."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    url: str
    is_default: bool = False
    max_connections: int = 8
    per_hour: int | None = None
    per_day: int | None = None
    state: str = "ok"  # ok | paused
    reason: str = ""
    paused_until: datetime | None = None
    created_at: datetime


class RelayUse(SQLModel, table=True):
    """How many mails a relay took in an hour: limits per hour and day survive restarts and count all senders together."""

    __tablename__ = "relay_use"
    relay_id: int = Field(foreign_key="relay.id", primary_key=True)
    hour: datetime = Field(primary_key=True)
    count: int = 0


class Suppression(StrEnum):
    """What an address may not get."""

    NONE = ""
    BULK = "bulk"  # no newsletters and announcements; letters they ask for still go
    ALL = "all"  # nothing but what the person asks for that minute


class Address(SQLModel, table=True):
    """One row per normalised address. After erasure `email` is empty and only the keyed hash remains, still suppressed."""

    id: int | None = Field(default=None, primary_key=True)
    email: str  # as the person writes it
    normalised: str = Field(
        unique=True
    )  # local part as given but case-folded, domain as A-label; `erased:<hash>` when erased
    hash: str = Field(index=True)  # keyed hash of `normalised`
    suppressed: str = Suppression.NONE
    reason: str = ""  # bounced | complained | undeliverable | erased | staff
    detail: str = ""
    suppressed_at: datetime | None = None
    created_at: datetime


class LetterState(StrEnum):
    PLANNING = "planning"  # rows are being written; no sender sees them
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class MailClass(StrEnum):
    """In which order mails leave, and what may be suppressed."""

    PERSONAL = "personal"  # the person asked for it a moment ago: confirmation, link, password
    REMINDER = "reminder"
    BULK = "bulk"


RANK = {MailClass.PERSONAL: 0, MailClass.REMINDER: 1, MailClass.BULK: 2}


class Letter(SQLModel, table=True):
    """Something we say, to one person or to many. Compiled once per language; `kind` names its template folder."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # `confirm`, `issue-12`: stable name of the letter
    kind: str
    title: str
    state: str = LetterState.PLANNING
    mail_class: str = MailClass.BULK
    identity_id: int = Field(foreign_key="identity.id")
    relay_id: int | None = Field(default=None, foreign_key="relay.id")
    # What names it for ever, also where its row was lost and is written anew; empty: its key does.
    origin: str = ""
    list_key: str | None = Field(default=None, index=True)  # leaving this list cancels what waits of its letters
    uncertain: str = "resend"  # resend | hold: what becomes of a mail whose answer was lost
    standing: bool = False  # takes rows for ever (confirmations, notices); never done
    # name -> [purpose, path, suffix] or [purpose, path, suffix, ending]: path + token(purpose, row.subject + suffix) + ending;
    # see `mail.building`
    links: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    pause_reason: str = ""
    created_at: datetime
    let_out_at: datetime | None = None
    done_at: datetime | None = None


class LetterEdition(SQLModel, table=True):
    """A letter in one language, compiled: see `publisher.mail.letters.Edition.to_bytes`. Letters to one person have one
    per variant, because their context differs (a confirmation names its list)."""

    __tablename__ = "letter_edition"
    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    language: str
    digest: str  # of the compiled bytes: the same variant is kept once
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (UniqueConstraint("letter_id", "language", "digest"),)


class OutboxState(StrEnum):
    """States of one mail; `deliverability.md` §3.2. The ten always add up to what was prepared."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: A work counts as had by a reader while the mail that carries it is in one of these.
COUNTS_AS_HAD = (
    OutboxState.QUEUED,
    OutboxState.CLAIMED,
    OutboxState.IN_FLIGHT,
    OutboxState.DEFERRED,
    OutboxState.ACCEPTED,
    OutboxState.UNCERTAIN,
)
WAITING = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.DEFERRED)
OPEN = (*WAITING, OutboxState.IN_FLIGHT)

_STATES = ", ".join(f"'{s.value}'" for s in OutboxState)


class Outbox(SQLModel, table=True):
    """One mail to one address: the only truth about who got what. Unique per (letter, address, occasion)."""

    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id")
    address_id: int = Field(foreign_key="address.id", index=True)
    occasion: str = ""
    state: str = OutboxState.QUEUED
    edition_id: int = Field(foreign_key="letter_edition.id")
    to_name: str = ""
    zone: str = "UTC"
    # `block:reason block:reason …` or NULL for a letter without personal blocks.
    selection: str | None = None
    # What this reader's tokens name (a person's random key); the letter's `links` say which links are made of it.
    subject: str | None = None
    # Values of their own as JSON, for letters to one person; NULL for letters to many.
    marks: str | None = None
    not_before: datetime
    expires_at: datetime | None = None
    attempts: int = 0
    doubts: int = 0  # how often its answer was lost
    worker: str | None = None
    epoch: int = 0
    lease_until: datetime | None = None
    in_flight_at: datetime | None = None
    done_at: datetime | None = None
    code: int | None = None
    reply: str = ""
    created_at: datetime
    __table_args__ = (
        UniqueConstraint("letter_id", "address_id", "occasion"),
        CheckConstraint(f"state IN ({_STATES})", name="outbox_state"),
        # The queue itself: small however long the history grows.
        Index(
            "outbox_due",
            "letter_id",
            "not_before",
            "id",
            sqlite_where=text("state IN ('queued', 'deferred')"),
            postgresql_where=text("state IN ('queued', 'deferred')"),
        ),
        Index(
            "outbox_leased",
            "lease_until",
            sqlite_where=text("state IN ('claimed', 'in_flight')"),
            postgresql_where=text("state IN ('claimed', 'in_flight')"),
        ),
        Index("outbox_letter_state", "letter_id", "state"),
    )


class MailEvent(SQLModel, table=True):
    """Something that happened to a mail: a reply that was not a yes, a bounce, a complaint, a click. Stored once."""

    __tablename__ = "mail_event"
    id: int | None = Field(default=None, primary_key=True)
    outbox_id: int = Field(foreign_key="outbox.id", index=True)
    kind: str  # deferred | rejected | uncertain | unsent | bounce | complaint | click | suppressed
    key: str = ""  # what makes it the same event: attempt number, link number, message id
    at: datetime
    code: int | None = None
    text: str = ""
    data: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    __table_args__ = (UniqueConstraint("outbox_id", "kind", "key"),)


class LetterLink(SQLModel, table=True):
    """Link n of a letter whose list counts clicks. The target is looked up, never taken from the request."""

    __tablename__ = "letter_link"
    letter_id: int = Field(foreign_key="letter.id", primary_key=True)
    n: int = Field(primary_key=True)
    url: str


class MailboxMessage(SQLModel, table=True):
    """A mail that the built-in mailbox took instead of the world."""

    __tablename__ = "mailbox_message"
    id: int | None = Field(default=None, primary_key=True)
    received_at: datetime = Field(index=True)
    sender: str
    recipient: str = Field(index=True)
    subject: str
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Sender(SQLModel, table=True):
    """A sending process and its heartbeat: tells a dead worker of this machine from a slow one elsewhere."""

    worker: str = Field(primary_key=True)
    host: str
    pid: int
    started: str  # start time of the process as the kernel tells it: a reused pid is another process
    seen_at: datetime


class Inbox(SQLModel):
    """The columns of a table of mailboxes that are read by IMAP; see `inboxes`."""

    url: str  # imaps://user:password@host/INBOX
    last_uid: int = Field(default=0, sa_type=BigInteger)
    uid_validity: int = Field(default=0, sa_type=BigInteger)
    state: str = "ok"  # ok | failing
    error: str = ""
    checked_at: datetime | None = None
    reading_until: datetime | None = None  # somebody is at it


class Restored(SQLModel, table=True):
    """A restore from a backup. Until it is confirmed no mail leaves."""

    id: int | None = Field(default=None, primary_key=True)
    backup_made_at: datetime
    restored_at: datetime
    findings: dict[str, Any] = Field(default_factory=no_entries, sa_column=Column(JSON, nullable=False))
    confirmed_at: datetime | None = None
    confirmed_by: str = ""


class Reached(SQLModel, table=True):
    """A mail that left after the backup was made and before the restore, by a keyed hash."""

    key: str = Field(primary_key=True)
    state: str  # accepted | uncertain
