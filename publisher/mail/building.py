"""A claimed row becomes the bytes of one mail: its edition, its selection, its links. No template runs here."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from publisher.mail import headers
from publisher.mail.bounces import return_path
from publisher.mail.claiming import Claimed
from publisher.mail.letters import Edition
from publisher.mail.models import Identity, Letter, LetterEdition
from publisher.settings import Settings
from publisher.tokens import Purpose, Tokens

#: Compiled editions kept in memory. An issue has one per language; letters to one person are small.
MOST_EDITIONS = 64


@dataclass(frozen=True)
class Mail:
    """What goes over the wire for one row. Both addresses as the envelope has them: domains are A-labels."""

    row: Claimed
    mail_from: str
    recipient: str
    data: bytes


class Builder:
    """Builds mails; keeps the editions and letters it met. One per sending process."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens
        self._editions: OrderedDict[int, Edition] = OrderedDict()
        self._letters: dict[int, tuple[Mapping[str, list[str]], Identity]] = {}
        self._return_addresses: dict[int, str] | None = None

    def build(self, session: Session, row: Claimed, *, now: datetime, smtputf8: bool) -> Mail | None:
        """The mail of that row; None where nothing is left to say: all its items have ended, or it came too late.

        `BadInput` where the address cannot be written in a mail that this relay takes.
        """
        if row.expires_at is not None and row.expires_at <= now:
            return None
        edition = self._edition(session, row.edition_id)
        selection = live(edition, row.selection, now)
        if row.selection is not None and not selection and edition.block_keys:
            return None
        links, identity = self._letter(session, row.letter_id)
        data = edition.assemble(
            to_name=row.to_name,
            to_address=row.email,
            message_id=message_id(row.id, identity.domain, self._tokens),
            date=row.created_at,
            values=self.values(row, links),
            selection=selection,
            zone=row.zone,
            smtputf8=smtputf8,
        )
        recipient = headers.wire_address(row.email, smtputf8=smtputf8)
        return Mail(row, self._sent_under(session, row, identity), recipient, data)

    def look_again(self) -> None:
        """Ask the database anew for what may be set while a sender runs: under which addresses mails are sent."""
        self._return_addresses = None

    def _sent_under(self, session: Session, row: Claimed, identity: Identity) -> str:
        """The envelope's sender: an address of this mail alone where somebody reads what comes back to it, else the identity's."""
        if self._return_addresses is None:
            self._return_addresses = return_path.of_identities(session)
        if address := self._return_addresses.get(identity.id or 0):
            return return_path.made(self._tokens, address, row.id)
        return headers.wire_address(identity.from_address)

    def values(self, row: Claimed, links: Mapping[str, list[str]]) -> dict[str, str]:
        """The reader's links, made from the row's subject, and what the row brings of its own.

        A link without a purpose is the same for everybody; one without a path is a bare token for this row, the one that
        counts clicks. The token names the row's subject and the suffix behind it, or the suffix with the subject in the
        place of its `{}`; a fourth element is what stands behind the token.
        """
        values: dict[str, str] = {}
        for name, (purpose, path, suffix, *ending) in links.items():
            if not purpose:
                values[name] = self._settings.url(path)
            elif not path:
                values[name] = self._tokens.make(Purpose(purpose), row.id)
            else:
                named = suffix.replace("{}", row.subject or "") if "{}" in suffix else f"{row.subject}{suffix}"
                token = self._tokens.make(Purpose(purpose), named)
                values[name] = self._settings.url(path + token + "".join(ending))
        return values | json.loads(row.marks) if row.marks else values

    def _edition(self, session: Session, edition_id: int) -> Edition:
        if edition_id not in self._editions:
            data = session.exec(select(LetterEdition.data).where(col(LetterEdition.id) == edition_id)).one()
            self._editions[edition_id] = Edition.from_bytes(data)
            if len(self._editions) > MOST_EDITIONS:
                self._editions.popitem(last=False)
        self._editions.move_to_end(edition_id)
        return self._editions[edition_id]

    def _letter(self, session: Session, letter_id: int) -> tuple[Mapping[str, list[str]], Identity]:
        if letter_id not in self._letters:
            letter = session.get_one(Letter, letter_id)
            self._letters[letter_id] = (letter.links, session.get_one(Identity, letter.identity_id))
        return self._letters[letter_id]


def live(edition: Edition, selection: str | None, now: datetime) -> list[tuple[str, str]] | None:
    """The row's selection without blocks that have ended; None for a letter without personal blocks.

    A reason that the letter has no words for is left out: a mail is worth more than the line under an item.
    """
    if selection is None:
        return None
    pairs = [tuple(part.partition("=")[::2]) for part in selection.split()]
    return [
        (key, reason if reason in edition.reasons else "")
        for key, reason in pairs
        if (until := edition.block_until.get(key)) is None or until > now
    ]


def message_id(row_id: int, domain: str, tokens: Tokens) -> str:
    """The Message-ID of a row, the same for every copy of it (RFC 5322 §3.6.4), so that mail systems can fold doubles."""
    return f"<{tokens.keyed_hash('message-id', str(row_id))}@{domain}>"
