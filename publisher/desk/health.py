"""Is everything as it should be? Each look at the hub is one finding in plain words, for `publisher doctor`.

Nothing is changed and nothing is mailed. The schema is looked at by the entrance, which alone knows the migrations.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, func, select

from publisher import clock
from publisher.errors import PublisherError
from publisher.house import House
from publisher.library import sources
from publisher.library.models import Source
from publisher.mail.identities import MAILBOX, default_relay, hub
from publisher.mail.models import Letter, LetterState, Outbox, OutboxState
from publisher.mail.smtp import Connection, parse_relay_url
from publisher.newsletters.models import Issue, IssueState

Level = Literal["ok", "warning", "problem"]

LEAST_FREE = 200_000_000  # octets
#: Mail that has been due for longer has no sender.
WAITED = timedelta(minutes=30)


@dataclass(frozen=True)
class Finding:
    """One look: what was looked at, how it is, and a sentence."""

    check: str
    level: Level
    message: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def examine(session: Session, house: House, now: datetime) -> list[Finding]:
    """Everything, in the order a person would ask."""
    looks = (_disk(house), _public_url(house), _zones(), _sender(session), _relay(session))
    return [
        found for look in (*looks, _queue(session, now), _issues(session), _sources(session, now)) for found in look
    ]


def _disk(house: House) -> Iterator[Finding]:
    free = shutil.disk_usage(house.settings.data_dir).free
    left = f"{free / 1e9:.1f} GB are free where the data folder is"
    yield Finding("disk", "ok" if free > LEAST_FREE else "problem", f"{left}.")


def _public_url(house: House) -> Iterator[Finding]:
    url = house.settings.public_url
    if house.settings.is_local:
        yield Finding("address", "warning", f"Links begin with {url}, which works on this machine only.")
    elif not url.startswith("https://"):
        yield Finding("address", "warning", f"Links begin with {url}. Mail programs expect https.")
    else:
        yield Finding("address", "ok", f"Links begin with {url}.")


def _zones() -> Iterator[Finding]:
    yield Finding("time zones", "ok", f"The time-zone data is {clock.zone_data_version()}.")


def _sender(session: Session) -> Iterator[Finding]:
    try:
        identity = hub(session)
    except PublisherError as problem:
        yield Finding("sender", "problem", str(problem))
        return
    who = f"Letters come from {identity.from_name} <{identity.from_address}>"
    if identity.postal_address.strip():
        yield Finding("sender", "ok", f"{who}.")
    else:
        yield Finding("sender", "warning", f"{who}, without a postal address. Newsletters must show one.")


def _relay(session: Session) -> Iterator[Finding]:
    try:
        relay = default_relay(session)
        if relay.url == MAILBOX:
            yield Finding("relay", "warning", "Mail goes to the built-in mailbox: nothing leaves this machine.")
            return
        where = parse_relay_url(relay.url)
        line = Connection(where, ehlo_name="localhost")
        try:
            line.open()
        finally:
            line.close()
    except PublisherError as problem:
        yield Finding("relay", "problem", str(problem))
    else:
        yield Finding("relay", "ok", f"The relay {where.host} takes mail.")


def _queue(session: Session, now: datetime) -> Iterator[Finding]:
    waiting = (
        select(func.count(), func.min(Outbox.not_before))
        .join(Letter, col(Letter.id) == col(Outbox.letter_id))
        .where(
            col(Outbox.state).in_((OutboxState.QUEUED, OutboxState.DEFERRED)),
            col(Outbox.not_before) <= now,
            col(Letter.state) == LetterState.SENDING,
        )
    )
    number, oldest = session.exec(waiting).one()
    if oldest is not None and now - oldest > WAITED:
        yield Finding("outbox", "problem", f"{number} mails are due and nothing sends them. Run “publisher send”.")
    else:
        yield Finding("outbox", "ok", f"{number} mails are due.")


def _issues(session: Session) -> Iterator[Finding]:
    held = (col(Issue.state) == IssueState.PAUSED) | (
        (col(Issue.state) == IssueState.HELD) & (col(Issue.held_for) != "thin")
    )
    for issue in session.exec(select(Issue).where(held).order_by(col(Issue.id))):
        yield Finding("issues", "warning", f"{issue.slug} is {issue.state}: {issue.reason or 'no reason was given.'}")


def _sources(session: Session, now: datetime) -> Iterator[Finding]:
    failing = select(Source).where(
        col(Source.failing_since).is_not(None) | (col(Source.state) == "gone"), col(Source.state) != "paused"
    )
    for source in session.exec(failing.order_by(col(Source.id))):
        yield Finding("sources", "warning", f"{source.title}: {sources.health(source, now)}.")
