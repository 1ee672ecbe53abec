"""How much of what we sent to many came back or was complained about, held against the marks that large mailbox hosts set."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from publisher.mail.models import Letter, MailClass, MailEvent, Outbox, OutboxState

LATELY = timedelta(days=7)

#: Shares of what was sent (`docs/operating.md`): above them somebody should look; hosts begin to refuse mail at some more.
BOUNCES_MARK, COMPLAINTS_MARK = 0.02, 0.001
#: A share of very few says nothing: so many people at least must stand behind it.
FEWEST_BOUNCES, FEWEST_COMPLAINTS = 5, 2

_SENT = (OutboxState.ACCEPTED, OutboxState.REJECTED, OutboxState.UNCERTAIN)


@dataclass(frozen=True)
class Rates:
    """Mails of the last week's letters to many: how many were sent, came back for good, and were complained about."""

    sent: int
    bounced: int
    complained: int

    @property
    def bounces_above(self) -> bool:
        return self.bounced >= FEWEST_BOUNCES and self.bounced > BOUNCES_MARK * self.sent

    @property
    def complaints_above(self) -> bool:
        return self.complained >= FEWEST_COMPLAINTS and self.complained > COMPLAINTS_MARK * self.sent


def lately(session: Session, now: datetime) -> Rates:
    """The rates of letters to many that were let out within the last seven days. A mail counts once, whatever comes back."""
    theirs = select(Letter.id).where(
        col(Letter.mail_class) == MailClass.BULK, col(Letter.let_out_at) > now - LATELY, col(Letter.let_out_at) <= now
    )
    mails = select(func.count()).select_from(Outbox).where(col(Outbox.letter_id).in_(theirs))
    return Rates(
        int(session.exec(mails.where(col(Outbox.state).in_(_SENT))).one()),
        _mails_with(session, theirs, ("bounce", "rejected")),
        _mails_with(session, theirs, ("complaint",)),
    )


def _mails_with(session: Session, letters: object, kinds: tuple[str, ...]) -> int:
    """How many mails of these letters have an event of these kinds. A bounce that may pass (`soft`) is none yet."""
    rows = session.exec(
        select(MailEvent.outbox_id, MailEvent.data)
        .join(Outbox, col(Outbox.id) == col(MailEvent.outbox_id))
        .where(col(Outbox.letter_id).in_(letters), col(MailEvent.kind).in_(kinds))  # type: ignore[arg-type]
    )
    return len({number for number, data in rows if (data or {}).get("verdict") != "soft"})
