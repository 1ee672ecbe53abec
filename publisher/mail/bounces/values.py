"""What was found in a mail, as values."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    HARD = "hard"  # the address does not exist
    SOFT = "soft"  # this mail did not arrive; the next one may
    COMPLAINT = "complaint"  # a reader called our mail unwanted
    AUTO_REPLY = "auto_reply"  # out of office, a receipt: a program answered
    NOT_A_BOUNCE = "not_a_bounce"


@dataclass(frozen=True)
class Failure:
    """What a notice says of one recipient. `status`: enhanced code (RFC 3463) or empty. `kind`: whose fault, in the words of
    `publisher.mail.replies`. `counts`: it is a point against the address, as a soft failure that is the reader's or their
    server's is. `words`: what the server wrote."""

    recipient: str
    verdict: Verdict
    status: str
    reason: str
    kind: str = ""
    counts: bool = False
    words: str = ""


@dataclass(frozen=True)
class Finding:
    """What a mail is. `identifier`: of the mail itself, to know it again. `traces`: where the address that our mail was sent under
    may stand; `message_ids`: those of our mail that it quotes or answers. `sender`, `subject`, `text`: of a mail that a person may
    have written."""

    verdict: Verdict
    reason: str
    failures: tuple[Failure, ...] = ()
    identifier: str = ""
    traces: tuple[str, ...] = field(default=(), repr=False)
    message_ids: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    text: str = field(default="", repr=False)

    @property
    def recipients(self) -> list[str]:
        """Whom it did not reach, or who complained, each once."""
        return list(dict.fromkeys(one.recipient for one in self.failures if one.recipient))

    @property
    def gravest(self) -> Failure | None:
        """What to follow where a notice speaks of several recipients."""
        order = list(Verdict)
        return min(self.failures, key=lambda one: (order.index(one.verdict), not one.counts), default=None)

    def about(self, recipient: str) -> Failure | None:
        """What it says of that recipient; of a mail that was passed on the gravest of all."""
        own = [one for one in self.failures if one.recipient.lower() == recipient.lower()]
        return Finding(self.verdict, "", tuple(own)).gravest if own else self.gravest
