"""How the hub itself does: its senders, what waits in the outbox, issues that are held, sources that fail."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from publisher.desk.doctor.findings import Finding, is_nobodys
from publisher.errors import PublisherError
from publisher.library import sources
from publisher.library.models import Source
from publisher.mail.addresses import normalise
from publisher.mail.identities import MAILBOX, default_relay
from publisher.mail.identities import hub as hub_of
from publisher.mail.models import Identity, Letter, LetterState, Outbox, OutboxState
from publisher.newsletters.models import Issue, IssueState

#: Mail that has been due for longer has no sender.
WAITED = timedelta(minutes=30)


def hub(session: Session, now: datetime) -> Iterator[Finding]:
    """All of these."""
    yield from senders(session)
    yield from queue(session, now)
    yield from issues(session)
    yield from failing_sources(session, now)


def senders(session: Session) -> Iterator[Finding]:
    try:
        hub_of(session)
        leaves = default_relay(session).url != MAILBOX
    except PublisherError as problem:
        yield Finding("sender", "bad", str(problem))
        return
    for identity in session.exec(select(Identity).order_by(col(Identity.id))):
        who = f"Letters come from {identity.from_name} <{identity.from_address}>"
        if is_nobodys(domain_of(identity)):
            said = f"{who}, an address that is only an example."
            yield Finding("sender", "bad" if leaves else "warn", said, "Give the sender an address of your own domain in the settings.")  # fmt: skip
        elif not identity.postal_address.strip():
            said = f"{who}, without a postal address."
            yield Finding("sender", "warn", said, "Write one in the settings: newsletters must show it.")
        else:
            yield Finding("sender", "good", f"{who}.")


def domain_of(identity: Identity) -> str:
    """The domain of the From address, in the letters that DNS knows; empty where it has none."""
    try:
        return normalise(identity.from_address).partition("@")[2]
    except PublisherError:
        return ""


def queue(session: Session, now: datetime) -> Iterator[Finding]:
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
    due = "One mail is due" if number == 1 else f"{number} mails are due"
    if oldest is not None and now - oldest > WAITED:
        advice = "See what is said of the relay; where it is well, start a sender with “publisher serve” or “publisher send”."
        yield Finding("outbox", "bad", f"{due}, and nothing has sent {'it' if number == 1 else 'them'} yet.", advice)
    else:
        yield Finding("outbox", "good", f"{due}.")


def issues(session: Session) -> Iterator[Finding]:
    held = (col(Issue.state) == IssueState.PAUSED) | (
        (col(Issue.state) == IssueState.HELD) & (col(Issue.held_for) != "thin")
    )
    for issue in session.exec(select(Issue).where(held).order_by(col(Issue.id))):
        said = f"{issue.slug} is {issue.state}: {(issue.reason or 'no reason was given').rstrip('.')}."
        yield Finding("issues", "warn", said, "Open it in the studio, and release, resume or cancel it.")


def failing_sources(session: Session, now: datetime) -> Iterator[Finding]:
    failing = select(Source).where(
        col(Source.failing_since).is_not(None) | (col(Source.state) == "gone"), col(Source.state) != "paused"
    )
    for source in session.exec(failing.order_by(col(Source.id))):
        said = f"{source.title}: {sources.health(source, now).rstrip('.')}."
        yield Finding("sources", "warn", said, "Mend its address in the studio, or pause it.")
